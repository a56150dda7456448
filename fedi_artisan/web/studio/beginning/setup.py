"""The first steps: one question on each page, in her words. Each is saved by itself, and each can be passed over."""

import functools
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.errors import NotFound
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.storage import artisans, wanted_photos, works
from fedi_artisan.storage.db import Tx
from fedi_artisan.web import negotiate
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.beginning import checklist
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site import appearance, profile_form
from fedi_artisan.web.studio.site.pictures import Sent, read_form_with_pictures, wait_until_made
from fedi_artisan.web.studio.site.tongues import tongues
from fedi_artisan.web.studio.typed import Faults, Typed, given_back, kept, second_language, typed_in

PATH = "/studio/setup"
LOOKS = 5
# What is asked in each step but the last, by the names of the fields.
_ASKED: Mapping[int, tuple[str, ...]] = {
    1: ("name", "craft", "place"),
    2: ("statement",),
    3: ("portrait_alt", "header_alt"),
    4: ("language", "other_language", "other_statement"),
}


async def step(request: Request, studio: Studio) -> Response:
    """Return one of the steps; after a POST keep what it says, and go on.

    Raises:
        NotFound: there is no such step.
    """
    sent = await read_form_with_pictures(request, studio) if request.method == "POST" else None
    number = _number(request)
    if sent is None:
        return await (_looks(request, studio) if number == LOOKS else _question(request, studio, number))
    if number == LOOKS:
        return await _keep_looks(request, studio, sent)
    return await _keep(request, studio, number, sent)


async def done(request: Request, studio: Studio) -> Response:
    """Return the page on which she sees her portfolio, and what is still to be done."""
    site = site_of(request)
    async with site.db.read() as tx:
        home_path = "/" if await artisans.count(tx) == 1 else f"/@{studio.artisan.username}"
    todo = await checklist.look(request, studio)
    return show(request, studio, "studio/setup_done.html", todo=todo, home_path=home_path)


def _number(request: Request) -> int:
    text = request.path_params["step"]
    if text not in {str(number) for number in (*_ASKED, LOOKS)}:
        raise NotFound("there is no such step")
    return int(text)


async def _question(
    request: Request,
    studio: Studio,
    number: int,
    *,
    answers: Mapping[str, str] | None = None,
    sent: Sent | None = None,
    faults: Faults | None = None,
) -> Response:
    """Return the page of a question: with what is kept, or with the *answers* of a form that was *sent*."""
    async with site_of(request).db.read() as tx:
        maker = await _at_the_start(tx, request, await artisans.get(tx, studio.artisan.id))
        pending = await wanted_photos.list_of(tx, maker.id)
    form = kept(profile_form.written(maker, pending))
    if answers is not None and sent is not None and faults is not None:
        form = given_back({**form.values, **answers}, sent.typed, faults)
    return show(
        request,
        studio,
        "studio/setup.html",
        status=form.status,
        number=number,
        last=LOOKS,
        form=form,
        maker=maker,
        pending=pending,
        tongues=tongues(form.values["language"], form.values["other_language"]),
    )


async def _keep(request: Request, studio: Studio, number: int, sent: Sent) -> Response:
    """Keep what a step says and go on, or return it with what is wrong."""
    site, faults = site_of(request), Faults()
    for place, error in sent.refused.items():
        faults.note(place, error)
    answers = typed_in(sent.typed, _ASKED[number])
    with faults.storing():
        await _keep_profile(request, studio, answers, sent, faults)
    if faults.found:
        return await _question(request, studio, number, answers=answers, sent=sent, faults=faults)
    if sent.given:
        await wait_until_made(site, studio)
    return see(f"{PATH}/{number + 1}")


async def _keep_profile(request: Request, studio: Studio, answers: dict[str, str], sent: Sent, faults: Faults) -> None:
    """Store the *answers* within the profile, unless there are faults."""
    site = site_of(request)
    async with site.db.write() as tx:
        was = await artisans.get(tx, studio.artisan.id)
        artisan = await _at_the_start(tx, request, was)
        pending = await wanted_photos.list_of(tx, artisan.id)
        written = functools.partial(profile_form.written, artisan, pending)
        shown = second_language(written() | answers, sent.typed, written)
        values = written(shown) | answers
        changed = profile_form.read(values, artisan, faults, shown=shown, given={*sent.given, *pending})
        if faults.found:
            return
        for place in pending:
            await wanted_photos.describe(tx, artisan.id, place, profile_form.alts(values, place))
        if changed != was:
            await artisans_service.describe(tx, site.uris, changed, site.clock())


async def _at_the_start(tx: Tx, request: Request, artisan: Artisan) -> Artisan:
    """Return the artisan in the language of her browser, as long as nothing is said here in another one.

    Whoever made this place did so in some language before she came, and most who come never look at that.
    """
    likes = negotiate.liked(request.headers.get("accept-language", ""))[0]
    says_something = len(profile_form.languages(artisan)) > 1 or artisan.summary or artisan.crafts or artisan.places
    if says_something or likes not in dict(tongues()):
        return artisan
    has_works = await works.count_shown(tx, artisan.id, reader=works.Reader.ARTISAN)
    return artisan if has_works else artisan.with_language(likes)


async def _looks(request: Request, studio: Studio, form: Typed | None = None) -> Response:
    """Return the step in which she chooses how her site looks."""
    form = form or Typed(values=appearance.written(studio.artisan.appearance))
    sound = appearance.written(studio.artisan.appearance) if form.problems else form.values
    return show(
        request,
        studio,
        "studio/setup_looks.html",
        status=form.status,
        number=LOOKS,
        last=LOOKS,
        form=form,
        **appearance.values_of(sound, form),
    )


async def _keep_looks(request: Request, studio: Studio, sent: Sent) -> Response:
    """Keep how her site looks and go on; where she only tries, show it so."""
    values, faults = typed_in(sent.typed, appearance.FIELDS), Faults()
    appearance.read(values, studio.artisan.appearance, faults)
    if faults.found or "try" in sent.typed:
        return await _looks(request, studio, Typed(values=values, problems=faults.found))
    await appearance.save(request, studio, values)
    return see(f"{PATH}/done")
