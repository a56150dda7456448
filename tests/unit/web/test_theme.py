"""The theme folder: what of it is used, what is left out, and that a page comes whatever lies in it."""

import logging
import os
from pathlib import Path

import pytest

from fedi_artisan.config import Config
from fedi_artisan.web.answers.coding import Coding
from fedi_artisan.web.people import look, theme
from fedi_artisan.web.people.links import Links
from fedi_artisan.web.people.pages import Pages
from tests.unit.web.markup import Page
from tests.unit.web.markup import read as read_page

BESIDE = "the shipped template is used instead"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An empty theme folder."""
    for name in ("templates", "static"):
        (tmp_path / "theme" / name).mkdir(parents=True)
    return tmp_path / "theme"


def dressed(own: Path, former: Pages | None = None) -> Pages:
    """Return the pages in the theme of the folder *own*."""
    return Pages(Config(origin="https://atelier.example"), theme.read(own), former)


def not_found(pages: Pages) -> Page:
    """Return the page for what is not there, in English."""
    body = pages.render(
        "error.html",
        language="en",
        status=404,
        reason="",
        spoken_here=(),
        beyond_the_end=False,
        links=Links(),
        artisan=None,
        canonical=None,
        document_uri=None,
        ai_refused=None,
    )
    return read_page(body.decode())


# --- Files


def test_without_a_folder_nothing_changes(tmp_path: Path) -> None:
    """Where there is no theme there is no fault, and no style sheet but ours."""
    pages = dressed(tmp_path / "nothing")
    assert pages.faults == ()
    assert len(not_found(pages).all("link", rel="stylesheet")) == 1


def test_custom_css_comes_last(own: Path) -> None:
    """Her style sheet is linked after ours, by a name that changes with its content."""
    (own / "custom.css").write_text("body { color: red }")
    pages = dressed(own)
    ours, hers = (link.attributes["href"] for link in not_found(pages).all("link", rel="stylesheet"))
    assert "/portfolio." in ours
    assert pages.assets[hers.removeprefix("/static/")].coded[Coding.IDENTITY] == b"body { color: red }"
    (own / "custom.css").write_text("body { color: blue }")
    assert not_found(dressed(own)).all("link", rel="stylesheet")[1].attributes["href"] != hers


def test_custom_css_names_files_as_they_lie_there(own: Path) -> None:
    """What `url()` names is found in `static/`, under the name it is served by; other addresses stay."""
    (own / "static" / "face.woff2").write_bytes(b"wOF2")
    (own / "custom.css").write_text("a{src:url('static/face.woff2')}b{src:url(face.woff2)}i{src:url(data:,x)}")
    read = theme.read(own)
    name = read.files["face.woff2"].name.encode()
    expected = b"a{src:url(/static/%s)}b{src:url(/static/%s)}i{src:url(data:,x)}" % (name, name)
    assert read.files["custom.css"].coded[Coding.IDENTITY] == expected


def test_files_can_take_the_place_of_ours(own: Path) -> None:
    """A file of the same name is served in the place of a shipped one: the mark in the browser's tab, for example."""
    (own / "static" / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    pages = dressed(own)
    icon = not_found(pages).one("link", rel="icon").attributes["href"]
    assert pages.assets[icon.removeprefix("/static/")].coded[Coding.IDENTITY].startswith(b"<svg xmlns='")


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("custom.css", b"x" * 100_001, "theme/custom.css is left out: it has more than 100 kB"),
        ("static/big.png", b"x" * 2_000_001, "theme/static/big.png is left out: it has more than 2000 kB"),
        ("static/run.php", b"", "only files that end in .avif, .css"),
        ("static/été.png", b"", "its name may have the letters"),
        ("static/a b.png", b"", "its name may have the letters"),
        ("templates/work.txt", b"", "only files that end in .html"),
        (
            "templates/work.html",
            b"one\ntwo \xff",
            "theme/templates/work.html is left out: line 2: it is not written in",
        ),
    ],
)
def test_what_cannot_be_used_is_left_out_and_told(own: Path, file: str, content: bytes, told: str) -> None:
    """Of each file that cannot be used the log says which it is and why; the rest is used."""
    (own / "static" / "good.png").write_bytes(b"png")
    (own / file).write_bytes(content)
    pages = dressed(own)
    assert len(pages.faults) == 1
    assert told in pages.faults[0]
    assert not_found(pages).one("h1").text == "Nothing on this shelf"
    assert len(not_found(pages).all("link", rel="stylesheet")) == 1
    assert any(name.startswith("good.") for name in pages.assets)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% macro a(b, b) %}{% endmacro %}", "duplicate argument"),
        ("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, "nested blocks"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "recursion"),
        ("{{ " + "9" * 5000 + " }}", "4300 digits"),
    ],
)
def test_what_python_itself_refuses_stops_nothing(own: Path, template: str, told: str) -> None:
    """A template that no program can be made of is left out like any other, in words."""
    (own / "templates" / "error.html").write_text(template)
    pages = dressed(own)
    (fault,) = pages.faults
    assert told in fault
    assert "error.html: " in fault
    assert fault.endswith(BESIDE)
    assert not_found(pages).one("h1").text == "Nothing on this shelf"


