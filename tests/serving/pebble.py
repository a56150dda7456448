"""A real authority for a test: Debian's `pebble`, with names that lead where the test says."""

import asyncio
import contextlib
import json
import os
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.house import free_ports, until
from tests.serving.made import make

# An order takes two seconds and a half, of which the client sleeps two; on a busy machine several times that.
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Pebble:
    """A running authority.

    Args:
        directory: its address for our settings, with *ca_file* by which it is known.
        plain_port: where it knocks to see whether a name leads to us.
        roots: what browsers would know of it.
    """

    directory: str
    ca_file: Path
    plain_port: int
    roots: ssl.SSLContext


@contextlib.asynccontextmanager
async def pebble(
    folder: Path, environment: Mapping[str, str] | None = None, **settings: object
) -> AsyncIterator[Pebble]:
    """Run an authority while the block lasts; every name leads to this machine."""
    for program in ("pebble", "pebble-challtestsrv"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing: install Debian's package pebble")
    api, management, plain, names = free_ports(4)
    ca_file = _own_certificate(folder)
    config = {
        "listenAddress": f"127.0.0.1:{api}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(folder / "shown.pem"),
        "privateKey": str(folder / "key.pem"),
        "httpPort": plain,
        "tlsPort": 1,
        **settings,
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": config}))
    with contextlib.ExitStack() as running:
        asked = f"127.0.0.1:{names}"
        running.enter_context(
            _running(
                [
                    "pebble-challtestsrv",
                    "-dns01",
                    asked,
                    "-defaultIPv6",
                    "",
                    "-http01",
                    "",
                    "-https01",
                    "",
                    "-tlsalpn01",
                    "",
                    "-management",
                    "",
                ],
                folder / "names.log",
                {},
            )
        )
        running.enter_context(
            _running(
                ["pebble", "-config", str(folder / "pebble.json"), "-dnsserver", asked],
                folder / "pebble.log",
                {
                    "PEBBLE_VA_NOSLEEP": "1",
                    "PEBBLE_WFE_NONCEREJECT": "0",
                    "PEBBLE_AUTHZREUSE": "0",
                    **(environment or {}),
                },
            )
        )
        tls = ssl.create_default_context(cafile=str(ca_file))

        async def root() -> str:
            def ask() -> str:
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"https://127.0.0.1:{management}/roots/0", context=tls) as answer,
                ):
                    return str(answer.read().decode())
                return ""

            return await asyncio.to_thread(ask)

        known = await until(root, "the start of the authority", within_s=PATIENCE_S)
        roots = ssl.create_default_context(cadata=known)
        yield Pebble(f"https://127.0.0.1:{api}/dir", ca_file, plain, roots)


@contextlib.contextmanager
def _running(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with log.open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT, env={**os.environ, **environment})
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _own_certificate(folder: Path) -> Path:
    """Write key and certificate of the authority's own address, and return by what it is known."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = make()
    shown = maker.certificate(("127.0.0.1",))
    for name in ("key.pem", "shown.pem"):
        (folder / name).write_bytes(shown)
    file = folder / "authority.pem"
    file.write_bytes(maker.own.public_bytes(Encoding.PEM))
    return file
