"""Photographs in a bucket: left out of a backup and told, or fetched into it."""

import json
from pathlib import Path

from fedi_artisan.services.backups.orders import Order
from fedi_artisan.services.backups.restoring import look, restore
from tests.backups.furnished import NO_KEYS, Home
from tests.bucket_service import BucketService
from tests.house import free_ports


async def test_what_lies_in_a_bucket(home: Home, bucket_service: BucketService, tmp_path: Path) -> None:
    """By itself a backup leaves them out, says how many, and is restored all the same; asked for, they are in it."""
    files, settings = home.files(), bucket_service.settings
    del settings["originals_bucket"]
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    home.file.write_text(f"{home.file.read_text()}[media]\n{lines}", encoding="utf-8")
    for name, content in files.items():
        if name.startswith("media/"):
            bucket_service.door().put(f"media/{Path(name).name}", content)
            (home.config.data_dir / name).unlink()
    without = await home.back_up(Order(to=tmp_path / "without.tar"))
    pictures = {name for name in files if name.startswith("media/")}
    assert without.about.left_out == len(pictures)
    assert look(without.file, NO_KEYS).photographs == len(files) - len(pictures) - 2
    whole = await home.back_up(Order(to=tmp_path / "whole.tar", with_bucket=True))
    assert (whole.about.left_out, whole.missing, whole.damaged) == (0, (), ())
    restore(whole.file, tmp_path / "again", NO_KEYS)
    assert Home(tmp_path / "again").files() == files


async def test_a_bucket_that_is_away_takes_no_backup_away(
    home: Home, bucket_service: BucketService, tmp_path: Path
) -> None:
    """What lies in the bucket is not in it anyway: that nothing can be tidied there does not make it a failure."""
    settings = bucket_service.settings | {"bucket_endpoint": f"http://127.0.0.1:{free_ports(1)[0]}"}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    home.file.write_text(f"{home.file.read_text()}[media]\n{lines}", encoding="utf-8")
    made = await home.back_up(Order(to=tmp_path / "gathered", gathers=True))
    assert made.about.left_out > 0
    assert look(made.file, NO_KEYS).photographs == 0
