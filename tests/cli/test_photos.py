"""Photographs on the command line: what each says, on which terms they are shown, and what becomes of their files."""

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM, Terminal, Typed
from tests.photos import PHOTOS

BOWL, BOWLS = str(PHOTOS / "bowl-tiny.jpg"), str(PHOTOS / "bowls-tiny.jpg")


def publish(home: Terminal) -> Typed:
    """Publish a work called Bowl with two photographs."""
    said = ("--alt", "A bowl", "--alt", "Three bowls", "--caption", "", "--caption", "In a row")
    done = home.type("publish", "--title", "Bowl", "--photo", BOWL, "--photo", BOWLS, *said)
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def published(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portfolio with that work, made once; nobody works in it."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    publish(Terminal(folder))
    return folder


@pytest.fixture
def shop(terminal: Terminal, published: Path) -> Terminal:
    """A portfolio with a work called Bowl that has two photographs."""
    shutil.copytree(published, terminal.folder, dirs_exist_ok=True)
    return terminal


def shown(home: Terminal) -> list[tuple[str, str, str, str | None]]:
    """Return file name, alt texts, captions and label of each photograph, in their order."""
    with sqlite3.connect(home.folder / "data" / "fedi-artisan.sqlite3") as connection:
        return connection.execute("SELECT name, alts, captions, label FROM photos ORDER BY position").fetchall()


def files(home: Terminal) -> set[str]:
    """Return the names of all stored files, public and private."""
    return {
        path.name
        for folder in ("media", "originals", "incoming")
        for path in (home.folder / "data" / folder).rglob("*")
        if path.is_file()
    }


def test_each_photograph_says_its_own(shop: Terminal) -> None:
    """Words in two languages, a label, a focal point and a place, one photograph at a time; the list shows them all."""
    for words in (
        ("--alt", "fr=Un bol", "--caption", "fr=Tourné en mars", "--label", "detail", "--focus", "-0.5,0.25"),
        ("--move", "2"),
    ):
        done = shop.type("photo", "bowl", "1", *words)
        assert done.code == 0, done.err
    assert shown(shop) == [
        ("bowls-tiny.jpg", '{"en": "Three bowls"}', '{"en": "In a row"}', None),
        ("bowl-tiny.jpg", '{"en": "A bowl", "fr": "Un bol"}', '{"fr": "Tourn\\u00e9 en mars"}', "detail"),
    ]
    listed = shop.type("photos", "bowl").out
    assert re.search(r"^2  160 × 106 px · widest 160 px, \d+ kB · full size 0\.0 MB$", listed, re.MULTILINE)
    for line in ("alt fr: Un bol", "caption fr: Tourné en mars", "label: detail", "focus: -0.5,0.25"):
        assert f"   {line}\n" in listed
    assert shop.type("photo", "bowl", "2", "--alt", "en=", "--label", "none").code == 0
    assert shown(shop)[1][1:] == ('{"fr": "Un bol"}', '{"fr": "Tourn\\u00e9 en mars"}', None)


def test_one_photograph_is_replaced_and_removed(shop: Terminal) -> None:
    """Replaced, the words stay and the former files go; removed, all of it goes at once."""
    before = files(shop)
    done = shop.type("photo", "bowl", "1", "--replace", str(PHOTOS / "photo.webp"))
    assert done.code == 0, done.err
    assert [row[:2] for row in shown(shop)] == [
        ("photo.webp", '{"en": "A bowl"}'),
        ("bowls-tiny.jpg", '{"en": "Three bowls"}'),
    ]
    assert before - files(shop)
    assert shop.type("photo", "bowl", "1", "--remove").code == 0
    assert [row[0] for row in shown(shop)] == ["bowls-tiny.jpg"]
    assert files(shop) < before
    assert shop.type("media", "collect").out == "Removed: 0 files.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1",), "nothing to change was given"),
        (("3", "--label", "detail"), "there is no photograph 3: the work has 2"),
        (("1", "--alt", "Un bol"), "say in which language it is"),
        (("1", "--focus", "left"), "is no point"),
        (("1", "--focus", "0,7"), "two numbers from -1 to 1"),
        (("1", "--replace", str(PHOTOS / "script.svg")), "an SVG drawing or a web page"),
        (("1", "--caption", "en=" + "x" * 301), "up to 300 are possible"),
    ],
)
def test_what_cannot_be_is_told(shop: Terminal, words: tuple[str, ...], told: str) -> None:
    """What a photograph cannot say is told in words, and the work stays as it was."""
    before = shown(shop)
    done = shop.type("photo", "bowl", *words)
    assert done.code == 1
    assert told in done.err
    assert shown(shop) == before


