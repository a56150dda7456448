"""Real pictures of each kind that is walked, encoded by real encoders and then loaded with secrets."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyvips
from PIL import Image

from fedi_artisan.media.kinds import Kind, kind_of
from tests.unit.media.metadata import private

PHOTOS = Path(__file__).parents[3] / "data" / "photos"
ICC = pyvips.Image.new_from_file(str(PHOTOS / "display-p3.jpg")).get("icc-profile-data")


def sample(name: str) -> bytes:
    """Return the picture *name*, with its secrets."""
    plain = _ENCODERS[name]()
    kind = kind_of(plain[:64])
    return _LOADERS[kind](plain) if kind in _LOADERS else plain


def plain(name: str) -> bytes:
    """Return the picture *name* as its encoder made it."""
    return _ENCODERS[name]()


def has_profile(name: str) -> bool:
    """Return whether the picture *name* has the colour profile ICC."""
    return "profile" in name


def pixels(content: bytes) -> list[bytes]:
    """Return size, form and pixels of all frames in *content*, not turned."""
    image = pyvips.Image.new_from_buffer(content, "", fail_on="error")
    if image.get_typeof("n-pages") and image.get("n-pages") > 1:
        image = pyvips.Image.new_from_buffer(content, "", fail_on="error", n=-1)
    form = f"{image.width} {image.height} {image.bands} {image.format} {image.interpretation}"
    return [form.encode(), image.write_to_memory()]


@cache
def photo(side_px: int = 97) -> pyvips.Image:
    """Return a small photograph of odd size."""
    small = pyvips.Image.thumbnail(str(PHOTOS / "ash-bowl.jpg"), side_px)
    return small.copy_memory()


def see_through() -> pyvips.Image:
    """Return the small photograph, fading to the right."""
    base = photo()
    fade = (pyvips.Image.xyz(base.width, base.height)[0] * 2).cast("uchar")
    return base.bandjoin(fade).copy(interpretation="srgb")


def _pillow() -> Image.Image:
    """Return the small photograph for the other encoder."""
    base = photo()
    return Image.frombytes("RGB", (base.width, base.height), base.write_to_memory())


def _saved(image: Image.Image, **options: object) -> bytes:
    """Return what the other encoder makes of *image*."""
    out = io.BytesIO()
    image.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _profiled(image: pyvips.Image) -> pyvips.Image:
    """Return *image* with the colour profile."""
    copy = image.copy()
    copy.set_type(pyvips.GValue.blob_type, "icc-profile-data", ICC)
    return copy


def _cmyk() -> bytes:
    """Return a JPEG for printers, its colours turned round as Adobe does it."""
    return _saved(_pillow().convert("CMYK"), format="JPEG", quality=80)


def _frames() -> list[Image.Image]:
    """Return three frames."""
    return [_pillow().rotate(turn) for turn in (0, 90, 180)]


_ENCODERS: dict[str, Callable[[], bytes]] = {
    "jpeg baseline": lambda: photo().jpegsave_buffer(keep="icc", Q=80),
    "jpeg full colour": lambda: photo().jpegsave_buffer(keep="icc", Q=95, subsample_mode="off"),
    "jpeg progressive": lambda: photo().jpegsave_buffer(keep="icc", Q=80, interlace=True, optimize_coding=True),
    "jpeg restarts": lambda: photo().jpegsave_buffer(keep="icc", Q=80, restart_interval=3),
    "jpeg progressive restarts": lambda: photo().jpegsave_buffer(keep="icc", Q=80, interlace=True, restart_interval=2),
    "jpeg grey": lambda: photo().colourspace("b-w").jpegsave_buffer(keep="icc"),
    "jpeg cmyk": _cmyk,
    "jpeg rgb": lambda: _saved(_pillow(), format="JPEG", keep_rgb=True),
    "jpeg dense": lambda: _saved(_pillow(), format="JPEG", dpi=(300, 300)),
    "jpeg profile": lambda: _profiled(photo()).jpegsave_buffer(keep="icc"),
    "png 8 bit": lambda: photo().pngsave_buffer(keep="icc"),
    "png 16 bit": lambda: (
        (photo().cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16").pngsave_buffer(keep="icc")
    ),
    "png palette": lambda: photo().pngsave_buffer(keep="icc", palette=True),
    "png palette alpha": lambda: see_through().pngsave_buffer(keep="icc", palette=True),
    "png interlaced": lambda: photo().pngsave_buffer(keep="icc", interlace=True),
    "png alpha": lambda: see_through().pngsave_buffer(keep="icc"),
    "png profile": lambda: _profiled(photo()).pngsave_buffer(keep="icc"),
    "png animated": lambda: _saved(_frames()[0], format="PNG", save_all=True, append_images=_frames()[1:]),
    "webp lossy": lambda: photo().webpsave_buffer(keep="icc", Q=80),
    "webp lossless": lambda: photo().webpsave_buffer(keep="icc", lossless=True),
    "webp lossy alpha": lambda: see_through().webpsave_buffer(keep="icc", Q=80),
    "webp lossless alpha": lambda: see_through().webpsave_buffer(keep="icc", lossless=True),
    "webp profile": lambda: _profiled(photo()).webpsave_buffer(keep="icc", Q=80),
    "webp animated": lambda: _saved(_frames()[0], format="WEBP", save_all=True, append_images=_frames()[1:]),
    "avif plain": lambda: photo().heifsave_buffer(keep="icc", compression="av1", effort=0),
    "avif alpha": lambda: see_through().heifsave_buffer(keep="icc", compression="av1", effort=0),
    "avif profile": lambda: _profiled(photo()).heifsave_buffer(keep="icc", compression="av1", effort=0),
    "avif turned": lambda: _saved(_pillow(), format="AVIF", exif=private.exif(orientation=6), xmp=private.xmp()),
    "avif alpha told": lambda: _saved(_pillow().convert("RGBA"), format="AVIF", exif=private.exif(), xmp=private.xmp()),
    "avif animated": lambda: _saved(_frames()[0], format="AVIF", save_all=True, append_images=_frames()[1:]),
    "avif photo": (PHOTOS / "photo.avif").read_bytes,
}
NAMES = tuple(_ENCODERS)


def load_jpeg(content: bytes, *, orientation: int = 6) -> bytes:
    """Return *content* with secrets in every segment that takes them, within and behind."""

    def segment(code: int, body: bytes) -> bytes:
        return bytes((0xFF, code)) + struct.pack(">H", len(body) + 2) + body

    iptc = b"\x1c\x02\x5a" + struct.pack(">H", len(private.OWNER)) + private.OWNER.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    secrets = (
        segment(0xE1, b"Exif\0\0" + private.exif(orientation=orientation))
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + private.xmp())
        + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + private.xmp())
        + segment(0xE2, b"MPF\0" + private.THUMBNAIL.encode())
        + segment(0xE0, b"JFXX\0\x10" + private.THUMBNAIL.encode())
        + segment(0xED, b"Photoshop 3.0\0" + resource)
        + segment(0xEF, private.SERIAL.encode())
        + segment(0xFE, private.COMMENT.encode())
    )
    # Between two scans too, where there are several, and just before the end.
    body = content[2:-2].replace(b"\xff\xda", segment(0xFE, private.COMMENT.encode()) + b"\xff\xda")
    return b"\xff\xd8" + secrets + body + segment(0xFE, private.HISTORY.encode()) + b"\xff\xd9" + behind()


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    """Return a JPEG with these segments."""
    made = b"".join(bytes((0xFF, code)) + struct.pack(">H", len(body) + 2) + body for code, body in segments)
    return b"\xff\xd8" + made + plain("jpeg baseline")[2:]


def load_png(content: bytes, *, orientation: int = 6) -> bytes:
    """Return *content* with secrets in chunks of all sorts, before its data and behind it."""
    at = content.index(b"IDAT") - 4
    text = private.COMMENT.encode()
    before = (
        png_chunk(b"eXIf", private.exif(orientation=orientation))
        + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + private.xmp())
        + png_chunk(b"tEXt", b"Comment\0" + text)
        + png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text))
        + png_chunk(b"tIME", b"\x07\xe9\x06\x0e\x09\x1e\x00")
        + png_chunk(b"prVt", private.SERIAL.encode())
    )
    after = png_chunk(b"tEXt", b"Comment\0" + private.HISTORY.encode())
    return content[:at] + before + content[at:-12] + after + content[-12:] + behind()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def load_webp(content: bytes, *, orientation: int = 6) -> bytes:
    """Return *content* with secrets in chunks of all sorts, within its frames too."""
    inside = content[12:]
    extended = inside.startswith(b"VP8X")
    unknown = riff_chunk(b"PRVT", private.SERIAL.encode())
    if extended:
        # A frame is as good a place to hide something as any.
        at = inside.find(b"ANMF")
        while at >= 0:
            size_bytes = int.from_bytes(inside[at + 4 : at + 8], "little")
            end = at + 8 + size_bytes
            longer = struct.pack("<I", size_bytes + len(unknown))
            inside = inside[: at + 4] + longer + inside[at + 8 : end] + unknown + inside[end:]
            at = inside.find(b"ANMF", end + len(unknown))
        inside = inside[:8] + bytes([inside[8] | 0x0C]) + inside[9:]
    else:
        image = pyvips.Image.new_from_buffer(content, "")
        flags = 0x0C | 0x10 * image.hasalpha()
        canvas = (image.width - 1).to_bytes(3, "little") + (image.height - 1).to_bytes(3, "little")
        inside = riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas) + inside
    inside += unknown + riff_chunk(b"EXIF", private.exif(orientation=orientation)) + riff_chunk(b"XMP ", private.xmp())
    return b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside + behind()


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def load_avif(content: bytes) -> bytes:
    """Return *content* with secrets in boxes of its own behind it; encoders put those within."""
    secret = private.SERIAL.encode()
    return content + struct.pack(">I", 8 + len(secret)) + b"uuid" + secret + behind()


def behind() -> bytes:
    """Return what some append to a picture."""
    return private.TRAILING.encode() * 2


_LOADERS: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.JPEG: load_jpeg,
    Kind.PNG: load_png,
    Kind.WEBP: load_webp,
    Kind.AVIF: load_avif,
}