def test_links_that_lead_out_are_not_followed(own: Path) -> None:
    """A symbolic link to a file outside of the folder is not read; one within is."""
    secret = own.parent / "secret.css"
    secret.write_text("secret")
    (own / "custom.css").symlink_to(secret)
    (own / "static" / "away.css").symlink_to("../../secret.css")
    (own / "static" / "a.svg").write_text("<svg/>")
    (own / "static" / "b.svg").symlink_to("a.svg")
    (own / "static" / "circle.svg").symlink_to("circle.svg")
    read = theme.read(own)
    assert sorted(read.files) == ["a.svg", "b.svg"]
    assert sum("leads out of the folder" in fault for fault in read.faults) == 2


def test_what_is_no_file_is_passed_over(own: Path) -> None:
    """Folders, pipes and what editors leave behind are no files of the theme, and nobody waits for them."""
    (own / "static" / "more.css").mkdir()
    os.mkfifo(own / "static" / "pipe.css")
    (own / "static" / ".hidden.css").write_text("x")
    (own / "templates" / "work.html~").write_text("{% broken")
    read = theme.read(own)
    assert (read.files, read.templates, read.faults) == ({}, {}, ())


def test_no_more_files_are_read_than_fit(own: Path) -> None:
    """A folder of a thousand files does not fill the memory."""
    for number in range(theme.MOST_FILES + 3):
        (own / "static" / f"{number}.svg").write_text("<svg/>")
    read = theme.read(own)
    assert len(read.files) == theme.MOST_FILES
    assert len(read.faults) == 3


def test_the_policy_lets_in_what_the_theme_has(own: Path) -> None:
    """Scripts and fonts of this very site are let in where the theme has some, and only then."""
    assert "script-src" not in dressed(own).headers["Content-Security-Policy"]
    (own / "static" / "more.js").write_text("")
    assert dressed(own).headers["Content-Security-Policy"].endswith("; script-src 'self'")
    (own / "static" / "face.woff2").write_text("")
    assert dressed(own).headers["Content-Security-Policy"].endswith("; script-src 'self'; font-src 'self'")


def test_who_has_just_read_the_former_page_still_gets_its_files(own: Path) -> None:
    """The style sheet of the last theme is served beside the new one, that of the theme before the last is not."""
    names = []
    pages = None
    for colour in ("red", "green", "blue"):
        (own / "custom.css").write_text(f"body {{ color: {colour} }}")
        pages = dressed(own, pages)
        names.append(not_found(pages).all("link", rel="stylesheet")[1].attributes["href"].removeprefix("/static/"))
    assert pages is not None
    assert [name in pages.assets for name in names] == [False, True, True]


# --- Templates


def test_a_template_takes_the_place_of_ours(own: Path) -> None:
    """A template of the same name is used, with the words of the language and everything ours can use."""
    (own / "templates" / "error.html").write_text(
        '{% extends "layout.html" %}{% block nav %}{% endblock %}'
        "{% block main %}<h1>{% trans %}Works{% endtrans %} {{ status }}</h1>{% endblock %}"
    )
    pages = dressed(own)
    assert pages.faults == ()
    assert not_found(pages).one("h1").text == "Works 404"


