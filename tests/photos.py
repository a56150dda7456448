"""Photographs for tests: as plain values, as rows of a database, and as real pictures in a store."""

import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pyvips

from fedi_artisan.config import Config, parse
from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.photos import CARD_PX, WIDTHS_PX, Photo, PictureType, Rendition, Role
from fedi_artisan.domain.terms import OwnTerms, Terms
from fedi_artisan.domain.uris import Uris, new_uid
from fedi_artisan.domain.works import Draft, Work
from fedi_artisan.media.incoming import begin
from fedi_artisan.media.store import open_stores
from fedi_artisan.media.stored import name_of
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import works as works_service
from fedi_artisan.services.photo_files import PhotoFiles
from fedi_artisan.services.photo_intake import PhotoIntake
from fedi_artisan.services.photo_queue import PhotoQueue
from fedi_artisan.storage import artisans, photos, works
from fedi_artisan.storage.db import Database, Tx
from tests.house import House, furnish

PHOTOS = Path(__file__).parent / "data" / "photos"
BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
TYPES = (PictureType.AVIF, PictureType.WEBP, PictureType.JPEG)


def photo(
    number: int = 1, *, width_px: int = 2560, height_px: int = 1920, alt: str = "", language: str = "en"
) -> Photo:
    """Return a photograph of which every picture was made; their files have invented names."""
    digits = f"{number:037x}"

    def one(role: Role, kind: PictureType, width: int, height: int) -> Rendition:
        file = f"{role.value[0].encode().hex()[1]}{width % 256:02x}{digits}.{kind}"
        return Rendition(role=role, type=kind, width_px=width, height_px=height, size_bytes=1000 + width, file=file)

    widths = [width for width in WIDTHS_PX if width < width_px] + [min(width_px, WIDTHS_PX[-1])]
    views = [
        one(Role.VIEW, kind, width, max(round(width * height_px / width_px), 1)) for kind in TYPES for width in widths
    ]
    return Photo(
        uid=f"photo{number:021}",
        original=f"{number:040x}.jpg",
        width_px=width_px,
        height_px=height_px,
        renditions=tuple(
            sorted(
                (
                    *views,
                    one(Role.POST, PictureType.JPEG, width_px, height_px),
                    one(Role.CARD, PictureType.JPEG, *CARD_PX),
                ),
                key=lambda made: (made.role, made.type, made.width_px),
            )
        ),
        blurhash=BLURHASH,
        tone="#8c4426",
        alts={language: alt} if alt else {},
    )


async def given(tx: Tx, artisan_id: int, shown: Photo) -> Photo:
    """Store *shown* as a photograph that stands nowhere yet and is wholly made, and return it."""
    name = shown.original or "none.jpg"
    await photos.insert(
        tx, uid=shown.uid, artisan_id=artisan_id, name=name, original=name, original_bytes=1, now=utc_now()
    )
    photo_id = await photos.find_id(tx, shown.uid)
    assert photo_id is not None
    await photos.put_made(tx, photo_id, shown, recipe="test", now=utc_now())
    return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A portfolio without a running server, as a command finds it."""

    config: Config
    db: Database
    artisan: Artisan
    intake: PhotoIntake
    queue: PhotoQueue
    files: PhotoFiles

    async def give(self, *files: Path) -> list[str]:
        """Give photographs, of which nothing is made yet, and return their uids."""
        return [await self.intake.give(self.artisan, file) for file in files]

    async def take_in(self, *files: Path, own: OwnTerms | None = None) -> tuple[Photo, ...]:
        """Give photographs, make them, and return them."""
        return tuple([await self.queue.make_one(uid, own or OwnTerms()) for uid in await self.give(*files)])

    async def publish(self, *shown: Photo, title: str = "Bowl", own: OwnTerms | None = None) -> Work:
        """Publish a work with these photographs."""
        draft = Draft(title=title, photos=shown, terms=own or OwnTerms())
        async with self.db.write() as tx:
            return await works_service.publish(tx, self.queue.uris, self.artisan, draft, utc_now())

    async def work(self, uid: str) -> Work:
        """Return a work as it stands now."""
        async with self.db.read() as tx:
            return await works.get(tx, uid)

    async def make_all(self) -> int:
        """Make all that waits, and return how many photographs that was."""
        made = 0
        while await self.queue.make_next():
            made += 1
        return made

    async def set_terms(self, terms: Terms) -> None:
        """Change the artisan's terms."""
        async with self.db.write() as tx:
            artisan = await artisans.get(tx, self.artisan.id)
            await artisans_service.set_terms(tx, artisan, terms, utc_now())

    def public(self) -> dict[str, Path]:
        """Return every file that the world may see, by its name."""
        return {path.name: path for path in self.config.media_dir.rglob("*") if path.is_file()}

    def originals(self) -> dict[str, Path]:
        """Return every kept upload, by its name."""
        return {path.name: path for path in self.config.originals_dir.rglob("*") if path.is_file()}

    def unfinished(self) -> list[Path]:
        """Return every file that is not finished."""
        return list(self.config.incoming_dir.rglob("*"))


