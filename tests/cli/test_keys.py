"""Private keys locked in the database: of no use to whoever has the database alone, and of full use to the server."""

import os
import resource
import secrets
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fedi_artisan.errors import BadConfig
from fedi_artisan.federation.signatures import keys
from tests.cli.typed import Terminal
from tests.house import free_socket

BEGIN_OPEN, BEGIN_LOCKED = "-----BEGIN PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----"


def settle(home: Terminal, secret: str, mode: int = 0o600) -> Path:
    """Name a file with this secret in the configuration, and return it."""
    file = home.folder / "keys.secret"
    file.write_text(f"{secret}\n")
    file.chmod(mode)
    config = home.folder / "config.toml"
    text = config.read_text().partition("[keys]")[0]
    config.write_text(f'{text}[keys]\nsecret_file = "keys.secret"\n')
    return file


def pems(home: Terminal) -> list[str]:
    """Return the private keys as they stand in the database."""
    with sqlite3.connect(home.folder / "data" / "fedi-artisan.sqlite3") as opened:
        return [row[0] for row in opened.execute("SELECT private_pem FROM keys ORDER BY artisan_id")]


def everything_on_disk(home: Terminal) -> bytes:
    """Return all bytes of the database and of what SQLite keeps beside it."""
    return b"".join(file.read_bytes() for file in (home.folder / "data").glob("fedi-artisan.sqlite3*"))


def test_a_secret_is_read_from_plain_files_alone(home: Terminal) -> None:
    """A device named in settings that somebody else made up might never come to its end."""
    file = settle(home, "x" * 40)
    file.unlink()
    file.symlink_to(os.devnull)
    done = home.type("key", "lock")
    assert (done.code, "is no plain file" in done.err) == (2, True), done.err


def test_locked_keys_are_of_use_only_with_the_secret(home: Terminal) -> None:
    """All keys are locked together, nothing of how they stood is left on the disk, and all comes back by `unlock`."""
    open_keys = pems(home)
    assert all(pem.startswith(BEGIN_OPEN) for pem in open_keys)
    secret = secrets.token_urlsafe(24)
    settle(home, secret)
    done = home.type("key", "lock")
    assert (done.code, "2 private keys are locked now" in done.out) == (0, True)
    locked = pems(home)
    assert all(pem.startswith(BEGIN_LOCKED) for pem in locked)
    # A line from the middle of each key: nowhere in any file.
    for pem in open_keys:
        assert pem.splitlines()[5].encode() not in everything_on_disk(home)
    assert secret.encode() not in everything_on_disk(home)
    assert "locked already" in home.type("key", "lock").out
    assert home.type("key", "rotate").code == 0
    assert pems(home)[0] == locked[0]
    assert all(pem.startswith(BEGIN_LOCKED) for pem in pems(home))
    assert "2 private keys are unlocked" in home.type("key", "unlock").out
    assert pems(home)[0] == open_keys[0]


@pytest.mark.parametrize(
    ("secret", "mode", "words"),
    [
        (None, 0, "the private keys are locked; say in the configuration where the secret is"),
        ("another secret that is long", 0o600, "locked with another secret than the configuration gives"),
        ("short", 0o600, "holds 5 letters; it needs 16 at least"),
        ("another secret that is long", 0o644, "others can read"),
    ],
)
def test_a_server_does_not_start_without_the_secret(home: Terminal, secret: str | None, mode: int, words: str) -> None:
    """It says what is missing before it opens; nothing is sent unsigned, and nothing is lost."""
    settle(home, secrets.token_urlsafe(24))
    assert home.type("key", "lock").code == 0
    if secret is None:
        config = home.folder / "config.toml"
        config.write_text(config.read_text().partition("[keys]")[0])
    else:
        settle(home, secret, mode)
    with free_socket() as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    done = home.type("serve", "--listen", place)
    assert done.code != 0
    assert words in done.err
    assert "Traceback" not in done.err
    assert secret is None or secret == "short" or secret not in done.out + done.err


def test_nothing_is_locked_by_nothing(home: Terminal) -> None:
    """Without a secret `key lock` says how to make one; beside a running server it waits for nobody."""
    before = pems(home)
    done = home.type("key", "lock")
    assert (done.code, "secret_file" in done.err) == (1, True)
    settle(home, secrets.token_urlsafe(24))
    with (home.folder / "data" / "server.lock").open("w") as lock:
        import fcntl  # noqa: PLC0415 - as a running server does

        fcntl.flock(lock, fcntl.LOCK_EX)
        done = home.type("key", "lock")
    assert (done.code, "a server is running" in done.err) == (2, True)
    assert pems(home) == before


def test_the_secret_may_come_from_the_environment(home: Terminal) -> None:
    """As service managers hand over credentials; a file that is named comes first."""
    secret = secrets.token_urlsafe(24)
    assert home.type("key", "lock", FEDI_ARTISAN_KEYS_SECRET=secret).code == 0
    assert home.type("key", "rotate", FEDI_ARTISAN_KEYS_SECRET=secret).code == 0
    locked = pems(home)
    for words in (("key", "rotate"), ("artisan", "add", "--username", "anna", "--name", "Anna")):
        assert home.type(*words).code == 2, "it would lie there unlocked"
        assert home.type(*words, FEDI_ARTISAN_KEYS_SECRET="not this one at all").code == 2
    assert pems(home) == locked
    assert home.type("key", "unlock").code == 2
    settle(home, secret)
    assert home.type("key", "unlock", FEDI_ARTISAN_KEYS_SECRET="not this one at all").code == 0


def test_guessing_the_secret_is_slow() -> None:
    """The secret itself opens nothing: whoever has a copy of the database pays for each guess in memory and time."""
    secret = "four words nobody knows"
    locked, _ = keys.generate(secret)
    with pytest.raises(ValueError, match="password"):
        load_pem_private_key(locked.encode(), password=secret.encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with pytest.raises(BadConfig):
        keys.load_private_key(locked, "four words nobody knew")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before > 0.03


def test_a_locked_key_opens_with_its_secret_alone() -> None:
    """Whatever is not the secret opens nothing, and is told in the one way; locking twice changes nothing."""
    private, _ = keys.generate()
    locked = keys.lock(private, "the secret of the house")
    assert keys.lock(locked, "the secret of the house") == locked
    assert keys.unlock(locked, "the secret of the house") == private
    for wrong in (None, "The secret of the house", os.urandom(8).hex()):
        with pytest.raises(BadConfig):
            keys.load_private_key(locked, wrong)
        with pytest.raises(BadConfig):
            keys.unlock(locked, wrong)
    with pytest.raises(BadConfig):
        keys.lock(locked, "another secret")
