"""What is answered at the plain door: the authority's challenges, and to everybody else that the other door is theirs.

No page ever goes out here.
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from starlette.types import Receive, Scope, Send

from fedi_artisan.config import Config
from fedi_artisan.domain.house import said
from fedi_artisan.language import LANGUAGES
from fedi_artisan.services.house import in_words

CHALLENGES = "/.well-known/acme-challenge/"
_COME_BACK_S = 30
_NOT_YET = said("This site is just opening. Come back in a minute.")
_TEXT = "text/plain; charset=utf-8"
# What may stand in a path or a query as it came: anything else is written with % again.
_AS_IT_IS = "/?:@!$&'()*+,;=%~-._"

_Answer = tuple[int, Mapping[str, str], bytes]


class Plain:
    """Answers at the plain door (an ASGI application). A class because it is called without its parts.

    Args:
        config: its origins are the only places that anybody is sent to.
        challenges: what is to be answered to which token, at this moment.
        is_ready: whether there is a certificate, so that the other door opens.
    """

    def __init__(self, config: Config, challenges: Mapping[str, str], is_ready: Callable[[], bool]) -> None:
        self._origin = config.origin
        self._photographs = config.media.origin
        self._challenges = challenges
        self._is_ready = is_ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        del receive
        if scope["type"] != "http":
            return
        status, headers, body = self._answer(scope)
        lines = {"Content-Length": str(len(body)), "X-Content-Type-Options": "nosniff"} | dict(headers)
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> _Answer:
        path: str = scope["path"]
        if path.startswith(CHALLENGES):
            # A look-up by the name alone: there is no folder behind it that one could climb out of.
            shown = self._challenges.get(path.removeprefix(CHALLENGES))
            headers = {"Content-Type": _TEXT, "Cache-Control": "no-store"}
            return (404, headers, b"") if shown is None else (200, headers, shown.encode("ascii"))
        if not self._is_ready():
            body = "\n\n".join(in_words(_NOT_YET, language) for language in LANGUAGES) + "\n"
            headers = {"Content-Type": _TEXT, "Cache-Control": "no-store", "Retry-After": str(_COME_BACK_S)}
            return 503, headers, body.encode()
        return 308, {"Location": self._secure(scope)}, b""

    def _secure(self, scope: Scope) -> str:
        """Return the same address at the other door: of ours, whatever host was asked for."""
        path = scope["raw_path"].decode("latin-1") + "?" * bool(scope["query_string"])
        asked = quote(path + scope["query_string"].decode("latin-1"), safe=_AS_IT_IS, encoding="latin-1")
        # Without a slash between them the path could become a part of the host.
        return self._of_ours(scope) + (asked if asked.startswith("/") else "/")

    def _of_ours(self, scope: Scope) -> str:
        """Return the origin of photographs where exactly that was asked for, and ours to everybody else."""
        hosts = {value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"}
        if self._photographs is not None and {host.partition(":")[0] for host in hosts} == {
            urlsplit(self._photographs).hostname
        }:
            return self._photographs
        return self._origin
