"""Typing commands in a test: the real program in a process of its own.

That process is not started from nothing but split off from one that has read the program already, which saves half a
second for each command. How it starts from nothing is tried by test_serve.py and the faults.
"""

import multiprocessing
import os
import pkgutil
import runpy
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import IO

import click
from click.testing import CliRunner

import fedi_artisan.cli
from fedi_artisan.cli import cli
from fedi_artisan.errors import ArtisanError

PROGRAM = (sys.executable, "-m", "fedi_artisan")
_TIMEOUT_S = 60
_USUAL = 0o022


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of a command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """A folder in which commands are typed."""

    folder: Path

    def type(self, *words: str, stdin: str = "", umask: int = _USUAL, **environment: str) -> Typed:
        """Run `fedi-artisan` with *words*, in a terminal that takes away the rights *umask* from new files."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            surroundings = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment}
            streams = tuple(_passed(stream) for stream in (given, out, err))
            process = _warm().Process(target=_run, args=(words, self.folder, surroundings, streams, umask))
            process.start()
            process.join(_TIMEOUT_S)
            if process.exitcode is None:
                process.kill()
                process.join()
            said = [_content(stream) for stream in (out, err)]
            code = process.exitcode
            process.close()
        assert code is not None
        return Typed(code, *said)

    def say(self, *words: str, stdin: str = "") -> Typed:
        """Run the command in this very process, thirty times as fast: for rules that need none of its own."""
        words = ("--config", str(self.folder / "config.toml"), *words)
        said = CliRunner().invoke(cli, words, input=stdin, prog_name="fedi-artisan")
        if said.exception is not None and not isinstance(said.exception, SystemExit | ArtisanError):
            raise said.exception
        told = f"Error: {said.exception}\n" if isinstance(said.exception, ArtisanError) else ""
        return Typed(said.exit_code, said.stdout, said.stderr + told)

    def init(self, *more: str, origin: str = "http://127.0.0.1:8099") -> Typed:
        """Make a portfolio in the folder."""
        return self.type("init", "--origin", origin, "--username", "lea", "--name", "Atelier Léa", *more)


@cache
def _warm() -> ForkServerContext:
    """Return how a process is split off that has read the program already."""
    context = multiprocessing.get_context("forkserver")
    rooms = [f"fedi_artisan.cli.{room.name}" for room in pkgutil.iter_modules(fedi_artisan.cli.__path__)]
    context.set_forkserver_preload(rooms)
    return context


def _passed(stream: IO[bytes]) -> str:
    """Return a name under which another process of ours can open *stream* while we hold it open."""
    return f"/proc/{os.getpid()}/fd/{stream.fileno()}"


def _content(stream: IO[bytes]) -> str:
    """Return all that was written into *stream*."""
    stream.seek(0)
    return stream.read().decode()


def _run(
    words: tuple[str, ...], folder: Path, surroundings: Mapping[str, str], streams: tuple[str, ...], umask: int
) -> None:
    """Be the command: with its own words, folder, environment and streams."""
    for number, (name, mode) in enumerate(zip(streams, ("r", "w", "w"), strict=True)):
        with Path(name).open(mode) as opened:
            os.dup2(opened.fileno(), number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate(("r", "w", "w"))
    )
    os.umask(umask)
    os.environ.clear()
    os.environ.update(surroundings)
    os.chdir(folder)
    sys.argv = ["fedi-artisan", *words]
    runpy.run_module("fedi_artisan", run_name="__main__")


def all_commands() -> dict[str, click.Command]:
    """Return every command of `fedi-artisan` by its name."""
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}
