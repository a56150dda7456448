"""Saying something: an activity becomes a row, and a row for each inbox it must reach."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.safety import Severity, domains_of
from fedi_artisan.domain.uris import PUBLIC, origin_of
from fedi_artisan.storage import deliveries, rules, servers, unwelcome
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab import json


async def say(
    tx: Tx,
    artisan: Artisan,
    document: Mapping[str, object],
    *,
    subject_uri: str,
    inbox_urls: Iterable[str],
    now: datetime,
    public: bool = False,
    to_blocked: bool = False,
) -> None:
    """Enqueue the activity *document*, which is about *subject_uri*, for each of the inboxes.

    Nothing goes to servers with which nothing is exchanged, nor to people whom the artisan blocked; but that she does,
    with *to_blocked*.
    """
    said = deliveries.Said(
        uri=str(document["id"]),
        artisan_id=artisan.id,
        type=str(document["type"]),
        subject_uri=subject_uri,
        public=public,
        body=json.dumps(document),
        for_followers=_is_for_followers(document),
    )
    await deliveries.enqueue(tx, said, await _welcome(tx, artisan, [*inbox_urls], to_blocked=to_blocked), now)


async def _welcome(tx: Tx, artisan: Artisan, inbox_urls: list[str], *, to_blocked: bool) -> list[str]:
    """Return those of the inboxes to which something may go."""
    if not inbox_urls:
        return []
    kept_out = await rules.keeping_out(tx, artisan.id)
    if kept_out.people and not to_blocked:
        blocked = await unwelcome.list_inboxes(tx, artisan.id)
        inbox_urls = [url for url in inbox_urls if url not in blocked]
    if not kept_out.servers and not kept_out.only_listed:
        return inbox_urls
    hosts = {url: origin.host for url in inbox_urls if (origin := origin_of(url)) is not None}
    ruled = await servers.ruled_among(tx, {domain for host in hosts.values() for domain in domains_of(host)})
    severities = {url: {ruled.get(domain) for domain in domains_of(host)} for url, host in hosts.items()}
    return [
        url
        for url, found in severities.items()
        if Severity.BLOCKED not in found and (not kept_out.only_listed or found & {*Severity})
    ]


def _is_for_followers(document: Mapping[str, object]) -> bool:
    """Whether an activity is for the followers of who says it, and not for everybody."""
    to, cc = document.get("to"), document.get("cc")
    told = [*(to if isinstance(to, list) else ()), *(cc if isinstance(cc, list) else ())]
    return f"{document['actor']}/followers" in told and PUBLIC not in told
