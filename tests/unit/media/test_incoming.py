"""How photographs come in: whole, within the limit, and nothing is left of what fails, whoever fails."""

import asyncio
import hashlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedi_artisan.config import Config, Limits
from fedi_artisan.errors import DiskFull, TooLarge
from fedi_artisan.media import store
from fedi_artisan.media.kinds import HEAD_BYTES

CHECKOUT = Path(__file__).parents[3]


async def in_chunks(content: bytes, size_bytes: int) -> AsyncIterator[bytes]:
    """Yield *content* in pieces."""
    for start in range(0, len(content), size_bytes):
        yield content[start : start + size_bytes]


def left(config: Config) -> list[Path]:
    """Return what lies among the unfinished files."""
    return list(config.incoming_dir.glob("*"))


@pytest.fixture
def small(tmp_path: Path) -> Config:
    """Settings that allow a photograph of 1000 bytes."""
    return Config(origin="https://atelier.example", data_dir=tmp_path / "data", limits=Limits(photo_bytes=1000))


@pytest.mark.parametrize("piece_bytes", [1, 7, 64, 999, 1000])
@pytest.mark.parametrize("size_bytes", [0, 1, 63, 64, 65, 1000])
async def test_what_streams_in_is_what_lies_there(small: Config, size_bytes: int, piece_bytes: int) -> None:
    """However it is cut on its way: the same bytes, their hash, their beginning and their number, for our eyes only."""
    content = os.urandom(size_bytes)
    with await store.receive_stream(small, "jar.jpg", in_chunks(content, piece_bytes)) as upload:
        assert upload.file.read_bytes() == content
        assert upload.sha256 == hashlib.sha256(content).hexdigest()
        assert upload.head == content[:HEAD_BYTES]
        assert upload.size_bytes == size_bytes
        assert stat.S_IMODE(upload.file.stat().st_mode) == 0o600
    assert left(small) == []


async def test_a_copied_file_is_told_the_same_way(small: Config, tmp_path: Path) -> None:
    """A file of this machine becomes the same as one that streams in."""
    (tmp_path / "jar.jpg").write_bytes(b"jar" * 100)
    with (
        await store.receive_file(small, tmp_path / "jar.jpg") as copied,
        await store.receive_stream(small, "jar.jpg", in_chunks(b"jar" * 100, 64)) as streamed,
    ):
        assert (copied.sha256, copied.head, copied.size_bytes) == (streamed.sha256, streamed.head, streamed.size_bytes)
    assert left(small) == []


async def test_too_much_is_refused_at_once(small: Config) -> None:
    """What is beyond the limit is not even asked for, and nothing of it stays."""
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield bytes(300)

    with pytest.raises(
        TooLarge, match=r"^jar\.jpg: this photograph is larger than 0\.001 MB\. Save it again, smaller\.$"
    ):
        await store.receive_stream(small, "jar.jpg", endless())
    assert asked == 4
    assert left(small) == []


async def test_a_full_disk_is_told(small: Config) -> None:
    """Where the system has no room for another byte, that is said in our words."""

    async def written() -> AsyncIterator[bytes]:
        yield b"the beginning"
        # The device that is always full fails as a disk does.
        with Path("/dev/full").open("wb", buffering=0) as full:  # noqa: ASYNC230 - it fails at once
            full.write(b"the rest")

    with pytest.raises(DiskFull, match="the disk here is full"):
        await store.receive_stream(small, "jar.jpg", written())
    assert left(small) == []


async def test_a_visitor_who_leaves_leaves_nothing(small: Config) -> None:
    """An upload that breaks off, and one that is stopped, are gone."""

    async def breaking() -> AsyncIterator[bytes]:
        yield b"the beginning"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.receive_stream(small, "jar.jpg", breaking())
    assert left(small) == []

    waits = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield b"the beginning"
        waits.set()
        await asyncio.Event().wait()

    receiving = asyncio.ensure_future(store.receive_stream(small, "jar.jpg", waiting()))
    await waits.wait()
    [unfinished] = left(small)
    assert unfinished.read_bytes() == b"the beginning"
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert left(small) == []


def test_a_photograph_is_never_whole_in_memory(tmp_path: Path) -> None:
    """40 MB stream in with a few chunks in memory."""
    script = """
import asyncio, resource, sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media import store
async def chunks():
    for _ in range(39_000_000 // 65_000):
        yield bytes(65_000)
async def main():
    config = Config(origin="https://atelier.example", data_dir=Path(sys.argv[1]))
    with await store.receive_stream(config, "warm.jpg", (bytes(65_000) async for _ in none())):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with await store.receive_stream(config, "jar.jpg", chunks()):
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
async def none():
    yield 1
asyncio.run(main())
"""
    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=CHECKOUT, check=True, capture_output=True, timeout=60
    ).stdout
    assert int(said) < 4_000


def test_a_full_disk_leaves_nothing(config: Config) -> None:
    """A disk that takes no more ends the upload, and what was written goes."""
    script = """
import asyncio, resource, sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media import store
async def chunks():
    while True:
        yield bytes(70_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    config = Config(origin="https://atelier.example", data_dir=Path(sys.argv[1]))
    asyncio.run(store.receive_stream(config, "jar.jpg", chunks()))
except OSError as error:
    print(error.strerror)
"""
    said = subprocess.run(
        [sys.executable, "-c", script, str(config.data_dir)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert said.strip() == "File too large"
    assert left(config) == []


async def test_only_leftovers_are_swept(config: Config, tmp_path: Path) -> None:
    """What a living process writes is never swept, by itself or by another one; what a killed one left is."""
    script = """
import sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media import store
unfinished = store.begin(Config(origin="https://atelier.example", data_dir=Path(sys.argv[1])))
print(unfinished.path, flush=True)
sys.stdin.read()
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(config.data_dir)),
        cwd=CHECKOUT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    theirs = Path((await process.stdout.readline()).decode().strip())
    (tmp_path / "jar.jpg").write_bytes(b"jar")
    for folder in (config.media_dir, config.originals_dir):  # where files of earlier versions were left
        folder.mkdir()
        (folder / f"{'0' * 32}.part").write_bytes(b"half")
    with store.begin(config) as unfinished, await store.receive_file(config, tmp_path / "jar.jpg") as upload:
        assert store.sweep(config) == 2
        assert sorted(left(config)) == sorted([theirs, unfinished.path, upload.file])
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        assert store.sweep(config) == 1
        assert sorted(left(config)) == sorted([unfinished.path, upload.file])
    assert left(config) == []


async def test_a_sweep_beside_many_uploads_takes_none(config: Config) -> None:
    """However often is swept while files are begun, written and put, each is there in the end."""
    script = """
import sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media import store
config = Config(origin="https://atelier.example", data_dir=Path(sys.argv[1]))
print("ready", flush=True)
while True:
    store.sweep(config)
"""
    config.incoming_dir.mkdir(parents=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(config.data_dir), cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    public = store.open_stores(config).public
    names = [f"{number:040x}.jpg" for number in range(400)]
    for name in names:
        with store.begin(config) as unfinished:
            unfinished.write(name.encode())
            await public.put(unfinished.path, name)
    process.kill()
    await process.wait()
    assert {stored.name for stored in [one async for one in public.list()]} == set(names)
    assert left(config) == []


def test_a_file_that_is_put_away_stays_away(config: Config) -> None:
    """Letting go of what a store has taken over does nothing to it, however often."""
    with store.begin(config) as unfinished:
        unfinished.write(b"jar")
        taken = config.data_dir / "taken"
        unfinished.path.rename(taken)
    unfinished.discard()
    assert taken.read_bytes() == b"jar"
