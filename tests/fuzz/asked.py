"""What a process that tries one target is told. Nothing of ours is imported here: atheris must come before."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which target, how long, by which chances, and where what comes of it goes."""

    name: str
    seconds: int
    seed: int
    findings: Path
    counts: Path

    def words(self) -> list[str]:
        """Return it as it stands on the command line."""
        numbers = ["--seconds", str(self.seconds), "--seed", str(self.seed)]
        return [self.name, *numbers, "--findings", str(self.findings), "--counts", str(self.counts)]


def asked_of(parser: argparse.ArgumentParser) -> Asked:
    """Return what the command line says."""
    parser.add_argument("name")
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--findings", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    given = parser.parse_args()
    return Asked(name=given.name, seconds=given.seconds, seed=given.seed, findings=given.findings, counts=given.counts)
