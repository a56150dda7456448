"""Every failure that has a name, with the HTTP status it is answered with.

ArtisanError                     500
├── BadConfig                    500   the configuration file cannot be used (told at start)
├── BadDatabase                  500   the database is newer than this program, or is missing
├── BadInput                     400   something a person gave cannot be used
│   ├── BadBackup                400   a file that is no backup, or not as it was written
│   ├── BadPhoto                 422   a picture is refused, with the reason
│   │   └── PhotoInterrupted     422   nobody got to look at it to its end: it may be fine
│   └── Changed                  409   what it is about has changed since it was read
├── OutOfOrder                   503   what this server stands on fails: try again later  (retry)
│   └── Damaged                  503   the database is not as it was written
├── StoreUnavailable             503   where photographs lie cannot be reached: try again later  (retry)
├── BadJson                      400   a document is broken, too deep or absurd
├── BadActivity                  400   JSON, but not an activity that could be read
├── RemoteError                  502   another server failed us
│   ├── RemoteUnavailable        503   no answer, 5xx, 429: try again later     (retry)
│   ├── RemoteRefused            502   an answer that will not change: 4xx
│   │   └── RemoteGone           502   404 or 410
│   ├── RemoteMalformed          502   an answer that cannot be trusted or read
│   └── AddressRefused           502   an address we do not talk to (private, special, not https)
├── BadSignature                 401   missing, stale, forged or foreign
├── Forbidden                    403   signed and sound, but not theirs to do
├── NotFound                     404
│   ├── UnknownLanguage          404   nothing here is written in the language that was asked for
│   ├── NoSuchPage               404   a list is not that long
│   └── NoSuchWorks              404   no work here was ever like what was asked for
├── Gone                         410   was here, was withdrawn
├── Stalled                      408   what was on its way stopped coming
├── TooLarge                     413
├── WrongMediaType               415
├── TooManyRequests              429
├── NotOffered                   501   asked in a form that is not spoken here
├── NotMade                      500   pictures that should be made anew could not be
└── NoRoom                       507   photographs take as much room as they may
    └── DiskFull                 507   the disk takes no more
"""

import errno
import json
from collections.abc import Callable, Mapping
from typing import ClassVar, Self


class Words(str):
    """Words of ours among the values of a sentence: they are translated with it, which what others wrote is not."""

    __slots__ = ()


class ArtisanError(Exception):
    """Base of all named failures; its text is a sentence for a person, in English.

    Args:
        sentence: with `{names}` for the values; by the name of the failure translators find it in the source.
        values: what stands in it.
        of: what it is about, the name of a file for example; it is written before the sentence.
    """

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(self, sentence: str, *, of: str = "", **values: object) -> None:
        text = sentence.format(**values) if values else sentence
        super().__init__(f"{of}: {text}" if of else text)
        self.sentence = sentence
        self.values: Mapping[str, object] = values
        self.of = of

    def kept(self) -> str:
        """Return sentence and values as JSON, from which `from_kept` makes the failure again; without what it is of."""
        values = {name: {"words": value} if isinstance(value, Words) else value for name, value in self.values.items()}
        return json.dumps({"sentence": self.sentence, "values": values}, ensure_ascii=False, default=str)

    @classmethod
    def from_kept(cls, kept: str, *, of: str = "") -> Self:
        """Return the failure that was *kept*; what is no JSON is the whole text, as it was kept in former times."""
        try:
            raw = json.loads(kept)
            values = {
                name: Words(*value.values()) if isinstance(value, dict) else value
                for name, value in raw["values"].items()
            }
            return cls(raw["sentence"], of=of, **values)
        except (ValueError, TypeError, KeyError):
            return cls(kept)


class BadConfig(ArtisanError):
    """The configuration cannot be used; one line for each problem."""


class BadDatabase(ArtisanError):
    """The database is missing, foreign, or newer than this program."""


class BadInput(ArtisanError):
    """Something a person gave cannot be used; the text says what to give instead."""

    status = 400


class BadBackup(BadInput):
    """A file is no backup of ours, or is not as it was when it was written; the text says where."""


class BadPhoto(BadInput):
    """A picture is refused; the text says why."""

    status = 422


class PhotoInterrupted(BadPhoto):
    """Whoever looked at a picture was stopped by the system, as where memory is short; it may be fine itself."""


class Changed(BadInput):
    """What a person decided about is not what she had before her any more."""

    status = 409


class OutOfOrder(ArtisanError):
    """What this server stands on fails, its disk or its system; nothing was done, and it can be tried again later."""

    status = 503
    retry = True


