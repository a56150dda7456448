"""The profile: what she says is kept and told once, what cannot be is given back, and pictures find their place."""

import aiohttp

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.photos import Role
from fedi_artisan.services import settings
from fedi_artisan.storage import artisans
from fedi_artisan.storage import settings as stored
from tests.house import House
from tests.photos import PHOTOS
from tests.studio import Answer, Visitor, signed_in
from tests.web.studio.forms import filled, send, troubles

PATH = "/studio/profile"
# A form that says something everywhere.
SAID = {
    "name": "Léa Morel",
    "statement": "Je tourne.\n\nDu *grès*.",
    "craft": "Potière",
    "place": "Vienne",
    "commissions": "waiting-list",
    "note": "Dès trois pièces",
    "language": "fr",
    "other_language": "de",
    "other_statement": "Ich drehe.",
    "other_craft": "Töpferin",
    "label-0": "Ma boutique",
    "url-0": "https://boutique.example/",
    "label-1": "Mastodon",
    "url-1": "https://mastodon.example/@lea",
}


async def her(house: House) -> Artisan:
    """Return the artisan as she is now."""
    async with house.db.read() as tx:
        return await artisans.get(tx, house.artisan.id)


async def test_everything_is_kept_and_stands_in_the_form_again(house: House) -> None:
    """What was filled in is what is kept, in both languages, and the form reads just so when it is opened again."""
    async with signed_in(house) as maria:
        answer = await send(maria, PATH, "profile", SAID)
        assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}?saved=yes&other=de")
        again = await maria.get(answer.headers["Location"])
    lea = await her(house)
    assert (lea.name, lea.language, lea.summary) == ("Léa Morel", "fr", SAID["statement"])
    assert lea.summaries == {"de": "Ich drehe."}
    assert (lea.crafts, lea.places) == ({"fr": "Potière", "de": "Töpferin"}, {"fr": "Vienne"})
    assert (lea.commissions, lea.commissions_notes) == (Commissions.WAITING_LIST, {"fr": "Dès trois pièces"})
    assert lea.links == (
        ProfileLink(label="Ma boutique", url="https://boutique.example/"),
        ProfileLink(label="Mastodon", url="https://mastodon.example/@lea"),
    )
    now = filled(again, "profile")
    assert {name: now[name] for name in SAID} == SAID
    assert again.page.select_one(".told")


async def test_followers_hear_of_a_change_once(house: House) -> None:
    """A second press of the same button, with the form as it was then, changes nothing and tells nobody."""
    async with signed_in(house) as maria:
        form = filled(await maria.get(PATH), "profile") | SAID | {"url-0": "boutique.example", "label-0": ""}
        assert (await maria.post(PATH, form)).status == 303
        first = (await her(house)).updated_at
        assert (await maria.post(PATH, form)).status == 303
    assert (await her(house)).updated_at == first
    assert (await her(house)).links[0] == ProfileLink(label="boutique.example", url="https://boutique.example")


IMPOSSIBLE = (
    ("name", ""),
    ("name", "x" * 101),
    ("statement", "x" * 5_001),
    ("craft", "x" * 201),
    ("place", "two\nlines"),
    ("note", "a\0b"),
    ("commissions", "perhaps"),
    ("language", "klingon!"),
    ("other_language", ""),
    ("other_language", "fr"),
    ("other_craft", "x" * 201),
    ("portrait_alt", "There is none."),
    ("url-1", "http://mastodon.example/"),
    ("url-1", "javascript:alert(1)"),
    ("label-1", "x" * 101),
)


async def test_what_cannot_be_is_told_beside_its_field(house: House) -> None:
    """One value that cannot be: 422, the sentence at that very field, all that was typed still there, nothing kept."""
    before = await her(house)
    async with signed_in(house) as maria:
        opened = filled(await maria.get(PATH), "profile")
        for field, value in IMPOSSIBLE:
            typed = SAID | {field: value}
            answer = await maria.post(PATH, opened | typed)
            assert (answer.status, list(troubles(answer))) == (422, [field]), (field, value)
            given_back = filled(answer, "profile")
            # What was no choice at all cannot stand among the choices.
            kept = {name: text for name, text in typed.items() if (name, text) != ("commissions", "perhaps")}
            assert {name: given_back[name] for name in kept} == kept, (field, value)
    assert await her(house) == before


async def test_two_windows_write_over_nothing_unseen(house: House) -> None:
    """Who saves from a window in which something older stands is shown both; pressed again, what she typed is kept."""
    async with signed_in(house) as maria:
        old = filled(await maria.get(PATH), "profile")
        assert (await send(maria, PATH, "profile", {"craft": "Potter"})).status == 303
        answer = await maria.post(PATH, old | {"craft": "Woodturner", "place": "Vienna"})
        assert answer.status == 409
        assert "“Potter”" in troubles(answer)["craft"]
        given_back = filled(answer, "profile")
        assert (given_back["craft"], given_back["place"]) == ("Woodturner", "Vienna")
        assert (await her(house)).crafts == {"en": "Potter"}
        assert (await maria.post(PATH, given_back)).status == 303
    assert (await her(house)).crafts == {"en": "Woodturner"}


