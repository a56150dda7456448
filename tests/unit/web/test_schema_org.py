"""What search engines are told."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.terms import Licence, OwnTerms
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Series, Work
from fedi_artisan.web.programs import schema_org
from tests.photos import photo

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ARTISAN = Artisan(
    id=1, uid="a1", username="maria", name="Maria", summary="", language="en", created_at=NOW, updated_at=NOW
)
URIS = Uris("https://atelier.example")
PERSON = {
    "@type": "Person",
    "@id": "https://atelier.example/@maria#artisan",
    "name": "Maria",
    "url": "https://atelier.example/@maria",
}
PRICE = Price(Decimal(420), "EUR")


def _of(draft: Draft, series: Series | None = None) -> dict[str, object]:
    work = Work(id=1, uid="w1", slug="moon-jar", artisan_id=1, draft=draft, series=series, published_at=NOW)
    return schema_org.of_work(work, ARTISAN, URIS, "en")


@pytest.mark.parametrize(
    ("availability", "word"),
    [
        (Availability.AVAILABLE, "https://schema.org/InStock"),
        (Availability.SOLD, "https://schema.org/SoldOut"),
        (Availability.ON_COMMISSION, "https://schema.org/MadeToOrder"),
        (None, None),
    ],
)
def test_priced_work_is_offered(availability: Availability | None, word: str | None) -> None:
    """WIRE 9: a work with a price is a Product too, with its price as a decimal text and its availability."""
    said = _of(Draft(title="Moon jar", price=PRICE, availability=availability))
    offer = said["offers"]
    assert said["@type"] == ["VisualArtwork", "Product"]
    assert isinstance(offer, dict)
    assert (offer["price"], offer["priceCurrency"], offer.get("availability")) == ("420.00", "EUR", word)


@pytest.mark.parametrize(
    "draft", [Draft(title="Jar"), Draft(title="Jar", price=PRICE, availability=Availability.NOT_FOR_SALE)]
)
def test_what_is_not_for_sale_is_not_offered(draft: Draft) -> None:
    """A work without a price, or not for sale, is an artwork and no product."""
    said = _of(draft)
    assert said["@type"] == "VisualArtwork"
    assert "offers" not in said


def test_measures_are_quantities() -> None:
    """A diameter is width and depth; a length, for which there is no word, stays out."""
    measures = (("height", Decimal("29.3")), ("diameter", Decimal("30.5")), ("length", Decimal(3)))
    said = _of(Draft(title="Jar", dimensions=Dimensions(measures, "cm")))
    expected = {"height": 29.3, "width": 30.5, "depth": 30.5}
    assert {name: said[name] for name in expected} == {
        name: {"@type": "QuantitativeValue", "value": value, "unitCode": "CMT"} for name, value in expected.items()
    }
    assert "length" not in said


def test_series_and_maker_are_named() -> None:
    """The work is by its maker and part of its series, each with the address of its page."""
    said = _of(Draft(title="Jar"), Series(uid="s1", slug="moons", name="Moons"))
    assert said["creator"] == PERSON
    assert said["isPartOf"] == {
        "@type": "CreativeWorkSeries",
        "name": "Moons",
        "url": "https://atelier.example/series/moons",
    }


def _images(draft: Draft) -> list[dict[str, Any]]:
    images = _of(draft)["image"]
    assert isinstance(images, list)
    return images


def test_photographs_say_whose_they_are() -> None:
    """Each photograph stands there with its address, size, words, maker and credit: what Google wants to know of it."""
    shown = (photo(1, alt="Une jarre", language="fr"), photo(2, width_px=900, height_px=600))
    first, second = _images(Draft(title="Jar", language="fr", photos=shown))
    assert first == {
        "@type": "ImageObject",
        "contentUrl": f"https://atelier.example/media/{shown[0].post.file}",
        "encodingFormat": "image/jpeg",
        "width": "2560 px",
        "height": "1920 px",
        "caption": "Une jarre",
        "creator": PERSON,
        "creditText": "Maria",
        "copyrightHolder": PERSON,
        "copyrightNotice": "© Maria",
        "acquireLicensePage": "https://atelier.example/works/moon-jar",
    }
    assert (second["width"], second["height"]) == ("900 px", "600 px")
    assert "caption" not in second


def test_visible_caption_comes_before_the_description() -> None:
    """What stands below a photograph is its caption; what it shows only where nothing stands there."""
    shown = dataclasses.replace(photo(1, alt="A jar"), captions={"en": "The jar, before firing"})
    assert [image["caption"] for image in _images(Draft(title="Jar", photos=(shown,)))] == ["The jar, before firing"]


@pytest.mark.parametrize("licence", list(Licence))
def test_photographs_have_a_licence_or_a_page_to_ask(licence: Licence) -> None:
    """A licence is given by its address; where all rights are reserved the work's page is the place to ask.

    It is of the photographs alone: nobody may copy the jar because he may share its picture.
    """
    draft = Draft(title="Jar", photos=(photo(1),), terms=OwnTerms(licence=licence))
    (image,) = _images(draft)
    assert image.get("license") == licence.url
    assert ("acquireLicensePage" in image) == (licence is Licence.ALL_RIGHTS_RESERVED)
    assert ("copyrightNotice" in image) == (licence is not Licence.CC0)
    said = _of(draft)
    assert "license" not in said
    assert (said["copyrightHolder"], said["copyrightNotice"], said["creditText"]) == (PERSON, "© Maria", "Maria")
