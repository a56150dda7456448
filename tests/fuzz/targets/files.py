"""Files that people bring: lists of people and servers, settings, backups, styles; and small files of our own."""

import atexit
import io
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fedi_artisan.config import load, salvage
from fedi_artisan.domain import backups, block_lists, certificates, follow_lists
from fedi_artisan.domain.safety import Severity
from fedi_artisan.errors import ArtisanError, BadConfig
from fedi_artisan.resources import folder
from fedi_artisan.services.backups.adapting import adapt
from fedi_artisan.services.backups.layout import ABOUT, CONFIG, DATABASE, SUMS, About, may_stand, read_sums
from fedi_artisan.services.backups.reading import Reading
from fedi_artisan.services.backups.writing import Writing
from fedi_artisan.web.people import theme
from tests.fuzz.reading import MEMORY, text_of
from tests.fuzz.target import Shape, Target

_NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
_LONGEST_BYTES = 1_000_000
_LISTS = (
    "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,no,no,why,no\n",
    "Account address,Show boosts,Notify on new posts,Languages\nbob@mastodon.example,true,false,\nc@b.example,true,,\n",
    'domain;severity;comment\nevil.example;silence;"a; b"\n*.bad.example;noop;\n',
    "@bob@mastodon.example\ncarol@münchen.example:8443\n",
)
_LIST_WORDS = (
    *(
        "#domain",
        "severity",
        "suspend",
        "silence",
        "noop",
        "Account address",
        ",",
        ";",
        "\t",
        '"',
        '""',
        "\r",
        "\0",
        "*.",
    ),
    *(
        "@",
        "=1+1",
        "-",
        "bob@a.example",
        "evil.example",
        "\ufeff",
        "\x85",
        "\u2028",
        "xn--",
        "é.example",
        ":8443",
        '"a\nb"',
    ),
)
_CONFIG_WORDS = (
    *(
        'origin = "https://atelier.example"',
        "[limits]",
        "[media]",
        "[tls]",
        "[backup]",
        "[keys]",
        "[log]",
        "[metrics]",
        "[[",
    ),
    *(
        'data_dir = "../x"',
        "data_dir=",
        "listen = ",
        "trusted_proxies = [",
        "= true",
        "= -1",
        "= 1e400",
        "= inf",
        "= nan",
    ),
    *(
        '"""',
        "'''",
        "{a=1}",
        "[a.b.c]",
        "= 1979-05-27",
        "= 0x10",
        "\\u0000",
        "\\ud800",
        "a.b.c = 1",
        "enabled = true",
        "= []",
    ),
    *('secret = "', "recipients = [", "folder = ", "at = ", "bucket = ", "url = ", "memory_bytes = 1", "names = ["),
)
_ABOUT = About(
    id="01abc",
    program="0.1.0",
    schema=20,
    origin="https://atelier.example",
    made_at=_NOW,
    database_bytes=1000,
)
_THEME_WORDS = (
    *(
        "url(",
        "url('static/a.png')",
        "@import ",
        "</style>",
        "<script>",
        "/*",
        "*/",
        "{{ x }}",
        "{% extends 'home.html' %}",
    ),
    *(
        "{% block main %}",
        "{% endblock %}",
        "{# ",
        "{{ ''.__class__ }}",
        "{% for i in range(3) %}",
        "{% include 'x' %}",
    ),
)


def read_block_list(data: bytes) -> None:
    """Each line of a list is used or left out with a reason; what is used can be written and read again."""
    for kind in block_lists.Kind:
        _read_block_list(data, kind)


def _read_block_list(data: bytes, kind: block_lists.Kind) -> None:
    try:
        lines = block_lists.read(data, kind)
    except ArtisanError:
        return
    used = [line for line in lines if not line.problem]
    for line in lines:
        (line.what + line.comment).encode()
        assert line.what.isprintable(), "what cannot be seen"
    if kind is block_lists.Kind.SERVERS:
        again = block_lists.write_servers((line.what, line.severity or Severity.BLOCKED, "") for line in used)
    else:
        again = block_lists.write_people([line.what for line in used], muted=kind is block_lists.Kind.MUTES)
    if used:
        read = block_lists.read(again.encode(), kind)
        assert [line.what for line in read if not line.problem] == [line.what for line in used], "others are read again"


def read_follow_list(data: bytes) -> None:
    """Whom a list names is followed as written; the same list comes out when it is written and read again."""
    found = follow_lists.read_list(text_of(data))
    again = follow_lists.read_list(follow_lists.write_list(found.accounts))
    assert again.accounts == found.accounts, "others are read again"
    assert not again.unreadable


def read_config(data: bytes) -> None:
    """Settings are read, or all that is wrong is told; as much as can be is saved from them."""
    file = _room() / "config.toml"
    file.write_bytes(data)
    try:
        load(file)
    except BadConfig as error:
        str(error).encode()
    else:
        assert salvage(file).problems == (), "what is sound is told to be wrong"
    salvage(file)


