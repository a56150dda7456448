"""What `fedi-artisan install-service` refuses."""

import os
import re
import stat
from pathlib import Path

import pytest

from fedi_artisan.cli import service_files as files
from fedi_artisan.cli import service_ground as ground
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.config import parse
from fedi_artisan.errors import BadConfig
from tests.cli.typed import Terminal
from tests.install.image import BEHIND, ORIGIN, PORTFOLIO, PROGRAM, Image
from tests.install.test_service import mode


def open_the_way_to(place: Path) -> None:
    """Let other users of this machine come as far as a folder of a test."""
    for folder in (place, *place.parents):
        if folder.owner() == place.owner() and not mode(folder) & stat.S_IXOTH:
            folder.chmod(0o755)


def test_what_is_missing_is_named(image: Image) -> None:
    """Without settings and without what they are made of, it says what to give, and makes nothing."""
    done = image.install("--username", "lea")
    assert done.code == 1
    assert "add --origin, --name" in done.err
    assert not image.root.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--origin", "https://other.example"), "says origin = 'https://atelier.example', not 'https://other.example'"),
        (("--listen", "127.0.0.1:9000"), "it stays so"),
        (("--tls",), "[tls] enabled = true"),
        (("--tls", "--listen", "127.0.0.1:9000"), "give one of them"),
    ],
)
def test_settings_that_are_there_are_not_changed(installed: Image, words: tuple[str, ...], told: str) -> None:
    """What was chosen once is not chosen again by an option; a person is told where to change it, if it can be."""
    before = installed.everything()
    done = installed.install(*words)
    assert done.code == 1
    assert told in done.err
    assert installed.everything() == before


@pytest.mark.parametrize("words", [("--username", "Léa Morel"), ("--origin", "http://atelier.example")])
def test_what_cannot_be_used_leaves_nothing_half_made(image: Image, words: tuple[str, ...]) -> None:
    """A name or an address that cannot be is refused before a service stands there that could not start."""
    assert image.install(*PORTFOLIO, *words).code == 1
    assert not image.at(files.CONFIG).exists()
    assert not image.at(files.UNIT).exists()


@pytest.mark.parametrize(
    "row",
    [
        "fedi-artisan:x:1000:1000::/data/fedi-artisan:/bin/bash",
        "fedi-artisan:x:990:990::/data/other:/usr/sbin/nologin",
        "fedi-artisan:x:0:0::/var/lib/fedi-artisan:/usr/sbin/nologin",
    ],
)
def test_somebody_else_of_that_name_is_left_in_peace(image: Image, row: str) -> None:
    """The service does not work as a person who happens to be called so, nor as another service, nor as root."""
    image.at(Path("/etc")).mkdir(parents=True)
    image.at(Path("/etc/passwd")).write_text(f"root:x:0:0:root:/root:/bin/bash\n{row}\n")
    done = image.install(*PORTFOLIO)
    assert done.code == 1
    assert "there is somebody called fedi-artisan on this machine" in done.err
    assert not image.at(files.CONFIG).exists()


def test_its_own_user_is_known_again(installed: Image) -> None:
    """The user that systemd-sysusers made is no reason to refuse."""
    installed.at(Path("/etc/passwd")).write_text(
        "fedi-artisan:x:997:997:The portfolio of fedi-artisan:/var/lib/fedi-artisan:/usr/sbin/nologin\n"
    )
    assert installed.install().code == 0


def test_data_elsewhere_are_refused(installed: Image) -> None:
    """A data folder that the unit keeps closed is told now, not by a service that cannot write."""
    config = installed.at(files.CONFIG)
    config.write_text(config.read_text().replace("/var/lib/fedi-artisan", "/data/works"))
    done = installed.install()
    assert done.code == 1
    assert "the service may write below /var/lib/fedi-artisan alone" in done.err


