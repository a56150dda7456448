"""Actors of other servers and their keys: those known here, and those that must be asked for."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urldefrag

from cachetools import LRUCache, TTLCache
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import host_of, same_origin
from fedi_artisan.errors import ArtisanError, BadActivity, BadSignature, RemoteUnavailable
from fedi_artisan.federation.asking import Asking
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.signatures.keys import load_public_key
from fedi_artisan.federation.signatures.verify import Claim
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.vocab.actors import parse_actor, parse_key

CACHED = 4_000
REFUSED_FOR_S = 300.0


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A key, and the actor who was found to list it."""

    actor_uri: str
    public_key: RSAPublicKey


class Actors:
    """The door to actors elsewhere.

    A class because of its caches, each of them bounded. They hold what is in the database: whoever changes actors does
    so within `write`, and what was cached of these is dropped when that has ended, however it ended. Before a key is
    asked for, *admit* says whether its server has not sent too many unknown people of late.
    """

    def __init__(
        self,
        db: Database,
        client: Client,
        hosts: Hosts,
        clock: Clock,
        *,
        admit: Callable[[str, str], None] = lambda _uri, _sender: None,
    ) -> None:
        self._db = db
        self._client = client
        self._hosts = hosts
        self._clock = clock
        self._admit = admit
        # Apart, so that what is waited for behind the door does not hold up those who stand before it.
        self._asking_for_keys = Asking()
        self._asking = Asking()
        self._known: LRUCache[str, Known] = LRUCache(CACHED)
        # An actor's keys by their ids, and whose a key id was when it was last looked up, which may be out of date.
        self._keys: LRUCache[str, dict[str, OwnedKey]] = LRUCache(CACHED)
        self._owners: LRUCache[str, str] = LRUCache(CACHED)
        # Key ids that were asked for in vain, and hosts whose keys were read again after a bad signature: a sender of
        # bad signatures must not make us knock at somebody's door time and again (WIRE 10.2 #13).
        self._refused: TTLCache[str, str] = TTLCache(CACHED, REFUSED_FOR_S, time.monotonic)
        self._read_again: TTLCache[str, bool] = TTLCache(CACHED, REFUSED_FOR_S, time.monotonic)
        self._under_way: dict[str, asyncio.Task[OwnedKey]] = {}
        self._changed: set[str] = set()
        self._changes = 0

    async def is_known(self, uri: str) -> bool:
        """Whether the actor is known here; asks nobody."""
        if uri in self._known:
            return True
        async with self._db.read() as tx:
            return await actors.find_id(tx, uri) is not None

    async def known(self, tx: Tx, uri: str) -> Known | None:
        """Return the actor with her row, if she is known here; *tx* is of `write`, as it sees what was just changed."""
        known = self._known.get(uri)
        if known is None:
            stored = await actors.find(tx, uri)
            if stored is None:
                return None
            known = self._known[uri] = Known(stored.id, stored.actor)
        return known

    async def meet(self, tx: Tx, uri: str, fetched: RemoteActor | None) -> Known | None:
        """Return the actor with her row; whoever is not known here is stored as she was *fetched*."""
        known = await self.known(tx, uri)
        return await self.put(tx, fetched) if known is None and fetched is not None else known

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """Give a transaction in which actors may change."""
        begun = False
        try:
            async with self._db.write() as tx:
                begun = True
                yield tx
        finally:
            if begun:
                self.forget_changed()
                self._changed.clear()

    async def put(self, tx: Tx, actor: RemoteActor) -> Known:
        """Store an actor as her own server describes her now; keys that stand elsewhere are not hers (WIRE 2.4)."""
        keys = tuple(key for key in actor.keys if same_origin(key.key_id, actor.uri))
        actor = dataclasses.replace(actor, keys=keys)
        self.forget(actor.uri)
        return Known(await actors.put(tx, actor, self._clock()), actor)

    def forget(self, uri: str) -> None:
        """Drop what is cached of an actor, now and once more when the change to her is complete."""
        self._changed.add(uri)
        self._drop(uri)

    def forget_changed(self) -> None:
        """Drop what was cached of changed actors while their change was under way, and perhaps undone."""
        for uri in self._changed:
            self._drop(uri)

    def forget_all(self) -> None:
        """Drop all that is cached."""
        self._changes += 1
        self._known.clear()
        self._keys.clear()

    def _drop(self, uri: str) -> None:
        self._changes += 1
        self._known.pop(uri, None)
        self._keys.pop(uri, None)

    async def verify(self, claim: Claim, sender: str = "") -> str:
        """Return the id of the actor with whose key the *claim* was signed.

        A key that is known here, but does not fit, is read once more: the actor may have changed it. Each *sender*, an
        address, may make us ask for so many.

        Raises:
            BadSignature: there is no such key, nobody who is entitled to lists it, or it did not sign this.
            RemoteUnavailable: its server does not answer.
        """
        owned = await self._find_key(claim.key_id)
        if owned is not None:
            try:
                claim.verify(owned.public_key)
            except BadSignature:
                if not self._may_read_again(host_of(claim.key_id)):
                    raise
            else:
                return owned.actor_uri
        owned = await self._ask_for_key(claim.key_id, sender)
        claim.verify(owned.public_key)
        return owned.actor_uri

    async def _find_key(self, key_id: str) -> OwnedKey | None:
        """Return a key that is cached or stored, or None."""
        owned = self._cached(key_id)
        if owned is not None:
            return owned
        changes = self._changes
        async with self._db.read() as tx:
            stored = await actors.find_by_key(tx, key_id)
        if stored is None:
            # It may have been asked for, and come, since the database was asked.
            return self._cached(key_id)
        owned = _owned(stored.actor, key_id)
        # What was read while an actor changed may be of before the change.
        if changes == self._changes:
            self._cache(key_id, owned)
        return owned

    def _cached(self, key_id: str) -> OwnedKey | None:
        return self._keys.get(self._owners.get(key_id, ""), {}).get(key_id)

    def _cache(self, key_id: str, owned: OwnedKey) -> None:
        self._keys[owned.actor_uri] = {**self._keys.get(owned.actor_uri, {}), key_id: owned}
        self._owners[key_id] = owned.actor_uri

    def _may_read_again(self, host: str) -> bool:
        """Whether a key of this host may be read again after a bad signature: not often."""
        if host in self._read_again:
            return False
        self._read_again[host] = True
        return True

    async def _ask_for_key(self, key_id: str, sender: str) -> OwnedKey:
        """Ask for a key once, however many wait for it."""
        refused = self._refused.get(key_id)
        if refused is not None:
            raise BadSignature(refused)
        task = self._under_way.get(key_id)
        if task is None:
            self._admit(key_id, sender)
            task = self._under_way[key_id] = asyncio.create_task(self._fetch_key(key_id))
            task.add_done_callback(lambda done: self._end(key_id, done))
        # Unlike awaiting the task itself, this leaves it alone when the one who waits is cancelled.
        await asyncio.wait([task])
        if task.cancelled():
            raise RemoteUnavailable("this server is about to stop")
        return task.result()

    def _end(self, key_id: str, task: asyncio.Task[OwnedKey]) -> None:
        """Count a question as answered; perhaps nobody waits for the answer any more."""
        del self._under_way[key_id]
        if not task.cancelled():
            task.exception()

    async def finish(self) -> None:
        """Stop asking for keys."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch_key(self, key_id: str) -> OwnedKey:
        """Fetch a key and the actor who owns it, and store her."""
        try:
            async with self._asking_for_keys.turn(host_of(key_id)):
                actor = await self._fetch_owner(key_id)
            # What a key says is nothing unless she says it as well.
            owned = _owned(actor, key_id)
        except ArtisanError as error:
            if error.retry:
                raise
            self._refused[key_id] = f"the key {key_id} cannot be used: {error}"
            raise BadSignature(self._refused[key_id]) from error
        async with self.write() as tx:
            await self.put(tx, actor)
        self._cache(key_id, owned)
        return owned

    async def _fetch_owner(self, key_id: str) -> RemoteActor:
        """Return the actor, as she stands at her own id, whose the key says it is (WIRE 2.4, step 8)."""
        # Whatever stands at the key's address, it is read at its own id: in most cases the actor herself.
        document = await self._client.get_document(urldefrag(key_id).url, schemes=self._hosts)
        key = parse_key(document, key_id)
        if key is None:
            raise BadActivity("the document holds no such key")
        if not same_origin(key_id, key.owner_uri):
            raise BadActivity(f"{key.owner_uri} is not of the server of the key")
        if document.get("id") == key.owner_uri:
            return parse_actor(document)
        return await self._fetch_actor(key.owner_uri)

    async def _fetch_actor(self, uri: str) -> RemoteActor:
        """Return an actor as her own server describes her at this moment."""
        actor = parse_actor(await self._client.get_document(uri, schemes=self._hosts))
        if actor.uri != uri:
            raise BadActivity(f"{uri} describes another actor, {actor.uri}")
        return actor

    async def fetch(self, uri: str) -> RemoteActor:
        """Return an actor as her own server describes her at this moment; nothing is stored.

        Raises:
            RemoteError: her server cannot be reached, refuses, or was asked too often.
            BadActivity: what it says is not an actor, or another one.
        """
        async with self._asking.turn(host_of(uri)):
            return await self._fetch_actor(uri)

    async def fetch_document(self, uri: str) -> dict[str, object]:
        """Return the document with this very id, as its own server serves it.

        Raises:
            RemoteError: it cannot be had.
            BadActivity: another document stands there (WIRE 10.2 #30).
        """
        async with self._asking.turn(host_of(uri)):
            document = await self._client.get_document(uri, schemes=self._hosts)
        if document["id"] != uri:
            raise BadActivity(f"{uri} describes something else, {document['id']}")
        return document

    async def fetch_part(self, url: str) -> dict[str, object]:
        """Return the page of a collection at *url*, whatever its id; its server is asked with a signature.

        Raises:
            RemoteError: it cannot be had.
        """
        async with self._asking.turn(host_of(url)):
            return await self._client.get_part(url, schemes=self._hosts)

    async def find(self, address: str) -> RemoteActor:
        """Return the actor whose page or id this is, as her own server describes her at this moment; stores nothing.

        Raises:
            RemoteError, BadActivity: as `fetch`.
        """
        async with self._asking.turn(host_of(address)):
            return parse_actor(await self._client.get_document(address, schemes=self._hosts))

    async def fetch_page(self, url: str) -> dict[str, object]:
        """Return the document that *url* or the page there names, which stands at its own id.

        Raises:
            RemoteError: there is none, or it cannot be had.
        """
        async with self._asking.turn(host_of(url)):
            return await self._client.get_document_of_page(url, schemes=self._hosts)


def _owned(actor: RemoteActor, key_id: str) -> OwnedKey:
    """Return the key *key_id* of *actor*, ready to verify with.

    Raises:
        BadSignature: she lists none of this id, or one that is not accepted.
    """
    key = actor.key(key_id)
    if key is None:
        raise BadSignature(f"{actor.uri} does not list the key {key_id}")
    return OwnedKey(actor.uri, load_public_key(key.pem))
