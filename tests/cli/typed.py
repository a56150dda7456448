"""Typing commands in a test: the real program in a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-m", "fedi_artisan")


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of a command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """A folder in which commands are typed."""

    folder: Path

    def type(self, *words: str, stdin: str = "", **environment: str) -> Typed:
        """Run `fedi-artisan` with *words*."""
        done = subprocess.run(
            [*PROGRAM, *words],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment},
        )
        return Typed(done.returncode, done.stdout, done.stderr)

    def init(self, *more: str, origin: str = "http://127.0.0.1:8099") -> Typed:
        """Make a portfolio in the folder."""
        return self.type("init", "--origin", origin, "--username", "lea", "--name", "Atelier Léa", *more)
