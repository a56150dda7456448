"""How XML is written: templates in which every value is escaped, and without what XML cannot hold."""

import re
from email.utils import format_datetime

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup

from fedi_artisan.vocab.render.moments import moment

# All but these are characters of XML (1.0, production 2), and no reference to one of them is allowed either.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def environment(loader: BaseLoader) -> Environment:
    """Return the templates for XML: whatever stands in a value, what comes out is well formed."""
    made = Environment(
        loader=loader,
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    made.filters.update(moment=moment, mail_date=lambda when: format_datetime(when, usegmt=True))
    return made


def allowed(text: str) -> str:
    """Return *text* without control characters, halves of characters and what else XML forbids."""
    return _FORBIDDEN.sub("", text)


def _finalize(value: object) -> object:
    """Return a value as it may be escaped; what a template wrote itself has been through here already."""
    return allowed(value) if isinstance(value, str) and not isinstance(value, Markup) else value
