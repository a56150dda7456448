"""The table of every page of the studio, and the workshop that they are shown from."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.credentials import Purpose
from fedi_artisan.domain.moving import Account
from fedi_artisan.domain.passkeys import Proof
from fedi_artisan.domain.post_drafts import Given
from fedi_artisan.services import codes, invitations, passkeys, post_drafts, sessions
from fedi_artisan.services import works as works_service
from fedi_artisan.storage import credentials, moving, works
from tests.browser.company import furnish_company
from tests.browser.desk import desk_of
from tests.browser.street import Camera, furnish_atelier, greys
from tests.house import House, open_house
from tests.web.studio.guarding import furnish_safety
from tests.web.studio.happening import follow, like, mention, permit

SPOKEN = "0spoken0000000000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A running server whose studio has something of everything; `gaps` is what stands in the paths of its pages."""

    house: House
    gaps: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioPage:
    """One page of the studio.

    Args:
        name: short, unique; it becomes the name of a test and of a folder of pictures.
        path: with gaps that the workshop fills.
        status: with which it comes.
        inside: whether one has to be signed in to see it.
    """

    name: str
    path: str
    status: int = 200
    inside: bool = True

    def url(self, workshop: Workshop) -> str:
        """Return its address."""
        return f"{workshop.house.config.origin}{self.path.format_map(workshop.gaps)}"


