"""Artisans of this server and the keys that sign for them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.appearance import Appearance, Home, Layout, Order, Typeface
from fedi_artisan.domain.moving import Account
from fedi_artisan.domain.photos import Photo
from fedi_artisan.domain.policies import Policy, Quoting, Replying, Welcome
from fedi_artisan.domain.terms import Licence, Position, Terms, Watermark
from fedi_artisan.errors import BadInput, NotFound
from fedi_artisan.storage.db import Row, Tx, fetch_all, fetch_one, fetch_value, from_ms, to_ms
from fedi_artisan.storage.photos import photo_of


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair as PEM texts; it belongs to the server itself where `artisan_id` is None."""

    artisan_id: int | None
    private_pem: str
    public_pem: str


_SELECT = """
    SELECT artisans.*, (SELECT value FROM photo_values WHERE id = icon_id) AS icon,
        (SELECT value FROM photo_values WHERE id = image_id) AS image,
        (SELECT json_group_array(uri) FROM own_accounts WHERE artisan_id = artisans.id) AS also_known_as,
        (SELECT json_object('uri', uri, 'handle', handle, 'url', url, 'name', name) FROM own_moves
            WHERE artisan_id = artisans.id AND ended_at IS NULL ORDER BY id DESC LIMIT 1) AS moved_to
    FROM artisans
"""


def _photo(stored: str | None) -> Photo | None:
    return None if stored is None else photo_of(json.loads(stored))


def _terms(row: Row) -> Terms:
    watermark = None
    if row["watermark"] is not None:
        raw = json.loads(row["watermark"])
        watermark = Watermark(**(raw | {"position": Position(raw["position"])}))
    return Terms(
        licence=Licence(row["licence"]),
        full_size=bool(row["full_size"]),
        ai_refused=bool(row["ai_refused"]),
        watermark=watermark,
    )


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
        icon=_photo(row["icon"]),
        image=_photo(row["image"]),
        terms=_terms(row),
        summaries=json.loads(row["summaries"]),
        crafts=json.loads(row["crafts"]),
        places=json.loads(row["places"]),
        commissions=None if row["commissions"] is None else Commissions(row["commissions"]),
        commissions_notes=json.loads(row["commissions_notes"]),
        links=tuple(ProfileLink(**raw) for raw in json.loads(row["links"])),
        appearance=_appearance(json.loads(row["appearance"])),
        studio_language=row["studio_language"],
        approves_followers=bool(row["approves_followers"]),
        policy=_policy(row),
        welcome=Welcome(row["welcome"]),
        also_known_as=tuple(json.loads(row["also_known_as"])),
        moved_to=None if row["moved_to"] is None else Account(**json.loads(row["moved_to"])),
    )


def _policy(row: Row) -> Policy:
    return Policy(replies=Replying(row["may_reply"]), quotes=Quoting(row["may_quote"]), days=row["close_after_days"])


def _appearance(raw: dict[str, Any]) -> Appearance:
    """Return how pages look; where nothing was chosen, as usual."""
    kinds = {"layout": Layout, "typeface": Typeface, "order": Order, "home": Home}
    chosen: dict[str, Any] = {name: kind(raw[name]) for name, kind in kinds.items() if name in raw}
    return Appearance(accent=raw.get("accent"), **chosen)


async def insert(tx: Tx, *, uid: str, username: str, name: str, language: str, now: datetime) -> int:
    """Record a new artisan and return her row id.

    Raises:
        BadInput: the user name is taken.
    """
    if await fetch_one(tx, "SELECT 1 FROM artisans WHERE username = ?", (username,)):
        raise BadInput("there is already an artisan named {username} here", username=username)
    sql = """
        INSERT INTO artisans (uid, username, name, language, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING id
    """
    rows = await fetch_all(tx, sql, (uid, username, name, language, to_ms(now), to_ms(now)))
    return int(rows[0]["id"])


