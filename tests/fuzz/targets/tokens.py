"""What a browser brings back: seals, tokens of forms, answers of passkeys, questions of this server to itself."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from fedi_artisan.domain import passkeys, probes, tokens
from fedi_artisan.domain.seals import Seals
from fedi_artisan.domain.sessions import is_form_token
from fedi_artisan.errors import NotFound
from fedi_artisan.media.stored import ORIGINAL_NAMES, PUBLIC_NAMES, check
from fedi_artisan.web.studio.visit import local_path, told_path
from tests.fuzz.reading import text_of
from tests.fuzz.target import Shape, Target

_NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
_SEALS = Seals(lambda: _NOW)
_SECRET = "-----BEGIN PRIVATE KEY-----"
_HOLDER = "a" * 43
# The secret of a seal is new each time: only what was sealed in this very process opens.
_OURS = _SEALS.seal("link", _HOLDER, "bob@mastodon.example", timedelta(minutes=5))
_TOKEN = probes.token(_SECRET, _NOW)
_SAID = {
    "type": "webauthn.get",
    "challenge": urlsafe_b64encode(b"x" * 32).decode(),
    "origin": "https://atelier.example",
}
_PASSKEY = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {
        "clientDataJSON": urlsafe_b64encode(json.dumps(_SAID).encode()).decode(),
        "authenticatorData": "AAAA",
        "signature": "AAAA",
        "userHandle": "bWFyaWE",
    },
}


def bring_back(data: bytes) -> None:
    """Nothing opens but what was sealed here, is taken twice, or leads out of the studio."""
    text = text_of(data)
    for holder in (_HOLDER, text):
        opened = _SEALS.open("link", holder, text)
        assert opened is None or (text == _OURS and holder == _HOLDER), "a seal of somebody else opens"
    assert probes.is_ours(text, _SECRET, _NOW) == (text == _TOKEN), "a question of somebody else passes for ours"
    assert not is_form_token(text, _HOLDER), "a form of another site passes"
    tokens.hash_of(text)
    path = told_path(local_path(text), "done")
    assert path.startswith("/studio"), "it leads out of the studio"
    assert not set(path) & {"\\", "\n", "\r", "\0"}
    for names in (PUBLIC_NAMES, ORIGINAL_NAMES):
        try:
            assert "/" not in check(text, names), "it leads out of the store"
        except NotFound:
            continue


def answer_of_passkey(data: bytes) -> None:
    """The answer of a device is read, or is none."""
    found = passkeys.read(text_of(data))
    assert found is None or found.challenge.isascii()


def _back() -> list[bytes]:
    name = "0123456789abcdef" * 2
    return [one.encode() for one in (_OURS, _TOKEN, "/studio/works?done=1#x", f"{name}.webp", "//evil.example")]


TARGETS = (
    Target(
        name="brought-back",
        run=bring_back,
        seeds=_back,
        shape=Shape.TEXT,
        words=("/studio", "//", "\\", ".jpg", "?told="),
    ),
    Target(
        name="passkey",
        run=answer_of_passkey,
        seeds=lambda: [json.dumps(_PASSKEY).encode()],
        shape=Shape.JSON,
        words=("rawId", "response", "clientDataJSON", "userHandle", "challenge"),
    ),
)