# To add a page, add a line; where it needs something to show, furnish it below.
PAGES = (
    # The door
    StudioPage(name="sign-in", path="/studio/sign-in?next=/studio/works", inside=False),
    StudioPage(name="welcome", path="/studio/welcome/{link}", inside=False),
    StudioPage(name="welcome-ended", path="/studio/welcome/x", status=410, inside=False),
    StudioPage(name="prove", path="/studio/prove?next=/studio/settings/codes"),
    StudioPage(name="password", path="/studio/settings/password"),
    StudioPage(name="passkeys", path="/studio/settings/passkeys"),
    StudioPage(name="codes", path="/studio/settings/codes"),
    StudioPage(name="sessions", path="/studio/settings/sessions"),
    StudioPage(name="home", path="/studio"),
    StudioPage(name="not-there", path="/studio/drafts/nowhere", status=404),
    # What others do
    StudioPage(name="news", path="/studio/happened"),
    StudioPage(name="news-of-one-kind", path="/studio/happened?show=likes"),
    StudioPage(name="news-waiting", path="/studio/happened?show=waiting"),
    StudioPage(name="followers", path="/studio/followers"),
    StudioPage(name="followers-none", path="/studio/followers?q=zebra"),
    # Those whom she follows, and what they say
    StudioPage(name="around", path="/studio/around"),
    StudioPage(name="around-pictures", path="/studio/around?show=pictures"),
    StudioPage(name="thread", path="/studio/around/{answer}"),
    StudioPage(name="messages", path="/studio/messages"),
    StudioPage(name="talk", path="/studio/messages/{message}"),
    # A work while it is written
    StudioPage(name="draft-empty", path="/studio/drafts/{draft_empty}"),
    StudioPage(name="draft-full", path="/studio/drafts/{draft_full}"),
    StudioPage(name="draft-wrong", path="/studio/drafts/{draft_wrong}"),
    StudioPage(name="draft-of-change", path="/studio/drafts/{draft_change}"),
    StudioPage(name="draft-preview", path="/studio/drafts/{draft_full}/preview"),
    StudioPage(name="draft-discard", path="/studio/drafts/{draft_full}/discard"),
    StudioPage(name="draft-waits", path="/studio/drafts/{draft_waiting}/done"),
    StudioPage(name="draft-making", path="/studio/drafts/{draft_making}/done"),
    StudioPage(name="draft-out", path="/studio/drafts/{draft_out}/done"),
    # What she says besides
    StudioPage(name="posts", path="/studio/posts"),
    StudioPage(name="speak-kept", path="/studio/posts/new?draft={spoken}"),
    StudioPage(name="speak-answer", path="/studio/posts/new?to={post_row}"),
    StudioPage(name="post-edit", path="/studio/posts/{post}/edit"),
    StudioPage(name="post-withdraw", path="/studio/posts/{post}/withdraw"),
    # On the phone
    StudioPage(name="share", path="/studio/share"),
    StudioPage(name="offline", path="/studio/offline", inside=False),
    StudioPage(name="works", path="/studio/works"),
    StudioPage(name="works-none", path="/studio/works?q=zebra"),
    StudioPage(name="work", path="/studio/works/{work}"),
    StudioPage(name="withdraw", path="/studio/works/{work}/withdraw"),
    # People and posts elsewhere
    StudioPage(name="asked", path="/studio/around/asked?uri=somebody", status=422),
    StudioPage(name="search", path="/studio/around/search?q=bob"),
    StudioPage(name="followed", path="/studio/people"),
    StudioPage(name="person", path="/studio/people/{person}"),
    StudioPage(name="bring", path="/studio/people/import"),
    StudioPage(name="figures", path="/studio/figures"),
    StudioPage(name="house", path="/studio/house"),
    StudioPage(name="moving", path="/studio/moving"),
    StudioPage(name="moving-away", path="/studio/moving/away"),
    StudioPage(name="settings", path="/studio/settings"),
    StudioPage(name="settings-terms", path="/studio/settings/terms"),
    StudioPage(name="settings-room", path="/studio/settings/room"),
    StudioPage(name="settings-commissions", path="/studio/settings/commissions"),
    StudioPage(name="settings-conversation", path="/studio/settings/conversation"),
    StudioPage(name="settings-followers", path="/studio/settings/followers"),
    StudioPage(name="settings-language", path="/studio/settings/language"),
    StudioPage(name="settings-kept", path="/studio/settings/kept"),
    StudioPage(name="settings-file", path="/studio/settings/file"),
    # Her first steps
    *(StudioPage(name=f"setup-{step}", path=f"/studio/setup/{step}") for step in (1, 2, 3, 4, 5, "done")),
    # Her site
    StudioPage(name="site", path="/studio/site"),
    StudioPage(name="profile", path="/studio/profile"),
    StudioPage(name="series-all", path="/studio/series"),
    StudioPage(name="series-new", path="/studio/series/new"),
    StudioPage(name="series", path="/studio/series/{series}"),
    StudioPage(name="series-works", path="/studio/series/{series}/works"),
    StudioPage(name="pages", path="/studio/pages"),
    StudioPage(name="page-new", path="/studio/pages/new"),
    StudioPage(name="page", path="/studio/pages/{page}"),
    StudioPage(name="page-remove", path="/studio/pages/{page}/remove"),
    StudioPage(name="order", path="/studio/order"),
    StudioPage(name="appearance", path="/studio/appearance"),
    # Safety
    StudioPage(name="safety", path="/studio/safety"),
    StudioPage(name="safety-people", path="/studio/safety/people"),
    StudioPage(name="safety-servers", path="/studio/safety/servers"),
    StudioPage(name="safety-limits", path="/studio/safety/limits"),
    StudioPage(name="safety-words", path="/studio/safety/words"),
    StudioPage(name="safety-lists", path="/studio/safety/lists"),
    StudioPage(name="safety-list", path="/studio/safety/lists/{list}"),
    StudioPage(name="safety-reports", path="/studio/safety/reports"),
    StudioPage(name="safety-report", path="/studio/safety/reports/new?whom={held_by}"),
    StudioPage(name="safety-log", path="/studio/safety/log"),
    StudioPage(name="safety-files", path="/studio/safety/files"),
    StudioPage(name="safety-file", path="/studio/safety/files/{file}"),
)


@contextlib.asynccontextmanager
async def open_workshop(folder: Path, camera: Camera = greys) -> AsyncIterator[Workshop]:
    """Run the workshop in *folder* while the block lasts."""
    # By a name: devices make passkeys for names only.
    async with open_house(folder / "workshop", host="localhost") as house:
        await furnish_atelier(house, camera)
        await _furnish_figures(house)
        await _furnish_door(house)
        await _furnish_news(house)
        await _begin_a_post(house)
        await _furnish_move(house)
        company = await furnish_company(house)
        await _furnish_followed(house)
        await furnish_safety(house)
        yield Workshop(house=house, gaps=company | await _gaps(house))


async def _furnish_figures(house: House) -> None:
    """Have pages opened, on each of the last hundred days."""
    sql = """
        WITH RECURSIVE days (back) AS (SELECT 0 UNION ALL SELECT back + 1 FROM days WHERE back < 100)
        INSERT OR IGNORE INTO views
        SELECT unixepoch() / 86400 - back, '/works/jarre-de-lune', 1 + back % 7 * 3 FROM days
    """
    async with house.db.write() as tx:
        await tx.execute(sql)


