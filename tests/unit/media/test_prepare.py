"""Photographs in, safe pictures out, through real child processes."""

import asyncio
import dataclasses
import hashlib
import os
import signal
import stat
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import pyvips

from fedi_artisan.config import Config, Limits, Timeouts
from fedi_artisan.errors import BadPhoto, TooLarge
from fedi_artisan.media import store
from fedi_artisan.media.prepare import PreparedPhoto, prepare

T = TypeVar("T")
CHECKOUT = Path(__file__).parents[3]
DEADLINE_S = 30
SOF_BASELINE, FIRST_APP, APP_ICC, SOS = 0xC0, 0xE0, 0xE2, 0xDA

# What stands in the metadata of the example with a position, and the marks of metadata of any kind.
PRIVATE = (b"SN-TEST", b"Owner", b"rue de l", b"Grenoble", b"ExampleCam", b"Lea Morel", b"private note", b"2025:06:14")
MARKS = (b"Exif", b"GPS", b"ns.adobe.com", b"xpacket", b"Photoshop", b"8BIM", b"http")


def public_files(config: Config) -> list[Path]:
    """Return every file that the world may see."""
    return sorted(path for path in config.media_dir.rglob("*") if path.is_file())


def originals(config: Config) -> list[Path]:
    """Return every kept upload."""
    return sorted((config.data_dir / "originals").iterdir())


def opened(config: Config, name: str) -> pyvips.Image:
    """Return a stored picture, decoded."""
    return pyvips.Image.new_from_file(str(store.path_of(config, name)), access="random")


def segments(jpeg: bytes) -> dict[int, bytes]:
    """Return the segments of a JPEG up to its pixels, by marker."""
    found, at = {}, 2
    while jpeg[at + 1] != SOS:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found[jpeg[at + 1]] = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
    return found


