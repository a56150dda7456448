"""Photographs as a real browser shows them: which file it takes, in which colours, and what stands there before."""

import pytest
import pyvips
from playwright.async_api import Browser, FloatRect

from fedi_artisan.domain.photos import PictureType
from fedi_artisan.domain.works import Draft
from tests.browser.chromium import Tab, window
from tests.house import House
from tests.photos import PHOTOS, grey, take_in
from tests.unit.media.figures import note
from tests.unit.media.test_derive_colours import difference, srgb_of_p3
from tests.unit.media.test_quality import psnr, ssim

# Where in display-p3.jpg the leather is, as a part of its size.
LEATHER = (520 / 1800, 300 / 1200, 40 / 1800, 40 / 1200)


async def photographed(tab: Tab, selector: str, *, width_px: int, height_px: int) -> pyvips.Image:
    """Return what the screen shows of the picture *selector*, pinned to whole dots of the screen."""
    pin = f"position: fixed; inset: 0 auto auto 0; max-width: none; width: {width_px}px; height: {height_px}px"
    await tab.evaluate(f"document.querySelector('{selector}').style = '{pin}'")
    clip = FloatRect(x=0, y=0, width=width_px, height=height_px)
    return pyvips.Image.new_from_buffer(await tab.page.screenshot(clip=clip), "")[:3]


async def what_moved(tab: Tab) -> object:
    """Return what has moved on the page since its beginning, and from where to where."""
    return await tab.evaluate(
        """new Promise(done => { const moved = [];
            new PerformanceObserver(list => list.getEntries().forEach(entry => moved.push(...entry.sources.map(
                ({node, previousRect, currentRect}) => `${node?.className}: ${previousRect.top} to ${currentRect.top}`
                ))))
                .observe({type: 'layout-shift', buffered: true});
            requestAnimationFrame(() => requestAnimationFrame(() => done(moved))); })"""
    )


async def test_a_wide_photograph_is_as_vivid_on_the_screen(
    house: House, tab: Tab, request: pytest.FixtureRequest
) -> None:
    """A Display P3 photograph on its page: AVIF is taken, the leather is right to ΔE2000 < 2, all of it is near."""
    photo = await take_in(house.config, house.db, house.artisan, PHOTOS / "display-p3.jpg", alt="A notebook")
    work = await house.publish(Draft(title="Notebook", photos=(photo,)))
    across, down = 720, 480
    await tab.open(house.uris.work_url(work.slug), width_px=1280)
    taken = await tab.evaluate("document.querySelector('.lead img').currentSrc")
    screen = await photographed(tab, ".lead img", width_px=across, height_px=down)
    assert taken.endswith(".avif")
    plain = pyvips.Image.new_from_file(str(PHOTOS / "display-p3.jpg"), access="random")
    patch = [band.avg() for band in plain.crop(520, 300, 40, 40).bandsplit()]
    seen = screen.crop(*(round(at * side) for at, side in zip(LEATHER, (across, down, across, down), strict=True)))
    apart = difference([band.avg() for band in seen.bandsplit()], srgb_of_p3(patch))
    meant = plain.icc_transform("srgb", embedded=True).thumbnail_image(across, height=down, size="force")[:3]
    note(
        request,
        f"on a page, {across} × {down} px: SSIM {ssim(screen, meant):.4f}, PSNR {psnr(screen, meant):.1f} dB, "
        f"leather ΔE2000 {apart:.2f} (unmanaged {difference(patch, srgb_of_p3(patch)):.2f})",
    )
    assert apart < 2
    assert ssim(screen, meant) > 0.95


async def test_a_phone_loads_no_more_than_it_shows(house: House, browser: Browser) -> None:
    """A phone takes the AVIF of the width that its screen has dots for."""
    photo = await take_in(house.config, house.db, house.artisan, PHOTOS / "exif-orientation6-gps.jpg")
    work = await house.publish(Draft(title="Bowl", photos=(photo,)))
    views = {view.file: view.width_px for view in photo.views(PictureType.AVIF)}
    for width_px, dots, widest_px in ((320, 1, 320), (390, 2, 800), (390, 3, 1280)):
        async with window(browser, width_px=width_px, dots=dots) as tab:
            visit = await tab.open(house.uris.work_url(work.slug))
        pictures = [address.rpartition("/")[2] for address in visit.requests if "/media/" in address]
        assert [views[name] for name in pictures] == [widest_px], (width_px, dots)


async def test_nothing_moves_and_nothing_is_empty_before_pictures_come(house: House, tab: Tab) -> None:
    """Each picture has its place and its tone from the first moment; what is further down waits until it is near."""
    shades = (40, 90, 200)
    shown = [await grey(house, shade=shade, width_px=600, height_px=900) for shade in shades]
    work = await house.publish(Draft(title="Jar", photos=tuple(shown)))
    for number in range(12):
        below = await grey(house, shade=100 + number, width_px=300, height_px=400)
        await house.publish(Draft(title=f"Bowl {number}", photos=(below,)))
    beginning = await tab.open(f"{house.config.origin}/", width_px=390, height_px=700, wholly=False)
    near = [address for address in beginning.requests if "/media/" in address]
    await tab.open(house.uris.work_url(work.slug), width_px=390)
    tones = await tab.evaluate("[...document.querySelectorAll('img.tone')].map(i => getComputedStyle(i).background)")
    moved = [await what_moved(tab)]
    for path, width_px in (("/", 390), ("/", 1280), (f"/works/{work.slug}", 1280)):
        await tab.open(house.config.origin + path, width_px=width_px)
        moved.append(await what_moved(tab))
    # A tone has sixteen steps for each band: the first hex digit of each, twice.
    expected = [int(f"{shade:02x}"[0] * 2, 16) for shade in shades]
    assert [tone.partition(")")[0] for tone in tones] == [f"rgb({step}, {step}, {step}" for step in expected]
    assert moved == [[], [], [], []]
    assert 1 <= len(near) < 12
