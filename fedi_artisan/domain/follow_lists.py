"""Lists of whom somebody follows, as servers give them out and take them in.

Source: Mastodon's `following_accounts.csv`, which others read and write as well.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from fedi_artisan.domain.sought import Account, read_sought
from fedi_artisan.errors import BadInput

MOST_FOLLOWED = 5_000
_HEAD = ("Account address", "Show boosts", "Notify on new posts", "Languages")
_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class FollowList:
    """The accounts of a list, each once, and the numbers of the lines of it that name none."""

    accounts: tuple[Account, ...]
    unreadable: tuple[int, ...]


def read_list(text: str) -> FollowList:
    """Return whom a list names: the first column of each line, with or without what stands above the columns.

    Raises:
        BadInput: it names nobody, or too many.
    """
    accounts, unreadable = dict[Account, None](), list[int]()
    for number, first in _first_column(text):
        sought = read_sought(first)
        if isinstance(sought, Account):
            accounts[sought] = None
        elif first.casefold() != _HEAD[0].casefold():
            unreadable.append(number)
    if not accounts:
        raise BadInput("nobody is named in this file; each line begins with an address such as name@place.example")
    if len(accounts) > MOST_FOLLOWED:
        raise BadInput("up to {most} people can be taken over at once", most=MOST_FOLLOWED)
    return FollowList(tuple(accounts), tuple(unreadable))


def write_list(accounts: Iterable[Account]) -> str:
    """Return a list of these accounts, as other servers read it."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(_HEAD)
    lines.writerows([f"{account.username}@{account.host}", "true", "false", ""] for account in accounts)
    return written.getvalue()


def _first_column(text: str) -> Iterable[tuple[int, str]]:
    """Give what stands first in each line that is not empty, with the number of the line.

    Raises:
        BadInput: it is no list in columns.
    """
    lines = (line[:_LONGEST_LINE] for line in text.removeprefix("\ufeff").splitlines())
    rows = csv.reader(lines)
    try:
        for row in rows:
            if row and row[0].strip():
                yield rows.line_num, row[0].strip()
    except csv.Error:
        raise BadInput("this file cannot be read; bring the list as it was given out elsewhere (CSV)") from None
