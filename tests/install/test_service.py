"""`fedi-artisan install-service`: what it writes, and what it leaves alone.

That the service really runs under systemd, and what the world sees of it, is tried by `make try-install`.
"""

import os
import stat
import tomllib
from pathlib import Path

import pytest

from fedi_artisan.cli import service_files as files
from fedi_artisan.cli import service_ground as ground
from tests.install.image import ORIGIN, PORTFOLIO, Image
from tests.install.test_service_unit import settings_in


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_portfolio_and_its_service_are_made(installed: Image) -> None:
    """Settings, data and unit are there, and each is closed to whom it does not concern."""
    config = tomllib.loads(installed.at(files.CONFIG).read_text())
    assert config == {"origin": ORIGIN, "data_dir": "/var/lib/fedi-artisan", "listen": "127.0.0.1:8000"}
    assert [mode(installed.at(path)) for path in (files.CONFIG.parent, files.CONFIG, files.DATA, files.UNIT)] == [
        0o750,
        0o640,
        0o700,
        0o644,
    ]
    assert mode(installed.at(files.DATA) / "fedi-artisan.sqlite3") == 0o600
    unit = settings_in(installed.at(files.UNIT).read_text())
    assert unit["ExecStart"] == [f"{ground.program()} --config /etc/fedi-artisan/config.toml serve"]
    assert unit["StateDirectory"] == ["fedi-artisan"]
    assert f"u {unit['User'][0]} -" in installed.at(files.USERS).read_text()
    assert "z /etc/fedi-artisan/config.toml 0640 root fedi-artisan\n" in installed.at(files.RIGHTS).read_text()


def test_a_certificate_of_its_own_is_a_setting(image: Image) -> None:
    """--tls stands in the configuration, which `serve` reads, and gives the unit its right."""
    assert image.install(*PORTFOLIO, "--tls").code == 0
    assert tomllib.loads(image.at(files.CONFIG).read_text())["tls"] == {"enabled": True}
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in image.at(files.UNIT).read_text()


def test_again_changes_nothing(installed: Image) -> None:
    """The same command twice, or without its options, finds all as it should be and writes no file."""
    before = installed.everything()
    for words in ((), PORTFOLIO):
        done = installed.install(*words)
        assert done.code == 0, done.err
        assert done.out.count("is as it should be") == 3
    assert installed.everything() == before


def test_a_newer_version_brings_its_unit_and_leaves_what_was_said(installed: Image) -> None:
    """An older unit that nobody touched is replaced and the difference told; what was said beside it stays."""
    unit = installed.at(files.UNIT)
    older = files.piece(files.UNIT, unit.read_text().split("\n", 3)[3].replace("TasksMax=256", "TasksMax=128"))
    older.write(installed.root)
    override = installed.at(files.OVERRIDES) / "override.conf"
    override.parent.mkdir()
    override.write_text("[Service]\nMemoryMax=2G\n")
    done = installed.install()
    assert done.code == 0, done.err
    assert f"Changed {files.UNIT}" in done.out
    assert "  -TasksMax=128\n  +TasksMax=256\n" in done.out
    assert "TasksMax=256" in unit.read_text()
    assert override.read_text() == "[Service]\nMemoryMax=2G\n"


@pytest.mark.parametrize("foreign", [False, True])
def test_a_unit_changed_by_hand_stays(installed: Image, foreign: bool) -> None:
    """What a hand has changed, or somebody else made, is never written over: the difference is shown instead."""
    unit = installed.at(files.UNIT)
    hand = "[Service]\nExecStart=/bin/other\n" if foreign else unit.read_text().replace("TasksMax=256", "TasksMax=9")
    unit.write_text(hand)
    done = installed.install()
    assert done.code == 1
    assert "changed by hand" in done.err
    assert "+TasksMax=256" in done.out
    assert unit.read_text() == hand


