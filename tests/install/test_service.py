"""`fedi-artisan install-service`: what it writes, what it leaves alone, and what it refuses.

That the service really runs under systemd, and what the world sees of it, is tried by `make try-install`.
"""

import contextlib
import os
import re
import shutil
import stat
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fedi_artisan.cli import service_files as files
from fedi_artisan.cli import service_ground as ground
from fedi_artisan.cli import service_systemd as systemd
from fedi_artisan.cli.given import work_as_owner_of
from fedi_artisan.cli.server import make
from fedi_artisan.config import Config, parse
from fedi_artisan.errors import BadConfig, BadDatabase
from tests.cli.typed import Terminal, Typed

ORIGIN = "https://atelier.example"
BEHIND = parse({"origin": ORIGIN})
OPEN = parse({"origin": ORIGIN, "tls": {"enabled": True}})
LOW = parse({"origin": ORIGIN, "listen": "0.0.0.0:80"})
PORTFOLIO = ("--origin", ORIGIN, "--username", "lea", "--name", 'Atelier "Léa"')
PROGRAM = Path("/opt/fedi-artisan/bin/fedi-artisan")
# What systemd-analyze calls 2 out of 10.
_MOST_EXPOSED = 2.0


class Image:
    """A folder with the files of a machine, and what is typed about it. A class because the folder changes."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "image"
        self._terminal = Terminal(folder)

    def install(self, *words: str) -> Typed:
        """Type the command for this image."""
        return self._terminal.say("install-service", "--prefix", str(self.root), *words)

    def at(self, path: Path) -> Path:
        """Return where a file of the machine lies."""
        return files.below(self.root, path)

    def everything(self) -> dict[str, tuple[bytes, int]]:
        """Return each file with its content and the moment at which it was written."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """A machine with nothing on it."""
    return Image(tmp_path)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service")
    done = Image(folder).install(*PORTFOLIO)
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def installed(_made: Path, image: Image) -> Image:
    """A machine with the service."""
    shutil.copytree(_made / "image", image.root, copy_function=shutil.copy2)
    return image


@pytest.fixture
def analyze() -> Path:
    """The reader of units that systemd itself has."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.fail("systemd-analyze is missing: install Debian's package systemd")
    return Path(found)


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def open_the_way_to(place: Path) -> None:
    """Let other users of this machine come as far as a folder of a test."""
    for folder in (place, *place.parents):
        if folder.owner() == place.owner() and not mode(folder) & stat.S_IXOTH:
            folder.chmod(0o755)


def settings_in(unit: str) -> dict[str, list[str]]:
    """Return what a unit says, by name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


# --- The unit


@pytest.mark.parametrize("config", [BEHIND, OPEN, LOW], ids=["behind", "tls", "low port"])
def test_the_service_is_hardly_exposed(analyze: Path, tmp_path: Path, config: Config) -> None:
    """The exposure of the service, as systemd itself judges it, is below 2 of 10: with --tls as well."""
    unit = tmp_path / files.UNIT.name
    unit.write_text(files.unit(config, Path("/bin/true"), systemd=None).content)
    command = [str(analyze), "security", "--offline=yes", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    [figure] = re.findall(r"Overall exposure level for fedi-artisan.service: (\d+\.\d)", said)
    assert float(figure) < _MOST_EXPOSED


@pytest.mark.parametrize("name", ["plain", "two words", "100%", "léa", "$HOME"])
def test_systemd_reads_the_unit_without_a_complaint(analyze: Path, tmp_path: Path, name: str) -> None:
    """Every line is known to the systemd of this machine, and the program is found however its folder is called."""
    program = tmp_path / name / "fedi-artisan"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    unit = tmp_path / files.UNIT.name
    unit.write_text(files.unit(OPEN, program, systemd=systemd.version()).content)
    done = subprocess.run([str(analyze), "verify", str(unit)], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_low_ports_are_the_only_right() -> None:
    """The service has no capabilities, and one where it listens below 1024: with --tls, or because it is said so."""
    rights = [settings_in(files.unit(config, PROGRAM, systemd=None).content) for config in (BEHIND, OPEN, LOW)]
    low = (["CAP_NET_BIND_SERVICE"], ["CAP_NET_BIND_SERVICE"])
    told = [(one["CapabilityBoundingSet"], one.get("AmbientCapabilities")) for one in rights]
    assert told == [([""], None), low, low]


def test_the_unit_waits_longer_each_time_where_systemd_can() -> None:
    """What systemd has learned later is not asked of an older one, which would complain of it at each reading."""
    assert "RestartSteps" not in files.unit(BEHIND, PROGRAM, systemd=252).content
    assert "RestartSteps" in files.unit(BEHIND, PROGRAM, systemd=257).content


# --- What is written


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


# --- What is refused


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


# --- Commands beside the service


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
