"""Commands about the keys that prove what is yours: replacing them, and locking them in the database."""

import asyncio
from collections.abc import Callable

import click

from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.federation.signatures import keys
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.serving.lock import only_server
from fedi_artisan.storage import artisans
from fedi_artisan.storage.db import open_database


@click.group()
def key() -> None:
    """The keys that prove what is yours."""


@key.command()
@by_option
@pass_given
def rotate(given: Given, by: str | None) -> None:
    """Replace the artisan's key by a new one and tell all followers."""
    asyncio.run(_rotate(given.config(), by))
    click.echo("The key was replaced. Other servers learn of it with the next delivery.")


@key.command()
@pass_given
def lock(given: Given) -> None:
    """Lock all private keys in the database with the secret of the configuration; the server must not run."""
    config = given.config()
    secret = config.keys.secret
    if secret is None:
        raise BadInput(
            "say in the configuration by what: make a file with a long secret that only the server can read, and name "
            "it as secret_file in the table [keys]"
        )
    with only_server(config):
        count = asyncio.run(_rewrite(config, lambda pem: keys.lock(pem, secret)))
    click.echo(f"{_counted(count, 'locked')} Without the secret nobody can use them: keep it, and apart from")
    click.echo(
        "backups. Copies of the database that were made before hold them unlocked; `key rotate` makes those useless."
    )


@key.command()
@pass_given
def unlock(given: Given) -> None:
    """Have private keys in the database be read without a secret; the server must not run."""
    config = given.config()
    with only_server(config):
        count = asyncio.run(_rewrite(config, lambda pem: keys.unlock(pem, config.keys.secret)))
    click.echo(f"{_counted(count, 'unlocked')} The secret is not needed any more.")


def _counted(count: int, state: str) -> str:
    """Return how many keys have been locked, or unlocked."""
    if not count:
        return f"All private keys were {state} already."
    return f"{count} private keys are {state} now." if count > 1 else f"1 private key is {state} now."


async def check_keys(config: Config) -> None:
    """Return when the server's own key can be read.

    Without its secret, a new key beside it would lie there unlocked; with another one, the server could not use it.

    Raises:
        BadConfig: it is locked, and its secret is missing or another one.
        NotFound: there is none.
    """
    async with open_database(config, readers=1) as db, db.read() as tx:
        keys.load_private_key((await artisans.get_key(tx, None)).private_pem, config.keys.secret)


async def _rewrite(config: Config, written: Callable[[str], str]) -> int:
    """Store each private key as *written* says, all of them or none; return how many are now otherwise."""
    count = 0
    async with open_database(config) as db, db.write_without_trace() as tx:
        for stored in await artisans.list_keys(tx):
            private_pem = written(stored.private_pem)
            if private_pem != stored.private_pem:
                await artisans.set_private_pem(tx, stored, private_pem)
                count += 1
    return count


async def _rotate(config: Config, by: str | None) -> None:
    await check_keys(config)
    async with open_database(config) as db:
        pair = keys.generate(config.keys.secret)
        async with db.write() as tx:
            artisan = await chosen_artisan(tx, by)
            await artisans_service.rotate_key(tx, Uris(config.origin, config.media.origin), artisan, pair, utc_now())


COMMANDS = (key,)
