"""Through each front all arrives as it was sent: pages, documents, photographs, signed messages, and who asks."""

import asyncio
import io
import json
import subprocess
from http import HTTPStatus

import aiohttp

from fedi_artisan.domain.actors import PublicKey, RemoteActor
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.sessions import form_token
from fedi_artisan.services import drafts
from fedi_artisan.storage import actors
from fedi_artisan.web.studio.door import cookie_name
from tests.fronts.programs import program, surroundings
from tests.fronts.running import HOST, Front, Kind
from tests.house import House
from tests.neighbour import Person, key, pem, signed_headers
from tests.photos import PHOTOS
from tests.studio import session_of

DOCUMENT = "application/activity+json"
PIECE_BYTES = 60_000


async def stranger(house: House) -> Person:
    """Return somebody on another server whose key is known here: nobody need be asked for it."""
    person = Person("https://neighbour.example/users/mia", key())
    known = RemoteActor(
        uri=person.uri,
        type="Person",
        username="mia",
        inbox_url=f"{person.uri}/inbox",
        keys=(PublicKey(key_id=person.key_id, owner_uri=person.uri, pem=pem(person.private)),),
    )
    async with house.db.write() as tx:
        await actors.put(tx, known, utc_now())
    return person


def follow_of(person: Person, house: House, uri: str) -> dict[str, str]:
    """Return the activity *uri*, by which somebody follows the artisan."""
    context = "https://www.w3.org/ns/activitystreams"
    return {"@context": context, "id": uri, "type": "Follow", "actor": person.uri, "object": house.actor_uri}


