"""What photographs say beside their pixels: read it, and make files that say only what they should."""

from fedi_artisan.media.metadata.read import Metadata, read
from fedi_artisan.media.metadata.strip import strip
from fedi_artisan.media.metadata.walking import NotLossless

__all__ = ["Metadata", "NotLossless", "read", "strip"]
