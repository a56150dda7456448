"""Whether a server works on the data folder, without being in its way."""

from pathlib import Path

from fedi_artisan.config import Config

LOCK = "server.lock"


def server_of(config: Config) -> int | None:
    """Return the process that holds the lock of the data folder; 0 where it cannot be named, None where there is none.

    Linux lists all locks; to try the lock instead would keep a server from starting at that very moment. The lock is
    known by its inode alone: of some file systems the list names another device than `stat` does (proc(5)).
    """
    try:
        inode = (config.data_dir / LOCK).stat().st_ino
        listed = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in listed:
        words = line.replace("->", "").split()
        if len(words) > 5 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode):  # noqa: PLR2004
            return max(int(words[4]), 0)
    return None
