"""What an artisan's choices about her pages become in them: classes, and her accent in a style of its own."""

import base64
import hashlib
import re

from markupsafe import Markup

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.appearance import Appearance
from fedi_artisan.domain.colours import on_dark, on_light

# Two colours and nothing else: whatever else a style element held, the policy would not let it in.
_ACCENT = re.compile(rb"<style>(:root\{--accent-light:#[0-9a-f]{6};--accent-dark:#[0-9a-f]{6}\})</style>")


def classes(artisan: Artisan | None) -> str:
    """Return layout and typeface as classes, "layout-wall face-book"; the usual ones where the page is nobody's."""
    appearance = Appearance() if artisan is None else artisan.appearance
    return f"layout-{appearance.layout} face-{appearance.typeface}"


def accent_style(artisan: Artisan | None) -> Markup:
    """Return a style element with the artisan's accent for day and night, as it can be read; nothing for the usual."""
    if artisan is None or artisan.appearance.accent is None:
        return Markup()
    light, dark = on_light(artisan.appearance.accent), on_dark(artisan.appearance.accent)
    return Markup("<style>:root{{--accent-light:{};--accent-dark:{}}}</style>").format(light, dark)


def with_accent(policy: str, body: bytes) -> str:
    """Return the Content-Security-Policy of a page, which lets in the accent where *body* has one.

    Source: CSP 3, 2.3.1 (hash-source): the hash is that of what stands between the tags.
    """
    found = _ACCENT.search(body)
    if found is None:
        return policy
    digest = base64.b64encode(hashlib.sha256(found[1]).digest()).decode("ascii")
    return policy.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")
