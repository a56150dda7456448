"""What every answer says to browsers so that nothing of it is taken for something else, or used by other sites.

Whoever answers may say more, or otherwise; here is said what is missing then. Sources: Content Security Policy 3;
Fetch 3.6 (Cross-Origin-Resource-Policy); HTML 7.1.3 (Cross-Origin-Opener-Policy); Permissions Policy 7; RFC 6797.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_Header = tuple[bytes, bytes]

_CSP, _CORP, _ACAO = b"content-security-policy", b"cross-origin-resource-policy", b"access-control-allow-origin"
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
_NOT_ASKED_FOR = b"camera=(), geolocation=(), microphone=()"
# A year; no word about other names below this one, which need not be ours.
STRICT = (b"strict-transport-security", b"max-age=31536000")

_EVERYWHERE: tuple[_Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (_CSP, NOTHING),
)
_ON_PAGES: tuple[_Header, ...] = (
    (b"permissions-policy", _NOT_ASKED_FOR),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Safeguards:
    """Completes the answers of an application. A class because an application is what it is given and what it is.

    Args:
        app: what answers.
        https: whether visitors come by TLS, and shall from now on never come otherwise.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = complete(list(message.get("headers", ())), https=self._https)
            await send(message)

        await self._app(scope, receive, completed)


def complete(headers: list[_Header], *, https: bool) -> list[_Header]:
    """Return *headers*, whose names are written small, with all that is missing of what an answer has to say.

    Other sites may use what says itself that it is for everybody; all else is for pages of ours.
    """
    said = dict(headers)
    wanted = list(_EVERYWHERE)
    if said.get(b"content-type", b"").startswith(b"text/html"):
        wanted += _ON_PAGES
    wanted.append((_CORP, b"cross-origin" if said.get(_ACAO) == b"*" else b"same-origin"))
    if https:
        wanted.append(STRICT)
    return [*headers, *(header for header in wanted if header[0] not in said)]
