"""What Misskey expects of a document."""

import json
from collections.abc import Iterator, Mapping

from tests.conformance.documents import Document, attachments_in, note_in, origin


def misskey_size(document: Document) -> Iterator[str]:
    """An inbox reads 64 KB (WIRE 5.8)."""
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size >= 64 * 1024:
        yield f"{size} bytes"


def misskey_plain_urls(document: Document) -> Iterator[str]:
    """Addresses of the page and of pictures are text (WIRE 4.3, 4.5)."""
    note = note_in(document)
    if note is not None and not isinstance(note.get("url"), str):
        yield f"url: {note.get('url')!r}"
    for attachment in attachments_in(document):
        if not isinstance(attachment, Mapping) or not isinstance(attachment.get("url"), str):
            yield f"attachment: {attachment!r}"


def misskey_page_on_host(document: Document) -> Iterator[str]:
    """The page of a note is on the host of its id (WIRE 11)."""
    note = note_in(document)
    if note is not None and origin(note.get("url")) != origin(note.get("id")):
        yield f"url: {note.get('url')!r}"
