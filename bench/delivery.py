"""A work going out: how many deliveries a second, and whether dead and slow servers hold up the others."""

import resource
import statistics
import time
from collections.abc import Sequence

from bench import bare
from bench import site as sites
from bench.neighbours import Neighbour, Street
from bench.site import Site, until
from bench.size import Size
from bench.table import Aim, Row
from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.storage import actors, artisans, followers

AIM_PER_S = 800.0
TROUBLED = 20  # one of so many is dead, and one is slow


async def run(site: Site, size: Size) -> list[Row]:
    """Return what works cost: some to healthy servers alone, then as many to the same and the dead and slow ones.

    The clock starts when a work is published, as by the command beside the server, so that it holds the time until
    the server notices. It stops when the last healthy server has the work.
    """
    limit = bare.signs_per_s(size.bare_s)
    _allow_many_sockets()
    async with Street(size.inboxes) as street:
        dead = street.neighbours[::TROUBLED]
        slow = street.neighbours[1::TROUBLED]
        healthy = [one for number, one in enumerate(street.neighbours) if number % TROUBLED > 1]
        for neighbour in (*healthy, *slow):
            await street.open(neighbour)
        for neighbour in slow:
            neighbour.delay_s = size.slow_s
        # All are met in their mixed order, in which works are sent, before the first of them follow.
        actor_ids = await _meet(site, street.neighbours)
        await _follow(site, actor_ids, healthy)
        alone_s, _ = await _publish(site, size, healthy, [])
        await _follow(site, actor_ids, [*dead, *slow])
        took_s, cpu_s = await _publish(site, size, healthy, slow)
        told = {"healthy": _told(healthy), "slow": _told(slow), "dead": _told(dead)}
    assert told == {"healthy": {2 * size.works}, "slow": {size.works}, "dead": {0}}, told
    waiting = site.count("SELECT count(*) FROM deliveries WHERE state = 'waiting'")
    assert waiting == size.works * len(dead), waiting
    limit_is = "/s: RSA-2048 signed, one core, nothing else"
    return [
        Row(
            what=f"deliveries to {len(healthy):,} healthy of {size.inboxes:,} servers",
            value=len(healthy) / took_s,
            unit="/s",
            limit=limit,
            limit_is=limit_is,
            aim=Aim(AIM_PER_S),
        ),
        Row(
            what="… the same servers without the dead and slow ones",
            value=len(healthy) / alone_s,
            unit="/s",
            limit=limit,
            limit_is=limit_is,
        ),
        Row(what="… for each second of the server's processor time", value=len(healthy) / cpu_s, unit="/s"),
        Row(what="… the last healthy server had a work after", value=took_s, unit="s"),
        Row(what="… the slow servers answer after", value=size.slow_s, unit="s"),
    ]


def _allow_many_sockets() -> None:
    """Let this process hold a socket and a connection for each server; ours runs already, with what it was given."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _meet(site: Site, neighbours: Sequence[Neighbour]) -> dict[str, int]:
    """Store the actor of each server and return their rows by their ids."""
    actor_ids = {}
    async with site.writing() as tx:
        for neighbour in neighbours:
            uri, inbox_url = neighbour.actor_uri, neighbour.inbox_url
            actor = RemoteActor(uri=uri, type="Person", username=neighbour.name, inbox_url=inbox_url)
            actor_ids[actor.uri] = await actors.put(tx, actor, utc_now())
    return actor_ids


async def _follow(site: Site, actor_ids: dict[str, int], neighbours: Sequence[Neighbour]) -> None:
    """Make the actor of each server a follower."""
    async with site.writing() as tx:
        artisan = (await artisans.list_all(tx))[0]
        for neighbour in neighbours:
            uri = neighbour.actor_uri
            await followers.put(tx, artisan.id, actor_ids[uri], f"{uri}#follow", utc_now())


async def _publish(
    site: Site, size: Size, healthy: Sequence[Neighbour], slow: Sequence[Neighbour]
) -> tuple[float, float]:
    """Publish some works; return the median seconds until all healthy servers have one, and of processor time."""
    costs = [await _publish_one(site, size, healthy, slow) for _ in range(size.works)]
    took_s, cpu_s = zip(*costs, strict=True)
    return statistics.median(took_s), statistics.median(cpu_s)


async def _publish_one(
    site: Site, size: Size, healthy: Sequence[Neighbour], slow: Sequence[Neighbour]
) -> tuple[float, float]:
    """Publish one work and return what it cost, once the slow servers have answered as well."""
    told = len(healthy[0].arrived_at)
    delivered = _delivered(site) + len(healthy) + len(slow)
    cpu_s, began = site.cpu_s(), time.perf_counter()
    await sites.publish(site, len(site.works))
    await until(lambda: all(len(one.arrived_at) > told for one in healthy), within_s=size.patience_s)
    cpu_s = site.cpu_s() - cpu_s
    await until(lambda: _delivered(site) == delivered, within_s=size.patience_s)
    return max(one.arrived_at[told] for one in healthy) - began, cpu_s


def _delivered(site: Site) -> int:
    """Return how many deliveries are recorded as done."""
    return site.count("SELECT count(*) FROM deliveries WHERE state = 'delivered'")


def _told(neighbours: Sequence[Neighbour]) -> set[int]:
    """Return how many deliveries each of them got."""
    return {len(one.arrived_at) for one in neighbours}
