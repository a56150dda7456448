"""The studio as an app on the phone: installed, without a line, and shared with from the gallery."""

from typing import Any

from playwright.async_api import Browser, Page, expect

from fedi_artisan.services import drafts
from tests.browser.chromium import Tab, window
from tests.house import House, until
from tests.photos import PHOTOS
from tests.studio import sign_in_browser

TINY = (PHOTOS / "bowl-tiny.jpg").read_bytes()
ARRIVED = "[data-photos] > [data-photo]"
SHARE = """([many, bytes]) => {
    const given = new DataTransfer();
    for (let one = 0; one < many; one += 1) {
        given.items.add(new File([new Uint8Array([...bytes, one])], `${one}.jpg`, {type: "image/jpeg"}));
    }
    const form = document.createElement("form");
    Object.assign(form, {method: "post", enctype: "multipart/form-data", action: "/studio/share"});
    const files = Object.assign(document.createElement("input"), {type: "file", name: "photos", multiple: true});
    files.files = given.files;
    form.append(files, Object.assign(document.createElement("input"), {name: "title", value: "Moon jar"}));
    document.body.append(form);
    form.submit();
}"""


CONTROLLED = """new Promise(resolve => {
    if (navigator.serviceWorker.controller) resolve();
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), {once: true});
})"""


async def ready(tab: Tab, house: House) -> Page:
    """Open a page that needs no session on a phone, and return it when the worker stands behind it."""
    await tab.open(f"{house.config.origin}/studio/offline", wholly=False)
    await tab.evaluate(CONTROLLED)
    return tab.page


async def share(page: Page, many: int = 2) -> None:
    """Share photographs, as the menu of the phone does: with a form that carries no token."""
    await page.evaluate(SHARE, [many, list(TINY)])


async def kept(page: Page) -> Any:
    """Return how many photographs are kept on the phone."""
    return await page.evaluate("caches.open('studio-shared').then(kept => kept.keys()).then(all => all.length)")


async def nothing_kept(page: Page) -> bool:
    """Whether nothing is kept on the phone."""
    return not await kept(page)


async def drafts_of(house: House) -> list[tuple[str | None, list[str]]]:
    """Return title and files of each draft."""
    async with house.db.read() as tx:
        found = await drafts.list_open(tx, house.artisan)
    return [(one.fields.get("title"), sorted(photo.name for photo in one.photos)) for one in found]


async def test_shared_while_signed_in(browser: Browser, house: House) -> None:
    """What is shared becomes one new work with its title, and nothing of it stays on the phone."""
    async with window(browser, width_px=390, dots=3) as tab:
        await sign_in_browser(tab.page.context, house)
        page = await ready(tab, house)
        await share(page)
        await page.wait_for_url("**/studio/drafts/*")
        await expect(page.locator(ARRIVED)).to_have_count(2)
        assert await drafts_of(house) == [("Moon jar", ["0.jpg", "1.jpg"])]
        await until(lambda: nothing_kept(page), "the phone being empty")


async def test_shared_while_signed_out(browser: Browser, house: House) -> None:
    """It waits on the phone until she has signed in, and then comes in."""
    async with window(browser, width_px=390, dots=3) as tab:
        page = await ready(tab, house)
        await share(page)
        await page.wait_for_url("**/studio/sign-in?next=%2Fstudio%2Fshare")
        assert await kept(page) == 3
        assert await house.value("SELECT count(*) FROM drafts") == 0
        await sign_in_browser(page.context, house)
        # Wherever she goes first, she is told.
        await page.goto(f"{house.config.origin}/studio")
        await page.click("[data-shared] a")
        await page.click("[data-go]")
        await page.wait_for_url("**/studio/drafts/*")
        await expect(page.locator(ARRIVED)).to_have_count(2)
        assert await drafts_of(house) == [("Moon jar", ["0.jpg", "1.jpg"])]


async def test_shared_twice(browser: Browser, house: House) -> None:
    """Two sharings that wait are told apart: one becomes a work, the other is removed from the phone."""
    async with window(browser, width_px=390, dots=3) as tab:
        page = await ready(tab, house)
        for many in (1, 2):
            await share(page, many)
            await page.wait_for_url("**/studio/sign-in*")
            await page.goto(f"{house.config.origin}/studio/offline")
        await sign_in_browser(page.context, house)
        await page.goto(f"{house.config.origin}/studio/share")
        await expect(page.locator("[data-list] > li")).to_have_count(2)
        await page.locator("[data-forget]").last.click()
        # One is left, so it goes on by itself.
        await page.wait_for_url("**/studio/drafts/*")
        await expect(page.locator(ARRIVED)).to_have_count(1)


async def test_without_a_line(browser: Browser, house: House) -> None:
    """A page in our own dress says that there is no connection; no page of hers was kept."""
    async with window(browser, width_px=390, dots=3) as tab:
        await sign_in_browser(tab.page.context, house)
        page = await ready(tab, house)
        await page.goto(f"{house.config.origin}/studio")
        await page.context.set_offline(True)
        await page.goto(f"{house.config.origin}/studio/figures")
        await expect(page.locator("h1")).to_have_text("There is no connection")
        face = await page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
        assert "Iowan" in face
        addresses = "caches.keys().then(all => Promise.all(all.map(one => caches.open(one)))).then(all => "
        addresses += (
            "Promise.all(all.map(one => one.keys()))).then(all => all.flat().map(one => new URL(one.url).pathname))"
        )
        found = await page.evaluate(addresses)
        assert [one for one in found if not one.startswith("/static/")] == ["/studio/offline"]


async def test_it_can_be_installed(browser: Browser, house: House) -> None:
    """Chromium finds nothing to complain of in the manifest, and would install the studio."""
    async with window(browser, width_px=390, dots=3) as tab:
        page = await ready(tab, house)
        talk = await page.context.new_cdp_session(page)
        told = await talk.send("Page.getAppManifest")
        assert told["errors"] == []
        assert told["manifest"]["startUrl"] == f"{house.config.origin}/studio"
        lacks = await talk.send("Page.getInstallabilityErrors")
        # A private window never installs anything.
        assert [one["errorId"] for one in lacks["installabilityErrors"]] == ["in-incognito"]
        sizes = await page.evaluate(
            """async () => {
                const manifest = await (await fetch("/studio/manifest.webmanifest")).json();
                return Promise.all(manifest.icons.map(async ({src, sizes}) => {
                    const image = await createImageBitmap(await (await fetch(src)).blob());
                    return [sizes, `${image.width}x${image.height}`];
                }));
            }"""
        )
        assert len(sizes) == 4
        assert all(said == is_so for said, is_so in sizes)
