"""The same targets under Hypothesis: what it gives them, and one target for long, in a process of its own."""

import argparse
import json
import random
import time
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.asked import asked_of
from tests.fuzz.mutating import mutate
from tests.fuzz.recording import Recorder
from tests.fuzz.table import target as find
from tests.fuzz.target import Shape, Target

_AT_ONCE = 200
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


class Input(bytes):
    """Bytes that are told in a line, where Hypothesis tells what a test was given."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return how they begin."""
        return f"{bytes(self[:1000])!r} ({len(self)} bytes)"


def inputs(target: Target, seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return what a target is given: what is usual (*seeds*), with changes; and now and then anything."""

    def changed(at: int, chance: int) -> bytes:
        return Input(mutate(seeds[at], target.shape, random.Random(chance), target.words))  # noqa: S311 - chances

    usual = st.builds(changed, st.integers(0, len(seeds) - 1), st.integers(0, 2**32 - 1))
    words = st.lists(st.sampled_from(target.words or ("a",)) | st.text(max_size=8), max_size=12)
    woven = words.map(lambda chosen: "".join(chosen).encode("utf-8", "surrogatepass"))
    anything = _JSON if target.shape is Shape.JSON else st.binary(max_size=200)
    if target.shape is Shape.REQUEST:
        return usual
    return st.one_of(usual, usual, usual, woven, anything)


def main() -> None:
    """Run one target until its time is over."""
    asked = asked_of(argparse.ArgumentParser(description=__doc__))
    target, ends_at = find(asked.name), time.monotonic() + asked.seconds
    recorder, strategy, number = (
        Recorder(target, asked.counts, asked.findings),
        inputs(target, [*target.seeds()]),
        asked.seed,
    )
    while time.monotonic() < ends_at:
        number += 1
        _some(recorder, strategy, number, ends_at)


def _some(recorder: Recorder, strategy: st.SearchStrategy[bytes], number: int, ends_at: float) -> None:
    """Try a few hundred inputs."""

    @seed(number)
    @settings(
        max_examples=_AT_ONCE,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(data=strategy)
    def tried(data: bytes) -> None:
        if time.monotonic() < ends_at:
            recorder.record(data)

    tried()


if __name__ == "__main__":
    main()
