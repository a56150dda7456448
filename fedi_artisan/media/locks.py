"""How one of several processes has a file to itself."""

import fcntl


def is_taken(descriptor: int, *, shared: bool = False) -> bool:
    """Whether the open file could be taken, for us alone or for us and others who share it.

    The system lets go of it when its process ends.
    """
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
