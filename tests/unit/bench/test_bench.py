"""The benchmark runs whole, and says what the issue asks of it."""

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def test_a_quick_run_has_every_figure_beside_its_limit(tmp_path: Path) -> None:
    """One short run measures start, pages, deliveries, activities and memory; its figures are positive."""
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--quick", "--json", str(file)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(file.read_text())["rows"]
    told = " ".join(row["what"] for row in rows)
    for what in ("start", "home", "work page", "actor", "WebFinger", "deliveries", "activities", "memory, idle"):
        assert what in told
    assert all(row["value"] > 0 for row in rows)
    assert sum(row.get("limit") is not None for row in rows) >= 7
