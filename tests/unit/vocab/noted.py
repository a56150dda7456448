"""A note as others send it."""

from typing import Any

from fedi_artisan.domain.uris import PUBLIC

BOB = "https://mastodon.example/users/bob"
WORK = "https://atelier.example/ap/works/1"
NOTE: dict[str, Any] = {
    "id": f"{BOB}/1",
    "type": "Note",
    "attributedTo": BOB,
    "inReplyTo": WORK,
    "content": "<p>Hello</p>",
    "to": PUBLIC,
}
