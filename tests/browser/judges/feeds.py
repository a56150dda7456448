"""Whether a feed can be read: feedparser, which notes every offence against XML and HTTP as bozo."""

from typing import Any

import feedparser


def feed(content: bytes, media_type: str) -> Any:
    """Return what feedparser reads in an Atom or RSS feed that came as *media_type*; it must be one, and faultless."""
    read = feedparser.parse(content, response_headers={"content-type": media_type})
    assert not read.bozo, read.bozo_exception
    assert read.version, "this is no feed"
    return read
