"""How an input becomes another one: what is JSON, lines or a query stays so most of the time, with odd things in it."""

import random
from collections.abc import Sequence
from urllib.parse import quote_plus

from tests.fuzz import mutating_json
from tests.fuzz.odd import BYTES, TEXTS
from tests.fuzz.target import Shape

_MOST_CHANGES = 4
_RAW = 0.15  # of all changes are made to the bytes, whatever they mean
_RAW_OF_REQUESTS = 0.03  # which are refused as a whole where a single byte is wrong


def mutate(data: bytes, shape: Shape, chance: random.Random, words: Sequence[str] = (), longest: int = 50_000) -> bytes:
    """Return *data* with up to four changes."""
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        data = _once(data, shape, chance, words)
    return data[:longest]


def _once(data: bytes, shape: Shape, chance: random.Random, words: Sequence[str]) -> bytes:
    if shape is Shape.BYTES or chance.random() < (_RAW_OF_REQUESTS if shape is Shape.REQUEST else _RAW):
        return _bytes(data, chance, words)
    if shape is Shape.JSON:
        changed = mutating_json.mutate(data, chance, words)
        return _bytes(data, chance, words) if changed is None else changed
    if shape is Shape.REQUEST:
        return _request(data, chance, words)
    if shape is Shape.LINES:
        return _parts(data, b"\n", chance, words)
    if shape is Shape.QUERY:
        return _parts(data, b"&", chance, words, quoted=True)
    return _text(data, chance, words)


def _parts(data: bytes, mark: bytes, chance: random.Random, words: Sequence[str], *, quoted: bool = False) -> bytes:
    """Return *data* with one of its parts changed, left out, doubled or moved."""
    parts = data.split(mark)
    at = chance.randrange(len(parts))
    match chance.randrange(6):
        case 0:
            del parts[at]
        case 1:
            parts.insert(chance.randint(0, len(parts)), parts[at])
        case 2:
            other = chance.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        case _ if quoted:
            name, equals, value = parts[at].partition(b"=")
            odd = chance.choice((*TEXTS, *words))
            parts[at] = chance.choice(
                (
                    name + b"=" + quote_plus(odd, errors="surrogatepass").encode(),
                    _text(name, chance, words) + equals + value,
                    name + equals + _text(value, chance, words),
                )
            )
        case _:
            parts[at] = _text(parts[at], chance, words)
    return mark.join(parts)


def _request(data: bytes, chance: random.Random, words: Sequence[str]) -> bytes:
    """Return a request with something odd in its address, in a header, or in what it brings."""
    head, gap, body = data.partition(b"\n\n")
    first, *headers = head.split(b"\n")
    if body and chance.random() < 0.5:
        is_form = b"urlencoded" in head
        changed = _parts(body, b"&" if is_form else b"\n", chance, words, quoted=is_form)
        return head + gap + changed
    if chance.random() < 0.7:
        method, _, rest = first.partition(b" ")
        address, _, version = rest.rpartition(b" ")
        path, mark, query = address.partition(b"?")
        if query and chance.random() < 0.6:
            query = _parts(query, b"&", chance, words, quoted=True)
        else:
            parts = path.split(b"/")
            odd = quote_plus(chance.choice(TEXTS)[:300], errors="surrogatepass").encode()
            parts[chance.randrange(len(parts))] = chance.choice((odd, odd, b"1", chance.choice(parts)))
            path = b"/" + b"/".join(parts).lstrip(b"/")
        return b" ".join((method, path + mark + query, version)) + b"\n" + b"\n".join(headers) + gap + body
    at = chance.randrange(len(headers)) if headers else 0
    odd_line = chance.choice([word for word in words if ": " in word] or [""])
    line = headers[at] if headers and chance.random() < 0.5 else odd_line.encode()
    name, colon, value = line.partition(b":")
    if chance.random() < 0.6:
        value += chance.choice(TEXTS)[:3000].encode("latin-1", "ignore").translate(None, bytes(range(32)))
    return b"\n".join((first, *headers[:at], name + colon + value, *headers[at:])) + gap + body


def _text(data: bytes, chance: random.Random, words: Sequence[str]) -> bytes:
    """Return a text with something odd put in, taken out, doubled, or in place of something."""
    text = data.decode("utf-8", "surrogateescape")
    first, last = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    last = min(last, first + 40)
    match chance.randrange(6):
        case 0:
            text = text[:first] + text[last:]
        case 1:
            text = text[:last] + text[first:last] * chance.choice((1, 3, 50)) + text[last:]
        case 2:
            text = text[:first] + chr(chance.choice((chance.randrange(128), chance.randrange(0xD7FF)))) + text[last:]
        case 3:
            text = text[:first] + text[first:last].swapcase()[::-1] + text[last:]
        case _:
            odd = chance.choice(words) if words and chance.random() < 0.6 else chance.choice(TEXTS)
            text = text[:first] + odd + text[last if chance.random() < 0.5 else first :]
    return text.encode("utf-8", "surrogatepass") if max(text, default="") < "\udc80" else _encoded(text)


def _encoded(text: str) -> bytes:
    """Return the bytes of a text in which single bytes may stand, or halves of characters."""
    return b"".join(
        bytes([ord(sign) - 0xDC00]) if "\udc80" <= sign <= "\udcff" else sign.encode("utf-8", "surrogatepass")
        for sign in text
    )


def _bytes(data: bytes, chance: random.Random, words: Sequence[str]) -> bytes:
    """Return *data* with some bytes changed, whatever they are."""
    changed = bytearray(data)
    at = chance.randint(0, min(len(changed), 900 if chance.random() < 0.6 else len(changed)))
    match chance.randrange(6):
        case 0:
            del changed[at : at + chance.choice((1, 2, 4, 100))]
        case 1:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        case 2:
            changed[at:at] = chance.randbytes(chance.choice((1, 4, 16)))
        case 3:
            changed[at : at + 4] = chance.choice(BYTES)
        case 4:
            changed[at:at] = changed[max(at - chance.choice((1, 8, 200)), 0) : at]
        case _:
            odd = chance.choice((*TEXTS, *words)).encode("utf-8", "surrogatepass")
            changed[at : at + chance.choice((0, len(odd)))] = odd
    return bytes(changed)
