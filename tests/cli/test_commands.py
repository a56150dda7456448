"""Each command: what it prints, what it changes, and how it fails."""

import os
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.cli.typed import Terminal, Typed, all_commands

PHOTO = Path(__file__).parents[1] / "data" / "photos"


def a_photo() -> str:
    """Return the path of a good photograph."""
    return str(PHOTO / "bowl-tiny.jpg")


def uri_of(done: Typed) -> str:
    """Return the id that publish or revise printed."""
    found = re.search(r"^URI: (\S+)$", done.out, re.MULTILINE)
    assert found, done
    return found[1]


def rows(terminal: Terminal, sql: str) -> list[tuple[object, ...]]:
    """Return rows of the portfolio's database."""
    with sqlite3.connect(terminal.folder / "data" / "fedi-artisan.sqlite3") as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    "words",
    [
        [],
        *([name] for name in all_commands()),
        ["key", "rotate"],
        *(["page", name] for name in ("write", "revise", "remove", "order")),
    ],
    ids=" ".join,
)
def test_every_command_explains_itself(terminal: Terminal, words: list[str]) -> None:
    """`--help` works for every command, without any configuration."""
    done = terminal.say(*words, "--help")
    assert done.code == 0
    assert "Usage: fedi-artisan" in done.out


def test_init_makes_all_there_is(home: Terminal) -> None:
    """`init` writes the configuration last, and a database that only its owner can read, with an artisan and keys."""
    database = home.folder / "data" / "fedi-artisan.sqlite3"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert rows(home, "SELECT username, name FROM artisans") == [("lea", "Atelier Léa")]
    assert rows(home, "SELECT count(*) FROM keys") == [(2,)]
    assert 'origin = "http://127.0.0.1:8099"' in (home.folder / "config.toml").read_text()
    assert not list(home.folder.glob("*.new"))


def test_init_changes_nothing_that_is_there(home: Terminal) -> None:
    """A second `init` is refused with exit code 2 and leaves the first as it was."""
    before = (home.folder / "config.toml").read_bytes()
    done = home.init()
    assert (done.code, (home.folder / "config.toml").read_bytes()) == (2, before)
    assert "there already" in done.err


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("http://atelier.example", "must be https"),
        ("https://atelier.example/", "no trailing slash"),
        ("atelier.example", "https address"),
        ("https://Atelier.example", "lower case"),
    ],
)
def test_init_explains_a_wrong_origin(terminal: Terminal, origin: str, words: str) -> None:
    """An address that cannot be used is told in one line, with exit code 2, and nothing is left behind."""
    done = terminal.init(origin=origin)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1
    assert os.listdir(terminal.folder) == []  # noqa: PTH208 - only the names matter


def test_a_wrong_user_name_leaves_no_configuration(terminal: Terminal) -> None:
    """A user name that cannot be half of a handle is told, and `init` can be typed again."""
    done = terminal.type("init", "--origin", "http://127.0.0.1:8099", "--username", "Léa!", "--name", "Léa")
    assert done.code == 1
    assert "cannot be a user name" in done.err
    assert not (terminal.folder / "config.toml").exists()
    assert terminal.init().code == 0


def test_a_work_is_published_revised_and_withdrawn(home: Terminal) -> None:
    """`publish` prints URI and URL, `revise` changes only what is given, `withdraw` leaves a tombstone."""
    text = home.folder / "text.md"
    text.write_text("Thrown in **two halves**.")
    published = home.type(
        *("publish", "--title", "Moon jar", "--text", "text.md", "--photo", a_photo(), "--alt", "A white jar"),
        *("--material", "stoneware", "--technique", "wheel throwing", "--dimensions", "38 × 37 cm", "--year", "2026"),
        *("--price", "420 EUR", "--availability", "available", "--series", "Moon jars", "--tag", "stoneware"),
        *("--language", "en"),
    )
    assert published.code == 0, published.err
    assert "URL: http://127.0.0.1:8099/works/moon-jar" in published.out
    assert "description" not in published.err
    uri = uri_of(published)

    revised = home.type("revise", uri, "--availability", "sold")
    assert revised.code == 0, revised.err
    facts = """
        SELECT title, availability, price_amount, edits, (SELECT alts ->> '$.en' FROM photos), (SELECT name FROM tags)
        FROM works
    """
    assert rows(home, facts) == [("Moon jar", "sold", "420.00", 1, "A white jar", "stoneware")]

    assert home.type("withdraw", uri).code == 0
    assert rows(home, "SELECT withdrawn_at IS NOT NULL, text FROM works") == [(1, "")]
    again = home.type("withdraw", uri)
    assert again.code == 1
    assert "was withdrawn" in again.err


