"""What pages and posts say, found in the source, and written into the catalogues: `make words`.

Where two branches both added words, keep either side of the catalogue, and give the other as a file of the same name:
`python -m tests.words elsewhere/fr.po` takes from it what is not translated here.
"""

import io
import sys
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
# Where words stand, how they are found there, and what the finder has to know.
_PLACES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("fedi_artisan", "**.py", "python", {}),
    ("templates", "**.html", "jinja2", {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}),
)
# What a person can do something about is said in her language; what a command says is not.
_TOLD = (
    "BadInput",
    "BadPhoto",
    "Changed",
    "Damaged",
    "DiskFull",
    "NoRoom",
    "NoSuchWorks",
    "OutOfOrder",
    "PhotoInterrupted",
    "Stalled",
    "TooLarge",
)
_KEYWORDS = {**DEFAULT_KEYWORDS, **dict.fromkeys(("say", "Words", "said", *_TOLD)), "said_many": (1, 2)}
_COMMANDS = ("cli/**.py", "ignore")


@cache
def found() -> Catalog:
    """Return every message of the templates and of the program, in the order of files and lines."""
    catalogue = Catalog(charset="utf-8")
    for folder, pattern, method, options in _PLACES:
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / folder, [_COMMANDS, (pattern, method)], {pattern: options}, keywords=_KEYWORDS
        ):
            # Without the number of the line, which would change with every other change.
            catalogue.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalogue


def catalogues() -> list[Path]:
    """Return the file of each language that words are translated into."""
    return sorted(LOCALES.glob("*.po"))


def read(file: Path) -> Catalog:
    """Return the catalogue in *file*; an empty file is one in which nothing is translated yet."""
    with file.open("rb") as stream:
        return read_po(stream, locale=file.stem.replace("-", "_"), abort_invalid=True)


def updated(file: Path, *others: Path) -> bytes:
    """Return the catalogue in *file* as it should be now: all that is said, and nothing that is said no more.

    What is new comes with the translation that one of the *others* has, else without; nobody guesses one.
    """
    catalogue = read(file)
    catalogue.update(found(), no_fuzzy_matching=True)
    for other in map(read, others):
        for message in catalogue:
            there = other.get(message.id, message.context) if message.id else None
            if there is not None and not any(_strings(message.string)):
                message.string = there.string
    written = io.BytesIO()
    write_po(written, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return (_header(catalogue) + written.getvalue().decode("utf-8").rstrip("\n") + "\n").encode("utf-8")


def _header(catalogue: Catalog) -> str:
    """Return what a catalogue begins with: its comment, and what is needed to read it; no dates, no tools."""
    named = {
        "Language": catalogue.locale_identifier,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in named.items())
    comment = catalogue.header_comment.strip()
    return f'{comment}\nmsgid ""\nmsgstr ""\n{lines}\n'.lstrip()


def main(*others: Path) -> None:
    """Bring every catalogue up to date, and say how much of each is still to be translated."""
    for file in catalogues():
        file.write_bytes(updated(file, *(other for other in others if other.name == file.name)))
        missing = [message for message in read(file) if message.id and not any(_strings(message.string))]
        print(f"{file.relative_to(ROOT)}: {len(missing)} to translate")  # noqa: T201 - that is what it is for


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the texts of a translation: one, or one for each plural."""
    return (string or "",) if isinstance(string, str) or string is None else tuple(string)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
