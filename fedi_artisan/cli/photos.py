"""Photographs on the command line: taking them in with their progress, listing them, changing what each says."""

import asyncio
import dataclasses
import importlib
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from fedi_artisan.cli.given import Given, Workshop, find_work, open_workshop, pass_given
from fedi_artisan.config import Config
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import Label, Photo, PictureType, Remark, Role
from fedi_artisan.domain.terms import OwnTerms
from fedi_artisan.domain.works import Work
from fedi_artisan.errors import BadInput, BadPhoto, NotFound, TooLarge
from fedi_artisan.media.incoming import receive_stream
from fedi_artisan.media.stored import CHUNK_BYTES
from fedi_artisan.media.texts import clean
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_queue import Outcome
from fedi_artisan.storage import artisans, photo_jobs

# Of an ordinary photograph: six widths in three types, what travels, the preview, and the whole.
_USUAL_PICTURES = 21
_NO_LABEL = "none"
_STANDARD_INPUT = "standard input"
_NEARLY_FULL = 0.8
_WORDS = {
    Remark.FIRST_FRAME: "it moves; its first frame is shown",
    Remark.REENCODED: "no browser shows this kind of file: its full size is a new encoding of the best quality",
    Remark.FULL_MARKED: "it bears your watermark, so its untouched full size is not shown",
}


def progress() -> AbstractContextManager[Any]:
    """Show what is being made while the block lasts; a server, which shows it to nobody, does not load the bars."""
    shown: AbstractContextManager[Any] = importlib.import_module("fedi_artisan.cli.bars").bars()
    return shown


async def take_in(
    workshop: Workshop, artisan: Artisan, files: Sequence[Path], terms: OwnTerms, *, beside: Sequence[str] = ()
) -> tuple[Photo, ...]:
    """Return the photographs in *files*, ready to be shown in a work with these *terms*; each has its own progress.

    They are others than those *beside* which they will stand, even where the file is the same.

    Raises:
        BadPhoto: some cannot be used: a line for each, and the others are kept for the next try.
        NoRoom: there is no room for them.
    """
    if sum(str(file) == "-" for file in files) > 1:
        raise BadInput("only one photograph can come on standard input")
    ready: list[Photo] = []
    refused: list[str] = []
    with progress() as shown:
        bars = [shown.add_task(clean(file.name), total=_USUAL_PICTURES) for file in files]
        for file, bar in zip(files, bars, strict=True):
            try:
                uid = await _give(workshop, artisan, file, [*beside, *(photo.uid for photo in ready)])
                photo = await workshop.photos.make_one(uid, terms, on_picture=_step(shown, bar))
            except (BadInput, TooLarge) as error:
                refused.append(str(error))
                shown.update(bar, description=f"{clean(file.name)}: refused")
            else:
                ready.append(photo)
                shown.update(bar, completed=_USUAL_PICTURES)
    if refused and ready:
        refused.append("Nothing was changed. The others are kept ready for a week: give all again, without these.")
    if refused:
        raise BadPhoto("\n".join(refused))
    await _warn_of_room(workshop)
    return tuple(ready)


async def _give(workshop: Workshop, artisan: Artisan, file: Path, beside: Sequence[str]) -> str:
    """Take in one file, or what comes on standard input for "-", and return the uid of the photograph.

    Raises:
        BadPhoto: it is no photograph that could be read, and what it is instead.
        TooLarge: it has too many bytes.
        NoRoom: the photographs here take as much room as they may.
    """
    if str(file) != "-":
        return await workshop.intake.give(artisan, file, beside=beside)
    with await receive_stream(workshop.intake.config, _STANDARD_INPUT, _standard_input()) as upload:
        return await workshop.intake.give_upload(artisan, upload, _STANDARD_INPUT, beside=beside)


async def _standard_input() -> AsyncIterator[bytes]:
    """Give what comes on standard input, in pieces as they come."""
    while chunk := await asyncio.to_thread(sys.stdin.buffer.read, CHUNK_BYTES):
        yield chunk