async def _furnish_door(house: House) -> None:
    """Let the artisan come in by a password and a passkey, be signed in elsewhere, and begin to set codes up."""
    now, artisan_id = utc_now(), house.artisan.id
    made = Proof(credential_id=b"1", public_key=b"", sign_count=0, backed_up=False)
    async with house.db.write() as tx:
        await credentials.put_password(tx, artisan_id, "", now)
        await passkeys.add(tx, artisan_id, made, "Téléphone de l’atelier", now)
        await codes.begin(tx, artisan_id, now)
        await sessions.open_session(tx, artisan_id, "Firefox, Android", now)
        await sessions.open_session(tx, artisan_id, "", now)


async def _furnish_news(house: House) -> None:
    """Let people elsewhere follow, like, pass on and answer, and a work be on its way to them."""
    async with house.db.read() as tx:
        jar = await works.find_by_slug(tx, "jarre-de-lune")
    assert jar is not None
    await follow(house, "bob", "carol", "dora")
    await follow(house, "emil", waits=True)
    await like(house, jar, "bob", "carol")
    await like(house, jar, "dora", kind="Announce")
    await mention(house, 2, "<p>Go and see!</p>")
    await permit(house, jar)
    async with house.db.write() as tx:
        await works_service.revise(tx, house.uris, jar, dataclasses.replace(jar.draft, year=2024), utc_now())
        answers = (("waiting", "no answer within 30 s", "host.example"), ("refused", "403", "closed.example"))
        for state, answer, host in answers:
            await tx.execute(
                "INSERT INTO deliveries (activity_id, inbox_url, host, subject_uri, state, attempts, due_at, answer)"
                " SELECT max(id), 'https://' || ?1 || '/other', ?1, subject_uri, ?2, 3, 4000000000000, ?3"
                " FROM activities WHERE subject_uri = ?4",
                (host, state, answer, house.uris.work(jar.uid)),
            )


async def _begin_a_post(house: House) -> None:
    """Let the artisan begin to say something, of which nothing can be said as it stands."""
    given = Given(fields={"text": "Two days, three nights.", "language": "", "visibility": "all", "warning": "x" * 300})
    async with house.db.write() as tx:
        await post_drafts.keep(tx, house.artisan, SPOKEN, given, utc_now())


async def _furnish_move(house: House) -> None:
    """Let her come from two accounts, one of which leads here already."""
    async with house.db.write() as tx:
        for name, leads_here in (("atelier.lenoir", True), ("une.adresse.assez.longue.pour.deux.lignes", False)):
            url = f"https://ancien.example/users/{name}"
            account = Account(uri=url, url=url, handle=f"@{name}@ancien.example", name=name)
            await moving.put_account(tx, house.artisan.id, account, leads_here=leads_here, now=utc_now())


async def _furnish_followed(house: House) -> None:
    """Let one of them say something of herself, and somebody have been looked for in vain."""
    about = '<p>Potter. <a href="https://host.example/">My <b>kiln</b></a></p><ul><li>Stoneware</li></ul>'
    async with house.db.write() as tx:
        sql = "UPDATE actors SET summary_html = ? WHERE uri = 'https://host.example/users/bob'"
        await tx.execute(sql, (about,))
        sql = "INSERT INTO wanted_follows (artisan_id, username, host, answer) VALUES (?, 'zoe', 'a.example', 'silent')"
        await tx.execute(sql, (house.artisan.id,))


async def _link(house: House) -> str:
    """Return the token of a link that lets the artisan in."""
    async with house.db.write() as tx:
        return (await invitations.invite(tx, house.artisan.id, Purpose.RESET, utc_now()))[0]


async def _gaps(house: House) -> dict[str, str]:
    """Return what stands in paths: one of each kind."""
    return {
        "link": await _link(house),
        "work": await house.value("SELECT uid FROM works WHERE slug = 'jarre-de-lune'"),
        "series": await house.value("SELECT uid FROM series"),
        "page": await house.value("SELECT uid FROM pages"),
        "list": str(await house.value("SELECT id FROM lists")),
        "file": str(await house.value("SELECT id FROM imports")),
        "held_by": await house.value(
            "SELECT actors.uri FROM posts JOIN actors ON actors.id = actor_id WHERE held <> ''"
        ),
        "post": "0kiln000000000000000000000",
        "post_row": await house.value("SELECT max(id) FROM posts WHERE actor_id IS NOT NULL AND public"),
        "spoken": SPOKEN,
        "person": str(await house.value("SELECT id FROM actors WHERE uri = 'https://host.example/users/bob'")),
        **{f"draft_{name}": draft.uid for name, draft in (await desk_of(house)).items()},
    }
