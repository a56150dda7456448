"""How commands run the server: the only one on its data folder, and saying where it is."""

import contextlib
import fcntl
import gc
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from socket import socket

import click
import uvicorn

from fedi_artisan.app import build
from fedi_artisan.config import DEFAULT_FILE, Config
from fedi_artisan.errors import BadConfig

KEEP_ALIVE_S = 15
GRACE_S = 5
COLLECT_AFTER = 20_000


@contextlib.contextmanager
def only_server(config: Config) -> Iterator[None]:
    """Make sure that no other server works on the same data folder: each work would be sent twice.

    Raises:
        BadConfig: another one does.
    """
    with (config.data_dir / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadConfig(f"a server is running on {config.data_dir}; stop it first") from None
        yield


class Server(uvicorn.Server):
    """Says where the portfolio is once it can be visited. A class because that is how uvicorn is told apart."""

    def __init__(self, config: Config, greeting: Sequence[str]) -> None:
        host, port = config.listen_address
        super().__init__(
            uvicorn.Config(
                build(config),
                host=host,
                port=port,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
                forwarded_allow_ips=list(config.trusted_proxies),
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._greeting = greeting

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the door, and say so."""
        await super().startup(sockets)
        if self.started:
            _rest_the_collector()
            for line in self._greeting:
                click.echo(line)


def how_to_publish(file: Path) -> tuple[str, str]:
    """Return in two lines how to publish into the portfolio of the configuration *file*."""
    place = "" if str(file) == DEFAULT_FILE else f" --config {file}"
    command = f"{_as_typed(Path(sys.argv[0]))}{place}"
    return (
        "Publish a work from a second terminal:",
        f"  {command} publish --title 'My first work' --photo photo.jpg --alt 'What it shows'",
    )


def _rest_the_collector() -> None:
    """Have the garbage collector pass over what was loaded at start, and come by less often: about a tenth less work.

    Requests leave hardly any cycles behind; at its usual pace it goes over everything every few hundred objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def _as_typed(program: Path) -> str:
    """Return how the running program is called from this folder, as short as can be."""
    if program.name == "__main__.py":
        return "python -m fedi_artisan"
    found = shutil.which(program.name)
    if found and Path(found) == program and not program.is_relative_to(Path.cwd()):
        return program.name
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
