"""While ours does not run, a front says so in the one way that costs nothing."""

import html
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.fronts.running import Kind, open_front
from tests.house import free_socket

PATHS = ("/", "/works/moon-jar", "/ap/actors/01", "/media/ab.jpg", "/studio", "/.well-known/webfinger?resource=x")


@pytest.mark.parametrize("kind", Kind)
async def test_others_are_asked_to_come_again(kind: Kind, tmp_path: Path) -> None:
    """Every address is answered with 503 and when to come again, for people in words; nobody forgets a work for that.

    Source: WIRE 1.5: after 404 or 410 other servers delete what they know.
    """
    with free_socket() as nobody:
        async with open_front(kind, tmp_path / "front", nobody.getsockname()[1]) as front:
            for path in PATHS:
                async with front.ask(path) as answer:
                    said = await answer.text()
                assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE, path
                assert answer.headers.getall("Retry-After") == ["120"]
                assert answer.content_type == "text/html"
                assert "Come back in a few minutes." in said
                assert "On range l’atelier." in html.unescape(said)
            async with front.ask("/ap/inbox", method="POST", data=b"{}") as answer:
                assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
                assert answer.headers["Retry-After"] == "120"