def test_what_a_work_need_not_say_can_be_taken_away(home: Terminal) -> None:
    """An empty text takes a fact away, several at once, `--availability unset` its availability; the rest stays."""
    said = home.say(
        *(
            "publish",
            "--title",
            "Jar",
            "--text",
            "-",
            "--material",
            "clay",
            "--material",
            "ash",
            "--technique",
            "thrown",
        ),
        *("--dimensions", "38 × 37 cm", "--year", "2026", "--price", "420 EUR", "--availability", "available"),
        *("--series", "Moons", "--tag", "white", "--tag", "round"),
        stdin="Round.",
    )
    assert said.code == 0, said.err
    gone = [
        word for option in ("text", "material", "technique", "price", "series", "tag") for word in (f"--{option}", "")
    ]
    assert home.say("revise", "jar", *gone, "--availability", "unset").code == 0
    columns = "title, text, materials, techniques, price_amount, availability, series_id, year"
    left = f"SELECT {columns}, dimensions IS NOT NULL, (SELECT count(*) FROM tags) FROM works"  # noqa: S608 - ours
    assert rows(home, left) == [("Jar", "", "[]", "[]", None, None, None, 2026, 1, 0)]
    assert home.say("revise", "jar", "--year", "", "--dimensions", "").code == 0
    assert rows(home, "SELECT title, year, dimensions FROM works") == [("Jar", None, None)]
    assert "the title is empty" in home.say("revise", "jar", "--title", "").err


def test_text_can_come_from_standard_input(home: Terminal) -> None:
    """`--text -` reads the text from standard input."""
    done = home.type("publish", "--title", "Bowl", "--text", "-", stdin="Ash wood.\n")
    assert done.code == 0, done.err
    assert rows(home, "SELECT text FROM works") == [("Ash wood.",)]


def test_a_work_can_be_named_by_its_page(home: Terminal) -> None:
    """`revise` and `withdraw` take the URL of the page or its last part as well."""
    assert home.type("publish", "--title", "Bowl").code == 0
    assert home.type("revise", "http://127.0.0.1:8099/works/bowl", "--title", "Ash bowl").code == 0
    assert home.type("withdraw", "bowl").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--title", " "], "the title is empty"),
        (["--title", "x", "--price", "much"], "is not a price"),
        (["--title", "x", "--dimensions", "big"], "are no dimensions"),
        (["--title", "x", "--year", "soon"], "is not a year"),
        (["--title", "x", "--edition", "4/3"], "has no number 4"),
        (["--title", "x", "--date", "yesterday"], "is no date"),
        (["--title", "x", "--date", "2999-01-01"], "still to come"),
        (["--title", "x", "--tag", "123"], "cannot be a tag"),
        (["--title", "x", "--language", "français!"], "is no language"),
        (["--title", "x", "--text", "nowhere.md"], "nowhere.md: there is no such file"),
        (["--title", "x", "--photo", "nowhere.jpg"], "nowhere.jpg"),
        (["--title", "x", "--photo", "a.jpg", "--alt", "one", "--alt", "two"], "give one for each --photo"),
        (["--title", "x", "--by", "nobody"], "say which artisan"),
    ],
)
def test_publish_explains_what_cannot_be_used(home: Terminal, words: list[str], told: str) -> None:
    """Whatever cannot be used is told in words, with exit code 1, and nothing is published."""
    done = home.type("publish", *words)
    assert done.code == 1
    assert told in done.err
    assert "Traceback" not in done.err
    assert rows(home, "SELECT count(*) FROM works") == [(0,)]


def test_a_work_has_an_audience_an_edition_and_a_date(home: Terminal) -> None:
    """They are given by options, kept where they are not given, and explained where they cannot be so any more."""
    said = home.say("publish", "--title", "Bowl", "--audience", "web", "--edition", "3/12", "--date", "2023-05-31")
    assert said.code == 0, said.err
    stored = "SELECT audience, edition_number, edition_size, published_at / 86400000, told_at IS NULL FROM works"
    assert rows(home, stored) == [("web", 3, 12, 19508, 1)]
    assert home.say("revise", uri_of(said), "--audience", "unlisted", "--edition", "").code == 0
    assert rows(home, stored) == [("unlisted", None, None, 19508, 0)]
    refused = home.say("revise", uri_of(said), "--audience", "followers")
    assert refused.code == 1
    assert "publish a copy" in refused.err
    hidden = home.say("publish", "--title", "Jar", "--audience", "followers")
    assert "URL:" not in hidden.out
    assert "no page" in hidden.out


