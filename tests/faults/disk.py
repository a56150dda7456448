"""The disk on which the data folder lies: a small one of its own, which can be filled, frozen, and made read-only."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.faults.spaces import run

_SIZE_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system: ext4 in the file *image* where we are root of the machine, else in memory (None)."""

    folder: Path
    image: Path | None

    @classmethod
    @contextlib.contextmanager
    def mounted(cls, place: Path) -> Iterator[Self]:
        """Make one below *place*, and take it away in the end."""
        folder = place / "disk"
        folder.mkdir()
        disk = cls(folder, place / "disk.img" if _has_loops() else None)
        if disk.image is None:
            run("mount", "-t", "tmpfs", "-o", f"size={_SIZE_BYTES}", "none", str(folder))
        else:
            with disk.image.open("wb") as file:
                file.truncate(_SIZE_BYTES)
            # Without a journal it needs none repaired after it was made read-only; nothing is reserved for root.
            run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", str(disk.image))
            disk.mount()
        try:
            yield disk
        finally:
            # Whoever still has a file open there does not matter any more.
            run("umount", "--lazy", str(folder))
            if disk.image is not None:
                disk.image.unlink()

    def mount(self) -> None:
        """Mount it (again)."""
        run("mount", "-o", "loop,noatime", str(self.image), str(self.folder))

    def break_off(self) -> None:
        """Let it fail: from now on it can only be read, also by those who have files open for writing.

        ext4 does the same by itself when it finds that the disk under it is broken.
        """
        run("mount", "-o", "remount,abort", str(self.folder))

    def repair(self) -> None:
        """Have it as it was; nobody may have a file open on it."""
        run("umount", str(self.folder))
        # 1: faults were found and mended.
        with contextlib.suppress(RuntimeError):
            run("e2fsck", "-p", str(self.image))
        self.mount()

    def fill(self, *, leaving_bytes: int = 0) -> None:
        """Fill it up, but for so many bytes."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                left = shutil.disk_usage(self.folder).free - leaving_bytes
                if left <= 0:
                    return
                file.write(bytes(min(left, 1 << 20)))

    def clear(self) -> None:
        """Take away what filled it."""
        self._ballast.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let everybody who writes wait."""
        run("fsfreeze", "--freeze", str(self.folder))

    def thaw(self) -> None:
        """Let them go on."""
        run("fsfreeze", "--unfreeze", str(self.folder))

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def _has_loops() -> bool:
    """Whether files can be mounted here: root in a namespace of users cannot."""
    maps = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return os.geteuid() == 0 and maps == ["0", "0", "4294967295"] and Path("/dev/loop-control").exists()
