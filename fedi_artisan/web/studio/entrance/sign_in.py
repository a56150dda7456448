"""Signing in: by password, by password and code, or by passkey; and signing out."""

import hashlib
import json
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.passkeys import LASTS, Passkey, Proof, place_of
from fedi_artisan.errors import Forbidden, NotFound
from fedi_artisan.services import codes, sessions
from fedi_artisan.services import passkeys as passkeys_service
from fedi_artisan.storage import artisans, credentials, passkeys
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.bodies import Fields, read_form
from fedi_artisan.web.context import site_of
from fedi_artisan.web.senders import from_here
from fedi_artisan.web.studio.door import enter
from fedi_artisan.web.studio.entrance import attempts, errands
from fedi_artisan.web.studio.entrance.asking import code_page, sign_in_page
from fedi_artisan.web.studio.entrance.cookies import Cookie, shown, take_away
from fedi_artisan.web.studio.entrance.errands import Errand
from fedi_artisan.web.studio.entrance.letting_in import Opened, go_on, open_visit
from fedi_artisan.web.studio.entrance.presenting import presented
from fedi_artisan.web.studio.visit import LONGEST_FORM_BYTES, MOST_FIELDS, SIGN_IN, Studio, local_path

# Of the sign-in form itself, around what is kept in it.
_OWN_BYTES = 30_000
_OWN_FIELDS = 10
_HALFWAY = "halfway"
_HALFWAY_LASTS = timedelta(minutes=5)
_PASSKEY = "passkey"


