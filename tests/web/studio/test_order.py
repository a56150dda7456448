"""The order of the works, and those that come first."""

from fedi_artisan.domain.appearance import Order
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import PostDraft
from fedi_artisan.domain.works import Draft
from fedi_artisan.services import speaking
from fedi_artisan.storage import artisans, featured, works
from tests.house import House
from tests.studio import signed_in
from tests.web.studio.forms import filled

PATH = "/studio/order"


async def standing(house: House) -> tuple[Order, list[str]]:
    """Return how works stand on her site: by what, and their titles."""
    async with house.db.read() as tx:
        by = (await artisans.get(tx, house.artisan.id)).appearance.order
        found = await works.list_shown(tx, house.artisan.id, limit=-1, order=by)
    return by, [work.draft.title for work in found]


async def test_works_move_without_a_script(house: House) -> None:
    """A press moves a work up, down or to the top at once, and from then on her own order counts; or the date again."""
    one, _, three = [await house.publish(Draft(title=title)) for title in ("One", "Two", "Three")]
    async with signed_in(house) as maria:
        for move, wanted in (
            (f"top:{one.uid}", ["One", "Three", "Two"]),
            (f"down:{one.uid}", ["Three", "One", "Two"]),
            (f"up:{three.uid}", ["Three", "One", "Two"]),
        ):
            form = filled(await maria.get(PATH), "order") | {"move": move}
            assert (await maria.post(PATH, form)).headers["Location"] == f"{PATH}?saved=hand"
            assert await standing(house) == (Order.HAND, wanted)
        await maria.post(PATH, filled(await maria.get(PATH), "order") | {"by": "date"})
        assert await standing(house) == (Order.DATE, ["Three", "Two", "One"])
        # What she had arranged is not forgotten.
        assert "hand" in (await maria.post(PATH, {"by": "hand", "order": ""})).headers["Location"]
    assert await standing(house) == (Order.HAND, ["Three", "One", "Two"])


async def test_a_window_of_before_loses_nothing(house: House) -> None:
    """A work that came since the page was opened comes first; what is not hers, or gone, is passed over."""
    one = await house.publish(Draft(title="One"))
    two = await house.publish(Draft(title="Two"))
    async with signed_in(house) as maria:
        await house.publish(Draft(title="Late"))
        form = {"by": "hand", "order": f"{one.uid},{'0' * 26},{two.uid},{one.uid}", "move": "up:nothing"}
        assert (await maria.post(PATH, form)).status == 303
    assert await standing(house) == (Order.HAND, ["Late", "One", "Two"])


async def test_up_to_five_works_come_first(house: House) -> None:
    """What is ticked comes first and nobody is told of an edit; a sixth is refused, with every tick still there."""
    made = [await house.publish(Draft(title=f"Jar {number}")) for number in range(6)]
    async with signed_in(house) as maria:
        pairs = [("by", "date"), *(("featured", work.uid) for work in made[:5])]
        before = await house.value("SELECT updated_at FROM artisans")
        assert (await maria.post(PATH, pairs)).status == 303
        sql = "SELECT uid FROM works WHERE featured ORDER BY id"
        first = [row["uid"] for row in await house.rows(sql)]
        assert first == [work.uid for work in made[:5]]
        assert await house.value("SELECT sum(edits) FROM works") == 0
        order = ",".join(work.uid for work in made)
        answer = await maria.post(PATH, [("by", "hand"), ("order", order), *(("featured", one.uid) for one in made)])
        assert answer.status == 422
        assert len(answer.page.select("input[name=featured][checked]")) == 6
        assert filled(answer, "order")["order"] == order
        assert answer.page.select_one("input[name=by][value=hand][checked]")
    assert [row["uid"] for row in await house.rows(sql)] == first
    assert (await standing(house))[0] is Order.DATE
    assert before is not None


async def test_entries_of_the_journal_can_be_among_the_first(house: House) -> None:
    """They stand beside the works, are told as shown first, and stay so when the order of the works is saved again."""
    async with house.db.write() as tx:
        post = await speaking.publish(tx, house.uris, house.artisan, PostDraft(text="Market on Sunday."), utc_now())
    jar = await house.publish(Draft(title="Jar"))
    async with signed_in(house) as maria:
        form = filled(await maria.get(PATH), "order")
        await maria.post(PATH, [*form.items(), ("featured", str(post.uid)), ("featured", jar.uid)])
        page = (await maria.get(PATH)).page
        assert len(page.select("[name=featured][checked]")) == 2
        # The last of a name counts here: the entry, which stands after the works.
        await maria.post(PATH, filled(await maria.get(PATH), "order"))
    added = [row["subject_uri"] for row in await house.rows("SELECT subject_uri FROM activities WHERE type = 'Add'")]
    assert added == [post.uri, house.uris.work(jar.uid)]
    async with house.db.read() as tx:
        assert await featured.list_uids(tx, house.artisan.id) == {post.uid}
