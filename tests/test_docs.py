"""What is written about the project is true, and nothing is written that belongs to one machine alone."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from fedi_artisan.cli import cli
from fedi_artisan.config import Limits, Timeouts
from fedi_artisan.federation.inbox import HANDLERS
from fedi_artisan.web.people import assets
from tests.cli.typed import Terminal, all_commands

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fedi_artisan"


def in_git() -> list[Path]:
    """Return every file that the project keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts(*but: str) -> Iterator[tuple[Path, str]]:
    """Yield each text of the project, but not those below the folders *but*."""
    for file in in_git():
        name = file.relative_to(ROOT)
        if file.suffix not in {".avif", ".gif", ".gz", ".heic", ".input", ".jpg", ".png", ".ttf", ".webp"} and not any(
            name.is_relative_to(folder) for folder in but
        ):
            yield name, file.read_text(encoding="utf-8")


def section(file: str, title: str) -> str:
    """Return what stands in *file* under the heading *title*."""
    _, heading, rest = (ROOT / file).read_text(encoding="utf-8").partition(f"\n## {title}\n")
    assert heading, f"{file} has no section {title}"
    return rest.partition("\n## ")[0]


def first_column(text: str) -> list[str]:
    """Return the first cell of each row of the table in *text*, without its head."""
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


# --- FEDERATION.md


def test_every_handled_activity_is_documented() -> None:
    """FEDERATION.md has one row for each handled type, and no others."""
    assert sorted(first_column(section("FEDERATION.md", "Activities taken in"))) == sorted(map(str, HANDLERS))


def test_every_sent_activity_is_documented() -> None:
    """FEDERATION.md has one row for each type that a service renders, and no others."""
    services = "\n".join(file.read_text(encoding="utf-8") for file in (PACKAGE / "services").rglob("*.py"))
    rendered = set(re.findall(r"(?<!vocab\.)\brender\.([a-z_]+)\b", services))
    types = {"QuoteRequest" if name == "quote_request" else name.partition("_")[0].title() for name in rendered}
    assert sorted(first_column(section("FEDERATION.md", "Activities sent"))) == sorted(types)


def test_the_limits_that_others_are_told_are_ours() -> None:
    """FEDERATION.md tells the numbers that hold where nobody has set others, and who knocks."""
    told = section("FEDERATION.md", "How we knock, and when we say no")
    limits = Limits()
    assert f"{limits.messages_per_minute} messages and {limits.documents_per_minute} documents a minute" in told
    assert f"{limits.documents_per_minute} names (WebFinger, oEmbed) of {limits.documents_per_minute * 20:,}" in told
    assert limits.request_body_bytes == limits.remote_body_bytes == 1_000_000
    assert Timeouts().request_head_s == 10
    assert "fedi-artisan/VERSION (+https://atelier.example/)" in told


# --- docs/ARCHITECTURE.md


def rooms() -> dict[str, str]:
    """Return the rooms on the plan, by name, with what is said of each."""
    plan = section("docs/ARCHITECTURE.md", "Rooms, and who may import whom").split("```")[1]
    found: dict[str, str] = {}
    last = ""
    for line in plan.strip().splitlines():
        if line.startswith(" "):
            found[last] += " " + line.strip()
        elif "  " in line:
            last, _, found[last] = line.partition(" ")[0], "", line.partition("  ")[2].strip()
        else:
            found |= dict.fromkeys(line.split(), "")
    return found