class Damaged(OutOfOrder):
    """The database is not as it was written; only a copy of it helps."""


class StoreUnavailable(ArtisanError):
    """The bucket in which photographs lie does not answer, or does not let us in; try again later."""

    status = 503
    retry = True


class BadJson(ArtisanError):
    """A document is broken, too deep, or absurd."""

    status = 400


class BadActivity(ArtisanError):
    """JSON, but not an activity or object that could be read."""

    status = 400


class BadSignature(ArtisanError):
    """The request is not signed, or its signature does not hold."""

    status = 401


class Forbidden(ArtisanError):
    """Signed and sound, but not theirs to do."""

    status = 403


class NotFound(ArtisanError):
    """Nothing here, or nothing for you; deliberately the same answer."""

    status = 404


class UnknownLanguage(NotFound):
    """Nothing is said here in the language that was asked for.

    Args:
        known: the codes of those in which something is.
    """

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(f"there is nothing here in this language, but in {', '.join(known)}")
        self.known = known


class NoSuchPage(NotFound):
    """A list has no page of the number that was asked for."""


class NoSuchWorks(NotFound):
    """No work here is of the series, tag, material … that was asked for; the text says which, to a person."""


class Gone(ArtisanError):
    """It was here and was withdrawn."""

    status = 410


class Stalled(ArtisanError):
    """What was on its way here stopped coming; it can be sent again."""

    status = 408
    retry = True


class TooLarge(ArtisanError):
    """More bytes than are read."""

    status = 413


class WrongMediaType(ArtisanError):
    """The body is of a kind that is not read here."""

    status = 415


class TooManyRequests(ArtisanError):
    """Too much from one place in too little time."""

    status = 429


class NotOffered(ArtisanError):
    """It is here, but not in the form that was asked for."""

    status = 501


class NotMade(ArtisanError):
    """Pictures that should be made anew could not be."""


class NoRoom(ArtisanError):
    """The photographs here take as much room as they may; the text says how much that is."""

    status = 507


class DiskFull(NoRoom):
    """The disk of this server takes no more."""


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FAILING: Mapping[int, Callable[[], OutOfOrder]] = {
    errno.EROFS: lambda: OutOfOrder("the disk here can only be read"),
    errno.EIO: lambda: OutOfOrder("the disk here fails"),
    errno.EMFILE: lambda: OutOfOrder("too many files are open here"),
    errno.ENFILE: lambda: OutOfOrder("too many files are open here"),
    errno.ENOMEM: lambda: OutOfOrder("memory is short here"),
    errno.EAGAIN: lambda: OutOfOrder("the system here has nothing left for now"),
}


def of_system(error: OSError) -> ArtisanError | None:
    """Return the failure of ours that a refusal of the system is; None where it is about something else."""
    if error.errno in _FULL:
        return DiskFull("the disk here is full, and takes nothing more")
    make = _FAILING.get(error.errno or 0)
    return None if make is None else make()


_PLAIN = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a file stands where a folder should be",
    errno.EISDIR: "it is a folder, and not a file",
    errno.EACCES: "the user who asks may not read or write it",
    errno.EPERM: "the user who asks may not do this to it",
    errno.EROFS: "its disk can only be read; name another place",
    errno.ENOSPC: "its disk is full; make room, or name another place",
}


def plainly(error: OSError) -> str:
    """Return what the system refuses, and of what, in words for whoever typed a command."""
    why = _PLAIN.get(error.errno or 0) or error.strerror or str(error)
    return why if error.filename is None else f"{error.filename}: {why}"


class RemoteError(ArtisanError):
    """Another server failed us."""

    status = 502


class RemoteUnavailable(RemoteError):
    """The other server did not answer, or asked for patience; try again later.

    Args:
        message: what happened, in words.
        http_status: the answer's status, when there was one.
        retry_after_s: the wait the other server asked for, when it did.
    """

    status = 503
    retry = True

    def __init__(self, message: str, *, http_status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_s = retry_after_s


class RemoteRefused(RemoteError):
    """The other server answered with a refusal that trying again will not change."""

    def __init__(self, message: str, *, http_status: int) -> None:
        super().__init__(message)
        self.http_status = http_status


class RemoteGone(RemoteRefused):
    """The other server says: not here (404), or not any more (410)."""


class RemoteMalformed(RemoteError):
    """The other server's answer cannot be trusted or read."""


class AddressRefused(RemoteError):
    """An address that this server does not talk to: private, special, or not https."""
