"""How a heading and a text in two languages read in a form, as series and pages have them, and how that is read.

The form shows their own language and one further one; what is there in others stays as it is.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fedi_artisan.domain.texts import check_language
from fedi_artisan.errors import BadInput
from fedi_artisan.web.studio.typed import Faults

FIELDS = ("title", "text", "language", "other_language", "other_title", "other_text")

Wording = TypeVar("Wording")
Others = Mapping[str, Wording]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[Wording]):
    """What a form says: the *own* wording in its *language*, and the *others*; own is None where that cannot be."""

    own: Wording | None
    language: str
    others: Others[Wording]


def written(own: tuple[str, str, str], others: Mapping[str, tuple[str, str]], shown: str = "") -> dict[str, str]:
    """Return how wordings read in the form.

    Args:
        own: language, heading and text.
        others: heading and text by language.
        shown: the second language to show, by default the first of the others.
    """
    second = shown if shown in others else next(iter(others), "")
    heading, text = others.get(second, ("", ""))
    values = dict(zip(("language", "title", "text"), own, strict=True))
    return values | {"other_language": second, "other_title": heading, "other_text": text}


def read(
    values: Mapping[str, str],
    kept: Others[Wording],
    make: Callable[[str, str], Wording],
    faults: Faults,
    *,
    shown: str,
) -> Read[Wording]:
    """Return what the form says.

    Args:
        values: what was typed.
        kept: what is kept in further languages.
        make: makes a wording of heading and text, and raises BadInput where it cannot.
        faults: where to note what is wrong.
        shown: the second language that the form was filled with.
    """
    with faults.at("language"):
        check_language(values["language"])
    own = _made(values, "", make, faults)
    others = {code: one for code, one in kept.items() if code != shown}
    other, is_said = values["other_language"], bool(values["other_title"] or values["other_text"])
    if is_said:
        _check_other(values, others, faults)
        second = _made(values, "other_", make, faults)
        if second is not None:
            others[other] = second
    if values["language"] in others and not (is_said and other == values["language"]):
        faults.note("language", BadInput("there is a text in this language already; choose another one"))
    return Read(own=own, language=values["language"], others=others)


def _made(
    values: Mapping[str, str], before: str, make: Callable[[str, str], Wording], faults: Faults
) -> Wording | None:
    """Return the wording in one language; None where it cannot be, with the fault at the field that is to blame."""
    heading, text = values[f"{before}title"], values[f"{before}text"]
    with faults.at(f"{before}title"):
        make(heading, "")
    with faults.at(f"{before}text"):
        make("-", text)
    if faults.found.keys() & {f"{before}title", f"{before}text"}:
        return None
    return make(heading, text)


def _check_other(values: Mapping[str, str], others: Collection[str], faults: Faults) -> None:
    other = values["other_language"]
    if not other:
        faults.note("other_language", BadInput("choose the language in which the texts below are written"))
        return
    with faults.at("other_language"):
        check_language(other)
    if other == values["language"]:
        faults.note("other_language", BadInput("this is the language above; choose another one"))
    elif other in others:
        faults.note("other_language", BadInput("there is a text in this language already; choose another one"))
