"""`page`, `profile`, `appearance` and `arrange`: what an artisan says and chooses for her site."""

import json
import sqlite3
from typing import Any

import pytest

from tests.cli.typed import Terminal, Typed


def say(home: Terminal, *words: str, stdin: str = "") -> Typed:
    """Type a command, which must do its work."""
    done = home.say(*words, stdin=stdin)
    assert done.code == 0, done.err
    return done


def row(home: Terminal, sql: str) -> dict[str, Any]:
    """Return the one row of a statement; what is JSON in it is read."""
    with sqlite3.connect(home.folder / "data" / "fedi-artisan.sqlite3") as connection:
        connection.row_factory = sqlite3.Row
        (found,) = connection.execute(sql).fetchall()
    return {name: json.loads(value) if str(value)[:1] in {"{", "["} else value for name, value in dict(found).items()}


def artisan(home: Terminal) -> dict[str, Any]:
    """Return the artisan as she is stored."""
    return row(home, "SELECT * FROM artisans")


# --- Pages


def written(home: Terminal, title: str, *more: str) -> None:
    """Write a page."""
    say(home, "page", "write", "--title", title, "--text", "-", *more, stdin=f"{title}.")


def test_pages_are_written_and_listed(home: Terminal) -> None:
    """`page write` adds a page, last in the menu, in the artisan's language; `pages` lists them in that order."""
    assert "No pages yet" in say(home, "pages").out
    done = say(home, "page", "write", "--title", "À propos", "--text", "-", "--language", "fr", stdin="*Bonjour*\n")
    assert done.out == "URL: http://127.0.0.1:8099/pages/a-propos\n"
    written(home, "Legal notice", "--place", "footer")
    assert say(home, "pages").out.splitlines() == [
        "a-propos  À propos  fr  menu  http://127.0.0.1:8099/pages/a-propos",
        "legal-notice  Legal notice  en  footer  http://127.0.0.1:8099/pages/legal-notice",
    ]
    assert row(home, "SELECT text FROM pages WHERE slug = 'a-propos'")["text"] == "*Bonjour*"


def test_a_page_is_revised(home: Terminal) -> None:
    """`page revise` changes what is given, in the page's language or in a further one; the address stays."""
    written(home, "About")
    say(home, "page", "revise", "about", "--title", "About me")
    say(home, "page", "revise", "about", "--language", "fr", "--title", "À propos", "--text", "-", stdin="Bonjour.")
    say(home, "page", "revise", "http://127.0.0.1:8099/pages/about", "--language", "fr", "--title", "Qui je suis")
    say(home, "page", "revise", "about", "--place", "nowhere")
    page = row(home, "SELECT * FROM pages")
    assert (page["slug"], page["title"], page["text"], page["place"]) == ("about", "About me", "About.", "nowhere")
    assert page["others"] == {"fr": {"title": "Qui je suis", "text": "Bonjour."}}
    say(home, "page", "revise", "about", "--place", "menu", "--remove-language", "fr")
    page = row(home, "SELECT * FROM pages")
    assert (page["others"], page["place"]) == ({}, "menu")


def test_pages_are_put_in_order_and_removed(home: Terminal) -> None:
    """`page order` puts those named first; `page remove` takes one away."""
    for title in ("One", "Two", "Three"):
        written(home, title)
    ordered = say(home, "page", "order", "three", "http://127.0.0.1:8099/pages/two").out
    assert [line.split()[0] for line in ordered.splitlines()] == ["three", "two", "one"]
    say(home, "page", "remove", "two")
    assert [line.split()[0] for line in say(home, "pages").out.splitlines()] == ["three", "one"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("write", "--title", " ", "--text", "/dev/null"), "the title is empty"),
        (("write", "--title", "x", "--text", "nowhere.md"), "there is no such file"),
        (("write", "--title", "x", "--text", "/dev/null", "--language", "English"), "is no language"),
        (("write", "--title", "x", "--text", "/dev/null", "--by", "nobody"), "say which artisan"),
        (("revise", "about"), "nothing to change was given"),
        (("revise", "about", "--language", "fr"), "nothing to change was given"),
        (("revise", "about", "--language", "fr", "--title", "x"), "give --title and --text"),
        (("revise", "about", "--remove-language", "en"), "as a further language"),
        (("revise", "nothing", "--title", "x"), "there is no page nothing here"),
        (("remove", "nothing"), "there is no page nothing here"),
        (("order", "about", "nothing"), "there is no page nothing"),
    ],
)
def test_page_explains_what_cannot_be(home: Terminal, words: tuple[str, ...], told: str) -> None:
    """Whatever cannot be is told in words, with exit code 1, and nothing is changed."""
    written(home, "About")
    before = row(home, "SELECT * FROM pages")
    done = home.say("page", *words)
    assert (done.code, told in done.err) == (1, True), done.err
    assert row(home, "SELECT * FROM pages") == before


