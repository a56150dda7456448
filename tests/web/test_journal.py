"""The journal on the site: what stands in it, day by day, and what does not."""

from datetime import timedelta

from bs4 import BeautifulSoup

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.posts import PostDraft, Visibility
from fedi_artisan.services import artisans as artisans_service
from fedi_artisan.services import speaking
from fedi_artisan.storage import posts
from fedi_artisan.storage.places import Place
from tests.house import House, key_pair, until
from tests.photos import grey
from tests.web.asking import Asker
from tests.web.studio.happening import note, put_person
from tests.web.test_posts import say


async def page(ask: Asker, path: str) -> BeautifulSoup:
    """Return a page that is there."""
    answer = await ask(path)
    assert answer.status == 200, (path, answer)
    return BeautifulSoup(answer.body, "html.parser")


async def test_entries_stand_day_by_day_and_nothing_else_does(house: House, ask: Asker) -> None:
    """Entries for everybody, the newest first; no answer, nothing quiet, nothing for few; no link before the first."""
    assert (await ask("/journal")).status == 404
    assert (await page(ask, "/")).select_one('a[href="/journal"]') is None
    now = utc_now()
    await say(house, "First.", now=now - timedelta(days=2))
    post = await say(house, "Second, with *heat*.", now=now - timedelta(days=1), visibility=Visibility.WEB)
    await say(house, "Quiet.", visibility=Visibility.UNLISTED)
    await say(house, "For few.", visibility=Visibility.FOLLOWERS)
    answer = await say(house, "An answer.", in_reply_to=post.uri)

    async def shown() -> bool:
        return (await page(ask, "/")).select_one('a[href="/journal"]') is not None

    await until(shown, "the journal", within_s=1)
    tree = await page(ask, "/journal")
    assert [one.get_text(" ", strip=True) for one in tree.select(".entry .e-content")] == [
        "Second, with heat .",
        "First.",
    ]
    whole = await page(ask, f"/posts/{post.uid}")
    assert "An answer." in whole.get_text()
    assert "noindex" not in str(whole.select_one('meta[name="robots"]'))
    alone = await page(ask, f"/posts/{answer.uid}")
    assert "noindex" in alone.select_one('meta[name="robots"]')["content"]  # type: ignore[index]  # it is there


async def test_a_page_of_a_post_tells_programs_and_people(house: House, ask: Asker) -> None:
    """OpenGraph with the picture, h-entry, schema.org, the document; behind a warning no picture is told of."""
    post = await say(house, "The kiln is hot. #kiln", photos=(await grey(house, alt="A kiln."),), language="en")
    hidden = await say(house, "Shards.", warning="What broke", photos=(await grey(house, shade=90),))
    tree = await page(ask, f"/posts/{post.uid}")
    assert tree.select_one('meta[property="og:image"]') is not None
    assert tree.select_one("article.h-entry time.dt-published") is not None
    assert '"SocialMediaPosting"' in str(tree.select_one('script[type="application/ld+json"]'))
    assert tree.select_one(f'link[type="application/activity+json"][href="{post.uri}"]') is not None
    assert tree.select_one('.e-content a[href$="/tags/kiln"]') is not None
    assert "The kiln is hot." in (await page(ask, "/tags/kiln")).get_text()
    tree = await page(ask, f"/posts/{hidden.uid}")
    assert tree.select_one('meta[property="og:image"]') is None
    assert "Shards" not in str(tree.head)
    assert tree.select_one("details:not([open]) .e-content") is not None


async def test_feeds_and_the_sitemap_have_the_entries(house: House, ask: Asker) -> None:
    """Each form of the feed has every entry, but nothing behind a warning; the sitemap has the pages."""
    post = await say(house, "The kiln is hot.", photos=(await grey(house, alt="A kiln."),))
    hidden = await say(house, "Shards.", warning="What broke", photos=(await grey(house, shade=90),))
    for form in ("atom", "rss", "json"):
        answer = await ask(f"/journal/feed.{form}")
        text = answer.body.decode()
        assert answer.status == 200
        assert post.uri in text
        assert hidden.uri in text
        assert "The kiln is hot." in text
        assert "Shards" not in text
    [told, _] = reversed((await ask("/journal/feed.json")).json()["items"])
    assert (told["url"], told["title"], len(told["attachments"])) == (post.url, "The kiln is hot.", 1)
    sitemap = (await ask("/sitemap.xml")).body.decode()
    for url in (f"{house.uris.origin}/journal", post.url, hidden.url):
        assert f"<loc>{url}</loc>" in sitemap
    assert (await ask("/journal/feed.xml")).status == 404


async def test_each_of_several_has_a_journal_and_all_have_one(house: House, ask: Asker) -> None:
    """Where several work here, each has a journal of her own, and the one of all says who wrote what."""
    async with house.db.write() as tx:
        lea = await artisans_service.create(
            tx, username="lea", name="Léa", language="fr", key=key_pair(), now=utc_now()
        )
        await speaking.publish(tx, house.uris, lea, PostDraft(text="Chaud.", language="fr"), utc_now())
    await say(house, "Hot.")
    assert [one.get_text(strip=True) for one in (await page(ask, "/@lea/journal")).select(".e-content")] == ["Chaud."]
    tree = await page(ask, "/journal")
    assert [one.get_text(strip=True) for one in tree.select(".entry .maker")] == ["Atelier Maria", "Léa"]
    assert (await ask("/@lea/journal/feed.atom")).status == 200
    assert (await ask("/@nobody/journal")).status == 404


async def test_answers_of_others_stand_below_once_they_are_approved(house: House, ask: Asker) -> None:
    """What waits is not there; approved it is; withdrawn with its entry, whose page is gone, and not in the journal."""
    post = await say(house, "Fired.")
    async with house.db.write() as tx:
        actor_id = await put_person(tx, "bob", "Bob")
        for number, approved in ((1, True), (2, False)):
            said = note(number, f"<p>Answer {number}</p>")
            place = Place(journal_id=post.id)
            await posts.insert(tx, said, actor_id=actor_id, place=place, approved=approved, now=utc_now())
    text = (await page(ask, f"/posts/{post.uid}")).get_text()
    assert ("Answer 1" in text, "Answer 2" in text) == (True, False)
    async with house.db.write() as tx:
        await speaking.withdraw(tx, house.uris, post, utc_now())

    async def gone() -> bool:
        return (await ask(f"/posts/{post.uid}")).status == 410

    await until(gone, "the withdrawal", within_s=1)
    assert (await ask("/journal")).status == 404
    assert (await ask(f"/posts/{post.uid}/respond")).status == 410


async def test_a_journal_turns_its_pages(house: House, ask: Asker) -> None:
    """Twenty entries stand on a page; beyond the last there is none."""
    for number in range(21):
        await say(house, f"Day {number}.", now=utc_now() - timedelta(days=30 - number))
    first = await page(ask, "/journal")
    assert len(first.select(".entry")) == 20
    assert first.select_one('link[rel="next"][href="/journal?page=2"]') is not None
    assert [one.get_text(strip=True) for one in (await page(ask, "/journal?page=2")).select(".e-content")] == ["Day 0."]
    assert (await ask("/journal?page=3")).status == 404
