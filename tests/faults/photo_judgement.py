"""What lies in the store and stands in the database, held against what was promised."""

import asyncio
import hashlib
import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyvips

from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import CARD_PX, WIDTHS_PX, Photo, PictureType, Rendition, Role
from fedi_artisan.domain.terms import Terms, Watermark
from fedi_artisan.domain.works import Work
from fedi_artisan.media.kinds import HEAD_BYTES, kind_of
from fedi_artisan.media.recipe import Recipe
from fedi_artisan.services.recipes import recipe_of
from fedi_artisan.storage import artisans, works
from fedi_artisan.storage.db import Database, Tx, fetch_all, fetch_value
from tests.faults.photo_deeds import MARKS, TERMS, Promises, State

_VIEW_TYPES = (PictureType.AVIF, PictureType.WEBP, PictureType.JPEG)
_MOST_WORKS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the database spoke of at one moment.

    Args:
        works: what pages show.
        artisan: whose they are.
        recipes: by what the pictures of each photograph were made, by its uid.
        used: the names of all public pictures that there is a reason to keep.
        originals: the names of all kept uploads.
        refused: why nothing could be made of some photographs.
        jobs: how many photographs wait.
    """

    works: tuple[Work, ...]
    artisan: Artisan
    recipes: Mapping[str, str]
    used: frozenset[str]
    originals: frozenset[str]
    refused: tuple[str, ...]
    jobs: int

    def state(self, subject: str) -> State:
        """Return what stands under a title, or the terms."""
        if subject == TERMS:
            mark = self.artisan.terms.watermark
            return ("" if mark is None else mark.text, "yes" if self.artisan.terms.full_size else "no")
        found = [work for work in self.works if work.draft.title == subject]
        return tuple(str(photo.original) for photo in found[0].draft.photos) if found else None


async def look(db: Database) -> Seen:
    """Return what the database speaks of, all of the same moment."""
    async with db.read() as tx:
        [artisan] = await artisans.list_all(tx)
        return Seen(
            works=tuple(await works.list_shown(tx, artisan.id, limit=_MOST_WORKS)),
            artisan=artisan,
            recipes={row["uid"]: row["recipe"] for row in await fetch_all(tx, "SELECT uid, recipe FROM photos")},
            used=await _names(
                tx,
                """
                SELECT file FROM photos JOIN (SELECT photo_id, file FROM renditions
                    UNION SELECT photo_id, file FROM former_pictures) ON photo_id = photos.id
                LEFT JOIN works ON works.id = work_id WHERE withdrawn_at IS NULL
                """,
            ),
            originals=await _names(
                tx, "SELECT original FROM photos LEFT JOIN works ON works.id = work_id WHERE withdrawn_at IS NULL"
            ),
            refused=tuple(
                f"{row['name']} was refused: {row['refusal']}"
                for row in await fetch_all(tx, "SELECT name, refusal FROM photos WHERE refusal IS NOT NULL")
            ),
            jobs=await fetch_value(tx, "SELECT count(*) FROM photo_jobs"),
        )


async def _names(tx: Tx, sql: str) -> frozenset[str]:
    return frozenset(row[0] for row in await fetch_all(tx, sql))


class Judge:
    """Holds the store against the database. A class because what was decoded once need not be decoded again."""

    def __init__(self, config: Config, db: Database, promises: Promises) -> None:
        self._config, self._db, self._promises = config, db, promises
        self._decoded: set[str] = set()

    async def broken_sets(self) -> list[str]:
        """Return a line for every photograph that lacks a picture; others may go on working meanwhile."""
        seen = await look(self._db)
        recipes = _recipes(seen.artisan)
        problems, missing = [*seen.refused], {}
        for work in seen.works:
            for photo in work.draft.photos:
                problems += [f"{work.draft.title}: {line}" for line in _set_problems(photo, seen, recipes)]
                for one in photo.renditions:
                    problem = await asyncio.to_thread(self._file_problem, one)
                    if problem:
                        missing[one.file] = f"{work.draft.title}: {problem}"
                if problem := self._original_problem(str(photo.original)):
                    missing[str(photo.original)] = f"{work.draft.title}: {problem}"
        if missing:
            # A living command may have put others in their place since.
            again = await look(self._db)
            problems += [line for name, line in missing.items() if name in again.used | again.originals]
        return problems

    async def broken_promises(self) -> list[str]:
        """Return a line for everything that does not stand as it was promised, while no command is at work."""
        seen = await look(self._db)
        titles = Counter(work.draft.title for work in seen.works)
        return [
            *(f"{title} is there {count} times" for title, count in titles.items() if count > 1),
            *(
                f"{subject}: {seen.state(subject)} is there, promised was {state}"
                for subject, state in self._promises.standing.items()
                if seen.state(subject) != state
            ),
            *(f"{title} was never published" for title in titles if title not in self._promises.standing),
        ]

    async def remains(self) -> tuple[int, int]:
        """Return how many files are half written, and how many of which the database does not speak."""
        seen = await look(self._db)
        media, originals = _files(self._config.media_dir), _files(self._config.originals_dir)
        unfinished = _files(self._config.incoming_dir)
        return len(unfinished), len(media - seen.used) + len(originals - seen.originals)

    async def broken_order(self) -> list[str]:
        """Return a line for all that is not as it should be once everything has settled and was collected."""
        seen = await look(self._db)
        async with self._db.read() as tx:
            [integrity] = await fetch_all(tx, "PRAGMA integrity_check")
            lost = await fetch_all(tx, "PRAGMA foreign_key_check")
        problems = [f"the database is damaged: {integrity[0]}"] if integrity[0] != "ok" or lost else []
        problems += [f"{seen.jobs} photographs still wait"] if seen.jobs else []
        for folder, names in (
            (self._config.media_dir, seen.used),
            (self._config.originals_dir, seen.originals),
            (self._config.incoming_dir, frozenset[str]()),
        ):
            there = _files(folder)
            problems += [f"{name} in {folder.name} is an orphan" for name in sorted(there - names)]
            problems += [f"{name} in {folder.name} is not there" for name in sorted(names - there)]
        for work in seen.works:
            wanted = recipe_of(seen.artisan, work.draft.terms.within(seen.artisan.terms)).digest
            problems += [
                f"{work.draft.title}: its pictures were made by another recipe than wanted"
                for photo in work.draft.photos
                if seen.recipes[photo.uid] != wanted
            ]
        return problems

    def _file_problem(self, one: Rendition) -> str:
        """Return what is wrong with the file of one picture; empty where it is as it should be."""
        try:
            content = (self._config.media_dir / one.file[:2] / one.file).read_bytes()
        except FileNotFoundError:
            return f"{one.file} is missing"
        kind = kind_of(content[:HEAD_BYTES])
        if not one.file.startswith(hashlib.sha256(content).hexdigest()[:40]) or len(content) != one.size_bytes:
            return f"{one.file} holds something else than was made"
        if kind is None or kind.value != one.type.value or not one.file.endswith(f".{one.type}"):
            return f"{one.file} is of another type"
        if one.file not in self._decoded:
            try:
                image = pyvips.Image.new_from_buffer(content, "", fail_on="error")
                image.avg()
            except pyvips.Error:
                return f"{one.file} cannot be decoded"
            if (image.width, image.height) != (one.width_px, one.height_px):
                return f"{one.file} is of another size"
            self._decoded.add(one.file)
        return ""

    def _original_problem(self, name: str) -> str:
        """Return what is wrong with a kept upload; empty where it is byte for byte what was given."""
        file = self._config.originals_dir / name
        if not file.exists():
            return f"the original {name} is missing"
        given = self._promises.files.get(name)
        return "" if given and given.read_bytes() == file.read_bytes() else f"the original {name} was changed"


def _recipes(artisan: Artisan) -> dict[str, Recipe]:
    """Return every recipe by which anything can have been made here, by its digest."""
    marks = [None if text is None else Watermark(text=text) for text in MARKS]
    made = [
        recipe_of(artisan, Terms(watermark=mark, full_size=full))
        for mark, full in itertools.product(marks, (True, False))
    ]
    return {recipe.digest: recipe for recipe in made}


def _set_problems(photo: Photo, seen: Seen, recipes: Mapping[str, Recipe]) -> list[str]:
    """Return what a photograph lacks, or has too much, by the recipe that its pictures were made by."""
    recipe = recipes.get(seen.recipes[photo.uid])
    if recipe is None:
        return [f"photograph {photo.uid} was made by no recipe"]
    widths = [width for width in WIDTHS_PX if width < photo.width_px] + [min(photo.width_px, WIDTHS_PX[-1])]
    wanted = Counter((Role.VIEW, kind, width) for kind in _VIEW_TYPES for width in widths)
    wanted += Counter([(Role.POST, PictureType.JPEG, photo.width_px), (Role.CARD, PictureType.JPEG, CARD_PX[0])])
    if recipe.full_size and recipe.watermark is None:
        wanted += Counter([(Role.FULL, PictureType.JPEG, photo.width_px)])
    found = Counter((one.role, one.type, one.width_px) for one in photo.renditions)
    return [] if found == wanted else [f"photograph {photo.uid} lacks {wanted - found}, has besides {found - wanted}"]


def _files(folder: Path) -> set[str]:
    """Return the names of all files below *folder*."""
    return {path.name for path in folder.rglob("*") if path.is_file()}
