"""The studio as an app on the phone: what it is called, its worker, and the page that is shown without a line.

All of it is open to everybody: browsers ask for it before anybody is signed in, and nothing of hers is in it.
"""

import hashlib
import json

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.language import translation
from fedi_artisan.storage import artisans
from fedi_artisan.web.arriving import ASKED
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.phone.sharing import SHARE
from fedi_artisan.web.studio.showing import language_of, show

MANIFEST = "/studio/manifest.webmanifest"
WORKER = "/studio/worker.js"
OFFLINE = "/studio/offline"
# What the page without a line needs.
_SHELL = ("portfolio.css", "studio.css", "mark.svg", "app.js")
_PAPER = "#f6f3ee"
_ICONS = (
    ("app-192.png", "192x192", "any"),
    ("app-512.png", "512x512", "any"),
    ("app-whole-192.png", "192x192", "maskable"),
    ("app-whole-512.png", "512x512", "maskable"),
)
# Phones look at the endings as well; some know no media type for HEIC.
_SHARED = ["image/*", ".heic", ".heif", ".avif"]


async def manifest(request: Request) -> Response:
    """Return what browsers have to know to install the studio.

    Source: W3C Web Application Manifest; Web Share Target 3; Manifest Incubations 1.5 (protocol handlers).
    """
    site = site_of(request)
    language = language_of(request)
    async with site.db.read() as tx:
        everybody = await artisans.list_all(tx)
    name = everybody[0].name if len(everybody) == 1 else site.config.host
    static = site.pages.static
    told = {
        "id": "/studio",
        "name": name,
        "short_name": name if len(name) <= 12 else translation(language).gettext("Studio"),  # noqa: PLR2004 - as W3C advises
        "lang": language,
        "start_url": "/studio",
        "scope": "/studio",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _PAPER,
        "icons": [
            {"src": static[file], "sizes": sizes, "type": "image/png", "purpose": purpose}
            for file, sizes, purpose in _ICONS
        ],
        "shortcuts": [{"name": translation(language).gettext("New work"), "url": SHARE}],
        # Links of FEP-07d7 open here; what they lead to is shown before anything is done.
        "protocol_handlers": [{"protocol": "web+ap", "url": f"{ASKED}?uri=%s"}],
        "share_target": {
            "action": SHARE,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "photos", "accept": _SHARED}],
            },
        },
    }
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language", "Content-Language": language}
    return Response(json.dumps(told, ensure_ascii=False), headers=headers, media_type="application/manifest+json")


async def worker(request: Request) -> Response:
    """Return the script that stands between studio and network on a phone: another one when the page differs."""
    pages, language = site_of(request).pages, language_of(request)
    page = bytes((await offline(request)).body)
    body = pages.render(
        "studio/worker.js",
        language=language,
        version=hashlib.sha256(page).hexdigest()[:12],
        files=[pages.static[name] for name in _SHELL],
    )
    headers = {
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'",
        "Service-Worker-Allowed": "/studio",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, headers=headers, media_type="text/javascript")


async def offline(request: Request) -> Response:
    """Return the page that is shown without a line."""
    response = show(request, None, "studio/offline.html")
    response.headers["Cache-Control"] = "no-cache"
    return response
