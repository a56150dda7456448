"""Writing a work with a phone in one hand: nothing is lost, nothing is published twice, and few taps are enough."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import pyvips
from playwright.async_api import Browser

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.works import Draft
from fedi_artisan.language import LANGUAGES
from fedi_artisan.services import drafts
from fedi_artisan.services.passwords import Passwords
from fedi_artisan.storage import credentials
from tests.browser.chromium import window
from tests.browser.judges.markup import validate
from tests.browser.writing import PHONE_HIGH_PX, PHONE_PX, Hand, at_the_desk, begun, kept, page_of
from tests.house import CHEAP, House, open_house, until
from tests.photos import PHOTOS
from tests.studio import sign_in_browser, signed_in

MOST_TAPS = 12
PASSWORD = "kiln moon jar"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def atelier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house in which each test writes a work of its own."""
    async with open_house(tmp_path_factory.mktemp("atelier") / "data") as opened:
        yield opened


def greys(folder: Path, count: int) -> list[Path]:
    """Return so many photographs, each of another grey."""
    files = [folder / f"grey-{number}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        image = (pyvips.Image.black(60, 40, bands=3) + 9 * number).cast("uchar").copy(interpretation="srgb")
        image.jpegsave(str(file))
    return files


async def words_on(page_url: str, hand: Hand) -> str:
    """Return all that can be read on a page."""
    await hand.page.goto(page_url)
    return await hand.page.locator("main").inner_text()


async def test_few_taps_from_a_cold_phone(atelier: House, browser: Browser, tmp_path: Path) -> None:
    """From a browser that has never been here to a published work of four described photographs in twelve at most."""
    async with atelier.db.write() as tx:
        await credentials.put_password(tx, atelier.artisan.id, await Passwords(CHEAP).hash(PASSWORD), utc_now())
    async with window(browser, width_px=PHONE_PX, height_px=PHONE_HIGH_PX, dots=2) as tab:
        hand = Hand(tab.page)
        await tab.open(f"{atelier.config.origin}/studio")
        await hand.fill(hand.page.get_by_label("Password"), PASSWORD)
        await hand.press("Sign in")
        await hand.press("New work")
        await hand.choose(hand.page.get_by_label("Choose photographs"), greys(tmp_path, 4))
        await hand.fill(hand.field("Title"), "Four bowls")
        # They come in any order, and take their places among each other.
        await hand.photos.nth(3).wait_for()
        for number, words in enumerate(("From the side.", "From above.", "In the hand.", "In the kiln.")):
            await hand.fill(hand.photos.nth(number).get_by_label("What one sees"), words)
        await hand.tap(hand.page.get_by_text("available", exact=True))
        await hand.press("Publish")
        # Its photographs are still being made; the page looks by itself.
        await hand.page.get_by_role("heading", name="It is out").wait_for()
        assert hand.count <= MOST_TAPS
        await tab.open(f"{atelier.config.origin}/works/four-bowls")
        shown = hand.page.locator("main img")
        assert [await one.get_attribute("alt") for one in await shown.all()][:2] == ["From the side.", "From above."]
        assert await shown.count() == 4


async def test_ten_photographs_at_once_with_a_broken_one(atelier: House, browser: Browser, tmp_path: Path) -> None:
    """Nine come in while she writes, the tenth says why it does not, and nothing that she wrote is lost."""
    files = greys(tmp_path, 9)
    broken = tmp_path / "broken.jpg"
    broken.write_text("this is no photograph", encoding="utf-8")
    draft = await begun(atelier, title="Ten at once")
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        await hand.choose(hand.page.get_by_label("Choose photographs"), [*files[:4], broken, *files[4:]])
        await hand.fill(hand.field("Text"), "Written meanwhile.")
        await hand.photos.nth(8).wait_for()
        refused = hand.page.locator(".coming[data-state=refused]")
        await refused.wait_for()
        assert "broken.jpg" in await refused.inner_text()
        assert await hand.field("Text").input_value() == "Written meanwhile."
        await hand.saved()
    now = await kept(atelier, draft)
    assert [one.name for one in now.photos] == [one.name for one in files]
    assert now.fields["text"] == "Written meanwhile."


async def test_photographs_are_put_in_order(atelier: House, browser: Browser) -> None:
    """By a finger that drags, and by buttons; the words stay with their photograph, and it is told where it stands."""
    draft = await begun(atelier, 3, title="In order")
    first, second, third = (one.uid for one in draft.photos)
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        await hand.fill(hand.photos.nth(0).get_by_label("What one sees"), "The darkest.")
        handle = await hand.photos.nth(0).locator("[data-handle]").bounding_box()
        target = await hand.photos.nth(1).bounding_box()
        assert handle is not None
        assert target is not None
        await hand.page.mouse.move(handle["x"] + 10, handle["y"] + 10)
        await hand.page.mouse.down()
        await hand.page.mouse.move(handle["x"] + 10, target["y"] + target["height"], steps=6)
        await hand.page.mouse.up()
        assert await hand.page.locator("[data-reorder-told]").inner_text() == "Now number 2 of 3."
        await hand.tap(hand.photos.nth(2).locator("summary"))
        await hand.tap(hand.photos.nth(2).get_by_role("button", name="Up"))
        assert await hand.page.locator("[data-reorder-told]").inner_text() == "Now number 2 of 3."
        await hand.saved()
    now = await kept(atelier, draft)
    assert [one.uid for one in now.photos] == [second, third, first]
    assert now.photos[2].words["alt"] == "The darkest."


async def test_what_matters_is_tapped_on(atelier: House, browser: Browser) -> None:
    """A tap on the photograph keeps where it was, by keys it moves on, and the picture in the timeline follows."""
    draft = await begun(atelier, 1, title="Focus")
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        picture = hand.photos.nth(0).locator("input.picture")
        box = await picture.bounding_box()
        assert box is not None
        await picture.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.25})
        await picture.press("ArrowLeft")
        await hand.saved()
        await hand.page.locator("[data-part=timeline] img.x7.y3, [data-part=timeline] img.x7.y2").wait_for(
            state="attached"
        )
    x, y = map(float, (await kept(atelier, draft)).photos[0].words["focus"].split(","))
    assert x == pytest.approx(0.4, abs=0.03)
    assert y == pytest.approx(0.5, abs=0.06)


