"""Figures for a monitoring system, in the form of Prometheus, at a door of their own.

Imported only where they are wanted: the library takes a twentieth of a second of the start, and memory.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import accumulate
from socket import socket
from typing import TypeVar

import uvicorn
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from fedi_artisan import __version__
from fedi_artisan.config import Config
from fedi_artisan.domain.clock import utc_now
from fedi_artisan.domain.tally import STEPS_S, Durations
from fedi_artisan.services.refusals import Refusals
from fedi_artisan.services.vitals import Vitals
from fedi_artisan.storage import standing
from fedi_artisan.storage.standing import Standing

_Labels = TypeVar("_Labels", bound=tuple[str, ...])

PATH = "/metrics"
_PREFIX = "fedi_artisan_"
_KEEP_ALIVE_S = 5
_GRACE_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One server whose figures are read.

    Args:
        config: its settings.
        vitals: how it is.
        refusals: what it refused.
        connections: returns how many are open to it.
    """

    config: Config
    vitals: Vitals
    refusals: Refusals
    connections: Callable[[], int]


@contextlib.asynccontextmanager
async def shown(watched: Watched, doors: Sequence[socket]) -> AsyncIterator[None]:
    """Let the figures be read at these sockets, which are closed at the end, while the block lasts."""
    server = _Door(watched)
    serving = asyncio.create_task(server.serve(sockets=list(doors)))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


async def exposition(watched: Watched) -> bytes:
    """Return all figures as Prometheus reads them; those of the database are left out where it cannot be read."""
    vitals = watched.vitals
    lacking = await vitals.lacking()
    stands = None
    if vitals.db is not None and "database" not in lacking:
        stands = await standing.look(vitals.db, watched.config.database, utc_now())
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(watched, stands, ready=not lacking))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Door(uvicorn.Server):
    """A small server of its own beside the other, which hears signals for both."""

    def __init__(self, watched: Watched) -> None:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await (await _answer(watched, scope))(scope, receive, send)

        super().__init__(
            uvicorn.Config(
                answer,
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="off",
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the other one."""
        yield


async def _answer(watched: Watched, scope: Scope) -> Response:
    """Return the figures, to whoever asks at their address."""
    if scope["path"] != PATH:
        return PlainTextResponse(f"Figures are at {PATH}.\n", HTTPStatus.NOT_FOUND)
    if scope["method"] not in {"GET", "HEAD"}:
        return PlainTextResponse("Only to be read.\n", HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
    return Response(await exposition(watched), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class _Figures(Collector):
    """All figures at one moment. A class because the library wants one."""

    def __init__(self, watched: Watched, stands: Standing | None, *, ready: bool) -> None:
        self._watched = watched
        self._stands = stands
        self._ready = ready

    def collect(self) -> Iterator[Metric]:
        """Give one metric after another."""
        tally, loops = self._watched.vitals.tally, self._watched.vitals.loops
        yield _gauge("info", "Which version runs; always 1.", 1, version=__version__)
        yield _gauge("ready", "Whether visitors should be sent here (1) or not (0), as /readyz says.", self._ready)
        yield _gauge("connections", "Connections that are open to visitors and other servers.", self._connections())
        yield _gauge("tasks", "What is under way at this moment, asyncio's own count.", len(asyncio.all_tasks()))
        yield _durations(
            "request_duration_seconds",
            "How long answering took.",
            ("part", "method", "status"),
            tally.requests,
        )
        kept = {("hit",): tally.kept_hits, ("miss",): tally.kept_misses}
        yield _counter("kept_answers", "Pages that were kept (hit), or had to be made (miss).", ("result",), kept)
        refused = {(str(kind),): count for kind, count in self._watched.refusals.since_start.items()}
        yield _counter("refused", "What was refused or put off, to bear the rest.", ("reason",), refused)
        arrivals = {(_snake(name),): count for name, count in tally.arrivals.items()}
        yield _counter("inbox_arrivals", "What came to the inbox, and what was said to it.", ("result",), arrivals)
        yield _counter("inbox_processed", "What took effect, and how it ended.", ("type", "result"), tally.processed)
        yield _counter("deliveries", "Tries to send, and what came of them.", ("result",), _alone(tally.deliveries))
        yield _durations(
            "photograph_duration_seconds",
            "How long making the pictures of a photograph took.",
            ("result",),
            {(name,): durations for name, durations in tally.photographs.items()},
        )
        yield _counter(
            "loop_restarts", "Failures of loops, which were started again.", ("loop",), _alone(loops.restarts)
        )
        yield from self._of_the_database()
        ends = self._watched.vitals.certificate_ends()
        if ends is not None:
            yield _gauge("certificate_end_timestamp_seconds", "When the certificate ends.", ends.timestamp())

    def _connections(self) -> int:
        return self._watched.connections()

    def _of_the_database(self) -> Iterator[Metric]:
        """Give what is known of the database, where it can be read."""
        stands, db = self._stands, self._watched.vitals.db
        if stands is None or db is None:
            return
        yield _gauge("inbox_waiting", "What arrived and has not taken effect.", stands.arrivals)
        yield _gauge("deliveries_waiting", "What is to be sent.", stands.deliveries)
        yield _gauge("photographs_waiting", "Photographs of which pictures are to be made.", stands.photographs)
        yield _gauge("quiet_hosts", "Other servers that do not answer and are left in peace.", stands.quiet_hosts)
        yield _gauge("database_bytes", "How large the database is.", stands.file_bytes)
        yield _gauge("database_wal_bytes", "What was written and is not in its main file yet.", stands.wal_bytes)
        yield _durations("database_write_wait_seconds", "How long writing waits for its turn.", (), {(): db.waits})
        if stands.copied_at is not None:
            yield _gauge("backup_timestamp_seconds", "When a copy was made last.", stands.copied_at.timestamp())


def _alone(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """Return counts by one label."""
    return {(name,): count for name, count in counts.items()}


def _gauge(name: str, words: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, words, labels=list(labels))
    family.add_metric(list(labels.values()), float(value))
    return family


def _counter(name: str, words: str, labels: tuple[str, ...], counts: Mapping[_Labels, int]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, words, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(values, count)
    return family


def _durations(name: str, words: str, labels: tuple[str, ...], known: Mapping[_Labels, Durations]) -> Metric:
    family = HistogramMetricFamily(_PREFIX + name, words, labels=labels)
    for values, durations in sorted(known.items()):
        upto = accumulate(durations.counts)
        buckets = [(str(step), float(count)) for step, count in zip((*STEPS_S, "+Inf"), upto, strict=True)]
        family.add_metric(values, buckets, durations.total_s)
    return family


def _snake(name: str) -> str:
    """Return the name of a failure as labels are written: bad_signature for BadSignature."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
