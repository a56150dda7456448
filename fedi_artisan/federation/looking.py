"""Looking for a person or a post, here or elsewhere, by whatever somebody has at hand: a handle, an address, an id.

Nothing is written: whoever keeps what was found does so within `Actors.write`.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cachetools import TTLCache

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan, RemoteActor
from fedi_artisan.domain.sought import Account, Address, Missing, Sought, read_sought
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import (
    AddressRefused,
    BadActivity,
    BadInput,
    RemoteError,
    RemoteGone,
    RemoteMalformed,
    RemoteRefused,
    RemoteUnavailable,
)
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.webfinger import WebFinger
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage.db import Database, Tx
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.actors import parse_actor
from fedi_artisan.vocab.notes import Note, parse_note
from fedi_artisan.vocab.types import ACTOR_TYPES, NOTE_TYPES

PATIENCE_S = 15.0  # somebody waits
MOST_AT_ONCE = 8
# Whoever has seen a page with what was found presses its button a moment later: nobody is asked twice for that.
KEPT_FOR_S = 600.0
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody elsewhere, or with *note* what she wrote, as her own server describes both."""

    actor: RemoteActor
    note: Note | None = None

    @property
    def uri(self) -> str:
        """The id of what was looked for."""
        return self.actor.uri if self.note is None else self.note.uri


@dataclass(frozen=True, slots=True)
class Here:
    """An artisan of this server, or with *work* a work of hers."""

    artisan: Artisan
    work: Work | None = None


