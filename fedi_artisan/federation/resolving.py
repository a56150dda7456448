"""What other servers say about an activity before it takes effect: about a thing, only its own server is believed."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris, same_origin
from fedi_artisan.errors import Forbidden, RemoteGone
from fedi_artisan.federation.actors import Actors
from fedi_artisan.services import neighbours, posts, quoting
from fedi_artisan.storage import posts as stored_posts
from fedi_artisan.storage.db import Database
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.activity import Activity, Reference
from fedi_artisan.vocab.notes import Note, parse_note
from fedi_artisan.vocab.types import KNOWN_TYPES, NOTE_TYPES, TOMBSTONE, ActivityType

_CARRIES_ITS_OBJECT = frozenset({ActivityType.CREATE, ActivityType.UPDATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A post as its own server serves it; *author* is as hers does, and None where she is known here already."""

    note: Note
    author: RemoteActor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An activity with what other servers said about it.

    Args:
        activity: its object is as the object's own server serves it; what was passed on is its author's own activity.
        author: of what was passed on, where she is not known here.
        target: where a Move leads.
        shared: what an Announce shows.
    """

    activity: Activity
    author: RemoteActor | None = None
    target: RemoteActor | None = None
    shared: Told | None = None


def must_ask(activity: Activity, uris: Uris) -> bool:
    """Whether another server must be asked before an activity of its sender can take effect."""
    if activity.type is ActivityType.MOVE:
        return True
    if activity.type is ActivityType.ANNOUNCE:
        uri = shared_uri(activity)
        return uri is not None and not uris.is_ours(uri)
    if activity.type is ActivityType.ACCEPT and activity.result is not None:
        # The answer to a request to quote; one to a Follow gives nothing.
        return activity.object.uri is not None and uris.is_ours(activity.object.uri)
    return activity.type in _CARRIES_ITS_OBJECT and activity.object.document is None


def shared_uri(activity: Activity) -> str | None:
    """Return the id of the post that an Announce shows; None where a group passes on something else (FEP-1b12)."""
    inner = activity.inner
    if inner is None:
        return activity.object.uri
    return inner.object.uri if inner.type is ActivityType.CREATE else None


class Resolver:
    """Asks other servers for the sake of what arrived. A class because it holds the doors to them."""

    def __init__(self, db: Database, actors: Actors, uris: Uris) -> None:
        self._db = db
        self._actors = actors
        self._uris = uris

    async def resolve(self, activity: Activity, sender_uri: str) -> Resolved | None:
        """Return the activity that *sender_uri* sent, with what must be known of it; None where nothing can come of it.

        Raises:
            RemoteError: what it speaks of cannot be had.
            BadActivity, Forbidden: that is something else than it should be.
        """
        if activity.actor_uri != sender_uri:
            return await self._resolve_passed_on(activity)
        if activity.type is ActivityType.MOVE:
            return await self._resolve_move(activity)
        if activity.type is ActivityType.ANNOUNCE:
            return await self._resolve_share(activity)
        if activity.type is ActivityType.ACCEPT:
            return await self._resolve_permission(activity)
        uri = _object_uri(activity)
        if activity.type is ActivityType.UPDATE and uri != activity.actor_uri:
            async with self._db.read() as tx:
                if not await posts.is_known(tx, uri):
                    return None
        document = await self._actors.fetch_document(uri)
        return Resolved(activity=dataclasses.replace(activity, object=Reference(uri=uri, document=document)))

    async def _resolve_move(self, activity: Activity) -> Resolved | None:
        """Return a Move with the new actor, if the old one has to do with anybody here."""
        async with self._db.read() as tx:
            if not await neighbours.is_tied(tx, activity.actor_uri):
                return None
        if activity.target is None or activity.target.uri is None:
            raise Forbidden("a Move without a target")
        if self._uris.is_ours(activity.target.uri):
            # One of ours is known here, and nobody asks himself.
            return Resolved(activity=activity)
        return Resolved(activity=activity, target=await self._actors.fetch(activity.target.uri))

    async def _resolve_permission(self, activity: Activity) -> Resolved:
        """Return an Accept with the permission to quote, as it stands at its own id (WIRE 10.2 #25)."""
        uri = None if activity.result is None else activity.result.uri
        async with self._db.read() as tx:
            asked = await quoting.find_asked(tx, activity.object.uri)
        if asked is None or uri is None:
            return Resolved(activity=activity)
        if asked.actor_uri != activity.actor_uri or not same_origin(uri, asked.actor_uri):
            raise Forbidden(f"{uri} is not of the server of {asked.actor_uri}")
        result = Reference(uri=uri, document=await self._actors.fetch_document(uri))
        return Resolved(activity=dataclasses.replace(activity, result=result))

    async def _resolve_share(self, activity: Activity) -> Resolved | None:
        """Return an Announce with the post that it shows, if that is not known here."""
        uri = shared_uri(activity)
        if uri is None:
            return None
        async with self._db.read() as tx:
            if await posts.is_known(tx, uri):
                return Resolved(activity=activity)
        return Resolved(activity=activity, shared=await self.fetch_post(uri))

    async def fetch_post(self, uri: str) -> Told:
        """Return the post with this id, and its author, as their own servers describe them at this moment.

        Raises:
            RemoteError: either cannot be had.
            BadActivity, Forbidden: it is something else, or another one.
        """
        document = await self._actors.fetch_document(uri)
        if _type_of(document) == ActivityType.CREATE:
            # Some name what they share by the activity that first brought it.
            inner = fields.uri(document.get("object"))
            if inner is None:
                raise Forbidden("what is shared is no post")
            document = await self._actors.fetch_document(inner)
        note = parse_note(document)
        return Told(note=note, author=await self._fetch_unknown(note.attributed_to))

    async def _fetch_unknown(self, uri: str) -> RemoteActor | None:
        """Return an actor as her server describes her; None where she is known here."""
        if await self._actors.is_known(uri):
            return None
        return await self._actors.fetch(uri)

    async def _resolve_passed_on(self, activity: Activity) -> Resolved | None:
        """Return what somebody says that another did, as that other's server tells it; None where it tells nothing new.

        Of what was sent nothing is used but the id of its object (WIRE 2.6; 10.2 #15, #16).
        """
        uri = _object_uri(activity)
        async with self._db.read() as tx:
            kept = await stored_posts.find(tx, uri)
        if kept is not None and not kept.visibility.is_public:
            # Its server would not show it to us in any case, which means nothing.
            return None
        try:
            document = await self._actors.fetch_document(uri)
        except RemoteGone:
            return _gone(kept)
        if _type_of(document) == TOMBSTONE:
            return _gone(kept)
        if activity.type is ActivityType.DELETE or _type_of(document) not in NOTE_TYPES:
            return None
        note = parse_note(document)
        kind = ActivityType.CREATE if kept is None else ActivityType.UPDATE
        own = _own(kind, note.attributed_to, Reference(uri=uri, type=note.type, document=document))
        return Resolved(activity=own, author=await self._fetch_unknown(note.attributed_to))


def _type_of(document: Mapping[str, object]) -> str:
    return fields.type_name(document.get("type"), KNOWN_TYPES)


def _object_uri(activity: Activity) -> str:
    """Return the id of what an activity is about, which is needed to ask for it."""
    if activity.object.uri is None:
        raise Forbidden("an object without an id cannot be asked for")
    return activity.object.uri


def _gone(kept: Post | None) -> Resolved | None:
    """Return the deletion of a post that is kept here and gone where it was written."""
    if kept is None or kept.author is None:
        return None
    return Resolved(activity=_own(ActivityType.DELETE, kept.author.uri, Reference(uri=kept.uri, type=TOMBSTONE)))


def _own(kind: ActivityType, actor_uri: str, reference: Reference) -> Activity:
    """Return the activity that an author is known to have done, whoever told of it."""
    return Activity(
        uri=f"{reference.uri}#{kind.lower()}", type=kind, type_name=kind, actor_uri=actor_uri, object=reference
    )
