"""How this server is found: WebFinger, host-meta, NodeInfo."""

from collections.abc import Mapping
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan import __version__
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage import artisans, works
from fedi_artisan.web import negotiate
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
    site = site_of(request)
    resource = request.query_params.get("resource", "").strip()
    if not resource or len(resource) > _LONGEST_RESOURCE or not resource.isprintable():
        raise BadInput("say who you look for: ?resource=acct:name@host")
    if _is_instance(resource, site.uris):
        return _jrd(request, _instance(site.uris))
    artisan = await _find(site, resource)
    if artisan is None:
        raise NotFound("nobody here by that name")
    return _jrd(request, _person(artisan, site.uris))


def _is_instance(resource: str, uris: Uris) -> bool:
    """Whether the server itself is meant (FEP-d556, and Mastodon's habit)."""
    host = uris.host.lower()
    name = host.partition(":")[0]
    return resource.lower() in {
        f"acct:{name}@{host}",
        f"acct:{host}@{host}",
        uris.origin,
        f"{uris.origin}/",
        host,
        uris.instance_actor,
    }


async def _find(site: Site, resource: str) -> Artisan | None:
    """Return the artisan whom *resource* names.

    Raises:
        BadInput: it is neither a handle nor an address.
    """
    uris = site.uris
    async with site.db.read() as tx:
        if resource.startswith(("https://", "http://")):
            uid = uris.uid_of(resource, "actors")
            if uid is not None:
                return await artisans.find_by_uid(tx, uid)
            prefix = uris.profile_url("")
            return (
                await artisans.find_by_username(tx, resource.removeprefix(prefix))
                if resource.startswith(prefix)
                else None
            )
        username, at, host = unquote(resource.removeprefix("acct:")).removeprefix("@").partition("@")
        if not at or not username or not host:
            raise BadInput("that is neither acct:name@host nor an address")
        return await artisans.find_by_username(tx, username) if host.lower() == uris.host else None


def _person(artisan: Artisan, uris: Uris) -> dict[str, object]:
    """Return what is said about an artisan: exactly one ActivityPub link, equal to her id (WIRE 1.2)."""
    actor_uri, profile_url = uris.actor(artisan.uid), uris.profile_url(artisan.username)
    links = [
        {"rel": "self", "type": negotiate.ACTIVITY_JSON, "href": actor_uri},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile_url},
    ]
    if artisan.icon is not None:
        href = uris.media_url(artisan.icon.file)
        links.append({"rel": "http://webfinger.net/rel/avatar", "type": "image/jpeg", "href": href})
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
        shown = await works.count_shown(tx)
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
