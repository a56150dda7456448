"""What a web server in front of this one does to questions on their way: seen by asking ourselves through it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from fedi_artisan.config import Config
from fedi_artisan.domain import probes
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.house import Finding, Sentence, Verdict, said
from fedi_artisan.federation.outside.asking import Asking, Heard
from fedi_artisan.federation.signatures.request import Scheme, SignedRequest
from fedi_artisan.federation.signatures.sign import SigningKey, sign
from fedi_artisan.vocab import json as documents

ACTIVITY = "application/activity+json"
_OK, _ACCEPTED, _NOT_FOUND = 200, 202, 404
# An address of documentation (RFC 5737): whoever believes that we come from there believes anybody anything.
_PRETENDED = "203.0.113.77"
# How one writes it in what is mostly found in front, told by the Server header; nginx where nobody tells.
_HOST = {
    "nginx": "proxy_set_header Host $host;",
    "caddy": "header_up Host {host}",
    "apache": "ProxyPreserveHost On",
}
_WHO_ASKS = {
    "nginx": "proxy_set_header X-Forwarded-For $remote_addr;",
    "caddy": "reverse_proxy {listen}",
    "apache": "ProxyAddHeaders On",
}
_WHO_ASKS_ALONE = {
    "nginx": "proxy_set_header X-Forwarded-For $remote_addr;",
    "caddy": "reverse_proxy {listen}",
    "apache": "RequestHeader unset X-Forwarded-For early",
}
_BY_WHAT = {
    "nginx": "proxy_set_header X-Forwarded-Proto $scheme;",
    "caddy": "reverse_proxy {listen}",
    "apache": 'RequestHeader set X-Forwarded-Proto "https"',
}
_PASS_ON = {
    "nginx": "location {path} {{ proxy_pass http://{listen}; }}",
    "caddy": "reverse_proxy {path}* {listen}",
    "apache": "ProxyPass {path} http://{listen}{path}",
}


def _written(table: Mapping[str, str], headers: Mapping[str, str], **values: str) -> str:
    """Return the line that helps, as it is written for what stands in front."""
    server = headers.get("Server", "").lower()
    line = next((line for name, line in table.items() if name in server), table["nginx"])
    return line if "{host}" in line else line.format(**values)


def pass_on(config: Config, headers: Mapping[str, str], path: str = "/") -> tuple[Sentence, str]:
    """Return the advice to have everything below *path* passed on to this server, and how that is written."""
    advice = said("Have the web server in front of this one pass on everything that it is asked for, as it is:")
    return advice, _written(_PASS_ON, headers, listen=config.listen, path=path)


async def front(asking: Asking, secret: str, clock: Clock) -> Finding:
    """Look whether this server learns by which name it was asked, and by whom."""
    url = f"{asking.config.origin}{probes.IN_THE_STUDIO}{probes.token(secret, clock())}"
    headers = {"Accept": ACTIVITY, "Content-Type": "application/json", "X-Forwarded-For": _PRETENDED}
    heard = await asking.ask("POST", url, headers, b"{}")
    arrived = _arrived(heard)
    if arrived is None:
        return _not_arrived(asking.config, heard)
    return _name_changed(asking.config, heard, arrived) or _who_asks(asking.config, heard, arrived)


def _arrived(heard: Heard) -> Mapping[str, Any] | None:
    """Return how a question of ours looked when it arrived; None where it did not arrive at this server."""
    try:
        arrived = json.loads(heard.body)
    except (ValueError, RecursionError):
        return None
    return arrived if heard.status == _OK and isinstance(arrived, dict) and "sha256" in arrived else None


def _not_arrived(config: Config, heard: Heard) -> Finding:
    """Return what it means that our question did not arrive here."""
    if (
        heard.status == _NOT_FOUND
        and heard.media_type in {"application/json", "text/html"}
        and b"nothing here" in heard.body
    ):
        fact = said("At your address another server answers, which has another data folder.")
        advice = said(
            "Have the web server in front pass everything on to {listen}, and end the other one.", listen=config.listen
        )
        return Finding(Verdict.BROKEN, (fact,), advice)
    fact = said("What is sent there does not arrive here: the answer is the error {status}.", status=str(heard.status))
    return Finding(Verdict.BROKEN, (fact,), *pass_on(config, heard.headers))


def _name_changed(config: Config, heard: Heard, arrived: Mapping[str, Any]) -> Finding | None:
    """Return what it means that the question arrived under another name, or asking for something else."""
    host = str(arrived.get("host", ""))
    if host.lower() != config.host:
        fact = said(
            "What stands in front says that {host} was asked for, and not {own}: what others sign does not hold then.",
            host=host,
            own=config.host,
        )
        advice = said("Have it pass on the name that was asked for:")
        return Finding(Verdict.BROKEN, (fact,), advice, _written(_HOST, heard.headers))
    if arrived.get("accept") != ACTIVITY:
        fact = said("What stands in front does not pass on what kind of answer is wanted: servers get pages.")
        advice = said("Have it pass on the header Accept as it comes.")
        return Finding(Verdict.BROKEN, (fact,), advice)
    return None


def _who_asks(config: Config, heard: Heard, arrived: Mapping[str, Any]) -> Finding:
    """Return whether this server can tell its visitors apart: who guesses passwords must not look like everybody."""
    told = [one.strip() for one in str(arrived.get("forwarded_for", "")).split(",") if one.strip()]
    by, scheme, client = (str(arrived.get(name, "")) for name in ("forwarded_proto", "scheme", "client"))
    wanted = config.origin.partition("://")[0]
    if told == [_PRETENDED] and not _is_direct(config, by, scheme):
        fact = said("What stands in front believes what visitors say about where they come from.")
        advice = said("Everybody could pretend to be somebody else. Have it say by itself who asks:")
        return Finding(Verdict.LOOK, (fact,), advice, _written(_WHO_ASKS_ALONE, heard.headers, listen=config.listen))
    if _is_direct(config, by, scheme):
        return Finding(Verdict.OK, (said("Nothing stands in front of this server."),))
    if told and (client not in told or (by == wanted and scheme != wanted)):
        fact = said("What stands in front, at {client}, says who asks, but its word is not believed.", client=client)
        advice = said("All visitors look like one like this. In the settings:")
        named = ", ".join(json.dumps(one) for one in dict.fromkeys((*config.trusted_proxies, client)))
        return Finding(Verdict.LOOK, (fact,), advice, f"trusted_proxies = [{named}]")
    if not told:
        fact = said("What stands in front does not say who asks: all visitors look like one, {client}.", client=client)
        advice = said("One who guesses passwords would lock out everybody. Have it say so:")
        return Finding(Verdict.LOOK, (fact,), advice, _written(_WHO_ASKS, heard.headers, listen=config.listen))
    if by and by != wanted:
        fact = said(
            "What stands in front says that visitors come by {by}, though they come by {wanted}.", by=by, wanted=wanted
        )
        advice = said("Part of the way may not be encrypted. Have it say what it is asked by:")
        return Finding(Verdict.LOOK, (fact,), advice, _written(_BY_WHAT, heard.headers, listen=config.listen))
    return Finding(Verdict.OK, (said("What stands in front passes on who asks, and by which name."),))


def _is_direct(config: Config, by: str, scheme: str) -> bool:
    """Whether nothing stands in front: then this server speaks itself what the world does."""
    return not by and scheme == config.origin.partition("://")[0]


class Letters(NamedTuple):
    """How something is sent that is signed: by whom it is asked, with which key, and when."""

    asking: Asking
    key: SigningKey
    clock: Clock

    async def send(self, url: str, body: bytes, scheme: Scheme) -> Heard:
        """Return the answer to something that was signed as deliveries are. Raises as `Asking.ask`."""
        request = SignedRequest(method="POST", url=url, headers={"content-type": ACTIVITY}, body=body)
        signed = sign(request, self.key, scheme, now=self.clock())
        return await self.asking.ask("POST", url, {"Content-Type": ACTIVITY, **signed}, body)


async def signature(letters: Letters, secret: str) -> Finding:
    """Look whether what is signed still holds when it has come round through the world, in both dialects.

    Then it knocks at the inbox itself, with something that nothing is done about.
    """
    config = letters.asking.config
    url = f"{config.origin}{probes.AMONG_SERVERS}{probes.token(secret, letters.clock())}"
    body = documents.dumps({"type": "Probe", "content": "éàü"})
    for scheme in Scheme:
        heard = await letters.send(url, body, scheme)
        arrived = _arrived(heard)
        if arrived is None:
            return _not_arrived(config, heard)
        if arrived.get("sha256") != hashlib.sha256(body).hexdigest():
            fact = said("What stands in front changes what other servers send.")
            advice = said("Have it pass on every byte as it comes: no filter may rewrite what is sent.")
            return Finding(Verdict.BROKEN, (fact,), advice)
        if arrived.get("fault"):
            fact = said(
                "What other servers sign does not hold any more when it arrives: {why}", why=str(arrived["fault"])
            )
            advice = said(
                "Have what stands in front pass on Host, Date, Digest, Content-Digest, Signature, Signature-Input and "
                "the path as they come."
            )
            return Finding(Verdict.BROKEN, (fact,), advice)
    return await _inbox(letters)


async def _inbox(letters: Letters) -> Finding:
    """Return whether the inbox itself takes something in."""
    config = letters.asking.config
    origin = config.origin
    activity = {"id": f"{origin}/ap/probe", "type": "Probe", "actor": f"{origin}/ap/actor", "object": origin}
    heard = await letters.send(f"{origin}/ap/inbox", documents.dumps(activity), Scheme.CAVAGE)
    if heard.status != _ACCEPTED:
        fact = said("Nothing can be delivered here: the answer is the error {status}.", status=str(heard.status))
        return Finding(Verdict.BROKEN, (fact,), *pass_on(config, heard.headers, "/ap/"))
    return Finding(Verdict.OK, (said("What is signed holds when it arrives, as others sign it."),))
