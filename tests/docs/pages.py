"""What the pages of docs/ have people type, and what they say is printed then."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    str(file.relative_to(ROOT))
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
)
INSTALL = "docs/install.md"

_PIECE = re.compile(
    r"^#{1,4} (?P<heading>[^\n]+)$|^ *```(?P<kind>\w*)\n(?P<inside>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_GAP = "…"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of commands, the heading below which it stands, and what the page shows of what they print."""

    heading: str
    commands: str
    shows: str = ""

    @property
    def downloads(self) -> bool:
        """Whether it asks the world for packages."""
        return re.search(r"\b(apt|pipx?) (update|upgrade|install|reinstall)\b", self.commands) is not None

    def lines(self) -> tuple[str, ...]:
        """Return each command, those that go on in a further line in one; what is only a comment is none."""
        whole = re.sub(r"\\\n\s*", "", self.commands).splitlines()
        return tuple(line.strip() for line in whole if line.strip() and not line.strip().startswith("#"))


def blocks(page: str = INSTALL) -> list[Block]:
    """Return every block that people type, in the order of the page."""
    found: list[Block] = []
    heading = ""
    for piece in _PIECE.finditer((ROOT / page).read_text(encoding="utf-8")):
        if piece["heading"]:
            heading = piece["heading"]
        elif piece["kind"] == "sh":
            found.append(Block(heading, piece["inside"]))
        elif piece["kind"] == "text" and found and found[-1].heading == heading:
            found[-1] = replace(found[-1], shows=piece["inside"])
    return found


def commands(page: str) -> list[str]:
    """Return every command of the page, in its order."""
    return [line for block in blocks(page) for line in block.lines()]


def plain(command: str) -> str:
    """Return the command without the remark behind it."""
    return re.sub(r"\s+# .*$", "", command)


def missing(shown: str, said: str) -> list[str]:
    """Return the lines that the page shows and that were not *said*, in this order; … stands for anything."""
    left, lost = said, []
    for line in shown.splitlines():
        pattern = ".*".join(re.escape(part) for part in line.strip().split(_GAP))
        found = re.search(rf"^\s*{pattern}", left, re.MULTILINE)
        if found is None:
            lost.append(line)
        else:
            left = left[found.end() :]
    return lost
