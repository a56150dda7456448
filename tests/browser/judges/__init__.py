"""Programs of others that judge our pages; each function returns what it finds wrong, in words, or nothing."""

from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"
