"""What nobody can guess: what a browser shows, what a link carries; of each, only a hash is kept."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Return 256 bits that nobody can guess, as letters that stand in an address and in a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """Return what is kept of a *token*: who reads the database can show none. What is random needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