def test_no_more_works_are_shown_first_than_others_display(home: Terminal) -> None:
    """Five works can be featured; the sixth is refused with what to do."""
    for number in range(5):
        assert home.type("publish", "--title", f"Bowl {number}", "--featured").code == 0
    done = home.type("publish", "--title", "Bowl 6", "--featured")
    assert done.code == 1
    assert "take one of them off that list" in done.err


def test_the_profile_is_changed(home: Terminal) -> None:
    """`profile` changes what is given and keeps the rest."""
    done = home.type("profile", "--text", "-", "--avatar", a_photo(), "--avatar-alt", "My mark", stdin="Stoneware.")
    assert done.code == 0, done.err
    [(name, summary, alts)] = rows(
        home, "SELECT artisans.name, summary, alts FROM artisans JOIN photos ON photos.id = icon_id"
    )
    assert (name, summary) == ("Atelier Léa", "Stoneware.")
    assert "My mark" in str(alts)
    assert home.type("profile").code == 1


def test_requests_to_follow_are_answered_by_hand(home: Terminal) -> None:
    """`profile` says whether the artisan answers requests herself, and keeps it; `followers` says how many wait."""
    approves = "SELECT approves_followers FROM artisans"
    assert home.type("profile", "--approve-followers").code == 0
    assert home.type("profile", "--craft", "potter").code == 0
    assert [tuple(row) for row in rows(home, approves)] == [(1,)]
    with sqlite3.connect(home.folder / "data" / "fedi-artisan.sqlite3") as connection:
        connection.executescript("""
            INSERT INTO actors (id, uri, host, type, username, name, inbox_url, also_known_as, fetched_at)
            VALUES (1, 'https://a.example/b', 'a.example', 'Person', 'b', '', 'https://a.example/i', '[]', 0);
            INSERT INTO follow_requests VALUES (1, 1, 'https://a.example/f', 0);
        """)
    assert "1 more asked and wait for your answer" in home.type("followers").out
    assert home.type("profile", "--no-approve-followers").code == 0
    assert [tuple(row) for row in rows(home, approves)] == [(0,)]


def test_the_key_is_replaced(home: Terminal) -> None:
    """`key rotate` replaces the artisan's key and no other."""
    before = rows(home, "SELECT artisan_id, public_pem FROM keys ORDER BY artisan_id")
    assert home.type("key", "rotate").code == 0
    after = rows(home, "SELECT artisan_id, public_pem FROM keys ORDER BY artisan_id")
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_lists_say_when_they_are_empty(home: Terminal) -> None:
    """`followers` and `deliveries` say plainly that there is nothing yet."""
    assert "Nobody yet" in home.type("followers").out
    assert "Nothing was ever sent" in home.type("deliveries").out


def test_who_is_not_followed_cannot_be_unfollowed(home: Terminal) -> None:
    """`unfollow` of a stranger is told, and asks nobody."""
    done = home.type("unfollow", "@bob@mastodon.example")
    assert done.code == 1
    assert "does not follow" in done.err


def test_private_addresses_are_refused(home: Terminal) -> None:
    """WIRE 10.2 #31: `follow` talks to no private address unless that was allowed."""
    done = home.type("follow", "@bob@127.0.0.1:9")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert rows(home, "SELECT count(*) FROM following") == [(0,)]


@pytest.mark.parametrize("command", ["serve", "migrate", "followers", "deliveries"])
def test_a_missing_configuration_is_explained(terminal: Terminal, command: str) -> None:
    """Without a configuration every command says how to make one, with exit code 2."""
    done = terminal.type(command)
    assert done.code == 2
    assert "fedi-artisan init" in done.err


def test_the_configuration_is_found_by_option_then_environment(home: Terminal, tmp_path: Path) -> None:
    """`--config` comes before $FEDI_ARTISAN_CONFIG, which comes before ./config.toml."""
    elsewhere = Terminal(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    file = str(home.folder / "config.toml")
    assert elsewhere.type("followers").code == 2
    assert elsewhere.type("followers", FEDI_ARTISAN_CONFIG=file).code == 0
    assert elsewhere.type("--config", file, "followers", FEDI_ARTISAN_CONFIG="wrong.toml").code == 0


def test_an_older_or_newer_database_is_explained(home: Terminal) -> None:
    """A database of another version is not touched; the words say what to do."""
    database = home.folder / "data" / "fedi-artisan.sqlite3"
    for version, words in ((99, "newer"), (0, "fedi-artisan migrate")):
        with sqlite3.connect(database) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        done = home.type("followers")
        assert done.code == 1
        assert words in done.err
