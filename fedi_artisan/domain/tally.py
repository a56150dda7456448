"""What a running server counts of its own doings, for whoever watches over it: numbers alone, of nobody."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field

# Seconds: a kept page takes less than the first, and whoever waits longer than the last has gone.
STEPS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Durations:
    """How long something took: how often up to each of STEPS_S, how often longer, and all together in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(STEPS_S) + 1))
    total_s: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        self.counts[bisect_left(STEPS_S, seconds)] += 1
        self.total_s += seconds


@dataclass(slots=True)
class Tally:
    """Counts since the start.

    Args:
        arrivals: what came to the inbox, by what was said to it.
        processed: what took effect, by its type and how it ended.
        deliveries: what was sent, by what came of it.
        photographs: how long making the pictures of one took, by what came of it.
        requests: how long answering took, by the part of the house, the method and the kind of status.
        kept_hits, kept_misses: pages that were kept, and that had to be made.
    """

    arrivals: Counter[str] = field(default_factory=Counter)
    processed: Counter[tuple[str, str]] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    photographs: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))
    requests: defaultdict[tuple[str, str, str], Durations] = field(default_factory=lambda: defaultdict(Durations))
    kept_hits: int = 0
    kept_misses: int = 0