def children() -> list[int]:
    """Return the photo children of this process that are alive."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"fedi_artisan.media.child" in command:
            found.append(int(entry.name))
    return found


async def until(look: Callable[[], T], *, pause_s: float = 0.002) -> T:
    """Return what *look* gives as soon as it gives something."""
    async with asyncio.timeout(DEADLINE_S):
        while not (found := look()):  # noqa: ASYNC110 - another process is watched; it sets no event of ours
            await asyncio.sleep(pause_s)
    return found


def saved(image: pyvips.Image, path: Path, **options: object) -> Path:
    """Save *image* as *path* and return that."""
    image.write_to_file(str(path), **options)
    return path


def flat(colour: list[int], width: int = 64, height: int = 48) -> pyvips.Image:
    """Return a picture of one colour."""
    return (pyvips.Image.black(width, height) + colour).cast("uchar").copy(interpretation="srgb")


async def test_an_ordinary_photograph(config: Config, photos: Path) -> None:
    """A photograph becomes a picture, a thumbnail and a blurhash; the upload is kept as it was, and kept private."""
    path = photos / "ash-bowl.jpg"
    prepared = await prepare(path, config)
    picture, thumbnail = opened(config, prepared.file), opened(config, prepared.thumbnail)
    assert (prepared.width_px, prepared.height_px) == (picture.width, picture.height) == (1200, 800)
    assert (prepared.thumbnail_width_px, prepared.thumbnail_height_px) == (thumbnail.width, thumbnail.height)
    assert (thumbnail.width, thumbnail.height) == (640, 427)
    assert prepared.original == hashlib.sha256(path.read_bytes()).hexdigest() + ".jpg"
    (original,) = originals(config)
    assert original.name == prepared.original
    assert original.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(original.stat().st_mode) == 0o600
    assert stat.S_IMODE(original.parent.stat().st_mode) == 0o700
    assert {file.name for file in public_files(config)} == {prepared.file, prepared.thumbnail}


@pytest.mark.parametrize(
    ("width", "height", "first"), [(400, 300, "L"), (300, 400, "T"), (300, 300, "L"), (1, 1, "L"), (3000, 1, "L")]
)
async def test_blurhash_follows_the_shape(config: Config, tmp_path: Path, width: int, height: int, first: str) -> None:
    """WIRE 4.3: 4 × 3 components lying, 3 × 4 standing (the first letter says so): at most 5 each, 6 to 49 letters."""
    prepared = await prepare(saved(flat([90, 120, 60], width, height), tmp_path / "flat.png"), config)
    assert prepared.blurhash[0] == first
    assert len(prepared.blurhash) == 28


async def test_orientation_is_applied(config: Config, photos: Path) -> None:
    """A photograph taken with a turned camera comes out upright, and says nothing about turning any more."""
    prepared = await prepare(photos / "exif-orientation6-gps.jpg", config)
    upright = pyvips.Image.new_from_file(str(photos / "ash-bowl.jpg"), access="random")
    picture = opened(config, prepared.file)
    assert (prepared.width_px, prepared.height_px) == (picture.width, picture.height) == (2400, 1600)
    assert "orientation" not in picture.get_fields()
    assert (picture.resize(0.5).cast("float") - upright).abs().avg() < 2


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
async def test_nothing_private_comes_out(config: Config, photos: Path, tmp_path: Path, ending: str) -> None:
    """No position, serial number, owner, date or small picture in anything that is served, whatever the kind."""
    path = photos / "exif-orientation6-gps.jpg"
    if ending != "jpg":
        path = saved(pyvips.Image.new_from_file(str(path)), tmp_path / f"private.{ending}", keep="all")
    assert b"SN-TEST-0042-BODY" in path.read_bytes()
    await prepare(path, config)
    assert len(public_files(config)) == 2
    for file in public_files(config):
        content = file.read_bytes()
        assert [mark for mark in PRIVATE + MARKS if mark in content] == []
        assert content.count(b"\xff\xd8\xff") == 1


async def test_the_jpeg_has_colour_profile_and_nothing_else(config: Config, photos: Path) -> None:
    """What is served is a baseline JPEG in full colour resolution whose only extra is the small sRGB profile."""
    prepared = await prepare(photos / "ash-bowl.jpg", config)
    for name in (prepared.file, prepared.thumbnail):
        found = segments(store.path_of(config, name).read_bytes())
        assert {marker for marker in found if marker >= FIRST_APP} == {APP_ICC}
        assert found[APP_ICC].startswith(b"ICC_PROFILE\0")
        assert len(found[APP_ICC]) < 1000
        sampling = found[SOF_BASELINE][7::3]
        assert sampling == b"\x11\x11\x11"


async def test_a_polyglot_loses_its_other_half(config: Config, photos: Path, tmp_path: Path) -> None:
    """WIRE 10.2 #52: what was hung on behind or hidden inside a picture does not come out again."""
    payload = b"<?php system($_GET['c']); ?><script>alert(1)</script>PK\x03\x04"
    plain = (photos / "ash-bowl.jpg").read_bytes()
    comment = b"\xff\xfe" + (len(payload) + 2).to_bytes(2, "big") + payload
    path = tmp_path / "..%2f..%2fshell.php.jpg"
    path.write_bytes(plain[:2] + comment + plain[2:] + payload)
    await prepare(path, config)
    assert len(public_files(config)) == 2
    for file in public_files(config):
        assert b"php" not in file.read_bytes()
        assert b"script" not in file.read_bytes()
        assert b"PK\x03\x04" not in file.read_bytes()


@pytest.mark.parametrize(
    ("name", "kind"), [("ash-bowl.jpg", "jpg"), ("photo.webp", "webp"), ("alpha-cutout.png", "png")]
)
async def test_the_name_says_nothing(config: Config, photos: Path, tmp_path: Path, name: str, kind: str) -> None:
    """The kind of a file is decided by its content: a wrong ending neither helps nor harms."""
    path = tmp_path / "photo.exe"
    path.write_bytes((photos / name).read_bytes())
    assert (await prepare(path, config)).original.endswith(f".{kind}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text-renamed.jpg", "not a picture"),
        ("script.svg", "an SVG drawing"),
        ("README.md", "not a picture"),
        ("bomb-30000x30000.png", "more than 120 megapixels"),
    ],
)
async def test_what_is_refused(config: Config, photos: Path, name: str, words: str) -> None:
    """WIRE 10.2 #52: what is no photograph is refused with its name and the reason, and leaves nothing behind."""
    with pytest.raises(BadPhoto, match=words) as caught:
        await prepare(photos / name, config)
    assert str(caught.value).startswith(f"{name}: ")
    assert public_files(config) == originals(config) == []


