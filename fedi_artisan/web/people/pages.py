"""How a page becomes bytes, and the headers that every page goes out with."""

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.config import Config
from fedi_artisan.domain.uris import Uris
from fedi_artisan.language import LANGUAGES, translation
from fedi_artisan.resources import folder
from fedi_artisan.web import negotiate
from fedi_artisan.web.people import assets, filters, look
from fedi_artisan.web.people.assets import Asset
from fedi_artisan.web.people.shell import BARE
from fedi_artisan.web.people.templates import MakesEnvironment, Templates
from fedi_artisan.web.people.theme import NONE, Theme
from fedi_artisan.web.programs import reservation, xml

# A JSON-LD block is data and never runs, so even pages with one need no script-src.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_WITH_MODULES = "; script-src 'self'"
# A browser asks each time whether its copy is still right, which costs a 304: nobody sees an old price, not even the
# artisan who changed it a moment ago. Caches that many share may answer for ten seconds by themselves, so that a page
# that all the world opens reaches us a few times in a minute; then they ask as well, and never show what is stale: what
# was withdrawn is gone everywhere ten seconds later. Documents have no such seconds (documents.py): whoever fetches one
# because we said that it changed must get the new one.
CACHE_CONTROL = "public, max-age=0, s-maxage=10, must-revalidate"
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": CACHE_CONTROL,
    "Vary": negotiate.VARY,
}


class Pages:
    """The templates in every language, the *headers* of each page, and where *static* files are, by plain names.

    A class because templates are compiled once and kept, and because every page knows the names of the static files.

    Args:
        config: where the site is.
        theme: the artisan's own templates and files.
        former: the pages that these take the place of; who has just read one of them still gets the files it names.
    """

    def __init__(self, config: Config, theme: Theme = NONE, former: "Pages | None" = None) -> None:
        self.headers = _headers(config, theme)
        files = {**assets.load(folder("static")), **theme.files}
        self.own_assets = {asset.name: asset for asset in files.values()}
        self.assets: Mapping[str, Asset] = self.own_assets if former is None else former.own_assets | self.own_assets
        self.static = static = {plain: f"/static/{asset.name}" for plain, asset in files.items()}
        self._templates = {
            language: Templates(_environments(config, language, static), theme.templates, language)
            for language in LANGUAGES
        }
        self._xml = xml.environment(FileSystemLoader(folder("templates")))
        self.faults = (*theme.faults, *dict.fromkeys(fault for one in self._templates.values() for fault in one.faults))

    def render(self, name: str, *, language: str, **values: object) -> bytes:
        """Return the page made of the template *name* and *values*, in *language*, one of ours, as UTF-8."""
        # Half a character, which the database can hold inside JSON, becomes a question mark and no failure.
        return self._templates[language].render(name, values).encode("utf-8", "replace")

    def render_xml(self, name: str, **values: object) -> bytes:
        """Return the XML made of the template `xml/`*name* and *values*, as UTF-8; it says nothing in any language."""
        return self._xml.get_template(f"xml/{name}").render(values).encode("utf-8")


def _headers(config: Config, theme: Theme) -> dict[str, str]:
    """Return the headers of every page.

    Photographs may come from here, and from their own origin if they have one; scripts and fonts where the theme has
    some.
    """
    policy = CONTENT_SECURITY_POLICY
    if config.media.origin is not None:
        policy = policy.replace("img-src 'self'", f"img-src 'self' {config.media.origin}")
    for source, ending in (("script-src", ".js"), ("font-src", ".woff2")):
        if theme.serves(ending) and source not in policy:
            policy += f"; {source} 'self'"
    return _HEADERS | {"Content-Security-Policy": policy}


def _environments(config: Config, language: str, static: Mapping[str, str]) -> MakesEnvironment:
    """Return what makes an environment for templates, with the words of one language, from where these are loaded.

    *static* has the addresses of the static files.
    """

    def made(loader: BaseLoader, *, walled: bool = False) -> Environment:
        return _environment(config, language, static, loader, _walled() if walled else Environment)

    return made


def _walled() -> type[Environment]:
    """Return what runs templates that somebody else may have written: they see what they are given, and no Python.

    Loaded where an artisan has templates of her own.
    """
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    return SandboxedEnvironment


def _environment(
    config: Config, language: str, static: Mapping[str, str], loader: BaseLoader, kind: type[Environment]
) -> Environment:
    """Return the templates with the words of one language; *static* has the addresses of the static files."""
    environment = kind(
        loader=loader,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The catalogue is read when the first page is said in it: no start waits for a language that nobody asks for.
    words = [functools.partial(_said, language, name) for name in ("gettext", "ngettext", "pgettext", "npgettext")]
    environment.install_gettext_callables(*words[:2], newstyle=True, pgettext=words[2], npgettext=words[3])  # type: ignore[attr-defined]  # i18n
    uris = Uris(config.origin, config.media.origin)
    environment.globals.update(
        accent_style=look.accent_style,
        language=language,
        languages=LANGUAGES,
        uris=uris,
        host=config.host,
        shell=BARE,
        texts=language,
        static=static,
    )
    environment.filters.update(filters.table(config, language, uris))
    return environment


def _said(language: str, name: str, *given: Any) -> str:
    """Return what the catalogue of *language* has for what is *given* to its function of this *name*."""
    said: str = getattr(translation(language), name)(*given)
    return said


def answer(
    request: Request,
    body: bytes,
    *,
    language: str,
    status: int = 200,
    document_uri: str | None = None,
    ai_refused: bool | None = None,
    modules: bool = False,
) -> Response:
    """Return *body* as a page, or 304 without a body where the client has these very bytes.

    Args:
        request: only its If-None-Match is read.
        body: the whole page, UTF-8.
        language: of the page.
        status: of the answer; only a 200 can become a 304.
        document_uri: the ActivityStreams id of what the page shows; other servers find it by the Link header.
        ai_refused: whether machines are asked not to learn from the page; None where there is nothing to learn.
        modules: whether the page has scripts, which come from here and from nowhere else.
    """
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = request.app.state.site.pages.headers | reservation.headers(ai_refused=ai_refused)
    headers |= {"Content-Language": language, "ETag": etag}
    policy = look.with_accent(headers["Content-Security-Policy"], body)
    if modules and "script-src" not in policy:
        policy += _WITH_MODULES
    headers["Content-Security-Policy"] = policy
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
