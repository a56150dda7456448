"""Whatever breaks around the server: what it promised is kept, and what it answers meanwhile is clear."""

import pytest

from tests.faults.__main__ import suffer, table
from tests.faults.kinds import FAULTS
from tests.faults.promises import Harm

# Those of one line share a scene, which takes longer to set up than a fault lasts.
SCENES = (
    ("full-disk", "slow-disk", "frozen-disk", "failing-disk", "photo-memory"),
    ("kill", "read-only-disk", "few-files", "damaged-database"),
    ("network-gone", "others-silent", "names-failing", "5xx-storm", "liars", "clock-jump"),
)


def test_every_fault_is_in_a_scene() -> None:
    """A new fault that nobody suffers would prove nothing."""
    assert sorted(name for names in SCENES for name in names) == sorted(FAULTS)


@pytest.mark.parametrize("names", SCENES, ids=" ".join)
def test_what_was_promised_is_kept(names: tuple[str, ...]) -> None:
    """Nothing is lost, doubled or wrong: 202 took effect once, what is out arrived once, what was taken back is gone.

    `make soak` is the longer run of the same, with other chances each time.
    """
    outcomes = suffer(names, times=1, seed=20261126)
    assert [one["times"] for one in outcomes] == [1] * len(names), table(outcomes)
    assert all(one[str(harm)] == 0 for one in outcomes for harm in Harm), table(outcomes)
    assert all(one["promised"] > 10 for one in outcomes), table(outcomes)