class Looking:
    """Looks for people and posts. A class, because it counts what is looked for, and keeps for a while what it found.

    How often anybody may ask is for the caller to bound. What *refuses* says of an address is that nothing is exchanged
    with its server.
    """

    def __init__(
        self,
        config: Config,
        db: Database,
        uris: Uris,
        actors: Actors,
        webfinger: WebFinger,
        *,
        refuses: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._scheme = "http" if config.plain_http else "https"
        self._db = db
        self._uris = uris
        self._actors = actors
        self._webfinger = webfinger
        self._refuses = refuses
        self._patience_s = min(PATIENCE_S, config.timeouts.total_s)
        self._asking = 0
        self._kept: TTLCache[str, Found] = TTLCache(MOST_KEPT, KEPT_FOR_S, time.monotonic)

    async def find(self, text: str) -> Found | Here | Missing:
        """Return what *text* names, or why it was not found; what is here is found without asking anybody.

        Args:
            text: as it was typed, pasted, or given by another site: see `read_sought`.
        """
        sought = read_sought(text, scheme=self._scheme)
        if isinstance(sought, Missing):
            return sought
        key = sought.handle.lower() if isinstance(sought, Account) else sought.url
        here = await self._here(sought)
        if here is not None:
            return here
        kept = self._kept.get(key)
        if self._refuses(sought.url if isinstance(sought, Address) else f"{self._scheme}://{sought.host}/"):
            return Missing.BLOCKED
        if kept is not None:
            return kept
        if self._asking >= MOST_AT_ONCE:
            return Missing.BUSY
        self._asking += 1
        try:
            found = await self._in_time(sought)
        finally:
            self._asking -= 1
        if isinstance(found, Found) and self._refuses(found.actor.uri):
            return Missing.BLOCKED
        if isinstance(found, Found):
            self._kept[key] = self._kept[found.uri] = found
        return found

    def is_here(self, account: Account) -> bool:
        """Whether an account is one of this server, if it is any."""
        return account.host == self._uris.host

    async def remember(self, tx: Tx, found: Found) -> Known:
        """Store whom, or whose post, was found, and return her with her row; *tx* is of `Actors.write`."""
        return await self._actors.put(tx, found.actor)

    async def store(self, found: Iterable[RemoteActor]) -> None:
        """Store people who were found, in a transaction of its own."""
        async with self._actors.write() as tx:
            for actor in found:
                await self._actors.put(tx, actor)

    async def _in_time(self, sought: Sought) -> Found | Here | Missing:
        """Return what another server says of what is looked for, or what its failure means to whoever looks."""
        try:
            async with asyncio.timeout(self._patience_s):
                return await (self._account(sought) if isinstance(sought, Account) else self._address(sought))
        except (TimeoutError, RemoteUnavailable):
            return Missing.SILENT
        except RemoteGone:
            return Missing.NOBODY
        except AddressRefused:
            return Missing.UNREADABLE
        except RemoteRefused:
            return Missing.REFUSED
        except (RemoteMalformed, BadInput, BadActivity):
            return Missing.BROKEN if isinstance(sought, Account) else Missing.NEITHER

    async def _account(self, account: Account) -> Found | Here | Missing:
        """Return whom a handle names, wherever she has her account."""
        actor = await self._webfinger.resolve(account.handle)
        return await self._here(Address(actor.uri)) or Found(actor)

    async def _address(self, address: Address) -> Found | Here | Missing:
        """Return who or what stands at an address, or at the one that the page there names."""
        document = await self._actors.fetch_page(address.url)
        here = await self._here(Address(str(document["id"])))
        if here is not None:
            return here
        if fields.type_name(document.get("type"), ACTOR_TYPES) in ACTOR_TYPES:
            return await self._confirmed(parse_actor(document))
        if fields.type_name(document.get("type"), NOTE_TYPES) not in NOTE_TYPES:
            return Missing.NEITHER
        note = parse_note(document)
        author = await self._confirmed(await self._actors.fetch(note.attributed_to))
        return Found(author.actor, note) if isinstance(author, Found) else author

    async def _confirmed(self, actor: RemoteActor) -> Found | Missing:
        """Return the actor, if her server says of her name what she says of it, as everybody reads both together.

        Source: WIRE 1.2, 10.2 #29.
        """
        if await self._actors.is_known(actor.uri):
            return Found(actor)
        try:
            await self._webfinger.confirm(actor)
        except RemoteUnavailable:
            raise
        except RemoteError:
            return Missing.UNCONFIRMED
        return Found(actor)

    async def _here(self, sought: Sought) -> Here | Missing | None:
        """Return who or what of this server is meant; None where it is not of this server."""
        if isinstance(sought, Account):
            if not self.is_here(sought):
                return None
            async with self._db.read() as tx:
                artisan = await artisans.find_by_username(tx, sought.username)
            return Missing.NOBODY if artisan is None else Here(artisan)
        if not self._uris.is_ours(sought.url):
            return None
        path = urlsplit(sought.url).path
        async with self._db.read() as tx:
            return await self._artisan_at(tx, path) or await self._work_at(tx, path) or Missing.NEITHER

    async def _artisan_at(self, tx: Tx, path: str) -> Here | None:
        """Return the artisan whose id, profile or home stands at *path*."""
        address = self._uris.origin + path
        uid, profile = self._uris.uid_of(address, "actors"), self._uris.profile_url("")
        if uid is not None:
            artisan = await artisans.find_by_uid(tx, uid)
        elif address.startswith(profile):
            artisan = await artisans.find_by_username(tx, address.removeprefix(profile))
        else:
            everybody = await artisans.list_all(tx) if path in {"", "/"} else []
            artisan = everybody[0] if len(everybody) == 1 else None
        return None if artisan is None else Here(artisan)

    async def _work_at(self, tx: Tx, path: str) -> Here | None:
        """Return the work whose id or page stands at *path*, if others can know of it."""
        address = self._uris.origin + path
        uid, page = self._uris.uid_of(address, "works"), self._uris.work_url("")
        if uid is not None:
            work = await works.find(tx, uid)
        else:
            work = await works.find_by_slug(tx, address.removeprefix(page)) if address.startswith(page) else None
        if work is None or work.withdrawn_at is not None or not work.draft.audience.documented:
            return None
        return Here(await artisans.get(tx, work.artisan_id), work)
