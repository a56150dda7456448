"""What judges who read find in every page of the table."""

from pathlib import Path

from tests.browser.asked import Asked
from tests.browser.judges.markup import validate
from tests.browser.judges.vocabulary import check_json_ld

# What no link preview can do without (https://ogp.me/#metadata); a picture is there where the page has one.
NEEDED = {"og:title", "og:type", "og:url", "og:description", "og:site_name"}


async def test_pages_come_as_the_table_says(asked: dict[str, Asked]) -> None:
    """Each page comes with its status: what the judges judge is what the table names."""
    assert {url: page.status for url, page in asked.items()} == {url: page.kind.status for url, page in asked.items()}


async def test_pages_are_valid_html(asked: dict[str, Asked], tmp_path: Path) -> None:
    """html-validate finds nothing in any page in any language."""
    wrong = await validate({url: page.html for url, page in asked.items()}, tmp_path)
    assert not wrong, "\n".join(wrong)


async def test_what_search_engines_are_told_keeps_to_schema_org(asked: dict[str, Asked], tmp_path: Path) -> None:
    """Every JSON-LD document is made of types and properties of schema.org, each property with a value of its type."""
    documents = {
        f"{url} [{number}]": document
        for url, page in asked.items()
        for number, document in enumerate(page.found.json_ld)
    }
    assert documents
    wrong = await check_json_ld(documents, tmp_path)
    assert not wrong, "\n".join(wrong)


async def test_previews_have_what_they_need(asked: dict[str, Asked]) -> None:
    """Programs find OpenGraph in every page that may be found, and no property without a value."""
    for url, page in asked.items():
        told = page.found.open_graph
        hidden = any("noindex" in one.attributes["content"] for one in page.page.all("meta", name="robots"))
        assert hidden or dict(told).keys() >= NEEDED, (url, told)
        assert all(value for _, value in told), (url, told)
