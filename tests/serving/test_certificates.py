"""A certificate of one's own, from a real authority: Debian's pebble, which looks whether the name leads here."""

import asyncio
import contextlib
import logging
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.certificates import Problem, Standing, written
from fedi_artisan.domain.clock import utc_now
from tests.house import free_ports, furnish, until
from tests.serving.made import make
from tests.serving.pebble import PATIENCE_S, pebble
from tests.serving.street import (
    Hand,
    Visit,
    as_toml,
    plainly,
    ready,
    served,
    settings,
    settings_of_nobody,
    standing,
)

NINETY_DAYS_S = 90 * 24 * 3600


async def test_from_nothing_to_a_certificate_and_on_to_the_next(tmp_path: Path) -> None:
    """A new server opens at once, has a certificate in a moment, and renews it while visitors stay.

    The authority refuses two fifths of all nonces, and makes certificates that hold ninety days.
    """
    clock, photographs = Hand(), "photos.atelier.example"
    refusing = {"PEBBLE_WFE_NONCEREJECT": "40"}
    async with (
        pebble(tmp_path / "ca", refusing, certificateValidityPeriod=NINETY_DAYS_S) as ca,
        served(settings(ca, tmp_path / "data", also_for=[photographs]), clock) as (config, street),
    ):
        # Nothing is shown before, and nobody is sent to a door that does not open.
        early = await plainly(ca.plain_port, "/")
        assert early.startswith("HTTP/1.1 503 ")
        assert "\r\nretry-after: 30\r\n" in early
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await Visit.begin(config, ca.roots)
        await ready(street)

        first = await Visit.begin(config, ca.roots)
        head, page = await first.get("/")
        assert head.startswith("HTTP/1.1 200 ")
        assert "\r\nstrict-transport-security: max-age=31536000\r\n" in head
        assert "Atelier Maria" in page
        assert first.protocol == "http/1.1"
        assert first.certificate.public_key().curve.name == "secp256r1"  # type: ignore[union-attr]
        (await Visit.begin(config, ca.roots, photographs)).end()
        assert (await plainly(ca.plain_port, "/works?page=2")).partition("\r\n")[0].endswith("308 Permanent Redirect")
        for file in config.tls_dir.iterdir():
            assert file.stat().st_mode & 0o777 == 0o600, file
        assert config.tls_dir.stat().st_mode & 0o777 == 0o700

        # A third of its life before the end it is replaced; whoever is in stays in.
        clock.ahead = timedelta(days=56)
        street.keeper.wake()
        clock.ahead = timedelta(days=61)
        before = standing(config)
        street.keeper.wake()

        async def renewed() -> bool:
            return standing(config).begins != before.begins

        await until(renewed, "a new certificate", within_s=PATIENCE_S)
        assert (await first.get("/"))[0].startswith("HTTP/1.1 200 ")
        second = await Visit.begin(config, ca.roots)
        assert second.certificate.serial_number != first.certificate.serial_number
        assert (await second.get("/"))[0].startswith("HTTP/1.1 200 ")
        first.end()
        second.end()


async def test_another_authority_is_asked_when_the_settings_name_one(tmp_path: Path) -> None:
    """Whoever tried things out with a certificate that nobody trusts has a real one ordered at the next start."""
    maker, raw, folder = make(), settings_of_nobody(tmp_path), tmp_path / "data" / "tls"
    folder.mkdir(parents=True)
    (folder / "certificate.pem").write_bytes(maker.certificate())
    (folder / "state.json").write_text(written(Standing(directory="https://staging.example/dir", tries=(utc_now(),))))
    async with served(raw, Hand()) as (config, _):
        (await Visit.begin(config, maker.roots())).end()

        async def asked() -> bool:
            return standing(config).problem is Problem.OFFLINE

        await until(asked, "the question", within_s=PATIENCE_S)
        (await Visit.begin(config, maker.roots())).end()


async def test_a_name_that_leads_elsewhere_is_told_and_not_asked_for_again_and_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the authority reaches nobody, people read why and what to do; it is asked again after an hour, then two."""
    clock = Hand()
    caplog.set_level(logging.INFO)
    async with pebble(tmp_path / "ca") as ca:
        [elsewhere] = free_ports(1)
        raw = settings(ca, tmp_path / "data", plain_listen=[f"127.0.0.1:{elsewhere}"])
        async with served(raw, clock) as (config, street):

            async def tried(times: int) -> bool:
                known = config.tls_dir.joinpath("state.json").exists() and standing(config)
                return bool(known and known.failures == times and known.problem is not Problem.INTERRUPTED)

            await until(lambda: tried(1), "the first try", within_s=PATIENCE_S)
            assert standing(config).problem is Problem.UNREACHED
            assert "could not reach this machine on port 80" in caplog.text
            assert "Open port 80 in the firewall" in caplog.text
            assert "It is tried again in " in caplog.text
            assert _wait(config) == timedelta(hours=1)
            clock.ahead = timedelta(minutes=50)
            street.keeper.wake()
            clock.ahead = timedelta(minutes=61)
            street.keeper.wake()
            await until(lambda: tried(2), "the second try", within_s=PATIENCE_S)
            assert _wait(config) == timedelta(hours=2)
        assert (tmp_path / "ca" / "pebble.log").read_text().count("Added order") == 2


def _wait(config: Config) -> timedelta:
    """Return how long after the last try the next one is."""
    written = standing(config)
    assert written.next_at is not None
    return written.next_at - written.tries[-1]


def test_a_kill_in_the_middle_of_an_order_leaves_nothing_broken(tmp_path: Path) -> None:
    """Killed when its order is made, the real program leaves no child behind, and the next start has a certificate."""
    asyncio.run(_kill_and_start_again(tmp_path))


async def _kill_and_start_again(folder: Path) -> None:
    async with pebble(folder / "ca") as ca:
        raw, file, log = settings(ca, folder / "data"), folder / "config.toml", folder / "ca" / "pebble.log"
        file.write_text(as_toml(raw))
        config = parse(raw)
        await furnish(config)
        with _program(file) as killed:

            async def ordered() -> bool:
                return "Added order" in log.read_text()

            await until(ordered, "the order", within_s=PATIENCE_S)
            children = _children(killed.pid)
            # The child notices nothing by itself any more: it must go because the server has gone.
            for child in children:
                os.kill(child, signal.SIGSTOP)
            killed.kill()
            killed.wait()
        assert children

        async def gone() -> bool:
            return not any(_is_alive(child) for child in children)

        try:
            await until(gone, "the end of the child")
        finally:
            for child in filter(_is_alive, children):
                os.kill(child, signal.SIGKILL)
        with _program(file) as program:

            async def open_again() -> bool:
                with contextlib.suppress(OSError):
                    visit = await Visit.begin(config, ca.roots)
                    visit.end()
                    return True
                return False

            await until(open_again, "a certificate after the second start", within_s=PATIENCE_S)
            program.send_signal(signal.SIGINT)
            program.wait(timeout=PATIENCE_S)
        told = file.with_name("said").read_text()
        assert "asking 127.0.0.1 for a certificate for atelier.example" in told
        assert "Traceback" not in told


def _children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _is_alive(process: int) -> bool:
    return Path(f"/proc/{process}/exe").exists()


@contextlib.contextmanager
def _program(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real program with its own event loop; what it says stands beside its settings."""
    command = [sys.executable, "-m", "fedi_artisan", "--config", str(file), "serve"]
    with file.with_name("said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
