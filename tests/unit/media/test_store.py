"""The store: names by content, nothing outside it, whole files or none."""

import asyncio
import dataclasses
import hashlib
import os
import re
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from fedi_artisan.config import Config
from fedi_artisan.errors import NotFound
from fedi_artisan.media import store
from fedi_artisan.media.folder import Folder
from tests.unit.media.storing import put

CHECKOUT = Path(__file__).parents[3]


def public(config: Config) -> Folder:
    """Return where public pictures lie."""
    found = store.open_stores(config).public
    assert isinstance(found, Folder)
    return found


def files(config: Config) -> list[Path]:
    """Return every file in the folder of pictures."""
    return sorted(path for path in config.media_dir.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../fedi-artisan.sqlite3",
        "ab/../../fedi-artisan.sqlite3",
        "/etc/passwd",
        "a" * 40,
        "a" * 40 + ".gif",
        "a" * 40 + ".heic",
        "a" * 40 + ".JPG",
        "a" * 40 + ".jpg/..",
        "a" * 40 + ".jpg\n",
        "a" * 40 + ".jpg\0",
        "a" * 39 + ".jpg",
        "a" * 64 + ".jpg",
        "A" * 40 + ".jpg",
        "../" + "a" * 37 + ".jpg",
        "a" * 37 + "/../.jpg",
        "\N{ARABIC-INDIC DIGIT ONE}" * 40 + ".jpg",
    ],
)
def test_only_names_of_the_store_lead_anywhere(config: Config, name: str) -> None:
    """WIRE 10.2 #52: a name with a path in it, or of any other form, is not found."""
    with pytest.raises(NotFound):
        public(config).place(name)


def test_a_name_leads_into_the_store(config: Config) -> None:
    """A picture lies in a folder named by the first two digits of its name."""
    name = "ab" + "0" * 38 + ".jpg"
    assert public(config).place(name) == config.media_dir / "ab" / name


def test_a_write_that_fails_leaves_nothing(config: Config) -> None:
    """A full disk in the middle of a picture leaves neither half a file nor a leftover."""
    script = """
import resource, sys
from pathlib import Path
from fedi_artisan.config import Config
from tests.unit.media.storing import put
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    put(Config(origin="https://atelier.example", data_dir=Path(sys.argv[1])), bytes(300_000))
except OSError as error:
    print(error.strerror)
"""
    command = [sys.executable, "-c", script, str(config.data_dir)]
    said = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "File too large"
    assert files(config) == []
    assert list(config.incoming_dir.iterdir()) == []


@pytest.mark.parametrize("pictures", [0, 1, 5, 12])
async def test_a_killed_writer_leaves_whole_files_only(config: Config, pictures: int) -> None:
    """Whenever the process is killed, a final name stands for the whole content, and what was reported is there."""
    script = """
import os, sys
from pathlib import Path
from fedi_artisan.config import Config
from tests.unit.media.storing import put
config = Config(origin="https://atelier.example", data_dir=Path(sys.argv[1]))
print("ready", flush=True)
while True:
    print(put(config, os.urandom(300_000)), flush=True)
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(config.data_dir), stdout=PIPE, cwd=CHECKOUT
    )
    assert process.stdout is not None
    reported = [(await process.stdout.readline()).decode().strip() for _ in range(pictures + 1)][1:]
    process.send_signal(signal.SIGKILL)
    await process.communicate()

    final = [file for file in files(config) if file.suffix == ".jpg"]
    assert {file.name for file in final} >= set(reported)
    for file in final:
        assert hashlib.sha256(file.read_bytes()).hexdigest()[:40] == file.stem

    store.sweep(config)
    assert files(config) == final
    assert list(config.incoming_dir.glob("*")) == []


def test_a_bucket_needs_its_library() -> None:
    """Without obstore a server with a bucket is told what to install; one without a bucket never asks for it."""
    script = """
import sys
sys.modules["obstore"] = None
from fedi_artisan.config import parse
from fedi_artisan.errors import BadConfig
from fedi_artisan.media import store
settings = {"origin": "https://atelier.example"}
store.open_stores(parse(settings))
media = {"bucket": "photos", "bucket_region": "eu-west-3", "bucket_key_id": "key", "bucket_secret": "secret"}
try:
    store.open_stores(parse({**settings, "media": media}))
except BadConfig as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, check=True, capture_output=True, text=True, timeout=30
    ).stdout
    assert said.startswith("media.bucket: ")
    assert "pip install 'fedi-artisan[s3]'" in said


def test_pictures_can_be_read_by_a_web_server_in_front_and_originals_by_nobody(config: Config) -> None:
    """Files, and folders around them, are open to those for whom they are, whatever is usual here (umask)."""
    former = os.umask(0o077)
    try:
        picture = public(config).place(put(config, b"for everybody"))
        original = config.originals_dir / ("a" * 64)
        originals = store.open_stores(config).originals
        assert isinstance(originals, Folder)
        upload = config.incoming_dir / "upload"
        upload.write_bytes(b"for nobody")
        named = dataclasses.replace(originals, names=re.compile("a{64}"))
        named.put_now(upload, original.name)
    finally:
        os.umask(former)
    modes = [path.stat().st_mode & 0o777 for path in (picture, picture.parent, config.media_dir)]
    assert modes == [0o644, 0o755, 0o755]
    assert [path.stat().st_mode & 0o777 for path in (original, original.parent)] == [0o600, 0o700]
