"""Each command of the pages is typed, in the order of its page, by somebody who has what the page takes as given.

What wants root, systemd, docker or another machine is named in elsewhere.py, with what tries it.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.typed import Terminal
from tests.docs import elsewhere, warm
from tests.docs.pages import PAGES, ROOT, Block, blocks, commands, missing, plain
from tests.docs.scenes import ORIGIN, Scene

_WITHIN_S = 180
# With anything to do, the doctor ends with 1; here there is always something, as nobody made a copy.
_MAY_END_WITH = {"fedi-artisan doctor": {0, 1}}
_URI = re.compile(rf"{ORIGIN}/ap/works/\w+")


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command: with which code it ended, None where it was never reached; and what it said."""

    code: int | None
    said: str


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment in which the command is found."""
    with warm.on_the_path(tmp_path_factory.mktemp("warm") / "bin") as environment:
        yield environment


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new portfolio."""
    folder = tmp_path_factory.mktemp("portfolio")
    done = Terminal(folder).say(
        *("init", "--origin", ORIGIN, "--username", "lea", "--name", "Atelier", "--language", "fr"),
        "--data-dir",
        "data",
    )
    assert done.code == 0, done.err
    return folder


def type_in(scene: Scene, typed: list[str], surroundings: Mapping[str, str]) -> list[Done]:
    """Have one shell do what is typed, whatever comes of each."""
    out = scene.folder / "out"
    out.mkdir(exist_ok=True)
    lines = [
        f"{{ {one}\n}} > '{out}/{number}' 2>&1\necho $? > '{out}/{number}.code'" for number, one in enumerate(typed)
    ]
    subprocess.run(
        ["/bin/bash", "-c", "\n".join(lines)],
        cwd=scene.desk,
        env={**surroundings, "FEDI_ARTISAN_CONFIG": str(scene.config)},
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=_WITHIN_S,
    )
    return [_done(out / str(number)) for number, _ in enumerate(typed)]


def _done(out: Path) -> Done:
    code = out.with_name(f"{out.name}.code")
    return Done(int(code.read_text()) if code.exists() else None, out.read_text() if out.exists() else "")


def with_works(command: str, works: list[str]) -> str:
    """Put the works of the scene in the places where the page says URI, one after the other."""
    left = iter(works)
    return re.sub(r"\bURI\b", lambda _: next(left), command)


def wrong(scene: Scene, block: Block, done: Mapping[str, Done]) -> list[str]:
    """Return what came otherwise than the block says: what each command said that failed, and what was not said."""
    failed = [
        f"{one}\n{came.said}"
        for one, came in done.items()
        if came.code not in _MAY_END_WITH.get(plain(one).partition(" --")[0], {0})
    ]
    if set(block.lines()) - done.keys():
        return failed
    return failed + missing(scene.here(block.shows), "".join(came.said for came in done.values()))


def typed_here(page: str) -> list[tuple[Block, list[str]]]:
    """Return the blocks of the page, each with those of its commands that are typed here."""
    not_here = elsewhere.tried_elsewhere(page)
    return [(block, [one for one in block.lines() if plain(one) not in not_here]) for block in blocks(page)]


@pytest.mark.parametrize("page", [page for page in PAGES if any(lines for _, lines in typed_here(page))])
def test_each_command_does_what_the_page_says(
    page: str, tmp_path: Path, portfolio: Path, surroundings: Mapping[str, str]
) -> None:
    """Whoever types what a page shows, in its order, gets no error, and sees what the page shows of the answer."""
    scene = Scene(page, tmp_path)
    scene.lay_out(portfolio)
    earlier = type_in(scene, list(scene.before()), surroundings)
    assert {one.code for one in earlier} <= {0}, earlier
    works = [uri for one in earlier for uri in _URI.findall(one.said)]

    typed = [scene.here(with_works(one, works)) for _, lines in typed_here(page) for one in lines]
    came = iter(type_in(scene, typed, surroundings))
    for block, lines in typed_here(page):
        assert wrong(scene, block, {one: next(came) for one in lines}) == []


def test_what_is_tried_elsewhere_is_on_its_page() -> None:
    """The table has no command that no page has any more."""
    for table in (elsewhere.TYPED, elsewhere.NEAREST):
        for pages in table.values():
            for page, named in pages.items():
                assert set(map(plain, named)) <= set(map(plain, commands(page))), page


def test_what_tries_it_is_there() -> None:
    """Each place that is named is a function in that file, or a target of the Makefile."""
    for place in (*elsewhere.TYPED, *elsewhere.NEAREST):
        file, _, name = place.partition("::")
        pattern = rf"^{re.escape(name)}:" if file == "Makefile" else rf"^(?:async )?def {name}\("
        assert re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), place


def test_the_machine_is_told_all_that_it_is_said_to_type() -> None:
    """What other pages leave to the machine on which docs/install.md is typed stands on that page."""
    for page, named in elsewhere.TYPED["tests/install/fresh.py::follow_the_page"].items():
        assert set(named) <= set(commands("docs/install.md")), page


def test_each_target_of_make_is_there() -> None:
    """Whatever a page has somebody make is listed by `make help`, and all that is listed is told to who works on it."""
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = {line.split()[0] for line in done.stdout.splitlines()}
    told = {page: {plain(one).split()[1] for one in commands(page) if one.startswith("make ")} for page in PAGES}
    assert set().union(*told.values()) <= listed
    # Three are in README.md.
    assert listed - {"run", "demo", "clean"} == told["CONTRIBUTING.md"]


def test_what_is_not_said_is_missed() -> None:
    """A page may leave out with … what differs each time; all else has to be said, in the order of the page."""
    said = "Made /tmp/a\nRunning since 3\nYour link: https://x/y\n"
    assert missing("Made /tmp/a\n…\nYour link: https://x/…", said) == []
    assert missing("Your link: https://x/…\nMade /tmp/a", said) == ["Made /tmp/a"]
    assert missing("Running since 4", said) == ["Running since 4"]
