"""A bare Starlette under the settings of our server, which gives answers that it was told; run as a program.

`python -m bench.starlette PORT FILE`, where FILE is JSON and holds for each path status, headers and body (base64), or
a file.
"""

import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fedi_artisan.serving.server import GRACE_S, KEEP_ALIVE_S

# uvicorn and Starlette add these themselves.
_ADDED = frozenset({"date", "content-length"})


def endpoint(status: int, headers: dict[str, str], body: bytes) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that always gives the same answer."""

    async def give(_: Request) -> Response:
        return Response(body, status, headers)

    return give


def giver(file: str) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that gives a file, whole or in part."""

    async def give(_: Request) -> Response:
        return FileResponse(file)

    return give


def main() -> None:
    """Serve until stopped."""
    port, file = sys.argv[1:]
    answers = json.loads(Path(file).read_text(encoding="utf-8"))
    routes = [
        Route(
            path,
            giver(answer["file"])
            if "file" in answer
            else endpoint(
                answer["status"],
                {name: value for name, value in answer["headers"].items() if name not in _ADDED},
                base64.b64decode(answer["body"]),
            ),
        )
        for path, answer in answers.items()
    ]
    uvicorn.run(
        Starlette(routes=routes),
        host="127.0.0.1",
        port=int(port),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


if __name__ == "__main__":
    main()