async def test_an_edit_is_a_change_of_the_work(atelier: House, browser: Browser) -> None:
    """What is published is opened again, changed, and shown as changed; meanwhile it stood as it was."""
    work = await atelier.publish(Draft(title="Before", text="The old text."))
    async with atelier.db.write() as tx:
        draft = await drafts.revise_work(tx, atelier.artisan, work, utc_now())
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        await hand.fill(hand.field("Title"), "After")
        await hand.saved()
        assert "After" not in await words_on(f"{atelier.config.origin}/works/{work.slug}", hand)
        await tab.open(page_of(atelier, draft))
        await hand.press("Save the change")

        async def changed() -> bool:
            return "After" in await words_on(f"{atelier.config.origin}/works/{work.slug}", hand)

        # Pages that were kept are forgotten a quarter of a second later.
        await until(changed, "the change being shown")


async def test_a_work_goes_out_at_its_time(browser: Browser, tmp_path: Path) -> None:
    """It waits, says until when, can still be changed, and is out when the clock has come there; not before."""
    now = [datetime(2030, 5, 3, 11, 59, 45, tzinfo=UTC)]
    async with open_house(tmp_path / "data", clock=lambda: now[0]) as house:
        async with house.db.write() as tx:
            draft = await drafts.begin(tx, house.artisan, now[0], typed={"title": "At noon"})
        async with window(browser, width_px=PHONE_PX, height_px=PHONE_HIGH_PX, dots=2) as tab:
            await sign_in_browser(tab.page.context, house)
            hand = Hand(tab.page)
            # Both clocks are told: the house would think that a session of today ended long before.
            async with house.db.write() as tx:
                await tx.execute("UPDATE sessions SET seen_at = ?1, opened_at = ?1", (int(now[0].timestamp() * 1000),))
            await tab.open(page_of(house, draft))
            await hand.fill(hand.page.get_by_label("By itself, at"), "2030-05-03T12:00")
            await hand.press("Publish it then")
            assert "3 May 2030 at 12:00" in (await hand.page.locator("main").inner_text()).replace("\xa0", " ")
            await hand.tap_on(hand.page.get_by_role("link", name="Back to the work"))
            await hand.fill(hand.field("Title"), "At noon sharp")
            await hand.saved()
            assert await house.value("SELECT count(*) FROM works") == 0
            # No more than a clock is set right by: one that leaps is not believed at once.
            now[0] += timedelta(seconds=15)
            # Whatever is written wakes those who look what is due.
            await hand.fill(hand.field("Text"), "Nearly.")

            async def out() -> bool:
                return bool(await house.value("SELECT title FROM works") == "At noon sharp")

            await until(out, "the work going out")


