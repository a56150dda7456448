"""The form of a work: all that is wrong is told at once, and a published work reads in it as it was meant."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedi_artisan.domain.drafts import DraftPhoto, KeptDraft, State, rebased, take_apart
from fedi_artisan.domain.forms import Reading, read
from fedi_artisan.domain.moments import zone_of
from fedi_artisan.domain.photos import Label, Photo
from fedi_artisan.domain.policies import MOST_DAYS, OwnPolicy, Quoting, Replying
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.works import MOST_PHOTOS, Audience, Availability, Dimensions, Draft, Edition, Price, Wording
from fedi_artisan.domain.written import written
from fedi_artisan.errors import BadInput, BadPhoto
from tests.photos import photo

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def reading(
    fields: Mapping[str, str], *shown: Photo, base: Draft | None = None, refusal: BadPhoto | None = None
) -> Reading:
    """Return what a form says, photographs and their words among its fields."""
    told = take_apart(fields)
    photos = [DraftPhoto(photo=one, words=told.words.get(one.uid, {}), refusal=refusal) for one in shown]
    return read(told.fields, photos, language="en", now=NOW, base=base)


def said(fields: Mapping[str, str], *shown: Photo, base: Draft | None = None) -> Draft:
    """Return the work that a form says, in which nothing is wrong."""
    found = reading(fields, *shown, base=base)
    assert found.draft is not None, [str(one) for one in found.problems]
    return found.draft


_LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))
_LINES = st.text(_LETTERS, min_size=1, max_size=12)
_WORDS = st.text(_LETTERS, max_size=12)
# A text of empty lines alone says nothing.
_TEXTS = st.lists(_WORDS, max_size=3).map(lambda lines: "\n".join(lines) if any(lines) else "")
_LISTS = st.lists(_LINES, max_size=3).map(tuple)
_WORDINGS = st.builds(Wording, title=_LINES, text=_TEXTS, materials=_LISTS, techniques=_LISTS)
_MEASURES = st.lists(
    st.tuples(
        st.sampled_from(["height", "width", "depth", "length", "diameter"]),
        st.decimals("0.001", "999999", places=3).filter(bool),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda measure: measure[0],
).map(tuple)
_FOCUS = st.tuples(*[st.floats(-1, 1).map(lambda place: place or 0.0)] * 2)
_BY_LANGUAGE = st.dictionaries(st.sampled_from(["de", "fr", "en"]), _LINES, max_size=3)
_PHOTOS = st.builds(
    Photo,
    uid=st.just("photo1"),
    original=st.none(),
    width_px=st.just(3),
    height_px=st.just(2),
    renditions=st.just(()),
    alts=_BY_LANGUAGE,
    captions=_BY_LANGUAGE,
    focal_point=_FOCUS,
    label=st.sampled_from([None, *Label]),
    shows_camera=st.booleans(),
)
_DRAFTS = st.builds(
    Draft,
    title=_LINES,
    text=_TEXTS,
    language=st.just("it"),
    photos=st.lists(_PHOTOS, max_size=1).map(tuple),
    materials=_LISTS,
    techniques=_LISTS,
    dimensions=st.none() | st.builds(Dimensions, _MEASURES, st.sampled_from(["mm", "cm", "m", "in"])),
    year=st.none() | st.integers(1000, 2999),
    price=st.none() | st.builds(Price, st.decimals(0, 9_999_999_999, places=2), st.sampled_from(["EUR", "CHF", "JPY"])),
    availability=st.sampled_from([None, *Availability]),
    series=st.none() | _LINES,
    tags=st.lists(st.from_regex("[a-z]{1,9}[0-9é]?", fullmatch=True), max_size=4, unique=True).map(tuple),
    featured=st.booleans(),
    terms=st.builds(
        OwnTerms,
        licence=st.sampled_from([None, *Licence]),
        full_size=st.sampled_from([None, True, False]),
        ai_refused=st.sampled_from([None, True, False]),
        watermarked=st.booleans(),
    ),
    audience=st.sampled_from(Audience),
    policy=st.builds(
        OwnPolicy,
        replies=st.sampled_from([None, *Replying]),
        quotes=st.sampled_from([None, *Quoting]),
        days=st.none() | st.integers(0, MOST_DAYS),
    ),
    edition=st.none()
    | st.integers(1, 99).flatmap(lambda size: st.builds(Edition, st.none() | st.integers(1, size), st.just(size))),
    others=st.dictionaries(st.sampled_from(["fr", "de", "pt-BR"]), _WORDINGS, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(_DRAFTS)
def test_a_work_that_is_not_changed_in_the_form_stays_as_it_is(work: Draft) -> None:
    """Read again, the form gives the same work, with what the form does not show: third languages, the camera."""
    assert said(written(work), *work.photos, base=work) == work


def test_what_the_form_shows_is_read_without_the_work() -> None:
    """Nothing of what the form shows depends on the work that it is the revision of."""
    shown = photo(alt="A white jar.")
    work = Draft(
        title="Jar",
        text="Thrown\nin two halves.",
        photos=(dataclasses.replace(shown, captions={"en": "At dawn"}, focal_point=(0.25, -0.5), label=Label.DETAIL),),
        materials=("oak, fumed",),
        techniques=("thrown", "soda; wood"),
        dimensions=Dimensions((("height", Decimal("31.5")), ("diameter", Decimal(100))), "cm"),
        year=2026,
        price=Price(Decimal("1420.50"), "EUR"),
        availability=Availability.SOLD,
        series="Moon jars",
        edition=Edition(3, 12),
        audience=Audience.UNLISTED,
        tags=("woodfired", "Jar"),
        terms=OwnTerms(licence=Licence.CC_BY, full_size=False, ai_refused=True, watermarked=False),
        others={"fr": Wording(title="Jarre", materials=("chêne",))},
    )
    fields = written(work)
    assert fields["dimensions"] == "H 31.5 × ⌀ 100 cm"
    assert fields["price"] == "1420.50 EUR"
    assert fields["materials"] == "oak, fumed;"
    # Only the list is ambiguous: one of its items has the mark itself that is between them.
    assert said(fields, shown) == dataclasses.replace(work, techniques=("thrown", "soda", "wood"))


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Each field has its own problem, so that she goes through the form once."""
    shown = photo()
    wrong = {
        "title": "  ",
        "language": "français",
        "year": "last year",
        "price": "a lot",
        "dimensions": "large",
        "availability": "maybe",
        "licence": "mine",
        "full_size": "perhaps",
        "featured": "perhaps",
        "tags": "wood, 12",
        "edition": "13/12",
        "audience": "nobody",
        "materials": "x" * 301,
        "text": "x" * 20_001,
        "published_on": "yesterday",
        "publish_at": "2026-13-01T10:00",
        "other_text": "Tournée",
        f"alt-{shown.uid}": "x" * 5_001,
        f"focus-{shown.uid}": "2,0",
        f"label-{shown.uid}": "best",
    }
    found = reading(wrong, shown)
    assert found.draft is None
    asked = {*wrong, "other_title", "other_language"} - {"other_text"}
    assert sorted(one.field for one in found.problems) == sorted(asked)
    assert all(str(one) for one in found.problems)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"other_language": "en", "other_title": "Jar"}, "other_language"),
        ({"other_title": "Jarre"}, "other_language"),
        ({"other_language": "fr", "other_materials": "grès"}, "other_title"),
        ({"publish_at": "0026-01-01T10:00"}, "publish_at"),
        ({"published_on": "2026-11-24"}, "published_on"),
        ({"published_on": "2026-11-23T12:31"}, "published_on"),
        ({"series": "x" * 201}, "series"),
        ({"tags": ",".join(f"tag{number}a" for number in range(31))}, "tags"),
    ],
)
def test_what_cannot_be_published_is_told_at_its_field(fields: Mapping[str, str], field: str) -> None:
    """A problem stands beside the field where something is to be done about it."""
    assert [one.field for one in reading({"title": "Jar", **fields}).problems] == [field]


