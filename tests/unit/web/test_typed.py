"""What stands in a form of the studio: told where it is wrong, where it is stale, and where nothing could be kept."""

import pytest

from fedi_artisan.errors import BadInput, DiskFull
from fedi_artisan.web.bodies import Fields
from fedi_artisan.web.studio.site.moving import moved
from fedi_artisan.web.studio.typed import WHOLE, Faults, given_back, judged, kept, version_of

KEPT = {"title": "Jars", "text": "Two halves."}


@pytest.mark.parametrize(
    ("typed", "version", "status", "meanwhile"),
    [
        (KEPT | {"text": "One piece."}, version_of(KEPT), 200, {}),  # the form as it was opened, and changed
        (KEPT | {"text": "One piece."}, "another", 409, {"text": "Two halves."}),
        (KEPT, "another", 200, {}),  # saved already, by a first press of the same button
    ],
)
def test_a_stale_form_is_told_what_was_saved(
    typed: dict[str, str], version: str, status: int, meanwhile: dict[str, str]
) -> None:
    """Only what reads otherwise and came from an older form is a conflict; sent once more, it is none any more."""
    form = judged(typed, KEPT, Fields([("version", version)]), Faults())
    assert (form.status, form.meanwhile) == (status, meanwhile)
    assert kept(KEPT).version == version_of(dict(reversed(KEPT.items())) | {"empty": ""})
    if meanwhile:
        assert judged(typed, KEPT, Fields([("version", form.version)]), Faults()).status == 200


def test_a_full_disk_gives_everything_back() -> None:
    """Where nothing could be kept the form comes back as it was sent, with the reason and a status that says so."""
    faults = Faults()
    form = given_back(KEPT, Fields([("version", "v"), ("key", "01jd0000000000000000000000")]), faults)
    with faults.storing(), faults.at("title"):
        _fill_the_disk()
    assert (form.status, list(form.problems), form.values) == (507, [WHOLE], KEPT)
    assert (form.version, form.key) == ("v", "01jd0000000000000000000000")


def _fill_the_disk() -> None:
    raise DiskFull("the disk is full")


def test_all_faults_are_told_at_once() -> None:
    """Each field has its first fault, and a fault ends only what is tried with it."""
    faults = Faults()
    for name, sentence in (("title", "one"), ("text", "two"), ("title", "three")):
        with faults.at(name):
            raise BadInput(sentence)
    assert {name: str(error) for name, error in faults.found.items()} == {"title": "one", "text": "two"}


@pytest.mark.parametrize(
    ("order", "move", "wanted"),
    [
        ("a,b,c", "", "abc"),
        ("c,a,b", "", "cab"),
        ("a,b,c", "up:c", "acb"),
        ("a,b,c", "up:a", "abc"),
        ("a,b,c", "down:c", "abc"),
        ("a,b,c", "top:c", "cab"),
        ("c,x,c,b", "", "acb"),  # what was not seen comes first; what is not there is passed over
        ("", "sideways:b", "abc"),
    ],
)
def test_a_form_tells_an_order(order: str, move: str, wanted: str) -> None:
    """Whatever the form says, each thing stands once, and nothing that was not there before."""
    assert moved(list("abc"), Fields([("order", order), ("move", move)])) == list(wanted)