async def test_a_session_that_ends_loses_nothing(atelier: House, browser: Browser) -> None:
    """Signed out in the middle, she is told, writes on, and all of it is saved once she is signed in again."""
    draft = await begun(atelier, title="Long work")
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        await hand.page.context.clear_cookies()
        await hand.fill(hand.field("Text"), "Written before she noticed.")
        signed_out = hand.page.get_by_role("alert").filter(has_text="You are signed out")
        await signed_out.wait_for()
        await hand.page.get_by_role("button", name="Publish", exact=True).click()
        await hand.fill(hand.field("Materials"), "stoneware")
        assert "/studio/drafts/" in hand.page.url
        await hand.page.reload()  # the browser was closed; without a session this leads to the entrance
        assert "sign-in" in hand.page.url
        await sign_in_browser(hand.page.context, atelier)
        await tab.open(page_of(atelier, draft))
        assert await hand.field("Text").input_value() == "Written before she noticed."
        await hand.saved()
        # Signed in again in another tab, with another token: this one goes on by itself.
        await hand.page.context.clear_cookies()
        await sign_in_browser(hand.page.context, atelier)
        await hand.fill(hand.field("Series"), "Moons")
        await hand.saved()
    fields = (await kept(atelier, draft)).fields
    assert (fields["text"], fields["materials"]) == ("Written before she noticed.", "stoneware")
    assert fields["series"] == "Moons"


async def test_two_tabs_keep_both(atelier: House, browser: Browser) -> None:
    """What is typed in a tab that is behind is kept as a draft of its own; the page says so and goes on in it."""
    draft = await begun(atelier, title="Twice")
    async with at_the_desk(browser, atelier) as (tab, hand):
        other = Hand(await hand.page.context.new_page())
        await tab.open(page_of(atelier, draft))
        await other.page.goto(page_of(atelier, draft))
        await hand.fill(hand.field("Text"), "From the first.")
        await hand.saved()
        await other.fill(other.field("Text"), "From the second.")
        await other.page.get_by_role("alert").filter(has_text="another window").wait_for()
        await other.saved()
        copy = other.page.url.rpartition("/")[2]
        await other.fill(other.field("Year"), "2026")
        await other.saved()
    assert copy != draft.uid
    assert (await kept(atelier, draft)).fields["text"] == "From the first."
    async with atelier.db.read() as tx:
        fields = (await drafts.get(tx, atelier.artisan, copy)).fields
    assert (fields["text"], fields["year"]) == ("From the second.", "2026")


