"""Page views are counted as people open pages; figures are drawn, and stand in tables as well."""

import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from fedi_artisan.web.studio.door import cookie_name
from tests.house import House, open_house
from tests.studio import session_of, signed_in
from tests.unit.web.test_people import FIREFOX

HTML = {"User-Agent": FIREFOX, "Accept": "text/html"}


def views_in(data_dir: Path) -> dict[str, int]:
    """Return what is written down in the database of a server that has stopped."""
    with closing(sqlite3.connect(data_dir / "fedi-artisan.sqlite3")) as database:
        return dict(database.execute("SELECT path, count FROM views"))


async def test_people_are_counted_and_nobody_else(tmp_path: Path) -> None:
    """A page that a person opened counts once, kept or not, and is written down when the server stops."""
    data_dir = tmp_path / "data"
    async with open_house(data_dir) as house:
        work = await house.publish()
        page = f"/works/{work.slug}"
        async with aiohttp.ClientSession(house.config.origin) as visitor:

            async def ask(path: str, method: str = "GET", **headers: str) -> str:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                async with visitor.request(method, path, headers=HTML | named, allow_redirects=False) as answer:
                    await answer.read()
                    return answer.headers.get("ETag", "")

            tag = await ask(page)
            for query in ("?utm_source=card", "?lang=fr", ""):
                await ask(page + query)
            await ask(page, If_None_Match=tag)  # 304
            for path in ("/", "/works?page=1", "/@MARIA", "/@maria"):
                await ask(path)
            # None of these.
            await ask(page, "HEAD")
            await ask(page, Accept="application/activity+json")
            await ask(page, User_Agent="Googlebot/2.1")
            await ask(page, Sec_Purpose="prefetch")
            await ask(page, Cookie=f"{cookie_name(house.config)}={await session_of(house)}")
            for path in ("/works/nothing", "/nowhere", "/feed.atom", f"{page}/label", "/robots.txt", "/studio"):
                await ask(path)
    assert views_in(data_dir) == {page: 5, "/": 1, "/works": 1, "/@maria": 2}


async def test_nothing_of_people_is_kept(house: House) -> None:
    """The table of page views has days, paths and numbers, and no column for anything else."""
    columns = await house.rows("SELECT name FROM pragma_table_info('views')")
    assert [row["name"] for row in columns] == ["day", "path", "count"]


@pytest.mark.parametrize(("period", "rows"), [("", 30), ("12-weeks", 12), ("12-months", 12), ("forever", 30)])
async def test_each_chart_has_a_table_behind_it(house: House, period: str, rows: int) -> None:
    """Every chart says in words what it shows, and its table has a row for each step, in sum what is said above it."""
    work = await house.publish()
    async with house.db.write() as tx:
        await tx.execute(
            "INSERT INTO views SELECT unixepoch() / 86400 - value, '/works/' || ?, 41 FROM json_each('[0, 1]')",
            (work.slug,),
        )
    async with signed_in(house) as maria:
        answer = await maria.get(f"/studio/figures?period={period}")
    drawing = answer.page.select("section:has(#views) svg")[0]
    assert drawing["role"] == "img"
    named = [answer.page.select(f"#{name}")[0].name for name in str(drawing["aria-labelledby"]).split()]
    assert named == ["title", "desc"]
    numbers = [int(cell.text) for cell in answer.page.select("section:has(#views) td")]
    assert (len(numbers), sum(numbers)) == (rows, 82)
    assert answer.page.select("section:has(#views) .sum")[0].text.strip() == "82 pages"
    seen = [cell.text for cell in answer.page.select("section:has(#seen) tbody :is(th, td)")]
    assert seen == ["Moon jar", "82", "82", "82"]
    current = answer.page.select("main a[aria-current=true]")[0]
    assert str(current["href"]).endswith(period if rows != 30 else "30-days")
    assert "style=" not in answer.text


async def test_a_new_house_has_no_empty_charts(house: House) -> None:
    """Where there is nothing to draw the page says so, in her language."""
    async with signed_in(house, language="fr") as maria:
        answer = await maria.get("/studio/figures")
    assert answer.page.find("svg") is None
    assert "Personne n’a ouvert de page sur cette période." in answer.text
    assert "Personne ne vous suit encore." in answer.text
