"""What pages are made of: words, ratios, escapes, style sheet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from fedi_artisan.resources import folder
from fedi_artisan.web import pages
from tests.photos import photo

TEMPLATES = sorted(folder("templates").glob("**/*.html"))
STYLE = (folder("static") / "portfolio.css").read_text(encoding="utf-8")


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
    assert pages.ratio_classes(photo(width_px=width_px, height_px=height_px)) == classes


@pytest.mark.parametrize("place", "uthm")
@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_its_rule(place: str, digit: int) -> None:
    """Each class that a ratio can have is in the style sheet with its value."""
    assert re.search(rf"\.{place}{digit} {{ --{place}: {digit} }}", STYLE)


def test_tone_is_given_digit_by_digit() -> None:
    """A photograph's place has its dominant colour before it comes, from classes: no style attribute, no script."""
    assert pages.tone_classes(photo()) == "r8 g4 b2"


@pytest.mark.parametrize("band", "rgb")
@pytest.mark.parametrize("digit", range(16))
def test_every_tone_has_its_rule(band: str, digit: int) -> None:
    """Each class that a tone can have is in the style sheet with its value."""
    assert f".{band}{digit:x} {{ --t{band}: {digit} }}" in STYLE


def test_data_block_cannot_be_left() -> None:
    """WIRE 10.2 #48: nothing in a JSON-LD block ends the script element or opens a comment; it reads back the same."""
    nasty = {"name": "</script><script>alert(1)</script><!-- & \u2028\u2029"}
    written = str(pages.data_block(nasty))
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
    found = pages.excerpt(markdown)
    assert found == expected
    assert len(found) <= pages.LONGEST_DESCRIPTION


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
    assert pages.begins_briefly(markdown) is brief


def _messages() -> Iterator[tuple[str, ...]]:
    """Give every message of the templates: one text, or singular and plural."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # added by the extension
    for template in TEMPLATES:
        for _line, _function, message in extract_from_ast(environment.parse(template.read_text(encoding="utf-8"))):
            yield (message,) if isinstance(message, str) else tuple(filter(None, message or ()))


def test_everything_said_in_english_is_said_in_french() -> None:
    """Each text of the templates has its French, with the same names in it, and with its plural where it has one."""
    catalogue = polib.pofile(str(folder("locales") / "fr.po"))
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue if not entry.msgctxt}
    messages = set(_messages())
    assert messages
    for singular, *plural in messages:
        entry = known.get((singular, plural[0] if plural else ""))
        assert entry is not None, f"not in fr.po: {singular!r}"
        said = list(entry.msgstr_plural.values()) if plural else [entry.msgstr]
        names = set(re.findall(r"%\(\w+\)s", singular))
        for text in said:
            assert text, f"empty in fr.po: {singular!r}"
            assert set(re.findall(r"%\(\w+\)s", text)) == names


def test_french_is_set_as_in_a_book() -> None:
    """French texts have no-break spaces inside guillemets and before ; : ! ?, and typographic apostrophes."""
    for entry in polib.pofile(str(folder("locales") / "fr.po")):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not re.search(r"[^\u202f\u00a0][;:!?»]|«[^\u202f\u00a0]|['\"]", text), text


@pytest.mark.parametrize("file", [*TEMPLATES, folder("locales") / "fr.po"], ids=lambda file: file.name)
def test_no_jargon(file: Path) -> None:
    """What a visitor reads never says toot, instance, server, federated or ActivityPub."""
    words = (
        " ".join(" ".join(message) for message in _messages()) if file.suffix == ".html" else file.read_text("utf-8")
    )
    assert not re.search(r"\b(toots?|instances?|servers?|serveurs?|f[eé]d[eé]r\w*|activitypub)\b", words, re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_templates_bring_nothing_that_runs(template: Path) -> None:
    """WIRE 10.2 #48: no template has a script, an event attribute, a style attribute or an address elsewhere."""
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", source)
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
    pairs = {name: both for name, *both in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)}
    light, dark = sorted(_luminance(pairs[name][night]) for name in (letters, ground))[::-1]
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_older_browsers_get_the_colours_of_the_day() -> None:
    """What stands outside light-dark() is the same as its first half."""
    pairs = re.findall(r"--(\w+): light-dark\((#\w{6}), #\w{6}\)", STYLE)
    assert pairs
    for name, colour in pairs:
        assert f"--{name}: {colour};" in STYLE