async def finish(workshop: Workshop, work_id: int | None = None) -> Counter[Outcome]:
    """Make what waits to be made, of one work or of all, as far as its time has come; return what came of how many.

    A server that runs beside takes part. Interrupted, it is gone on with by the server or by the next such command.
    """
    outcomes: Counter[Outcome] = Counter()
    with progress() as shown:
        most = await _count(workshop, work_id)
        bar = shown.add_task("Photographs", total=most)
        try:
            waited = False
            while await _count(workshop, work_id):
                outcome = await workshop.photos.make_next()
                if outcome is None and waited:
                    break
                waited = outcome is None
                if outcome is None:
                    # What is not due may be at work in the server at this moment.
                    await workshop.photos.wait_for_others()
                    continue
                outcomes[outcome] += 1
                left = await _count(workshop, work_id)
                most = max(most, left)
                shown.update(bar, total=most, completed=most - left)
        except asyncio.CancelledError:
            click.echo("The server, or `fedi-artisan media rebuild`, goes on with the rest.", err=True)
            raise
    return outcomes


async def _count(workshop: Workshop, work_id: int | None) -> int:
    async with workshop.db.read() as tx:
        return await photo_jobs.count_jobs(tx, work_id)


async def _warn_of_room(workshop: Workshop) -> None:
    """Say so where the photographs have nearly used up their room."""
    taken_bytes, most_bytes = await workshop.intake.room()
    if taken_bytes > _NEARLY_FULL * most_bytes:
        share = f"{taken_bytes / 1e9:.1f} of {most_bytes / 1e9:.1f} GB"
        click.echo(f"Photographs take {share}; the page of settings in the studio gives more room.", err=True)


def _step(shown: Any, bar: Any) -> Any:
    """Return what moves one bar on by one."""
    return lambda: shown.advance(bar)


def remarks(photo: Photo) -> list[str]:
    """Return what was done to a photograph that its artisan may want to know."""
    return [_WORDS[remark] for remark in Remark if remark in photo.remarks]


def proposals(photo: Photo, work: Work) -> list[str]:
    """Return what the file of a photograph told and visitors do not read."""
    lines = []
    facts = photo.facts
    if facts.taken_at and not photo.shows_date:
        lines.append(f"taken on {facts.taken_at[:10]}; `photo … --show-date` lets visitors know")
    how = " · ".join(text for text in (facts.camera, facts.lens, facts.settings) if text)
    if how and not photo.shows_camera:
        lines.append(f"taken with {how}; `photo … --show-camera` lets visitors know")
    if facts.taken_at and work.draft.year is None:
        lines.append(f"was the work made in {facts.taken_at[:4]}? `revise … --year {facts.taken_at[:4]}` says so")
    return lines


@click.command("photos")
@click.argument("uri")
@pass_given
def list_photos(given: Given, uri: str) -> None:
    """List the photographs of a work with their numbers. URI is its id or page."""
    work = asyncio.run(_find(given.config(), uri))
    for number, photo in enumerate(work.draft.photos, start=1):
        click.echo(f"{number}  {photo.width_px} × {photo.height_px} px{_sizes(photo)}")
        for name, texts in (("alt", photo.alts), ("caption", photo.captions)):
            for language, text in texts.items():
                click.echo(f"   {name} {language}: {text}")
        if photo.label is not None:
            click.echo(f"   label: {photo.label}")
        if any(photo.focal_point):
            click.echo("   focus: {:g},{:g}".format(*photo.focal_point))
        for line in (*remarks(photo), *proposals(photo, work)):
            click.echo(f"   {line}")


def _sizes(photo: Photo) -> str:
    """Return in words how large what visitors load is."""
    full = photo.find(Role.FULL)
    views = photo.views(PictureType.AVIF) or photo.views(PictureType.JPEG)
    parts = [f"widest {views[-1].width_px} px, {views[-1].size_bytes / 1000:.0f} kB"] if views[:1] else []
    if full is not None:
        parts.append(f"full size {full.size_bytes / 1e6:.1f} MB")
    return "".join(f" · {part}" for part in parts)


async def _find(config: Config, uri: str) -> Work:
    async with open_workshop(config) as workshop, workshop.db.read() as tx:
        return await find_work(tx, workshop.uris, uri)


