"""What every command starts from."""

import contextlib
import os
import resource
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from fedi_artisan.config import Config, load
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import LONGEST_TEXT, Work
from fedi_artisan.errors import BadInput, Gone, NotFound, plainly
from fedi_artisan.media.store import open_stores
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.services.photo_queue import PhotoQueue
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage.db import Database, Tx, open_database

_OWNERS_ALONE = 0o077


def keep_to_ourselves() -> None:
    """Have whatever is written from now on be for its owner alone, and nothing of what is in memory go onto the disk.

    Whatever the terminal or the service manager says: keys, messages and originals pass through here. What is for
    others as well says so where it is written.
    """
    os.umask(_OWNERS_ALONE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(line: str) -> str:
    """Return a line without what moves a terminal about: names of files, and words of others, may hold that."""
    return "".join(
        letter if letter.isprintable() or letter == "\N{NO-BREAK SPACE}" else "\N{REPLACEMENT CHARACTER}"
        for letter in line
    )


@dataclass(frozen=True, slots=True)
class Given:
    """Which configuration file is meant."""

    file: Path

    def config(self) -> Config:
        """Return the settings in it, and go on as the one whose portfolio it is.

        Raises:
            BadConfig: it cannot be used.
        """
        config = load(self.file)
        work_as_owner_of(config.data_dir)
        return config


def work_as_owner_of(data_dir: Path) -> None:
    """Where root gave the command and the data belong to a service, go on as that service.

    What root would write there the service could not read: pictures would be missing from pages.
    """
    if os.geteuid() != 0 or not data_dir.exists():
        return
    owner = data_dir.stat()
    if owner.st_uid != 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
        os.umask(_OWNERS_ALONE)


@contextlib.contextmanager
def as_owner_of(data_dir: Path) -> Iterator[None]:
    """As `work_as_owner_of`, while the block lasts.

    Whoever owns a folder can lay links in it that lead to files of root's; followed by the owner they lead nowhere.
    """
    if os.geteuid() != 0 or not data_dir.exists() or data_dir.stat().st_uid == 0:
        yield
        return
    owner, group, groups = data_dir.stat(), os.getegid(), os.getgroups()
    os.setgroups([])
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a command that changes works or photographs needs: database, addresses, and who cares for photographs."""

    db: Database
    uris: Uris
    intake: PhotoIntake
    photos: PhotoQueue
    files: PhotoFiles


@contextlib.asynccontextmanager
async def open_workshop(config: Config) -> AsyncIterator[Workshop]:
    """Open the database beside a running server, or without one; close it at the end.

    Raises:
        BadDatabase: it is missing, or not at this program's version.
    """
    stores, uris = open_stores(config), Uris(config.origin, config.media.origin)
    async with open_database(config) as db:
        yield Workshop(
            db,
            uris,
            PhotoIntake(config, db, stores),
            PhotoQueue(config, db, stores, uris),
            PhotoFiles(config, db, stores),
        )


async def find_work(tx: Tx, uris: Uris, uri: str) -> Work:
    """Return the work with this id, page, or last part of its page.

    Raises:
        NotFound: there is none.
        Gone: it was withdrawn.
    """
    uid = uris.uid_of(uri, "works")
    page = uris.work_url("")
    slug = uri.removeprefix(page) if uri.startswith(page) else uri
    work = await works.find_by_slug(tx, slug) if uid is None else await works.find(tx, uid)
    if work is None:
        raise NotFound(f"there is no work {uri} here")
    if work.withdrawn_at is not None:
        raise Gone("this work was withdrawn")
    return work


pass_given = click.make_pass_decorator(Given)

by_option = click.option("--by", metavar="USERNAME", help="Which artisan, where there are several on this server.")


async def chosen_artisan(tx: Tx, username: str | None) -> Artisan:
    """Return the artisan of this user name, or the only one there is.

    Raises:
        BadInput: there is no such artisan, or several to choose from.
    """
    everybody = await artisans.list_all(tx)
    found = [artisan for artisan in everybody if username in {None, artisan.username}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(artisan.username for artisan in everybody) or "nobody yet"
    raise BadInput(f"say which artisan with --by USERNAME (here: {names})")


def read_text(source: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text in a file, or on standard input for "-"; of one that is too long, enough to see that it is.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with click.open_file(source, encoding="utf-8") as file:
            return str(file.read(longest + 1)).strip()
    except OSError as error:
        raise BadInput(plainly(error)) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{source}: this is no text in UTF-8") from error


def said_in(texts: Mapping[str, str], language: str, text: str) -> dict[str, str]:
    """Return texts by language with *text* in one of them; an empty one is taken away."""
    said = {**texts, language: text.strip()}
    return {code: one for code, one in said.items() if one}