def restore_config(data: bytes) -> None:
    """The settings in a backup lead nowhere but into the folder in which they are put."""
    found = adapt(data)
    assert not found.data_dir.is_absolute()
    assert ".." not in found.data_dir.parts, "it leads out of its folder"
    found.text.encode()
    adapt(found.text.encode())


def read_backup(data: bytes) -> None:
    """A backup is read to its end, or refused; nothing in it is called as nothing in it may be."""
    names: list[str] = []
    for entry in Reading(io.BytesIO(data)).entries():
        assert may_stand(entry.name), "a name that leads elsewhere"
        names.append(entry.name)
        content = entry.whole(_LONGEST_BYTES)
        if entry.name == ABOUT:
            About.read(content)
        elif entry.name == CONFIG:
            adapt(content)
    assert len(set(names)) == len(names), "twice the same"
    assert data == _backup() or data != _backup()[: len(data)], "a part of it passes for the whole"


def read_about(data: bytes) -> None:
    """What a backup says of itself is read, and reads the same once it is written."""
    about = About.read(data)
    assert About.read(about.written()).written() == about.written()


def read_lists_of_ours(data: bytes) -> None:
    """Sums, names of backups, and how a certificate stands are read or refused."""
    text = text_of(data)
    name = backups.read_name(text)
    assert name is None or backups.read_name(str(name)) == name
    try:
        standing = certificates.read(text)
    except ValueError:
        read_sums(data, SUMS)
        return
    assert certificates.read(certificates.written(standing)) == standing, "it reads otherwise when it is written again"
    certificates.due(standing, _NOW, _NOW, urgent=True, just_started=True)


def read_theme(data: bytes) -> None:
    """A style or template is used, or left out and said so."""
    place = _room() / "theme"
    for file in (place / "custom.css", place / "templates" / "home.html", place / "static" / "own.css"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    found = theme.read(place)
    assert len(found.templates) + len(found.files) + len(found.faults) == 3, "something is neither used nor told"
    for fault in found.faults:
        assert fault.isprintable()


@cache
def _room() -> Path:
    """Return a folder in memory that is gone when this process ends."""
    room = Path(tempfile.mkdtemp(prefix="fuzz-", dir=MEMORY))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    return room


@cache
def _backup() -> bytes:
    """Return a small backup."""
    file = io.BytesIO()
    writing = Writing(file, _NOW, lambda _: None)
    long_name = "theme/" + "/".join(["é" * 40] * 5) + "/a.css"
    for name, content in (
        (ABOUT, _ABOUT.written()),
        (CONFIG, b'origin = "https://atelier.example"\ndata_dir = "/var/lib/atelier" # there\n'),
        (DATABASE, b"\x1f\x8b\x08" + bytes(600)),
        (long_name, b"a { color: red }"),
    ):
        with writing.entry(name, len(content)) as write:
            write(content)
    writing.finish()
    return file.getvalue()


def _standings() -> Iterator[bytes]:
    standing = certificates.Standing(names=("atelier.example",), begins=_NOW, ends=_NOW, tries=(_NOW,))
    yield certificates.written(standing).encode()
    yield f"{'0' * 64}  about.json\n{'1' * 64}  theme/custom.css\n".encode()
    yield b"atelier.example-20261123T123000Z-since-20261101T000000Z.tar.age"


def _configs() -> list[bytes]:
    example = folder("config.example.toml").read_bytes()
    open_lines = b"\n".join(
        line.removeprefix(b"# ") for line in example.splitlines() if b" = " in line or b"[" in line[:3]
    )
    return [
        example,
        open_lines,
        b'origin = "https://atelier.example"\ndata_dir = "data"\n[limits]\nphoto_bytes = 1000000\n',
    ]


def _texts(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


TARGETS = (
    Target(name="block-list", run=read_block_list, seeds=lambda: _texts(*_LISTS), shape=Shape.LINES, words=_LIST_WORDS),
    Target(
        name="follow-list", run=read_follow_list, seeds=lambda: _texts(*_LISTS), shape=Shape.LINES, words=_LIST_WORDS
    ),
    Target(
        name="config", run=read_config, seeds=_configs, shape=Shape.LINES, words=_CONFIG_WORDS, weight=2, examples=40
    ),
    Target(name="restored-config", run=restore_config, seeds=_configs, shape=Shape.LINES, words=_CONFIG_WORDS),
    Target(
        name="backup",
        run=read_backup,
        seeds=lambda: [_backup()],
        shape=Shape.BYTES,
        words=("path=", "../x", "END"),
        weight=2,
    ),
    Target(
        name="about-backup",
        run=read_about,
        seeds=lambda: [_ABOUT.written()],
        shape=Shape.JSON,
        words=("format", "base"),
    ),
    Target(
        name="own-files",
        run=read_lists_of_ours,
        seeds=_standings,
        shape=Shape.TEXT,
        words=("null", "[", "-since-", "  "),
    ),
    Target(
        name="theme",
        run=read_theme,
        seeds=lambda: _texts(
            "a { background: url('static/own.css') }", "{% extends 'shipped/home.html' %}{% block x %}"
        ),
        shape=Shape.TEXT,
        words=_THEME_WORDS,
        examples=40,
    ),
)
