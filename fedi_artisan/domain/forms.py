"""How a work reads in the form of the studio, and how the form is read.

Field by field, so that all that is wrong is told at once:

- `materials`, `techniques`: with commas between them ("stoneware, ash glaze"); where there is a semicolon, between
  semicolons. `tags` also with "#".
- `availability`, `licence`, `label-…`, `audience`: the value of the enumeration, or nothing.
- `full_size`, `ai_refused`: "yes", "no", or nothing for what is usual. `watermarked`: "no", else it is.
  `featured`: "yes", else it is not.
- `may_reply`, `may_quote`: the value of the enumeration, or nothing for what is usual. `closes`: a number of days,
  "never", or nothing for what is usual.
- `focus-…`: "0.25,-0.5", as in Photo.focal_point; nothing for the middle.
- `published_on`: "2024-05-01", or with "T14:30", in the past. `publish_at`: "2026-05-01T14:30", ahead.
- `zone`: in which these are meant: see moments.zone_of.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from fedi_artisan.domain.drafts import DraftPhoto, Problem, problem_of
from fedi_artisan.domain.facts import normal_tag, parse_dimensions, parse_edition, parse_price, parse_year
from fedi_artisan.domain.moments import DATE, moment_of, zone_of
from fedi_artisan.domain.photos import LONGEST_ALT, LONGEST_CAPTION, Label, Photo
from fedi_artisan.domain.policies import NEVER, OwnPolicy, Quoting, Replying, check_days
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.texts import check_language, check_line, check_text, say
from fedi_artisan.domain.works import (
    LONGEST_FACT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PHOTOS,
    MOST_TAGS,
    Audience,
    Availability,
    Draft,
    Wording,
)
from fedi_artisan.domain.written import NEVER_CLOSES, NO, YES, shown_other, write_list
from fedi_artisan.errors import BadInput

_LONGEST_DAYS = 4  # digits
_NOTHING: tuple[str, ...] = ()
_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form says.

    Args:
        draft: the work; None where there are *problems*.
        problems: all that keep it from being published.
        published_at: since when it shall be shown as published, a moment in the past, or None for now.
        publish_at: when it shall be published by itself, ahead or passed, or None.
    """

    draft: Draft | None
    problems: tuple[Problem, ...] = ()
    published_at: datetime | None = None
    publish_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """The fields of a form while they are read, and what was found to be wrong with them."""

    fields: Mapping[str, str]
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def take(self, name: str, read_one: Callable[[str], _Value], nothing: _Value) -> _Value:
        """Return what stands in a field; *nothing* where it is empty, or wrong."""
        text = self.fields.get(name, "").strip()
        if not text:
            return nothing
        try:
            return read_one(text)
        except BadInput as error:
            self.problems.append(problem_of(error, name))
            return nothing

    def text(self, name: str, longest: int, called: str = "text") -> str:
        """Return a text of several lines as it was typed."""

        def checked(_: str) -> str:
            check_text(called, self.fields[name], longest)
            return self.fields[name]

        return self.take(name, checked, "")

    def demand(self, name: str, sentence: str) -> None:
        """Ask for a field that is empty."""
        if not self.fields.get(name, "").strip():
            self.problems.append(Problem(name, sentence))


