"""Who counts as a visitor: people at their browsers, and nobody else."""

import pytest
from starlette.types import Scope

from fedi_artisan.web.answers.people import opened_by_a_person
from fedi_artisan.web.programs.ai_crawlers import AI_CRAWLERS

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


def scope(agent: str | None = FIREFOX, **headers: str) -> Scope:
    """Return a request with these headers, named as in Python."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if agent is not None:
        named["user-agent"] = agent
    return {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in named.items()]}


@pytest.mark.parametrize(
    "agent",
    [
        *(FIREFOX, SAFARI),
        "Mozilla/5.0 (Linux; Android 14; CUBOT_X90) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; Opera Mobi/23.348/191) Presto/2.5.25 Version/10.54",
        "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8",
        "w3m/0.5.3+git20230121",
    ],
)
def test_browsers_are_people(agent: str) -> None:
    """Whatever browser somebody uses counts, on whatever telephone, with pictures or without."""
    assert opened_by_a_person(scope(agent))


@pytest.mark.parametrize(
    "agent",
    [
        None,
        "",
        "curl/8.5.0",
        "python-requests/2.32.3",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0 Safari/537.36",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "facebookexternalhit/1.1",
        f"{SAFARI} facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "WhatsApp/2.23.20.0",
        "http.rb/5.2.0 (Mastodon/4.3.0; +https://mastodon.social/)",
        "Mastodon/4.4.0 (http.rb/5.2.0; +https://mastodon.social/) Bot",
        "(Pixelfed/0.12.4; +https://pixelfed.social)",
        "gotosocial/0.17.0 (+https://gts.example) linkpreview",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36",
        "Mozilla/5.0 (compatible; archive.org_bot)",
        "Feedly/1.0",
    ],
)
def test_programs_are_not(agent: str | None) -> None:
    """Search engines, previews, other servers, feed readers and whoever does not say what it is do not count."""
    assert not opened_by_a_person(scope(agent))


def test_no_crawler_of_the_list_is_taken_for_a_person() -> None:
    """Whatever gathers for machines does not count, with its name alone or as browsers are named."""
    for crawler in AI_CRAWLERS:
        assert not opened_by_a_person(scope(crawler.name)), crawler.name
    assert not opened_by_a_person(
        scope("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)")
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "Prefetch"},
        {"x_moz": "prefetch"},
        {"x_purpose": "preview"},
        {"sec_fetch_dest": "empty"},
        {"sec_fetch_dest": "iframe"},
        {"cookie": "__Host-studio=abc"},
        {"cookie": "theme=dark; studio=abc"},
        {"accept": "application/activity+json"},
    ],
)
def test_what_nobody_looks_at_is_not(headers: dict[str, str]) -> None:
    """What a browser fetches ahead, a frame, a script, another server, and the artisan herself do not count."""
    assert not opened_by_a_person(scope(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_dest": "document", "accept": "text/html, */*;q=0.8"},
        {"cookie": "studio="},
        {"cookie": "mystudio=abc; other=studio"},
        {"purpose": "reading"},
    ],
)
def test_what_a_person_looks_at_counts(headers: dict[str, str]) -> None:
    """An ordinary visit counts, whatever cookies of others come with it."""
    assert opened_by_a_person(scope(**headers))
