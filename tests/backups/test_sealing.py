"""Encrypted backups: opened by whom they are for, by other programs too, and by nobody else."""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import random
import shutil
import subprocess
import tarfile
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.errors import BadBackup, BadInput
from fedi_artisan.services.backups.layout import DATABASE
from fedi_artisan.services.backups.orders import Order
from fedi_artisan.services.backups.restoring import look, restore
from fedi_artisan.services.backups.sealing import Keys, Seal, opened, sealed
from tests.backups.furnished import Home, Nights, no_passphrase

PASSPHRASE = "moon jar teapot kiln"


def key_file(place: Path) -> tuple[Path, str]:
    """Return a file with a new key of age, as its own program makes one, and the half of it that may be known."""
    key = pyrage.x25519.Identity.generate()
    place.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n", encoding="utf-8")
    return place, str(key.to_public())


async def test_who_has_the_key_can_restore_it(home: Home, tmp_path: Path) -> None:
    """Encrypted for two keys, each of them opens it; another one does not, nor does nobody's."""
    (first, one), (_, two), (other, _) = (key_file(tmp_path / f"{number}.txt") for number in range(3))
    made = await home.back_up(Order(to=tmp_path / "one.tar.age", seal=Seal(recipients=(one, two))))
    assert b"config.toml" not in made.file.read_bytes()
    restore(made.file, tmp_path / "again", Keys(files=(first,), ask=no_passphrase))
    assert Home(tmp_path / "again").tables() == home.tables()
    assert Home(tmp_path / "again").files() == home.files()
    for files, why in (((), "--identity"), ((other,), "none of the keys")):
        with pytest.raises(BadInput, match=why):
            restore(made.file, tmp_path / "no", Keys(files=files, ask=no_passphrase))
    assert list((tmp_path / "no").iterdir()) == []


