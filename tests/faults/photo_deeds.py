"""What the artisan does with her photographs, each deed a command of its own, and what stands promised after it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyvips

from fedi_artisan.media.store import name_of

MARKS = (None, "© Maria", "Maria S.")
_FILES = 12
_FEWEST_WORKS, _MOST_WORKS = 2, 5
_WIDTH_PX = 400

# What stands under a title: the stored names of the photographs given for it, in their order; None for no work at all.
State = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One command, and what it makes of one thing: `before` until it is done, `after` from then on, nothing between.

    Args:
        arguments: of the command.
        done: what it prints once it is done.
        subject: the title of a work, TERMS for the terms, or None where nothing changes.
        before: what stands until then.
        after: what stands from then on.
    """

    arguments: tuple[str, ...]
    done: str = ""
    subject: str | None = None
    before: State = None
    after: State = None

    @property
    def name(self) -> str:
        """The command without what is given to it."""
        return " ".join(self.arguments[:2] if self.arguments[0] == "media" else self.arguments[:1])


TERMS = "(terms)"


@dataclass(kw_only=True)
class Promises:
    """What was promised to stand, by title; the terms are (text of the watermark or "", whether in full size)."""

    files: Mapping[str, Path]
    standing: dict[str, State] = field(default_factory=lambda: {TERMS: ("", "yes")})
    reported: int = 0
    unreported_done: int = 0
    unreported_undone: int = 0

    def settle(self, deed: Deed, printed: str, found: State) -> None:
        """Note what came of a deed whose process has ended: what it reported is promised, else either may stand."""
        if deed.subject is None:
            return
        if deed.done in printed:
            self.reported += 1
            self.standing[deed.subject] = deed.after
        elif found == deed.after:
            self.unreported_done += 1
            self.standing[deed.subject] = deed.after
        else:
            self.unreported_undone += 1
            self.standing[deed.subject] = deed.before

    def works(self) -> dict[str, tuple[str, ...]]:
        """Return the photographs of every work that must be there, by its title."""
        return {title: state for title, state in self.standing.items() if title != TERMS and state is not None}


class Artisan:
    """Decides what to do next. A class because each deed starts from what stands, and titles are counted."""

    def __init__(self, promises: Promises, chance: random.Random) -> None:
        self._promises, self._chance = promises, chance
        self._addresses: Mapping[str, str] = {}
        self._published = 0
        self._free: list[str] = []

    def next_deeds(self, addresses: Mapping[str, str]) -> Sequence[Deed]:
        """Return one deed, or two that can go on at once: about other works, with other files.

        *addresses* are the ids of the works by their titles.
        """
        self._addresses = addresses
        self._shuffle()
        first = self._about_work()
        if self._chance.random() < 0.6:
            return (first,)
        changes_all = first.subject not in {None, TERMS} and self._chance.random() < 0.7
        second = self._about_all() if changes_all else self._publish()
        return (first, second)

    def first_deeds(self) -> Sequence[Deed]:
        """Return what makes the first works."""
        self._shuffle()
        return [self._publish() for _ in range(_FEWEST_WORKS)]

    def _shuffle(self) -> None:
        """Have all photographs at hand again."""
        self._free = self._chance.sample(sorted(self._promises.files), len(self._promises.files))

    def _about_work(self) -> Deed:
        """Publish, change or withdraw a work, or do something to all of them."""
        titles = sorted(self._promises.works())
        choice = self._chance.random()
        if len(titles) < _FEWEST_WORKS or (choice < 0.3 and len(titles) < _MOST_WORKS):
            return self._publish()
        title = self._chance.choice(titles)
        if choice < 0.5:
            return self._revise(title)
        if choice < 0.7:
            return self._replace(title)
        return self._withdraw(title) if choice < 0.8 else self._about_all()

    def _about_all(self) -> Deed:
        """Change the terms, make everything anew, or remove what nothing shows."""
        choice = self._chance.random()
        if choice < 0.4:
            return self._terms()
        return Deed(arguments=("media", "rebuild", "--all") if choice < 0.8 else ("media", "collect"))

    def _publish(self) -> Deed:
        self._published += 1
        title, photos = f"Bowl {self._published}", self._take(self._chance.choice((1, 1, 2)))
        own = self._chance.choice(((), (), ("--no-watermark",), ("--full-size", "no")))
        arguments = ("publish", "--title", title, *self._given(photos), *own)
        return Deed(arguments=arguments, done="URI: ", subject=title, after=photos)

    def _revise(self, title: str) -> Deed:
        photos = self._take(self._chance.choice((1, 2)))
        arguments = ("revise", self._addresses[title], *self._given(photos))
        return Deed(
            arguments=arguments, done="URI: ", subject=title, before=self._promises.standing[title], after=photos
        )

    def _replace(self, title: str) -> Deed:
        standing = self._promises.works()[title]
        place = self._chance.randrange(len(standing))
        (new,) = self._take(1)
        arguments = ("photo", self._addresses[title], str(place + 1), "--replace", str(self._promises.files[new]))
        after = (*standing[:place], new, *standing[place + 1 :])
        return Deed(arguments=arguments, done="Changed.", subject=title, before=standing, after=after)

    def _withdraw(self, title: str) -> Deed:
        arguments = ("withdraw", self._addresses[title])
        return Deed(arguments=arguments, done="Withdrawn.", subject=title, before=self._promises.standing[title])

    def _terms(self) -> Deed:
        mark, full = self._chance.choice(MARKS), self._chance.choice(("yes", "no"))
        marked = ("--no-watermark",) if mark is None else ("--watermark-text", mark)
        return Deed(
            arguments=("terms", *marked, "--full-size", full),
            done="Licence: ",
            subject=TERMS,
            before=self._promises.standing[TERMS],
            after=(mark or "", full),
        )

    def _take(self, count: int) -> tuple[str, ...]:
        """Return photographs that no other deed of now uses."""
        return tuple(self._free.pop() for _ in range(count))

    def _given(self, photos: Sequence[str]) -> tuple[str, ...]:
        return tuple(part for name in photos for part in ("--photo", str(self._promises.files[name])))


def make_files(place: Path, *sources: Path) -> dict[str, Path]:
    """Return small photographs made of *sources*, no two the same, by the names under which they will be kept."""
    files = {}
    for number in range(_FILES):
        image = pyvips.Image.thumbnail(str(sources[number % len(sources)]), _WIDTH_PX)
        image = image.draw_rect([20 * number, 90, 200], 16 * number, 0, 16, 16, fill=True)
        file = place / f"bowl {number}.jpg"
        file.write_bytes(image.jpegsave_buffer(Q=90))
        files[name_of(sha256(file.read_bytes()).hexdigest(), "jpg")] = file
    return files
