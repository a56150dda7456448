"""Commands that are typed wrongly: one plain sentence with the next step, no word of Python, and an exit code."""

import pytest

from tests.cli.typed import Terminal


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("serv",), "There is no command 'serv'. Did you mean 'serve'?"),
        (("quintessence",), "No such command 'quintessence'."),
        (("backup", "nowhere/at/all.tar"), "nowhere/at: there is no such file or folder"),
        (("backup", "config.toml/house.tar"), "a file stands where a folder should be"),
        (("restore", "config.toml", "--check"), "config.toml: "),
        (("restore", "config.toml", "--check", "--identity", "none.txt"), "config.toml: "),
        (("restore", "config.toml", "--into", "config.toml"), "config.toml: is a file. Name a new folder"),
        (("publish", "--title", "Jar", "--text", "none.md"), "none.md: there is no such file or folder"),
        (("publish", "--title", "Jar", "--text", "data/fedi-artisan.sqlite3"), "this is no text in UTF-8"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_slip_is_answered_in_words(home: Terminal, words: tuple[str, ...], told: str) -> None:
    """What is wrong is said with its name, without a number of the system and without a traceback."""
    done = home.type(*words)
    assert done.code != 0
    assert told in done.err
    assert not any(word in done.out + done.err for word in ("Errno", "Traceback", "codec"))


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_folder_that_is_not_there_is_named(home: Terminal, command: str) -> None:
    """A disk that was not mounted: the folder is named, where to put that right as well, and nothing is made anew."""
    (home.folder / "data").rename(home.folder / "elsewhere")
    done = home.type(command)
    said = " ".join((done.out + done.err).split())
    assert done.code != 0
    assert f"{home.folder / 'data'} is not there." in said.replace("/ ", "/")
    assert "data_dir" in said
    assert not any(word in said for word in ("Errno", "Traceback"))
    assert not (home.folder / "data").exists()


def test_what_is_to_be_typed_stands_by_itself(home: Terminal) -> None:
    """Only the first line of an answer says that it is an error: the others can be copied as they stand."""
    with (home.folder / "config.toml").open("a") as file:
        file.write('nothing = 1\nlog = "loud"\n')
    done = home.type("serve")
    assert done.code == 2
    assert done.err.startswith("Error: ")
    assert done.err.count("Error: ") == 1
