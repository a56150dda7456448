"""Asks whether a weakness is known of anything that this program or its tests install.

    python -m tests.audit             # goes on where nobody can be asked, and says so
    python -m tests.audit --strict    # fails where not everything could be asked about, as before a release

`make check` runs the first beside everything else. What is asked about stands in constraints.txt.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
LONGEST_S = 60.0


def audit() -> list[dict[str, Any]]:
    """Return what pip-audit says of each package; nothing where it could ask nobody."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--progress-spinner=off",
        "--format=json",
        "--disable-pip",
        "--no-deps",
    ]
    try:
        told = subprocess.run(
            [*command, "--requirement", str(CONSTRAINTS)],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        return list(json.loads(told.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


def judge(packages: list[dict[str, Any]], *, strict: bool) -> tuple[list[str], int]:
    """Return what to say about what was found, and the exit code."""
    weak = [package for package in packages if package.get("vulns")]
    asked = [package for package in packages if "skip_reason" not in package]
    lines = [f"{package['name']} {package['version']}: {_told(one)}" for package in weak for one in package["vulns"]]
    if weak:
        return lines, 1
    if packages and len(asked) == len(packages):
        return [f"No weakness is known of the {len(asked)} packages in {CONSTRAINTS.name}."], 0
    unasked = f"{len(packages) - len(asked)} of {len(packages)} packages" if packages else "the packages"
    return [f"Whether a weakness is known of {unasked} could not be asked from here."], int(strict)


def _told(weakness: dict[str, Any]) -> str:
    """Return what a weakness is called, and in which versions it is mended."""
    return f"{weakness['id']}, mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true")
    said, code = judge(audit(), strict=parser.parse_args().strict)
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(code)