async def test_a_gif_is_refused_by_name(config: Config, tmp_path: Path) -> None:
    """A GIF is refused in so many words, also when it calls itself a JPEG."""
    path = saved(flat([90, 120, 60]), tmp_path / "moving.gif").rename(tmp_path / "moving.jpg")
    with pytest.raises(BadPhoto, match=r"a GIF picture.*JPEG, PNG or WebP"):
        await prepare(path, config)


async def test_a_bomb_is_refused_from_its_header(config: Config, photos: Path) -> None:
    """WIRE 10.2 #52: 900 megapixels are refused before any of them is decoded: in no time, in hardly any memory."""
    bounded = dataclasses.replace(config, limits=Limits(photo_memory_bytes=150_000_000), timeouts=Timeouts(photo_s=5))
    with pytest.raises(BadPhoto, match="megapixels"):
        await prepare(photos / "bomb-30000x30000.png", bounded)


@pytest.mark.parametrize("name", ["ash-bowl.jpg", "alpha-cutout.png", "photo.webp"])
@pytest.mark.parametrize("part", [0.1, 0.55, 0.97])
async def test_a_truncated_picture_is_refused(
    config: Config, photos: Path, tmp_path: Path, name: str, part: float
) -> None:
    """A picture that was cut off is refused, not shown half grey."""
    whole = (photos / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BadPhoto, match="cut off or damaged"):
        await prepare(path, config)
    assert public_files(config) == originals(config) == []


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n" + bytes(100), b"RIFF\x0a\0\0\0WEBPVP8 " + bytes(50)]
)
async def test_a_mere_beginning_is_refused(config: Config, tmp_path: Path, content: bytes) -> None:
    """The right first bytes and rubbish after them: refused as damaged."""
    path = tmp_path / "rubbish"
    path.write_bytes(content)
    with pytest.raises(BadPhoto, match="cut off or damaged"):
        await prepare(path, config)


