"""The child process by itself: bound, and not for ever."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fedi_artisan.domain.terms import Watermark
from fedi_artisan.media.recipe import Recipe

CHECKOUT = Path(__file__).parents[3]
PIXELS, MEMORY_BYTES = 120_000_000, 1_600_000_000


def start(photo: Path, *, time_s: int) -> subprocess.Popen[bytes]:
    """Start the child as `darkroom` does."""
    command = [sys.executable, "-W", "ignore", "-m", "fedi_artisan.media.child"]
    limits = [str(PIXELS), str(MEMORY_BYTES), str(time_s)]
    with photo.open("rb") as stdin:
        return subprocess.Popen(
            [*command, *limits, Recipe().to_json()], stdin=stdin, stdout=subprocess.PIPE, cwd=CHECKOUT
        )


def test_a_child_without_a_parent_ends_by_itself(photos: Path) -> None:
    """A child whose answer nobody reads, as after a kill of the server, ends within its time."""
    with start(photos / "ash-bowl.jpg", time_s=1) as process:
        assert process.wait() == -signal.SIGALRM


@pytest.mark.parametrize(
    ("name", "watermark", "loaded"),
    [
        ("bowl-small.jpg", None, set()),
        ("phone.heic", None, {"PIL", "pi_heif"}),
        ("bowl-small.jpg", Watermark(text="© Maria"), {"PIL"}),
    ],
)
def test_a_decoder_is_loaded_for_who_needs_it(
    photos: Path, name: str, watermark: Watermark | None, loaded: set[str]
) -> None:
    """What reads HEIC and what draws letters come within the walls when they are needed, and only then."""
    script = (
        "import sys\nfrom fedi_artisan.media import child\nchild._run(sys.argv[1:])\n"
        "print(*({'PIL', 'pi_heif'} & set(sys.modules)), file=sys.stderr)"
    )
    arguments = [str(PIXELS), str(MEMORY_BYTES), "60", Recipe(watermark=watermark).to_json()]
    with (photos / name).open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-P", "-c", script, *arguments],
            stdin=stdin,
            capture_output=True,
            check=True,
            cwd="/",
            env={"PYTHONPATH": str(CHECKOUT)},
        )
    assert set(done.stderr.decode().split()) == loaded
    assert b'"refused"' not in done.stdout


@pytest.mark.parametrize("name", ["script.svg", "text-renamed.jpg"])
def test_the_child_looks_for_itself(photos: Path, name: str) -> None:
    """The child takes nobody's word for the kind of a file."""
    with start(photos / name, time_s=60) as process:
        said, _ = process.communicate()
    assert (process.returncode, said[4:]) == (0, b'{"refused": "damaged"}')
