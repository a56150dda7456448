"""A folder and a bucket keep the same promises; every test runs with both."""

import asyncio
import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest

from fedi_artisan.config import Config, parse
from fedi_artisan.errors import NotFound
from fedi_artisan.media import store
from fedi_artisan.media.store import Stored, Stores, Usage
from tests.bucket_service import ORIGINALS, BucketService

NAME = "ab" + "0" * 38 + ".jpg"
OTHER = "cd" + "1" * 38 + ".avif"
ORIGINAL = "ef" + "2" * 38 + ".heic"
FIRST_ORIGINAL = "0" * 64 + ".jpg"
LARGE = os.urandom(12_000_000)


@pytest.fixture(params=["folder", "bucket"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """Settings with photographs in the data folder, or all of them in buckets."""
    settings = {"origin": "https://atelier.example", "data_dir": str(tmp_path / "data")}
    if request.param == "bucket":
        service: BucketService = request.getfixturevalue("bucket_service")
        return parse({**settings, "media": service.settings})
    return parse(settings)


@pytest.fixture
def stores(config: Config) -> Stores:
    """Both stores, empty."""
    return store.open_stores(config)


async def put(config: Config, place: store.Store, name: str, content: bytes) -> None:
    """Put *content* into a store as whoever makes pictures does."""
    with store.begin(config) as unfinished:
        unfinished.write(content)
        os.utime(unfinished.path, (0, 0))  # it may have waited for long
        await place.put(unfinished.path, name)
        assert not unfinished.path.exists()


async def read(place: store.Store, name: str, start: int = 0, end: int | None = None) -> bytes:
    """Return what a store gives."""
    async with place.open(name, start, end) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def listed(place: store.Store) -> list[Stored]:
    """Return all that a store lists, by name."""
    return sorted([stored async for stored in place.list()], key=lambda stored: stored.name)


@pytest.mark.parametrize("content", [b"", b"picture", LARGE], ids=["nothing", "little", "much"])
async def test_what_is_put_is_given_back(config: Config, stores: Stores, content: bytes, tmp_path: Path) -> None:
    """All bytes come back, streamed and as a file, with their number; the incoming file is gone."""
    await put(config, stores.public, NAME, content)
    assert await stores.public.size(NAME) == len(content)
    assert await read(stores.public, NAME) == content
    async with stores.public.open(NAME) as opened:
        assert opened.size_bytes == len(content)
    await stores.public.fetch(NAME, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    assert list(config.incoming_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, b"0123456789"),
        (0, 3, b"012"),
        (4, 5, b"4"),
        (7, None, b"789"),
        (7, 100, b"789"),
        (0, 10, b"0123456789"),
    ],
)
async def test_a_part_is_given(config: Config, stores: Stores, start: int, end: int | None, expected: bytes) -> None:
    """From *start* up to but without *end*; the size told is that of the whole."""
    await put(config, stores.public, NAME, b"0123456789")
    assert await read(stores.public, NAME, start, end) == expected
    async with stores.public.open(NAME, start, end) as content:
        assert content.size_bytes == 10


async def test_what_is_not_there_is_not_found(stores: Stores, tmp_path: Path) -> None:
    """Asking for what is not there fails in the one way, and leaves no file behind."""
    for place, name in ((stores.public, NAME), (stores.originals, ORIGINAL)):
        with pytest.raises(NotFound):
            await place.size(name)
        with pytest.raises(NotFound):
            await place.fetch(name, tmp_path / "copy")
        with pytest.raises(NotFound):
            await read(place, name)
        await place.remove([name])
        assert await listed(place) == []
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "name", ["", "..", "../x.jpg", ORIGINAL, FIRST_ORIGINAL, NAME.upper(), f"ab/{NAME}", NAME + "\n"]
)
async def test_no_other_name_is_taken(config: Config, stores: Stores, name: str, tmp_path: Path) -> None:
    """WIRE 10.2 #52: names of any other form lead nowhere, whatever is done with them; originals are never public."""
    with store.begin(config) as unfinished, pytest.raises(NotFound):
        await stores.public.put(unfinished.path, name)
    for doing in (
        lambda: stores.public.size(name),
        lambda: stores.public.path(name),
        lambda: stores.public.fetch(name, tmp_path / "copy"),
        lambda: read(stores.public, name),
        lambda: stores.public.remove([name]),
    ):
        with pytest.raises(NotFound):
            await doing()


async def test_the_same_name_again_is_harmless_and_new(config: Config, stores: Stores) -> None:
    """What is put again is there once, and counts as put just now: a collection does not take it for forgotten."""
    began = datetime.now(UTC).replace(microsecond=0)
    await put(config, stores.public, NAME, b"picture")
    [first] = await listed(stores.public)
    assert first == Stored(name=NAME, size_bytes=7, stored_at=first.stored_at)
    assert first.stored_at.tzinfo is UTC
    assert began <= first.stored_at <= datetime.now(UTC) + timedelta(seconds=1)
    # A bucket tells whole seconds.
    ends = time.monotonic() + 10
    while True:
        await put(config, stores.public, NAME, b"picture")
        [again] = await listed(stores.public)
        if again.stored_at > first.stored_at:
            break
        assert time.monotonic() < ends


