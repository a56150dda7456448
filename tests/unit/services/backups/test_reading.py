"""A backup is a file from somewhere: nothing in it is believed, and no byte of it can differ unseen."""

import io
import random
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from fedi_artisan.errors import BadBackup
from fedi_artisan.services.backups.layout import ABOUT, END, SUMS, About, written_sums
from fedi_artisan.services.backups.reading import Reading
from fedi_artisan.services.backups.writing import Writing

MADE_AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
ORIGINAL = f"originals/{'ab' * 20}.jpg"
LONG = f"theme/{'ü' * 90}/{'x' * 190}/{'y' * 20}.css"
ABOUT_IT = About(
    id="1", program="0.1.0", schema=20, origin="https://atelier.example", made_at=MADE_AT, database_bytes=1
).written()
ENTRIES = {ABOUT: ABOUT_IT, "config.toml": b"origin", ORIGINAL: bytes(range(256)) * 5, LONG: b"a{}", "tls/none": b""}


def written(entries: Mapping[str, bytes] = ENTRIES) -> bytes:
    """Return a backup with these entries."""
    sink = io.BytesIO()
    writing = Writing(sink, MADE_AT, lambda _bytes: None)
    for name, content in entries.items():
        writing.put(name, content)
    writing.finish()
    return sink.getvalue()


def read(backup: bytes) -> dict[str, bytes]:
    """Return what is in a backup."""
    return {entry.name: b"".join(entry.pieces) for entry in Reading(io.BytesIO(backup)).entries()}


def test_what_was_written_is_read() -> None:
    """Each entry comes back as it was, in its order; so does any tar program find it, with sums that hold."""
    backup = written()
    assert list(read(backup).items()) == list(ENTRIES.items())
    with tarfile.open(fileobj=io.BytesIO(backup)) as file:
        assert file.getnames() == [*ENTRIES, SUMS, END]
        assert {name: file.extractfile(name).read() for name in ENTRIES} == ENTRIES  # type: ignore[union-attr]


def test_no_byte_can_differ() -> None:
    """Whichever byte is another one, of a header, of a file, or between them, the backup is refused."""
    backup = written()
    chance = random.Random(20261126)  # noqa: S311 - the same bytes each time
    # The last entry and the end are looked at whole: no sum is written behind them.
    places = {*chance.sample(range(len(backup)), 500), *range(len(backup) - 2050, len(backup) - 1020)}
    for place in places:
        changed = bytearray(backup)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(BadBackup):
            read(bytes(changed))


def test_a_changed_file_is_named() -> None:
    """Of a photograph that is damaged the name is told."""
    backup = written()
    changed = backup.replace(ENTRIES[ORIGINAL], b"\1" + ENTRIES[ORIGINAL][1:])
    with pytest.raises(BadBackup, match=ORIGINAL):
        read(changed)


def test_no_part_is_a_whole() -> None:
    """A backup that is cut off anywhere is refused, and so is one with something behind its end."""
    backup = written()
    for length in {*range(0, len(backup), 97), len(backup) - 1, len(backup) - 512, len(backup) - 1024}:
        with pytest.raises(BadBackup):
            read(backup[:length])
    with pytest.raises(BadBackup, match="follows"):
        read(backup + b"\0")


def forged(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Return a file that begins as a backup does, with further members as somebody else would write them."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as file:
        about = tarfile.TarInfo(ABOUT)
        about.size = len(ABOUT_IT)
        file.addfile(about, io.BytesIO(ABOUT_IT))
        for info, content in members:
            info.size = info.size or len(content)
            file.addfile(info, io.BytesIO(content))
    return made.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, **told: str) -> tarfile.TarInfo:
    """Return the header of a member."""
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in told.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../config.toml",
        "/etc/passwd",
        "theme/../../x",
        "theme//x",
        "theme/./x",
        "theme/a\\b",
        "theme/\x1b[2J",
        "theme",
        f"media/00/{'ab' * 20}.jpg",
        f"originals/../{'ab' * 20}.jpg",
        "originals/x.jpg",
        "server.lock",
        "fedi-artisan.sqlite3",
    ],
)
def test_no_name_leads_anywhere_else(name: str) -> None:
    """WIRE 10.2 #55: only the names that a backup has are taken; none leads out of the folder."""
    with pytest.raises(BadBackup, match="no name of a file in a backup"):
        read(forged((member(name), b"x")))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_there_are_files_alone(kind: bytes) -> None:
    """WIRE 10.2 #55: links, devices, folders and files with holes are refused."""
    with pytest.raises(BadBackup, match="no plain file"):
        read(forged((member("theme/x.css", kind, linkname="/etc/passwd"), b"")))


