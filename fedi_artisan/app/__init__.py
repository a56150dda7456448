"""The composition root: settings in, a running application out."""

from fedi_artisan.app.building import build
from fedi_artisan.app.parts import Parts, looks, open_parts

__all__ = ["Parts", "build", "looks", "open_parts"]
