"""Who may work on a data folder: one server at a time."""

import contextlib
import os
from collections.abc import Iterator

from fedi_artisan.config import Config
from fedi_artisan.errors import BadConfig
from fedi_artisan.media.locks import is_taken
from fedi_artisan.services.house.running import LOCK


@contextlib.contextmanager
def only_server(config: Config) -> Iterator[None]:
    """Make sure that no other server works on the same data folder: each work would be sent twice.

    Raises:
        BadConfig: another one does, or the folder is not there.
    """
    try:
        lock = os.open(config.data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        raise BadConfig(
            f"the folder {config.data_dir} is not there. Is its disk missing, or was it moved? Put it back, or say in "
            "the configuration where it is: data_dir"
        ) from None
    try:
        if not is_taken(lock):
            raise BadConfig(f"a server is running on {config.data_dir}; stop it first")
        yield
    finally:
        os.close(lock)
