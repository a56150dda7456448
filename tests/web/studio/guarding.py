"""A house whose rules about others have something of everything, for the tests of the pages that show them."""

from fedi_artisan.domain.block_lists import Kind, read
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.safety import Reason, Severity
from fedi_artisan.domain.unwanted import Action
from fedi_artisan.services import safety
from fedi_artisan.storage import held, lists, reports
from tests.house import House
from tests.web.studio.happening import follow, mention

_FILE = b"""#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
host.example,suspend,False,False,"writes to everybody, all day",False
calm.example,silence,False,False,,False
ho***t.example,suspend,False,False,,False
loud.example,suspend,False,False,,False
"""


async def furnish_safety(house: House) -> None:
    """Hold something back, keep people and servers away, and let there be reports, lists and a file."""
    now, artisan = utc_now(), house.artisan
    for number in (901, 902):
        await mention(house, number, "<p>Win at the <strong>casino</strong> of your dreams, tonight only</p>")
    await follow(house, "fritz")
    async with house.db.write() as tx:
        await held.hold(tx, "https://host.example/notes/901", Reason.WORD, "casino")
        await held.hold(tx, "https://host.example/notes/902", Reason.SILENCED, "host.example")
        await safety.add_word(tx, artisan, "casino", now, whole=True, action=Action.HIDE)
        await safety.add_word(tx, artisan, "araignée", now, whole=False, action=Action.WARN)
        await safety.block(tx, house.uris, artisan, "@fritz@host.example", now, why="rude, twice")
        await safety.mute(tx, house.uris, artisan, "@loud@far.example", now)
        for domain, severity in (("loud.example", Severity.BLOCKED), ("calm.example", Severity.SILENCED)):
            await safety.rule_server(tx, house.uris, artisan, domain, severity=severity, now=now, why="spam")
        about = [house.actor_uri]
        await reports.put_incoming(
            tx,
            artisan.id,
            activity_uri="https://far.example/flags/1",
            host="far.example",
            about=about,
            words="Not her own photographs",
            now=now,
        )
        list_id = await safety.subscribe(tx, "https://lists.example/tier-0.csv", now)
        await lists.put_found(tx, list_id, read(_FILE, Kind.SERVERS), now)
        await safety.give_import(tx, artisan, Kind.SERVERS, _FILE, now)