async def sign_in(request: Request) -> Response:
    """Return the page on which one signs in; after a POST, the way in, or the page again with why not.

    Raises:
        Forbidden: the form was sent from another site.
        WrongMediaType, TooLarge, BadJson, BadInput: no page of ours sends a form like this.
    """
    if request.method != "POST":
        errand = Errand(path=local_path(request.query_params.get("next", "")))
        if await enter(request) is not None:
            return RedirectResponse(errand.path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
        return await sign_in_page(request, errand, trouble="out" if "out" in request.query_params else "")
    fields = await read_entrance_form(request)
    errand = errands.read(fields)
    if fields.get("credential"):
        return await _by_passkey(request, fields, errand)
    if fields.get(_HALFWAY):
        return await _by_code(request, fields, errand)
    return await _by_password(request, fields, errand)


async def passkey_asked(request: Request) -> Response:
    """Return as JSON what a browser asks its devices for when somebody signs in by passkey.

    Raises:
        NotFound: there can be no passkeys here.
    """
    site = site_of(request)
    place, arrival = place_of(site.config.origin), shown(request, Cookie.ARRIVAL)
    if place is None or not arrival:
        raise NotFound("passkeys are asked for by the page on which one signs in")
    challenge = site.seals.seal(_PASSKEY, arrival, "", LASTS)
    return JSONResponse(await passkeys_service.to_show(place, challenge), headers={"Cache-Control": "no-store"})


async def sign_out(request: Request, studio: Studio) -> Response:
    """Sign her out at once.

    What the browser keeps of pages goes as well. Not what it stores: photographs that she shared with the studio wait
    there until they are sent.
    """
    async with site_of(request).db.write() as tx:
        await sessions.end(tx, studio.session)
    response = RedirectResponse(f"{SIGN_IN}?out", HTTPStatus.SEE_OTHER, {"Clear-Site-Data": '"cache"'})
    take_away(request, response, Cookie.SESSION)
    return response


async def read_entrance_form(request: Request) -> Fields:
    """Return what was filled in before the door, on a page of ours.

    Raises:
        Forbidden: it was filled in elsewhere.
        WrongMediaType, TooLarge, BadJson, BadInput: it cannot be read.
    """
    if not from_here(request):
        raise Forbidden("this form was filled in on another site")
    within_s = site_of(request).config.timeouts.request_body_s
    return await read_form(request, within_s, longest=LONGEST_FORM_BYTES + _OWN_BYTES, most=MOST_FIELDS + _OWN_FIELDS)


async def _by_password(request: Request, fields: Fields, errand: Errand) -> Response:
    """Let in who knows the password; where codes are asked for, ask for one."""
    site, username = site_of(request), fields.get("username", "")
    async with site.db.read() as tx:
        artisan = await _named(tx, username)
        kept = None if artisan is None else await credentials.find_password(tx, artisan.id)
        device = await attempts.known_device(tx, request, None if artisan is None else artisan.id)
    wait_s = attempts.wait_for_password(request, None if artisan is None else artisan.username, device)
    if wait_s > 0:
        return await sign_in_page(
            request, errand, status=HTTPStatus.TOO_MANY_REQUESTS, trouble="wait", username=username, wait_s=wait_s
        )
    # Also for a name that nobody has: the answer takes as long, and says the same.
    right = await site.passwords.matches(kept, fields.get("password", ""))
    if not right or artisan is None or kept is None:
        return await sign_in_page(request, errand, status=HTTPStatus.UNAUTHORIZED, trouble="wrong", username=username)
    fresh = await site.passwords.hash(fields["password"]) if site.passwords.is_stale(kept) else kept
    async with site.db.write() as tx:
        if (await credentials.ways(tx, artisan.id)).codes_since is not None:
            return code_page(request, errand, _halfway(request, artisan.id, kept))
        if fresh != kept:
            await credentials.rehash_password(tx, artisan.id, kept, fresh)
        opened = await open_visit(tx, request, artisan.id, site.clock())
    return go_on(request, opened, errand)


async def _by_code(request: Request, fields: Fields, errand: Errand) -> Response:
    """Let in who knew the password a moment ago, and has a code as well."""
    site, halfway = site_of(request), fields[_HALFWAY]
    artisan_id = await _who_is_halfway(request, halfway)
    if artisan_id is None:
        return await sign_in_page(request, errand, status=HTTPStatus.UNAUTHORIZED, trouble="late")
    async with site.db.read() as tx:
        device = await attempts.known_device(tx, request, artisan_id)
    wait_s = attempts.wait_for_code(request, artisan_id, device)
    if wait_s > 0:
        return code_page(request, errand, halfway, status=HTTPStatus.TOO_MANY_REQUESTS, trouble="wait", wait_s=wait_s)
    now = site.clock()
    async with site.db.write() as tx:
        if not await codes.take(tx, artisan_id, attempts.code_in(fields), now):
            return code_page(request, errand, halfway, status=HTTPStatus.UNAUTHORIZED, trouble="wrong")
        opened = await open_visit(tx, request, artisan_id, now)
    site.seals.spend(halfway)
    return go_on(request, opened, errand)


async def _by_passkey(request: Request, fields: Fields, errand: Errand) -> Response:
    """Let in who has a passkey, and whose device knows that it is she: that is two proofs, and no code is asked for."""
    site_of(request)
    found = await presented(request, fields["credential"], _PASSKEY, shown(request, Cookie.ARRIVAL))
    if found is None:
        return await sign_in_page(request, errand, status=HTTPStatus.UNAUTHORIZED, trouble="passkey")
    _passkey, _proof = found
    opened = await _open_by(request, *found)
    if opened is None:
        return await sign_in_page(request, errand, status=HTTPStatus.UNAUTHORIZED, trouble="passkey")
    return go_on(request, opened, errand)


async def _open_by(request: Request, passkey: Passkey, proof: Proof) -> Opened | None:
    """Sign in whoever has a passkey; None where it was removed a moment ago."""
    site, now = site_of(request), site_of(request).clock()
    async with site.db.write() as tx:
        if not await passkeys.note_use(tx, passkey.id, proof, now):
            return None
        return await open_visit(tx, request, passkey.artisan_id, now)


async def _named(tx: Tx, username: str) -> Artisan | None:
    """Return who wants in: the only artisan there is, or the one of this name."""
    everybody = await artisans.list_all(tx)
    if len(everybody) == 1:
        return everybody[0]
    given = username.strip().removeprefix("@").partition("@")[0].casefold()
    return next((artisan for artisan in everybody if artisan.username.casefold() == given), None)


def _halfway(request: Request, artisan_id: int, password_hash: str) -> str:
    """Return what says that whoever came with this cookie knew the password, as long as that is not changed."""
    words = json.dumps([artisan_id, _digest(password_hash)])
    return site_of(request).seals.seal(_HALFWAY, shown(request, Cookie.ARRIVAL), words, _HALFWAY_LASTS)


async def _who_is_halfway(request: Request, halfway: str) -> int | None:
    """Return who knew the password a moment ago."""
    site = site_of(request)
    words = site.seals.open(_HALFWAY, shown(request, Cookie.ARRIVAL), halfway)
    if words is None:
        return None
    artisan_id, digest = json.loads(words)
    async with site.db.read() as tx:
        kept = await credentials.find_password(tx, artisan_id)
    return int(artisan_id) if kept is not None and _digest(kept) == digest else None


def _digest(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()
