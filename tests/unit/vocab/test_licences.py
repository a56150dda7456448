"""How licences travel."""

from dataclasses import replace

import pytest

from fedi_artisan.domain.terms import Licence, OwnTerms, Terms
from fedi_artisan.vocab import licences, render
from tests.conformance.samples import ARTISAN, DRAFT, URIS, WORK

# The titles in Pixelfed's app/Util/Media/License.php that it reads from other servers; the first it takes for none.
PIXELFED = {
    Licence.ALL_RIGHTS_RESERVED: "All Rights Reserved",
    Licence.CC0: "Public Domain (CC0)",
    Licence.CC_BY: "CC BY",
    Licence.CC_BY_SA: "CC BY-SA",
    Licence.CC_BY_NC: "CC BY-NC",
    Licence.CC_BY_NC_SA: "CC BY-NC-SA",
    Licence.CC_BY_ND: "CC BY-ND",
    Licence.CC_BY_NC_ND: "CC BY-NC-ND",
}


@pytest.mark.parametrize("licence", list(Licence))
def test_licences_have_the_names_that_pixelfed_knows(licence: Licence) -> None:
    """WIRE 4.3: each licence is written as Pixelfed writes it."""
    assert licences.wire_name(licence) == PIXELFED[licence]


@pytest.mark.parametrize("own", [None, Licence.CC0, Licence.ALL_RIGHTS_RESERVED])
def test_a_work_travels_with_its_own_licence_or_the_usual_one(own: Licence | None) -> None:
    """The work's licence stands at every photograph, and in the facts for programs; else its artisan's does."""
    work = replace(WORK, draft=replace(DRAFT, terms=OwnTerms(licence=own)))
    note = render.note(work, replace(ARTISAN, terms=Terms(licence=Licence.CC_BY_NC)), URIS)
    holds = own or Licence.CC_BY_NC
    assert {picture["license"] for picture in note["attachment"]} == {licences.wire_name(holds)}
    assert note["craft:work"]["license"] == holds.value


def test_without_photographs_no_licence_travels() -> None:
    """A licence is of photographs: a work without any has none."""
    note = render.note(replace(WORK, draft=replace(DRAFT, photos=())), ARTISAN, URIS)
    assert "license" not in note["craft:work"]
