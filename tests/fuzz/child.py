"""One target under atheris, in a process of its own: `python -m tests.fuzz.child NAME …`, started by `running.py`.

What it finds it writes down and goes on; what ends it (a hang, a crash of C, too much memory) libFuzzer writes down.
"""

import argparse
import hashlib
import random
import sys
from pathlib import Path

from tests.fuzz.asked import Asked, asked_of

_LONGEST = {"request": 20_000, "bytes": 400_000}
_LONGEST_OTHERS = 60_000
_OURS = 0.75  # of all inputs are changed in our way, the rest in libFuzzer's


def main() -> None:
    """Run until the time is over; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    asked = asked_of(parser)
    _run(asked, parser.parse_args().corpus)


def _run(asked: Asked, corpus: Path) -> None:
    import atheris  # noqa: PLC0415 - before anything of ours, which it changes as it is imported

    with atheris.instrument_imports(include=["fedi_artisan"], enable_loader_override=False):
        from tests.fuzz.mutating import mutate  # noqa: PLC0415
        from tests.fuzz.recording import Recorder  # noqa: PLC0415
        from tests.fuzz.table import target as find  # noqa: PLC0415

        target = find(asked.name)
    longest = _LONGEST.get(target.shape, _LONGEST_OTHERS)
    for seed in target.seeds():
        if len(seed) <= longest:
            (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)

    def changed(data: bytes, longest_bytes: int, number: int) -> bytes:
        chance = random.Random(number)  # noqa: S311 - chances, not secrets
        if chance.random() < _OURS:
            return mutate(data, target.shape, chance, target.words, longest_bytes)
        mutated: bytes = atheris.Mutate(data, longest_bytes)
        return mutated

    options = (
        *(f"-max_total_time={asked.seconds}", f"-seed={asked.seed}", f"-max_len={longest}", "-len_control=0"),
        *(f"-artifact_prefix={asked.findings}/", "-timeout=60", "-rss_limit_mb=2500", "-verbosity=0"),
    )
    recorder = Recorder(target, asked.counts, asked.findings)
    atheris.Setup([sys.argv[0], *options, str(corpus)], recorder.record, custom_mutator=changed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
