"""What search engines are told."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Series, Work
from fedi_artisan.web import schema_org

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ARTISAN = Artisan(
    id=1, uid="a1", username="maria", name="Maria", summary="", language="en", created_at=NOW, updated_at=NOW
)
PRICE = Price(Decimal(420), "EUR")


def _of(draft: Draft, series: Series | None = None) -> dict[str, object]:
    work = Work(id=1, uid="w1", slug="moon-jar", artisan_id=1, draft=draft, series=series, published_at=NOW)
    return schema_org.of_work(work, ARTISAN, Uris("https://atelier.example"))


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
    assert said["creator"] == {"@type": "Person", "name": "Maria", "url": "https://atelier.example/@maria"}
    assert said["isPartOf"] == {
        "@type": "CreativeWorkSeries",
        "name": "Moons",
        "url": "https://atelier.example/series/moons",
    }
