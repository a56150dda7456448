"""Who tells what several people elsewhere do, one deed after another; each deed fits all that was done before.

Most orders lead to the same end. Where one does not, because nothing in the protocol tells which came first, the later
deed names the earlier one in `after`, and the reason stands beside it.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from fedi_artisan.domain.clock import utc_now
from tests.neighbour import AS2, PUBLIC

THERE = "https://there.example"
US, WORK, ENTRY = (f"https://here.example/{name}" for name in ("us", "work", "entry"))
# Our artisan follows the last one.
PEOPLE = ("ann", "bob", "cleo")
FOLLOWED = PEOPLE[-1]
BEGUN = utc_now() - timedelta(hours=6)
LEASTDEEDS, MOSTDEEDS = 6, 16
VISIBILITIES = ("public", "unlisted", "followers", "direct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One activity; *after* are the numbers of those that must have come before, as far as they come at all."""

    number: int
    kind: str
    by: str
    about: str
    activity: dict[str, Any]
    after: frozenset[int]
    may_be_lost: bool

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """Show the deed in one line where Hypothesis tells of a story."""
        printer.text(f"{self.number}. {self.by}: {self.kind} {self.about} after {sorted(self.after)}")

    @property
    def signed_at(self) -> datetime:
        """When it was sent for the first time."""
        return moment(self.number)


@dataclass(slots=True, kw_only=True)
class _Post:
    by: str
    document: dict[str, Any]
    deeds: list[int] = field(default_factory=list)
    below: list["_Post"] = field(default_factory=list)
    shared: bool = False
    gone: bool = False
    version: int = 0

    @property
    def uri(self) -> str:
        return str(self.document["id"])

    def all_below(self) -> Iterable["_Post"]:
        for post in self.below:
            yield post
            yield from post.all_below()


def person(name: str) -> str:
    """Return the id of somebody in a story."""
    return f"{THERE}/users/{name}"


def moment(number: int) -> datetime:
    """Return when the deed of this number was done."""
    return BEGUN + timedelta(seconds=number)


def _id_of(about: Any) -> str:
    """Return the id of what an activity is about; of several things, of the first."""
    return str(about["id"] if isinstance(about, dict) else about[0] if isinstance(about, list) else about)


def _audience(by: str, visibility: str, *, named: bool) -> dict[str, Any]:
    """Return for whom a post is; where the artisan is *named*, she finds it among what is written to her."""
    followers, us = f"{person(by)}/followers", [US] if named else []
    to = {"public": [PUBLIC], "unlisted": [followers], "followers": [followers], "direct": []}[visibility]
    cc = {"public": [followers], "unlisted": [PUBLIC], "followers": [], "direct": []}[visibility]
    tag = [{"type": "Mention", "href": US, "name": "@us"}] if named else []
    return {"to": [*to, *us], "cc": cc, "tag": tag}