@click.command("photo")
@click.argument("uri")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--alt", "alts", multiple=True, metavar="LANG=TEXT", help="What it shows, in one language: fr=…, en=….")
@click.option("--caption", "captions", multiple=True, metavar="LANG=TEXT", help="What stands below it; repeat it.")
@click.option("--focus", metavar="X,Y", help="What matters in it: from -1 to 1, left to right and bottom to top.")
@click.option("--label", type=click.Choice([*map(str, Label), _NO_LABEL]), help="What it shows of the work.")
@click.option("--show-date/--hide-date", default=None, help="Whether visitors read when it was taken.")
@click.option("--show-camera/--hide-camera", default=None, help="Whether visitors read how it was taken.")
@click.option("--move", type=click.IntRange(min=1), metavar="NUMBER", help="Put it in this place.")
@click.option("--replace", metavar="FILE", help="Put another photograph in its place; its words stay.")
@click.option("--remove", is_flag=True, help="Take it away.")
@pass_given
def change_photo(given: Given, /, uri: str, number: int, **changes: Any) -> None:
    """Change one photograph of a work, by its NUMBER in `photos`. URI is the work's id or page.

    An empty text takes one away: --alt fr=
    """
    if all(value in {None, ()} for value in ({**changes, "remove": changes["remove"] or None}).values()):
        raise BadInput("nothing to change was given; `fedi-artisan photo --help` shows what can be")
    work, new = asyncio.run(_change(given.config(), uri, number, changes))
    count = len(work.draft.photos)
    click.echo(f"Changed. The work has {count} photograph{'' if count == 1 else 's'}.")
    for line in () if new is None else remarks(new):
        click.echo(line, err=True)


async def _change(config: Config, uri: str, number: int, changes: dict[str, Any]) -> tuple[Work, Photo | None]:
    """Change one photograph of a work; return the work, and the photograph that is new in it."""
    async with open_workshop(config) as workshop:
        async with workshop.db.read() as tx:
            work = await find_work(tx, workshop.uris, uri)
            artisan = await artisans.get(tx, work.artisan_id)
        new = None
        if changes["replace"] is not None:
            (new,) = await take_in(workshop, artisan, [Path(changes["replace"])], work.draft.terms)
        files = await workshop.files.list_files(work.id)
        async with workshop.db.write() as tx:
            work = await find_work(tx, workshop.uris, uri)
            draft = dataclasses.replace(work.draft, photos=_changed(work.draft.photos, number, new, changes))
            revised = await works_service.revise(tx, workshop.uris, work, draft, utc_now())
        if new is not None or changes["remove"]:
            await workshop.files.collect(files)
        return revised, new


def _changed(standing: Sequence[Photo], number: int, new: Photo | None, changes: dict[str, Any]) -> tuple[Photo, ...]:
    """Return the photographs of a work, one of them changed, moved, replaced or taken away.

    Raises:
        NotFound: there are not so many.
        BadInput: something cannot be so.
    """
    if number > len(standing):
        raise NotFound(f"there is no photograph {number}: the work has {len(standing)}")
    others = [photo for at, photo in enumerate(standing, start=1) if at != number]
    if changes["remove"]:
        return tuple(others)
    old = standing[number - 1]
    said: dict[str, Any] = {
        "alts": _spoken(old.alts, changes["alts"]),
        "captions": _spoken(old.captions, changes["captions"]),
        "focal_point": old.focal_point if changes["focus"] is None else _focus(changes["focus"]),
        "label": old.label if changes["label"] is None else _label(changes["label"]),
        "shows_date": old.shows_date if changes["show_date"] is None else changes["show_date"],
        "shows_camera": old.shows_camera if changes["show_camera"] is None else changes["show_camera"],
    }
    place = (changes["move"] or number) - 1
    return (*others[:place], dataclasses.replace(new or old, **said), *others[place:])


def _spoken(standing: Any, given: Sequence[str]) -> dict[str, str]:
    """Return texts by language, those in *given* (`fr=…`) changed.

    Raises:
        BadInput: one has no language.
    """
    texts = dict(standing)
    for one in given:
        language, equals, text = one.partition("=")
        if not equals or not language.isalpha() or not language.islower() or len(language) > len("xxx"):
            raise BadInput(f'{one!r}: say in which language it is, as "fr=…" or "en=…"')
        texts[language] = text.strip()
    return {language: text for language, text in texts.items() if text}


def _focus(text: str) -> tuple[float, float]:
    """Return the two numbers in *text*.

    Raises:
        BadInput: these are no two numbers.
    """
    try:
        x, y = map(float, text.split(","))
    except ValueError:
        raise BadInput(f'{text!r} is no point: write two numbers from -1 to 1, as "0,0.4"') from None
    return x, y


def _label(text: str) -> Label | None:
    return None if text == _NO_LABEL else Label(text)


COMMANDS = (list_photos, change_photo)
