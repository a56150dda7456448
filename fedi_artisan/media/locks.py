"""How one of several processes has a file to itself."""

import fcntl


def is_taken(descriptor: int) -> bool:
    """Whether the open file could be taken for us alone; the system lets go of it when its process ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
