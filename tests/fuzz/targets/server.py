"""The running server: any request to any of its addresses, by visitors and by the artisan, and any signed activity."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from bs4 import BeautifulSoup, Tag
from starlette.routing import Route

from fedi_artisan.web.routes import ROUTES
from tests.fuzz.reading import DATA
from tests.fuzz.target import ServerFault, Shape, Target
from tests.fuzz.town import numbered, town
from tests.neighbour import pem

# Not offered in this form; another server failed us; come back later; no more room.
_OTHERS_FAULT = frozenset({501, 502, 503, 507})
_SERVER_ERROR = 500
_ANOTHER_BOB_EVERY = 50
_US = "https://atelier.example/ap/actors/01jc7maria00000000000000aa"
_WORK = "https://atelier.example/ap/works/01jc8zmoonjar000000000000b"
_BOB = "https://mastodon.example/users/bob"
_HOME = "https://mastodon.example"
_INSTEAD = {"number:int": "1", "id:row": "1", "form": "atom", "username": "maria", "version": "2.0", "step": "name"}
# What stands in an address that begins so; the first that fits.
_UIDS = {
    "/ap/actors/": "{actor}",
    "/ap/works/": "{work}",
    "/ap/posts/": "{post}",
    "/posts/": "{post}",
    "/studio/posts/": "{post}",
    "/ap/series/": "{series}",
    "/studio/series/": "{series}",
    "/series/": "moons",
    "/ap/pages/": "{page}",
    "/studio/pages/": "{page}",
    "/pages/": "about-me",
    "/studio/drafts/": "{draft}",
    "/studio/works/": "{work}",
    "/works/": "{slug}",
    "/tags/": "clay",
    "/ap/tags/": "clay",
}
_PARAMETERS = (
    "?lang=fr&page=1&q=jar&series=moons&year=2024&tag=clay&before=1&resource=acct:maria@{host}&uri=x&url=x&act=like"
)
_WORDS = (
    *(
        "GET ",
        "POST ",
        "HEAD ",
        "PUT ",
        "OPTIONS ",
        "/@maria",
        "/works/moon-jar",
        "/studio",
        "/ap/inbox",
        "/../",
        "%2f",
        "%00",
    ),
    *(
        "Cookie: {cookie}",
        "token={token}",
        "Accept: application/activity+json",
        "Accept-Language: *",
        "Range: bytes=0-1",
    ),
    *(
        "If-None-Match: *",
        "If-Modified-Since: ",
        "Transfer-Encoding: chunked",
        "Content-Length: 5",
        "Expect: 100-continue",
    ),
    *(
        "X-Forwarded-For: 1.2.3.4, x",
        "Forwarded: for=x;proto=y",
        "X-Forwarded-Proto: wss",
        "Host: x",
        "Upgrade: websocket",
    ),
    *(
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: application/json",
        "Sec-Fetch-Mode: navigate",
        "?lang=zz",
    ),
    *(
        "&page=99999999999999999999",
        "&page=-1",
        "&q=%00",
        "&before=x",
        "&year=0000",
        "%F0%9F%98%80",
        "%ED%A0%80",
        "HTTP/9.9",
    ),
)
# Where a session may end.
_ENDINGS = (b"/studio/sign-", b"session", b"password", b"/studio/welcome")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----[^\"]*")
_STRAY = re.compile(rb"^(content-length|connection|transfer-encoding):", re.IGNORECASE)


def ask(data: bytes) -> None:
    """Whatever is asked is answered, or the connection ended; the fault is never ours."""
    there = town()
    head, _, body = there.filled_in(data).partition(b"\n\n")
    lines = [line.rstrip(b"\r") for line in head.split(b"\n") if line.strip(b"\r")] or [b""]
    if not any(map(_STRAY.match, lines)):
        lines += [b"Content-Length: %d" % len(body), b"Connection: close"]
    status, _ = there.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    what = f"{lines[0][:80].decode('latin-1')!r} answers {status}"
    there.look(what)
    if status >= _SERVER_ERROR and status not in _OTHERS_FAULT:
        raise ServerFault(what)
    there.stay_alive(at_once=lines[0].startswith(b"POST") and any(map(lines[0].__contains__, _ENDINGS)))


def tell(data: bytes) -> None:
    """Whatever is signed and sent is answered 2xx or 4xx, and what follows from it never fails (WIRE 5.7)."""
    there = town()
    for placeholder, value in (
        ("{key}", json.dumps(pem(there.bob.private))[1:-1]),
        (_US, there.house.actor_uri),
        (_WORK, there.work),
        (_BOB, there.bob.uri),
        (_HOME, there.neighbour.origin),
    ):
        data = data.replace(placeholder.encode(), value.encode())
    data = numbered(data, there.served, there.neighbour.origin)
    status, text = there.do(there.neighbour.send(there.bob, there.house.uris.shared_inbox, data))
    there.do(there.house.quiet())
    there.look(f"an activity is answered {status}")
    if status == 401 or there.served % _ANOTHER_BOB_EVERY == 0:
        there.change_bob()
    if status >= _SERVER_ERROR:
        raise ServerFault(f"an activity is answered {status}: {text[:200]}")
    there.stay_alive()


def _requests() -> Iterator[bytes]:
    """Give a request for every address, as a visitor, as another server and as the artisan asks; then all her forms."""
    for route in ROUTES:
        if isinstance(route, Route):
            path = _path(route.path)
            yield _request(
                "GET", path + _PARAMETERS, "Accept: text/html\nAccept-Language: fr, en;q=0.5\nCookie: {cookie}"
            )
            if "POST" in (route.methods or ()):
                yield _posted(path, [("title", "x")])
            elif not path.startswith("/studio"):
                yield _request("GET", path, 'Accept: application/activity+json\nIf-None-Match: W/"x"\nRange: bytes=0-9')
    yield from _forms()


def _path(pattern: str) -> str:
    """Return an address of a route that leads somewhere."""
    uid = next((uid for begins, uid in _UIDS.items() if pattern.startswith(begins)), "{work}")
    return re.sub(r"\{([^}]+)\}", lambda name: _INSTEAD.get(name[1], uid), pattern)


@cache
def _forms() -> tuple[bytes, ...]:
    """Return the forms on the pages of the studio, filled in as they stand there."""
    there, found = town(), dict[bytes, None]()
    there.begin_draft()
    opened = set[str]()
    waiting = ["/studio", *(route.path for route in ROUTES if isinstance(route, Route) and "{" not in route.path)]
    while waiting:
        path = waiting.pop()
        if path in opened or len(opened) > 100:
            continue
        opened.add(path)
        status, body = there.send(there.get(path))
        if status != 200 or not body[:15].lower().startswith(b"<!doctype html"):
            continue
        page = BeautifulSoup(body, "html.parser")
        for form in page.find_all("form"):
            found |= dict.fromkeys(_filled(form, path))
        waiting += [link for one in page.find_all("a") if (link := str(one.get("href", ""))).startswith("/studio")]
    # These are others in each process.
    for name, value in (*there.names.items(), ("host", there.house.uris.host)):
        found = {one.replace(value.encode(), f"{{{name}}}".encode()): None for one in found}
    return tuple(found)


def _filled(form: Tag, path: str) -> Iterator[bytes]:
    """Give what a browser sends of a form, once for each of its buttons."""
    action = str(form.get("action") or path).partition("#")[0]
    fields: list[tuple[str, str]] = []
    for one in form.find_all(["input", "textarea", "select"]):
        name, value = str(one.get("name", "")), str(one.get("value", "")) or one.text.strip()[:50] or "1"
        if name and name != "token":
            fields.append((name, value))
    buttons = [(str(one["name"]), str(one.get("value", ""))) for one in form.find_all("button") if one.get("name")]
    for button in buttons or [("", "")]:
        pairs = [*fields, button] if button[0] else fields
        if str(form.get("method", "get")).lower() == "get":
            yield _request(
                "GET", f"{action.partition('?')[0]}?{urlencode(pairs)}", "Cookie: {cookie}\nAccept: text/html"
            )
        elif form.get("enctype") == "multipart/form-data":
            yield _sent(action, pairs)
        else:
            yield _posted(action, pairs)


def _request(method: str, path: str, headers: str, body: bytes = b"") -> bytes:
    written = quote(path, safe="/?&=%@:+.,-_~{}!*;'()")
    return f"{method} {written} HTTP/1.1\nHost: {{host}}\n{headers}\n\n".encode() + body


def _posted(path: str, fields: list[tuple[str, str]]) -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded"
    body = f"token={{token}}&{urlencode(fields)}".encode()
    return _request("POST", path, f"Cookie: {{cookie}}\nOrigin: http://{{host}}\nAccept: text/html\n{kind}", body)


def _sent(path: str, fields: list[tuple[str, str]]) -> bytes:
    parts = [f'--xYz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields]
    token = '--xYz\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'
    kind = "Content-Type: multipart/form-data; boundary=xYz"
    body = (token + "".join(parts) + "--xYz--\r\n").encode()
    return _request("POST", path, f"Cookie: {{cookie}}\nOrigin: http://{{host}}\nAccept: text/html\n{kind}", body)


def _activities() -> Iterator[bytes]:
    """Give what servers of every kind send, as if bob had sent it."""
    for file in sorted(DATA.glob("*/*.json")):
        document: dict[str, Any] = json.loads(file.read_bytes())
        actor = document.get("actor")
        if file.parent.name == "golden" or not isinstance(actor, str):
            continue
        text = file.read_text(encoding="utf-8").replace(actor, _BOB)
        home = re.match(r"https://[^/]+", actor)
        if home is not None:
            yield _PEM.sub("{key}", text.replace(home[0], _HOME)).encode()


_KINDS = (
    "Create",
    "Update",
    "Delete",
    "Follow",
    "Undo",
    "Like",
    "Announce",
    "Flag",
    "Move",
    "Block",
    "QuoteRequest",
    "Note",
)
_KEYS = (
    "id",
    "type",
    "actor",
    "object",
    "to",
    "cc",
    "inReplyTo",
    "content",
    "tag",
    "attachment",
    "published",
    "attributedTo",
)

TARGETS = (
    Target(
        name="request", run=ask, seeds=_requests, shape=Shape.REQUEST, words=_WORDS, weight=8, examples=60, slow_s=5.0
    ),
    Target(
        name="inbox",
        run=tell,
        seeds=_activities,
        shape=Shape.JSON,
        words=(*_KINDS, *_KEYS, _US, _WORK, _BOB, f"{_HOME}/notes/1"),
        weight=6,
        examples=40,
        slow_s=5.0,
    ),
)
