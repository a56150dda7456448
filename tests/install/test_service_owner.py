"""Commands beside the service: root works as the owner of the data."""

import contextlib
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fedi_artisan.cli import service_files as files
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.cli.given import work_as_owner_of
from fedi_artisan.cli.server import make
from fedi_artisan.errors import BadDatabase
from tests.install.image import ORIGIN
from tests.install.test_service_ground import open_the_way_to


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_root_works_as_the_owner_of_the_data(tmp_path: Path) -> None:
    """What root writes into the service's folder belongs to the service, which else could not show it."""
    open_the_way_to(tmp_path)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, 990, 991)
    child = os.fork()
    if child == 0:
        # Whatever fails here, there must not be a second pytest.
        with contextlib.suppress(Exception):
            work_as_owner_of(data)
            (data / "picture.jpg").write_bytes(b"picture")
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    written = (data / "picture.jpg").stat()
    assert (written.st_uid, written.st_gid, stat.S_IMODE(written.st_mode)) == (990, 991, 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_portfolio_is_made_as_the_owner_of_what_is_there(tmp_path: Path) -> None:
    """Where the service's folder is there already, root follows no link that the service may have laid in it."""
    open_the_way_to(tmp_path)
    data, victim = tmp_path / "data", tmp_path / "roots.conf"
    data.mkdir(mode=0o700)
    (data / "fedi-artisan.sqlite3").symlink_to(victim)
    os.chown(data, 990, 991)
    told = {"origin": ORIGIN, "data_dir": str(data)}
    with pytest.raises((OSError, BadDatabase)):
        make(tmp_path / "etc" / "config.toml", told, username="lea", name="Léa", language="en")
    assert not victim.exists()
    assert not (tmp_path / "etc" / "config.toml").exists()
    assert (os.geteuid(), os.getegid()) == (0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_what_root_laid_into_the_data_is_handed_over(tmp_path: Path) -> None:
    """Data that were restored or made by root into the service's own folder will be the service's at its next start."""
    data = tmp_path / "data"
    (data / "media").mkdir(parents=True)
    for path in (data, data / "media"):
        os.chown(path, 990, 991)
    systemd.hand_over(data)
    assert data.stat().st_uid == 990
    (data / "fedi-artisan.sqlite3").touch()
    systemd.hand_over(data)
    assert data.stat().st_uid == 0


def test_who_owns_the_data_stays_who_she_is(tmp_path: Path) -> None:
    """Where the data are one's own, nothing changes."""
    before = os.geteuid()
    work_as_owner_of(tmp_path)
    work_as_owner_of(tmp_path / "nothing")
    assert os.geteuid() == before


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A piece whose folder cannot be written to leaves the former one as it was."""
    piece = files.users()
    piece.write(tmp_path)
    assert piece.standing(tmp_path) is files.Standing.SAME
    assert replace(piece, content="other").standing(tmp_path) is files.Standing.OLDER
    assert [path.name for path in files.below(tmp_path, files.USERS).parent.iterdir()] == ["fedi-artisan.conf"]
