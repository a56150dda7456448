"""What pages are made of: words, ratios, escapes, style sheet."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from fedi_artisan.config import Config
from fedi_artisan.domain.terms import Licence
from fedi_artisan.resources import folder
from fedi_artisan.web.people import filters, pages
from tests import words
from tests.photos import photo

TEMPLATES = sorted(folder("templates").glob("**/*.html"))
STYLE = (folder("static") / "portfolio.css").read_text(encoding="utf-8")
# As it looks where the artisan chose no accent of her own.
USUAL = re.sub(r"var\(--[\w-]+, (#\w{6})\)", r"\1", STYLE)


@pytest.mark.parametrize(
    ("width_px", "height_px", "classes"),
    [
        (2400, 1600, "u1 t5 h0 m0"),
        (1920, 2400, "u0 t8 h0 m0"),
        (1600, 1200, "u1 t3 h3 m3"),
        (1, 20_000, "u0 t1 h0 m0"),
        (20_000, 1, "u9 t9 h9 m9"),
    ],
)
def test_ratio_is_given_digit_by_digit(width_px: int, height_px: int, classes: str) -> None:
    """The wall learns each picture's ratio from classes, to a thousandth, and extremes stay within 0.1 and 9.999."""
    assert filters.ratio_classes(photo(width_px=width_px, height_px=height_px)) == classes


@pytest.mark.parametrize("place", "uthm")
@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_its_rule(place: str, digit: int) -> None:
    """Each class that a ratio can have is in the style sheet with its value."""
    assert f".{place}{digit}{{--{place}:{digit}}}" in STYLE


def test_tone_is_given_digit_by_digit() -> None:
    """A photograph's place has its dominant colour before it comes, from classes: no style attribute, no script."""
    assert filters.tone_classes(photo()) == "r8 g4 b2"


@pytest.mark.parametrize("band", "rgb")
@pytest.mark.parametrize("digit", range(16))
def test_every_tone_has_its_rule(band: str, digit: int) -> None:
    """Each class that a tone can have is in the style sheet with its value."""
    assert f".{band}{digit:x}{{--t{band}:{digit}}}" in STYLE


def test_a_licence_is_explained_in_the_language_of_the_page() -> None:
    """Creative Commons has an address of each deed in each language; all rights reserved has none."""
    plain = Licence.CC_BY.url
    assert plain is not None
    assert filters.deed(Licence.CC_BY, "en") == plain
    assert filters.deed(Licence.CC_BY, "fr") == f"{plain}deed.fr"
    assert filters.deed(Licence.CC_BY, "pt-BR") == f"{plain}deed.pt-br"
    assert filters.deed(Licence.ALL_RIGHTS_RESERVED, "fr") is None


def test_data_block_cannot_be_left() -> None:
    """WIRE 10.2 #48: nothing in a JSON-LD block ends the script element or opens a comment; it reads back the same."""
    nasty = {"name": "</script><script>alert(1)</script><!-- & \u2028\u2029"}
    written = str(filters.data_block(nasty))
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == nasty


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("", ""),
        ("**Thrown** in\ntwo halves.\n\nAnd joined.", "Thrown in two halves. And joined."),
        ("word " * 60, ("word " * 40).strip() + "…"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_excerpt_is_plain_and_short(markdown: str, expected: str) -> None:
    """A preview has whole words of the text, without Markdown, up to 200 characters."""
    found = filters.excerpt(markdown)
    assert found == expected
    assert len(found) <= filters.LONGEST_DESCRIPTION


@pytest.mark.parametrize(
    ("markdown", "brief"),
    [
        ("Simple pieces, made one by one.\n\n" + "More. " * 200, True),
        ("x" * 181, False),
        ("", False),
        ("# A heading\n\nText.", False),
        ("- a list", False),
    ],
)
def test_only_a_short_first_paragraph_is_set_large(markdown: str, brief: bool) -> None:
    """An artisan's words open her page in large letters when they begin with a short paragraph, and only then."""
    assert filters.begins_briefly(markdown) is brief


def test_scripts_run_on_pages_that_have_some() -> None:
    """Only a page with modules lets scripts run, and only ours; all else in its policy is the same."""
    app = Starlette()
    app.state.site = SimpleNamespace(pages=pages.Pages(Config(origin="https://atelier.example")))
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "app": app})
    plain, scripted, again = (
        pages.answer(request, b"", language="en", modules=modules).headers["Content-Security-Policy"]
        for modules in (False, True, False)
    )
    assert "script-src" not in plain
    assert scripted == f"{plain}; script-src 'self'"
    assert again == plain


_JARGON = r"\b(toots?|instances?|f[eé]d[eé]r\w*|activitypub)\b"
_SERVERS = r"\b(servers?|serveurs?)\b"
# Where she reads how her own server does, and with which others it speaks.
_HOUSEKEEPING = (
    "fedi_artisan/services/house/",
    "fedi_artisan/domain/block_lists.py",
    "fedi_artisan/domain/safety.py",
    "fedi_artisan/services/safety/",
    "fedi_artisan/storage/failures.py",
    "fedi_artisan/web/studio/safety/",
    "fedi_artisan/federation/outside/",
    "fedi_artisan/web/studio/settings/settings.py",
    "templates/studio/",
)


