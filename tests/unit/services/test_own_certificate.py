"""How it stands with a certificate of the server's own, as people are told it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fedi_artisan.config import parse
from fedi_artisan.domain.certificates import Problem, Standing, written
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.house import Finding, Verdict
from fedi_artisan.language import LANGUAGES
from fedi_artisan.services.house import in_words
from fedi_artisan.services.house.certificate import own_certificate, why
from fedi_artisan.services.house.world import House, World

DAY = timedelta(days=1)
NOW = utc_now()
WELL = Standing(
    names=("atelier.example",), begins=NOW - 30 * DAY, ends=NOW + 60 * DAY, seen_at=NOW, next_at=NOW + 30 * DAY
)
FAILED = replace(WELL, failures=2, problem=Problem.UNREACHED, detail="connection refused", next_at=NOW + DAY / 24)


def house(folder: Path, standing: Standing | str | None, *, enabled: bool = True) -> House:
    """Return a house in which that is written down."""
    config = parse({"origin": "https://atelier.example", "data_dir": str(folder), "tls": {"enabled": enabled}})
    if standing is not None:
        config.tls_dir.mkdir()
        text = standing if isinstance(standing, str) else written(standing)
        (config.tls_dir / "state.json").write_text(text)
    return House(config=config, world=World(), file=None, problems=())


def told(finding: Finding) -> str:
    """Return all that is said in English."""
    advice = () if finding.advice is None else (finding.advice,)
    return " ".join(in_words(sentence, "en") for sentence in (*finding.facts, *advice))


@pytest.mark.parametrize(
    ("standing", "verdict", "words"),
    [
        (WELL, Verdict.OK, "It holds until "),
        (None, Verdict.BROKEN, "There is none yet. Start the server"),
        ("{", Verdict.BROKEN, "There is none yet. Start the server"),
        (replace(WELL, ends=NOW - DAY), Verdict.BROKEN, "It has expired. Start the server"),
        (FAILED, Verdict.LOOK, "It could not be renewed. Let's Encrypt could not reach this machine on port 80"),
        (replace(FAILED, ends=NOW + DAY), Verdict.BROKEN, "It could not be renewed."),
        (replace(FAILED, begins=None, ends=None), Verdict.BROKEN, "There is none yet. Let's Encrypt could not reach"),
    ],
)
async def test_it_is_told_how_it_stands(
    tmp_path: Path, standing: Standing | str | None, verdict: Verdict, words: str
) -> None:
    """Well, missing, expired, or not renewed; the later the worse, with what to do."""
    finding = await own_certificate(house(tmp_path, standing))
    assert finding.verdict is verdict
    assert words in told(finding)
    assert "{" not in told(finding)


async def test_whoever_has_a_web_server_in_front_needs_none(tmp_path: Path) -> None:
    """Without --tls nothing is missing; what an earlier one left behind is told only while it is fresh."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    old = replace(FAILED, seen_at=NOW - 10 * DAY)
    for name, standing in (("a", None), ("b", old)):
        finding = await own_certificate(house(tmp_path / name, standing, enabled=False))
        assert (finding.verdict, told(finding)) == (
            Verdict.OK,
            "None is needed: a web server in front brings one.",
        )
    fresh = await own_certificate(house(tmp_path / "c", FAILED, enabled=False))
    assert fresh.verdict is Verdict.LOOK


@pytest.mark.parametrize("problem", Problem)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_words(problem: Problem, language: str) -> None:
    """Whatever the authority's own words are, they are told as they are, and nothing in them is taken for ours."""
    standing = replace(FAILED, problem=problem, detail="{0.__class__} {names} %s.")
    said = [in_words(sentence, language) for sentence in why(standing, "Let's Encrypt")]
    assert 1 <= len(said) <= 2
    assert problem is Problem.INTERRUPTED or "{0.__class__} {names} %s." in said[0]