async def test_links_are_moved_without_a_script(house: House) -> None:
    """A button beside a link moves it or takes it away, in the form alone; all else that was typed stays."""
    links = {"label-0": "A", "url-0": "https://a.example/", "label-1": "B", "url-1": "https://b.example/"}
    moves = {"up-1": ["B", "A"], "down-0": ["B", "A"], "drop-0": ["B"], "up-0": ["A", "B"], "drop-7": ["A", "B"]}
    async with signed_in(house) as maria:
        for deed, labels in moves.items():
            answer = await send(maria, PATH, "profile", links | {"do": deed, "statement": "Half a sent"})
            form = filled(answer, "profile")
            assert answer.status == 200, deed
            assert [form[name] for name in ("label-0", "label-1") if form.get(name)] == labels, deed
            assert form["statement"] == "Half a sent", deed
    assert (await her(house)).links == ()


async def test_a_page_that_gives_no_answer_is_said_to_give_none(house: House) -> None:
    """Looking whether a page links back ends with a sentence, whatever happens, and loses nothing that was typed."""
    link = {"label-0": "A", "url-0": "https://127.0.0.1:9/", "do": "check-0", "place": "Vienna"}
    async with signed_in(house) as maria:
        answer = await send(maria, PATH, "profile", link)
        assert answer.status == 200
        assert "no answer" in answer.page.select(".links [role=status]")[0].text
        assert filled(answer, "profile")["place"] == "Vienna"
        nonsense = await send(maria, PATH, "profile", link | {"url-0": "nowhere"})
    assert (nonsense.status, list(troubles(nonsense))) == (422, ["url-0"])


async def with_file(maria: Visitor, fields: dict[str, str], **files: bytes) -> Answer:
    """Send the form as browsers do where files are chosen."""
    form = aiohttp.FormData()
    for name, value in (fields | {"token": maria.token}).items():
        form.add_field(name, value)
    for name, content in files.items():
        form.add_field(name, content, filename=f"{name}.jpg", content_type="image/jpeg")
    return await maria._ask("POST", PATH, data=form)  # noqa: SLF001 - there is no other way to send files


async def test_a_picture_becomes_the_portrait(house: House) -> None:
    """The portrait is there when the page comes back, with her words; of another file she reads what it is."""
    picture = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    async with signed_in(house) as maria:
        form = filled(await maria.get(PATH), "profile") | {"portrait_alt": "My hands.", "craft": "x" * 201}
        # A word too many in the text: the picture is kept all the same, and need not be sent again.
        answer = await with_file(maria, form, portrait=picture, header=b"no picture at all")
        assert answer.status == 422
        assert sorted(troubles(answer)) == ["craft", "header"]
        assert filled(answer, "profile")["portrait_alt"] == "My hands."
        answer = await with_file(maria, filled(answer, "profile") | {"craft": "Potter"})
        assert answer.status == 303
    maria_now = await her(house)
    assert maria_now.crafts == {"en": "Potter"}
    assert maria_now.icon is not None
    assert maria_now.icon.small(320).file
    assert maria_now.icon.alts == {"en": "My hands."}
    assert not maria_now.icon.find(Role.FULL)
    async with signed_in(house) as maria:
        answer = await send(maria, PATH, "profile", {"portrait_gone": "yes", "portrait_alt": ""})
        assert answer.status == 303
    assert (await her(house)).icon is None


async def test_files_of_somebody_else_are_not_kept(house: House) -> None:
    """A form with a file and without the token of the session is refused before anything of the file is kept."""
    async with signed_in(house) as maria:
        form = aiohttp.FormData()
        form.add_field("portrait", (PHOTOS / "bowl-tiny.jpg").read_bytes(), filename="a.jpg")
        form.add_field("token", maria.token)
        answer = await maria._ask("POST", PATH, data=form)  # noqa: SLF001 - as above
    assert answer.status == 403
    assert await house.value("SELECT count(*) FROM photos") == 0


async def test_a_portrait_is_no_larger_than_the_studio_lets_photographs_be(house: House) -> None:
    """What was set as the largest photograph holds for a portrait as well, and the form says so in its place."""
    picture = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    async with house.db.write() as tx:
        await stored.put(tx, settings.LARGEST_PHOTO, len(picture) - 1)
    async with signed_in(house) as maria:
        answer = await with_file(maria, filled(await maria.get(PATH), "profile"), portrait=picture)
    assert (answer.status, list(troubles(answer))) == (422, ["portrait"])
