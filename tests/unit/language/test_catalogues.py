"""A language is there because its catalogue is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fedi_artisan import language
from fedi_artisan.resources import folder
from tests import words

ROOT = Path(__file__).parents[3]

GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8"

msgid "available"
msgstr "erhältlich"

msgctxt "letter of a measure"
msgid "W"
msgstr "B"

msgid "Nothing on this shelf"
msgstr "Nichts auf diesem Regal"
"""

SCRIPT = """
import datetime, decimal, json
from fedi_artisan.config import Config
from fedi_artisan.domain.facts import parse_dimensions
from fedi_artisan.domain.works import Availability, Price
from fedi_artisan.language import LANGUAGES, open_graph_name
from fedi_artisan.vocab import facts
from fedi_artisan.web import negotiate
from fedi_artisan.web.people.links import Links
from fedi_artisan.web.people.pages import Pages

nothing = {"status": 404, "reason": "", "spoken_here": (), "beyond_the_end": False, "links": Links("de")}
page = Pages(Config(origin="https://atelier.example")).render(
    "error.html", language="de", artisan=None, canonical="https://atelier.example/",
    address="https://atelier.example/?lang=de", document_uri=None,
    ai_refused=None, **nothing)
print(json.dumps({
    "languages": LANGUAGES,
    "day": facts.day(datetime.date(2025, 3, 1), "de"),
    "price": facts.price(Price(decimal.Decimal("1420.50"), "EUR"), "de-AT"),
    "dimensions": facts.dimensions(parse_dimensions("31.5 x 4 cm"), "de"),
    "there": facts.availability(Availability.AVAILABLE, "de"),
    "missing": facts.availability(Availability.SOLD, "de"),
    "open_graph": open_graph_name("de"),
    "browser": negotiate.preferred_language("de-CH, fr;q=0.8"),
    "page": page.decode(),
}))
"""


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a checkout says that has one file more: a German catalogue with three words."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("fedi_artisan", "templates", "static", "migrations"):
        (checkout / name).symlink_to(ROOT / name)
    (checkout / "locales").mkdir()
    (checkout / "locales" / "fr.po").write_bytes((folder("locales") / "fr.po").read_bytes())
    (checkout / "locales" / "de.po").write_text(GERMAN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=checkout, env=environment, check=True, capture_output=True, timeout=60
    )
    return json.loads(said.stdout)


def test_a_catalogue_is_all_that_a_language_needs(german: Any) -> None:
    """Days, prices and measures are German, the browser's wish is heard, and previews elsewhere know the country."""
    assert german["languages"] == ["fr", "en", "de"]
    assert german["day"].split() == ["1.", "März", "2025"]
    assert german["price"] == "1.420,50\N{NO-BREAK SPACE}€"
    assert german["dimensions"].replace("\N{NO-BREAK SPACE}", " ") == "H 31,5 × B 4 cm"
    assert german["open_graph"] == "de_DE"
    assert german["browser"] == "de"


def test_words_that_a_catalogue_does_not_have_are_english(german: Any) -> None:
    """A language that is half translated reads in English where it has no words yet."""
    assert (german["there"], german["missing"]) == ("erhältlich", "sold")
    assert "Nichts auf diesem Regal" in german["page"]
    assert "There is no page at this address." in german["page"]


def test_a_new_language_stands_in_the_list(german: Any) -> None:
    """Pages lead to the other languages, each by its own name, and to this one from elsewhere."""
    assert '<html lang="de" ' in german["page"]
    assert '<a href="?lang=fr" hreflang="fr" lang="fr" title="Français">' in german["page"]
    assert '<link rel="alternate" hreflang="de" href="https://atelier.example/?lang=de">' in german["page"]


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr", "fr"), ("fr-CH", "fr"), ("FR-ca", "fr"), ("en-Latn-US", "en"), ("de", None), ("frr", None), ("", None)],
)
def test_regions_are_understood(tag: str, code: str | None) -> None:
    """Whoever reads a language of some region is served with the one of ours, whatever its region."""
    assert language.nearest(tag) == code


def test_names_of_languages() -> None:
    """A language is called as its speakers call it, with a capital, and as OpenGraph wants it."""
    assert [language.own_name(code) for code in ("fr", "en", "de", "pt-BR", "x")] == [
        *("Français", "English", "Deutsch", "Português (Brasil)"),
        "x",
    ]
    assert [language.open_graph_name(code) for code in ("fr", "en", "de")] == ["fr_FR", "en_GB", "en_GB"]
    assert [language.direction(code) for code in ("fr", "en")] == ["ltr", "ltr"]


def test_an_empty_file_becomes_a_catalogue(tmp_path: Path) -> None:
    """`make words` fills an empty file with all there is to translate, and changes nothing when it runs again."""
    file = tmp_path / "de.po"
    file.touch()
    file.write_bytes(words.updated(file))
    catalogue = words.read(file)
    assert {message.id for message in catalogue} >= {"available", ("Material", "Materials"), "See the works"}
    assert not any(message.string for message in catalogue if message.id and not message.pluralizable)
    assert words.updated(file) == file.read_bytes()


def test_two_branches_come_together(tmp_path: Path) -> None:
    """What is not translated here is taken from the other side of a merge; what is translated here stays."""
    here, there = tmp_path / "de.po", tmp_path / "other" / "de.po"
    here.write_text('msgid "sold"\nmsgstr "verkauft"\n', encoding="utf-8")
    there.parent.mkdir()
    other = 'msgid "sold"\nmsgstr "weg"\n\nmsgid "Material"\nmsgid_plural "Materials"\nmsgstr[0] "M"\nmsgstr[1] "Ms"\n'
    there.write_text(other + '\nmsgctxt "letter of a measure"\nmsgid "W"\nmsgstr "B"\n', encoding="utf-8")
    here.write_bytes(words.updated(here, there))
    catalogue = words.read(here)
    assert [catalogue["sold"].string, catalogue["Material"].string] == ["verkauft", ("M", "Ms")]
    width = catalogue.get("W", "letter of a measure")
    assert width is not None
    assert width.string == "B"


def test_translations_outlive_their_neighbours(tmp_path: Path) -> None:
    """What is translated stays, what is said no more goes, and nothing new is guessed from what is like it."""
    file = tmp_path / "de.po"
    known = '# by hand\nmsgid "sold"\nmsgstr "verkauft"\n\nmsgid "not for sales"\nmsgstr "nicht zu verkaufen"\n'
    file.write_text(known, encoding="utf-8")
    text = words.updated(file).decode()
    assert '# by hand\n#: fedi_artisan/vocab/facts.py\nmsgid "sold"\nmsgstr "verkauft"\n' in text
    assert "sales" not in text
    assert 'msgid "not for sale"\nmsgstr ""\n' in text
    assert "fuzzy" not in text
    assert str(ROOT) not in text
