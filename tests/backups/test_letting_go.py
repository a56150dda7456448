"""A folder of backups from which nothing can be removed."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fedi_artisan.domain.backups import Keeping
from fedi_artisan.services.backups import shelf


@contextlib.contextmanager
def that_lets_nothing_go() -> Iterator[Path]:
    """Give a folder from which nothing can be removed while the block lasts, as the space of a careful provider."""
    with tempfile.TemporaryDirectory() as place:
        try:
            yield Path(place)
        finally:
            os.seteuid(os.getuid())
            Path(place).chmod(0o700)


def close(folder: Path) -> None:
    """Let nothing be removed from it any more; nobody keeps root from that, so root becomes nobody."""
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65_534)


def test_what_cannot_be_removed_stays_with_what_it_needs() -> None:
    """A backup that was made is good, whatever becomes of the old ones: else it would be made again every hour."""
    names = [
        "a-20260101T000000Z-whole.tar",
        "a-20260102T000000Z-since-20260101T000000Z.tar",
        "a-20260103T000000Z-whole.tar",
    ]
    with that_lets_nothing_go() as folder:
        for name in names:
            (folder / name).touch()
        # Python fetches some of itself only now, from where nobody may look.
        assert len(shelf.found(folder, "a")) == len(names)
        close(folder)
        assert shelf.let_go(folder, "a", Keeping(days=1, weeks=1, months=1), but=names[-1]) == []
        assert sorted(path.name for path in folder.iterdir()) == names