def sized(info: tarfile.TarInfo, size_bytes: int) -> bytes:
    """Return a file whose second header tells a size by itself, whatever follows."""
    info.size = size_bytes
    header = info.tobuf(tarfile.GNU_FORMAT) if size_bytes < 0 else info.tobuf(tarfile.USTAR_FORMAT)
    return forged()[: 512 + 512 * (-(-len(ABOUT_IT) // 512))] + header + bytes(4096)


@pytest.mark.parametrize("size_bytes", [-1, -512, -(2**40)])
def test_no_file_is_smaller_than_nothing(size_bytes: int) -> None:
    """Tar can write a size below zero, which would have all the rest be read at once: it is refused."""
    with pytest.raises(BadBackup, match="is damaged"):
        read(sized(member("config.toml"), size_bytes))


def test_the_end_is_short() -> None:
    """What stands in the last entry is read whole, so it may not be long."""
    with pytest.raises(BadBackup, match="longer"):
        read(sized(member(END), 2**32))


def test_no_number_is_larger_than_any_disk() -> None:
    """What a backup says of its sizes is bounded: nothing is reckoned with numbers of a thousand digits."""
    with pytest.raises(BadBackup, match="not a number"):
        About.read(ABOUT_IT.replace(b'"database_bytes": 1', b'"database_bytes": ' + b"9" * 1000))


def test_no_file_comes_twice() -> None:
    """The second file of a name is refused, and so is a backup that begins with something else, or hardly begins."""
    with pytest.raises(BadBackup, match="stands where no backup has it"):
        read(forged((member(ABOUT), ABOUT_IT), (member(ABOUT), ABOUT_IT)))
    with pytest.raises(BadBackup, match=r"begins with config\.toml, as no backup does"):
        read(written({"config.toml": b"x", ABOUT: ABOUT_IT}))
    with pytest.raises(BadBackup, match="too short to be a backup"):
        read(b"a line of text\n")


def test_nothing_stands_behind_the_sums() -> None:
    """A file that is added behind the list of all is refused, also where the list says nothing against it."""
    sums = written_sums({ABOUT: "0" * 64})
    with pytest.raises(BadBackup, match=ABOUT):
        read(forged((member(SUMS), sums)))
    sums = written()[512 + 512 :]
    assert sums
    made = io.BytesIO()
    writing = Writing(made, MADE_AT, lambda _bytes: None)
    writing.put(ABOUT, ABOUT_IT)
    writing.put(SUMS, written_sums(writing.sums))
    writing.put("config.toml", b"x")
    with pytest.raises(BadBackup, match="stands where no backup has it"):
        read(made.getvalue() + bytes(1024))


def test_huge_sizes_are_no_danger() -> None:
    """A file that is said to be larger than the backup ends it; the list and the long names are read up to a limit."""
    with pytest.raises(BadBackup, match="not whole"):
        read(_headed(member("config.toml"), 10**15))
    with pytest.raises(BadBackup, match="longer than such a file can be"):
        read(_headed(member(SUMS), 10**12))
    with pytest.raises(BadBackup, match="damaged"):
        read(_headed(member("x", tarfile.XHDTYPE), 10**12))


def _headed(info: tarfile.TarInfo, size_bytes: int) -> bytes:
    """Return the beginning of a backup with one more header, which tells this size."""
    begun = io.BytesIO()
    Writing(begun, MADE_AT, lambda _bytes: None).put(ABOUT, ABOUT_IT)
    info.size = size_bytes
    return begun.getvalue() + info.tobuf(tarfile.GNU_FORMAT) + bytes(4096)


@pytest.mark.parametrize("record", [b"12 path=../x\n", b"9 size=99\n", b"99999999999999999999 path=x\n", b"0 \n", b"x"])
def test_long_names_are_names(record: bytes) -> None:
    """What a header adds is a name, which is judged as every other, and nothing else."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    begun = io.BytesIO()
    Writing(begun, MADE_AT, lambda _bytes: None).put(ABOUT, ABOUT_IT)
    extra = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + member("config.toml").tobuf()
    with pytest.raises(BadBackup):
        read(begun.getvalue() + extra + bytes(4096))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, ABOUT_IT.replace(b"20", b"-1")]
)
def test_what_it_says_of_itself_is_read_or_refused(content: bytes) -> None:
    """Whatever stands in the first entry, it is read or refused."""
    with pytest.raises(BadBackup):
        About.read(content)


def test_a_newer_form_is_told() -> None:
    """A backup in a form that is not known yet says by which version it was made."""
    with pytest.raises(BadBackup, match=r"fedi-artisan 0\.1\.0, in a form"):
        About.read(ABOUT_IT.replace(b'"format": 1', b'"format": 2'))
