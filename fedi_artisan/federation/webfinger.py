"""From a handle to an actor, as RFC 7033 and everybody's habits have it."""

from collections.abc import Mapping
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import RemoteActor, split_handle
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import RemoteGone, RemoteMalformed
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.client import Client

_ACTIVITY_TYPES = {
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
}
_XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link"


class WebFinger:
    """Looks handles up at their servers."""

    def __init__(self, config: Config, client: Client, actors: Actors) -> None:
        self._scheme = "http" if config.plain_http else "https"
        self._client = client
        self._actors = actors

    async def resolve(self, handle: str) -> RemoteActor:
        """Return the actor that a handle names, found by her server and confirmed by her own document.

        Raises:
            BadInput: it is no handle.
            RemoteError: nobody there by that name, or her server does not answer or contradicts itself.
        """
        username, host = split_handle(handle)
        subject, actor_uri = await self._ask(f"acct:{username}@{host}", host)
        asked = f"{username}@{host}".lower()
        if subject.lower() != asked:
            # A handle may live on another name than its server: then the answer for that name must be the same.
            again, same_uri = await self._ask(f"acct:{subject}", split_handle(subject)[1])
            if again.lower() != subject.lower() or same_uri != actor_uri:
                raise RemoteMalformed(f"{host} and {subject} do not agree about who {handle} is")
        actor = await self._actors.fetch(actor_uri)
        if host_of(actor.uri) not in {host, split_handle(subject)[1]}:
            await self.confirm(actor)
        return actor

    async def confirm(self, actor: RemoteActor) -> None:
        """Let the actor's own server say that she is there: a stranger may point at anybody (WIRE 10.2 #29).

        Raises:
            RemoteError: it does not say so, or says that another is.
        """
        host = host_of(actor.uri)
        _, confirmed_uri = await self._ask(f"acct:{actor.username}@{host}", host)
        if confirmed_uri != actor.uri:
            raise RemoteMalformed(f"{host} does not confirm that {actor.uri} is {actor.username}@{host}")

    async def look_up(self, resource: str, host: str) -> tuple[Mapping[str, object], str]:
        """Return what *host* says about *resource*, as it came, and the address that said so in the end.

        Raises:
            RemoteGone: it knows of nobody.
            RemoteError: it does not answer, or not in a way that can be read.
        """
        query = f"resource={quote(resource, safe='')}"
        url = f"{self._scheme}://{host}/.well-known/webfinger?{query}"
        try:
            return await self._get(url)
        except RemoteGone as error:
            if error.http_status != 404:  # noqa: PLR2004 - Not Found; 410 is an answer
                raise
            template = await self._template(host)
            other_url = template.replace("{uri}", quote(resource, safe=""))
            if other_url == url:
                raise
        return await self._get(other_url)

    async def _ask(self, resource: str, host: str) -> tuple[str, str]:
        """Return the subject (user@host) and the actor id that *host* gives for *resource*."""
        answer, _ = await self.look_up(resource, host)
        return _read(answer, resource)

    async def _get(self, url: str) -> tuple[Mapping[str, object], str]:
        return await self._client.get_json(
            url,
            accept="application/jrd+json, application/json",
            media_types={"application/jrd+json", "application/json"},
        )

    async def _template(self, host: str) -> str:
        """Return the address pattern that the host's older description gives (RFC 6415)."""
        url = f"{self._scheme}://{host}/.well-known/host-meta"
        text = await self._client.get_text(url, accept="application/xrd+xml", media_types={"application/xrd+xml"})
        return _template_in(text, url)


def _template_in(text: str, url: str) -> str:
    """Return the address pattern that stands in the description *text*, which *url* gave.

    Raises:
        RemoteMalformed: there is none.
    """
    try:
        links = ElementTree.fromstring(text).iter(_XRD)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise RemoteMalformed(f"{url}: cannot be read") from error
    for link in links:
        template = link.get("template", "")
        if link.get("rel") == "lrdd" and "{uri}" in template:
            return str(template)
    raise RemoteMalformed(f"{url}: says nothing about handles")


def _read(answer: Mapping[str, object], resource: str) -> tuple[str, str]:
    """Return subject and actor id of a WebFinger answer."""
    subject = answer.get("subject")
    links = answer.get("links")
    if not isinstance(subject, str) or not subject.startswith("acct:") or not isinstance(links, list):
        raise RemoteMalformed(f"the answer about {resource} cannot be read")
    for link in links:
        if not isinstance(link, Mapping) or link.get("rel") != "self":
            continue
        kind, href = link.get("type"), link.get("href")
        if isinstance(kind, str) and kind in _ACTIVITY_TYPES and isinstance(href, str):
            return subject.removeprefix("acct:"), href
    raise RemoteMalformed(f"the answer about {resource} names no ActivityPub actor")
