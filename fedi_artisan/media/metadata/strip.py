"""The public original: a photograph as it was uploaded, pixel for pixel, without what is nobody's business."""

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import avif, jpeg, png, webp
from fedi_artisan.media.metadata.walking import Buffer, NotLossless


def strip(content: Buffer, kind: Kind, authorship: Authorship, orientation: int) -> bytes:
    """Return a file that shows the same pixels as *content*, and says *authorship* and *orientation* and nothing else.

    Its colour profile stays. Only what is known to belong to a picture is taken over; all else is left behind.

    Raises:
        PhotoRefused: the file cannot be walked from beginning to end.
        NotLossless: its kind, or the way it is built, is not walked; it has to be encoded anew.
    """
    match kind:
        case Kind.JPEG:
            return jpeg.strip(content, authorship, orientation)
        case Kind.PNG:
            return png.strip(content, authorship, orientation)
        case Kind.WEBP:
            return webp.strip(content, authorship, orientation)
        case Kind.AVIF:
            return avif.strip(content, authorship)
        case _:
            raise NotLossless(f"a file of the kind {kind.value}")