def test_dry_run_writes_nothing(image: Image) -> None:
    """--dry-run shows settings and unit, and leaves the machine as it was."""
    done = image.install(*PORTFOLIO, "--tls", "--dry-run")
    assert done.code == 0, done.err
    assert "[tls]\nenabled = true" in done.out
    assert "SystemCallFilter=@system-service" in done.out
    assert not image.root.exists()


def test_uninstall_leaves_what_is_the_artisans(installed: Image) -> None:
    """The service goes; works, keys and settings stay, and installing again takes them up."""
    data = installed.at(files.DATA) / "fedi-artisan.sqlite3"
    before = data.read_bytes()
    done = installed.install("--uninstall")
    assert done.code == 0, done.err
    assert [installed.at(path).exists() for path in (files.UNIT, files.USERS, files.RIGHTS)] == [False] * 3
    assert installed.at(files.CONFIG).exists()
    assert "rm -r /var/lib/fedi-artisan /etc/fedi-artisan" in done.out
    assert installed.install("--uninstall").code == 1
    assert installed.install().code == 0
    assert data.read_bytes() == before
    assert installed.at(files.UNIT).exists()


def test_a_folder_for_backups_is_opened(installed: Image) -> None:
    """Where backups go by themselves the service may write, and there alone; the folder is made, never taken over."""
    with installed.at(files.CONFIG).open("a") as config:
        config.write('[backup]\nfolder = "/data/copies of léa"\n')
    assert installed.install().code == 0
    assert settings_in(installed.at(files.UNIT).read_text())["ReadWritePaths"] == ['-"/data/copies of léa"']
    assert 'd "/data/copies of léa" :0700 :fedi-artisan :fedi-artisan\n' in installed.at(files.RIGHTS).read_text()


def test_what_lies_beside_the_settings_is_named_as_the_machine_calls_it(installed: Image) -> None:
    """Whole paths stand there, as they are on that machine: neither as seen from here, nor from beside."""
    secret = installed.at(files.CONFIG).with_name("keys.secret")
    secret.write_text("x" * 40)
    secret.chmod(0o600)
    with installed.at(files.CONFIG).open("a") as config:
        config.write('[backup]\nfolder = "../../backups"\n[keys]\nsecret_file = "keys.secret"\n')
    assert installed.install().code == 0
    assert settings_in(installed.at(files.UNIT).read_text())["ReadWritePaths"] == ["-/backups"]
    lines = installed.at(files.RIGHTS).read_text().splitlines()
    assert "z /etc/fedi-artisan/keys.secret 0400 fedi-artisan fedi-artisan" in lines
    assert "d /backups :0700 :fedi-artisan :fedi-artisan" in lines


def test_an_image_cannot_have_files_of_this_machine_written(image: Image, tmp_path: Path) -> None:
    """A link in the image that leads out of it is told; nothing is written through it."""
    (tmp_path / "machine").mkdir()
    (image.root / "etc").mkdir(parents=True)
    (image.root / "etc" / "systemd").symlink_to(tmp_path / "machine")
    done = image.install(*PORTFOLIO)
    assert (done.code, "nothing is written there" in done.err) == (1, True), done.err
    assert list((tmp_path / "machine").iterdir()) == []


@pytest.mark.parametrize("mask", [0o077, 0])
def test_the_folders_of_a_machine_are_open_and_those_of_the_service_closed(image: Image, mask: int) -> None:
    """Whatever is usual where the command is typed, the machine can read its folders, and nobody writes in them."""
    before = os.umask(mask)
    try:
        assert image.install(*PORTFOLIO).code == 0
    finally:
        os.umask(before)
    for folder in ("etc", "etc/systemd/system", "etc/sysusers.d", "etc/tmpfiles.d", "var", "var/lib"):
        assert mode(image.root / folder) == 0o755, folder
    assert (mode(image.at(files.CONFIG.parent)), mode(image.at(files.DATA))) == (0o750, 0o700)
    assert (mode(image.at(files.CONFIG)), mode(image.at(files.UNIT))) == (0o640, 0o644)
