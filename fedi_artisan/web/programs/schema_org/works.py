"""A work for search engines."""

from collections.abc import Iterator
from urllib.parse import quote

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import words_in
from fedi_artisan.domain.terms import Licence
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Series, Wording, Work
from fedi_artisan.web.people.filters import excerpt
from fedi_artisan.web.programs.schema_org.makers import Node, person

_AVAILABILITY = {
    Availability.AVAILABLE: "https://schema.org/InStock",
    Availability.SOLD: "https://schema.org/SoldOut",
    Availability.ON_COMMISSION: "https://schema.org/MadeToOrder",
}
# schema.org knows these measures of a work; a diameter is both its width and its depth.
_MEASURES = {"height": ("height",), "width": ("width",), "depth": ("depth",), "diameter": ("width", "depth")}
_UNITS = {"mm": "MMT", "cm": "CMT", "m": "MTR", "in": "INH"}


def of_work(work: Work, artisan: Artisan, uris: Uris, language: str) -> Node:
    """Return *work* as a VisualArtwork, and as a Product with its offer where it has a price.

    What is said of it is in *language* where it is there in it, else in its own.

    Source: WIRE 9.
    """
    draft = work.draft
    written_in, wording = draft.wording(language)
    url = uris.work_url(work.slug)
    document: Node = {
        "@type": "VisualArtwork",
        "@id": url,
        "url": url,
        "name": wording.title,
        "inLanguage": written_in,
        "datePublished": work.published_at.date().isoformat(),
        "creator": person(artisan, uris),
        "copyrightHolder": person(artisan, uris),
        "copyrightNotice": f"© {artisan.name}",
        "creditText": artisan.name,
    }
    words = excerpt(wording.text)
    if words:
        document["description"] = words
    if draft.photos:
        document["image"] = list(_images(work, artisan, uris, written_in))
    if work.series is not None:
        document["isPartOf"] = _series(work, work.series, uris, language)
    if draft.dimensions is not None:
        document |= _measures(draft.dimensions)
    return document | _facts(draft, wording) | _offer(work, artisan, uris)


def _facts(draft: Draft, wording: Wording) -> Node:
    """Return when, of what and how it was made, of how many it is one, and the words to find it by."""
    facts: Node = {
        "dateCreated": None if draft.year is None else str(draft.year),
        "artMedium": ", ".join(wording.materials),
        "artform": ", ".join(wording.techniques),
        "artEdition": None if draft.edition is None else draft.edition.size,
        "keywords": list(draft.tags),
    }
    return {name: value for name, value in facts.items() if value}


def _series(work: Work, series: Series, uris: Uris, language: str) -> Node:
    """Return what the work belongs to, with its page where that has the work on it."""
    node: Node = {"@type": "CreativeWorkSeries", "name": series.wording(language)[1].name}
    return node | ({"url": uris.series_url(quote(series.slug))} if work.draft.audience.listed else {})


def _images(work: Work, artisan: Artisan, uris: Uris, language: str) -> Iterator[dict[str, object]]:
    """Give each photograph with what others may do with it: the licence is of the photographs, not of what they show.

    Source: Google, "Image metadata in Google Images" (contentUrl and one of creator, creditText, copyrightNotice,
    license; acquireLicensePage where to ask).
    """
    draft = work.draft
    licence = draft.terms.within(artisan.terms).licence
    rights: dict[str, object] = {"creator": person(artisan, uris), "creditText": artisan.name}
    if licence is not Licence.CC0:
        rights |= {"copyrightHolder": person(artisan, uris), "copyrightNotice": f"© {artisan.name}"}
    rights |= {"acquireLicensePage": uris.work_url(work.slug)} if licence.url is None else {"license": licence.url}
    for photo in draft.photos:
        shown = photo.post
        image: dict[str, object] = {
            "@type": "ImageObject",
            "contentUrl": uris.media_url(shown.file),
            "encodingFormat": shown.type.media_type,
            # A distance is a number with its unit (https://schema.org/Distance).
            "width": f"{shown.width_px} px",
            "height": f"{shown.height_px} px",
        }
        caption = words_in(photo.captions, language)[1] or words_in(photo.alts, language)[1]
        yield image | ({"caption": caption} if caption else {}) | rights


def _measures(dimensions: Dimensions) -> dict[str, object]:
    """Return the measures as quantities; a bare length has no word in schema.org and stays out."""
    return {
        name: {"@type": "QuantitativeValue", "value": float(number), "unitCode": _UNITS[dimensions.unit]}
        for kind, number in dimensions.measures
        for name in _MEASURES.get(kind, ())
    }


def _offer(work: Work, artisan: Artisan, uris: Uris) -> dict[str, object]:
    """Return the work's offer; nothing where there is no price or it is not for sale."""
    price, availability = work.draft.price, work.draft.availability
    if price is None or availability is Availability.NOT_FOR_SALE:
        return {}
    offer: dict[str, object] = {
        "@type": "Offer",
        "url": uris.work_url(work.slug),
        "seller": {"@id": person(artisan, uris)["@id"]},
        "price": f"{price.amount:.2f}",
        "priceCurrency": price.currency,
    }
    if availability is not None:
        offer["availability"] = _AVAILABILITY[availability]
    return {"@type": ["VisualArtwork", "Product"], "offers": offer}