async def test_what_cannot_be_opened_is_told(config: Config, tmp_path: Path) -> None:
    """No file, a folder, a named pipe, an empty file: each has its sentence, and none makes us wait."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.jpg").touch()
    for name, words in (
        ("nowhere.jpg", "cannot be opened: No such file"),
        ("", "not a file"),
        ("pipe", "not a file"),
        ("empty.jpg", "not a picture"),
        ("nul\0.jpg", "cannot be opened"),
    ):
        with pytest.raises(BadPhoto, match=words):
            await prepare(tmp_path / name, config)


async def test_too_many_bytes_are_refused(config: Config, photos: Path) -> None:
    """A file over the limit is refused while it is copied; one of exactly the limit is taken."""
    path = photos / "ash-bowl.jpg"
    size = path.stat().st_size
    with pytest.raises(TooLarge, match="ash-bowl"):
        await prepare(path, dataclasses.replace(config, limits=Limits(photo_bytes=size - 1)))
    assert originals(config) == []
    assert await prepare(path, dataclasses.replace(config, limits=Limits(photo_bytes=size)))


async def test_pixels_up_to_the_limit_are_taken(config: Config, photos: Path) -> None:
    """The limit of pixels holds exactly."""
    path = photos / "ash-bowl.jpg"
    assert await prepare(path, dataclasses.replace(config, limits=Limits(photo_pixels=1200 * 800)))
    with pytest.raises(BadPhoto, match="megapixels"):
        await prepare(path, dataclasses.replace(config, limits=Limits(photo_pixels=1200 * 800 - 1)))


def srgb_of_p3(stored: list[float]) -> list[float]:
    """Return the sRGB values (0 to 255) of a Display P3 colour, by the published matrix."""
    linear = [((v / 255 + 0.055) / 1.055) ** 2.4 for v in stored]
    matrix = ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979))
    mixed = [sum(m * v for m, v in zip(row, linear, strict=True)) for row in matrix]
    return [255 * (1.055 * max(v, 0.0031308) ** (1 / 2.4) - 0.055) for v in mixed]


async def test_wide_colours_stay_vivid(config: Config, photos: Path) -> None:
    """A photograph in Display P3 is converted: its leather has the colour that was meant, not the dull numbers."""
    path = photos / "display-p3.jpg"

    def leather(image: pyvips.Image) -> list[float]:
        patch = image.crop(520, 300, 40, 40)
        return [band.avg() for band in patch.bandsplit()]

    stored = leather(pyvips.Image.new_from_file(str(path), access="random"))
    prepared = await prepare(path, config)
    shown = leather(opened(config, prepared.file))
    assert shown == pytest.approx(srgb_of_p3(stored), abs=1.5)
    assert max(abs(a - b) for a, b in zip(shown, stored, strict=True)) > 6


async def test_a_cutout_stands_on_white(config: Config, photos: Path) -> None:
    """What is transparent becomes white paper, never black; the piece itself keeps its colour."""
    prepared = await prepare(photos / "alpha-cutout.png", config)
    for name in (prepared.file, prepared.thumbnail):
        picture = opened(config, name)
        assert picture.bands == 3
        assert min(picture(2, 2)) > 250
        assert max(picture(picture.width // 2, picture.height // 2)) < 90


CLAY = [178, 94, 34]


async def shown_colour(path: Path, config: Config) -> list[float]:
    """Return the colour in the middle of what is made of *path*, checked to be 8-bit sRGB."""
    prepared = await prepare(path, config)
    picture = opened(config, prepared.file)
    assert (picture.bands, picture.format, picture.interpretation) == (3, "uchar", "srgb")
    colour: list[float] = picture(picture.width // 2, picture.height // 2)
    return colour


async def test_sixteen_bits_a_channel(config: Config, tmp_path: Path) -> None:
    """A PNG of 16 bits a channel keeps its colours."""
    deep = (flat(CLAY) * 257).cast("ushort").copy(interpretation="rgb16")
    assert await shown_colour(saved(deep, tmp_path / "deep.png"), config) == pytest.approx(CLAY, abs=3)


async def test_grey(config: Config, tmp_path: Path) -> None:
    """A grey photograph stays as grey as it was, with and without transparency."""
    grey = flat([120])[0].copy(interpretation="b-w")
    assert await shown_colour(saved(grey, tmp_path / "grey.jpg"), config) == pytest.approx([120] * 3, abs=2)
    clear = grey.bandjoin(255).copy(interpretation="b-w")
    assert await shown_colour(saved(clear, tmp_path / "clear.png"), config) == pytest.approx([120] * 3, abs=2)


@pytest.mark.parametrize("keep", ["icc", "none"])
async def test_printing_colours(config: Config, tmp_path: Path, keep: str) -> None:
    """A CMYK JPEG, as printers send it, with or without its profile, comes out in the colours that were meant."""
    ink = flat(CLAY).icc_transform("cmyk", input_profile="srgb")
    path = saved(ink, tmp_path / "ink.jpg", keep=keep, Q=95)
    assert await shown_colour(path, config) == pytest.approx(CLAY, abs=12)


async def test_a_broken_colour_profile_does_no_harm(config: Config, tmp_path: Path) -> None:
    """A picture whose profile is rubbish is taken as sRGB."""
    image = flat(CLAY).copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", b"rubbish" * 40)
    assert await shown_colour(saved(image, tmp_path / "rubbish.jpg", Q=95), config) == pytest.approx(CLAY, abs=3)


async def test_of_a_moving_picture_the_first_frame(config: Config, tmp_path: Path) -> None:
    """An animated WebP is shown by its first frame."""
    frames = flat(CLAY).join(flat([10, 200, 10]), "vertical").copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 48)
    path = saved(frames, tmp_path / "moving.webp", lossless=True)
    assert pyvips.Image.new_from_file(str(path)).get("n-pages") == 2
    assert await shown_colour(path, config) == pytest.approx(CLAY, abs=3)


async def test_interlaced_pictures(config: Config, photos: Path, tmp_path: Path) -> None:
    """Progressive JPEG and interlaced PNG come out as any other."""
    image = pyvips.Image.new_from_file(str(photos / "ash-bowl.jpg"))
    for ending in ("jpg", "png"):
        prepared = await prepare(saved(image, tmp_path / f"interlaced.{ending}", interlace=True), config)
        assert (prepared.width_px, prepared.height_px) == (1200, 800)


async def test_a_large_photograph(config: Config, large_photo: Path) -> None:
    """WIRE 4.3: 24 megapixels become at most 2560 px and less than 2 MB within the default limits."""
    prepared = await prepare(large_photo, config)
    assert (prepared.width_px, prepared.height_px) == (2560, 1707)
    assert (prepared.thumbnail_width_px, prepared.thumbnail_height_px) == (640, 427)
    assert store.path_of(config, prepared.file).stat().st_size < 2_000_000


async def test_noise_fits(config: Config, tmp_path: Path) -> None:
    """WIRE 4.3: even a picture of pure noise is less than 2 MB, with all its pixels."""
    bands = [pyvips.Image.gaussnoise(2560, 2560, mean=128, sigma=80, seed=seed) for seed in (1, 2, 3)]
    noise = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    prepared = await prepare(saved(noise, tmp_path / "noise.jpg", Q=95), config)
    assert (prepared.width_px, prepared.height_px) == (2560, 2560)
    assert 1_000_000 < store.path_of(config, prepared.file).stat().st_size < 2_000_000


async def test_a_small_picture_is_not_enlarged(config: Config, tmp_path: Path) -> None:
    """Neither the picture nor the thumbnail has more pixels than were given."""
    prepared = await prepare(saved(flat(CLAY), tmp_path / "small.png"), config)
    assert (prepared.width_px, prepared.height_px) == (64, 48)
    assert (prepared.thumbnail_width_px, prepared.thumbnail_height_px) == (64, 48)


async def test_the_same_photograph_twice(config: Config, photos: Path) -> None:
    """The same bytes, under whatever name, are the same files, stored once."""
    first = await prepare(photos / "ash-bowl.jpg", config)
    assert await prepare(photos / "ash-bowl.jpg", config) == first
    assert len(public_files(config)) == 2
    assert len(originals(config)) == 1


async def test_several_at_once(config: Config, photos: Path) -> None:
    """Photographs given at the same time take their turns: all are prepared, one child after the other."""
    names = ("ash-bowl.jpg", "celadon-bowls.jpg", "photo.webp", "ash-bowl.jpg")
    everything = asyncio.gather(*(prepare(photos / name, config) for name in names))
    most = 0
    while not everything.done():
        most = max(most, len(children()))
        await asyncio.sleep(0.005)
    prepared: list[PreparedPhoto] = await everything
    assert most == 1
    assert prepared[0] == prepared[3]
    assert len({photo.file for photo in prepared}) == 3
    assert len(public_files(config)) == 6


async def test_one_bad_among_good(config: Config, photos: Path) -> None:
    """A broken photograph fails alone."""
    names = ("ash-bowl.jpg", "script.svg", "photo.webp")
    results = await asyncio.gather(*(prepare(photos / name, config) for name in names), return_exceptions=True)
    assert [type(result) for result in results] == [PreparedPhoto, BadPhoto, PreparedPhoto]


async def test_the_time_limit_kills(config: Config, photos: Path) -> None:
    """WIRE 10.2 #52: a picture that takes longer than `timeouts.photo_s` is given up, and its process is gone."""
    hurried = dataclasses.replace(config, timeouts=Timeouts(photo_s=0.5))
    preparing = asyncio.create_task(prepare(photos / "ash-bowl.jpg", hurried))
    # A halted child is one that would never end by itself.
    os.kill((await until(children))[0], signal.SIGSTOP)
    with pytest.raises(BadPhoto, match="too long"):
        await preparing
    assert children() == []
    assert public_files(config) == originals(config) == []


