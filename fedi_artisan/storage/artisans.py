"""Artisans of this server and the keys that sign for them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from fedi_artisan.domain.actors import Artisan, Picture
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair as PEM texts; it belongs to the server itself where `artisan_id` is None."""

    artisan_id: int | None
    private_pem: str
    public_pem: str


def _picture(stored: str | None) -> Picture | None:
    return None if stored is None else Picture(**json.loads(stored))


def _artisan(row: Row) -> Artisan:
    return Artisan(
        id=row["id"],
        uid=row["uid"],
        username=row["username"],
        name=row["name"],
        summary=row["summary"],
        language=row["language"],
        created_at=from_ms(row["created_at"]),
        updated_at=from_ms(row["updated_at"]),
        icon=_picture(row["icon"]),
        image=_picture(row["image"]),
    )


async def insert(tx: Tx, *, uid: str, username: str, name: str, language: str, now: datetime) -> int:
    """Record a new artisan and return her row id.

    Raises:
        BadInput: the user name is taken.
    """
    if await fetch_one(tx, "SELECT 1 FROM artisans WHERE username = ?", (username,)):
        raise BadInput(f"there is already an artisan named {username} here")
    sql = """
        INSERT INTO artisans (uid, username, name, language, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING id
    """
    rows = await fetch_all(tx, sql, (uid, username, name, language, to_ms(now), to_ms(now)))
    return int(rows[0]["id"])


async def update(tx: Tx, artisan: Artisan) -> None:
    """Store what *artisan* says of herself."""
    sql = """
        UPDATE artisans SET name = ?, summary = ?, language = ?, icon = ?, image = ?, updated_at = ? WHERE id = ?
    """
    icon = None if artisan.icon is None else json.dumps(asdict(artisan.icon))
    image = None if artisan.image is None else json.dumps(asdict(artisan.image))
    moment = to_ms(artisan.updated_at)
    await tx.execute(sql, (artisan.name, artisan.summary, artisan.language, icon, image, moment, artisan.id))


async def list_all(tx: Tx) -> list[Artisan]:
    """Return all artisans of this server, the first one first."""
    return [_artisan(row) for row in await fetch_all(tx, "SELECT * FROM artisans ORDER BY id")]


async def find_by_username(tx: Tx, username: str) -> Artisan | None:
    """Return the artisan with this user name, in any case of letters."""
    row = await fetch_one(tx, "SELECT * FROM artisans WHERE username = ?", (username,))
    return None if row is None else _artisan(row)


async def find_by_uid(tx: Tx, uid: str) -> Artisan | None:
    """Return the artisan with this uid."""
    row = await fetch_one(tx, "SELECT * FROM artisans WHERE uid = ?", (uid,))
    return None if row is None else _artisan(row)


async def get(tx: Tx, artisan_id: int) -> Artisan:
    """Return the artisan of this row.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(tx, "SELECT * FROM artisans WHERE id = ?", (artisan_id,))
    if row is None:
        raise NotFound(f"no artisan {artisan_id}")
    return _artisan(row)


async def put_key(tx: Tx, key: StoredKey, now: datetime) -> None:
    """Make *key* the one living key of its owner."""
    await tx.execute("DELETE FROM keys WHERE artisan_id IS ?", (key.artisan_id,))
    sql = "INSERT INTO keys (artisan_id, private_pem, public_pem, created_at) VALUES (?, ?, ?, ?)"
    await tx.execute(sql, (key.artisan_id, key.private_pem, key.public_pem, to_ms(now)))


async def get_key(tx: Tx, artisan_id: int | None) -> StoredKey:
    """Return the key of an artisan, or of the server itself for None.

    Raises:
        NotFound: it has none.
    """
    row = await fetch_one(tx, "SELECT private_pem, public_pem FROM keys WHERE artisan_id IS ?", (artisan_id,))
    if row is None:
        raise NotFound("there is no key; run `fedi-artisan init`")
    return StoredKey(artisan_id, row["private_pem"], row["public_pem"])
