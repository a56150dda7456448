"""What kind of backup is wanted, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.domain.backups import Ending
from fedi_artisan.services.backups.layout import About
from fedi_artisan.services.backups.sealing import Seal
from fedi_artisan.storage.backups import By


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What kind of backup is wanted.

    Args:
        to: the file that it is to be; or, if it *gathers*, the folder in which backups do, made if its parent is there.
        by: who wants it.
        seal: for whom it is encrypted; None where it is not.
        small: whether to leave out what can be made anew of the rest.
        with_bucket: whether photographs in a bucket are to be in it.
        whole: whether it is to be a whole one, whatever lies in the folder.
    """

    to: Path
    gathers: bool = False
    by: By = By.COMMAND
    seal: Seal | None = None
    small: bool = False
    with_bucket: bool = False
    whole: bool = False

    @property
    def ending(self) -> Ending:
        """How the file is written."""
        if self.seal is None:
            return Ending.PLAIN
        return Ending.RECIPIENTS if self.seal.passphrase is None else Ending.PASSPHRASE

    @property
    def stands_alone(self) -> bool:
        """Whether it is whole whatever lies in the folder: the passphrase of the one before may have been another."""
        return self.whole or (self.seal is not None and self.seal.passphrase is not None)

    @property
    def sealed_for(self) -> tuple[str, ...]:
        """For whom it is encrypted; of passphrases only that there is one."""
        if self.seal is None:
            return ()
        return tuple(sorted(self.seal.recipients)) if self.seal.passphrase is None else ("passphrase",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it.

    Args:
        file: where it lies.
        about: what it says about itself.
        size_bytes: how large it is.
        photographs: how many are in it, beside those *in_base*.
        missing: the names of photographs that something speaks of, and that were not there.
        damaged: those of photographs that are in it, but are not any more what they were when they were stored.
        unnamed: files that could not be taken in for their names.
        gone: the files of former backups that went.
    """

    file: Path
    about: About
    size_bytes: int
    photographs: int
    in_base: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]
    unnamed: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """Who is told how far it is: how many bytes there will be, and of each piece how many it has."""

    on_total: Callable[[int], None] = lambda _bytes: None
    on_bytes: Callable[[int], None] = lambda _bytes: None
