"""What a reader has before she types the commands of a page: a portfolio, files, and what the page takes as done."""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from fedi_artisan.config import load
from fedi_artisan.domain.actors import RemoteActor
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.resources import folder
from fedi_artisan.storage import actors, artisans, followers
from fedi_artisan.storage.db import Database
from tests.docs.pages import ROOT

PORT = 8099
ORIGIN, HOST = f"http://127.0.0.1:{PORT}", f"127.0.0.1:{PORT}"
# Where the service has its things; and the house that comes back to a machine on which it is not yet.
_USUAL, _USUAL_DATA = "etc/fedi-artisan/config.toml", "var/lib/fedi-artisan"
_FORMER, _FORMER_DATA = "former/config.toml", "former/data"
_COMES_BACK = "docs/backups.md"
_PLACES = ("/etc/", "/var/lib/", "/var/tmp/")  # noqa: S108 - of the machine, which is in a folder of this test
# What a machine has.
_FOLDERS = (
    *("etc/nginx/sites-available", "etc/nginx/sites-enabled", "etc/apache2/sites-available", "etc/caddy"),
    *("var/lib", "var/tmp"),
)
_PHOTOS = {"jar.jpg": "bowl-tiny.jpg", "detail.jpg": "bowls-tiny.jpg", "better.jpg": "bowl-small.jpg"}
_TEXTS = ("moon-jar.md", "moon-jar.en.md", "about.md", "about-en.md", "about.en.md", "lunes.md", "moons.md", "legal.md")

_PUBLISH = "fedi-artisan publish --photo jar.jpg --alt pot --photo detail.jpg --alt pied"
_BEFORE = {
    "docs/photographs.md": (f"{_PUBLISH} --photo jar.jpg --alt bord --title 'Bol blanc'",),
    "docs/portfolio.md": (
        f"{_PUBLISH} --title 'Lune' --material grès --series Lunes",
        "fedi-artisan publish --title 'Bol'",
        "fedi-artisan publish --title 'Jarre'",
        "fedi-artisan page write --title Tarifs --text about.md",
    ),
    "docs/trouble.md": ("fedi-artisan publish --title 'Bol'",),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A machine in a folder, at which somebody sits with a page before her."""

    page: str
    folder: Path

    @property
    def root(self) -> Path:
        """Stands for / of the machine."""
        return self.folder / "root"

    @property
    def desk(self) -> Path:
        """Where she sits."""
        return self.folder / "desk"

    @property
    def config(self) -> Path:
        """The settings of the portfolio."""
        return self.root / (_FORMER if self.page == _COMES_BACK else _USUAL)

    def before(self) -> tuple[str, ...]:
        """Return what she has typed earlier."""
        return _BEFORE.get(self.page, ())

    def here(self, text: str) -> str:
        """Return what the page says as it is said on this machine: in a folder, at an address that is possible here."""
        replaced = {
            ".venv/bin/fedi-artisan": "fedi-artisan",
            "https://atelier.example": ORIGIN,
            "atelier.example": HOST,
            "fedi-artisan install-service": f"fedi-artisan install-service --prefix '{self.root}'",
            **{place: f"{self.root}{place}" for place in _PLACES},
        }
        return re.sub("|".join(map(re.escape, replaced)), lambda found: replaced[found[0]], text)

    def lay_out(self, portfolio: Path) -> None:
        """Put everything in its place; *portfolio* is one that was made, with its settings beside its data."""
        for name in _FOLDERS:
            (self.root / name).mkdir(parents=True)
        self.config.parent.mkdir(parents=True)
        data = self.root / (_FORMER_DATA if self.page == _COMES_BACK else _USUAL_DATA)
        shutil.copytree(portfolio / "data", data)
        settings = (portfolio / "config.toml").read_text(encoding="utf-8").replace('"data"', f'"{data}"')
        self.config.write_text(settings, encoding="utf-8")
        self.desk.mkdir()
        photos = ROOT / "tests" / "data" / "photos"
        for name, source in _PHOTOS.items():
            shutil.copy(photos / source, self.desk / name)
        shutil.copy(ROOT / "static" / "app-192.png", self.desk / "mark.png")
        for name in _TEXTS:
            (self.desk / name).write_text(f"What stands in {name}.", encoding="utf-8")
        (self.desk / "deploy").mkdir()
        if self.page == "docs/trouble.md":
            asyncio.run(_be_followed(self.config))


async def _be_followed(config: Path) -> None:
    """Have somebody follow the artisan who lives at social.example."""
    uri = "https://social.example/users/bob"
    bob = RemoteActor(uri=uri, type="Person", username="bob", inbox_url=f"{uri}/inbox")
    db = await Database.open(load(config).database, folder("migrations"), readers=1)
    try:
        async with db.write() as tx:
            [artisan] = await artisans.list_all(tx)
            known = await actors.put(tx, bob, utc_now())
            await followers.put(tx, artisan.id, known, f"{uri}#follow", utc_now())
    finally:
        await db.close()
