"""What a process that tries inputs leaves behind: counts, and each input with which something is wrong."""

import hashlib
import json
import mmap
import struct
from pathlib import Path

from tests.fuzz.target import SLOW, Target, try_one

COUNTS = struct.Struct("QQQQd")  # executions, crashes, faults of the server, slow ones; the slowest in seconds
MOST_FINDINGS = 20


class Recorder:
    """Tries inputs and keeps what comes of them. A class because it counts, and knows what was found already.

    Args:
        target: what is tried.
        counts: the file in which it counts, so that its parent can read it however this process ends.
        findings: the folder for inputs.
    """

    def __init__(self, target: Target, counts: Path, findings: Path) -> None:
        self._target = target
        self._findings = findings
        self._seen: set[str] = set()
        counts.write_bytes(bytes(COUNTS.size))
        with counts.open("r+b") as opened:
            self._counts = mmap.mmap(opened.fileno(), COUNTS.size)

    def record(self, data: bytes) -> None:
        """Try one input."""
        trial = try_one(self._target, data)
        finding = trial.finding
        tried, crashes, faults, slow, slowest_s = COUNTS.unpack(self._counts[:])
        if finding is not None:
            slow += finding.what == SLOW
            faults += finding.is_server_fault
            crashes += finding.what != SLOW and not finding.is_server_fault
        self._counts[:] = COUNTS.pack(tried + 1, crashes, faults, slow, max(slowest_s, trial.took_s))
        if finding is None or finding.place in self._seen or len(self._seen) >= MOST_FINDINGS:
            return
        self._seen.add(finding.place)
        name = hashlib.sha256(data).hexdigest()[:16]
        (self._findings / f"{name}.input").write_bytes(data)
        told = {"what": finding.what, "place": finding.place, "told": finding.told}
        (self._findings / f"{name}.json").write_text(json.dumps(told, indent=1))
