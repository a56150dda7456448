"""Actors of other servers and their keys: those known here, and those that must be asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urldefrag

from cachetools import LRUCache, TTLCache
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import Clock
from fedi_artisan.domain.uris import host_of
from fedi_artisan.errors import ArtisanError, BadActivity, BadSignature
from fedi_artisan.federation.client import Client
from fedi_artisan.federation.hosts import Hosts
from fedi_artisan.federation.signatures.keys import load_public_key
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

    A class because of its caches, each of them bounded.
    """

    def __init__(self, db: Database, client: Client, hosts: Hosts, clock: Clock) -> None:
        self._db = db
        self._client = client
        self._hosts = hosts
        self._clock = clock
        self._keys: LRUCache[str, OwnedKey] = LRUCache(CACHED)
        self._known: LRUCache[str, Known] = LRUCache(CACHED)
        # Key ids that were asked for in vain, and hosts whose keys were read again after a bad signature: a sender of
        # bad signatures must not make us knock at somebody's door time and again (WIRE 10.2 #13).
        self._refused: TTLCache[str, ArtisanError] = TTLCache(CACHED, REFUSED_FOR_S, time.monotonic)
        self._read_again: TTLCache[str, bool] = TTLCache(CACHED, REFUSED_FOR_S, time.monotonic)
        self._under_way: dict[str, asyncio.Task[OwnedKey]] = {}

    async def is_known(self, uri: str) -> bool:
        """Whether the actor is known here; asks nobody."""
        if uri in self._known:
            return True
        async with self._db.read() as tx:
            return await actors.find_id(tx, uri) is not None

    async def known(self, tx: Tx, uri: str) -> Known | None:
        """Return the actor with her row, if she is known here; asks nobody."""
        known = self._known.get(uri)
        if known is None:
            stored = await actors.find(tx, uri)
            if stored is None:
                return None
            known = self._known[uri] = Known(stored.id, stored.actor)
        return known

    async def put(self, tx: Tx, actor: RemoteActor) -> Known:
        """Store an actor as her own server describes her now."""
        known = Known(await actors.put(tx, actor, self._clock()), actor)
        self.forget(actor.uri)
        return known

    def forget(self, uri: str) -> None:
        """Drop what is cached of an actor."""
        self._known.pop(uri, None)
        for key_id in [key_id for key_id, owned in self._keys.items() if owned.actor_uri == uri]:
            del self._keys[key_id]

    def forget_all(self) -> None:
        """Drop all that is cached."""
        self._known.clear()
        self._keys.clear()

    async def key(self, key_id: str) -> OwnedKey:
        """Return a key by its id: cached, stored, or asked for at its server.

        Raises:
            BadSignature: there is no such key, or nobody who is entitled to lists it.
            RemoteUnavailable: its server does not answer.
        """
        owned = self._keys.get(key_id)
        if owned is not None:
            return owned
        async with self._db.read() as tx:
            stored = await actors.find_by_key(tx, key_id)
        if stored is not None:
            return self._keep(key_id, stored.actor)
        return await self._ask_for_key(key_id)

    async def key_again(self, key_id: str) -> OwnedKey | None:
        """Return the key as its server lists it now, or None where that was asked too recently.

        Raises:
            BadSignature, RemoteUnavailable: as `key`.
        """
        host = host_of(key_id)
        if host in self._read_again:
            return None
        self._read_again[host] = True
        return await self._ask_for_key(key_id)

    async def _ask_for_key(self, key_id: str) -> OwnedKey:
        """Ask for a key once, however many wait for it."""
        refused = self._refused.get(key_id)
        if refused is not None:
            raise BadSignature(str(refused))
        return await self._once(key_id, lambda: self._fetch_key(key_id))

    async def _once(self, name: str, ask: Callable[[], Awaitable[OwnedKey]]) -> OwnedKey:
        """Await *ask*, sharing one answer among all who ask for *name* meanwhile."""
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.ensure_future(ask())
            task.add_done_callback(lambda _: self._under_way.pop(name, None))
        return await asyncio.shield(task)

    async def _fetch_key(self, key_id: str) -> OwnedKey:
        """Fetch a key and the actor who owns it; the actor must list the key at her own id (WIRE 2.4, step 8)."""
        try:
            actor = await self._fetch_owner(key_id)
        except ArtisanError as error:
            if error.retry:
                raise
            self._refused[key_id] = error
            raise BadSignature(f"the key {key_id} cannot be read: {error}") from error
        async with self._db.write() as tx:
            await self.put(tx, actor)
        return self._keep(key_id, actor)

    async def _fetch_owner(self, key_id: str) -> RemoteActor:
        """Return the actor who lists the key at her own id."""
        document = await self._client.get_document(urldefrag(key_id).url, schemes=self._hosts, expect_id=False)
        key = parse_key(document, key_id)
        if key is None:
            raise BadActivity("the document holds no such key")
        if document.get("id") == key.owner_uri == urldefrag(key_id).url:
            actor = parse_actor(document)
        else:
            actor = await self._fetch_actor(key.owner_uri)
        if actor.key(key_id) is None:
            raise BadActivity(f"{actor.uri} does not list this key")
        return actor

    def _keep(self, key_id: str, actor: RemoteActor) -> OwnedKey:
        """Cache and return the key *key_id* of *actor*."""
        key = actor.key(key_id)
        if key is None:
            raise BadSignature(f"{actor.uri} does not list the key {key_id}")
        owned = self._keys[key_id] = OwnedKey(actor.uri, load_public_key(key.pem))
        return owned

    async def _fetch_actor(self, uri: str) -> RemoteActor:
        """Return an actor as her own server describes her at this moment."""
        actor = parse_actor(await self._client.get_document(uri, schemes=self._hosts))
        if actor.uri != uri:
            raise BadActivity(f"{uri} describes another actor, {actor.uri}")
        return actor

    async def fetch(self, uri: str) -> RemoteActor:
        """Return an actor as her own server describes her at this moment; nothing is stored.

        Raises:
            RemoteError: her server cannot be reached, or refuses.
            BadActivity: what it says is not an actor, or another one.
        """
        return await self._fetch_actor(uri)

    async def fetch_document(self, uri: str) -> dict[str, object]:
        """Return a document as its own server serves it at its id.

        Raises:
            RemoteError: it cannot be had.
        """
        return await self._client.get_document(uri, schemes=self._hosts)
