"""Photographs come with a form, many at once, and what was typed beside them is never lost."""

import aiohttp
import pytest

from fedi_artisan.services import drafts
from tests.house import House
from tests.studio import signed_in
from tests.web.studio.arriving import give_password
from tests.web.studio.sending import OTHER, SCRIPT, TINY, begun, form, left_behind, names


async def test_a_form_with_one_broken_file_among_good_ones(house: House) -> None:
    """The good ones stand in the draft, what was typed is saved, and beside the broken one stands why."""
    draft = await begun(house)
    data = [("one.jpg", TINY.read_bytes()), ("drawing.svg", SCRIPT.read_bytes()), ("two.jpg", OTHER.read_bytes())]
    async with signed_in(house) as maria:
        sent = form(*data, token=maria.token, version=str(draft.version), title="Moon jar")
        answer = await maria.send(f"/studio/drafts/{draft.uid}/photos", sent, headers={})
        assert answer.status == 422
        told = answer.page.select_one("main")
        assert told is not None
        assert "drawing.svg" in told.text
        assert "This is an SVG drawing or a web page." in told.text
        assert "one.jpg" not in told.text
        assert await names(house, draft) == ["one.jpg", "two.jpg"]
        again = form(data[0], ("", b""), token=maria.token, version=str(draft.version + 1), title="Moon jar")
        assert (await maria.send(f"/studio/drafts/{draft.uid}/photos", again, headers={})).status == 303
    assert await names(house, draft) == ["one.jpg", "two.jpg"]
    async with house.db.read() as tx:
        assert (await drafts.get(tx, house.artisan, draft.uid)).fields["title"] == "Moon jar"
    assert left_behind(house) == []


async def test_what_was_typed_beside_photographs_survives_the_session(house: House) -> None:
    """The page that asks who she is has all that was typed; the files she chooses again."""
    draft = await begun(house)
    await give_password(house)
    sent = form(
        ("one.jpg", TINY.read_bytes()), token="0" * 64, version=str(draft.version), title="Moon jar", do="publish"
    )
    async with aiohttp.ClientSession() as nobody:
        path = f"{house.config.origin}/studio/drafts/{draft.uid}/photos"
        async with nobody.post(path, data=sent) as answer:
            page = await answer.text()
            assert answer.status == 401
    assert 'value="Moon jar"' in page
    # Without them it must not go out.
    assert 'value="publish"' not in page
    async with signed_in(house) as maria:
        fields = {"version": str(draft.version), "title": "Moon jar"}
        again = await maria.post(f"/studio/drafts/{draft.uid}/photos", fields)
    assert (again.status, again.headers["Location"]) == (303, f"/studio/drafts/{draft.uid}")
    async with house.db.read() as tx:
        assert (await drafts.get(tx, house.artisan, draft.uid)).fields["title"] == "Moon jar"
    assert left_behind(house) == []


async def test_too_much_typed_beside_photographs(house: House) -> None:
    """The photographs are kept, and the page has all that was typed, with what is wrong beside it."""
    draft, long = await begun(house), "much " * 1000
    async with signed_in(house) as maria:
        sent = form(("one.jpg", TINY.read_bytes()), token=maria.token, version=str(draft.version), year=long)
        answer = await maria.send(f"/studio/drafts/{draft.uid}/photos", sent, headers={})
    assert answer.status == 422
    year = answer.page.select_one("input[name=year]")
    assert year is not None
    assert year["value"] == long
    assert await names(house, draft) == ["one.jpg"]


async def test_a_form_without_its_token_brings_nothing(house: House) -> None:
    """The token comes before any file, or no file is taken; a form of somebody else's is refused."""
    draft, photo = await begun(house), ("one.jpg", TINY.read_bytes())
    async with signed_in(house) as maria:
        path = f"/studio/drafts/{draft.uid}/photos"
        assert (await maria.send(path, form(photo), headers={})).status == 403
        assert (await maria.send(path, form(photo, token="0" * 64), headers={})).status == 403
        raw = await maria.send(path, photo[1], headers={"Content-Type": "image/jpeg"})
        assert raw.status == 403
    assert await names(house, draft) == []


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"--x\r\n", 415),
        ("multipart/form-data; boundary=x", b"no boundary at all", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=token\r\n\r\nTOKEN", 400),
        (f"multipart/form-data; boundary={'x' * 300}", b"--x\r\n", 415),
    ],
)
async def test_a_broken_form(house: House, kind: str, body: bytes, status: int) -> None:
    """A form that cannot be read is refused with a page, and no file of it is kept."""
    draft = await begun(house)
    async with signed_in(house) as maria:
        given = body.replace(b"TOKEN", maria.token.encode())
        answer = await maria.send(f"/studio/drafts/{draft.uid}/photos", given, headers={"Content-Type": kind})
    assert answer.status == status
    assert left_behind(house) == []


async def test_no_more_than_twenty_with_one_form(house: House) -> None:
    """The first twenty are kept, and the page says of the others how to send them."""
    draft = await begun(house)
    content = TINY.read_bytes()
    many = [(f"{number}.jpg", content + bytes([number])) for number in range(22)]
    async with signed_in(house) as maria:
        answer = await maria.send(f"/studio/drafts/{draft.uid}/photos", form(*many, token=maria.token), headers={})
    assert answer.status == 413
    assert "20.jpg" in answer.text
    assert "21.jpg" in answer.text
    assert len(await names(house, draft)) == 20


@pytest.mark.parametrize(
    ("content_type", "file"),
    [
        ("multipart/form-data; boundary=b", "filename*=undefined''x"),
        ("multipart/form-data; boundary=b", "filename*=a%00b''x"),
        ("multipart/form-data; boundary*=idna''b", "filename=x"),
        (f"multipart/form-data; boundary*{'9' * 5000}=b", "filename=x"),
    ],
)
@pytest.mark.parametrize("token", ["her own", ""])
async def test_a_form_in_an_impossible_encoding_is_refused(
    house: House, content_type: str, file: str, token: str
) -> None:
    """What names an encoding or a number that nobody can read is refused, whoever sends it; nothing fails."""
    draft = await begun(house)
    body = f'--b\r\nContent-Disposition: form-data; name="photo"; {file}\r\n\r\nx\r\n--b--\r\n'
    async with signed_in(house) as maria:
        headers = {"Content-Type": content_type} | ({} if token else {"Cookie": ""})
        answer = await maria.send(f"/studio/drafts/{draft.uid}/photos", body.encode(), headers=headers)
    # A stranger is asked who he is, whatever he sent.
    assert answer.status in ({400, 403, 422} if token else {401})
    assert await names(house, draft) == []


async def test_a_name_of_a_file_is_text(house: House) -> None:
    """Half a sign, which some encodings can name and no database can keep, is replaced."""
    draft = await begun(house)
    head = "Content-Disposition: form-data; name=photo; filename*=unicode_escape''%5Cud800.jpg"
    async with signed_in(house) as maria:
        body = f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{maria.token}\r\n--b\r\n{head}\r\n\r\n'
        answer = await maria.send(
            f"/studio/drafts/{draft.uid}/photos",
            body.encode() + TINY.read_bytes() + b"\r\n--b--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
    assert answer.status == 303
    assert await names(house, draft) == ["?.jpg"]
