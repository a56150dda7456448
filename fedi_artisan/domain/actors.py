"""Who there is: artisans here, and actors elsewhere."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fedi_artisan.domain.appearance import Appearance
from fedi_artisan.domain.moving import Account
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.policies import Policy, Welcome
from fedi_artisan.domain.terms import Terms
from fedi_artisan.errors import BadInput

_USERNAME = re.compile(r"[a-z0-9_]{1,30}")
_HANDLE = re.compile(r"@?(?P<username>[^@\s/]+)@(?P<host>[^@\s/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A remote actor's RSA key: its id, and the key as PEM text."""

    key_id: str
    owner_uri: str
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteActor:
    """An actor on another server, as its own document describes it; every text is as untrusted as on arrival.

    Only `summary_html`, what she says of herself, is safe to show.
    """

    uri: str
    type: str
    username: str
    inbox_url: str
    name: str = ""
    url: str | None = None
    shared_inbox_url: str | None = None
    followers_uri: str | None = None
    icon_url: str | None = None
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str | None = None
    summary_html: str = ""
    keys: tuple[PublicKey, ...] = field(default=())

    def key(self, key_id: str) -> PublicKey | None:
        """Return the key listed under *key_id*, or None."""
        return next((key for key in self.keys if key.key_id == key_id), None)


class Commissions(StrEnum):
    """Whether an artisan makes things to order."""

    OPEN = "open"
    WAITING_LIST = "waiting-list"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLink:
    """Another place where an artisan can be found: a shop, a profile elsewhere; *url* is https."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artisan:
    """An artisan on this server.

    Args:
        summary: what she says of herself, in her *language*; *summaries* are the same in further ones.
        crafts, places, commissions_notes: a line each, by language.
        studio_language: in which the studio speaks to her; None is as her browser asks.
        approves_followers: whether she answers each request to follow herself.
        policy: who may answer and quote her works, where a work says nothing else.
        welcome: whose answers appear at once.
        also_known_as: the ids of accounts elsewhere that are hers as well.
        moved_to: the account that she has moved to, if she has.
    """

    id: int
    uid: str
    username: str
    name: str
    summary: str
    language: str
    created_at: datetime
    updated_at: datetime
    icon: Photo | None = None
    image: Photo | None = None
    terms: Terms = field(default_factory=Terms)
    summaries: Mapping[str, str] = field(default_factory=dict)
    crafts: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    commissions: Commissions | None = None
    commissions_notes: Mapping[str, str] = field(default_factory=dict)
    links: tuple[ProfileLink, ...] = ()
    appearance: Appearance = field(default_factory=Appearance)
    studio_language: str | None = None
    approves_followers: bool = False
    policy: Policy = field(default_factory=Policy)
    welcome: Welcome = Welcome.KNOWN
    also_known_as: tuple[str, ...] = ()
    moved_to: Account | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which she speaks of herself, her own first."""
        return (self.language, *self.summaries)

    def summary_in(self, wanted: str) -> tuple[str, str]:
        """Return what she says of herself in the language *wanted*, else in her own, and which of them it is."""
        other = self.summaries.get(wanted)
        return (self.language, self.summary) if other is None else (wanted, other)

    def with_language(self, code: str) -> "Artisan":
        """Return her with *code* as her own language.

        What she says of herself in it takes the place of what she says in the former one, which is a further one now.
        Where she has said nothing in it yet, her words are taken to be in it already.
        """
        if code == self.language:
            return self
        others = dict(self.summaries)
        if code in others:
            summary = others.pop(code)
            if self.summary:
                others[self.language] = self.summary
            return dataclasses.replace(self, language=code, summary=summary, summaries=others)

        def moved(texts: Mapping[str, str]) -> dict[str, str]:
            return {code if one == self.language and code not in texts else one: text for one, text in texts.items()}

        return dataclasses.replace(
            self,
            language=code,
            crafts=moved(self.crafts),
            places=moved(self.places),
            commissions_notes=moved(self.commissions_notes),
            icon=self.icon and dataclasses.replace(self.icon, alts=moved(self.icon.alts)),
            image=self.image and dataclasses.replace(self.image, alts=moved(self.image.alts)),
        )


def check_username(username: str) -> str:
    """Return *username* if it can be half of a handle.

    Raises:
        BadInput: with what may be used instead.
    """
    if not _USERNAME.fullmatch(username):
        raise BadInput(
            "{username!r} cannot be a user name: use 1 to 30 of the letters a–z, digits and underscore",
            username=username,
        )
    return username


def split_handle(handle: str) -> tuple[str, str]:
    """Return user name and host of `@user@host` or `user@host`.

    Raises:
        BadInput: it is no handle.
    """
    match = _HANDLE.fullmatch(handle.strip().removeprefix("acct:"))
    if match is None:
        raise BadInput("{handle!r} is not a handle: write it as @name@place.example", handle=handle)
    return match["username"], match["host"].lower()
