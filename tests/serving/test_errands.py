"""What the authority may answer instead of a certificate, and what people are told of it."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from acme import errors as acme_errors
from acme import messages

from fedi_artisan.domain.certificates import Problem
from fedi_artisan.serving.certificates import order, ordering
from fedi_artisan.serving.certificates.errands import Errand
from tests.house import free_ports
from tests.serving.made import make


def errand(folder: Path, directory: str, *, ask_only: bool = False, ca_file: Path | None = None) -> Errand:
    """Return an errand to an authority."""
    return Errand(
        ask_only=ask_only,
        folder=folder,
        names=("atelier.example",),
        directory=directory,
        ca_file=ca_file,
        email=None,
        external_key_id=None,
        external_key=None,
    )


async def outcome(asked: Errand) -> dict[str, Any]:
    """Return what ends an errand."""
    return await asyncio.to_thread(order.run, asked)


@contextlib.asynccontextmanager
async def answering(
    status: str, body: object = None, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Give the address of somebody who answers everything so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            content = body if isinstance(body, str) else json.dumps(body)
            lines = {"Content-Length": str(len(content)), "Connection": "close", **(headers or {})}
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n{content}".encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/dir"


async def test_patience_that_is_asked_for_is_reported(tmp_path: Path) -> None:
    """Retry-After in seconds or as a date goes along with what the authority says."""
    limited = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many certificates already issued"}
    async with answering("429 Too Many Requests", limited, {"Retry-After": "7200"}) as directory:
        told = await outcome(errand(tmp_path, directory))
    assert (told["problem"], told["detail"]) == (Problem.LIMIT, "too many certificates already issued")
    wait = datetime.fromisoformat(told["wait_until"]) - datetime.now(UTC)
    assert timedelta(minutes=119) < wait <= timedelta(hours=2)
    async with answering("503 Busy", "busy", {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}) as directory:
        told = await outcome(errand(tmp_path, directory))
    assert told["problem"] is Problem.AUTHORITY
    assert told["wait_until"] == "2100-01-01T00:00:00+00:00"
    for nonsense in ("soon", "-1", "9" * 400, ""):
        async with answering("503 Busy", "busy", {"Retry-After": nonsense}) as directory:
            assert (await outcome(errand(tmp_path, directory)))["wait_until"] is None


@pytest.mark.parametrize("body", ["<html>", "", "[]", "3", "{}", '{"newNonce": 3}'], ids=str)
async def test_somebody_who_is_no_authority_is_told(tmp_path: Path, body: str) -> None:
    """A wrong address answers anything; it is one failure, with its problem, and never a fault of ours."""
    async with answering("200 OK", body) as directory:
        told = await outcome(errand(tmp_path, directory))
    assert told["problem"] in {Problem.AUTHORITY, Problem.OFFLINE}


async def test_an_authority_that_cannot_be_reached_or_believed_is_told(tmp_path: Path) -> None:
    """Nobody there, and somebody who cannot prove who he is, are two things."""
    [nobody] = free_ports(1)
    assert (await outcome(errand(tmp_path, f"https://127.0.0.1:{nobody}/dir")))["problem"] is Problem.OFFLINE
    maker = make()
    (tmp_path / "shown.pem").write_bytes(maker.certificate(("127.0.0.1",)))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "shown.pem")
    async with answering("200 OK", {}, tls=tls) as directory:
        assert (await outcome(errand(tmp_path, directory)))["problem"] is Problem.DISTRUST


async def test_the_authority_may_want_a_certificate_renewed_early(tmp_path: Path) -> None:
    """It is asked for the very certificate, and its window is where the renewal falls (RFC 9773)."""
    (tmp_path / "certificate.pem").write_bytes(make().certificate())
    window = {"start": "2026-11-28T00:00:00Z", "end": "2026-11-29T00:00:00Z"}
    async with (
        answering("200 OK", {"suggestedWindow": window}) as info,
        answering("200 OK", {"renewalInfo": info}) as directory,
    ):
        told = await outcome(errand(tmp_path, directory, ask_only=True))
        assert "2026-11-28" <= told["suggested"] <= "2026-11-29T00:00:00+00:00"
        heard = await ordering.go(errand(tmp_path, directory, ask_only=True), {})
        assert heard.suggested_at is not None
        assert heard.problem is None


async def test_a_broken_account_makes_way_for_a_new_one(tmp_path: Path) -> None:
    """A key that cannot be read is put aside, not thrown away, and readable by nobody else."""
    account = tmp_path / "account.pem"
    account.write_text("-----BEGIN")
    async with answering("200 OK", "<html>") as directory:
        await outcome(errand(tmp_path, directory))
        made = account.read_bytes()
        await outcome(errand(tmp_path, directory))
    assert account.read_bytes() == made
    assert account.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "account.pem.broken").read_text() == "-----BEGIN"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("dns", Problem.NAME),
        ("connection", Problem.UNREACHED),
        ("unauthorized", Problem.ELSEWHERE),
        ("incorrectResponse", Problem.ELSEWHERE),
        ("caa", Problem.FORBIDDEN),
        ("rateLimited", Problem.LIMIT),
        ("rejectedIdentifier", Problem.REFUSED),
        ("serverInternal", Problem.AUTHORITY),
    ],
)
def test_what_the_authority_saw_is_told(code: str, problem: Problem) -> None:
    """Each kind of failed challenge is one that people can do something about, with the name it is about."""
    failed = messages.AuthorizationResource.from_json(
        {
            "uri": "https://authority.example/1",
            "body": {
                "identifier": {"type": "dns", "value": "atelier.example"},
                "challenges": [
                    {"type": "dns-01", "url": "https://authority.example/2", "token": "a" * 43, "status": "pending"},
                    {
                        "type": "http-01",
                        "url": "https://authority.example/3",
                        "token": "a" * 43,
                        "status": "invalid",
                        "error": {"type": f"urn:ietf:params:acme:error:{code}", "detail": "it said so"},
                    },
                ],
            },
        }
    )
    told = order.explained(acme_errors.ValidationError([failed]), 200)
    assert told == (problem, "atelier.example: it said so")


@pytest.mark.parametrize(
    ("error", "status", "problem"),
    [
        (messages.Error.with_code("unauthorized", detail="deactivated"), 403, Problem.ACCOUNT),
        (messages.Error.with_code("externalAccountRequired"), 403, Problem.ACCOUNT),
        (messages.Error.with_code("rejectedIdentifier"), 400, Problem.REFUSED),
        (messages.Error.with_code("badNonce"), 400, Problem.AUTHORITY),
        (messages.Error.with_code("malformed"), 503, Problem.AUTHORITY),
        (messages.Error.from_json({"type": "about:blank"}), 429, Problem.LIMIT),
        (acme_errors.IssuanceError(messages.Error.with_code("caa")), 200, Problem.FORBIDDEN),
        (acme_errors.TimeoutError(), 200, Problem.AUTHORITY),
        (OSError(28, "No space left on device"), 200, Problem.DISK),
        (ZeroDivisionError(), 200, Problem.BROKEN),
    ],
    ids=repr,
)
def test_every_failure_has_its_problem(error: Exception, status: int, problem: Problem) -> None:
    """Whatever the library raises is one of the things that people are told."""
    assert order.explained(error, status)[0] is problem


@pytest.mark.parametrize("token", ["../secret", "a/b", "", "a b", "a" * 300, "a\n", "%2e%2e"])
def test_a_token_that_is_none_is_never_shown(token: str) -> None:
    """The authority chooses what stands in a path at our door; it may only be what ACME allows."""
    challenges: dict[str, str] = {}
    with pytest.raises(ValueError, match="no challenge"):
        ordering.show({"show": token, "text": "text"}, challenges)
    assert challenges == {}
