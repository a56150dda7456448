"""Another server, small and written by hand: actors with keys, signed requests, an inbox that remembers.

It signs with nothing of ours, so that a fault of ours cannot hide behind itself.
"""

import base64
import contextlib
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTIVITY_JSON = "application/activity+json"

Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    """Return a key; making one takes long, so the same number gives the same key."""
    del number
    return rsa.generate_private_key(65537, 2048)


def pem(private: rsa.RSAPrivateKey) -> str:
    """Return the public half as PEM text."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@dataclass
class Person:
    """An actor of the other server."""

    uri: str
    private: rsa.RSAPrivateKey
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def key_id(self) -> str:
        """The id of her key."""
        return f"{self.uri}#main-key"

    def document(self) -> dict[str, Any]:
        """Return her actor document."""
        name = self.uri.rsplit("/", 1)[-1]
        return {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": self.uri,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "endpoints": {"sharedInbox": f"{self.uri.rsplit('/users/', 1)[0]}/inbox"},
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": pem(self.private)},
            **self.extra,
        }


@dataclass
class Neighbour:
    """The other server: `documents` is what it serves by path, `received` what its inboxes got.

    `routes` answer in their own way, `requests` is all that was asked of it.
    """

    origin: str
    session: aiohttp.ClientSession
    documents: dict[str, Any] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    inbox_status: int = 202
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show itself in one line where Hypothesis tells what a test was given."""
        printer.text(f"<neighbour at {self.origin}>")

    def person(self, name: str, /, *, key_number: int = 0, **extra: Any) -> Person:
        """Return a new actor of this server, whose document is served."""
        person = Person(f"{self.origin}/users/{name}", key(key_number), extra)
        self.serve(person.document())
        return person

    def serve(
        self, document: Mapping[str, Any], *, status: int = 200, at: str | None = None, kind: str = ACTIVITY_JSON
    ) -> None:
        """Serve a document at its id, or at the address *at*, as the media type *kind*."""
        self.documents[path_of(at or document["id"])] = (status, document, kind)

    def asked(self, uri: str | None = None) -> int:
        """Return how often a document was asked for, or anything at all."""
        return sum(method == "GET" and uri in {None, self.origin + path} for method, path in self.requests)

    def activity(self, kind: str, person: Person, target: Any, /, **more: Any) -> dict[str, Any]:
        """Return a new activity of *person*."""
        number = next(self.numbers)
        return {
            "@context": AS2,
            "id": f"{self.origin}/activities/{number}",
            "type": kind,
            "actor": person.uri,
            "object": target,
            **more,
        }

    def note(
        self, person: Person, in_reply_to: str | None, content: str = "<p>Lovely!</p>", **more: Any
    ) -> dict[str, Any]:
        """Return a new note of *person*, which is served at its id."""
        note = {
            "@context": AS2,
            "id": f"{self.origin}/notes/{next(self.numbers)}",
            "type": "Note",
            "attributedTo": person.uri,
            "inReplyTo": in_reply_to,
            "content": content,
            "published": datetime.now(UTC).isoformat(),
            "to": [PUBLIC],
            "cc": [],
            **more,
        }
        self.serve(note)
        return note

    async def send(
        self,
        person: Person,
        inbox_url: str,
        activity: Mapping[str, Any] | bytes,
        *,
        date: datetime | None = None,
        key_id: str | None = None,
        private: rsa.RSAPrivateKey | None = None,
        headers: Mapping[str, str] | None = None,
        rfc9421: bool = False,
    ) -> tuple[int, str]:
        """Send a signed activity (draft-cavage, as most servers do); return status and body of the answer.

        A header of *headers* that is empty is left out.
        """
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sign = signed_by_rfc9421 if rfc9421 else signed_headers
        signed = sign(
            "POST",
            inbox_url,
            body,
            key_id=key_id or person.key_id,
            private=private or person.private,
            date=date,
        )
        merged = {name: value for name, value in {**signed, **(headers or {})}.items() if value}
        async with self.session.post(inbox_url, data=body, headers=merged) as answer:
            return answer.status, await answer.text()


def path_of(uri: str) -> str:
    """Return path and query of an address, as they are asked for."""
    parts = urlsplit(uri)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def signed_by_rfc9421(
    method: str,
    url: str,
    body: bytes = b"",
    *,
    key_id: str,
    private: rsa.RSAPrivateKey,
    date: datetime | None = None,
) -> dict[str, str]:
    """Return the headers of a request with a body signed by RFC 9421."""
    created = int((date or datetime.now(UTC)).timestamp())
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    parameters = f'("@method" "@target-uri" "content-digest");created={created};keyid="{key_id}"'
    text = "\n".join(
        [
            f'"@method": {method}',
            f'"@target-uri": {url}',
            f'"content-digest": {digest}',
            f'"@signature-params": {parameters}',
        ]
    )
    signature = base64.b64encode(private.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()
    return {
        "content-type": ACTIVITY_JSON,
        "content-digest": digest,
        "signature-input": f"sig1={parameters}",
        "signature": f"sig1=:{signature}:",
    }


def signed_headers(
    method: str,
    url: str,
    body: bytes = b"",
    *,
    key_id: str,
    private: rsa.RSAPrivateKey,
    date: datetime | None = None,
) -> dict[str, str]:
    """Return the headers of a request signed by draft-cavage."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {
        "host": parts.netloc,
        "date": format_datetime(date or datetime.now(UTC), usegmt=True),
    }
    if method == "POST":
        headers["digest"] = f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"
        headers["content-type"] = ACTIVITY_JSON
    lines = [f"(request-target): {method.lower()} {path}", *(f"{name}: {value}" for name, value in headers.items())]
    signature = base64.b64encode(private.sign("\n".join(lines).encode(), padding.PKCS1v15(), SHA256())).decode()
    names = " ".join(["(request-target)", *headers])
    headers["signature"] = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
    return headers


@contextlib.asynccontextmanager
async def open_neighbour() -> AsyncIterator[Neighbour]:
    """Run another server while the block lasts."""
    async with aiohttp.ClientSession() as session:
        neighbour = Neighbour("", session)

        async def answer(request: web.Request) -> web.StreamResponse:
            neighbour.requests.append((request.method, request.path_qs))
            if request.path_qs in neighbour.routes:
                return await neighbour.routes[request.path_qs](request)
            if request.method == "POST":
                neighbour.received.append(await request.json())
                return web.Response(status=neighbour.inbox_status)
            missing = (404, {"error": "not here"}, ACTIVITY_JSON)
            status, document, kind = neighbour.documents.get(request.path_qs, missing)
            return web.Response(body=json.dumps(document), status=status, headers={"content-type": kind})

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        neighbour.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield neighbour
        finally:
            await runner.cleanup()
