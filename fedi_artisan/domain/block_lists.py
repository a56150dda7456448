"""Lists of people and servers as they travel between programs: how they are read, whatever they are, and written.

Sources: Mastodon's blocked_accounts.csv, muted_accounts.csv and domain_blocks.csv; the lists of FediBlockHole and
Oliphant, which have the columns of the last.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fedi_artisan.domain.actors import split_handle
from fedi_artisan.domain.safety import LONGEST_COMMENT, Severity, check_domain
from fedi_artisan.domain.texts import say
from fedi_artisan.errors import BadInput, TooLarge

LARGEST_BYTES = 20_000_000
MOST_LINES = 20_000
_LONGEST_LINE = 4_000
_SEVERITIES = {
    "suspend": Severity.BLOCKED,
    "block": Severity.BLOCKED,
    "silence": Severity.SILENCED,
    "limit": Severity.SILENCED,
}
_DOMAIN_NAMES = frozenset({"domain", "host", "instance", "server"})
_COMMENT_NAMES = ("public_comment", "publiccomment", "comment", "reason", "private_comment")
_HANDLE_NAMES = frozenset({"account address", "account", "handle", "acct"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Of somebody; as in intents.HANDLE. What parts columns cannot stand in it.
_NAME = re.compile(r"[\w.~-]{1,100}")
# How cells begin that spreadsheets compute.
_COMPUTED = frozenset({"=", "+", "-", "\t"})
HEADERS = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")


class Kind(StrEnum):
    """What a list is of; the value is how the database has it."""

    BLOCKS = "blocks"
    MUTES = "mutes"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list.

    Args:
        number: its place, from one on.
        what: the domain or handle in its one form; of a line that cannot be used, what stands there.
        severity: how a server is to be treated; None of people.
        comment: why, as the list says.
        problem: why the line is left out, as a sentence to be translated; empty of one that is not.
    """

    number: int
    what: str
    severity: Severity | None = None
    comment: str = ""
    problem: str = ""


def read(content: bytes, kind: Kind) -> tuple[Line, ...]:
    """Return the lines of a list, those that cannot be used with why; empty lines and remarks are passed over.

    Raises:
        TooLarge: it has too many bytes or lines.
        BadInput: nothing stands in it.
    """
    if len(content) > LARGEST_BYTES:
        raise TooLarge("up to {most:g} MB are read at once", most=LARGEST_BYTES / 1_000_000)
    lines: list[Line] = []
    seen: set[str] = set()
    for line in _lines(_text(content), kind):
        if len(lines) >= MOST_LINES:
            raise TooLarge("up to {most} lines are read at once", most=MOST_LINES)
        if line.problem or line.what not in seen:
            lines.append(line)
        else:
            lines.append(_left_out(line.number, line.what, say("stands in the list twice")))
        seen.add(line.what)
    if not lines:
        raise BadInput("Nothing stands in this file.")
    return tuple(lines)


def _text(content: bytes) -> str:
    """Return the text in whatever encoding it came; spreadsheets write several."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\0", "").removeprefix("\ufeff")


def _lines(text: str, kind: Kind) -> Iterator[Line]:
    """Give each line that says something. Each is read by itself, so that a quote left open spoils no other."""
    columns: dict[str, int] | None = None
    mark = ","
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        plain = line.strip()
        if not plain:
            continue
        if columns is None:
            mark = next((sign for sign in (",", "\t", ";") if sign in plain), ",")
            columns = _header(_cells(plain, mark))
            if columns:
                continue
        if plain.startswith("#"):
            continue
        if len(plain) > _LONGEST_LINE:
            yield _left_out(number, plain, say("is too long"))
            continue
        cells = _cells(plain, mark)
        yield _server(number, cells, columns) if kind is Kind.SERVERS else _person(number, cells)


def _cells(line: str, mark: str) -> list[str]:
    """Return what stands in a line, column by column; none raise, and a broken line is one cell."""
    try:
        return [_bare(cell.strip()) for cell in next(csv.reader([line], delimiter=mark), [])] or [""]
    except csv.Error:
        return [line]


def _header(cells: list[str]) -> dict[str, int]:
    """Return the places of the columns by their names; nothing where the line is no header."""
    names = [cell.removeprefix("#").strip().lower() for cell in cells]
    if names[0] in _HANDLE_NAMES or _DOMAIN_NAMES & {*names}:
        return {name: place for place, name in reversed([*enumerate(names)])}
    return {}


def _server(number: int, cells: list[str], columns: dict[str, int]) -> Line:
    """Return a line about a server."""

    def cell(*names: str) -> str:
        found = (cells[columns[name]] for name in names if name in columns and columns[name] < len(cells))
        return next(filter(None, found), "")

    written = (cell(*_DOMAIN_NAMES) if columns else cells[0]) or cells[0]
    if "@" in written.removeprefix("@"):
        return _left_out(number, written, say("is a person, not a server"))
    if "*" in written.removeprefix("*."):
        return _left_out(number, written, say("is not told in full by those who made the list"))
    try:
        domain = check_domain(written)
    except BadInput:
        return _left_out(number, written, say("is no server"))
    wanted = cell("severity").lower()
    severity = _SEVERITIES.get(wanted) if wanted else Severity.BLOCKED
    if severity is None:
        return _left_out(number, domain, say("is only watched by those who made the list"))
    return Line(number=number, what=domain, severity=severity, comment=cell(*_COMMENT_NAMES)[:LONGEST_COMMENT])


def _person(number: int, cells: list[str]) -> Line:
    """Return a line about somebody."""
    try:
        username, host = split_handle(cells[0])
        domain = check_domain(host)
    except BadInput:
        return _left_out(number, cells[0], say("is no handle"))
    username = username.lower()
    if not _NAME.fullmatch(username):
        return _left_out(number, cells[0], say("is no handle"))
    _, colon, port = host.rpartition(":")
    return Line(number=number, what=f"{username}@{domain}{colon + port if port.isdigit() and colon else ''}")


def _left_out(number: int, what: str, problem: str) -> Line:
    return Line(number=number, what="".join(filter(str.isprintable, what))[:200], problem=problem)


def write_people(handles: Iterable[str], *, muted: bool) -> str:
    """Return people as Mastodon reads them."""
    if not muted:
        return _written([handle] for handle in handles)
    return _written([("Account address", "Hide notifications"), *((handle, "true") for handle in handles)])


def write_servers(servers: Iterable[tuple[str, Severity, str]]) -> str:
    """Return servers, each with its severity and why, as Mastodon and FediBlockHole read them."""
    names = {Severity.BLOCKED: "suspend", Severity.SILENCED: "silence"}
    rows = ((domain, names[severity], "false", "false", why, "false") for domain, severity, why in servers)
    return _written([HEADERS, *rows])


def _written(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV; a cell that a spreadsheet would compute is put behind a sign that keeps it from that."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _COMPUTED else cell


def _bare(cell: str) -> str:
    """Return a cell without the sign that `_harmless` puts in front."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _COMPUTED else cell
