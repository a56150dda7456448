"""The image of deploy/container, really built and really run: `make try-container`, three minutes.

No daemon is asked: buildah builds, podman runs. What the image stands on is made of Debian's packages, with the Python
of Debian, as in `docker build --build-arg BASE=…`; everything else is as the page says it is done.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from tests.house import free_socket

PROJECT = Path(__file__).parents[2]
BASE, IMAGE = "localhost/fedi-artisan-base", "localhost/fedi-artisan"
_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05
_GRACE_S = 20
# As compose.yaml says. The network is that of the machine, as not every machine lets one make another.
_BOUND = ("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--tmpfs=/tmp:size=64m,mode=1777")
_HERE = ("--network=host", "--health-interval=disable", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1000:1000")
# Which runtime there is differs; the first way that can run the image is taken.
_WAYS = (("--memory=1g",), ("--runtime=runc", "--memory=1g"), ("--runtime=runc",), ("--cgroups=disabled",))
_ESCAPE = "open('/app/planted', 'w')"


@dataclass(frozen=True, slots=True)
class Engine:
    """Where images and containers of this try lie: in a folder of their own, which goes again."""

    folder: Path
    way: tuple[str, ...] = ()

    def call(self, program: str, *words: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        """Run buildah or podman; what they say is shown where they fail."""
        own = ["--root", str(self.folder / "root"), "--runroot", str(self.folder / "run"), "--storage-driver", "vfs"]
        if program == "podman":
            own += ["--cgroup-manager=cgroupfs", "--events-backend=file"]
            runtime = [word for word in self.way if word.startswith("--runtime")]
            own += runtime
        done = subprocess.run([program, *own, *words], cwd=PROJECT, capture_output=True, text=True, check=False)
        if done.returncode and not may_fail:
            sys.exit(f"{program} {' '.join(words)}\n{done.stdout}\n{done.stderr}")
        return done

    def run(
        self, data: Path, *words: str, options: Sequence[str] = (), may_fail: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the image to its end."""
        given = [*_BOUND, *_HERE, *self.limits, "--volume", f"{data}:/data", *options]
        return self.call("podman", "run", "--rm", *given, IMAGE, *words, may_fail=may_fail)

    @property
    def limits(self) -> Sequence[str]:
        """What is said of memory, where that can be said."""
        return [word for word in self.way if not word.startswith("--runtime")]


def build(engine: Engine) -> None:
    """Make what the image stands on, and the image."""
    base = PROJECT / ".cache" / "container" / "base.tar"
    if not base.exists():
        base.parent.mkdir(parents=True, exist_ok=True)
        packages = "--include=python3,python3-venv,ca-certificates"
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm", str(base)], check=True)
    made = engine.call("buildah", "from", "scratch").stdout.strip()
    engine.call("buildah", "add", made, str(base), "/")
    engine.call("buildah", "commit", "--quiet", "--rm", made, BASE)
    # Whom this machine trusts: it may stand behind a proxy of its own.
    trusted = ["--volume=/etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro"]
    engine.call(
        *("buildah", "build", "--isolation=chroot", "--format=docker", "--layers=false", *trusted),
        *(f"--build-arg=BASE={BASE}", f"--tag={IMAGE}", "--file=deploy/container/Dockerfile", "."),
    )


def able(engine: Engine, data: Path) -> Engine:
    """Return the engine in the first way in which it can run the image."""
    failed = []
    for way in _WAYS:
        trying = Engine(engine.folder, way)
        done = trying.run(data, "--help", may_fail=True)
        if done.returncode == 0:
            return trying
        failed.append(f"{' '.join(way)}: {done.stderr.strip()}")
    sys.exit("podman cannot run it on this machine:\n" + "\n".join(failed))


@contextlib.contextmanager
def serving(engine: Engine, data: Path, port: int) -> Iterator[float]:
    """Run the server of the image while the block lasts; give the seconds from its start to its first answer."""
    began = time.monotonic()
    given = [*_BOUND, *_HERE, *engine.limits, "--volume", f"{data}:/data", *heard_at(port)]
    engine.call("podman", "run", "--detach", "--name=atelier", *given, IMAGE)
    try:
        while answer(port, "/healthz")[0] != HTTPStatus.OK:
            if time.monotonic() - began > _WITHIN_S:
                sys.exit("the server does not answer:\n" + engine.call("podman", "logs", "atelier").stderr)
            time.sleep(_LOOK_EVERY_S)
        yield time.monotonic() - began
    finally:
        engine.call("podman", "rm", "--force", "--time=1", "atelier", may_fail=True)


def heard_at(port: int) -> Sequence[str]:
    """Return how a container is told another port than its own: the network here is that of the machine."""
    return [f"--env=FEDI_ARTISAN_INIT_LISTEN=0.0.0.0:{port}", f"--env=FEDI_ARTISAN_INIT_ORIGIN=http://127.0.0.1:{port}"]


