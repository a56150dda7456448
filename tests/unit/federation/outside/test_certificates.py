"""Certificates, as they are seen from outside."""

from pathlib import Path
from typing import Any

import pytest

from fedi_artisan.domain.house import Verdict
from fedi_artisan.services.house.world import Door
from tests.front import DAY, TRUSTED, authority, front, showing
from tests.unit.federation.outside.looking import BROKEN, LOOK, NAME, OK, said
from tests.unit.federation.outside.test_names import street_look

CERTIFICATES: dict[str, tuple[dict[str, Any], Verdict, str]] = {
    "fresh": ({}, OK, "It holds until"),
    "should have been renewed": ({"holds": (-80 * DAY, 10 * DAY)}, LOOK, "should have been renewed"),
    "expired": ({"holds": (-90 * DAY, -DAY)}, BROKEN, "has expired"),
    "of tomorrow": ({"holds": (DAY, 90 * DAY)}, BROKEN, "only from a later day on"),
    "another name": ({"name": "other.example"}, BROKEN, "of another name"),
    "signed by itself": ({"itself": True}, BROKEN, "vouches for itself"),
    "half a chain": ({"above": TRUSTED, "with_chain": False}, BROKEN, "fullchain.pem"),
    "the whole chain": ({"above": TRUSTED}, OK, "It holds until"),
    "nobody known": ({"above": ""}, BROKEN, "do not trust it"),
}


@pytest.mark.parametrize("given", CERTIFICATES)
async def test_certificates_are_looked_at(tmp_path: Path, given: str) -> None:
    """A fresh one is well; one that nobody renews is seen before it ends; one that nobody accepts is a fault."""
    made, verdict, words = CERTIFICATES[given]
    if "above" in made:
        signer = authority(f"Between, {given}", made["above"]) if made["above"] else authority("Nobody knows")
        made = {name: value for name, value in made.items() if name != "above"} | {"by": signer}
    async with front("http://127.0.0.1:1", tls=showing(tmp_path, **made)) as port:
        check = await street_look("certificate", {(NAME, 443): (Door("127.0.0.1", port),)})
    assert (check.verdict, words in said(check)) == (verdict, True), said(check)


async def test_the_certificate_of_photographs_is_looked_at(tmp_path: Path) -> None:
    """Where photographs have a name of their own, it needs a certificate as well; the first to end is told."""
    (tmp_path / "photographs").mkdir()
    photos = f"photos.{NAME}"
    ending = showing(tmp_path / "photographs", photos, holds=(-80 * DAY, 10 * DAY))
    async with (
        front("http://127.0.0.1:1", tls=showing(tmp_path)) as port,
        front("http://127.0.0.1:1", tls=ending) as other,
    ):
        doors = {(NAME, 443): (Door("127.0.0.1", port),), (photos, 443): (Door("127.0.0.1", other),)}
        check = await street_look("certificate", doors, media={"origin": f"https://{photos}"})
        wrong = await street_look(
            "certificate", {**doors, (photos, 443): doors[NAME, 443]}, media={"origin": f"https://{photos}"}
        )
    assert (check.verdict, photos in said(check)) == (LOOK, True), said(check)
    assert (wrong.verdict, "of another name" in said(wrong)) == (BROKEN, True), said(wrong)


async def test_plain_http_at_the_door_of_https_is_found(tmp_path: Path) -> None:
    """Where somebody answers who speaks no TLS, that is told, for the certificate and for the address."""
    async with front("http://127.0.0.1:1") as port:
        for name in ("certificate", "address"):
            check = await street_look(name, {(NAME, 443): (Door("127.0.0.1", port),)})
            assert (check.verdict, "does not speak https" in said(check)) == (BROKEN, True), said(check)
