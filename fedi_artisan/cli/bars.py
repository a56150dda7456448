"""Showing how far something is that takes its time. Only this file knows rich, and it is loaded for that alone."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


@contextlib.contextmanager
def bars() -> Iterator[Progress]:
    """Show bars while the block lasts; nothing where nobody looks."""
    with _progress(MofNCompleteColumn()) as shown:
        yield shown


@contextlib.contextmanager
def at_work() -> Iterator[Callable[[str], None]]:
    """Give what says what was done last, while the block lasts; nothing where nobody looks, and nothing stays."""
    console = Console(stderr=True, highlight=False, markup=False)
    shown = console.status("…")

    def say(done: str) -> None:
        shown.update(f"{done} …")

    with shown if console.is_terminal else contextlib.nullcontext():
        yield say


@contextlib.contextmanager
def bytes_bar(doing: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show how many bytes are done while the block lasts; give who is told how many there are, and of each piece."""
    with _progress(DownloadColumn(), TimeRemainingColumn()) as shown:
        task = shown.add_task(doing, total=None)
        yield (
            lambda total: shown.update(task, total=total),
            lambda done: shown.advance(task, done),
        )


def _progress(*columns: ProgressColumn) -> Progress:
    """Return bars with what is being done before them, and these columns behind; nothing where nobody looks."""
    console = Console(stderr=True)
    words = TextColumn("{task.description}", markup=False)
    return Progress(words, BarColumn(), *columns, console=console, transient=True, disable=not console.is_terminal)