@pytest.mark.parametrize("memory_bytes", [20_000_000, 60_000_000, 100_000_000])
async def test_the_memory_limit_holds(config: Config, large_photo: Path, memory_bytes: int) -> None:
    """WIRE 10.2 #52: a picture that needs more than `limits.photo_memory_bytes` is given up, with words for it."""
    narrow = dataclasses.replace(config, limits=Limits(photo_memory_bytes=memory_bytes))
    with pytest.raises(BadPhoto, match="more memory"):
        await prepare(large_photo, narrow)
    assert children() == []
    assert public_files(config) == originals(config) == []


async def test_a_hungry_webp_is_told_by_its_header(config: Config, tmp_path: Path) -> None:
    """The WebP decoder calls short memory damage, so its need (34 bytes a pixel) is held against the limit before."""
    path = saved(flat(CLAY, 5000, 4000), tmp_path / "wide.webp", lossless=True, effort=0)
    need = 5000 * 4000 * 34
    with pytest.raises(BadPhoto, match="more memory"):
        await prepare(path, dataclasses.replace(config, limits=Limits(photo_memory_bytes=need - 1)))
    assert await prepare(path, dataclasses.replace(config, limits=Limits(photo_memory_bytes=need)))


async def test_the_child_is_bound_and_knows_nothing(config: Config, large_photo: Path) -> None:
    """WIRE 10.2 #52: the child can write no file, leave no core, and sees nothing of the server's environment."""
    preparing = asyncio.create_task(prepare(large_photo, config))
    (child,) = await until(children)
    names = _environment(child)
    await until(lambda: _limits(child)["Max cpu time"] == "61")
    bound = _limits(child)
    assert bound["Max file size"] == "0"
    assert bound["Max address space"] == bound["Max data size"] == "1600000000"
    assert bound["Max core file size"] == "0"
    assert names == {"PYTHONPATH", "LANG", "MALLOC_ARENA_MAX", "VIPS_BLOCK_UNTRUSTED", "VIPS_CONCURRENCY"}
    assert await preparing


