"""How her site looks: tried without saving, saved as chosen, and every colour told plainly."""

from urllib.parse import urlencode

from fedi_artisan.domain.appearance import Appearance, Home, Layout, Order, Typeface
from fedi_artisan.storage import artisans
from tests.house import House
from tests.studio import signed_in
from tests.web.studio.forms import filled, send, troubles

PATH = "/studio/appearance"
CHOSEN = {"layout": "columns", "typeface": "plain", "accent": "own", "own_accent": "#ffee00", "home": "series"}


async def looks(house: House) -> Appearance:
    """Return how her pages look now."""
    async with house.db.read() as tx:
        return (await artisans.get(tx, house.artisan.id)).appearance


async def test_what_is_chosen_is_kept(house: House) -> None:
    """All that was chosen is how her pages look from then on; the order of her works, chosen elsewhere, stays."""
    async with signed_in(house) as maria:
        await maria.post("/studio/order", {"by": "hand"})
        assert (await send(maria, PATH, "appearance", CHOSEN)).status == 303
        wanted = Appearance(
            layout=Layout.COLUMNS, typeface=Typeface.PLAIN, accent="#ffee00", order=Order.HAND, home=Home.SERIES
        )
        assert await looks(house) == wanted
        again = filled(await maria.get(PATH), "appearance")
        assert {name: again[name] for name in CHOSEN} == CHOSEN
        await send(maria, PATH, "appearance", {"accent": "#8c4426"})
    assert (await looks(house)).accent is None


async def test_it_is_tried_without_being_saved(house: House) -> None:
    """Trying shows her real home as it would be, in a frame that no other site can make; her site stays as it is."""
    async with signed_in(house) as maria:
        answer = await send(maria, PATH, "appearance", CHOSEN | {"try": "yes"})
        assert answer.status == 200
        given_back = filled(answer, "appearance")
        assert {name: given_back[name] for name in CHOSEN} == CHOSEN
        told = answer.page.select_one(".adjusted")
        assert told is not None
        assert "hardly be read" in told.text
        frame = answer.page.select_one("iframe")
        assert frame is not None
        shown = await maria.get(str(frame["src"]))
        home = await maria.get("/")
    root = shown.page.html
    assert root is not None
    assert root["class"] == ["layout-columns", "face-plain"]
    assert house.artisan.name in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "'sha256-" in policy
    assert shown.headers["Cache-Control"] == "no-store"
    assert home.page.html is not None
    assert home.page.html["class"] == ["layout-wall", "face-book"]
    assert "frame-ancestors 'none'" in home.headers["Content-Security-Policy"]
    assert "<base" not in home.text
    assert await looks(house) == Appearance()


IMPOSSIBLE = (
    ("layout", "heap", "layout"),
    ("typeface", "", "typeface"),
    ("home", "nothing", "home"),
    ("own_accent", "red", "accent"),
    ("accent", "#12", "accent"),
)


async def test_what_cannot_be_is_told_beside_its_field(house: House) -> None:
    """One value that cannot be: 422, the sentence at that field, all other choices still made, nothing kept."""
    async with signed_in(house) as maria:
        for field, value, told in IMPOSSIBLE:
            answer = await send(maria, PATH, "appearance", CHOSEN | {field: value})
            assert (answer.status, list(troubles(answer))) == (422, [told]), field
            given_back = filled(answer, "appearance")
            others = {name: text for name, text in CHOSEN.items() if name not in {field, told}}
            assert {name: given_back[name] for name in others} == others, field
            asked = urlencode(CHOSEN | {field: value})
            assert (await maria.get(f"{PATH}/preview?{asked}")).status == 404, field
    assert await looks(house) == Appearance()