async def test_lists_count_and_removals(config: Config, stores: Stores) -> None:
    """A list has every file of its store and none of the other; what is removed is gone, the rest stays."""
    names = sorted(f"{number:040x}.webp" for number in range(30))
    await asyncio.gather(*(put(config, stores.public, name, b"webp") for name in names))
    await put(config, stores.public, OTHER, b"avif")
    for name in (ORIGINAL, FIRST_ORIGINAL):
        await put(config, stores.originals, name, b"original")
    assert [stored.name for stored in await listed(stores.public)] == [*names, OTHER]
    assert await store.usage(stores) == Usage(
        public_files=31, public_bytes=31 * 4, originals_files=2, originals_bytes=16
    )
    assert await stores.public.remove(names) == 30
    assert await stores.public.remove([]) == 0
    assert [stored.name for stored in await listed(stores.public)] == [OTHER]
    assert [stored.name for stored in await listed(stores.originals)] == [FIRST_ORIGINAL, ORIGINAL]


async def test_a_fetch_that_fails_leaves_nothing(config: Config, stores: Stores, tmp_path: Path) -> None:
    """Whoever has no patience leaves no half copy."""
    await put(config, stores.public, NAME, LARGE)
    fetching = asyncio.ensure_future(stores.public.fetch(NAME, tmp_path / "copy"))
    copy = tmp_path / "copy"
    while not await asyncio.to_thread(copy.exists):
        assert not fetching.done()
    fetching.cancel()
    with contextlib.suppress(asyncio.CancelledError):  # or it was quicker than we
        await fetching
    assert not copy.exists() or copy.read_bytes() == LARGE


async def test_strangers_files_are_left_alone(config: Config, stores: Stores, request: pytest.FixtureRequest) -> None:
    """What somebody else put beside the photographs is neither listed nor given."""
    await put(config, stores.public, NAME, b"picture")
    if config.media.bucket:
        service: BucketService = request.getfixturevalue("bucket_service")
        for key in ("notes.txt", "media/notes.txt", f"media/deep/{OTHER}", OTHER):
            obstore.put(service.door(), key, b"notes")
    else:
        for path in ("notes.txt", "ab/notes.txt", OTHER, f"ab/{OTHER}"):
            (config.media_dir / path).write_bytes(b"notes")
    assert [stored.name for stored in await listed(stores.public)] == [NAME]
    with pytest.raises(NotFound):
        await read(stores.public, OTHER)


# --- What only a folder has


@pytest.fixture
def second_disk(tmp_path: Path) -> Iterator[Path]:
    """A new folder on another disk than that of the other files of tests."""
    disks = [Path("/dev/shm"), Path(tempfile.gettempdir())]  # noqa: S108 - made and removed here
    others = [disk for disk in disks if disk.is_dir() and disk.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is no second disk")
    with tempfile.TemporaryDirectory(dir=others[0]) as folder:
        yield Path(folder)


@pytest.mark.parametrize("config", ["folder"], indirect=True)
async def test_a_folder_has_its_layout_and_its_rights(config: Config, stores: Stores) -> None:
    """Public pictures can be read by a web server and lie in folders by two digits; originals are for nobody else."""
    await put(config, stores.public, NAME, b"picture")
    await put(config, stores.originals, ORIGINAL, b"original")
    public, original = config.media_dir / "ab" / NAME, config.originals_dir / ORIGINAL
    assert await stores.public.path(NAME) == public
    assert await stores.originals.path(ORIGINAL) == original
    assert stat.S_IMODE(public.stat().st_mode) == 0o644
    assert stat.S_IMODE(original.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.originals_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(config.incoming_dir.stat().st_mode) == 0o700
    with pytest.raises(NotFound):
        await stores.public.path(OTHER)


@pytest.mark.parametrize("config", ["folder"], indirect=True)
async def test_a_folder_may_stand_on_another_disk(config: Config, stores: Stores, second_disk: Path) -> None:
    """Where files cannot simply be renamed into the folder they are copied, and appear whole."""
    disk = second_disk
    config.data_dir.mkdir()
    config.media_dir.symlink_to(disk)
    await put(config, stores.public, NAME, LARGE)
    assert await read(stores.public, NAME) == LARGE
    assert [path.name for path in disk.rglob("*") if path.is_file()] == [NAME]
    assert stat.S_IMODE((disk / "ab" / NAME).stat().st_mode) == 0o644


# --- What only a bucket has


@pytest.mark.parametrize("config", ["bucket"], indirect=True)
@pytest.mark.parametrize("size_bytes", [7, 12_000_000])
async def test_a_bucket_has_its_keys_and_its_types(
    stores: Stores, config: Config, bucket_service: BucketService, size_bytes: int
) -> None:
    """A bucket can be shown to the world as it is: with the exact type of each picture, kept for ever by browsers."""
    await put(config, stores.public, NAME, LARGE[:size_bytes])
    await put(config, stores.originals, ORIGINAL, b"original")
    attributes = obstore.get(bucket_service.door(), f"media/{NAME}").attributes
    assert attributes["Content-Type"] == "image/jpeg"
    assert attributes["Cache-Control"] == "public, max-age=31536000, immutable"
    private = obstore.get(bucket_service.door(ORIGINALS), f"originals/{ORIGINAL}").attributes
    assert private["Cache-Control"] == "private, no-store"
    assert await stores.public.path(NAME) is None
    assert not config.media_dir.exists()


@pytest.mark.parametrize("config", ["bucket"], indirect=True)
async def test_originals_stay_where_nobody_asked_for_a_bucket(config: Config, bucket_service: BucketService) -> None:
    """With one bucket alone only public pictures are in it."""
    media = {name: value for name, value in bucket_service.settings.items() if name != "originals_bucket"}
    mixed = parse({"origin": config.origin, "data_dir": str(config.data_dir), "media": media})
    stores = store.open_stores(mixed)
    await put(mixed, stores.originals, ORIGINAL, b"original")
    assert (mixed.originals_dir / ORIGINAL).read_bytes() == b"original"
    assert [*obstore.list(bucket_service.door())] == []