def read(
    fields: Mapping[str, str],
    photos: Sequence[DraftPhoto],
    *,
    language: str,
    now: datetime,
    base: Draft | None = None,
    currency: str | None = None,
) -> Reading:
    """Return what a form says.

    Args:
        fields: what was typed, by drafts.FIELDS.
        photos: in their order, with their words; those that are still being made are no problem here.
        language: the one of the work where the form does not say it.
        now: the moment.
        base: of a revision, the work as it is; what the form does not show of it stays as it is.
        currency: of a price without one; None where it has to be said.
    """
    form = _Form(fields)
    own = form.take("language", check_language, language)
    form.demand("title", say("Give it a name."))
    wording = _wording(form, "", None if base is None else base.own_wording)
    others = _others(form, own, photos, base)
    shown = _read_photos(form, photos, (own, form.take("other_language", check_language, "")), base)
    dimensions = form.take("dimensions", parse_dimensions, None)
    year = form.take("year", parse_year, None)
    price = form.take("price", functools.partial(parse_price, usual=currency), None)
    availability = form.take("availability", _one_of(Availability), None)
    series = form.take("series", _line("name of the series", LONGEST_TITLE), None)
    tags = form.take("tags", _read_tags, _NOTHING)
    featured = form.take("featured", _read_yes, False)
    terms = _read_terms(form)
    edition = form.take("edition", parse_edition, None)
    audience = form.take("audience", _one_of(Audience), Audience.EVERYONE)
    policy = _read_policy(form)
    published_at = form.take("published_on", lambda text: _past(text, fields.get("zone", ""), now), None)
    publish_at = form.take("publish_at", lambda text: moment_of(text, zone_of(fields.get("zone", ""))), None)
    if form.problems or wording is None:
        return Reading(None, tuple(form.problems))
    try:
        draft = Draft(
            title=wording.title,
            text=wording.text,
            language=own,
            photos=shown,
            materials=wording.materials,
            techniques=wording.techniques,
            dimensions=dimensions,
            year=year,
            price=price,
            availability=availability,
            series=series,
            tags=tags,
            featured=featured,
            terms=terms,
            others=others,
            audience=audience,
            edition=edition,
            policy=policy,
        )
    except BadInput as error:
        return Reading(None, (problem_of(error),))
    return Reading(draft, (), published_at, publish_at)


def read_terms(fields: Mapping[str, str]) -> OwnTerms:
    """Return on which terms the photographs of a draft are shown; what is wrong there counts as not said."""
    return _read_terms(_Form(fields))


def _wording(form: _Form, prefix: str, was: Wording | None) -> Wording | None:
    """Return what is said in the language of these fields; None where it has no usable title."""
    title = form.take(f"{prefix}title", _line("title", LONGEST_TITLE), "")
    text = form.text(f"{prefix}text", LONGEST_TEXT)
    materials = form.take(
        f"{prefix}materials", _list_of("material", _NOTHING if was is None else was.materials), _NOTHING
    )
    techniques = form.take(
        f"{prefix}techniques", _list_of("technique", _NOTHING if was is None else was.techniques), _NOTHING
    )
    return Wording(title=title, text=text, materials=materials, techniques=techniques) if title else None


def _others(form: _Form, own: str, photos: Sequence[DraftPhoto], base: Draft | None) -> dict[str, Wording]:
    """Return what is said in further languages: in the one of the form, and in those that it does not show."""
    other = form.fields.get("other_language", "").strip()
    was = None if base is None else base.others.get(shown_other(base))
    said = any(form.fields.get(f"other_{name}", "").strip() for name in ("title", "text", "materials", "techniques"))
    described = any(one.words.get(name, "").strip() for one in photos for name in ("other_alt", "other_caption"))
    if said or described:
        form.demand("other_language", say("Choose the language of these texts."))
    if said:
        form.demand("other_title", say("Give it a name in this language as well."))
    if other and other == own:
        form.problems.append(Problem("other_language", say("Choose another language than the first.")))
    wording = _wording(form, "other_", was) if said else None
    hidden = {} if base is None else {code: base.others[code] for code in base.others if code != shown_other(base)}
    others = {} if wording is None else {other: wording}
    return {**others, **{code: one for code, one in hidden.items() if code not in {own, other}}}


def _read_photos(
    form: _Form, photos: Sequence[DraftPhoto], languages: tuple[str, str], base: Draft | None
) -> tuple[Photo, ...]:
    """Return the photographs with what is said of them now."""
    if len(photos) > MOST_PHOTOS:
        form.problems.append(Problem("photos", say("a work can have up to {most} photographs"), {"most": MOST_PHOTOS}))
    shown = {*languages} if base is None else {*languages, base.language, shown_other(base)}
    return tuple([_read_photo(form, one, languages, shown) for one in photos])


