"""Lists that are too long for one page: `?page=2`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request

from fedi_artisan.errors import NoSuchPage

WORKS_PER_PAGE = 60
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Leaf(Generic[_Item]):
    """One page of a list.

    Args:
        number: of the page; the first is 1.
        items: what it shows.
        last: whether none comes after it.
    """

    number: int
    items: Sequence[_Item]
    last: bool


def number_of(request: Request) -> int:
    """Return which page of a list is asked for; the first where nothing is said.

    Raises:
        NoSuchPage: what is said is no number that a page can have.
    """
    return read_number(request.query_params.get("page", ""))


def read_number(asked: str) -> int:
    """Return the number of a page as it is written; that of the first where nothing is.

    Raises:
        NoSuchPage: it is no number that a page can have.
    """
    if asked and not _NUMBER.fullmatch(asked):
        raise NoSuchPage("pages have numbers, and the first is 1")
    return int(asked or "1")


def leaf_of(number: int, found: Sequence[_Item], most: int) -> Leaf[_Item]:
    """Return the page *number*: the first *most* of *found*, where one more tells that it is not the last.

    Raises:
        NoSuchPage: nothing is on it, and it is not the first.
    """
    if number > 1 and not found:
        raise NoSuchPage("this list is not that long")
    return Leaf(number, found[:most], len(found) <= most)
