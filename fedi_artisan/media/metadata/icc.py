"""Colour profiles: what is one, and where it ends."""

_HEADER_BYTES = 128
_SIGNATURE = slice(36, 40)


def sound(profile: bytes) -> bytes:
    """Return *profile* without what follows its own end; nothing if it is no profile, or is cut off."""
    size_bytes = int.from_bytes(profile[:4], "big")
    if profile[_SIGNATURE] != b"acsp" or not _HEADER_BYTES <= size_bytes <= len(profile):
        return b""
    return profile[:size_bytes]