def test_every_broken_photograph_is_named(home: Terminal, tmp_path: Path) -> None:
    """Of several photographs each broken one is told with its reason; nothing is published, the good ones are kept."""
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(Path(BOWL).read_bytes()[: Path(BOWL).stat().st_size // 2])
    done = home.type(
        *("publish", "--title", "Bowl", "--photo", BOWL),
        *("--photo", str(cut), "--photo", str(PHOTOS / "text-renamed.jpg")),
    )
    assert done.code == 1
    assert [line[:20] for line in done.err.removeprefix("Error: ").splitlines()] == [
        "cut.jpg: this pictur",
        "text-renamed.jpg: th",
        "Nothing was changed.",
    ]
    publish(home)
    assert {row[0] for row in shown(home)} == {"cut.jpg", "bowl-tiny.jpg", "bowls-tiny.jpg"}


def test_a_photograph_can_come_on_standard_input(home: Terminal) -> None:
    """`--photo -` takes what is piped in, as from another machine."""
    command = [*PROGRAM, "publish", "--title", "Bowl", "--photo", "-", "--alt", "A bowl"]
    with Path(BOWL).open("rb") as photo:
        done = subprocess.run(command, cwd=home.folder, stdin=photo, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [row[:2] for row in shown(home)] == [("standard input", '{"en": "A bowl"}')]


def test_terms_are_shown_and_changed(shop: Terminal) -> None:
    """`terms` tells what holds, changes it, and makes anew what has to be; a work may differ."""
    assert shop.type("terms").out.splitlines() == [
        "Licence: all rights reserved",
        "Full size: visitors may open it",
        "Machines that learn: asked to keep away",
        "Watermark: none",
    ]
    before = files(shop)
    done = shop.type("terms", "--watermark-text", "© Léa", "--licence", "CC-BY-NC-4.0", "--position", "top-left")
    assert done.out.splitlines()[::3] == [
        "Licence: CC BY-NC 4.0",
        "Watermark: © Léa, top-left, opacity 0.5, scale 0.25",
    ]
    marked = files(shop)
    assert len(marked - before) >= 10
    assert shop.type("revise", "bowl", "--no-watermark", "--licence", "CC0-1.0", "--full-size", "no").code == 0
    assert "full size" not in shop.type("photos", "bowl").out
    assert shop.type("media", "rebuild").out == "Everything is as it should be.\n"
    assert shop.type("terms", "--no-watermark").out.splitlines()[3] == "Watermark: none"


def test_one_file_can_be_portrait_and_header(home: Terminal) -> None:
    """The same file as portrait and as header is two pictures, each with its own words; terms set before stay."""
    assert home.type("terms", "--licence", "CC0-1.0").code == 0
    words = ("--avatar", BOWL, "--avatar-alt", "My mark", "--header", BOWL, "--header-alt", "My shelf")
    assert home.type("profile", *words).code == 0
    assert {row[1] for row in shown(home)} == {'{"en": "My mark"}', '{"en": "My shelf"}'}
    assert home.type("terms").out.startswith("Licence: CC0 1.0\n")


def test_a_watermark_can_be_a_picture(shop: Terminal) -> None:
    """A PNG serves as a mark and is kept; what is no PNG, or a broken one, is refused and changes nothing."""
    png = PHOTOS / "alpha-cutout.png"
    broken = shop.folder / "broken.png"
    broken.write_bytes(png.read_bytes()[:5000])
    for file, told in ((BOWL, "a watermark is a PNG picture"), (str(broken), "cut off or damaged")):
        done = shop.type("terms", "--watermark-image", file)
        assert done.code == 1
        assert told in done.err
    assert shop.type("terms", "--watermark-image", str(png), "--scale", "0.2").out.splitlines()[3] == (
        "Watermark: a picture, bottom-right, opacity 0.5, scale 0.2"
    )
    assert shop.type("media", "collect").out == "Removed: 0 files.\n"
    assert shop.type("media", "rebuild").out == "Everything is as it should be.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--opacity", "0.4"), "there is no watermark yet"),
        (("--watermark-text", "x", "--no-watermark"), "give one of"),
        (("--no-watermark", "--scale", "0.3"), "there is nothing to place"),
        (("--watermark-text", "陶芸"), "letters that cannot be drawn here"),
        (("--watermark-text", "x", "--scale", "4"), "must be between 0.05 and 1, not 4"),
        (("--watermark-text", "x" * 61), "one line of up to 60 characters"),
        (("--watermark-text", " "), "either a line of text or a picture"),
    ],
)
def test_terms_that_cannot_be_are_told(home: Terminal, words: tuple[str, ...], told: str) -> None:
    """What a watermark cannot be is told in words, and the terms stay as they were."""
    done = home.type("terms", *words)
    assert done.code == 1
    assert told in done.err
    assert home.type("terms").out.splitlines()[3] == "Watermark: none"


def test_the_files_are_counted_and_made_anew(shop: Terminal) -> None:
    """`media usage` tells how much there is and how much there may be; `media rebuild --all` makes all of it anew."""
    told = shop.type("media", "usage").out
    assert re.search(r"^originals +2 files +0\.0 MB$", told, re.MULTILINE)
    assert re.search(r"^public pictures +12 files", told, re.MULTILINE)
    assert "of 10.00 GB (0%)" in told
    before = files(shop)
    assert shop.type("media", "rebuild", "--all").out == "Made anew: 2.\n"
    assert files(shop) == before
    (shop.folder / "data" / "originals").rename(shop.folder / "away")
    failed = shop.type("media", "rebuild", "--all")
    assert failed.code == 1
    assert "Could not be made: 2" in failed.err
    (shop.folder / "away").rename(shop.folder / "data" / "originals")
    shutil.rmtree(shop.folder / "data" / "media")
    assert shop.type("media", "rebuild").out == "Made anew: 2.\n"
    assert files(shop) == before


def test_little_room_is_told_in_time(shop: Terminal) -> None:
    """Where photographs have nearly used up their room it is said, and what gives more; beyond it they are refused."""
    config = shop.folder / "config.toml"
    plain = config.read_text()
    taken_bytes = sum(path.stat().st_size for path in (shop.folder / "data").rglob("*.*") if path.name in files(shop))
    for quota_bytes, told in ((taken_bytes * 6 // 5, "gives more room"), (taken_bytes, "there is no room left")):
        config.write_text(f"{plain}\n[media]\nquota_bytes = {quota_bytes}\n")
        done = shop.type("publish", "--title", "Another", "--photo", BOWL)
        assert done.code == (quota_bytes == taken_bytes)
        assert told in done.err
