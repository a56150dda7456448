"""Whether JSON-LD keeps to schema.org: the TypeScript compiler holds it against the types of schema-dts, once for many.

A text is allowed wherever schema.org allows one, so what texts say is not judged here.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.browser.judges import TOOLS
from tests.node import installed, node

_CONTEXT = "@context"
_STRICT = (
    *("--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--pretty", "false"),
    *("--target", "esnext", "--module", "esnext", "--moduleResolution", "bundler"),
)
_FOUND = re.compile(r"checked\.ts\((?P<line>\d+),\d+\): (?P<words>.*)")


async def check_json_ld(documents: Mapping[str, Any], folder: Path) -> list[str]:
    """Return what is wrong with *documents*, JSON-LD by name; *folder* is for what the compiler reads."""
    installed(TOOLS, "schema-dts")
    nodes = [(name, typed) for name, document in documents.items() for typed in _with_type(document)]
    lines = ["import type * as S from 'schema-dts';"]
    lines += [f"export const n{number}: {typed} = {value};" for number, (_, (typed, value)) in enumerate(nodes)]
    (folder / "checked.ts").write_text("\n".join(lines), encoding="utf-8")
    (folder / "node_modules").symlink_to(TOOLS / "node_modules")
    process = await asyncio.create_subprocess_exec(
        *(node(), installed(TOOLS, "typescript") / "bin" / "tsc", *_STRICT, "checked.ts"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    said = (await process.communicate())[0].decode()
    found = [f"{nodes[int(match['line']) - 2][0]}: {match['words']}" for match in _FOUND.finditer(said)]
    assert (process.returncode == 0) == (not found), said
    return found


def _with_type(document: Any) -> Iterator[tuple[str, str]]:
    """Give the nodes of a document that are judged by themselves: the type of each in TypeScript, and its value.

    Those are the document or the members of its graph, and every node of several types inside them: schema-dts knows
    such a node only where nothing is around it. Inside, it is judged by its first type, with nothing in it.
    """
    if "@graph" in document:
        members = document["@graph"]
        yield "S.Graph", json.dumps({**document, "@graph": []})
        for member in members:
            yield from _with_type(member)
        return
    apart: list[dict[str, Any]] = []
    bare = {key: _without_many_types(value, apart) for key, value in document.items()}
    yield _type_of(document), json.dumps(bare)
    for inner in apart:
        yield from _with_type(inner)


def _without_many_types(value: Any, apart: list[dict[str, Any]]) -> Any:
    """Return *value* with each node of several types made bare; the nodes themselves are added to *apart*."""
    if isinstance(value, list):
        return [_without_many_types(one, apart) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("@type"), list):
        apart.append(value)
        return {"@type": value["@type"][0]}
    return {key: _without_many_types(one, apart) for key, one in value.items()}


def _type_of(document: dict[str, Any]) -> str:
    """Return the type in TypeScript of a node with one type or several; what has none is nothing."""
    named = document.get("@type", [])
    types = [f"S.{name}Leaf" for name in ([named] if isinstance(named, str) else named)] or ["never"]
    typed = types[0] if len(types) == 1 else f"S.MergeLeafTypes<[{', '.join(types)}]>"
    return f"S.WithContext<{typed}>" if _CONTEXT in document else typed
