"""One photograph through a real child process: bounded, ended, and all or nothing."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from fedi_artisan.config import Config, Limits, Timeouts
from fedi_artisan.domain.photos import Role
from fedi_artisan.errors import BadPhoto
from fedi_artisan.media.darkroom import Developed, check, develop
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.media.store import open_stores

T = TypeVar("T")
CHECKOUT = Path(__file__).parents[3]
DEADLINE_S = 30
RECIPE = Recipe(creator="Maria", full_size=True)
# Those of 2560 and 2048 px; and what may be held after them, while the encoders at work hold 200 MB and more.
LARGE_PICTURES = 6
HELD_BYTES = 140_000_000


async def make(config: Config, photo: Path) -> Developed:
    """Make the pictures of *photo*."""
    return await develop(config, open_stores(config).public, photo, RECIPE)


def left(config: Config) -> list[Path]:
    """Return every file in the data folder."""
    return [path for path in config.data_dir.rglob("*") if path.is_file()]


def children(of: int | None = None) -> list[int]:
    """Return the photo children of a process, of this one unless another is named, that are alive."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == (of or os.getpid()) and b"fedi_artisan.media.child" in command:
            found.append(int(entry.name))
    return found


async def until(look: Callable[[], T], *, pause_s: float = 0.002) -> T:
    """Return what *look* gives as soon as it gives something."""
    async with asyncio.timeout(DEADLINE_S):
        while not (found := look()):  # noqa: ASYNC110 - another process is watched; it sets no event of ours
            await asyncio.sleep(pause_s)
        return found


async def test_all_is_there_or_nothing(config: Config, photos: Path) -> None:
    """What is returned lies in the store; a refusal leaves nothing at all."""
    made = await make(config, photos / "bowl-small.jpg")
    assert {one.file for one in made.renditions} == {path.name for path in left(config)}
    assert {one.role for one in made.renditions} == set(Role)
    for path in left(config):
        path.unlink()
    with pytest.raises(BadPhoto):
        await make(config, photos / "text-renamed.jpg")
    assert left(config) == []


async def test_looking_alone_stores_nothing(config: Config, photos: Path) -> None:
    """Whether a file can be read is found out without storing anything of it."""
    await check(config, photos / "bowl-small.jpg", RECIPE)
    with pytest.raises(BadPhoto, match="cut off or damaged"):
        await check(config, photos / "script.svg", RECIPE)
    assert left(config) == []


async def test_a_bomb_is_refused_from_its_header(config: Config, photos: Path) -> None:
    """WIRE 10.2 #52: 900 megapixels are refused before any of them is decoded: in no time, in hardly any memory."""
    bounded = dataclasses.replace(config, limits=Limits(photo_memory_bytes=300_000_000), timeouts=Timeouts(photo_s=5))
    with pytest.raises(BadPhoto, match="megapixels"):
        await make(bounded, photos / "bomb-30000x30000.png")


async def test_pixels_up_to_the_limit_are_taken(config: Config, photos: Path) -> None:
    """The limit of pixels holds exactly."""
    path, pixels = photos / "bowl-small.jpg", 680 * 453
    assert await make(dataclasses.replace(config, limits=Limits(photo_pixels=pixels)), path)
    with pytest.raises(BadPhoto, match="megapixels"):
        await make(dataclasses.replace(config, limits=Limits(photo_pixels=pixels - 1)), path)


async def test_the_time_limit_kills(config: Config, photos: Path) -> None:
    """WIRE 10.2 #52: a picture that takes longer than `timeouts.photo_s` is given up, and its process is gone."""
    hurried = dataclasses.replace(config, timeouts=Timeouts(photo_s=0.5))
    making = asyncio.create_task(make(hurried, photos / "bowl-small.jpg"))
    # A halted child is one that would never end by itself.
    os.kill((await until(children))[0], signal.SIGSTOP)
    with pytest.raises(BadPhoto, match="too long"):
        await making
    assert children() == []
    assert left(config) == []


@pytest.mark.parametrize("memory_bytes", [20_000_000, 60_000_000, 150_000_000])
async def test_the_memory_limit_holds(config: Config, large_photo: Path, memory_bytes: int) -> None:
    """WIRE 10.2 #52: a picture that needs more than `limits.photo_memory_bytes` is given up, with words for it."""
    narrow = dataclasses.replace(config, limits=Limits(photo_memory_bytes=memory_bytes))
    with pytest.raises(BadPhoto, match="more memory"):
        await make(narrow, large_photo)
    assert children() == []
    assert left(config) == []


