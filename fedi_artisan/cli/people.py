"""Commands about people: whom you follow, who follows you, and whether your works reach them."""

import asyncio

import click

from fedi_artisan.app import open_parts
from fedi_artisan.cli.given import Given, by_option, chosen_artisan, pass_given
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.services import following as following_service
from fedi_artisan.storage import deliveries as stored_deliveries
from fedi_artisan.storage import follow_requests
from fedi_artisan.storage import followers as stored_followers
from fedi_artisan.storage.db import open_database
from fedi_artisan.storage.deliveries import HostSummary
from fedi_artisan.storage.followers import Follower


@click.command()
@click.argument("handle")
@by_option
@pass_given
def follow(given: Given, handle: str, by: str | None) -> None:
    """Follow somebody, by her handle @name@server.example."""
    uri = asyncio.run(_follow(given.config(), handle, by))
    click.echo(f"Asked {uri}. The request leaves as soon as the server runs.")


async def _follow(config: Config, handle: str, by: str | None) -> str:
    """Ask to follow and return whom."""
    async with open_parts(config) as parts:
        async with parts.db.read() as tx:
            artisan = await chosen_artisan(tx, by)
        actor = await parts.webfinger.resolve(handle)
        if parts.uris.is_ours(actor.uri):
            raise BadInput("that is somebody on this very server")
        async with parts.db.write() as tx:
            known = await parts.actors.put(tx, actor)
            await following_service.request(tx, parts.uris, artisan, known, utc_now())
    return actor.uri


@click.command()
@click.argument("handle")
@by_option
@pass_given
def unfollow(given: Given, handle: str, by: str | None) -> None:
    """Stop following somebody, by her handle @name@server.example."""
    asyncio.run(_unfollow(given.config(), handle, by))
    click.echo(f"You do not follow {handle} any more.")


async def _unfollow(config: Config, handle: str, by: str | None) -> None:
    """Stop following; what is known here is enough, her server need not answer."""
    async with open_database(config) as db, db.write() as tx:
        artisan = await chosen_artisan(tx, by)
        await following_service.stop_by_handle(tx, Uris(config.origin, config.media.origin), artisan, handle, utc_now())


@click.command()
@by_option
@pass_given
def followers(given: Given, by: str | None) -> None:
    """List who follows you."""
    everybody, waiting = asyncio.run(_followers(given.config(), by))
    for one in everybody:
        moved = f"  (moved to {one.moved_to_uri})" if one.moved_to_uri else ""
        click.echo(f"{one.handle}  {one.name}  since {one.followed_at:%Y-%m-%d}{moved}")
    click.echo(
        f"{len(everybody)} in all." if everybody else "Nobody yet. Your handle is what people need to follow you."
    )
    if waiting:
        click.echo(
            f"{waiting} more asked and wait for your answer, which you give at {given.config().origin}/studio/followers"
        )


async def _followers(config: Config, by: str | None) -> tuple[list[Follower], int]:
    """Return who follows, and how many wait to."""
    async with open_database(config) as db, db.read() as tx:
        artisan = await chosen_artisan(tx, by)
        return await stored_followers.list_all(tx, artisan.id), await follow_requests.count(tx, artisan.id)


@click.command()
@click.option("--host", help="Only this server.")
@click.option("--retry", is_flag=True, help="Try everything that waits, was refused or was given up, now.")
@pass_given
def deliveries(given: Given, host: str | None, retry: bool) -> None:
    """Show what is on its way to other servers: waiting, arrived, refused, given up, with the last answer."""
    summaries, retried = asyncio.run(_deliveries(given.config(), host, retry=retry))
    if retry:
        click.echo(f"{retried} will be tried now.")
    for one in summaries:
        _tell_host(one)
    if not summaries:
        click.echo("Nothing was ever sent there." if host else "Nothing was ever sent.")


def _tell_host(one: HostSummary) -> None:
    """Print how deliveries to one host stand."""
    counts = {"waiting": one.waiting, "arrived": one.delivered, "refused": one.refused, "given up": one.given_up}
    stands = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    click.echo(f"{one.host}: {stands}")
    if one.closed_until is not None and one.closed_until > utc_now():
        click.echo(f"    does not answer; next try at {one.closed_until:%Y-%m-%d %H:%M} UTC")
    if one.last_answer and (one.waiting or one.refused or one.given_up):
        click.echo(f"    last answer: {one.last_answer}")


async def _deliveries(config: Config, host: str | None, *, retry: bool) -> tuple[list[HostSummary], int]:
    async with open_database(config) as db, db.write() as tx:
        retried = await stored_deliveries.retry(tx, utc_now(), host) if retry else 0
        return await stored_deliveries.summaries(tx, host), retried


COMMANDS = (follow, unfollow, followers, deliveries)
