"""How a machine that keeps to the rules reads robots.txt and tdmrep.json."""

import re
from collections.abc import Sequence
from typing import Any


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins as *pattern* says: "*" is anything, "$" the end (RFC 9309 2.2.3)."""
    whole = pattern.endswith("$")
    expression = ".*".join(re.escape(part) for part in pattern.removesuffix("$").split("*"))
    return re.match(expression + ("$" if whole else ""), path) is not None


def _groups(robots: str) -> list[tuple[set[str], list[tuple[str, str]]]]:
    """Return the groups: names in lower case, and their rules."""
    groups: list[tuple[set[str], list[tuple[str, str]]]] = []
    for line in robots.splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if not colon:
            continue
        if field.lower() == "user-agent":
            if not groups or groups[-1][1]:
                groups.append((set(), []))
            groups[-1][0].add(value.strip().lower())
        else:
            groups[-1][1].append((field.lower(), value.strip()))
    return groups


def may_read(robots: str, agent: str, path: str) -> bool:
    """Whether *robots* lets *agent* read *path*: the longest rule counts, Allow before Disallow (RFC 9309 2.2.2)."""
    groups = _groups(robots)
    own = [rules for names, rules in groups if agent.lower() in names]
    chosen = own or [rules for names, rules in groups if "*" in names]
    found = [
        (len(pattern), field == "allow")
        for rules in chosen
        for field, pattern in rules
        if field in {"allow", "disallow"} and pattern and _matches(pattern, path)
    ]
    return max(found, default=(0, True))[1]


def reserved(rules: Sequence[Any], path: str) -> bool:
    """Whether the rules of a tdmrep.json reserve *path*: the first that matches counts."""
    return bool(next(rule["tdm-reservation"] for rule in rules if _matches(rule["location"], path)))
