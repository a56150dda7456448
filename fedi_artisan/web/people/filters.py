"""What templates say of a value: in words, in pictures, in the language of the page."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from fedi_artisan.config import Config
from fedi_artisan.domain.moments import zone_of
from fedi_artisan.domain.photos import WIDTHS_PX, Facts, Photo, PictureType, words_in
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.terms import Licence
from fedi_artisan.domain.uris import Uris
from fedi_artisan.language import SOURCE, direction, duration, open_graph_name, own_name, told, writing
from fedi_artisan.vocab import facts, html, licences, rewriting
from fedi_artisan.vocab.render.moments import moment
from fedi_artisan.vocab.said import page_of
from fedi_artisan.web.people import look
from fedi_artisan.web.people.links import in_language

LONGEST_DESCRIPTION = 200
LONGEST_BRIEF = 180
LONGEST_TITLE = 70
MOST_WIDTH_PX = WIDTHS_PX[-1]


def table(config: Config, language: str, uris: Uris) -> dict[str, Callable[..., Any]]:
    """Return what templates can do with a value, by name, for pages in *language*."""
    return {
        "audience": lambda value: facts.audience(value, language),
        "availability": lambda value: facts.availability(value, language),
        "commissions": lambda value: facts.commissions(value, language),
        "begins_briefly": begins_briefly,
        "brief": lambda post: title_of(post) or facts.day(post.published_at.date(), language),
        "counted": lambda value: facts.count(value, language),
        "data_block": data_block,
        "day": lambda moment: facts.day(moment.date(), language),
        "dimensions": lambda value: facts.dimensions(value, language),
        "deed": lambda licence: deed(licence, language),
        "direction": direction,
        "duration": lambda value: duration(value, language),
        "edition": lambda value: facts.edition(value, language),
        "exactly": lambda when: moment(when.replace(microsecond=0)),
        "excerpt": excerpt,
        "foreign": lambda text: Markup(html.sanitise(text)),  # noqa: S704 - sanitised here, once more (WIRE 10.2 #48)
        "in_language": in_language,
        "initial": initial,
        "label": lambda value: facts.label(value, language),
        "look": look.classes,
        "megabytes": lambda value: facts.megabytes(value, language),
        "media": lambda name: f"{config.media.origin or ''}/media/{name}",
        "moment_in": lambda value, zone: writing.moment(value.astimezone(zone_of(zone)), language),
        "open_graph_name": open_graph_name,
        "own_name": own_name,
        "path_part": lambda text: quote(text, safe=""),
        "in_words": lambda said, *wanted: words_in(said, *wanted, language),
        "permission": lambda value: licences.permission(value, language),
        "place_in_edition": lambda value: facts.place_in_edition(value, language),
        "price": lambda value: facts.price(value, language),
        "prose": lambda text: Markup(html.page_html(text)),  # noqa: S704 - page_html gives HTML that was sanitised
        "ratio": ratio,
        "reason": lambda value: facts.reason(value, language),
        "refusal": lambda error: told(error.sentence, error.values, language),
        "ratio_classes": ratio_classes,
        "said": lambda post: Markup(page_of(post.source or "", post.mentions, uris.tag_url)),  # noqa: S704 - clean HTML
        "srcset": lambda photo, kind, **widths: srcset(photo, kind, config.media.origin or "", **widths),
        "taken": lambda value: taken(value, language),
        "tone_classes": tone_classes,
        "unquoted": rewriting.without_quote_line,
    }


def data_block(value: Mapping[str, object]) -> Markup:
    """Return *value* as JSON that stands safely inside a script element.

    Source: WIRE 9 (script breakout).
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that ends a script element


def excerpt(markdown: str) -> str:
    """Return the beginning of a Markdown text as plain words, up to LONGEST_DESCRIPTION characters, for a preview."""
    words = re.sub(r"\s+", " ", html.plain_text(html.page_html(markdown))).strip()
    if len(words) <= LONGEST_DESCRIPTION:
        return words
    return words[:LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:–.") + "…"


def brief(words: str) -> str:
    """Return the first words of a text without markup, as many as a title may have."""
    if len(words) <= LONGEST_TITLE:
        return words
    return words[:LONGEST_TITLE].rpartition(" ")[0].rstrip(" ,;:–.") + "…"


def title_of(post: Post) -> str:
    """Return the first words of a post, or the warning in front of it; nothing where there are only pictures."""
    return brief(post.warning or excerpt(post.source or ""))


def begins_briefly(markdown: str) -> bool:
    """Whether a Markdown text begins with a paragraph so short that it can be set large, like the line on a card."""
    written = html.page_html(markdown)
    first = written.partition("</p>")[0]
    return written.startswith("<p>") and len(html.plain_text(first)) <= LONGEST_BRIEF


def initial(name: str) -> str:
    """Return the letter that stands for somebody without a portrait: the first letter or digit of her *name*."""
    return next((sign for sign in name if sign.isalnum()), "·").upper()[:1]


def srcset(photo: Photo, kind: str, origin: str, *, least: int = 0, most: int = MOST_WIDTH_PX) -> str:
    """Return the views of *photo* in one type ("avif", "webp", "jpg") as the attribute srcset.

    Those of a width from *least* to *most* pixels; smaller ones, and in the end larger ones, where there are none such.
    """
    views = photo.views(PictureType(kind))
    fitting = [view for view in views if view.width_px <= most] or views[:1]
    chosen = [view for view in fitting if view.width_px >= least] or fitting
    return ", ".join(f"{origin}/media/{view.file} {view.width_px}w" for view in chosen)


def ratio(photo: Photo) -> float:
    """Return width by height, within what a wall can show (0.1 to 9.999)."""
    return min(max(round(photo.width_px / photo.height_px, 3), 0.1), 9.999)


def ratio_classes(photo: Photo) -> str:
    """Return the photograph's ratio as four classes, one for each digit: 1.5 is "u1 t5 h0 m0".

    The wall needs each picture's ratio in its style sheet, and the policy of these pages forbids style attributes.
    """
    whole, _, digits = f"{ratio(photo):.3f}".partition(".")
    return " ".join(f"{place}{digit}" for place, digit in zip("uthm", whole + digits, strict=True))


def tone_classes(photo: Photo) -> str:
    """Return the photograph's dominant colour as three classes: "#8c4426" is "r8 g4 b2"; shown until it is loaded."""
    return " ".join(f"{band}{digit}" for band, digit in zip("rgb", photo.tone[1::2], strict=True))


def deed(licence: Licence, language: str) -> str | None:
    """Return where a licence is explained in *language*; None where all rights are reserved."""
    if licence.url is None or language == SOURCE:
        return licence.url
    return f"{licence.url}deed.{language.lower()}"


def taken(told: Facts, language: str) -> str:
    """Return the day on which a photograph was taken, in words: "14 June 2025"."""
    try:
        day = datetime.fromisoformat(told.taken_at).date()
    except ValueError:
        return ""
    return facts.day(day, language)