def test_every_room_is_on_the_plan() -> None:
    """ARCHITECTURE.md names every folder and every module at the top of the package, and none that is not there."""
    there = {path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"}
    assert set(rooms()) == there - {"__init__", "__main__"}


def test_every_file_that_is_named_exists() -> None:
    """Each `name.py` in ARCHITECTURE.md is a module; in the plan, one of that very room."""
    for room, said in rooms().items():
        for name in re.findall(r"\b(\w+\.py)\b", said):
            assert any((PACKAGE / room).rglob(name)), f"{room}: {name}"
    modules = {"/" + path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"\b([\w/]+\.py)\b", text):
        assert any(module.endswith(f"/{path}") for module in modules), path


def test_every_word_of_the_glossary_is_used() -> None:
    """Each word of the glossary, and each ending, stands in the code as it is written there."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    words = [
        word.strip("`*, ")
        for cell in first_column(section("docs/ARCHITECTURE.md", "Glossary"))
        for word in re.split(r"[,\s]+", cell)
    ]
    assert len(words) > 10
    for word in words:
        before = r"\w" if word.startswith("_") else r"(?<![A-Za-z])"
        assert re.search(rf"{before}{word}(?![a-z])", code), word


# --- README.md


def test_the_readme_lists_the_commands(tmp_path: Path) -> None:
    """The table of README.md has exactly the commands that `fedi-artisan --help` lists."""
    listed = Terminal(tmp_path).type("--help").out.partition("Commands:\n")[2]
    there = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and not line.startswith("   ")}
    cells = first_column((ROOT / "README.md").read_text(encoding="utf-8"))
    told = {words.split()[0] for cell in cells for words in re.findall(r"`([^`]+)`", cell)}
    assert told == there == set(all_commands())


def test_every_option_that_is_shown_exists() -> None:
    """Each `--option` in README.md and in what explains the commands is one of a command."""
    commands: list[click.Command] = [cli, *all_commands().values()]
    for command in commands:
        commands += command.commands.values() if isinstance(command, click.Group) else ()
    known = {name for command in commands for option in command.params for name in option.opts}
    for name in ("README.md", "docs/portfolio.md", "docs/photographs.md"):
        text = re.sub(r"```(?:css|jinja)\n.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"^apt .*$", "", text, flags=re.MULTILINE)
        shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
        assert shown
        assert shown <= known, name


# --- docs/trouble.md


def test_whatever_the_doctor_is_asked_for_he_has() -> None:
    """Each line of the doctor to which docs/trouble.md leads is called so."""
    looks = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("looks.py"))
    titles = set(re.findall(r'said\("([^"]+)"\)', looks))
    led_to = set(re.findall(r"\*\*([A-Z][a-z ]+)\*\*", (ROOT / "docs" / "trouble.md").read_text(encoding="utf-8")))
    assert len(led_to) > 10
    assert led_to <= titles


# --- docs/portfolio.md


def test_every_block_of_the_layout_is_documented() -> None:
    """docs/portfolio.md has one row for each block of the layout, in its order, and no others."""
    source = (ROOT / "templates" / "layout.html").read_text(encoding="utf-8")
    text = section("docs/portfolio.md", "Your own templates and styles").partition("These are its blocks")[2]
    assert first_column(text) == [f"`{name}`" for name in re.findall(r"{% block (\w+)", source)]


def test_what_may_lie_in_the_theme_is_documented() -> None:
    """docs/portfolio.md names each kind of file that is served."""
    text = section("docs/portfolio.md", "Your own templates and styles")
    assert ", ".join(sorted(ending.removeprefix(".") for ending in assets.TYPES)) in text


# --- All of them


def links() -> list[tuple[Path, str]]:
    """Return every link of our documents to another file, with the document it stands in."""
    return [
        (file, target)
        for file in in_git()
        if file.suffix == ".md"
        for target in re.findall(r"\]\(([^)\s]+)\)", file.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
    ]


def headings(file: Path) -> set[str]:
    """Return the anchors of a document."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere() -> None:
    """Each link between our documents is a file that is kept, and a heading in it."""
    kept = {file.resolve() for file in in_git()}
    assert len(links()) > 5
    for file, target in links():
        path, _, anchor = unquote(target).partition("#")
        goal = (file.parent / path).resolve() if path else file
        assert goal in kept or any(one.is_relative_to(goal) for one in kept), f"{file.name}: {target}"
        assert not anchor or anchor in headings(goal), f"{file.name}: {target}"


def test_the_changelog_can_be_read() -> None:
    """CHANGELOG.md keeps to its form: versions, the newest first, each with kinds of changes, each with changes."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    assert versions[1:] == sorted(versions[1:], reverse=True)
    for body in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        kinds = re.split(r"^### (.+)$", body, flags=re.MULTILINE)
        assert not kinds[0].strip()
        for kind, changes in zip(kinds[1::2], kinds[2::2], strict=True):
            assert kind in {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
            items = [line for line in changes.splitlines() if line.strip()]
            assert items
            assert all(line.startswith(("- ", "  ")) for line in items)
            assert items[0].startswith("- ")


# --- What stands nowhere


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)\b",
        r"\b(?:deb|security|archive)\.(?:debian|ubuntu)\.",
        r"--(?:extra-)?index-url|^registry\s*=|\"resolved\":\s*\"https?:",
    ],
)
def test_no_registry_is_named(pattern: str) -> None:
    """Where packages come from is the business of the machine: no file names a registry's address."""
    found = [str(name) for name, text in texts() if re.search(pattern, text, re.MULTILINE)]
    assert found == []


def test_no_path_of_a_machine_is_named() -> None:
    """No file knows where somebody's checkout or home lies."""
    pattern = r"(?:^|[\s\"'`=(:])/(?:home|Users|root|work|mnt|srv|private)/\w"
    found = [str(name) for name, text in texts() if re.search(pattern, text, re.MULTILINE)]
    assert found == []


def test_the_words_of_the_standard_are_used() -> None:
    """Our code speaks ActivityStreams; the words of one app stand only where its API is spoken, and in documents.

    The prefix of that app's extension in a context is its name there and may stand. Two tests name what they forbid.
    """
    pattern = r"(?i)(?<![a-z])toots?(?![a-z]|\"?:)|reblog|favourite"
    forbidding = ("tests/test_docs.py", "tests/unit/web/test_pages.py")
    allowed = ("docs", "tests/data", "fedi_artisan/web/client_api", *forbidding)
    found = [str(name) for name, text in texts(*allowed) if re.search(pattern, text)]
    assert found == []