def test_a_template_can_build_on_the_shipped_one(own: Path) -> None:
    """`shipped/` means the template that is overridden; what that builds on is again hers, where she has one."""
    (own / "templates" / "error.html").write_text(
        '{% extends "shipped/error.html" %}{% block nav %}<b>hers</b>{% endblock %}'
    )
    (own / "templates" / "layout.html").write_text(
        '{% extends "shipped/layout.html" %}{% block head %}<meta name="hers" content="yes">{% endblock %}'
    )
    page = not_found(dressed(own))
    assert page.one("h1").text == "Nothing on this shelf"
    assert page.one("b").text == "hers"
    assert page.meta("hers") == "yes"


def test_templates_of_her_own_can_be_included(own: Path) -> None:
    """A template that we have not can be used by hers."""
    (own / "templates" / "_sign.html").write_text("<h1>Open on Sundays</h1>")
    (own / "templates" / "error.html").write_text('{% include "_sign.html" %}')
    assert not_found(dressed(own)).one("h1").text == "Open on Sundays"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("one\n{% if %}", "theme/templates/error.html, line 2: Expected an expression"),
        ("one\n\n{{ status|nothing }}", "theme/templates/error.html, line 3: No filter named 'nothing'"),
        ('{% extends "error.html" %}', 'line 1: it extends itself; write {% extends "shipped/error.html" %}'),
    ],
)
def test_a_template_that_cannot_be_read_is_told_at_start(own: Path, source: str, told: str) -> None:
    """The shipped template is used instead, and the log says once which file and line is wrong; the others are used."""
    (own / "templates" / "error.html").write_text(source)
    (own / "templates" / "layout.html").write_text("<p>hers</p>{% block main %}{% endblock %}")
    pages = dressed(own)
    assert len(pages.faults) == 1
    assert told in pages.faults[0]
    assert BESIDE in pages.faults[0]
    page = not_found(pages)
    assert (page.one("h1").text, page.all("p")[0].text) == ("Nothing on this shelf", "hers")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("one\n{{ titel }}", "theme/templates/error.html, line 2: 'titel' is undefined"),
        (
            "\n\n{{ status.nothing.more }}",
            "theme/templates/error.html, line 3: 'int object' has no attribute 'nothing'",
        ),
        ("{{ 1 / 0 }}", "theme/templates/error.html, line 1: division by zero"),
        ('{% extends "nowhere.html" %}', "theme/templates/error.html, line 1: there is no template nowhere.html"),
        ('{% extends "other.html" %}', "theme/templates/other.html, line 1: maximum recursion depth exceeded"),
        ("{{ static['nothing.png'] }}", "theme/templates/error.html, line 1: 'dict object' has no attribute"),
    ],
)
def test_a_template_that_fails_is_told_once(
    own: Path, source: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """While a page is made with a template that fails, the shipped one steps in, and the log says where it failed."""
    (own / "templates" / "error.html").write_text(source)
    (own / "templates" / "other.html").write_text('{% extends "error.html" %}')
    pages = dressed(own)
    assert pages.faults == ()
    with caplog.at_level(logging.WARNING):
        pages_made = [not_found(pages) for _ in range(2)]
    assert {page.one("h1").text for page in pages_made} == {"Nothing on this shelf"}
    assert len(caplog.messages) == 1
    assert told in caplog.messages[0]


# --- The accent in the policy


@pytest.mark.parametrize(
    "style",
    [
        "body{display:none}",
        ":root{--accent-light:#000000;--accent-dark:#ffffff}body{display:none}",
        ":root{--accent-light:url(//x);--accent-dark:#ffffff}",
        ":root{--accent-light:#000000;--accent-dark:#fff}",
    ],
)
def test_only_two_colours_are_let_in(style: str) -> None:
    """WIRE 10.2 #48: whatever else a style element holds, its hash does not come into the policy."""
    policy = "style-src 'self'"
    assert look.with_accent(policy, f"<style>{style}</style>".encode()) == policy
    assert "'sha256-" in look.with_accent(policy, b"<style>:root{--accent-light:#000000;--accent-dark:#ffffff}</style>")
