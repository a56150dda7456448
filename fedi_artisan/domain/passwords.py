"""What may be a password: long enough, not what everybody takes, and not one's own name."""

import re
import unicodedata
from collections.abc import Collection

from fedi_artisan.errors import BadInput

SHORTEST = 10
LONGEST = 1_000
_FEWEST_DIFFERENT = 4
_FEWEST_OF_ITS_OWN = 5
_SPACE = "Zs"
# Control signs, halves of characters, and signs that are none.
_UNTYPED = frozenset({"Cc", "Cs", "Cn"})


# What stands highest in every list of passwords that got out, if it is long enough to come this far. Without digits at
# its end, and compared without regard to case.
_TAKEN_BY_MANY = """
    1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc a1b2c3d4e5 abc abcdef abcdefghij abcdefghijkl admin
    administrateur administrator asdf asdfghjkl azerty azertyuiop baseball basketball batman bienvenue bonjour
    camille caramel changeme changemenow charlie chocolat chouchou computer correcthorsebatterystaple coucou doudou
    dragon fediartisan fediverse football ichliebedich iloveyou internet jennifer jetaime letmein letmeinplease
    liverpool loulou marseille master mastodon michael michelle monkey monmotdepasse motdepasse mypassword nicolas
    nothing p@ssw0rd p@ssword passw0rd password passwort pixelfed pokemon princess q1w2e3r4t5 qazwsx qazwsxedc
    qsdfghjklm qwer qwerty qwertyuiop qwertzuiop secret shadow soleil starwars sunshine superman thisisapassword
    topsecret trustno welcome welcometo whatever wxcvbn zaq12wsx zxcvbnm
"""
_IN_A_ROW = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")


def prepared(typed: str) -> str:
    """Return a password as it is compared: the same however the keyboard wrote its accents and spaces.

    Source: RFC 8265 4.2 (OpaqueString).
    """
    spaced = "".join(" " if unicodedata.category(sign) == _SPACE else sign for sign in typed)
    return unicodedata.normalize("NFC", spaced)


def check_password(typed: str, own_words: Collection[str]) -> str:
    """Return a new password as it is compared; *own_words* are her names and her host, which everybody knows.

    Raises:
        BadInput: it cannot be one; the sentence says why.
    """
    password = prepared(typed)
    if len(password) < SHORTEST:
        raise BadInput(
            "A password has at least ten characters. Three or four words that do not belong together are good."
        )
    if len(password) > LONGEST:
        raise BadInput("A password has at most a thousand characters.")
    if any(unicodedata.category(sign) in _UNTYPED for sign in password):
        raise BadInput("There is a character in this password that cannot be typed.")
    if _is_taken_by_many(password):
        raise BadInput("Too many people take this password, and strangers try it first. Please choose another.")
    if _says_who_she_is(password, own_words):
        raise BadInput("Whoever knows your name would guess this password. Please choose another.")
    return password


def _is_taken_by_many(password: str) -> bool:
    """Whether it is one of the first that strangers try: known, in a row, or the same few signs again and again."""
    taken = frozenset(_TAKEN_BY_MANY.split())
    plain = password.casefold().replace(" ", "")
    core = plain.rstrip("0123456789!.?*")
    halves = plain[: len(plain) // 2], plain[len(plain) // 2 :]
    return (
        len(set(plain)) < _FEWEST_DIFFERENT
        or core in taken
        or plain in taken
        or any(plain in row for row in _IN_A_ROW)
        or (halves[0] == halves[1] and halves[0].rstrip("0123456789!") in taken)
    )


def _says_who_she_is(password: str, own_words: Collection[str]) -> bool:
    """Whether hardly anything is left of it without what everybody knows of her, and without digits."""
    parts = {part for words in own_words for part in (words, *re.split(r"[\W_]+", words))}
    left = _letters(password)
    for part in sorted(map(_letters, parts), key=len, reverse=True):
        if len(part) > 1:
            left = left.replace(part, "")
    return any(map(str.isalpha, password)) and len(left) < _FEWEST_OF_ITS_OWN


def _letters(text: str) -> str:
    """Return the letters of a text in small, without their accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if sign.isalpha())
