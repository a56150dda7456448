"""The memory of the server: shared between its threads, and given back when it is free."""

import subprocess
import sys

# How many heaps glibc has made for threads: each lies at the beginning of a piece of 64 MB.
_COUNT = """
import sys, threading
from pathlib import Path
from fedi_artisan import heaps
if sys.argv[1] == "few":
    heaps.keep_few()
everybody = threading.Barrier(9)
for _ in range(8):
    threading.Thread(target=lambda: (everybody.wait(), everybody.wait())).start()
everybody.wait()
begins = [int(line.partition("-")[0], 16) for line in Path("/proc/self/maps").read_text().splitlines()]
everybody.wait()
print(sum(begin % 2**26 == 0 for begin in begins))
"""
# What is free lies below something that is not, so that the heap cannot end before it.
_LET_GO = """
from fedi_artisan import heaps
from fedi_artisan.web.visitors.memory import resident_bytes
taken = [bytes(2_000) for _ in range(20_000)]
taken[:-1] = []
before = resident_bytes()
heaps.give_back()
print(before - resident_bytes())
"""


def said(program: str, *words: str) -> int:
    """Return the number that a program of its own says."""
    return int(
        subprocess.run([sys.executable, "-c", program, *words], check=True, capture_output=True, timeout=30).stdout
    )


def test_threads_share_two_heaps() -> None:
    """Eight threads have a heap of their own each where nothing is said, and one beside the first where it is."""
    assert said(_COUNT, "few") <= 1
    assert said(_COUNT, "many") > 3


def test_what_is_free_is_given_back() -> None:
    """Of 40 MB that were let go of, the system has most again."""
    assert said(_LET_GO) > 30_000_000
