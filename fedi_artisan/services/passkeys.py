"""Passkeys: making, showing, naming and removing them."""

import asyncio
import importlib
from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.passkeys import LONGEST_NAME, MOST, Passkey, Place, Presented, Proof
from fedi_artisan.domain.uris import new_uid
from fedi_artisan.errors import BadInput
from fedi_artisan.storage import credentials, passkeys
from fedi_artisan.storage.db import Tx


async def to_make(place: Place, artisan: Artisan, known: Sequence[Passkey], challenge: str) -> dict[str, Any]:
    """Return what a browser is asked so that it makes a passkey; see `ceremonies.to_make`."""
    asked: dict[str, Any] = (await _ceremonies()).to_make(place, artisan, known, challenge)
    return asked


async def to_show(place: Place, challenge: str) -> dict[str, Any]:
    """Return what a browser is asked so that it shows a passkey; see `ceremonies.to_show`."""
    asked: dict[str, Any] = (await _ceremonies()).to_show(place, challenge)
    return asked


async def check_new(place: Place, presented: Presented) -> Proof:
    """Return the passkey that was made; its challenge must have been opened before.

    Raises:
        BadInput: the answer does not hold.
    """
    made: Proof | None = (await _ceremonies()).check_new(place, presented)
    if made is None:
        raise BadInput(
            "Your device made a passkey that cannot be used here. Please try once more, or with another device."
        )
    return made


async def check_shown(place: Place, passkey: Passkey, artisan_uid: str, presented: Presented) -> Proof | None:
    """Return what is to be kept of a passkey now, if the answer proves that its holder sits there; else None."""
    if presented.user_handle not in {"", artisan_uid}:
        return None
    shown: Proof | None = (await _ceremonies()).check_shown(place, passkey, presented)
    return shown


async def add(tx: Tx, artisan_id: int, made: Proof, name: str, now: datetime) -> None:
    """Let an artisan come in by a passkey from now on.

    Raises:
        BadInput: it has no name that could stand in a list, is known already, or there are too many.
    """
    name = check_name(name)
    if len(await passkeys.list_of(tx, artisan_id)) >= MOST:
        raise BadInput("There are as many passkeys as there can be. Remove one that you no longer use.")
    if not await passkeys.insert(tx, uid=new_uid(now), artisan_id=artisan_id, made=made, name=name, now=now):
        raise BadInput("This passkey is known here already.")


async def rename(tx: Tx, artisan_id: int, uid: str, name: str) -> bool:
    """Call a passkey otherwise; return False where she has none of this uid.

    Raises:
        BadInput: nothing could be called so.
    """
    return await passkeys.rename(tx, artisan_id, uid, check_name(name))


async def remove(tx: Tx, artisan_id: int, uid: str) -> bool:
    """Let nobody come in by a passkey any more; return False where she has none of this uid.

    Raises:
        BadInput: she could not come in any more; the transaction must be given up.
    """
    removed = await passkeys.delete(tx, artisan_id, uid)
    if removed and not (await credentials.ways(tx, artisan_id)).any:
        raise BadInput("This is your only way in. Choose a password or make another passkey first.")
    return removed


def check_name(name: str) -> str:
    """Return what a passkey can be called.

    Raises:
        BadInput: it is empty, too long, or not one line.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("Give the passkey a name of up to sixty characters, so that you know it again.")
    return name


async def _ceremonies() -> ModuleType:
    """Return what knows how passkeys are checked; the first time that takes a while, and nobody else waits for it."""
    return await asyncio.to_thread(importlib.import_module, "fedi_artisan.services.ceremonies")