def _environment(process: int) -> set[str]:
    """Return the names in the environment of a process."""
    entries = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return {entry.partition(b"=")[0].decode() for entry in entries if entry}


def _limits(process: int) -> dict[str, str]:
    """Return the soft limits of a process by name."""
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


async def test_giving_up_ends_the_child(config: Config, photos: Path) -> None:
    """Who no longer waits for a photograph leaves no process and no file, and the next one has its turn."""
    preparing = asyncio.create_task(prepare(photos / "celadon-bowls.jpg", config))
    os.kill((await until(children))[0], signal.SIGSTOP)
    preparing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preparing
    assert children() == []
    assert public_files(config) == originals(config) == []
    assert await prepare(photos / "ash-bowl.jpg", config)


def test_stopping_at_any_step_ends_the_child(config: Config, photos: Path) -> None:
    """A server that stops ends its child and stops itself, in whatever step of the preparation it is caught."""

    async def stop_after(steps: int) -> None:
        preparing = asyncio.create_task(prepare(photos / "ash-bowl.jpg", config))
        await until(lambda: list(config.data_dir.glob("originals/*.part")), pause_s=0)
        for _ in range(steps):
            await asyncio.sleep(0)
        assert not preparing.done()

    for steps in range(60):
        asyncio.run(stop_after(steps))
        assert children() == []
    assert public_files(config) == []
    prepared = asyncio.run(prepare(photos / "ash-bowl.jpg", config))
    assert [file.name for file in originals(config)] == [prepared.original]


async def test_a_kill_in_the_middle(config: Config, large_photo: Path, photos: Path) -> None:
    """A server killed while a photograph is decoded leaves nothing under a final name; the next turn cleans up."""
    script = """
import asyncio, sys
from pathlib import Path
from fedi_artisan.config import Config
from fedi_artisan.media.prepare import prepare
asyncio.run(prepare(Path(sys.argv[1]), Config(origin="https://atelier.example", data_dir=Path(sys.argv[2]))))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(large_photo), str(config.data_dir), stdout=PIPE, cwd=CHECKOUT
    )
    folder = config.data_dir / "originals"
    await until(lambda: list(folder.glob("*.part")))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert [file.suffix for file in originals(config)] == [".part"]
    assert public_files(config) == []

    prepared = await prepare(photos / "ash-bowl.jpg", config)
    assert [file.name for file in originals(config)] == [prepared.original]


def test_the_server_loads_no_decoder() -> None:
    """Only the child knows how to decode: the server stays small, and a flaw in a decoder is not in it."""
    script = "import sys, fedi_artisan.media.prepare; print(sorted({'pyvips', 'PIL', 'blurhash'} & set(sys.modules)))"
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout == "[]\n"
