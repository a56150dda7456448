"""How this server is found: WebFinger, host-meta, NodeInfo."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import quoteattr

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan import __version__
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris, origin_of
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage.works import Reader
from fedi_artisan.vocab.render.actors import ICON_PX
from fedi_artisan.web import arriving, negotiate
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.documents import document

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema"
_VERSIONS = ("2.0", "2.1")
_APPLICATION = "https://www.w3.org/ns/activitystreams#Application"
_SERVICE = "https://www.w3.org/ns/activitystreams#Service"
_LONGEST_RESOURCE = 2048


async def webfinger(request: Request) -> Response:
    """Return who a resource is (RFC 7033; the forms of WIRE 1.2).

    Raises:
        BadInput: no resource was asked for, or none that could be one.
        NotFound: it is nobody here.
    """
    # Some encode the resource once too often.
    resource = unquote(request.query_params.get("resource", "")).strip()
    if not resource or len(resource) > _LONGEST_RESOURCE or not resource.isprintable():
        raise BadInput("say who you look for, with resource=acct:name@host")
    find = _by_address if "://" in resource else _by_handle
    return _jrd(request, await find(site_of(request), resource))


async def _by_handle(site: Site, resource: str) -> dict[str, object]:
    """Return whom a handle names, with or without its scheme; a host alone means the server itself.

    Raises:
        BadInput: it is no handle.
        NotFound: it is nobody here.
    """
    uris = site.uris
    handle = resource.lower().removeprefix("acct:").removeprefix("@")
    username, at, host = handle.partition("@")
    # The server's own handle repeats its host (Mastodon's habit).
    if resource.lower() == uris.host or (username in {uris.host, uris.host.partition(":")[0]} and host == uris.host):
        return _instance(uris)
    if not at or not username or not host:
        raise BadInput("that is neither acct:name@host nor an address")
    async with site.db.read() as tx:
        artisan = await artisans.find_by_username(tx, username) if host == uris.host else None
    return _person(artisan, uris)


async def _by_address(site: Site, resource: str) -> dict[str, object]:
    """Return whom an address names: an id, a portfolio, or the server itself (FEP-d556).

    Raises:
        BadInput: it is no address.
        NotFound: it is nobody here.
    """
    uris = site.uris
    if origin_of(resource) is None:
        raise BadInput("that is neither acct:name@host nor an address")
    if not uris.is_ours(resource):
        raise NotFound("nobody here by that address")
    # As the addresses here are written, in whatever case the host was asked.
    address = uris.origin + resource.partition("://")[2].removeprefix(urlsplit(resource).netloc)
    if address in {uris.origin, f"{uris.origin}/", uris.instance_actor}:
        return _instance(uris)
    uid, profile = uris.uid_of(address, "actors"), uris.profile_url("")
    async with site.db.read() as tx:
        if uid is not None:
            artisan = await artisans.find_by_uid(tx, uid)
        elif address.startswith(profile):
            artisan = await artisans.find_by_username(tx, address.removeprefix(profile))
        else:
            artisan = None
    return _person(artisan, uris)


def _person(artisan: Artisan | None, uris: Uris) -> dict[str, object]:
    """Return what is said about an artisan: exactly one ActivityPub link, equal to her id (WIRE 1.2).

    Raises:
        NotFound: there is none.
    """
    if artisan is None:
        raise NotFound("nobody here by that name")
    actor_uri, profile_url = uris.actor(artisan.uid), uris.profile_url(artisan.username)
    links = [
        {"rel": "self", "type": negotiate.ACTIVITY_JSON, "href": actor_uri},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile_url},
        *arriving.templates(uris.origin),
    ]
    if artisan.icon is not None:
        icon = artisan.icon.small(ICON_PX)
        href = uris.media_url(icon.file)
        links.append({"rel": "http://webfinger.net/rel/avatar", "type": icon.type.media_type, "href": href})
    return {"subject": f"acct:{artisan.username}@{uris.host}", "aliases": [profile_url, actor_uri], "links": links}


def _instance(uris: Uris) -> dict[str, object]:
    """Return what is said about the server itself."""
    name = uris.host.partition(":")[0]
    return {
        "subject": f"acct:{name}@{uris.host}",
        "aliases": [uris.instance_actor, f"{uris.origin}/"],
        "links": [
            {"rel": "self", "type": negotiate.ACTIVITY_JSON, "href": uris.instance_actor},
            {"rel": _SERVICE, "type": negotiate.ACTIVITY_JSON, "href": uris.instance_actor},
        ],
    }


def _jrd(request: Request, content: Mapping[str, object]) -> Response:
    return document(request, content, media_type="application/jrd+json")


async def host_meta(request: Request) -> Response:
    """Return where WebFinger is (RFC 6415), for those who ask the older way."""
    template = f"{site_of(request).uris.origin}/.well-known/webfinger?resource={{uri}}"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/xrd+xml" template={quoteattr(template)}/>\n'
        "</XRD>\n"
    )
    headers = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type="application/xrd+xml", headers=headers)


async def nodeinfo_links(request: Request) -> Response:
    """Return where NodeInfo is, and the instance actor (FEP-2677)."""
    uris = site_of(request).uris
    links = [{"rel": f"{_SCHEMA}/{version}", "href": f"{uris.nodeinfo}/{version}"} for version in _VERSIONS]
    return _jrd(request, {"links": [*links, {"rel": _APPLICATION, "href": uris.instance_actor}]})


async def nodeinfo(request: Request) -> Response:
    """Return what this server is and how much is on it.

    Raises:
        NotFound: an unknown version is asked for.
    """
    version = request.path_params["version"]
    if version not in _VERSIONS:
        raise NotFound("there is no such version")
    site = site_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
        shown = await works.count_shown(tx, reader=Reader.SERVER)
    software = {"name": "fedi-artisan", "version": __version__}
    if version != _VERSIONS[0]:
        software |= {"homepage": site.uris.origin}
    users = {"total": len(everybody), "activeMonth": len(everybody), "activeHalfyear": len(everybody)}
    content = {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": users, "localPosts": shown, "localComments": 0},
        "metadata": {"nodeName": everybody[0].name if len(everybody) == 1 else site.uris.host},
    }
    media_type = f'application/json; profile="{_SCHEMA}/{version}#"'
    return document(request, content, media_type=media_type)
