"""A little of all that is tried at length by `make fuzz`, and everything that was ever found."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz import town
from tests.fuzz.by_hypothesis import inputs
from tests.fuzz.running import REGRESSIONS
from tests.fuzz.table import NAMES, ROOMS
from tests.fuzz.table import target as find
from tests.fuzz.target import Shape, Target, try_one

FOUND = sorted(file for file in REGRESSIONS.glob("*/*") if file.is_file())


@pytest.fixture(scope="module", autouse=True)
def _town() -> Iterator[None]:
    """See that the running server of these tests, if one was needed, ends with them."""
    yield
    town.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_falls_over(name: str) -> None:
    """What is usual is in order; in a wrong form it is refused by name, in no time; the server is never at fault."""
    target = find(name)
    seeds = [*target.seeds()]
    assert seeds
    for data in seeds[:: max(len(seeds) // target.examples, 1)]:
        _judge(target, data)

    @settings(
        max_examples=target.examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
    )
    @given(data=inputs(target, seeds))
    def holds(data: bytes) -> None:
        _judge(target, data)

    holds()


def test_the_table_is_whole() -> None:
    """Every target of every file stands in the table."""
    files = (file for file in (Path(__file__).parent / "targets").glob("*.py") if file.stem != "__init__")
    assert {file.stem for file in files} == ROOMS.keys()
    for room, names in ROOMS.items():
        assert tuple(one.name for one in import_module(f"tests.fuzz.targets.{room}").TARGETS) == names


@pytest.mark.parametrize("file", FOUND, ids=[f"{file.parent.name}-{file.name}" for file in FOUND])
def test_what_was_found_stays_mended(file: Path) -> None:
    """An input that something was wrong with once is refused or read."""
    _judge(find(file.parent.name), file.read_bytes())


def _judge(target: Target, data: bytes) -> None:
    found = try_one(target, data).finding
    assert found is None, f"{found.what} at {found.place}, of {data[:500]!r}\n{found.told}"


def _falls(data: bytes) -> None:
    if b"]" in data:
        raise IndexError("fell over")


@settings(max_examples=1, derandomize=True)
@given(st.just(b"[]"))
def test_a_fault_is_found(data: bytes) -> None:
    """What a target may not raise is told, with where it happened; what it may raise is an answer."""
    target = Target(name="x", run=_falls, seeds=list, shape=Shape.BYTES)
    finding = try_one(target, data).finding
    assert finding is not None
    assert finding.what == "IndexError"
    assert "test_targets.py" in finding.place
    forgiving = Target(name="x", run=_falls, seeds=list, shape=Shape.BYTES, may_raise=(IndexError,))
    assert try_one(forgiving, data).finding is None