def test_backups_where_no_service_looks_are_refused(installed: Image) -> None:
    """A folder in somebody's home is told now, not in the night in which no backup is made."""
    with installed.at(files.CONFIG).open("a") as config:
        config.write(f'[backup]\nfolder = "{Path("/home", "lea")}"\n')
    done = installed.install()
    assert done.code == 1
    assert "backup.folder" in done.err


def test_only_root_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is not root is told so before anything else; to look is for everybody."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    done = Terminal(tmp_path).say("install-service", *PORTFOLIO)
    assert done.code == 1
    assert "only root can do this" in done.err


def test_a_machine_without_systemd_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing would read the unit, it says what can be done instead."""
    monkeypatch.setattr(systemd, "_BOOTED", tmp_path / "nothing")
    with pytest.raises(BadConfig, match=f"can run: {PROGRAM} --config FILE serve"):
        ground.check_systemd(PROGRAM)


@pytest.mark.parametrize(
    "place",
    [
        Path("/root", ".local", "share", "pipx", "venvs", "fedi-artisan", "bin", "fedi-artisan"),
        Path("/home", "lea", "bin", "fedi-artisan"),
    ],
)
def test_a_program_in_somebodys_home_is_refused(place: Path) -> None:
    """Where pipx puts things by itself, no service looks; the way that works is told, word for word as on the page."""
    with pytest.raises(BadConfig, match="where no service looks") as refused:
        ground.check_places([place])
    [told] = re.findall(r"  (PIPX_HOME=.*)", str(refused.value))
    assert told in (Path(__file__).parents[2] / "docs" / "install.md").read_text()


def test_a_program_behind_a_closed_door_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that is open to its owner alone is named, with the command that opens it."""
    monkeypatch.setattr(ground, "_HIDDEN", ())
    program = tmp_path / "closed" / "bin" / "fedi-artisan"
    program.parent.mkdir(parents=True)
    program.touch()
    open_the_way_to(tmp_path)
    ground.check_places([program])
    program.parent.parent.chmod(0o700)
    with pytest.raises(BadConfig, match=f"chmod -R a\\+rX {program.parent.parent}"):
        ground.check_places([program])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_program_that_nobody_else_can_run_is_found_out_by_trying(tmp_path: Path) -> None:
    """Whatever the reason, it is tried as a user without rights before a unit is written."""
    ground.check_by_trying(Path("/bin/true"))
    with pytest.raises(BadConfig, match="does not run for a user without rights"):
        ground.check_by_trying(Path("/bin/false"))


def test_a_program_that_everybody_can_change_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Root starts it as well: whoever could exchange it, or a folder on the way to it, would be root."""
    monkeypatch.setattr(ground, "_HIDDEN", ())
    program = tmp_path / "open" / "bin" / "fedi-artisan"
    program.parent.mkdir(parents=True)
    program.touch()
    program.chmod(0o757)
    with pytest.raises(BadConfig, match=f"chmod go-w {program}"):
        ground.check_places([program])
    program.chmod(0o755)
    program.parent.chmod(0o777)
    with pytest.raises(BadConfig, match=f"everybody can change {program.parent},"):
        ground.check_places([program])


@pytest.mark.parametrize("name", ["a\nExecStart=/bin/sh", 'a"b', "a'b", "a\\x20b", "a\tb", "a\x1b[2J"])
def test_no_path_says_more_than_a_path(name: str) -> None:
    """What would end a line or a word in a file of systemd's is refused, wherever the path comes from."""
    config = parse({"origin": ORIGIN, "backup": {"folder": f"/backups/{name}"}})
    with pytest.raises(BadConfig, match="cannot have a path"):
        files.unit(config, PROGRAM, systemd=None)
    with pytest.raises(BadConfig, match="cannot have a path"):
        files.rights(config)
    with pytest.raises(BadConfig, match="cannot have a path"):
        files.unit(BEHIND, PROGRAM.parent / name, systemd=None)
