"""How a published work reads in the form of the studio, so that reading the form (forms.py) gives the same work."""

from collections.abc import Sequence

from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.policies import NEVER
from fedi_artisan.domain.works import Audience, Dimensions, Draft, Edition, Price, Wording

YES, NO = "yes", "no"
NEVER_CLOSES = "never"
_KINDS = {"height": "H", "width": "W", "depth": "D", "length": "length", "diameter": "⌀"}


def written(draft: Draft) -> dict[str, str]:
    """Return how a published work reads in the form, photographs and their words included.

    Of its further languages the form shows the first.
    """
    other = shown_other(draft)
    said = draft.others.get(other)
    terms = draft.terms
    typed = {
        "language": draft.language,
        **_written_wording("", draft.own_wording),
        "other_language": other,
        **({} if said is None else _written_wording("other_", said)),
        "dimensions": "" if draft.dimensions is None else write_dimensions(draft.dimensions),
        "year": "" if draft.year is None else str(draft.year),
        "price": "" if draft.price is None else write_price(draft.price),
        "availability": draft.availability or "",
        "series": draft.series or "",
        "tags": ", ".join(draft.tags),
        "edition": "" if draft.edition is None else write_edition(draft.edition),
        "audience": "" if draft.audience is Audience.EVERYONE else draft.audience,
        "featured": YES if draft.featured else "",
        "may_reply": draft.policy.replies or "",
        "may_quote": draft.policy.quotes or "",
        "closes": "" if draft.policy.days is None else write_days(draft.policy.days),
        "licence": terms.licence or "",
        "full_size": _yes_or_no(terms.full_size),
        "ai_refused": _yes_or_no(terms.ai_refused),
        "watermarked": "" if terms.watermarked else NO,
        "photos": ",".join(photo.uid for photo in draft.photos),
    }
    for photo in draft.photos:
        for name, text in written_words(photo, draft.language, other).items():
            typed[f"{name}-{photo.uid}"] = text
    return {name: str(text) for name, text in typed.items() if text}


def write_days(days: int) -> str:
    """Return after how many days comments close, as a form says it."""
    return NEVER_CLOSES if days == NEVER else str(days)


def written_words(photo: Photo, own: str, other: str) -> dict[str, str]:
    """Return what stands beside a photograph in the form, by drafts.PHOTO_FIELDS."""
    x, y = photo.focal_point
    words = {
        "alt": photo.alts.get(own, ""),
        "caption": photo.captions.get(own, ""),
        "other_alt": photo.alts.get(other, ""),
        "other_caption": photo.captions.get(other, ""),
        "focus": f"{x!r},{y!r}" if x or y else "",
        "label": str(photo.label or ""),
    }
    return {name: text for name, text in words.items() if text}


def shown_other(draft: Draft) -> str:
    """Return the second language that the form shows of a work: of its texts, else of what is said of photographs."""
    spoken = (*draft.others, *(code for photo in draft.photos for code in (*photo.alts, *photo.captions)))
    return next((code for code in spoken if code != draft.language), "")


def write_dimensions(dimensions: Dimensions) -> str:
    """Return measures as they can be read again: "H 31.5 × ⌀ 18.5 cm"."""
    measures = (f"{_KINDS[kind]} {number.normalize():f}" for kind, number in dimensions.measures)
    return f"{' × '.join(measures)} {dimensions.unit}"


def write_price(price: Price) -> str:
    """Return a price as it can be read again: "420 EUR", "420.50 EUR"."""
    whole = price.amount == price.amount.to_integral_value()
    return f"{price.amount:.0f} {price.currency}" if whole else f"{price.amount:.2f} {price.currency}"


def write_edition(edition: Edition) -> str:
    """Return an edition as it can be read again: "3/12", or "12" where no number is said."""
    return f"{edition.size}" if edition.number is None else f"{edition.number}/{edition.size}"


def write_list(items: Sequence[str]) -> str:
    """Return materials or techniques as they can be read again."""
    if not any("," in item or ";" in item for item in items):
        return ", ".join(items)
    return "; ".join(items) + (";" if len(items) == 1 else "")


def _written_wording(prefix: str, said: Wording) -> dict[str, str]:
    return {
        f"{prefix}title": said.title,
        f"{prefix}text": said.text,
        f"{prefix}materials": write_list(said.materials),
        f"{prefix}techniques": write_list(said.techniques),
    }


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else YES if said else NO
