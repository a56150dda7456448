"""The page of what is kept of others."""

from fedi_artisan.services import room
from tests.browser.company import furnish_company
from tests.house import House
from tests.studio import signed_in

PATH = "/studio/settings/kept"


async def test_the_rules_and_the_room_are_told(house: House) -> None:
    """The page counts what is there, names the limits as they are set, and each rule with its days."""
    async with signed_in(house) as maria:
        assert "0 posts of others" in (await maria.get(PATH)).page.get_text()
        await furnish_company(house)
        text = " ".join((await maria.get(PATH)).page.get_text().split())
        count = await house.value("SELECT count(*) FROM posts WHERE actor_id IS NOT NULL")
        assert f"{count} posts of others" in text
        assert f"kept for {house.config.limits.others_days} days, and 20,000 of them at most" in text
        assert f"go after {room.STRANGERS_KEPT.days} days" in text
        assert "Pictures in these posts: 0 MB of 50 MB" in text
        assert (await maria.get("/studio/settings")).page.find("a", href=PATH)
