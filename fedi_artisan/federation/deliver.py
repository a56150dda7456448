"""One delivery: sign, POST, judge the answer."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.deliveries import Delivery, Outcome, Verdict, judge
from fedi_artisan.errors import AddressRefused, ArtisanError, RemoteError
from fedi_artisan.federation.client import Answer, Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign

CONTENT_TYPE = "application/activity+json"
_OTHER_SCHEME = {Scheme.CAVAGE: Scheme.RFC9421, Scheme.RFC9421: Scheme.CAVAGE}
_NOT_READ = frozenset({400, 401})
_SERVER_ERRORS = 500
_LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Courier:
    """What a delivery needs: the client, the memory of hosts, and somebody to do the sums of a signature."""

    client: Client
    hosts: Hosts
    signers: Executor
    clock: Clock
    total_s: float


async def deliver(
    courier: Courier, delivery: Delivery, key: SigningKey, *, said: Mapping[str, str], hang_up: bool
) -> Outcome:
    """Send one activity to one inbox and return what came of it; never raises for what another server does.

    Beside it goes what is *said* in further headers, which are signed with it.

    With *hang_up* the other server is asked to close the connection: a work for a thousand servers would otherwise
    leave a thousand open connections behind, more than a process may usually have.

    It is signed now, as other servers insist on a fresh date, first in the way that the host read last, then once in
    the other way if the host seems not to read the first (WIRE 2.3). Both tries share one deadline.
    """
    try:
        async with asyncio.timeout(courier.total_s):
            scheme = courier.hosts.scheme(delivery.host)
            answer = await _post(courier, delivery, key, scheme, said=said, hang_up=hang_up)
            if answer.status in _NOT_READ:
                second = await _post(courier, delivery, key, _OTHER_SCHEME[scheme], said=said, hang_up=hang_up)
                if judge(second.status) is Verdict.DELIVERED:
                    courier.hosts.learned(delivery.host, _OTHER_SCHEME[scheme])
                    answer = second
    except TimeoutError:
        answer_text = f"no answer within {courier.total_s:g} s"
        return Outcome(delivery=delivery, verdict=Verdict.RETRY, answer=answer_text, reached=False)
    except AddressRefused as error:
        return Outcome(delivery=delivery, verdict=Verdict.REFUSED, answer=str(error), reached=None)
    except RemoteError as error:
        return Outcome(delivery=delivery, verdict=Verdict.RETRY, answer=str(error), reached=False)
    except ArtisanError as error:
        return Outcome(delivery=delivery, verdict=Verdict.RETRY, answer=str(error), reached=None)
    return _outcome(delivery, answer)


async def _post(
    courier: Courier, delivery: Delivery, key: SigningKey, scheme: Scheme, *, said: Mapping[str, str], hang_up: bool
) -> Answer:
    """Sign with *scheme* and send."""
    headers = {"content-type": CONTENT_TYPE, **said}
    request = SignedRequest(method="POST", url=delivery.inbox_url, headers=headers, body=delivery.body)
    # The sums of a signature let other threads run: the loop goes on meanwhile.
    loop = asyncio.get_running_loop()
    signed: Mapping[str, str] = await loop.run_in_executor(courier.signers, _sign, request, key, scheme, courier.clock)
    connection = {"connection": "close"} if hang_up else {}
    return await courier.client.post(delivery.inbox_url, headers | dict(signed) | connection, delivery.body)


def _sign(request: SignedRequest, key: SigningKey, scheme: Scheme, clock: Clock) -> dict[str, str]:
    return sign(request, key, scheme, now=clock())


def _outcome(delivery: Delivery, answer: Answer) -> Outcome:
    """Return what an answer means."""
    words = answer.body[:_LONGEST_ANSWER].decode("utf-8", "replace").strip()
    return Outcome(
        delivery=delivery,
        verdict=judge(answer.status),
        answer=f"{answer.status} {words}".strip(),
        reached=answer.status < _SERVER_ERRORS,
        retry_after_s=answer.retry_after_s,
    )