@contextlib.asynccontextmanager
async def open_shop(data_dir: Path, **settings: object) -> AsyncIterator[Shop]:
    """Open a portfolio without a server in *data_dir* while the block lasts, new or as it was left."""
    config = parse({"origin": "https://atelier.example", "data_dir": str(data_dir), **settings})
    if not config.database.exists():
        await furnish(config)
    db = await Database.open(config.database, folder("migrations"))
    try:
        async with db.read() as tx:
            artisan = (await artisans.list_all(tx))[0]
        stores = open_stores(config)
        yield Shop(
            config=config,
            db=db,
            artisan=artisan,
            intake=PhotoIntake(config, db, stores),
            queue=queue(config, db),
            files=PhotoFiles(config, db, stores),
        )
    finally:
        await db.close()


def files_of(*shown: Photo) -> set[str]:
    """Return the names of all public pictures of these photographs."""
    return {one.file for photo in shown for one in photo.renditions}


def queue(config: Config, db: Database) -> PhotoQueue:
    """Return who makes pictures, as a command has it."""
    return PhotoQueue(config, db, open_stores(config), Uris(config.origin, config.media.origin))


async def take_in(
    config: Config, db: Database, artisan: Artisan, file: Path, *, alt: str = "", own: OwnTerms | None = None
) -> Photo:
    """Return the photograph *file*, given and made as a command does it."""
    makes = queue(config, db)
    made = await makes.make_one(await PhotoIntake(config, db, makes.stores).give(artisan, file), own or OwnTerms())
    return dataclasses.replace(made, alts={artisan.language: alt} if alt else {})


async def grey(
    house: House, *, shade: int = 200, width_px: int = 90, height_px: int = 60, alt: str = "A white jar."
) -> Photo:
    """Return a real photograph of one grey, given and made without a child process: small JPEGs in the store."""
    config, store = house.config, open_stores(house.config).public

    async def stored(role: Role, width: int, height: int) -> Rendition:
        image = (pyvips.Image.black(width, height, bands=3) + shade).cast("uchar").copy(interpretation="srgb")
        content = image.jpegsave_buffer()
        with begin(config) as unfinished:
            unfinished.write(content)
            name = name_of(hashlib.sha256(content).hexdigest(), "jpg")
            await store.put(unfinished.path, name)
        return Rendition(
            role=role,
            type=PictureType.JPEG,
            width_px=width,
            height_px=height,
            size_bytes=len(content),
            file=name,
        )

    shown = Photo(
        uid=new_uid(utc_now()),
        original=None,
        width_px=width_px,
        height_px=height_px,
        renditions=(
            await stored(Role.VIEW, width_px // 2, height_px // 2),
            await stored(Role.VIEW, width_px, height_px),
            await stored(Role.POST, width_px, height_px),
            await stored(Role.CARD, *CARD_PX),
        ),
        blurhash="L00000fQfQfQfQfQfQfQfQfQfQfQ",
        tone=f"#{shade:02x}{shade:02x}{shade:02x}",
        alts={"en": alt},
    )
    async with house.db.write() as tx:
        await given(tx, house.artisan.id, shown)
        await tx.execute("UPDATE photos SET original = NULL WHERE uid = ?", (shown.uid,))
    return shown