def test_photographs_that_cannot_be_shown_are_told() -> None:
    """One that is broken is told with the reason; too many are told at the row of photographs."""
    broken = photo()
    problems = reading({"title": "Jar"}, broken, refusal=BadPhoto("this is a film", of="jar.mov")).problems
    assert [(one.field, str(one)) for one in problems] == [(f"photo-{broken.uid}", "this is a film")]
    many = [photo(number) for number in range(MOST_PHOTOS + 1)]
    assert [one.field for one in reading({"title": "Jar"}, *many).problems] == ["photos"]


def test_lists_and_tags_are_read_as_people_write_them() -> None:
    """Commas, empty places, number signs, and tags twice are all in a day's work."""
    work = said({"title": " Jar ", "materials": "stoneware, , ash glaze,", "tags": "#wood ash, Wood Ash #jar;bowl"})
    assert (work.title, work.materials, work.tags) == ("Jar", ("stoneware", "ash glaze"), ("woodash", "jar", "bowl"))


def test_a_language_that_is_taken_away_goes_and_a_hidden_one_stays() -> None:
    """The form shows one further language: emptied it goes, with its words below photographs; a third stays."""
    shown = dataclasses.replace(photo(), alts={"en": "A jar", "fr": "Une jarre", "de": "Ein Krug"})
    work = Draft(title="Jar", photos=(shown,), others={"fr": Wording(title="Jarre"), "de": Wording(title="Krug")})
    fields = written(work)
    assert (fields["other_language"], fields["other_title"]) == ("fr", "Jarre")
    emptied = {name: text for name, text in fields.items() if not name.startswith("other_")}
    left = said(emptied, shown, base=work)
    assert dict(left.others) == {"de": Wording(title="Krug")}
    assert dict(left.photos[0].alts) == {"en": "A jar", "de": "Ein Krug"}


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Europe/Paris", "10:30"),
        ("Europe/Paris 120", "10:30"),
        ("120", "10:30"),
        ("-300", "17:30"),
        ("Nowhere/Atall 120", "10:30"),
        ("../../etc/passwd", "12:30"),
        ("9999", "12:30"),
        ("", "12:30"),
    ],
)
def test_hours_are_meant_where_she_lives(zone: str, utc: str) -> None:
    """An hour is one of her own zone, by its name or by its distance from Greenwich; UTC where nothing is known."""
    found = reading({"title": "Jar", "publish_at": "2027-06-01T12:30", "zone": zone})
    assert found.publish_at is not None
    assert (found.publish_at.strftime("%H:%M"), found.publish_at.tzinfo) == (utc, UTC)


