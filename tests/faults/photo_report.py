"""What came of killing: figures for a person to read, and what is broken."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Report:
    """What came of it.

    Args:
        kills: how often a process was killed.
        took_s: how long it took.
        struck: what was killed.
        commands: what was begun.
        at: what was going on at a kill, and what was left by it.
        reported: changes that a command reported as done.
        done: changes that were done when their command was killed before it could say so.
        undone: changes that were not done when their command was killed.
        longest_orphan_s: how long a child went on without its parent.
        behind: how often a page was a moment behind, and named pictures that had just been taken away.
        collected: what the last collection said.
        works: how many works there were in the end.
        told: how many activities another server got.
        broken: a line for everything that is.
    """

    kills: int = 0
    took_s: float = 0.0
    struck: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    at: Counter[str] = field(default_factory=Counter)
    reported: int = 0
    done: int = 0
    undone: int = 0
    longest_orphan_s: float = 0.0
    behind: int = 0
    collected: str = ""
    works: int = 0
    told: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it for a person to read."""
        return "\n".join(
            (
                f"killed {self.kills} times in {self.took_s:.0f} s: {_words(self.struck)}",
                f"commands begun: {_words(self.commands)}",
                f"of the kills: {_words(self.at)}",
                f"changes: {self.reported} reported, {self.done} done before they could be, {self.undone} not done",
                f"a child outlived its killed parent by {self.longest_orphan_s:.1f} s at most",
                f"pages that were a moment behind: {self.behind}",
                f"in the end: {self.works} works, {self.told} activities told. {self.collected}",
                *(self.broken or ["nothing is broken and nothing is left over"]),
            )
        )


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common()) or "none"