def _read_photo(form: _Form, one: DraftPhoto, languages: tuple[str, str], shown: Iterable[str]) -> Photo:
    """Return a photograph with what is said of it now; words in languages that the form did not show stay."""
    if one.refusal is not None:
        form.problems.append(problem_of(one.refusal, f"photo-{one.uid}"))
    beside = _Form({f"{name}-{one.uid}": text for name, text in one.words.items()}, form.problems)

    def said(before: Mapping[str, str], name: str, longest: int, called: str) -> dict[str, str]:
        kept = {code: text for code, text in before.items() if code not in shown}
        texts = [beside.text(f"{prefix}{name}-{one.uid}", longest, called) for prefix in ("", "other_")]
        return {**{code: text for code, text in zip(languages, texts, strict=True) if code and text}, **kept}

    return dataclasses.replace(
        one.photo,
        alts=said(one.photo.alts, "alt", LONGEST_ALT, "description"),
        captions=said(one.photo.captions, "caption", LONGEST_CAPTION, "caption"),
        focal_point=beside.take(f"focus-{one.uid}", _read_focus, (0.0, 0.0)),
        label=beside.take(f"label-{one.uid}", _one_of(Label), None),
    )


def _read_focus(text: str) -> tuple[float, float]:
    match = re.fullmatch(r"(-?[0-9.]{1,24}(?:e-[0-9]{1,3})?)\s*,\s*(-?[0-9.]{1,24}(?:e-[0-9]{1,3})?)", text)
    try:
        x, y = (float(match[1]), float(match[2])) if match else (2.0, 2.0)
    except ValueError:
        x = y = 2.0
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise BadInput("Choose what matters in this photograph once more.")
    return x, y


def _read_terms(form: _Form) -> OwnTerms:
    return OwnTerms(
        licence=form.take("licence", _one_of(Licence), None),
        full_size=form.take("full_size", _read_yes, None),
        ai_refused=form.take("ai_refused", _read_yes, None),
        watermarked=form.take("watermarked", _read_yes, None) is not False,
    )


def _read_policy(form: _Form) -> OwnPolicy:
    return OwnPolicy(
        replies=form.take("may_reply", _one_of(Replying), None),
        quotes=form.take("may_quote", _one_of(Quoting), None),
        days=form.take("closes", read_days, None),
    )


def read_days(text: str) -> int:
    """Return after how many days comments close, as a form says it; policies.NEVER for "never".

    Raises:
        BadInput: it is no such number.
    """
    if text == NEVER_CLOSES:
        return NEVER
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_DAYS):
        raise BadInput("Choose one of these.")
    check_days(int(text))
    return int(text)


def _read_yes(text: str) -> bool:
    if text not in {YES, NO}:
        raise BadInput("Choose one of these.")
    return text == YES


def _one_of(choices: type[_Choice]) -> Callable[[str], _Choice]:
    def chosen(text: str) -> _Choice:
        try:
            return choices(text)
        except ValueError:
            raise BadInput("Choose one of these.") from None

    return chosen


def _line(called: str, longest: int) -> Callable[[str], str]:
    def line(text: str) -> str:
        check_line(called, text, longest)
        return text

    return line


def _list_of(called: str, was: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """Return the reader of a list; one that still reads as it *was* is what it was."""

    def items(text: str) -> tuple[str, ...]:
        if was and text == write_list(was).strip():
            return was
        parts = [part.strip() for part in text.split(";" if ";" in text else ",")]
        for part in filter(None, parts):
            check_line(called, part, LONGEST_FACT)
        return tuple(filter(None, parts))

    return items


def _read_tags(text: str) -> tuple[str, ...]:
    """Return the tags in *text*, each once, in whatever case of letters."""
    tags: dict[str, str] = {}
    for part in re.split(r"[,;#\n]", text):
        if part.strip():
            tag = normal_tag(part.strip())
            tags.setdefault(tag.casefold(), tag)
    if len(tags) > MOST_TAGS:
        raise BadInput("a work can have up to {most} tags", most=MOST_TAGS)
    return tuple(tags.values())


def _past(text: str, zone: str, now: datetime) -> datetime | None:
    """Return since when a work is shown as published; None for today, which is now."""
    moment, in_zone = moment_of(text, zone_of(zone)), zone_of(zone)
    if DATE.fullmatch(text) and moment.astimezone(in_zone).date() == now.astimezone(in_zone).date():
        return None
    if moment > now:
        raise BadInput("This date is still ahead; let the work be published by itself then instead.")
    return moment.astimezone(UTC)