def test_an_hour_that_the_clocks_skip_or_repeat_is_one_moment() -> None:
    """When clocks are set, an hour that is not there or there twice still means one moment, and the same one always."""
    paris = zone_of("Europe/Paris")
    skipped, repeated = (
        reading({"title": "Jar", "publish_at": text, "zone": "Europe/Paris"}).publish_at
        for text in ("2027-03-28T02:30", "2027-10-31T02:30")
    )
    assert skipped is not None
    assert repeated is not None
    assert skipped == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert repeated == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert repeated.astimezone(paris).hour == 2


def test_a_day_in_the_past_is_its_noon_and_today_is_now() -> None:
    """A day alone is enough; today wakes followers as any new work does."""
    past = reading({"title": "Jar", "published_on": "2024-05-01", "zone": "Europe/Paris"})
    assert past.published_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert reading({"title": "Jar", "published_on": "2026-11-23"}).published_at is None
    # In Auckland it is tomorrow already.
    assert reading({"title": "Jar", "published_on": "2026-11-24", "zone": "Pacific/Auckland"}).published_at is None
    passed = reading({"title": "Jar", "publish_at": "2020-01-01T00:00"})
    assert passed.publish_at == datetime(2020, 1, 1, tzinfo=UTC)


def test_what_is_typed_is_kept_as_it_was_typed() -> None:
    """Right or wrong, all of it is kept but what no form has; line ends are ours, half letters are marked."""
    told = take_apart(
        {
            "title": " Jar\0\ud800 ",
            "text": "a\r\nb\rc",
            "year": "soon",
            "series": "",
            "token": "x",
            "alt-01jx": "white",
            "caption-01jx": "",
            "alt-../x": "no",
            "photos": "b, a,,",
        }
    )
    assert told.fields == {"title": " Jar\ufffd\ufffd ", "text": "a\nb\nc", "year": "soon"}
    assert told.words == {"01jx": {"alt": "white"}}
    assert told.order == ("b", "a")


def test_only_an_absurd_length_is_refused() -> None:
    """Twice the text that can be published is kept, to be shortened; more is not a text any more."""
    assert len(take_apart({"text": "x" * 40_000}).fields["text"]) == 40_000
    with pytest.raises(BadInput, match="40001 characters"):
        take_apart({"text": "x" * 40_001})


def test_a_revision_follows_the_work_where_nothing_was_typed() -> None:
    """A work that is sold while it is being revised stays sold; what was typed or emptied holds."""
    begun = {"title": "Jar", "availability": "available", "price": "420 EUR", "year": "2025"}
    typed = {"title": "Moon jar", "availability": "available", "price": "420 EUR"}
    now = {"title": "Jar", "availability": "sold", "year": "2025", "series": "Moon jars"}
    assert rebased(typed, begun, now) == {"title": "Moon jar", "availability": "sold", "series": "Moon jars"}


def test_a_draft_shows_the_fields_of_its_form() -> None:
    """What is kept of photographs stands in the form under the names of its fields."""
    first, second = photo(1), photo(2)
    draft = KeptDraft(
        id=1,
        uid="d",
        artisan_id=1,
        work_uid=None,
        copy_of=None,
        fields={"title": "Jar"},
        begun={},
        photos=(DraftPhoto(photo=first, words={"alt": "white"}), DraftPhoto(photo=second, pending=True)),
        version=1,
        state=State.OPEN,
        created_at=NOW,
        saved_at=NOW,
    )
    photos = f"{first.uid},{second.uid}"
    assert draft.typed == {"title": "Jar", f"alt-{first.uid}": "white", "photos": photos}
    assert draft.is_pending
