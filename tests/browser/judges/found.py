"""What machines find in a page: extruct reads it as search engines and other programs do."""

from dataclasses import dataclass
from typing import Any

import extruct


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in one page.

    Args:
        json_ld: the documents in its data blocks.
        open_graph: its properties, `og:title` and the like, in their order.
        microformats: its items, h-card and the like, as mf2 JSON.
        microdata: its items.
    """

    json_ld: list[dict[str, Any]]
    open_graph: list[tuple[str, str]]
    microformats: list[dict[str, Any]]
    microdata: list[dict[str, Any]]


def find(html: str, url: str) -> Found:
    """Return what is found in *html*, which stands at *url*."""
    syntaxes = ["json-ld", "opengraph", "microformat", "microdata"]
    found = extruct.extract(html, base_url=url, syntaxes=syntaxes, errors="strict")
    return Found(
        json_ld=found["json-ld"],
        open_graph=[pair for graph in found["opengraph"] for pair in graph["properties"]],
        microformats=found["microformat"],
        microdata=found["microdata"],
    )