async def test_an_ssh_key_will_do(home: Home, tmp_path: Path) -> None:
    """Who has no key of age can use that of ssh."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    (tmp_path / "id_ed25519").write_bytes(private)
    made = await home.back_up(Order(to=tmp_path / "one", seal=Seal(recipients=(f"{public.decode()} lea@laptop",))))
    assert look(made.file, Keys(files=(tmp_path / "id_ed25519",), ask=no_passphrase)).photographs > 5


async def test_for_others_a_whole_one_is_made(home: Home, tmp_path: Path) -> None:
    """What rests upon a whole one that somebody cannot open would be of no use to her."""
    one, two = key_file(tmp_path / "one.txt")[1], key_file(tmp_path / "two.txt")[1]

    async def is_whole(*recipients: str) -> bool:
        to = Order(to=tmp_path / "gathered", gathers=True, seal=Seal(recipients=recipients))
        return (await home.back_up(to, clock=clock)).about.base is None

    clock = Nights()
    assert await is_whole(one)
    clock.now += timedelta(days=1)
    assert not await is_whole(one)
    clock.now += timedelta(days=1)
    assert await is_whole(one, two)


async def test_under_a_passphrase(home: Home, tmp_path: Path) -> None:
    """What is encrypted under a passphrase is a tar of two files: a key under it, and what that key opens.

    The passphrase is made safe by half a gigabyte and a second of work, so nothing is opened here; see below. It is
    whole though another one lies there: whoever restores types one passphrase, and that one may have had another.
    """
    before = await home.back_up(Order(to=tmp_path, gathers=True))
    known = before.file.with_name(f"{before.file.name}.list")
    known.write_text(json.dumps(json.loads(known.read_text()) | {"sealed_for": ["passphrase"]}))
    made = await home.back_up(Order(to=tmp_path, gathers=True, seal=Seal(passphrase=PASSPHRASE)))
    assert made.file.name.endswith("-whole.sealed.tar")
    with tarfile.open(made.file) as file:
        assert file.getnames() == ["key.age", "backup.tar.age"]
        kept, payload = (file.extractfile(name).read() for name in file.getnames())  # type: ignore[union-attr]
    assert kept.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert payload.startswith(b"age-encryption.org/v1\n-> X25519 ")


def cheaply(content: bytes) -> bytes:
    """Return what age makes of *content* under the passphrase, with a thousandth of the work that makes it safe.

    Source: age-encryption.org/v1, "The scrypt recipient type".
    """

    def text(raw: bytes) -> bytes:
        return base64.b64encode(raw).rstrip(b"=")

    def derived(salt: bytes, info: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt, info).derive(file_key)

    file_key, salt, nonce = bytes(range(16)), b"s" * 16, b"n" * 16
    label = b"age-encryption.org/v1/scrypt" + salt
    wrapping = hashlib.scrypt(PASSPHRASE.encode(), salt=label, n=2**4, r=8, p=1, dklen=32)
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    head = b"age-encryption.org/v1\n-> scrypt %s 4\n%s\n---" % (text(salt), text(wrapped))
    mac = text(hmac.digest(derived(b"", b"header"), head, "sha256"))
    last = bytes(11) + b"\1"
    return b"%s %s\n%s" % (head, mac, nonce + ChaCha20Poly1305(derived(nonce, b"payload")).encrypt(last, content, None))


def under_a_passphrase(content: bytes) -> bytes:
    """Return the bytes of a backup with this content."""
    key, made = pyrage.x25519.Identity.generate(), io.BytesIO()
    parts = {"key.age": cheaply(f"{key}\n".encode()), "backup.tar.age": pyrage.encrypt(content, [key.to_public()])}
    for name, part in parts.items():
        info = tarfile.TarInfo(name)
        info.size = len(part)
        made.write(info.tobuf(tarfile.GNU_FORMAT) + part + bytes(-len(part) % 512))
    return made.getvalue() + bytes(1024)


def test_what_follows_behind_the_end_is_not_taken_in(tmp_path: Path) -> None:
    """A backup with a terabyte of nothing behind it is told to be wrong; none of that is read."""
    file = tmp_path / "long.sealed.tar"
    file.write_bytes(under_a_passphrase(b"a" * 100))
    with file.open("r+b") as longer:
        longer.truncate(10**12)
    with (
        file.open("rb") as encrypted,
        pytest.raises(BadBackup, match="follows behind"),
        opened(encrypted, Keys(ask=lambda: PASSPHRASE)) as source,
    ):
        assert source.read(100) == b"a" * 100


def test_no_byte_under_a_passphrase_can_differ() -> None:
    """Another passphrase is told to be wrong; whichever byte is another one, or missing, nothing is read to its end."""
    content = bytes(range(256)) * 600
    encrypted = under_a_passphrase(content)

    def read(encrypted: bytes, passphrase: str = PASSPHRASE) -> bytes:
        with opened(io.BytesIO(encrypted), Keys(ask=lambda: passphrase)) as source:
            return source.read(len(content)) + source.read(1)

    assert read(encrypted) == content
    with pytest.raises(BadInput, match="the passphrase is wrong"):
        read(encrypted, PASSPHRASE + ".")
    chance = random.Random(20261126)  # noqa: S311 - the same bytes each time
    for place in (*range(20, 2048, 13), *chance.sample(range(2048, len(encrypted)), 40), len(encrypted) - 1):
        changed = bytearray(encrypted)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises((BadBackup, BadInput)):
            read(bytes(changed))
    for length in (*range(600, len(encrypted), 4999), len(encrypted) - 1):
        with pytest.raises((BadBackup, BadInput)):
            read(encrypted[:length])


def test_no_encrypted_byte_can_differ(tmp_path: Path) -> None:
    """Whichever byte of an encrypted file is another one, or wherever it is cut off, it is not read to its end."""
    file, public = key_file(tmp_path / "key.txt")
    keys = Keys(files=(file,), ask=no_passphrase)
    made = io.BytesIO()
    content = bytes(range(256)) * 600
    with sealed(made, Seal(recipients=(public,)), utc_now()) as sink:
        sink.write(content)

    def read(encrypted: bytes) -> bytes:
        with opened(io.BytesIO(encrypted), keys) as source:
            return source.read(len(content)) + source.read(1)

    encrypted = made.getvalue()
    assert read(encrypted) == content
    chance = random.Random(20261126)  # noqa: S311 - the same bytes each time
    for place in (*range(0, 250, 9), *chance.sample(range(len(encrypted)), 60)):
        changed = bytearray(encrypted)
        changed[place] ^= 1 << chance.randrange(8)
        if changed.startswith(b"age-encryption.org/"):
            with pytest.raises((BadBackup, BadInput)):
                read(bytes(changed))
    for length in chance.sample(range(25, len(encrypted)), 30):
        with pytest.raises((BadBackup, BadInput)):
            read(encrypted[:length])


async def test_the_program_of_age_opens_it(home: Home, tmp_path: Path) -> None:
    """What is encrypted here opens with `age` of Debian and `tar`, without this program."""
    age = shutil.which("age")
    assert age is not None, "this test needs `age`: apt-get install age"
    file, public = key_file(tmp_path / "key.txt")
    made = await home.back_up(Order(to=tmp_path / "one.tar.age", seal=Seal(recipients=(public,))))
    await asyncio.to_thread(_open_without_us, [age, "-d", "-i", str(file), str(made.file)], tmp_path / "out")


def _open_without_us(decrypt: list[str], into: Path) -> None:
    """Decrypt and unpack with the programs of the system, and look at all sums."""
    plain = subprocess.run(decrypt, capture_output=True, check=True, timeout=30).stdout
    into.mkdir()
    for command in (
        ["tar", "-x"],
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        ["gunzip", DATABASE],
    ):
        subprocess.run(command, input=plain, cwd=into, check=True, timeout=30, capture_output=True)
    assert (into / "fedi-artisan.sqlite3").read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.parametrize("recipient", ["age1nobody", "ssh-ed25519 AAAA", "lea@atelier.example"])
def test_nothing_is_encrypted_for_nobody(recipient: str) -> None:
    """What is no key is refused before anything is written, and so is a passphrase that would be guessed."""
    with pytest.raises(BadInput, match="is no key to encrypt for"):
        Seal(recipients=(recipient,))
    with pytest.raises(BadInput, match="12 characters"):
        Seal(passphrase="short")


@pytest.mark.parametrize("content", [b"", b"AGE-SECRET-KEY-1NONE", b"# nothing\n", b"\xff\xfe", b"-----BEGIN X-----"])
async def test_what_is_no_key_is_told_without_showing_it(content: bytes, tmp_path: Path) -> None:
    """A file that holds no key is named, and nothing of what is in it is told."""
    (tmp_path / "key.txt").write_bytes(content)
    sink = io.BytesIO()
    with sealed(sink, Seal(recipients=(key_file(tmp_path / "real.txt")[1],)), utc_now()) as sealing:
        sealing.write(b"x")
    sink.seek(0)
    with (
        pytest.raises(BadInput, match=r"key\.txt: holds no key") as told,
        opened(sink, Keys(files=(tmp_path / "key.txt",), ask=no_passphrase)),
    ):
        pass
    assert "SECRET" not in str(told.value)
