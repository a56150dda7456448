"""A visitor who follows every link and sends every form, until nothing of a new kind is left."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlsplit

from playwright.async_api import Locator

from tests.browser.chromium import Tab

# Links of one kind lead to the same code, so of each kind two are enough; filters could be joined without end.
MOST_OF_A_KIND = 2
MOST_IN_QUERY = 2
MOST_ADDRESSES = 150
WORD = "bowl"
# What follows one of these in a path is a name that somebody or something gave.
_SHELVES = {"works", "series", "tags", "pages", "media", "static", "actors", "activities"}
_LINKS = "[...document.querySelectorAll('a[href], link[rel~=alternate][href]')].map(link => link.href)"
# A form that keeps what was chosen before, in hidden fields, is of another kind; what it keeps makes no difference.
_FORMS = """[...document.forms].map(form => form.method === 'get' && [form.action, ...new Set([...form.elements]
    .map(field => field.type === 'hidden' ? 'and more' : field.name).filter(name => name))].join(' '))"""


@dataclass(slots=True)
class Walk:
    """One walk on the site *origin*. A class because what was seen and what lies ahead grow with every page.

    *seen* are the addresses that were opened, by their kind; *forms* those that were sent, by address and fields;
    *refused* the addresses that answered 400 or more, each with the page that led there.
    """

    origin: str
    seen: dict[str, list[str]] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)
    _ahead: deque[tuple[str, str]] = field(default_factory=deque)
    _known: set[str] = field(default_factory=set)

    def note(self, urls: Iterable[str], met_on: str) -> None:
        """Put what is new among *urls*, and on this site, at the end of what lies ahead."""
        for url in (urldefrag(one).url for one in urls):
            if url.startswith(f"{self.origin}/") and url not in self._known:
                self._known.add(url)
                self._ahead.append((url, met_on))

    def next(self) -> tuple[str, str] | None:
        """Return the nearest address whose kind is not well known yet, and where it was met; None at the end."""
        while self._ahead and sum(map(len, self.seen.values())) < MOST_ADDRESSES:
            url, met_on = self._ahead.popleft()
            alike = self.seen.setdefault(kind_of(url), [])
            if len(alike) < MOST_OF_A_KIND and len(parse_qsl(urlsplit(url).query)) <= MOST_IN_QUERY:
                alike.append(url)
                return url, met_on
        return None


def kind_of(url: str) -> str:
    """Return what addresses of one kind share.

    >>> kind_of("https://atelier.example/works/moon-jar?lang=fr")
    '/works/…?lang'
    """
    address = urlsplit(url)
    before, kinds = "", []
    for part in address.path.split("/")[1:]:
        ending = f".{part.rpartition('.')[2]}" if "." in part else ""
        kinds.append(f"…{ending}" if before in _SHELVES else "@" if part.startswith("@") else part)
        before = part
    names = "&".join(sorted(name for name, _ in parse_qsl(address.query, keep_blank_values=True)))
    return "/" + "/".join(kinds) + (f"?{names}" if names else "")


async def walk(tab: Tab, start: str) -> Walk:
    """Walk the site that begins at *start*, the nearest pages first, and return what was met."""
    met = Walk("/".join(start.split("/")[:3]))
    met.note([start], "")
    while (step := met.next()) is not None:
        url, met_on = step
        answer = await tab.page.request.get(url, max_redirects=0)
        if not answer.ok:
            met.refused.append((url, met_on))
        elif answer.headers["content-type"].startswith("text/html"):
            visit = await tab.open(url, wholly=False)
            met.refused += [(refused, url) for refused in visit.refused]
            met.note(await tab.evaluate(_LINKS), url)
            await _send_forms(tab, met, url)
    return met


async def _send_forms(tab: Tab, met: Walk, url: str) -> None:
    """Send every form of a new kind that only asks; where it leads, lies ahead."""
    for number, form in enumerate(await tab.evaluate(_FORMS)):
        if form and form not in met.forms:
            met.forms.add(form)
            await tab.open(url, wholly=False)
            filled = await _fill(tab.page.locator("form").nth(number))
            async with tab.page.expect_navigation():
                await filled.locator("button, input[type=submit]").first.click()
            met.note([tab.page.url], url)


async def _fill(form: Locator) -> Locator:
    """Fill the fields of a form as somebody does who looks for something, and return it."""
    for text in await form.locator("input[type=search], input[type=text]").all():
        await text.fill(WORD)
    for choice in await form.locator("select").all():
        values = await choice.locator("option").evaluate_all("options => options.map(option => option.value)")
        await choice.select_option(values[-1])
    return form
