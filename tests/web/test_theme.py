"""A theme and an accent on the running server: noticed without a restart, and never the end of a page."""

import base64
import dataclasses
import hashlib
import logging
import re
from pathlib import Path

import pytest

from fedi_artisan.domain.appearance import Appearance, Layout, Typeface
from fedi_artisan.domain.works import Draft
from fedi_artisan.resources import folder
from fedi_artisan.services import artisans as artisans_service
from tests.house import House, open_house, until
from tests.web.asking import Asker

PAGE = ("Accept", "text/html")
NOTICED_WITHIN_S = 3.0


async def shows(ask: Asker, path: str, words: bytes) -> None:
    """Return once the page at *path* has these words in it."""

    async def there() -> bool:
        return words in (await ask(path, PAGE)).body

    await until(there, f"{words!r} on {path}", within_s=NOTICED_WITHIN_S)


async def test_a_theme_is_noticed(house: House, ask: Asker) -> None:
    """What is put into the folder is on every page within moments, kept answers too; and gone when it is taken away."""
    plain = (await ask("/", PAGE)).body
    theme = house.config.theme_dir
    (theme / "templates").mkdir(parents=True)
    (theme / "custom.css").write_text("body { color: red }")
    await shows(ask, "/", b"/static/custom.")
    address = re.search(rb"/static/custom\.\w+\.css", (await ask("/", PAGE)).body)
    assert address is not None
    style = await ask(address[0].decode())
    assert (style.status, style.media_type, style.body) == (200, "text/css", b"body { color: red }")

    footer = '{% extends "shipped/layout.html" %}{% block title %}Mine{% endblock %}'
    (theme / "templates" / "layout.html").write_text(footer)
    (theme / "templates" / "error.html").write_text('{% extends "layout.html" %}{% block nav %}{% endblock %}')
    await shows(ask, "/nothing", b"<title>Mine</title>")
    (theme / "templates" / "error.html").unlink()
    (theme / "custom.css").unlink()
    (theme / "templates" / "layout.html").unlink()

    async def as_before() -> bool:
        return (await ask("/", PAGE)).body == plain

    await until(as_before, "the page as it was", within_s=NOTICED_WITHIN_S)


async def test_no_page_is_lost_to_a_theme(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Templates that only extend the shipped ones change no byte; broken ones change no byte either, and are told."""
    names = sorted(file.name for file in folder("templates").glob("*.html") if file.name != "parts.html")
    answers = []
    theme = tmp_path / "data" / "theme" / "templates"
    theme.mkdir(parents=True)
    async with open_house(tmp_path / "data") as house:
        work = await house.publish(Draft(title="Bowl", text="Ash.", series="Bowls", tags=("ash",), materials=("ash",)))
        port = int(house.config.origin.rpartition(":")[2])
    for source in (None, '{{% extends "shipped/{}" %}}', "{{{{ broken }}}}"):
        for name in names if source else ():
            (theme / name).write_text(source.format(name) if source else "")
        async with open_house(tmp_path / "data", port=port) as house, Asker.open(house.config.origin) as ask:
            paths = ("/", f"/works/{work.slug}", "/series/bowls", "/tags/ash", "/nothing")
            with caplog.at_level(logging.WARNING):
                answers.append([(await ask(path, PAGE)).body for path in paths])
        assert bool(caplog.messages) == (source is not None and "broken" in source), caplog.messages
    assert answers[0] == answers[1] == answers[2]


async def test_the_accent_is_let_in_by_its_hash(house: House, ask: Asker) -> None:
    """An accent is the one style that stands in the page, and the policy names the hash of exactly that."""
    assert b"<style>" not in (await ask("/", PAGE)).body
    appearance = Appearance(accent="#ffcc00", layout=Layout.COLUMNS, typeface=Typeface.STUDIO)
    async with house.db.write() as tx:
        await artisans_service.set_appearance(tx, house.artisan, appearance)
    await shows(ask, "/", b"<style>")
    answer = await ask("/", PAGE)
    style = re.search(rb"<style>(.*?)</style>", answer.body, re.DOTALL)
    assert style is not None
    assert style[1] == b":root{--accent-light:#826700;--accent-dark:#ffcc00}"
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert b'class="layout-columns face-studio"' in answer.body


async def test_no_other_style_is_let_in(house: House, ask: Asker) -> None:
    """WIRE 10.2 #48: words of the artisan that look like a style element open no door in the policy."""
    words = "<style>:root{--accent-light:#000000;--accent-dark:#ffffff}</style>"
    async with house.db.write() as tx:
        said = dataclasses.replace(house.artisan, summary=words, name="<style>")
        await artisans_service.describe(tx, house.uris, said, said.updated_at)
    await shows(ask, "/", b"--accent-light")
    assert "sha256" not in (await ask("/", PAGE)).headers["Content-Security-Policy"]


async def test_a_theme_of_somebody_else_reaches_nothing_but_the_page(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Templates see what they are given: no way leads from there to Python, to files or to secrets."""
    tries = (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ uris.actor.__globals__ }}",
        "{{ ratio.__globals__['os'].environ }}",
        "{{ '{0.__class__}'.format(uris) }}",
        "{% for one in range(10 ** 9) %}x{% endfor %}",
    )
    theme = tmp_path / "data" / "theme" / "templates"
    theme.mkdir(parents=True)
    async with open_house(tmp_path / "data") as house, Asker.open(house.config.origin) as ask:
        ours = (await ask("/", PAGE)).body
        port = int(house.config.origin.rpartition(":")[2])
    for source in tries:
        (theme / "portfolio.html").write_text(source)
        caplog.clear()
        async with open_house(tmp_path / "data", port=port) as house, Asker.open(house.config.origin) as ask:
            with caplog.at_level(logging.WARNING):
                assert (await ask("/", PAGE)).body == ours, source
        assert caplog.messages, source