def test_a_page_can_be_long(home: Terminal) -> None:
    """A legal notice may have 50 000 characters, not one more."""
    say(home, "page", "write", "--title", "Terms", "--text", "-", stdin="x" * 50_000)
    done = home.say("page", "write", "--title", "Terms", "--text", "-", stdin="x" * 50_001)
    assert "up to 50000 are possible" in done.err


# --- Profile


def test_the_profile_says_what_she_does(home: Terminal) -> None:
    """`profile` changes craft, place, commissions and links in her own language, and keeps what is not given."""
    say(home, "profile", "--text", "-", "--craft", "potter", "--place", "Uzès, France", stdin="Stoneware.")
    say(home, "profile", "--commissions", "waiting-list", "--commissions-note", "About six months")
    say(home, "profile", "--link", "Shop=https://shop.example/?a=b", "--link", "Mastodon=https://craft.example/@lea")
    she = artisan(home)
    assert (she["name"], she["summary"], she["crafts"]) == ("Atelier Léa", "Stoneware.", {"en": "potter"})
    assert (she["places"], she["commissions"]) == ({"en": "Uzès, France"}, "waiting-list")
    assert she["commissions_notes"] == {"en": "About six months"}
    assert she["links"] == [
        {"label": "Shop", "url": "https://shop.example/?a=b"},
        {"label": "Mastodon", "url": "https://craft.example/@lea"},
    ]
    say(home, "profile", "--commissions", "unset", "--commissions-note", "", "--no-links", "--place", "")
    she = artisan(home)
    assert (she["commissions"], she["commissions_notes"], she["links"], she["places"]) == (None, {}, [], {})
    assert (she["summary"], she["crafts"]) == ("Stoneware.", {"en": "potter"})


def test_the_profile_speaks_further_languages(home: Terminal) -> None:
    """With `--language` the texts given are in that language, beside those in her own; an empty one goes."""
    say(home, "profile", "--text", "-", "--craft", "potter", stdin="Stoneware.")
    say(home, "profile", "--language", "fr", "--text", "-", "--craft", "potière", stdin="Grès.")
    she = artisan(home)
    assert (she["summary"], she["summaries"]) == ("Stoneware.", {"fr": "Grès."})
    assert she["crafts"] == {"en": "potter", "fr": "potière"}
    say(home, "profile", "--language", "fr", "--text", "/dev/null")
    assert artisan(home)["summaries"] == {}


def test_her_own_language_can_change(home: Terminal) -> None:
    """`--main-language` makes what she says in it her own words; the former ones stay as a further language."""
    say(home, "profile", "--text", "-", "--craft", "potter", stdin="Stoneware.")
    say(home, "profile", "--main-language", "fr", "--text", "-", "--craft", "potière", stdin="Grès.")
    she = artisan(home)
    assert (she["language"], she["summary"], she["summaries"]) == ("fr", "Grès.", {"en": "Stoneware."})
    assert she["crafts"] == {"en": "potter", "fr": "potière"}


