"""`doctor` finds nothing to do where one of the files of deploy/ stands in front, and looks through it as all do."""

import asyncio
import os
import socket
from pathlib import Path

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Check, Verdict
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.outside import Outside, street
from fedi_artisan.federation.outside.asking import knocked
from fedi_artisan.services.house import go_round, in_words
from fedi_artisan.services.house.world import Door, World
from tests.fronts.programs import program, surroundings
from tests.fronts.running import HOST, Front, Kind, open_front, trusting
from tests.house import House, free_socket, until


async def looked_through(house: House, folder: Path, port: int, http_port: int) -> dict[str, Check]:
    """Return what is found from outside, by name, through a front at these ports."""
    doors = {(HOST, 443): port, (HOST, 80): http_port}

    async def look_up(host: str, asked: int) -> tuple[Door, ...]:
        if (host, asked) not in doors:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return (Door("127.0.0.1", doors[host, asked]),)

    world = World(look_up=look_up, tls=trusting(folder))
    async with Client(house.config, signer=None) as client:
        outside = Outside(config=house.config, db=house.db, client=client, clock=utc_now, world=world)
        found = await go_round((*street(house.config, utc_now, world), *outside.looks()))
    return {check.name: check for check in found}


def told(check: Check) -> str:
    """Return all that is told, in one line of English."""
    sentences = (*check.facts, *filter(None, [check.advice]))
    return " ".join([*(in_words(one, "en") for one in sentences), check.command])


async def test_nothing_is_found_behind_the_files_of_deploy(front: Front, house: House) -> None:
    """Doors, certificate, pages, documents, who asks, signatures, photographs: all pass the real programs well."""
    found = await looked_through(house, front.folder, front.port, front.http_port)
    faults = {name: told(check) for name, check in found.items() if check.verdict is not Verdict.OK}
    # A name that leads to loopback, and a clock that nobody told of, cannot be known from here.
    assert set(faults) == {"names", "clock"}, faults
    assert "passes on who asks" in told(found["front"])


async def test_what_one_writes_at_first_is_found(house: House, tmp_path: Path) -> None:
    """An nginx that passes everything on and no more: another name arrives, large photographs and http do not."""
    (tmp_path / "front").mkdir()
    async with open_front(Kind.NGINX, tmp_path / "front" / "as-it-should-be", house.config.listen_address[1]) as proper:
        folder = proper.folder
    with free_socket() as reserved:
        port = int(reserved.getsockname()[1])
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; worker_processes 1; daemon off; {'user root;' if os.geteuid() == 0 else ''}"
        f"events {{ worker_connections 256; }} http {{ access_log off; {temporary}"
        f"server {{ listen 127.0.0.1:{port} ssl;"
        f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
        f"location / {{ proxy_pass http://{house.config.listen}; }} }} }}"
    )
    command = (str(program("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors"))
    process = await asyncio.create_subprocess_exec(*command, env={**surroundings()})
    try:

        async def listens() -> bool:
            return await knocked("127.0.0.1", port) is None

        await until(listens, "the start of nginx")
        found = await looked_through(house, folder, port, port)
    finally:
        process.terminate()
        await process.wait()
    faults = {name: check.command for name, check in found.items() if check.verdict in {Verdict.BROKEN, Verdict.LOOK}}
    assert faults["front"] == "proxy_set_header Host $host;"
    assert faults["uploads"] == "client_max_body_size 900m;"
    assert set(faults) == {"front", "uploads", "doors", "signature"}, {name: told(found[name]) for name in faults}
