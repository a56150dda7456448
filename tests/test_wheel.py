"""What is installed from the wheel runs by itself."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from fedi_artisan.cli.front import FILES
from tests.house import free_socket

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from a new wheel into an empty environment with nothing but what it declares."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    _uv("venv", "--python", sys.executable, str(folder / "env"))
    constraints = ("--constraint", str(PROJECT / "constraints.txt"))
    _uv("pip", "install", "--python", str(folder / "env" / "bin" / "python"), *constraints, str(wheel))
    return folder / "env" / "bin" / "fedi-artisan"


def _uv(*words: str) -> None:
    """Have uv do something: a fifth of the time that pip takes."""
    program = shutil.which("uv", path=Path(sys.executable).parent) or "uv"
    subprocess.run([program, *words, "--quiet"], check=True, timeout=300)


def test_the_wheel_brings_the_sample(program: Path) -> None:
    """The sample portfolio travels with the program: every file of it, as it stands in the checkout."""
    [wheel] = program.parents[2].glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        brought = {
            name.removeprefix("fedi_artisan/_resources/sample/"): packed.getinfo(name).file_size
            for name in packed.namelist()
            if name.startswith("fedi_artisan/_resources/sample/")
        }
    files = [file for file in (PROJECT / "sample").rglob("*") if file.is_file()]
    assert brought == {file.relative_to(PROJECT / "sample").as_posix(): file.stat().st_size for file in files}
    assert "portfolio.json" in brought


def test_the_wheel_brings_what_web_servers_in_front_are_told(program: Path) -> None:
    """`fedi-artisan front` finds its files where it is installed."""
    [wheel] = program.parents[2].glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        brought = set(packed.namelist())
    assert {f"fedi_artisan/_resources/deploy/{file}" for file in FILES.values()} <= brought


def test_the_wheel_runs_from_an_empty_folder(program: Path, tmp_path: Path) -> None:
    """The wheel holds templates, migrations, static files and words: a page, its style and a document are answered."""
    with free_socket() as reserved:
        port = reserved.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}

    def typed(*words: str) -> str:
        done = subprocess.run(
            [program, *words], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    typed("init", "--origin", origin, "--listen", f"127.0.0.1:{port}", "--username", "lea", "--name", "Léa")
    photo = next((PROJECT / "tests" / "data" / "photos").glob("*.jpg"))
    typed("publish", "--title", "Moon jar", "--photo", str(photo), "--alt", "A white jar")
    with (
        subprocess.Popen(
            [program, "serve"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
        ) as serving,
        contextlib.ExitStack() as at_the_end,
    ):
        at_the_end.callback(serving.terminate)
        assert serving.stdout is not None
        assert origin in serving.stdout.readline()

        def get(path: str, **headers: str) -> str:
            request = urllib.request.Request(f"{origin}{path}", headers=headers)  # noqa: S310 - loopback
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return str(answer.read().decode())

        page = get("/", **{"Accept-Language": "fr"})
        assert "Moon jar" in page
        assert 'lang="fr"' in page
        [style] = re.findall(r'href="(/static/[^"]+\.css)"', page)
        assert "{" in get(style)
        assert 'alt="A white jar"' in page
        assert '"Note"' in get("/works/moon-jar", Accept="application/activity+json")


def test_the_wheel_becomes_a_service_wherever_it_is_installed(program: Path, tmp_path: Path) -> None:
    """The unit comes with the wheel, and starts the program of the very environment: of venv, or of uv."""
    by_venv = tmp_path / "venv" / "bin" / "fedi-artisan"
    [wheel] = program.parents[2].glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=False)
    _uv("pip", "install", "--offline", "--python", str(by_venv.parent / "python"), "--no-deps", str(wheel))
    [packages], [others] = ((one.parents[1] / "lib").glob("python*/site-packages") for one in (by_venv, program))
    (packages / "others.pth").write_text(f"{others}\n")
    for number, installed in enumerate((program, by_venv)):
        root = tmp_path / str(number)
        words = ("--prefix", root, "--origin", "https://atelier.example", "--username", "lea", "--name", "Léa")
        subprocess.run([installed, "install-service", *words], check=True, capture_output=True, timeout=60)
        unit = (root / "etc" / "systemd" / "system" / "fedi-artisan.service").read_text()
        assert f"\nExecStart={installed} --config /etc/fedi-artisan/config.toml serve\n" in unit
