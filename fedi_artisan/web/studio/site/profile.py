"""The page on which an artisan says who she is, shows her face, and links to where else she is."""

import dataclasses
import functools
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.links import Verdict
from fedi_artisan.domain.photos import OwnPlace
from fedi_artisan.domain.uris import Uris
from fedi_artisan.errors import BadInput
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services.artisans import MOST_LINKS, check_link
from fedi_artisan.storage import artisans, link_checks, wanted_photos
from fedi_artisan.storage.db import Tx
from fedi_artisan.web.context import Site, site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.seeing import see
from fedi_artisan.web.studio.showing import show
from fedi_artisan.web.studio.site import profile_form
from fedi_artisan.web.studio.site.pictures import Sent, read_form_with_pictures, wait_until_made
from fedi_artisan.web.studio.site.profile_form import Pending
from fedi_artisan.web.studio.site.tongues import tongues
from fedi_artisan.web.studio.typed import Faults, Typed, given_back, judged, kept, second_language, typed_in

PATH = "/studio/profile"
COMMISSIONS = tuple(Commissions)
# What the buttons beside a link say that is to be done with it.
_DEED = re.compile(r"(up|down|drop|check)-([0-9])")


async def profile(request: Request, studio: Studio) -> Response:
    """Return the form; after a POST save it, or do what a button beside a link asks for."""
    if request.method != "POST":
        async with site_of(request).db.read() as tx:
            pending = await wanted_photos.list_of(tx, studio.artisan.id)
        values = profile_form.written(studio.artisan, pending, request.query_params.get("other", ""))
        return await _page(request, studio, kept(values), saved="saved" in request.query_params)
    sent = await read_form_with_pictures(request, studio)
    values = typed_in(sent.typed, profile_form.FIELDS)
    deed = _DEED.fullmatch(sent.typed.get("do", ""))
    if deed is not None:
        return await _do(request, studio, sent, values, deed=(deed[1], int(deed[2])))
    return await _save(request, studio, sent, values)


async def _save(request: Request, studio: Studio, sent: Sent, values: dict[str, str]) -> Response:
    """Save the form, and tell followers if anything changed; else return it with what is wrong."""
    site = site_of(request)
    faults = Faults()
    for place, error in sent.refused.items():
        faults.note(place, error)
    form = given_back(values, sent.typed, faults)
    with faults.storing():
        async with site.db.write() as tx:
            # Read anew: meanwhile another window, or a picture that was made, may have changed her.
            artisan = await artisans.get(tx, studio.artisan.id)
            await wanted_photos.forget_refused(tx, artisan.id)
            pending = await wanted_photos.list_of(tx, artisan.id)
            shown = second_language(values, sent.typed, functools.partial(profile_form.written, artisan, pending))
            changed = profile_form.read(values, artisan, faults, shown=shown, given={*sent.given, *pending})
            before = profile_form.written(artisan, pending, shown)
            as_kept = values if faults.found else values | profile_form.as_kept(values)
            form = judged(as_kept, before, sent.typed, faults)
            if not (form.problems or form.meanwhile):
                await _store(
                    tx, site, artisan, _without_those_taken_away(changed, sent), values=values, pending=pending
                )
    if form.problems or form.meanwhile:
        return await _page(request, studio, form)
    await wait_until_made(site, studio)
    asked = {"saved": "yes"} | ({"other": values["other_language"]} if values["other_language"] else {})
    return see(f"{PATH}?{urlencode(asked)}")


async def _store(
    tx: Tx, site: Site, artisan: Artisan, changed: Artisan, *, values: Mapping[str, str], pending: Pending
) -> None:
    """Store what changed; what she says of pictures that are still being made goes with them."""
    for place in pending:
        await wanted_photos.describe(tx, artisan.id, place, profile_form.alts(values, place))
    await link_checks.keep_only(tx, artisan.id, [link.url for link in changed.links])
    if changed != artisan:
        await artisans_service.describe(tx, site.uris, changed, site.clock())


def _without_those_taken_away(changed: Artisan, sent: Sent) -> Artisan:
    """Return her without the pictures that she has ticked to be taken away."""
    if sent.typed.get("portrait_gone") == "yes":
        changed = dataclasses.replace(changed, icon=None)
    if sent.typed.get("header_gone") == "yes":
        changed = dataclasses.replace(changed, image=None)
    return changed


async def _do(
    request: Request, studio: Studio, sent: Sent, values: dict[str, str], *, deed: tuple[str, int]
) -> Response:
    """Return the form with a link moved, taken away or looked at; nothing of it is saved yet."""
    faults, (what, number) = Faults(), deed
    for place, error in sent.refused.items():
        faults.note(place, error)
    if what == "check":
        await _check(request, studio, values, number, faults)
    else:
        links = profile_form.typed_links(values)
        if number < len(links):
            one = links.pop(number)
            if what != "drop":
                links.insert(max(number + (1 if what == "down" else -1), 0), one)
        values = values | profile_form.links_written([ProfileLink(label=label, url=url) for label, url in links])
    form = given_back(values, sent.typed, faults)
    return await _page(request, studio, form, open_links=True)


async def _check(request: Request, studio: Studio, values: Mapping[str, str], number: int, faults: Faults) -> None:
    """Look whether a page links back, and keep the answer; the network is asked outside of any transaction."""
    site = site_of(request)
    url = profile_form.address(values.get(f"url-{number}", ""))
    try:
        check_link(ProfileLink(label="-", url=url))
    except BadInput as error:
        faults.note(f"url-{number}", error)
        return
    verdict = await site.backlinks.check(url, own_pages(site.uris, studio.artisan))
    async with site.db.write() as tx:
        await link_checks.put(tx, studio.artisan.id, url, verdict, site.clock())


def own_pages(uris: Uris, artisan: Artisan) -> tuple[str, ...]:
    """Return the addresses that a page elsewhere may link back to."""
    return (f"{uris.origin}/", uris.profile_url(artisan.username))


async def _page(
    request: Request,
    studio: Studio,
    form: Typed,
    *,
    saved: bool = False,
    open_links: bool = False,
) -> Response:
    """Return the page with this form."""
    site = site_of(request)
    async with site.db.read() as tx:
        artisan = await artisans.get(tx, studio.artisan.id)
        pending = await wanted_photos.list_of(tx, artisan.id)
        verdicts = await link_checks.list_of(tx, artisan.id)
        alone = await artisans.count(tx) == 1
    links = [number for number in range(MOST_LINKS) if form.values[f"label-{number}"] or form.values[f"url-{number}"]]
    return show(
        request,
        studio,
        "studio/profile.html",
        status=form.status,
        maker=artisan,
        form=form,
        saved=saved,
        open_links=open_links,
        further=profile_form.languages(artisan)[1:],
        tongues=tongues(form.values["language"], form.values["other_language"]),
        commissions=COMMISSIONS,
        pending=pending,
        rows=[*links, *[number for number in range(MOST_LINKS) if number not in links][:1]],
        count=len(links),
        verdicts={number: _verdict(verdicts, form, number) for number in links},
        own_page=own_pages(site.uris, artisan)[0 if alone else 1],
        places=tuple(OwnPlace),
    )


def _verdict(verdicts: Mapping[str, Verdict], form: Typed, number: int) -> Verdict | None:
    return verdicts.get(profile_form.address(form.values[f"url-{number}"]))
