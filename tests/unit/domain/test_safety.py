"""The rules about others as values: domains, words in several languages, who is treated how."""

from datetime import datetime, timedelta

import pytest

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.safety import Reason, Rules, Severity, check_domain, is_below, is_like_spam, ties_of
from fedi_artisan.domain.unwanted import Action, Word, check_phrase
from fedi_artisan.errors import BadInput


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Evil.Example", "evil.example"),
        (" https://evil.example:8443/about?x ", "evil.example"),
        ("*.evil.example", "evil.example"),
        ("@evil.example.", "evil.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_domain_has_one_form(text: str, domain: str) -> None:
    """However it is written, a server is known by one name."""
    assert check_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["", "example", "http://good@evil.example", "a b.example", "ev\0il.example", "https://"]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    """What is no server, or only pretends to be one, cannot be ruled about."""
    with pytest.raises(BadInput):
        check_domain(text)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/users/x",
        "https://www.evil.example/users/x",
        "https://EVIL.EXAMPLE./users/x",
        "https://evil.example:8443/users/x",
        "https://a.b.evil.example/#main-key",
    ],
)
def test_a_blocked_server_has_no_other_name(uri: str) -> None:
    """Nothing comes in under another spelling, port or part of a blocked domain (WIRE 10.2 #26, #27)."""
    rules = Rules(servers={"evil.example": Severity.BLOCKED, "www.evil.example": Severity.ALLOWED})
    assert rules.refuses(uri) is Reason.SERVER_BLOCKED


@pytest.mark.parametrize("uri", ["https://notevil.example/x", "https://evil.example.org/x", "https://example/x"])
def test_other_servers_are_let_in(uri: str) -> None:
    """A name that only looks alike is another server."""
    assert Rules(servers={"evil.example": Severity.BLOCKED}).refuses(uri) is None


def test_only_listed_servers_may_come_in() -> None:
    """Where only chosen servers may, all others are refused; pictures may lie anywhere but on a blocked one."""
    rules = Rules(servers={"good.example": Severity.ALLOWED, "evil.example": Severity.BLOCKED}, only_listed=True)
    assert rules.refuses("https://sub.good.example/x") is None
    assert rules.refuses("https://far.example/x") is Reason.NOT_LISTED
    assert rules.refuses("https://far.example/x", listed=False) is None
    assert rules.refuses("https://evil.example/x", listed=False) is Reason.SERVER_BLOCKED


def word(phrase: str, *, whole: bool = True, action: Action = Action.HIDE) -> Word:
    """Return a word."""
    return Word(id=1, phrase=phrase, whole=whole, action=action)


@pytest.mark.parametrize(
    ("phrase", "text", "language", "found"),
    [
        ("casino", "The CASINO, tonight", "en", True),
        ("casino", "casinos", "en", False),
        ("casino", "l’casino", "fr", True),
        ("crypto coin", "a crypto\n coin!", "en", True),
        ("ca\u00adsino", "cas\u200bino", "en", True),
        ("strasse", "Straße", "de", True),
        ("pêche", "péché", "fr", False),
        ("ilan", "İLAN", "tr", True),
        ("ilan", "ILAN", "tr", False),
        ("赌场", "今晚赌场开门", "zh", True),
        ("\uff43\uff41\uff53\uff49\uff4e\uff4f", "casino", "en", True),
        ("#win", "so #win tonight", "en", True),
    ],
)
def test_words_are_found_as_people_read_them(phrase: str, text: str, language: str, *, found: bool) -> None:
    """Case as the language has it, unseen signs, wide letters and lines make no difference; accents and borders do."""
    assert (Rules(words={1: (word(phrase),)}).caught(1, text, language) is not None) is found


def test_within_words_and_the_strictest() -> None:
    """A word that is not whole is found in others, and what is hidden goes before what is warned of."""
    warn, hide = word("casino", whole=False, action=Action.WARN), word("night")
    rules = Rules(words={1: (warn, hide)})
    assert rules.caught(1, "supercasinos", "en") == warn
    assert rules.caught(1, "casinos by night", "en") == hide
    assert rules.caught(2, "casinos by night", "en") is None


@pytest.mark.parametrize("text", ["", "   ", "…", "a\0b", "x" * 201])
def test_what_cannot_be_looked_for_is_refused(text: str) -> None:
    """An empty, overlong or unreadable phrase is none."""
    with pytest.raises(BadInput):
        check_phrase(text)


def test_mutes_end() -> None:
    """A mute holds until its moment, for whom it is of, by id or handle."""
    now = utc_now()
    mutes: dict[str, dict[int, datetime | None]] = {"https://h.example/b": {1: now}, "carol@h.example": {1: None}}
    rules = Rules(mutes=mutes)
    assert rules.is_muted(1, "https://h.example/b", "b@h.example", now - timedelta(seconds=1))
    assert not rules.is_muted(1, "https://h.example/b", "b@h.example", now)
    assert rules.is_muted(1, "https://h.example/c", "carol@h.example", now)
    assert not rules.is_muted(2, "https://h.example/c", "carol@h.example", now)


def test_ties() -> None:
    """A host is of every domain above it, and what is tied is counted for each of them."""
    assert is_below("a.h.example:8443", {"h.example"})
    assert not is_below("ah.example", {"h.example"})
    ties = ties_of({"a.h.example": 2, "h.example:444": 1, "far.example": 7}, {"h.example", "a.h.example"})
    assert dict(ties) == {"h.example": 3, "a.h.example": 2}


def test_spam_names_many_and_leads_somewhere() -> None:
    """A few names with a link are usual, as are many without one; very many are not."""
    looks = [is_like_spam(named=named, links=links) for named, links in ((3, 5), (4, 0), (4, 1), (12, 0))]
    assert looks == [False, False, True, True]
