"""A data folder of its own for each test, and the example photographs."""

from pathlib import Path

import pytest
import pyvips

from fedi_artisan.config import Config

PHOTOS = Path(__file__).parents[2] / "data" / "photos"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings with the defaults and an empty data folder."""
    return Config(origin="https://atelier.example", data_dir=tmp_path / "data")


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of example photographs."""
    return PHOTOS


@pytest.fixture(scope="session")
def large_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of 24 megapixels with grain."""
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    grain = pyvips.Image.gaussnoise(6000, 4000, mean=128, sigma=12).cast("uchar")
    grain.bandjoin([grain, grain]).copy(interpretation="srgb").jpegsave(str(path), Q=85)
    return path
