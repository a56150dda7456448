"""The rules of the house about others: who is kept out, what is held back, and how much may come from one place."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address

from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.unwanted import Word, caught
from fedi_artisan.domain.uris import host_of, origin_of
from fedi_artisan.errors import BadInput

LONGEST_COMMENT = 500
LONGEST_REPORT = 2_000
MOST_PEOPLE = 25_000
MOST_SERVERS = 50_000
_FEWEST_LABELS = 2
_LONGEST_SHOWN = 200
# Spam waves of the last years: people made an hour ago who name many and lead somewhere (WIRE 10.2 #58).
NEW_FOR = timedelta(days=7)
MANY_NAMED = 4
TOO_MANY_NAMED = 12


class Severity(StrEnum):
    """How a server is treated; the value is how the database has it."""

    ALLOWED = "allowed"  # it may come in where only such may
    SILENCED = "silenced"  # only people whom somebody here follows come through
    BLOCKED = "blocked"  # nothing comes in, and nothing goes out


class Verdict(StrEnum):
    """What is done with something that came."""

    PASS = "pass"  # noqa: S105 - no password
    HOLD = "hold"  # it is kept, and waits until the artisan has looked at it
    DROP = "drop"  # nothing is kept of it


class Reason(StrEnum):
    """Why something is held or dropped; the value is how the database has it."""

    BLOCKED = "blocked"  # somebody whom she blocked
    SERVER_BLOCKED = "server-blocked"
    NOT_LISTED = "not-listed"  # only listed servers may come in, and this is none of them
    SILENCED = "silenced"
    WORD = "word"
    SPAM = "spam"
    FLOOD = "flood"  # more from one server than is usual
    MUTED = "muted"


class Deed(StrEnum):
    """What an artisan decided; the value is how the database has it."""

    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"
    BLOCK_SERVER = "block-server"
    SILENCE_SERVER = "silence-server"
    ALLOW_SERVER = "allow-server"
    FREE_SERVER = "free-server"  # it is treated as all others again
    ADD_WORD = "add-word"
    REMOVE_WORD = "remove-word"
    SHOW = "show"  # what was held back
    REMOVE = "remove"
    REPORT = "report"
    SETTLE = "settle"  # a report of others
    SET_LIMITS = "set-limits"
    ONLY_LISTED = "only-listed"
    EVERYBODY = "everybody"
    IMPORT = "import"
    APPLY_LIST = "apply-list"
    DROP_LIST = "drop-list"


OF_THE_HOUSE = frozenset(
    {
        Deed.BLOCK_SERVER,
        Deed.SILENCE_SERVER,
        Deed.ALLOW_SERVER,
        Deed.FREE_SERVER,
        Deed.SET_LIMITS,
        Deed.ONLY_LISTED,
        Deed.EVERYBODY,
        Deed.APPLY_LIST,
        Deed.DROP_LIST,
    }
)
"""What holds for every artisan of the house, whoever did it; so does an import of servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is done with something that came, and why; *detail* is the word or the server that decided.

    Args:
        warning: what passes stands behind these words; empty where it stands open.
        quiet: whether what passes is from somebody who is muted: it never appears anywhere by itself.
    """

    verdict: Verdict
    reason: Reason | None = None
    detail: str = ""
    warning: str = ""
    quiet: bool = False


PASS = Judgement(verdict=Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may come from one server before it is slowed down.

    Args:
        new_people: whom nobody here knew before, in an hour; more are asked to come back later.
        requests: to follow somebody here, in an hour; of more the artisan decides herself.
        followers: from one server who have never had to do with anybody here; of more she decides herself.
        held: that wait at the same time; more are dropped.
    """

    new_people: int = 5_000
    requests: int = 1_000
    followers: int = 5_000
    held: int = 200


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All rules, as they stood at *version*. What concerns one artisan has her row with it.

    Args:
        version: rises with every change of a rule.
        servers: how each domain is treated, with all that is below it.
        only_listed: whether only servers that are allowed by name may come in.
        blocks: whom each id or handle is blocked by.
        mutes: by whom each id or handle is muted, and until when; None is for good.
        words: what each artisan does not want to read.
        limits: how much may come from one server.
    """

    version: int = -1
    servers: Mapping[str, Severity] = field(default_factory=dict)
    only_listed: bool = False
    blocks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    mutes: Mapping[str, Mapping[int, datetime | None]] = field(default_factory=dict)
    words: Mapping[int, tuple[Word, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @property
    def watches_servers(self) -> bool:
        """Whether any server is treated otherwise than others."""
        return self.only_listed or bool(self.servers)

    def severity(self, uri: str) -> Severity | None:
        """Return how the server is treated on which *uri* stands; None is as all others.

        The strictest rule holds, whichever of its domains it is of.
        """
        if not self.watches_servers:
            return None
        origin = origin_of(uri)
        if origin is None:
            return None
        found = {self.servers[domain] for domain in domains_of(origin.host) if domain in self.servers}
        return next((one for one in (Severity.BLOCKED, Severity.SILENCED, Severity.ALLOWED) if one in found), None)

    def refuses(self, uri: str, *, listed: bool = True) -> Reason | None:
        """Return why nothing is exchanged with the server of *uri*; None where something is.

        Args:
            uri: whatever stands there.
            listed: whether it must be among the listed servers, where only these may come in: its people must, and
                need not where only a picture of theirs lies there.
        """
        severity = self.severity(uri)
        if severity is Severity.BLOCKED:
            return Reason.SERVER_BLOCKED
        if listed and self.only_listed and severity is None:
            return Reason.NOT_LISTED
        return None

    def concern(self, actor: RemoteActor) -> bool:
        """Whether anything that an actor does could be taken otherwise than of others: by her server, or by a block."""
        if self.only_listed or (self.servers and self.severity(actor.uri) is not None):
            return True
        return bool(self.blocked_by(actor))

    def blocked_by(self, actor: RemoteActor) -> frozenset[int]:
        """Return the rows of the artisans here who blocked an actor, now or under a name that she says was hers."""
        if not self.blocks:
            return frozenset()
        names = (actor.uri, handle_of(actor.username, actor.uri), *actor.also_known_as)
        return frozenset().union(*(self.blocks[name] for name in names if name in self.blocks))

    def is_muted(self, artisan_id: int, uri: str, handle: str, now: datetime) -> bool:
        """Whether the artisan has muted an actor, and the time of that is not over."""
        for whom in (uri, handle):
            by = self.mutes.get(whom, {})
            if artisan_id in by and ((until := by[artisan_id]) is None or until > now):
                return True
        return False

    def caught(self, artisan_id: int, text: str, language: str | None) -> Word | None:
        """Return the strictest of the words that the artisan does not want to read and that stand in *text*."""
        words = self.words.get(artisan_id, ())
        return caught(words, text, language) if words else None


def is_like_spam(*, named: int, links: int) -> bool:
    """Whether what somebody new and unknown says looks as spam does: it names many, and leads somewhere."""
    return named >= TOO_MANY_NAMED or (named >= MANY_NAMED and links > 0)


def handle_of(username: str, uri: str) -> str:
    """Return a handle as rules have it: "bob@host.example", in small letters."""
    return f"{username}@{host_of(uri)}".lower()


def domains_of(host: str) -> Iterable[str]:
    """Give a host and every domain that it is below; an IP address is below nothing.

    >>> list(domains_of("a.social.example"))
    ['a.social.example', 'social.example', 'example']
    """
    yield host
    if _is_address(host):
        return
    while "." in host:
        host = host.partition(".")[2]
        yield host


def is_below(host: str, domains: Container[str]) -> bool:
    """Whether a host, with a port behind it or without, is one of some domains, or below one of them."""
    return any(domain in domains for domain in domains_of(without_port(host)))


def ties_of(tied_hosts: Mapping[str, int], domains: Container[str]) -> Mapping[str, int]:
    """Return how many on each of some domains, or below it, have to do with somebody here.

    Args:
        tied_hosts: how many have on each host.
        domains: of which domains that is asked.
    """
    ties: Counter[str] = Counter()
    for host, count in tied_hosts.items():
        ties.update({domain: count for domain in domains_of(without_port(host)) if domain in domains})
    return ties


def without_port(host: str) -> str:
    """Return a host without the port that may stand behind it."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_domain(text: str) -> str:
    """Return the domain in *text* in its one form: small letters, as in DNS, without what people write around it.

    Raises:
        BadInput: there is none.
    """
    plain = text.strip().removeprefix("*.").removeprefix("@")
    if "://" not in plain:
        plain = f"https://{plain}"
    origin = origin_of(plain)
    labels = () if origin is None else origin.host.split(".")
    if origin is None or (len(labels) < _FEWEST_LABELS and not _is_address(origin.host)):
        raise BadInput("{text!r} is no server: write it as place.example", text=text.strip()[:_LONGEST_SHOWN])
    return origin.host