def _texts(said: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """Return the texts of an id or of a translation: one, or singular and plurals."""
    return [said] if isinstance(said, str) else [str(text) for text in said or ()]


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s|\{(\w+)", text))


@pytest.mark.parametrize("file", words.catalogues(), ids=lambda file: file.stem)
def test_everything_is_said_in_every_language(file: Path) -> None:
    """Each text of pages and posts is translated, with the same names in it, and with its plurals where it has them."""
    catalogue = words.read(file)
    said = [message for message in words.found() if message.id]
    assert len(said) > 50
    for message in said:
        there = catalogue.get(_texts(message.id)[0], message.context)
        assert there is not None, f"not in {file.name}, run `make words`: {message.id!r}"
        assert not there.fuzzy
        translated = _texts(there.string)
        assert len(translated) == (catalogue.num_plurals if message.pluralizable else 1)
        for text in translated:
            assert text, f"empty in {file.name}: {message.id!r}"
            assert _placeholders(text) <= _placeholders(_texts(message.id)[-1])
        # "One" can do without its number, "several" cannot.
        assert _placeholders(translated[-1]) == _placeholders(_texts(message.id)[-1])


@pytest.mark.parametrize("file", words.catalogues(), ids=lambda file: file.stem)
def test_catalogues_are_as_make_words_leaves_them(file: Path) -> None:
    """A catalogue has what is said, in that order, and nothing that is said no more: changes of it are small."""
    assert file.read_text("utf-8").splitlines() == words.updated(file).decode().splitlines(), "run `make words`"


def test_french_is_set_as_in_a_book() -> None:
    """French texts have no-break spaces inside guillemets and before ; : ! ?, and typographic apostrophes."""
    for message in words.read(words.LOCALES / "fr.po"):
        for text in _texts(message.string) if message.id else []:
            written = re.sub(r"\{\w+[^}]*\}|<[^>]+>|https://|acct:", "…", text)
            assert not re.search(r"[^\u202f\u00a0][;:!?»]|«[^\u202f\u00a0]|['\"]", written), text


@pytest.mark.parametrize("file", [None, *words.catalogues()], ids=lambda file: file.stem if file else "en")
def test_no_jargon(file: Path | None) -> None:
    """What people read never says toot, instance, federated or ActivityPub; and server only to her who keeps one."""
    read = [message for message in (words.read(file) if file else words.found()) if message.id]
    assert len(read) > 300
    for message in read:
        house = any(place.startswith(_HOUSEKEEPING) for place, _ in message.locations)
        for text in _texts(message.string if file else message.id):
            assert not re.search(_JARGON if house else rf"{_JARGON}|{_SERVERS}", text, re.IGNORECASE), text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_templates_bring_nothing_that_runs(template: Path) -> None:
    """WIRE 10.2 #48: no script in a template but our own file, no event or style attribute, no address elsewhere."""
    source = template.read_text(encoding="utf-8")
    own = r"[\w-]+" if template.parent.name == "studio" else "portfolio"
    ours = rf"""module" src="\{{\{{ static\[["']{own}\.js["']\] \}}\}}"""
    assert not re.search(rf"""<script(?! type="(application/ld\+json|{ours})">)""", source)
    assert not re.search(r"\s(on\w+|style)=", source)
    assert not re.search(r"(src|srcset|href|content)=\"(https?:)?//", source)


def test_style_sheet_is_small_and_alone() -> None:
    """The one style sheet has less than 30 kB and fetches nothing."""
    assert len(STYLE.encode()) < 30_000
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def _luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["paper", "wall"])
@pytest.mark.parametrize("letters", ["ink", "soft", "accent", "ok"])
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_letters_stand_out(letters: str, ground: str, night: bool) -> None:
    """Every ink on every ground has the contrast of WCAG AA (4.5), by day and by night."""
    pairs = {name: both for name, *both in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", USUAL)}
    light, dark = sorted(_luminance(pairs[name][night]) for name in (letters, ground))[::-1]
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_older_browsers_get_the_colours_of_the_day() -> None:
    """What stands outside light-dark() is the same as its first half."""
    pairs = re.findall(r"--(\w+): light-dark\((#\w{6}), #\w{6}\)", USUAL)
    assert pairs
    for name, colour in pairs:
        assert f"--{name}: {colour};" in USUAL


def test_the_style_of_the_studio_is_small() -> None:
    """What a phone reads before it shows the studio is small, and nothing in it is said twice."""
    style = (folder("static") / "studio.css").read_text(encoding="utf-8")
    assert len(style.encode()) < 32_000
    rules = [line.strip() for line in style.splitlines() if line.startswith("  .")]
    assert sorted(rules) == sorted(set(rules))
