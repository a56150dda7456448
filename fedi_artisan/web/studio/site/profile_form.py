"""How an artisan's profile reads in its form, and how the form is read.

The form shows her own language and one further one; what is there in others stays as it is. Its links are numbered:
`label-0`, `url-0`, `label-1` …; empty ones count for nothing.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.photos import LONGEST_ALT, OwnPlace, Photo
from fedi_artisan.domain.texts import check_language, check_line, check_text, is_language
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import BadInput, Words
from fedi_artisan.services.artisans import (
    LONGEST_LINE,
    LONGEST_SUMMARY,
    MOST_LINKS,
    check_link,
    check_name,
)
from fedi_artisan.storage.wanted_photos import Wanted
from fedi_artisan.web.studio.typed import Faults

# Of each text the name of its field and that of its column; in the second language the field begins with "other_".
_LINES = {
    "craft": ("crafts", Words("craft")),
    "place": ("places", Words("place")),
    "note": ("commissions_notes", Words("note about commissions")),
}
_PICTURES = {OwnPlace.PORTRAIT: "icon", OwnPlace.HEADER: "image"}
_SPOKEN = ("statement", *_LINES, *(f"{place}_alt" for place in OwnPlace))
OWN = ("name", "language", "commissions", *_SPOKEN)
OTHER = ("other_language", *(f"other_{name}" for name in _SPOKEN))
LINKS = tuple(f"{part}-{number}" for number in range(MOST_LINKS) for part in ("label", "url"))
FIELDS = (*OWN, *OTHER, *LINKS)

Pending = Mapping[OwnPlace, Wanted]


def written(artisan: Artisan, pending: Pending, other: str = "") -> dict[str, str]:
    """Return how the profile reads in the form, also in the language *other*, by default the second one."""
    further = languages(artisan)[1:]
    shown = other if other in further else next(iter(further), "")
    values = {"name": artisan.name, "language": artisan.language, "commissions": artisan.commissions or ""}
    values |= _said(artisan, pending, artisan.language)
    values |= {"other_language": shown} | {
        f"other_{name}": text for name, text in _said(artisan, pending, shown).items()
    }
    return values | links_written(artisan.links)


def languages(artisan: Artisan) -> tuple[str, ...]:
    """Return the languages in which she says anything of herself, her own first."""
    said = (artisan.summaries, artisan.crafts, artisan.places, artisan.commissions_notes)
    codes = dict.fromkeys((artisan.language, *(code for texts in said for code in texts)))
    return tuple(codes)


def links_written(links: Sequence[ProfileLink]) -> dict[str, str]:
    """Return how links read in the form."""
    values = dict.fromkeys(LINKS, "")
    for number, link in enumerate(links):
        values |= {f"label-{number}": link.label, f"url-{number}": link.url}
    return values


def typed_links(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return label and address of each link that was typed, with what everybody leaves out added."""
    pairs = [(values[f"label-{number}"], address(values[f"url-{number}"])) for number in range(MOST_LINKS)]
    return [(label or host_of(url), url) for label, url in pairs if label or url]


def as_kept(values: Mapping[str, str]) -> dict[str, str]:
    """Return those fields that read a little different once they are saved."""
    said = any(values[f"other_{name}"] for name in _SPOKEN)
    links = [ProfileLink(label=label, url=url) for label, url in typed_links(values)]
    return links_written(links) | {"other_language": values["other_language"] if said else ""}


def read(
    values: Mapping[str, str], artisan: Artisan, faults: Faults, *, shown: str, given: Collection[OwnPlace]
) -> Artisan:
    """Return the artisan as the form describes her; where there are *faults*, what is wrong is as it was.

    Args:
        values: what was typed.
        artisan: as she is.
        faults: where to note what is wrong.
        shown: the second language that the form was filled with.
        given: which pictures she gives or has given, and waits for.
    """
    own, other = values["language"], values["other_language"]
    with faults.at("name"):
        check_name(values["name"])
    with faults.at("language"):
        check_language(own)
    # Where she says now that what she wrote is in another language, it is not in the former one any more.
    there = languages(artisan.with_language(own)) if is_language(own) else ()
    _check_other(values, there, faults, shown=shown)
    _check_texts(values, artisan, faults, given)
    if faults.found:
        return artisan
    base = artisan.with_language(own)

    def said(texts: Mapping[str, str], name: str) -> dict[str, str]:
        told = {code: text for code, text in texts.items() if code != shown or code == own}
        told |= {own: values[name]} | ({other: values[f"other_{name}"]} if other else {})
        return {code: text for code, text in told.items() if text}

    summaries = said({**base.summaries, own: base.summary}, "statement")
    changed = dataclasses.replace(
        base,
        name=values["name"],
        summary=summaries.pop(own, ""),
        summaries=summaries,
        commissions=_commissions(values["commissions"]),
        links=_links(values, faults),
        crafts=said(base.crafts, "craft"),
        places=said(base.places, "place"),
        commissions_notes=said(base.commissions_notes, "note"),
    )
    return dataclasses.replace(
        changed,
        icon=_described(base.icon, said, OwnPlace.PORTRAIT),
        image=_described(base.image, said, OwnPlace.HEADER),
    )


