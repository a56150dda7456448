"""The load: other people's servers that do all kinds of things at once, and the artisan who publishes beside it all."""

import asyncio
import dataclasses
import itertools
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import works
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_one
from tests.faults.promises import Broken, Promises, wrong
from tests.federation.letterboxes import HANG_UP, Arrival, Letterboxes, Reply, take
from tests.neighbour import AS2, PUBLIC, Person, signed_headers

BUSY = 10
# Another server tries again after these; 507 is a full disk.
PATIENCE = frozenset({408, 429, 503, 507})
# As Mastodon judges dates (WIRE 2.4).
_DATES_HOLD = timedelta(hours=12)
_SERVER_ERRORS = 500
_MOST_MESSAGES = 10


class Town:
    """Other servers and their people, who do all kinds of things at once.

    A class because all of them share the list of promises.
    """

    def __init__(
        self,
        hosts: list[Letterboxes],
        session: aiohttp.ClientSession,
        uris: Uris,
        actor_uri: str,
        chance: random.Random,
    ) -> None:
        self.hosts = hosts
        self.uris = uris
        self.promises = Promises()
        self._session = session
        self.actor_uri = actor_uri
        self._chance = chance
        self._numbers = itertools.count(1)
        self.calm = False
        self.stopping = False
        # While our server has a wrong clock, it takes nobody's dates for fresh.
        self.is_stale = False
        self.wrong: list[Broken] = []
        for host in hosts:
            host.behave = self._moody
        self.steady = [host.person(f"reader{number}") for host in hosts for number in range(2)]
        self.steady += [host.person("alone", shared=False) for host in hosts]
        self.busy = [hosts[number % len(hosts)].person(f"busy{number}") for number in range(BUSY)]

    async def _moody(self, arrival: Arrival) -> Reply:
        """Take most of what comes; sometimes slowly, sometimes not at all, and nothing that is dated far from now."""
        if abs(parsedate_to_datetime(arrival.headers["date"]) - utc_now()) > _DATES_HOLD:
            return Reply(401, text="the date is not of today")
        mood = self._chance.random()
        if self.calm or mood > 0.25:
            return await take(arrival)
        if mood > 0.15:
            await asyncio.sleep(self._chance.uniform(0.05, 0.6))
            return Reply()
        return HANG_UP if mood > 0.08 else Reply(500)

    def activity(self, person: Person, kind: str, target: Any, **more: Any) -> dict[str, Any]:
        """Return a new activity of *person*."""
        origin = person.uri.rsplit("/users/", 1)[0]
        uri = f"{origin}/activities/{next(self._numbers)}"
        return {"@context": AS2, "id": uri, "type": kind, "actor": person.uri, "object": target, **more}

    async def post(
        self, person: Person, activity: Mapping[str, Any], *, key_id: str | None = None, patient: bool = True
    ) -> int:
        """Send until it is answered, as other servers do; return the status. With no patience any answer is one."""
        body = json.dumps(activity).encode()
        inbox = self._chance.choice((self.uris.shared_inbox, f"{self.actor_uri}/inbox"))
        headers = signed_headers("POST", inbox, body, key_id=key_id or person.key_id, private=person.private)
        while True:
            try:
                async with self._session.post(inbox, data=body, headers=headers) as answer:
                    self.note(answer.status, f"{activity['type']} {activity['id']}")
                    if not patient or not self._comes_back(answer.status):
                        return answer.status
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)

    @staticmethod
    def inbox_of(host: Letterboxes, arrival: Arrival) -> str:
        """Return the address of the inbox at which something arrived; by another name where it was asked under one."""
        return f"http://{arrival.headers.get('host', '')}{arrival.path}" if arrival.headers.get("host") else host.origin

    def note(self, status: int, what: str) -> None:
        """Note how something was answered; it is wrong of a server to say that it does not know what happened."""
        self.promises.answers[status] += 1
        if status >= _SERVER_ERRORS and status not in PATIENCE | {502, 504}:
            self.wrong.append(wrong(f"{what} was answered {status}"))

    def _comes_back(self, status: int) -> bool:
        """Whether another server tries again after this answer."""
        return status in PATIENCE or status >= _SERVER_ERRORS or (self.is_stale and status == 401)

    async def send(self, person: Person, activity: Mapping[str, Any]) -> None:
        """Send what will be accepted, some of it twice."""
        status = await self.post(person, activity)
        assert status == 202, f"{activity} was answered {status}"
        self.promises.accepted.add(str(activity["id"]))
        if self._chance.random() < 0.1:
            assert await self.post(person, activity) == 202
            self.promises.repeated += 1

    async def follow(self, person: Person) -> None:
        """Follow the artisan."""
        follow = self.activity(person, "Follow", self.actor_uri)
        await self.send(person, follow)
        self.promises.follows[follow["id"]] = self.promises.followers[person.uri] = person.uri
        self.promises.followers[person.uri] = follow["id"]

    async def live(self, person: Person) -> None:
        """Do this and that until it is time to stop."""
        while not self.stopping:
            act = self._chance.choice(
                (self.toggle_follow, self._react, self._react, self._answer, self._write, self._quote, self._forge)
            )
            await act(person)
            await asyncio.sleep(self._chance.uniform(0, 0.03))

    async def toggle_follow(self, person: Person) -> None:
        """Follow, or stop following."""
        follow_uri = self.promises.followers.get(person.uri)
        if follow_uri is None:
            await self.follow(person)
            return
        inner = {"id": follow_uri, "type": "Follow", "actor": person.uri, "object": self.actor_uri}
        await self.send(person, self.activity(person, "Undo", inner))
        del self.promises.followers[person.uri]

    def _some_work(self) -> str | None:
        """Return the id of a work that stays: what becomes of a Like for another depends on who comes first."""
        return self.uris.work(self._chance.choice(self.promises.kept)) if self.promises.kept else None

    async def _react(self, person: Person) -> None:
        """Like or announce a work, or take that back."""
        work = self._some_work()
        if work is None:
            return
        kind = self._chance.choice(("Like", "Announce"))
        done = self.promises.reactions.get((person.uri, kind, work))
        if done is None:
            reaction = self.activity(person, kind, work)
            await self.send(person, reaction)
            self.promises.reactions[person.uri, kind, work] = reaction["id"]
        else:
            inner = {"id": done, "type": kind, "actor": person.uri, "object": work}
            await self.send(person, self.activity(person, "Undo", inner))
            del self.promises.reactions[person.uri, kind, work]

    async def _answer(self, person: Person) -> None:
        """Say something about a work, or take that back."""
        mine = [note for note, author in self.promises.replies.items() if author == person.uri]
        if mine and self._chance.random() < 0.3:
            note_uri = self._chance.choice(mine)
            await self.send(person, self.activity(person, "Delete", {"id": note_uri, "type": "Tombstone"}))
            del self.promises.replies[note_uri]
            return
        work = self._some_work()
        if work is None:
            return
        note = self._note(person, "<p>Lovely!</p>", to=[PUBLIC], inReplyTo=work)
        told: Any = note
        if self._chance.random() < 0.25:
            # Only named, as some servers do: ours has to ask for it.
            told = note["id"]
            self._serve(note)
        await self.send(person, self.activity(person, "Create", told, to=[PUBLIC], cc=[self.actor_uri]))
        self.promises.replies[note["id"]] = person.uri

    def _serve(self, document: Mapping[str, Any]) -> None:
        """Let the server of a document give it to whoever asks."""
        [home] = [host for host in self.hosts if document["id"].startswith(f"{host.origin}/")]
        home.documents[urlsplit(document["id"]).path] = (200, {"@context": AS2, **document})

    async def _write(self, person: Person) -> None:
        """Write to the artisan alone; not for ever, as of one person the newest are kept."""
        if sum(author == person.uri for author in self.promises.messages.values()) >= _MOST_MESSAGES:
            return
        to = [self.actor_uri]
        note = self._note(person, "<p>May I visit?</p>", to=to, tag=[{"type": "Mention", "href": self.actor_uri}])
        await self.send(person, self.activity(person, "Create", note, to=to))
        self.promises.messages[note["id"]] = person.uri

    async def _quote(self, person: Person) -> None:
        """Ask whether a work may be quoted."""
        work = self._some_work()
        if work is None:
            return
        instrument = f"{person.uri}/notes/{next(self._numbers)}"
        request = self.activity(person, "QuoteRequest", work, instrument=instrument)
        await self.send(person, request)
        self.promises.quotes[instrument] = request["id"]

    def _note(self, person: Person, content: str, **more: Any) -> dict[str, Any]:
        """Return something new that *person* wrote."""
        return {
            "id": f"{person.uri}/notes/{next(self._numbers)}",
            "type": "Note",
            "attributedTo": person.uri,
            "content": content,
            "published": utc_now().isoformat(),
            **more,
        }

    async def _forge(self, person: Person) -> None:
        """Send something in another's name; it must be refused and do nothing."""
        victim = self._chance.choice(self.steady)
        forged = self.activity(victim, "Like", self._some_work() or self.actor_uri)
        status = await self.post(victim, forged, key_id=person.key_id)
        assert status == 401, f"a forged activity was answered {status}"
        self.promises.forged.add(forged["id"])


