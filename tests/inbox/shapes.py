"""The shapes of `tests/data/<software>/`, brought to life: their hosts become running servers, their keys real ones."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedi_artisan.domain.clock import utc_now
from fedi_artisan.services import following
from fedi_artisan.services.followers import Known
from fedi_artisan.storage import actors
from fedi_artisan.vocab.actors import parse_actor
from tests.house import House
from tests.neighbour import Neighbour, key, pem

DATA = Path(__file__).parents[1] / "data"
US = "https://atelier.example/ap/actors/01jc7maria00000000000000aa"
WORK = "https://atelier.example/ap/works/01jc8zmoonjar000000000000b"
OUR_FOLLOW = "https://atelier.example/ap/activities/01jd0000000000000000000001"


def shapes(*names: str) -> list[tuple[str, str]]:
    """Return software and name of every shape that is called one of *names*, in which `*` stands for anything."""
    files = (path for name in names for path in DATA.glob(f"*/{name}.json") if path.parent.name != "golden")
    return sorted((path.parent.name, path.stem) for path in files)


@dataclass(frozen=True, slots=True)
class Visitor:
    """An actor of one kind of server, living at the neighbour's."""

    software: str
    house: House
    neighbour: Neighbour
    work: str
    private: RSAPrivateKey

    def read(self, name: str, our_follow: str = OUR_FOLLOW) -> dict[str, Any]:
        """Return a shape with living addresses."""
        text = (DATA / self.software / f"{name}.json").read_text(encoding="utf-8")
        text = text.replace(US, self.house.actor_uri).replace(WORK, self.work).replace(OUR_FOLLOW, our_follow)
        home = re.search(r"https://[^/\"?]+", _sender(json.loads(text)))
        assert home is not None
        read: dict[str, Any] = json.loads(text.replace(home[0], self.neighbour.origin))
        return read

    def actor(self) -> dict[str, Any]:
        """Return the actor's document, with a real key."""
        document = self.read("actor")
        document["publicKey"]["publicKeyPem"] = pem(self.private)
        return document

    @property
    def uri(self) -> str:
        """The actor's id."""
        return str(self.actor()["id"])

    async def send(self, activity: dict[str, Any]) -> tuple[str, str]:
        """Send an activity to the shared inbox, and return what came of it once it has taken effect."""
        actor = self.actor()
        status, text = await self.neighbour.send(
            self.neighbour.person("nobody"),
            self.house.uris.shared_inbox,
            activity,
            key_id=actor["publicKey"]["id"],
            private=self.private,
        )
        assert status == 202, text
        await self.house.quiet()
        answer = await self.house.answer(activity)
        assert answer is not None, f"{activity['id']} was not stored"
        return answer

    async def is_followed(self) -> str:
        """Let our artisan ask to follow the actor; return the id of the Follow."""
        async with self.house.db.write() as tx:
            actor = parse_actor(self.actor())
            known = Known(await actors.put(tx, actor, utc_now()), actor)
            await following.request(tx, self.house.uris, self.house.artisan, known, utc_now())
        return str(await self.house.value("SELECT follow_uri FROM following"))


def _sender(document: dict[str, Any]) -> str:
    """Return who a document is by, or who it is."""
    actor = document.get("actor", document)
    return str(actor["id"] if isinstance(actor, dict) else actor)


def visit(software: str, house: House, neighbour: Neighbour, work: str) -> Visitor:
    """Let an actor of this software live at *neighbour*."""
    visitor = Visitor(software, house, neighbour, work, key(2))
    neighbour.serve(visitor.actor())
    if software == "bookwyrm":
        # Its key's id has a slash that the actor's has not; the server gives the actor at both.
        neighbour.serve(visitor.actor(), at=f"{visitor.uri}/")
    if software == "gotosocial":
        # Its key stands at an address of its own, which gives a stub of the actor (WIRE 2.4 step 7).
        stub = {**visitor.read("actor_stub"), "publicKey": visitor.actor()["publicKey"]}
        neighbour.serve(stub, at=stub["publicKey"]["id"])
    return visitor
