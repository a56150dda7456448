"""How a page that an artisan wrote is written: as a `Page`, which is there for whoever asks and is sent to nobody."""

from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.pages import Page
from fedi_artisan.domain.uris import PUBLIC, Uris
from fedi_artisan.vocab import json
from fedi_artisan.vocab.context import ACTIVITY_STREAMS
from fedi_artisan.vocab.html import post_html
from fedi_artisan.vocab.render.moments import moment

# The whole stands on the page; a legal notice in twelve languages is more than anybody reads elsewhere.
_LONGEST_TEXT = 5_000
_MOST_BYTES = 56_000


def page(written: Page, artisan: Artisan, uris: Uris) -> dict[str, Any]:
    """Return the document of the page that *artisan* wrote, in all its languages, or in its own if that is too much."""
    document = _page(written, artisan, uris, written.draft.languages)
    if len(json.dumps(document)) > _MOST_BYTES:
        return _page(written, artisan, uris, (written.draft.language,))
    return document


def _page(written: Page, artisan: Artisan, uris: Uris, languages: tuple[str, ...]) -> dict[str, Any]:
    """Return the document with the texts in these languages, the page's own first."""
    draft = written.draft
    wordings = {language: draft.wording(language)[1] for language in languages}
    contents = {language: post_html(said.text, longest=_LONGEST_TEXT) for language, said in wordings.items()}
    actor_uri = uris.actor(artisan.uid)
    document: dict[str, Any] = {
        "@context": ACTIVITY_STREAMS,
        "id": uris.page(written.uid),
        "type": "Page",
        "attributedTo": actor_uri,
        "url": uris.page_url(written.slug),
        "published": moment(written.created_at),
        "to": [PUBLIC],
        "cc": [f"{actor_uri}/followers"],
        "name": draft.title,
        "nameMap": {language: said.title for language, said in wordings.items()},
        "content": contents[draft.language],
        "contentMap": contents,
    }
    return document | ({"updated": moment(written.updated_at)} if written.updated_at > written.created_at else {})