class Teller:
    """Makes one story. A class because each deed depends on all that was done before."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw
        self.deeds: list[Deed] = []
        self._posts: list[_Post] = []
        self._ties: dict[str, list[int]] = {name: [] for name in PEOPLE}
        self._standing: dict[tuple[str, str], int] = {}
        self._reactions: dict[tuple[str, str, str], list[int]] = {}
        self._gone: set[str] = set()
        self._moved: set[str] = set()

    def step(self) -> None:
        """Let somebody do something."""
        present = [name for name in PEOPLE if name not in self._gone]
        if not present:
            return
        by = self._draw(st.sampled_from(present))
        deed = self._draw(st.sampled_from(DEEDS))
        deed(self, by)

    def served(self) -> tuple[dict[str, Any], ...]:
        """Return the posts that are shared, as their server gives them in the end; what is gone is a tombstone."""
        return tuple(
            {"id": post.uri, "type": "Tombstone"} if post.gone else post.document for post in self._posts if post.shared
        )

    def _do(
        self, by: str, kind: str, about: Any, after: Iterable[int] = (), *, may_be_lost: bool = True, **more: Any
    ) -> int:
        number = len(self.deeds)
        activity = {
            "@context": AS2,
            "id": f"{THERE}/activities/{number}",
            "type": kind,
            "actor": person(by),
            "object": about,
            **more,
        }
        self.deeds.append(
            Deed(
                number=number,
                kind=kind,
                by=by,
                about=_id_of(about).rpartition(".example/")[2],
                activity=activity,
                after=frozenset(after),
                may_be_lost=may_be_lost,
            )
        )
        return number

    def _undo(self, by: str, number: int, before: list[int], **more: Any) -> int:
        """Take back a deed; it may overtake that, but not where others of its kind came before.

        Which of several Follows or Likes an Undo ends is told by what they are about, not by their ids, as several
        servers do not keep these.
        """
        undone = self.deeds[number].activity
        whole = {name: value for name, value in undone.items() if name != "@context"}
        after = [] if before == [number] else before
        return self._do(by, "Undo", self._draw(st.sampled_from([whole, undone["id"]])), after, **more)

    def follow(self, by: str) -> None:
        """Follow, or stop. A Follow after a Block is a change of mind: which came first decides."""
        ties = self._ties[by]
        number = self._standing.pop((by, "Follow"), None)
        if number is None:
            self._standing.pop((by, "Block"), None)
            self._standing[by, "Follow"] = number = self._do(by, "Follow", US, ties)
        else:
            number = self._undo(by, number, ties)
        ties.append(number)

    def block(self, by: str) -> None:
        """Block, which ends a follow for good, or lift that."""
        if by == FOLLOWED:
            return
        ties = self._ties[by]
        number = self._standing.pop((by, "Block"), None)
        if number is None:
            self._standing.pop((by, "Follow"), None)
            self._standing[by, "Block"] = number = self._do(by, "Block", US, ties)
        else:
            number = self._undo(by, number, ties)
        ties.append(number)

    def react(self, by: str) -> None:
        """Like or announce something of ours, or take that back. A later reaction of a kind replaces the earlier."""
        target = self._draw(st.sampled_from([WORK, ENTRY]))
        kind = self._draw(st.sampled_from(["Like", "EmojiReact", "Announce"]))
        before = self._reactions.setdefault((by, target, "Announce" if kind == "Announce" else "Like"), [])
        if len(before) % 2:
            before.append(self._undo(by, before[-1], before))
        else:
            before.append(self._do(by, kind, target, before, content="🏺" if kind == "EmojiReact" else None))

    def reply(self, by: str) -> None:
        """Answer something, naming the artisan: what answers a post that has not come is dropped without that."""
        parents: dict[str, _Post | None] = {WORK: None, ENTRY: None}
        parents |= {post.uri: post for post in self._posts if not post.gone}
        uri = self._draw(st.sampled_from(list(parents)))
        post = self._say(by, self._draw(st.sampled_from(VISIBILITIES)), named=True, inReplyTo=uri)
        parent = parents[uri]
        if parent is not None:
            parent.below.append(post)

    def publish(self, by: str) -> None:
        """Say something to those who follow; not after a Move, when nobody does any more."""
        if by == FOLLOWED and by not in self._moved:
            self._say(by, self._draw(st.sampled_from(VISIBILITIES[:3])), named=False)

    def quote(self, by: str) -> None:
        """Quote the work, and ask; without a name it would be kept only where the post comes before the request."""
        post = self._say(by, "public", named=True, quote=WORK)
        document = {name: value for name, value in post.document.items() if name != "@context"}
        post.deeds.append(
            self._do(by, "QuoteRequest", WORK, instrument=self._draw(st.sampled_from([post.uri, document])))
        )

    def _say(self, by: str, visibility: str, *, named: bool, **more: Any) -> _Post:
        number = len(self.deeds)
        document = {
            "id": f"{THERE}/notes/{number}",
            "type": "Note",
            "attributedTo": person(by),
            "content": f"<p>note {number}</p>",
            "published": moment(number).isoformat(),
            **_audience(by, visibility, named=named),
            **more,
        }
        post = _Post(by=by, document=document)
        # Whether words are shown at once is decided when they come, by whether she who says them is followed then.
        moves = [deed.number for deed in self.deeds if deed.kind == "Move" and deed.by == by == FOLLOWED]
        post.deeds.append(self._do(by, "Create", document, moves, to=document["to"], cc=document["cc"]))
        self._posts.append(post)
        return post

    def _own(self, by: str) -> _Post | None:
        own = [post for post in self._posts if post.by == by and not post.gone]
        return self._draw(st.sampled_from(own)) if own else None

    def edit(self, by: str) -> None:
        """Say it otherwise, perhaps for fewer readers. It may overtake the Create, so this must not be lost as well."""
        post = self._own(by)
        if post is None:
            return
        number, document = len(self.deeds), post.document
        post.version += 1
        edited = {
            **document,
            "content": f"<p>note in version {post.version}</p>",
            "updated": moment(number).isoformat(),
        }
        if document["tag"] and not post.shared and self._draw(st.booleans()):
            # Never for more readers again: then the last one that comes would have to be the last one that was sent.
            edited |= _audience(by, "direct", named=True)
        post.document = edited
        post.deeds.append(self._do(by, "Update", edited, to=edited["to"], cc=edited["cc"]))
        self._keep(post.deeds[0])

    def _keep(self, number: int) -> None:
        """Have a deed not be lost."""
        self.deeds[number] = dataclasses.replace(self.deeds[number], may_be_lost=False)

    def delete(self, by: str) -> None:
        """Take a post back."""
        post = self._own(by)
        if post is None:
            return
        target = self._draw(st.sampled_from([post.uri, {"id": post.uri, "type": "Tombstone"}]))
        self._do(by, "Delete", target, self._woven(post), may_be_lost=not post.shared)
        post.gone = True

    @staticmethod
    def _woven(post: _Post) -> list[int]:
        """Return what must come before a post goes: what answers it, as that stands nowhere without it.

        What was said below while it stood remains in the conversation; what comes when it is gone has lost its way.
        """
        below = list(post.all_below())
        return [number for one in [post, *below] for number in one.deeds] if below else []

    def share(self, by: str) -> None:
        """Share a public post, or take that back. It may overtake the post, which is asked for then."""
        public = [
            post for post in self._posts if PUBLIC in (*post.document["to"], *post.document["cc"]) and not post.gone
        ]
        if by != FOLLOWED or by in self._moved or not public:
            return
        post = self._draw(st.sampled_from(public))
        before = self._reactions.setdefault((by, post.uri, "Announce"), [])
        if len(before) % 2:
            before.append(self._undo(by, before[-1], before))
        else:
            before.append(self._do(by, "Announce", post.uri, before))
            post.shared = True
            for number in post.deeds:
                self._keep(number)

    def move(self, by: str) -> None:
        """Move, once. Only who follows or is followed then is taken along; of the latter nothing is heard later."""
        if by in self._moved:
            return
        self._moved.add(by)
        before = list(self._ties[by])
        if by == FOLLOWED:
            before += [deed.number for deed in self.deeds]
        self._ties[by].append(self._do(by, "Move", person(by), before, target=person(f"{by}2")))

    def leave(self, by: str) -> None:
        """Go for good, with all that was done; whoever moves on before takes those along who follow her."""
        own = [post for post in self._posts if post.by == by]
        woven = [number for post in own for number in self._woven(post)]
        woven += [deed.number for deed in self.deeds if deed.by == by and deed.kind == "Move"]
        self._gone.add(by)
        self._do(by, "Delete", person(by), woven, may_be_lost=not any(post.shared for post in own))
        for post in own:
            post.gone = True

    def report(self, by: str) -> None:
        """Complain of the artisan."""
        self._do(by, "Flag", [US, WORK], content="Cracked.")

    def trespass(self, by: str) -> None:
        """Try to change what is another's, or to answer what was never asked; nothing comes of it at any time."""
        others = [post for post in self._posts if post.by != by]
        deeds = [deed for deed in self.deeds if deed.by != by]
        tries: list[Callable[[], int]] = [lambda: self._do(by, "Accept", f"{US}/never-asked")]
        if others:
            post = self._draw(st.sampled_from(others))
            changed = {**post.document, "content": "<p>taken</p>", "updated": moment(3600).isoformat()}
            tries += [lambda: self._do(by, "Delete", post.uri), lambda: self._do(by, "Update", changed)]
        if deeds:
            deed = self._draw(st.sampled_from(deeds))
            tries += [lambda: self._do(by, "Undo", deed.activity["id"]), lambda: self._do(by, "Undo", deed.activity)]
        self._draw(st.sampled_from(tries))()


DEEDS = (
    *(Teller.reply, Teller.reply, Teller.edit, Teller.delete, Teller.react, Teller.follow, Teller.publish),
    *(Teller.share, Teller.quote, Teller.block, Teller.move, Teller.leave, Teller.report, Teller.trespass),
)
