"""Being signed in: beginning, proving anew that it is she, and ending."""

from datetime import datetime

from fedi_artisan.domain.sessions import AT_MOST, IDLE, NOTED_EVERY, Session
from fedi_artisan.domain.tokens import hash_of, new_token
from fedi_artisan.storage import sessions
from fedi_artisan.storage.db import Tx


async def open_session(tx: Tx, artisan_id: int, device: str, now: datetime) -> str:
    """Sign an artisan in on a *device* and return the token that its browser shows from now on; old sessions go."""
    await sessions.delete_before(tx, seen=now - IDLE, opened=now - AT_MOST)
    token = new_token()
    await sessions.insert(tx, hash_of(token), artisan_id, device, now)
    return token


async def find(tx: Tx, token: str, now: datetime) -> Session | None:
    """Return the session that a browser shows the *token* of; None where it is unknown or has ended."""
    session = await sessions.find(tx, hash_of(token))
    return session if session is not None and session.holds(now) else None


def is_to_be_noted(session: Session, now: datetime) -> bool:
    """Whether it is time to write down that a session is in use."""
    return abs(now - session.seen_at) > NOTED_EVERY


async def note(tx: Tx, session: Session, now: datetime) -> None:
    """Write down that a session is in use."""
    await sessions.set_seen(tx, session.id, now)


async def renew(tx: Tx, session: Session, now: datetime) -> str:
    """Write down that she has just proved that it is she, and return the token that her browser shows from now on."""
    token = new_token()
    await sessions.renew(tx, session.id, hash_of(token), now)
    return token


async def end(tx: Tx, session: Session) -> None:
    """Sign a device out, at once."""
    await sessions.delete(tx, session.id)


async def end_shown(tx: Tx, token: str) -> None:
    """Sign out whoever shows this *token*, if anybody does."""
    await sessions.delete_by_token(tx, hash_of(token))


async def end_one(tx: Tx, artisan_id: int, session_id: int) -> bool:
    """Sign one of an artisan's devices out; return False where she has none of this number."""
    return await sessions.delete_of(tx, artisan_id, session_id)


async def end_all(tx: Tx, artisan_id: int, *, but: Session | None = None) -> int:
    """Sign all devices of an artisan out, *but* one, and return how many these were."""
    return await sessions.delete_all(tx, artisan_id, but=None if but is None else but.id)
