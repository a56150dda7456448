"""Things that happened, written as if they had come, for the tests of the pages that tell them."""

from datetime import datetime, timedelta

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import PUBLIC, new_uid
from fedi_artisan.domain.works import Work
from fedi_artisan.storage import conversation, follow_requests, followers, quotes
from fedi_artisan.storage.db import Tx
from fedi_artisan.vocab.notes import Note
from tests import saying
from tests.house import House
from tests.unit.storage.conftest import put_actor


async def put_person(tx: Tx, username: str, name: str = "", *, host: str = "host.example") -> int:
    """Store somebody and return her row."""
    actor_id = await put_actor(tx, username, host=host)
    await tx.execute("UPDATE actors SET name = ? WHERE id = ?", (name, actor_id))
    return actor_id


def note(number: int, html: str, *, public: bool = True) -> Note:
    """Return what somebody wrote."""
    return Note(
        uri=f"https://host.example/notes/{number}",
        attributed_to="https://host.example/users/x",
        in_reply_to="https://atelier.example/ap/works/x",
        content_html=html,
        url=f"https://host.example/@x/{number}",
        to=(PUBLIC,) if public else (),
    )


async def like(house: House, work: Work, *names: str, kind: str = "Like", content: str | None = None) -> None:
    """Let new people like a work, or announce it, each a second after the other."""
    async with house.db.write() as tx:
        for number, name in enumerate(names):
            actor_id = await put_person(tx, name, name.title())
            await conversation.put_reaction(
                tx,
                work_id=work.id,
                actor_id=actor_id,
                kind=kind,
                activity_uri=f"https://host.example/{kind}/{name}/{work.id}",
                content=content,
                now=utc_now() - timedelta(minutes=9) + timedelta(seconds=number),
            )


async def reply(
    house: House, work: Work, number: int, html: str, *, public: bool = True, now: datetime | None = None
) -> str:
    """Let Ana reply to a work; return the id of what she wrote."""
    said = note(number, html, public=public)
    async with house.db.write() as tx:
        actor_id = await put_person(tx, "ana", "Ana Lind")
        await saying.answer(tx, said, work_id=work.id, actor_id=actor_id, now=now or utc_now())
    return said.uri


async def mention(house: House, number: int, html: str) -> None:
    """Let Ana write of our artisan."""
    async with house.db.write() as tx:
        actor_id = await put_person(tx, "ana", "Ana Lind")
        await saying.write_to(tx, note(number, html), artisan_id=house.artisan.id, actor_id=actor_id, now=utc_now())


async def follow(house: House, *names: str, waits: bool = False) -> None:
    """Let new people follow our artisan, or ask to, each a second after the other."""
    put = follow_requests.put if waits else followers.put
    async with house.db.write() as tx:
        for number, name in enumerate(names):
            moment = utc_now() - timedelta(minutes=5) + timedelta(seconds=number)
            actor_id = await put_person(tx, name, name.title())
            await put(tx, house.artisan.id, actor_id, f"https://host.example/follows/{name}", moment)


async def permit(house: House, work: Work, name: str = "bob") -> str:
    """Permit somebody to quote a work; return the uid of the permission."""
    uid, now = new_uid(utc_now()), utc_now()
    async with house.db.write() as tx:
        actor_id = await put_person(tx, name, name.title())
        await quotes.insert(
            tx,
            uid=uid,
            artisan_id=house.artisan.id,
            work_id=work.id,
            post_id=None,
            actor_id=actor_id,
            target_uri=house.uris.work(work.uid),
            instrument_uri=f"https://host.example/notes/{uid}",
            url=f"https://host.example/@{name}/1",
            now=now,
        )
    return uid