def of_ten_megabytes() -> bytes:
    """Return a small photograph in a file of ten megabytes; what makes it so long are remarks."""
    photo = (PHOTOS / "bowl-tiny.jpg").read_bytes()
    remark = b"\xff\xfe" + (PIECE_BYTES + 2).to_bytes(2, "big") + b"x" * PIECE_BYTES
    return photo[:2] + remark * (10_000_000 // PIECE_BYTES) + photo[2:]


async def test_pages_and_documents(front: Front) -> None:
    """The same address gives a page or a document, as it is asked for; the page says for how long it may be kept."""
    async with front.ask("/works/moon-jar", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert answer.status == HTTPStatus.OK
    assert "Moon jar" in page
    assert "s-maxage=10" in answer.headers["Cache-Control"]
    async with front.ask("/works/moon-jar", headers={"Accept": DOCUMENT}) as answer:
        document = await answer.json(content_type=None)
    assert document["id"].startswith(f"https://{HOST}/ap/works/")


async def test_http_leads_to_https(front: Front) -> None:
    """Whoever comes by http is sent to the same address at https."""
    url = f"http://127.0.0.1:{front.http_port}/works?tag=bowl"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Host": HOST}, allow_redirects=False) as answer,
    ):
        assert answer.status in {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
        assert answer.headers["Location"] == f"https://{HOST}/works?tag=bowl"


async def test_http_2_is_spoken(front: Front) -> None:
    """A browser gets a page by HTTP/2."""
    call = [
        str(program("curl")),
        "--silent",
        "--http2",
        "--cacert",
        str(front.folder / "cert.pem"),
        "--output",
        "/dev/null",
    ]
    call += ["--connect-to", f"{HOST}:443:127.0.0.1:{front.port}", "--write-out", "%{http_version} %{http_code}"]
    asking = await asyncio.create_subprocess_exec(*call, f"https://{HOST}/", env=surroundings(), stdout=subprocess.PIPE)
    said, _ = await asking.communicate()
    assert said == b"2 200"


async def test_addresses_arrive_as_they_were_written(front: Front) -> None:
    """A front takes nothing out of an address: what looks odd there the portfolio answers itself, in its words."""
    for odd in ("/tags/a%2Fb", "/works/..%2fconfig.toml", "/tags/%C3%A9mail", "/works//moon-jar"):
        async with front.ask(odd) as answer:
            page = await answer.text()
        assert answer.status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}, odd
        assert "/static/" in page, odd


async def test_signed_messages(front: Front, house: House) -> None:
    """What another server signed, the name of ours among it, is believed; changed on its way it is not."""
    person = await stranger(house)
    follow = follow_of(person, house, f"https://neighbour.example/{front.kind}")
    body = json.dumps(follow).encode()
    signed = signed_headers("POST", f"https://{HOST}/ap/inbox", body, key_id=person.key_id, private=person.private)
    async with front.ask("/ap/inbox", method="POST", data=body, headers=signed) as answer:
        assert answer.status == HTTPStatus.ACCEPTED, await answer.text()
    assert await house.answer(follow) is not None
    other = body.replace(follow["id"].encode(), b"https://neighbour.example/another")
    async with front.ask("/ap/inbox", method="POST", data=other, headers=signed) as answer:
        assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_signed_addresses(front: Front, house: House) -> None:
    """The address is signed as it was written; a front that writes it in another way would have it refused."""
    person = await stranger(house)
    follow = follow_of(person, house, f"https://neighbour.example/odd/{front.kind}")
    body = json.dumps(follow).encode()
    path = "/ap/%69nbox?from=a%2Fb"
    signed = signed_headers("POST", f"https://{HOST}{path}", body, key_id=person.key_id, private=person.private)
    async with front.ask(path, method="POST", data=body, headers=signed) as answer:
        assert answer.status == HTTPStatus.ACCEPTED, await answer.text()


async def test_photographs(front: Front, house: House, picture: str) -> None:
    """A photograph arrives byte for byte, with all that keeps it a picture and lets others show it, or a part of it."""
    whole = next(house.config.media_dir.rglob(picture.rpartition("/")[2])).read_bytes()
    for _again in range(2):
        async with front.ask(picture) as answer:
            assert await answer.read() == whole
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        etag = answer.headers["ETag"]
        async with front.ask(picture, headers={"Range": "bytes=100-199"}) as answer:
            assert (answer.status, await answer.read()) == (HTTPStatus.PARTIAL_CONTENT, whole[100:200])
        assert answer.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
        async with front.ask(picture, headers={"If-None-Match": etag}) as answer:
            assert (answer.status, await answer.read()) == (HTTPStatus.NOT_MODIFIED, b"")


async def test_originals_are_nowhere(front: Front, house: House) -> None:
    """Nothing of the data folder but the public photographs can be reached."""
    secret = house.config.originals_dir / f"{'ab' * 20}.jpg"
    secret.parent.mkdir(exist_ok=True)
    secret.write_bytes(b"where the workshop is")
    for path in (f"/media/{secret.name}", f"/media/..%2foriginals%2f{secret.name}", "/media/../fedi-artisan.sqlite3"):
        async with front.ask(path) as answer:
            assert answer.status == HTTPStatus.NOT_FOUND, path
            assert b"workshop is" not in await answer.read()


async def test_a_photograph_of_ten_megabytes(front: Front, house: House) -> None:
    """What a phone takes goes into the studio."""
    async with house.db.write() as tx:
        draft = await drafts.begin(tx, house.artisan, utc_now())
    token = await session_of(house)
    headers = {
        "Cookie": f"{cookie_name(house.config)}={token}",
        "X-Token": form_token(token),
        "X-Name": "bowl.jpg",
        "Content-Type": "image/jpeg",
    }
    path = f"/studio/drafts/{draft.uid}/photos"
    async with front.ask(path, method="POST", data=io.BytesIO(of_ten_megabytes()), headers=headers) as answer:
        assert answer.status == HTTPStatus.CREATED, await answer.text()
    async with house.db.read() as tx:
        assert [photo.name for photo in (await drafts.get(tx, house.artisan, draft.uid)).photos] == ["bowl.jpg"]


async def test_what_is_too_large_is_told(front: Front) -> None:
    """A message that is longer than anything that is read is refused with 413, by the front or by ours, in words."""
    async with front.ask(
        "/ap/inbox", method="POST", data=io.BytesIO(b" " * 5_000_000), headers={"Content-Type": DOCUMENT}
    ) as answer:
        said = await answer.text()
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "are read here" in said or "too large to be taken" in said


async def test_who_asks_is_known(front: Front, house: House) -> None:
    """Guesses are counted for each visitor by her own address; naming another one each time helps nobody."""

    async def guess(number: int, visitor: str) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        form = {"password": "wrong horse", "name": f"nobody-{number}"}
        async with front.ask("/studio/sign-in", method="POST", visitor=visitor, data=form, headers=headers) as answer:
            return answer.status

    mine = f"127.0.1.{list(Kind).index(front.kind) + 1}"
    guesses = [await guess(number, mine) for number in range(12)]
    assert guesses[0] == HTTPStatus.UNAUTHORIZED
    assert guesses[-1] == HTTPStatus.TOO_MANY_REQUESTS
    assert await guess(99, mine.replace("127.0.1.", "127.0.2.")) == HTTPStatus.UNAUTHORIZED
