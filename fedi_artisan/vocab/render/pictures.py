"""How a photograph travels: as the one picture that every server takes (WIRE 4.3)."""

from typing import Any

from fedi_artisan.domain.photos import Photo, words_in
from fedi_artisan.domain.terms import Licence
from fedi_artisan.domain.uris import Uris
from fedi_artisan.vocab import licences


def picture(photo: Photo, language: str, uris: Uris, *, longest_alt: int, licence: Licence) -> dict[str, Any]:
    """Return a photograph as an attachment, by the strictest reader of each field."""
    post, alt = photo.post, words_in(photo.alts, language)[1][:longest_alt]
    document: dict[str, Any] = {
        "type": "Image",
        "mediaType": post.type.media_type,
        "url": uris.media_url(post.file),
        "width": post.width_px,
        "height": post.height_px,
        "focalPoint": [float(place) for place in photo.focal_point],
        "license": licences.wire_name(licence),
    }
    if alt:
        document |= {"name": alt, "summary": alt}
    if photo.blurhash:
        document["blurhash"] = photo.blurhash
    return document
