"""Other settings while the server runs, as a service manager asks for them and hears of them."""

import asyncio
import signal
import socket

import aiohttp

from tests.cli.served import Served, served
from tests.cli.typed import Terminal
from tests.house import free_socket, until


async def visit_until(running: Served, over: asyncio.Event) -> list[int]:
    """Return the statuses of visits one after another, each on a connection of its own, until *over*."""
    statuses = []
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        while not over.is_set():
            async with session.get(f"{running.origin}/works", headers={"Accept": "text/html"}) as answer:
                statuses.append(answer.status)
    return statuses


async def told(running: Served) -> str:
    """Have the settings read again; return the last line of the log that says what came of it."""
    running.process.send_signal(signal.SIGHUP)
    assert "MONOTONIC_USEC=" in await running.hear("RELOADING=1")
    await running.hear("READY=1")
    lines = [line["message"] for line in running.log() if line["logger"] == "fedi_artisan.serving.life"]
    return str(lines[-1])


async def is_open(place: str) -> bool:
    """Whether somebody listens at HOST:PORT."""
    try:
        _, writer = await asyncio.open_connection(*place.split(":"))
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_settings_change_and_nobody_is_refused(home: Terminal) -> None:
    """Other figures, log and limits hold in a moment; what needs a restart is named; a broken file changes nothing.

    The service manager hears of each change, the watchdog all the while, and every visitor meanwhile is answered.
    """
    with free_socket() as reserved:
        figures = f"127.0.0.1:{reserved.getsockname()[1]}"
    # What is said at the start goes into the journal here, where no link may stand that lets somebody in.
    said = home.folder / "said"
    said.touch()
    journal = f"{said.stat().st_dev}:{said.stat().st_ino}"
    async with served(home, WATCHDOG_USEC="2000000", JOURNAL_STREAM=journal) as running:
        assert "Your portfolio: " in said.read_text()
        assert "/studio/" not in said.read_text()
        assert await running.hear("WATCHDOG=1")
        over = asyncio.Event()
        visits = asyncio.create_task(visit_until(running, over))

        # What can change does, and what cannot is named and stays.
        text = running.config_file.read_text()
        more = f'[log]\nrequests = true\n[metrics]\nlisten = "{figures}"\n[media]\nquota_bytes = 123456789\n'
        running.config_file.write_text(text.replace("http://127.0.0.1", "http://localhost") + more)
        assert await told(running) == "the server goes on with the settings as they stand now"
        async with running.session.get(f"http://{figures}/metrics") as answer:
            assert "fedi_artisan_ready 1.0" in await answer.text()
        assert running.complaints()[-1]["message"] == "origin needs a restart; until then it stays as it was"

        async def requests_told() -> bool:
            return any(line["logger"] == "fedi_artisan.requests" for line in running.log())

        await until(requests_told, "a request in the log")

        # What is broken changes nothing; nor does an address that somebody else has.
        with socket.create_server(("127.0.0.1", 0)) as taken:
            for broken, words in (
                (f"{text}[log]\nlevel = 7\n", "log.level: must be a text, not 7"),
                (f'{text}[metrics]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n', "is taken"),
                ("= nonsense", "cannot be read"),
            ):
                running.config_file.write_text(broken)
                complaint = await told(running)
                assert complaint.startswith("the settings stay as they were: ")
                assert words in complaint
        assert await is_open(figures)

        # Taken back, all is as it was.
        running.config_file.write_text(text)
        assert await told(running) == "the server goes on with the settings as they stand now"
        assert await told(running) == "the settings were read, and nothing changes"
        over.set()
        statuses = await visits
        assert set(statuses) == {200}
        assert len(statuses) > 20
        assert not await is_open(figures)
        assert await running.hear("WATCHDOG=1")
        assert (await running.end())[0] == 0
        assert [line for line in running.complaints() if line["level"] == "critical" or "exception" in line] == []