async def test_the_child_gives_back_what_an_encoder_took(config: Config, large_photo: Path) -> None:
    """Once the largest pictures are made, the child holds little more than the pixels that the others are made of."""
    held_bytes: list[int] = []

    def look() -> None:
        # It may end while it is looked at.
        with contextlib.suppress(OSError):
            lines = [line for child in children() for line in Path(f"/proc/{child}/status").read_text().splitlines()]
            held_bytes.extend(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))

    public = open_stores(config).public
    await develop(config, public, large_photo, Recipe(), on_picture=look)
    assert max(held_bytes[LARGE_PICTURES:]) < HELD_BYTES, held_bytes


async def test_the_child_is_bound_and_knows_nothing(config: Config, photos: Path) -> None:
    """WIRE 10.2 #52: the child can write no file, leave no core, dies first, and sees nothing of our environment."""
    making = asyncio.create_task(make(config, photos / "ash-bowl.jpg"))
    (child,) = await until(children)
    names = _environment(child)
    await until(lambda: _limits(child)["Max cpu time"] == "61")
    bound = _limits(child)
    assert bound["Max file size"] == "0"
    assert bound["Max address space"] == bound["Max data size"] == "1600000000"
    assert bound["Max core file size"] == "0"
    assert _willing_to_die(child)
    assert names == {
        *("PYTHONPATH", "LANG", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"),
        *("VIPS_BLOCK_UNTRUSTED", "VIPS_CONCURRENCY"),
    }
    assert await making


def _environment(process: int) -> set[str]:
    """Return the names in the environment of a process."""
    entries = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return {entry.partition(b"=")[0].decode() for entry in entries if entry}


def _willing_to_die(process: int) -> bool:
    """Whether the system ends this process before any other when memory runs out."""
    return Path(f"/proc/{process}/oom_score_adj").read_text() == "1000\n"


def _limits(process: int) -> dict[str, str]:
    """Return the soft limits of a process by name."""
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


async def test_giving_up_ends_the_child(config: Config, photos: Path) -> None:
    """Who no longer waits for a photograph leaves no process and no file, and the next one has its turn."""
    making = asyncio.create_task(make(config, photos / "bowls-small.jpg"))
    os.kill((await until(children))[0], signal.SIGSTOP)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert children() == []
    assert left(config) == []
    assert await make(config, photos / "bowl-small.jpg")


@pytest.mark.parametrize("seen", [0, 1, 5, 9])
def test_stopping_at_any_step_ends_the_child(config: Config, photos: Path, seen: int) -> None:
    """A server that stops ends its child and stops itself, however many pictures had come out of the child."""

    async def stop_after() -> None:
        came = 0

        def count() -> None:
            nonlocal came
            came += 1
            # A halted child does not come to its end before the server stops.
            if came == seen:
                os.kill(children()[0], signal.SIGSTOP)

        making = asyncio.create_task(
            develop(config, open_stores(config).public, photos / "bowl-small.jpg", RECIPE, on_picture=count)
        )
        await until(lambda: children() and came >= seen, pause_s=0)
        assert not making.done()

    asyncio.run(stop_after())
    assert children() == []
    assert [path for path in left(config) if path.parent == config.incoming_dir] == []


async def test_a_child_follows_its_server_into_death(config: Config, photos: Path) -> None:
    """A server that is killed takes its child along, even a halted one: no two decode side by side after a restart."""
    script = """
import asyncio, sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media.darkroom import check
from fedi_artisan.media.recipe import Recipe
asyncio.run(check(Config(origin="https://atelier.example", data_dir=Path(sys.argv[2])), Path(sys.argv[1]), Recipe()))
"""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(photos / "ash-bowl.jpg"), str(config.data_dir), cwd=CHECKOUT
    )
    (child,) = await until(lambda: children(server.pid))
    await until(lambda: _limits(child)["Max cpu time"] == "61")
    os.kill(child, signal.SIGSTOP)
    server.kill()
    await server.wait()
    await until(lambda: not _lives(child))


def _lives(process: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_server_loads_no_decoder() -> None:
    """Only the child knows how to decode: the server stays small, and a flaw in a decoder is not in it."""
    modules = "{'pyvips', 'PIL', 'blurhash', 'pi_heif'}"
    script = f"import sys, fedi_artisan.app; print(sorted({modules} & set(sys.modules)))"
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout == "[]\n"
