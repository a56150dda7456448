"""How JSON becomes other JSON: values of other types, in other places, twice, or nested as nobody nests them."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from tests.fuzz.odd import TEXTS, WRITTEN

_DEEPEST = 100_000
_Place = tuple[dict[str, Any] | list[Any], str | int]


class _Written(str):
    """JSON that is already written."""

    __slots__ = ()


def mutate(data: bytes, chance: random.Random, words: Sequence[str]) -> bytes | None:
    """Return the JSON in *data* with one change; None where it is none that could be changed so."""
    try:
        document = json.loads(data.decode("utf-8", "surrogatepass"))
        places = [*_places(document)]
    except (ValueError, RecursionError):
        return None
    if not places:
        return None
    if chance.random() < 0.01:
        deep = chance.choice(("[", '{"object":')) * chance.choice((33, 500, _DEEPEST))
        return b'{"tag":' + deep.encode()
    holder, key = chance.choice(places)
    _change(holder, key, places, chance, words)
    try:
        return _write(document).encode("utf-8", "surrogatepass")
    except RecursionError:
        return None


def _places(document: Any) -> Iterator[_Place]:
    """Give every place in which a value stands."""
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict):
            inside: list[tuple[str | int, Any]] = [*holder.items()]
        elif isinstance(holder, list):
            inside = [*enumerate(holder)]
        else:
            continue
        for key, value in inside:
            yield holder, key
            waiting.append(value)


def _change(holder: Any, key: Any, places: list[_Place], chance: random.Random, words: Sequence[str]) -> None:
    """Change what stands in one place."""
    value = holder[key]
    match chance.randrange(10):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[_other_name(chance, words)] = value
        case 2 if isinstance(holder, dict):
            holder[f"{key}Map"] = {"en": value, "fr": chance.choice(TEXTS), "": 1}
        case 3:
            holder[key] = _copied(_at(*chance.choice(places)))
        case 4 if isinstance(value, str):
            at = chance.randint(0, len(value))
            holder[key] = value[:at] + chance.choice(TEXTS) + value[at:]
        case 5 | 6:
            many = [value] * chance.choice((2, 3, 200))
            holder[key] = chance.choice(([value], many, {"id": value, "type": chance.choice(words or ("Note",))}))
        case _:
            holder[key] = _another(chance, words)


def _another(chance: random.Random, words: Sequence[str]) -> Any:
    """Return any other value: one that means something, one that is odd, or one that nobody writes."""
    odd: Any = chance.choice((*TEXTS, 0, -1, 1.5, True, None, {}, [], {"type": []}, [None, {}], 10**18))
    return chance.choice((chance.choice(words or TEXTS), _Written(chance.choice(WRITTEN)), odd))


def _at(holder: Any, key: Any) -> Any:
    """Return what stands in a place, None where nothing does any more."""
    try:
        return holder[key]
    except (KeyError, IndexError):
        return None


def _copied(value: Any) -> Any:
    """Return a copy, so that nothing stands within itself."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value


def _other_name(chance: random.Random, words: Sequence[str]) -> str:
    return chance.choice(words) if words and chance.random() < 0.7 else chance.choice(TEXTS)


def _write(value: Any) -> str:
    """Return *value* as JSON, what is written already as it stands there."""
    if isinstance(value, _Written):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_write(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    return json.dumps(value)