async def test_a_lost_line_is_told_and_made_good(atelier: House, browser: Browser) -> None:
    """Without a connection she is told so and writes on; when it is back, all is saved without her doing."""
    draft = await begun(atelier, title="In the cellar")
    async with at_the_desk(browser, atelier) as (tab, hand):
        await tab.open(page_of(atelier, draft))
        await hand.page.context.set_offline(True)
        await hand.fill(hand.field("Text"), "No bars down here.")
        await hand.page.locator("[data-state]", has_text="no connection").wait_for()
        await hand.page.context.set_offline(False)
        await hand.saved()
    assert (await kept(atelier, draft)).fields["text"] == "No bars down here."


async def test_the_whole_way_without_scripts(atelier: House, browser: Browser) -> None:
    """Photographs, words, order, focus, a tag of hers, and publishing: forms alone are enough, and forget nothing."""
    await atelier.publish(Draft(title="Another", tags=("Porcelain",)))
    async with at_the_desk(browser, atelier, scripts=False) as (tab, hand):
        await tab.open(f"{atelier.config.origin}/studio")
        await hand.press("New work")
        await hand.fill(hand.field("Title"), "By hand")
        await hand.choose(hand.page.get_by_label("Choose photographs"), [PHOTOS / "bowl-tiny.jpg"])
        await hand.press("Add what was chosen")
        # Any button brings along what was chosen.
        await hand.choose(hand.page.get_by_label("Choose photographs"), [PHOTOS / "bowls-tiny.jpg"])
        await hand.tap_on(hand.page.locator(".thumb").get_by_role("button", name="Save"))
        await hand.fill(hand.photos.nth(1).get_by_label("What one sees"), "The second.")
        await hand.tap(hand.photos.nth(1).locator("summary"))
        await hand.tap_on(hand.photos.nth(1).get_by_role("button", name="Up"))
        assert await hand.photos.nth(0).get_by_label("What one sees").input_value() == "The second."
        async with hand.page.expect_navigation():
            await hand.photos.nth(0).locator("input.picture").click(position={"x": 84, "y": 10})
        await hand.tap_on(hand.page.get_by_role("button", name="Porcelain"))
        assert await hand.field("Tags").input_value() == "Porcelain"
        await hand.fill(hand.field("Price"), "much")
        await hand.press("Publish")
        wrong = hand.page.locator("[aria-invalid=true]")
        assert await wrong.input_value() == "much"
        assert await hand.page.evaluate("document.activeElement.name") == "price"
        await hand.fill(wrong, "140 EUR")
        await hand.choose(hand.page.get_by_label("Choose photographs"), [PHOTOS / "bowl-small.jpg"])
        await hand.press("Publish")
        # The page asks again by itself until the photographs are made.
        await hand.page.get_by_role("heading", name="It is out").wait_for()
        await hand.tap_on(hand.page.get_by_role("link", name="See it"))
        assert await hand.page.locator("h1").inner_text() == "By hand"
        assert "€140" in await hand.page.locator("main").inner_text()
    photos = "FROM photos JOIN works ON works.id = work_id WHERE title = 'By hand'"
    assert await atelier.value(f"SELECT count(*) {photos}") == 3
    focus = await atelier.value(f"SELECT focal_x {photos} ORDER BY photos.position")
    assert focus == pytest.approx(0.5)


async def test_pieces_of_the_page_are_valid_html(atelier: House, tmp_path: Path) -> None:
    """What scripts put into the page is as valid as the page, in either language; so is the page with errors."""
    draft = await begun(atelier, 2, title="Pieces", year="soon")
    pages: dict[str, str] = {}
    for language in LANGUAGES:
        async with signed_in(atelier, language=language) as maria:
            for below in ("/timeline", f"/photos/{draft.photos[0].uid}/row"):
                pages[f"{below} {language}"] = (await maria.get(f"/studio/drafts/{draft.uid}{below}")).text
            fields = {**draft.typed, "version": str(draft.version), "do": "publish"}
            answer = await maria.post(f"/studio/drafts/{draft.uid}", fields)
            assert answer.status == 422
            pages[f"wrong {language}"] = answer.text
    wrong = await validate(pages, tmp_path)
    assert not wrong, "\n".join(wrong)
