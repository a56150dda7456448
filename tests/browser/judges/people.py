"""Whether everybody can use a page, as far as a program can tell: axe-core, WCAG 2.2 AA and good practice."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.browser.chromium import Tab
from tests.browser.judges import TOOLS
from tests.node import installed

# https://www.deque.com/axe/core-documentation/api-documentation/#axecore-tags
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_RUN = """async only => (await axe.run(document, {runOnly: only, resultTypes: ['violations']})).violations
    .flatMap(rule => rule.nodes.map(node => [rule.id, node.target.join(' '), node.failureSummary]))"""


async def axe(tab: Tab) -> list[str]:
    """Return what keeps people from using the page that is open in *tab*: rule, element and reason."""
    return await _run(tab, {"type": "tag", "values": _TAGS})


async def contrast(tab: Tab) -> list[str]:
    """Return the words on the page that is open in *tab* that can hardly be read on their ground."""
    return await _run(tab, {"type": "rule", "values": ["color-contrast"]})


async def _run(tab: Tab, only: Mapping[str, Any]) -> list[str]:
    if not await tab.evaluate("'axe' in window"):
        # By the browser's own hand: a script element would offend against the page's policy.
        await tab.evaluate(_axe())
    found: list[list[Any]] = await tab.evaluate(_RUN, only)
    return [": ".join(map(str, violation)) for violation in found]


@cache
def _axe() -> str:
    """Return axe-core as a script."""
    return (installed(TOOLS, "axe-core") / "axe.min.js").read_text(encoding="utf-8")