class Publisher:
    """The artisan at work, with a door of her own to the database, as a command has one."""

    def __init__(self, db: Database, uris: Uris, artisan: Artisan, town: Town, chance: random.Random) -> None:
        self._db = db
        self._uris = uris
        self._artisan = artisan
        self._town = town
        self._chance = chance
        self._published: list[Work] = []

    async def work(self) -> None:
        """Publish, revise and withdraw until it is time to stop."""
        while not self._town.stopping:
            async with self._db.write() as tx:
                done = await self._step(tx)
            # Only what is on the disk is promised.
            self._note(*done)
            await asyncio.sleep(self._chance.uniform(0.02, 0.15))

    async def take_note(self, printed: str) -> None:
        """Note what a command says it has published."""
        uid = printed.partition("/ap/works/")[2].split()[0]
        async with self._db.read() as tx:
            self._note(await works.get(tx, uid), *await self._said(tx, uid))

    async def _step(self, tx: Tx) -> tuple[Work, str, set[str]]:
        """Publish a work, or change one."""
        now, choice = utc_now(), self._chance.random()
        if len(self._published) < 3 or choice < 0.5:
            draft = Draft(title=f"Bowl {len(self._published)}", text="Thrown and fired.", tags=("bowl",))
            work = await works_service.publish(tx, self._uris, self._artisan, draft, now)
            self._published.append(work)
        else:
            place = self._chance.randrange(len(self._published))
            work = await works.get(tx, self._published[place].uid)
            if choice < 0.9 or work.uid in self._town.promises.kept:
                draft = dataclasses.replace(work.draft, title=f"{work.draft.title.partition(',')[0]}, again {choice}")
                work = await works_service.revise(tx, self._uris, work, draft, now)
            else:
                await works_service.withdraw(tx, self._uris, work, now)
                work = await works.get(tx, work.uid)
                del self._published[place]
        return work, *await self._said(tx, work.uid)

    async def _said(self, tx: Tx, uid: str) -> tuple[str, set[str]]:
        """Return the id of what was said last about a work, and to whom."""
        last = await fetch_one(
            tx, "SELECT id, uri FROM activities WHERE subject_uri = ? ORDER BY id DESC", (self._uris.work(uid),)
        )
        assert last is not None
        rows = await fetch_all(tx, "SELECT inbox_url FROM deliveries WHERE activity_id = ?", (last["id"],))
        return last["uri"], {row["inbox_url"] for row in rows}

    def _note(self, work: Work, activity_uri: str, inboxes: set[str]) -> None:
        """Note what was promised."""
        promises = self._town.promises
        if work.uid not in promises.works and len(promises.works) % 2:
            promises.kept.append(work.uid)
        promises.works[work.uid] = None if work.withdrawn_at is not None else work.draft
        promises.said.setdefault(self._uris.work(work.uid), []).append(activity_uri)
        steady = {
            one.document()["endpoints"].get("sharedInbox") or one.document()["inbox"] for one in self._town.steady
        }
        assert inboxes >= steady, "a follower was not thought of"
        promises.owed[activity_uri] = inboxes