def alts(values: Mapping[str, str], place: OwnPlace) -> dict[str, str]:
    """Return what is typed of what a picture shows, by language."""
    told = {values["language"]: values[f"{place}_alt"], values["other_language"]: values[f"other_{place}_alt"]}
    return {code: text for code, text in told.items() if code and text}


def _said(artisan: Artisan, pending: Pending, code: str) -> dict[str, str]:
    """Return what she says of herself in one language, by field."""
    own = code == artisan.language
    values = {"statement": artisan.summary if own else artisan.summaries.get(code, "")}
    values |= {name: getattr(artisan, column).get(code, "") for name, (column, _) in _LINES.items()}
    for place, column in _PICTURES.items():
        photo: Photo | Wanted | None = pending.get(place) or getattr(artisan, column)
        values[f"{place}_alt"] = "" if photo is None else photo.alts.get(code, "")
    return values


def _check_other(values: Mapping[str, str], there: Collection[str], faults: Faults, *, shown: str) -> None:
    """Note what is wrong with the second language."""
    other = values["other_language"]
    if not other and any(values[f"other_{name}"] for name in _SPOKEN):
        faults.note("other_language", BadInput("choose the language in which the texts below are written"))
    if not other:
        return
    with faults.at("other_language"):
        check_language(other)
    if other == values["language"]:
        faults.note("other_language", BadInput("this is the language above; choose another one"))
    elif other != shown and other in there:
        faults.note("other_language", BadInput("you say something in this language already; open it to change that"))


def _check_texts(values: Mapping[str, str], artisan: Artisan, faults: Faults, given: Collection[OwnPlace]) -> None:
    """Note what is wrong with each text, in both languages, and with each link."""
    for before in ("", "other_"):
        with faults.at(f"{before}statement"):
            check_text(Words("text about you"), values[f"{before}statement"], LONGEST_SUMMARY)
        for name, (_, words) in _LINES.items():
            if values[f"{before}{name}"]:
                with faults.at(f"{before}{name}"):
                    check_line(words, values[f"{before}{name}"], LONGEST_LINE)
        for place, column in _PICTURES.items():
            alt = f"{before}{place}_alt"
            with faults.at(alt):
                check_text(Words("description"), values[alt], LONGEST_ALT)
            if values[alt] and getattr(artisan, column) is None and place not in given:
                faults.note(alt, BadInput("there is no picture yet that this could describe; choose one"))
    with faults.at("commissions"):
        _commissions(values["commissions"])
    _links(values, faults)


def _commissions(text: str) -> Commissions | None:
    try:
        return Commissions(text) if text else None
    except ValueError:
        raise BadInput("choose one of these") from None


def _links(values: Mapping[str, str], faults: Faults) -> tuple[ProfileLink, ...]:
    """Return the links that were typed, and note what is wrong with them."""
    links = []
    for number in range(MOST_LINKS):
        label, url = values[f"label-{number}"], address(values[f"url-{number}"])
        if not (label or url):
            continue
        link = ProfileLink(label=label or host_of(url) or url, url=url)
        try:
            check_link(link)
        except BadInput as error:
            faults.note(f"{'url' if 'url' in error.values else 'label'}-{number}", error)
        links.append(link)
    return tuple(links)


def address(text: str) -> str:
    """Return *text* with the beginning that everybody leaves out."""
    return f"https://{text}" if "." in text and "://" not in text and " " not in text else text


def _described(
    photo: Photo | None, said: Callable[[Mapping[str, str], str], dict[str, str]], place: str
) -> Photo | None:
    return photo and dataclasses.replace(photo, alts=said(photo.alts, f"{place}_alt"))