def test_a_wrong_language_can_be_put_right(home: Terminal) -> None:
    """Where nothing is said in her new own language yet, her words are taken to be in it already."""
    say(home, "profile", "--text", "-", "--craft", "potière", "--place", "Uzès", stdin="Grès.")
    say(home, "profile", "--main-language", "fr")
    she = artisan(home)
    assert (she["language"], she["summary"], she["summaries"]) == ("fr", "Grès.", {})
    assert (she["crafts"], she["places"]) == ({"fr": "potière"}, {"fr": "Uzès"})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "nothing to change was given"),
        (("--language", "fr"), "nothing to change was given"),
        (("--language", "French", "--craft", "x"), "is no language"),
        (("--main-language", "French"), "is no language"),
        (("--craft", "x" * 201), "up to 200 are possible"),
        (("--link", "https://shop.example/"), 'write a link as "My shop=https://shop.example/"'),
        (("--link", "=https://shop.example/"), "the name of the link is empty"),
        (("--link", "Shop=http://shop.example/"), "write it as https://"),
        (("--link", "Shop=javascript:alert(1)"), "write it as https://"),
        (("--link", "Shop=https://shop.example/", "--no-links"), "not both"),
        (tuple(word for number in range(9) for word in ("--link", f"{number}=https://a.example/")), "up to 8 links"),
        (("--avatar-alt", "A mark"), "there is no picture to describe"),
        (("--name", ""), "the name must be one line"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_profile_explains_what_cannot_be(home: Terminal, words: tuple[str, ...], told: str) -> None:
    """Whatever cannot be said is told in words, and nothing is changed."""
    before = artisan(home)
    done = home.say("profile", *words)
    assert (done.code, told in done.err) == (1, True), done.err
    assert artisan(home) == before


# --- Appearance and order


def test_the_appearance_is_shown_and_changed(home: Terminal) -> None:
    """`appearance` changes what is given and shows the whole; it says what an accent becomes where it must."""
    usual = ["Layout: wall", "Accent: as usual", "Typeface: book", "Order: date", "Home: all"]
    assert say(home, "appearance").out.splitlines() == usual
    say(home, "appearance", "--layout", "one-by-one", "--accent", "#FFCC00")
    changed = say(home, "appearance", "--typeface", "studio", "--order", "hand", "--home", "series").out.splitlines()
    accent = "Accent: #ffcc00 (by day #826700, so that it can be read)"
    assert changed == ["Layout: one-by-one", accent, "Typeface: studio", "Order: hand", "Home: series"]
    assert say(home, "appearance", "--accent", "usual").out.splitlines()[1] == "Accent: as usual"


@pytest.mark.parametrize("accent", ["red", "#fff", "#12345g", "8c4426", "#8c4426; }"])
def test_an_accent_is_a_colour(home: Terminal, accent: str) -> None:
    """What is no colour is refused, with how to write one."""
    done = home.say("appearance", "--accent", accent)
    assert (done.code, "write it as #8c4426" in done.err) == (1, True)


def test_works_are_arranged(home: Terminal) -> None:
    """`arrange` puts those named first, all others behind them as they stood; a later work comes before all."""
    assert "No works yet" in say(home, "arrange").out
    for title in ("One", "Two", "Three", "Four"):
        say(home, "publish", "--title", title)
    first = say(home, "arrange", "two", "http://127.0.0.1:8099/works/four")
    assert [line.split()[0] for line in first.out.splitlines()] == ["two", "four", "three", "one"]
    assert "--order hand" in first.err
    say(home, "appearance", "--order", "hand")
    say(home, "publish", "--title", "Five")
    again = say(home, "arrange", "one")
    assert [line.split()[0] for line in again.out.splitlines()] == ["one", "five", "two", "four", "three"]
    assert again.err == ""
    assert say(home, "arrange").out == again.out
    assert "there is no work" in home.say("arrange", "nothing").err
    assert "is not one of the works" in home.say("arrange", "one", "--by", "bob").err


# --- Several under one roof


def test_one_more_artisan_is_let_in(home: Terminal) -> None:
    """`artisan add` makes another artisan, whom `--by` then means; nobody comes in twice."""
    first = say(home, "artisans").out
    done = say(home, "artisan", "add", "--username", "ines", "--name", "Inès Roux", "--language", "fr")
    assert done.out.startswith("Ready: @ines@127.0.0.1:8099 at http://127.0.0.1:8099/@ines\n")
    assert say(home, "artisans").out == f"{first}@ines@127.0.0.1:8099  Inès Roux  fr\n"
    say(home, "profile", "--by", "ines", "--craft", "Relieuse")
    assert row(home, "SELECT crafts FROM artisans WHERE username = 'ines'")["crafts"] == {"fr": "Relieuse"}
    again = home.say("artisan", "add", "--username", "ines", "--name", "Another")
    assert again.code == 1
    assert "there is already an artisan named ines here" in again.err