async def update(tx: Tx, artisan: Artisan) -> None:
    """Store what *artisan* says of herself, and on which terms her photographs are shown."""
    terms = artisan.terms
    watermark = None if terms.watermark is None else json.dumps(asdict(terms.watermark))
    sql = """
        UPDATE artisans SET name = ?, summary = ?, language = ?, licence = ?, full_size = ?, ai_refused = ?,
            watermark = ?, icon_id = (
                SELECT id FROM photos WHERE uid = ? AND work_id IS NULL
                    AND id NOT IN (SELECT photo_id FROM post_photos)),
            image_id = (
                SELECT id FROM photos WHERE uid = ? AND work_id IS NULL
                    AND id NOT IN (SELECT photo_id FROM post_photos)),
            summaries = ?, crafts = ?, places = ?, commissions = ?, commissions_notes = ?, links = ?, appearance = ?,
            studio_language = ?, approves_followers = ?, may_reply = ?, may_quote = ?, close_after_days = ?,
            welcome = ?, updated_at = ?
        WHERE id = ? RETURNING icon_id, image_id
    """
    said = (artisan.name, artisan.summary, artisan.language)
    allowed = (terms.licence, terms.full_size, terms.ai_refused, watermark)
    own = [None if photo is None else photo.uid for photo in (artisan.icon, artisan.image)]
    moment = to_ms(artisan.updated_at)
    # Those that are let go begin to wait: whoever knows their addresses finds them for a while.
    await tx.execute(
        "UPDATE photos SET given_at = ? WHERE artisan_id = ? AND id IN own_photos AND uid NOT IN (?, ?)",
        (moment, artisan.id, *(uid or "" for uid in own)),
    )
    rows = await fetch_all(tx, sql, (*said, *allowed, *own, *_portfolio(artisan), moment, artisan.id))
    if rows and [found is None for found in rows[0]] != [uid is None for uid in own]:
        raise BadInput("this picture stands in a work, or is not here any more; give it again")
    for photo in (artisan.icon, artisan.image):
        if photo is not None:
            await tx.execute("UPDATE photos SET alts = ? WHERE uid = ?", (json.dumps(dict(photo.alts)), photo.uid))


def _portfolio(artisan: Artisan) -> tuple[object, ...]:
    """Return the columns about how an artisan presents herself, in the order of the statement above."""
    return (
        json.dumps(dict(artisan.summaries)),
        json.dumps(dict(artisan.crafts)),
        json.dumps(dict(artisan.places)),
        artisan.commissions,
        json.dumps(dict(artisan.commissions_notes)),
        json.dumps([asdict(link) for link in artisan.links]),
        json.dumps(asdict(artisan.appearance)),
        artisan.studio_language,
        artisan.approves_followers,
        artisan.policy.replies,
        artisan.policy.quotes,
        artisan.policy.days,
        artisan.welcome,
    )


async def list_all(tx: Tx) -> list[Artisan]:
    """Return all artisans of this server, the first one first."""
    return [_artisan(row) for row in await fetch_all(tx, _SELECT + "ORDER BY artisans.id")]


async def count(tx: Tx) -> int:
    """Return how many artisans are on this server."""
    return await fetch_value(tx, "SELECT count(*) FROM artisans")


async def find_by_username(tx: Tx, username: str) -> Artisan | None:
    """Return the artisan with this user name, in any case of letters."""
    row = await fetch_one(tx, _SELECT + "WHERE username = ?", (username,))
    return None if row is None else _artisan(row)


async def get_by_username(tx: Tx, username: str) -> Artisan:
    """Return the artisan with this user name, in any case of letters.

    Raises:
        NotFound: there is none.
    """
    artisan = await find_by_username(tx, username)
    if artisan is None:
        raise NotFound("there is nobody of this name here")
    return artisan


async def find_by_uid(tx: Tx, uid: str) -> Artisan | None:
    """Return the artisan with this uid."""
    row = await fetch_one(tx, _SELECT + "WHERE uid = ?", (uid,))
    return None if row is None else _artisan(row)


async def get(tx: Tx, artisan_id: int) -> Artisan:
    """Return the artisan of this row.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(tx, _SELECT + "WHERE artisans.id = ?", (artisan_id,))
    if row is None:
        raise NotFound(f"no artisan {artisan_id}")
    return _artisan(row)


async def put_key(tx: Tx, key: StoredKey, now: datetime) -> None:
    """Make *key* the one living key of its owner."""
    await tx.execute("DELETE FROM keys WHERE artisan_id IS ?", (key.artisan_id,))
    sql = "INSERT INTO keys (artisan_id, private_pem, public_pem, created_at) VALUES (?, ?, ?, ?)"
    await tx.execute(sql, (key.artisan_id, key.private_pem, key.public_pem, to_ms(now)))


async def list_keys(tx: Tx) -> list[StoredKey]:
    """Return all keys: of the server itself, and of every artisan."""
    rows = await fetch_all(tx, "SELECT artisan_id, private_pem, public_pem FROM keys ORDER BY artisan_id")
    return [StoredKey(row["artisan_id"], row["private_pem"], row["public_pem"]) for row in rows]


async def set_private_pem(tx: Tx, key: StoredKey, private_pem: str) -> None:
    """Store the private half of a key in another form."""
    await tx.execute("UPDATE keys SET private_pem = ? WHERE artisan_id IS ?", (private_pem, key.artisan_id))


async def get_key(tx: Tx, artisan_id: int | None) -> StoredKey:
    """Return the key of an artisan, or of the server itself for None.

    Raises:
        NotFound: it has none.
    """
    row = await fetch_one(tx, "SELECT private_pem, public_pem FROM keys WHERE artisan_id IS ?", (artisan_id,))
    if row is None:
        raise NotFound("there is no key; run `fedi-artisan init`")
    return StoredKey(artisan_id, row["private_pem"], row["public_pem"])
