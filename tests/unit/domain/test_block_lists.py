"""Lists of people and servers, as others write them and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fedi_artisan.domain.block_lists import MOST_LINES, Kind, Line, read, write_people, write_servers
from fedi_artisan.domain.safety import Severity
from fedi_artisan.errors import BadInput, TooLarge

HEADER = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


def used(lines: tuple[Line, ...]) -> list[tuple[str, Severity | None]]:
    """Return the lines that can be used."""
    return [(line.what, line.severity) for line in lines if not line.problem]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_program_may_write_the_list(encoding: str, end: str) -> None:
    """With a mark or without, in 8 or 16 bits, with any end of lines, columns in any order."""
    text = f"severity;domain;comment{end}suspend;évil.example;so{end}limit;calm.example;{end}"
    if encoding in {"utf-16-le", "utf-16-be"}:
        text = f"\ufeff{text}"
    found = read(text.encode(encoding), Kind.SERVERS)
    assert used(found) == [("xn--vil-9la.example", Severity.BLOCKED), ("calm.example", Severity.SILENCED)]
    assert found[0].comment == "so"


def test_a_list_without_a_header_is_one_of_domains() -> None:
    """Mastodon writes the domains that somebody blocks for herself so; remarks and empty lines are passed over."""
    assert used(read(b"evil.example\n\n# a remark\nworse.example\n", Kind.SERVERS)) == [
        ("evil.example", Severity.BLOCKED),
        ("worse.example", Severity.BLOCKED),
    ]


def test_people_are_read_with_and_without_a_header() -> None:
    """Handles come in small letters, with or without the first sign; the rest of the line is passed over."""
    text = b"Account address,Hide notifications\nBob@Host.Example,true\n@carol@host.example,false\nhost.example\n"
    lines = read(text, Kind.MUTES)
    assert used(lines) == [("bob@host.example", None), ("carol@host.example", None)]
    assert lines[2].problem == "is no handle"


def test_each_line_that_is_left_out_says_why() -> None:
    """What is hidden, watched only, twice there, a person, no server, or overlong; an open quote spoils no line."""
    text = HEADER + (
        'a.example,"suspend\nb.example,suspend\nb.example,suspend\nc***.example,suspend\n@x@d.example,suspend\n'
        "e.example,noop\nnothing\n" + "f" * 5_000 + "\n"
    )
    lines = read(text.encode(), Kind.SERVERS)
    assert used(lines) == [("a.example", Severity.BLOCKED), ("b.example", Severity.BLOCKED)]
    assert [line.number for line in lines] == [*range(2, 10)]
    assert all(line.problem for line in lines[2:])
    assert len(lines[-1].what) <= 200


def test_too_much_and_nothing() -> None:
    """One line too many is refused as a whole, as is a file with nothing in it."""
    with pytest.raises(TooLarge):
        read(b"".join(b"h%d.example\n" % number for number in range(MOST_LINES + 1)), Kind.SERVERS)
    with pytest.raises(TooLarge):
        read(b"x" * 20_000_001, Kind.SERVERS)
    for content in (b"", b"\n \n", HEADER.encode()):
        with pytest.raises(BadInput):
            read(content, Kind.SERVERS)


@given(some.binary(max_size=400), some.sampled_from(Kind))
def test_whatever_a_file_has_in_it_is_read_or_refused(content: bytes, kind: Kind) -> None:
    """Reading raises what is told to people, or nothing; what can be used has one form."""
    try:
        lines = read(content, kind)
    except (BadInput, TooLarge):
        return
    for line in lines:
        assert line.problem or (line.what.isprintable() and "." in line.what)


def test_what_is_written_is_read_again() -> None:
    """What one takes away is what one can bring along; nothing in it is computed by a spreadsheet."""
    servers = [("evil.example", Severity.BLOCKED, "rude, “often”"), ("calm.example", Severity.SILENCED, "=1+1")]
    lines = read(write_servers(servers).encode(), Kind.SERVERS)
    assert used(lines) == [(domain, severity) for domain, severity, _ in servers]
    assert [line.comment for line in lines] == ["rude, “often”", "=1+1"]
    for muted, kind in ((True, Kind.MUTES), (False, Kind.BLOCKS)):
        assert used(read(write_people(["bob@h.example"], muted=muted).encode(), kind)) == [("bob@h.example", None)]
