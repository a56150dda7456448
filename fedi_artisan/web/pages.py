"""How a page becomes bytes, and the headers that every page goes out with."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.config import Config
from fedi_artisan.domain.photos import Facts, Photo, PictureType, words_in
from fedi_artisan.domain.uris import Uris
from fedi_artisan.language import LANGUAGES, translation
from fedi_artisan.resources import folder
from fedi_artisan.vocab import facts, html, licences
from fedi_artisan.web import assets, negotiate, reservation

LONGEST_DESCRIPTION = 200
LONGEST_BRIEF = 180

# A JSON-LD block is data and never runs, so even pages with one need no script-src.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "public, max-age=0, must-revalidate",
    "Vary": negotiate.VARY,
}


class Pages:
    """The templates in every language, and the *headers* that each page goes out with.

    A class because templates are compiled once and kept, and because every page knows the names of the static files.
    """

    def __init__(self, config: Config) -> None:
        self.headers = _headers(config)
        files = assets.load(folder("static"))
        self.assets = {asset.name: asset for asset in files.values()}
        static = {plain: f"/static/{asset.name}" for plain, asset in files.items()}
        self._environments = {language: _environment(config, language, static) for language in LANGUAGES}

    def render(self, name: str, *, language: str, **values: object) -> bytes:
        """Return the page made of the template *name* and *values*, in *language* ("fr" or "en"), as UTF-8."""
        template = self._environments[language].get_template(name)
        return template.render(values).encode("utf-8")


def _headers(config: Config) -> dict[str, str]:
    """Return the headers of every page; photographs may come from here, and from their own origin if they have one."""
    if config.media.origin is None:
        return _HEADERS
    policy = CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self' {config.media.origin}")
    return _HEADERS | {"Content-Security-Policy": policy}


def _environment(config: Config, language: str, static: Mapping[str, str]) -> Environment:
    """Return the templates with the words of one language; *static* has the addresses of the static files."""
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(translation(language), newstyle=True)  # type: ignore[attr-defined]  # i18n
    environment.globals.update(
        language=language,
        languages=LANGUAGES,
        uris=Uris(config.origin, config.media.origin),
        host=config.host,
        static=static,
    )
    environment.filters.update(
        availability=lambda value: facts.availability(value, language),
        begins_briefly=begins_briefly,
        data_block=data_block,
        day=lambda moment: facts.day(moment.date(), language),
        dimensions=lambda value: facts.dimensions(value, language),
        excerpt=excerpt,
        permission=lambda value: licences.permission(value, language),
        foreign=lambda text: Markup(html.sanitise(text)),  # noqa: S704 - sanitised here, once more (WIRE 10.2 #48)
        initial=initial,
        label=lambda value: facts.label(value, language),
        megabytes=lambda value: facts.megabytes(value, language),
        media=lambda name: f"{config.media.origin or ''}/media/{name}",
        path_part=lambda text: quote(text, safe=""),
        in_words=lambda texts, written_in: words_in(texts, language, written_in),
        price=lambda value: facts.price(value, language),
        prose=lambda text: Markup(html.page_html(text)),  # noqa: S704 - page_html gives HTML that was sanitised
        ratio=ratio,
        ratio_classes=ratio_classes,
        srcset=lambda photo, kind: srcset(photo, kind, config.media.origin or ""),
        taken=lambda value: taken(value, language),
        tone_classes=tone_classes,
    )
    return environment


def data_block(value: Mapping[str, object]) -> Markup:
    """Return *value* as JSON that stands safely inside a script element.

    Source: WIRE 9 (script breakout).
    """
    text = json.dumps(value, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that ends a script element


def excerpt(markdown: str) -> str:
    """Return the beginning of a Markdown text as plain words, up to LONGEST_DESCRIPTION characters, for a preview."""
    words = re.sub(r"\s+", " ", html.plain_text(html.page_html(markdown))).strip()
    if len(words) <= LONGEST_DESCRIPTION:
        return words
    return words[:LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:–.") + "…"


def begins_briefly(markdown: str) -> bool:
    """Whether a Markdown text begins with a paragraph so short that it can be set large, like the line on a card."""
    written = html.page_html(markdown)
    first = written.partition("</p>")[0]
    return written.startswith("<p>") and len(html.plain_text(first)) <= LONGEST_BRIEF


def initial(name: str) -> str:
    """Return the letter that stands for somebody without a portrait: the first letter or digit of her *name*."""
    return next((sign for sign in name if sign.isalnum()), "·").upper()[:1]


def srcset(photo: Photo, kind: str, origin: str) -> str:
    """Return the views of *photo* in one type ("avif", "webp", "jpg") as the attribute srcset."""
    return ", ".join(f"{origin}/media/{view.file} {view.width_px}w" for view in photo.views(PictureType(kind)))


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


def taken(told: Facts, language: str) -> str:
    """Return the day on which a photograph was taken, in words: "14 June 2025"."""
    try:
        day = datetime.fromisoformat(told.taken_at).date()
    except ValueError:
        return ""
    return facts.day(day, language)


def answer(
    request: Request,
    body: bytes,
    *,
    language: str,
    status: int = 200,
    document_uri: str | None = None,
    ai_refused: bool | None = None,
) -> Response:
    """Return *body* as a page, or 304 without a body where the client has these very bytes.

    Args:
        request: only its If-None-Match is read.
        body: the whole page, UTF-8.
        language: of the page.
        status: of the answer; only a 200 can become a 304.
        document_uri: the ActivityStreams id of what the page shows; other servers find it by the Link header.
        ai_refused: whether machines are asked not to learn from the page; None where there is nothing to learn.
    """
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = request.app.state.site.pages.headers | reservation.headers(ai_refused=ai_refused)
    headers |= {"Content-Language": language, "ETag": etag}
    if document_uri is not None:
        headers["Link"] = f'<{document_uri}>; rel="alternate"; type="{negotiate.ACTIVITY_JSON}"'
    if status == 200 and known(request, etag):  # noqa: PLR2004 - an HTTP status
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers, media_type="text/html")


def known(request: Request, etag: str) -> bool:
    """Whether the client says that it holds the content with this entity tag.

    Source: RFC 9110 13.1.2 (weak comparison).
    """
    held = request.headers.get("if-none-match", "")
    return etag in {part.strip().removeprefix("W/") for part in held.split(",")} or held.strip() == "*"
