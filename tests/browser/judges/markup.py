"""Whether pages are HTML as the standard says it: html-validate, run once for many."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from tests.browser.judges import TOOLS
from tests.node import installed, node


async def validate(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what is wrong with *pages*, HTML by name, which are written into *folder* for it."""
    files = {f"{number}.html": name for number, name in enumerate(pages)}
    for file, name in files.items():
        (folder / file).write_text(pages[name], encoding="utf-8")
    program = installed(TOOLS, "html-validate") / "bin" / "html-validate.mjs"
    process = await asyncio.create_subprocess_exec(
        # Into a file: what it writes into a pipe it cuts off when it ends.
        str(node()),
        *(str(program), "--config", str(TOOLS / "html-validate.mjs"), "--formatter", "json=found.json", *files),
        cwd=folder,
    )
    assert await process.wait() in {0, 1}
    said = (folder / "found.json").read_text(encoding="utf-8")
    return [
        f"{files[Path(report['filePath']).name]} {{line}}:{{column}} {{ruleId}}: {{message}}".format_map(found)
        for report in json.loads(said)
        for found in report["messages"]
    ]