def answer(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body of an answer; 0 where there is none."""
    try:
        asking = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        with urllib.request.urlopen(asking, timeout=5) as answered:  # noqa: S310 - loopback
            return answered.status, answered.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


def inside(engine: Engine, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the container that serves."""
    return engine.call("podman", "exec", "atelier", *words, may_fail=True)


def look(engine: Engine, data: Path, port: int) -> Iterator[tuple[str, object, bool]]:
    """Yield what is looked at, what was found, and whether it is as it should be."""
    status, page = answer(port, "/")
    yield "the first page", status, b"Moon jar" in page
    status, document = answer(port, "/works/moon-jar", Accept="application/activity+json")
    yield "a work, for other servers", status, json.loads(document or b"{}").get("type") == "Note"
    pictures = [one["url"] for one in json.loads(document or b"{}").get("attachment", ()) if "url" in one]
    status, picture = answer(port, pictures[0].partition(str(port))[2]) if pictures else (0, b"")
    yield "its photograph", f"{status}, {len(picture):,} bytes", picture.startswith(b"\xff\xd8\xff")
    healthy = engine.call("podman", "healthcheck", "run", "atelier", may_fail=True)
    yield "the check of health, while it serves", f"exit code {healthy.returncode}", healthy.returncode == 0
    said = inside(engine, "cat", "/proc/1/status").stdout
    told = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    yield "user", told.get("Uid"), told.get("Uid", "").split() == ["10001"] * 4
    yield "rights of root", told.get("CapEff"), told.get("CapEff", "1").strip("0") == ""
    yield "no new privileges", told.get("NoNewPrivs"), told.get("NoNewPrivs") == "1"
    yield "memory, at rest", told.get("VmRSS", "").strip(), True
    escape = inside(engine, "python3", "-c", _ESCAPE)
    yield "writing outside /data", escape.stderr.strip().rpartition("\n")[2], "Read-only file system" in escape.stderr
    doctor = json.loads(inside(engine, "fedi-artisan", "doctor", "--json").stdout or "{}")
    yield "doctor answers", f"{len(str(doctor)):,} characters", bool(doctor)
    began = time.monotonic()
    engine.call("podman", "stop", f"--time={_GRACE_S}", "atelier")
    took_s = time.monotonic() - began
    ended = engine.call("podman", "inspect", "--format={{.State.ExitCode}}", "atelier").stdout.strip()
    yield "stopping", f"{took_s:.1f} s, exit code {ended}", took_s < _GRACE_S / 2 and ended in {"0", "143"}
    unwell = engine.run(data, "-I", "-S", "/app/healthy.py", options=["--entrypoint=python3"], may_fail=True)
    yield "… while it does not", f"exit code {unwell.returncode}", unwell.returncode == 1


def main() -> int:
    """Build, run, look, and say what was seen; return the exit code."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as made_in:  # noqa: S108 - it needs 3 GB
        folder, data = Path(made_in), Path(made_in) / "data"
        data.mkdir()
        os.chown(data, 10001, 10001)
        began = time.monotonic()
        build(Engine(folder))
        built_s = time.monotonic() - began
        engine = able(Engine(folder), data)
        sizes = [int(engine.call("podman", "inspect", "--format={{.Size}}", one).stdout) for one in (BASE, IMAGE)]
        rows: list[tuple[str, object, bool]] = [
            ("built in", f"{built_s:.0f} s", True),
            (
                "the image, beside what it stands on",
                f"{(sizes[1] - sizes[0]) / 1e6:.0f} MB of {sizes[1] / 1e6:.0f}",
                True,
            ),
            ("run with", " ".join(engine.way), True),
        ]
        with free_socket() as reserved:
            port = reserved.getsockname()[1]
        photo = PROJECT / "tests" / "data" / "photos" / "bowl-small.jpg"
        engine.run(data, "init", "--username=lea", "--name=Atelier Léa", options=heard_at(port))
        publish = ["publish", "--title=Moon jar", "--photo=/jar.jpg", "--alt=A white jar"]
        engine.run(data, *publish, options=[f"--volume={photo}:/jar.jpg:ro"])
        with serving(engine, data, port) as started_s:
            rows += [
                ("started in, with the copying of the image", f"{started_s:.1f} s", True),
                *look(engine, data, port),
            ]
        with serving(engine, data, port):
            _, page = answer(port, "/")
            rows.append(("a second container, the same data", "the work is there", b"Moon jar" in page))
    for what, found, fine in rows:
        print(f"{'ok  ' if fine else 'BAD '} {what:44} {found}")
    return 0 if all(fine for *_, fine in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
