"""What concerns us of all that arrives: decided at the door, before any costly step and without asking anybody."""

from collections.abc import Mapping

from fedi_artisan.domain.uris import Uris
from fedi_artisan.federation.actors import Actors
from fedi_artisan.federation.followed import Followed
from fedi_artisan.storage import places
from fedi_artisan.storage.db import Database
from fedi_artisan.storage.places import Place
from fedi_artisan.vocab import fields
from fedi_artisan.vocab.activity import Activity
from fedi_artisan.vocab.quotes import quote_uri
from fedi_artisan.vocab.tags import tags
from fedi_artisan.vocab.types import ActivityType

_TOWARDS_US = frozenset(
    {
        ActivityType.FOLLOW,
        ActivityType.BLOCK,
        ActivityType.LIKE,
        ActivityType.EMOJI_REACT,
        ActivityType.QUOTE_REQUEST,
    }
)
PASSED_ON = frozenset({ActivityType.CREATE, ActivityType.UPDATE, ActivityType.DELETE})


class Relevance:
    """Tells what concerns somebody here. A class because it looks at what is known here."""

    def __init__(self, db: Database, actors: Actors, followed: Followed, uris: Uris) -> None:
        self._db = db
        self._actors = actors
        self._followed = followed
        self._uris = uris

    async def concerns_us(self, activity: Activity) -> bool:
        """Whether anything here could come of an activity of a type that is acted upon."""
        if activity.type in _TOWARDS_US:
            return self._is_ours(activity.object.uri)
        if activity.type is ActivityType.ANNOUNCE:
            return self._is_ours(activity.object.uri) or await self._followed.has(activity.actor_uri)
        if activity.type is ActivityType.FLAG:
            return any(map(self._is_ours, activity.object_uris))
        if activity.type is ActivityType.CREATE:
            return await self._brings_words(activity)
        # All others change what an actor did before: of an unknown one nothing is known that could change. So the
        # flood of farewells from a server that closes accounts costs one look each (WIRE 5.5). But newer words may
        # come before those that they take the place of.
        if await self._actors.is_known(activity.actor_uri):
            return True
        return activity.type is ActivityType.UPDATE and await self._brings_words(activity)

    async def is_of_interest(self, activity: Activity) -> bool:
        """Whether what somebody passes on of another is worth asking that other's server about (WIRE 2.6).

        It is if it would change a post kept here, or is a new answer in a conversation of ours.
        """
        uri = activity.object.uri
        if activity.type not in PASSED_ON or uri is None or self._uris.is_ours(uri):
            return False
        async with self._db.read() as tx:
            if await places.find_place(tx, uri) is not None:
                return activity.type is not ActivityType.CREATE
        return activity.type is not ActivityType.DELETE and await self._answers_us(activity)

    async def _brings_words(self, activity: Activity) -> bool:
        """Whether a text is for somebody here, by somebody who is followed, or answers or quotes something of ours."""
        document = _document(activity)
        # Some servers say whom it is for with the text alone.
        to, cc = activity.to or fields.audience(document.get("to")), activity.cc or fields.audience(document.get("cc"))
        if any(map(self._is_ours, (*to, *cc, quote_uri(document, tags(document.get("tag")))))):
            return True
        return await self._answers_us(activity) or await self._followed.has(activity.actor_uri)

    async def _answers_us(self, activity: Activity) -> bool:
        """Whether a text answers something of ours, or something in a conversation of ours."""
        uri = fields.uri(_document(activity).get("inReplyTo"))
        if uri is None or self._is_ours(uri):
            return uri is not None
        async with self._db.read() as tx:
            return await places.find_place(tx, uri) not in {None, Place()}

    def _is_ours(self, uri: str | None) -> bool:
        return uri is not None and self._uris.is_ours(uri)


def _document(activity: Activity) -> Mapping[str, object]:
    return activity.object.document or {}
