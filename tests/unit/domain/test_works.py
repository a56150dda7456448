"""Works: what nobody could show is refused."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from fedi_artisan.domain.works import (
    LONGEST_FACT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PHOTOS,
    MOST_TAGS,
    Draft,
    Price,
)
from fedi_artisan.errors import BadInput
from tests.photos import photo

PHOTO = photo()


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_a_line_may_have_spaces_that_hold(space: str) -> None:
    """French titles have no-break and thin spaces, in guillemets and before numbers; a break of line has no place."""
    assert Draft(title=f"Jarre n°{space}14").title == f"Jarre n°{space}14"
    with pytest.raises(BadInput, match="one line"):
        Draft(title=f"Jarre\nn°{space}14")


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " \t"},
        {"title": "two\nlines"},
        {"title": "x" * (LONGEST_TITLE + 1)},
        {"title": "turned \u202e round"},
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"language": "français"},
        {"language": ""},
        {"language": "FR"},
        {"photos": (PHOTO,) * (MOST_PHOTOS + 1)},
        {"tags": tuple(f"tag{number}" for number in range(MOST_TAGS + 1))},
        {"materials": ("",)},
        {"techniques": ("x" * (LONGEST_FACT + 1),)},
        {"series": ""},
        {"series": "one\x00two"},
    ],
    ids=str,
)
def test_a_draft_refuses_what_nobody_could_show(change: dict[str, Any]) -> None:
    """Whatever no page and no server could show is refused with words, before anything is stored."""
    with pytest.raises(BadInput):
        dataclasses.replace(Draft(title="Moon jar"), **change)


def test_a_draft_takes_all_that_fits() -> None:
    """The longest of everything is taken."""
    draft = Draft(
        title="x" * LONGEST_TITLE,
        text="x\n" * (LONGEST_TEXT // 2),
        language="zh-Hant-TW",
        photos=(PHOTO,) * MOST_PHOTOS,
        materials=("x" * LONGEST_FACT,),
        price=Price(Decimal("1.00"), "EUR"),
        tags=tuple(f"tag{number}" for number in range(MOST_TAGS)),
    )
    assert len(draft.photos) == MOST_PHOTOS
