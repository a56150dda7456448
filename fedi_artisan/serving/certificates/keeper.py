"""Looking after the certificate: when the authority is asked, what visitors are shown, and what people are told."""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fedi_artisan import disk
from fedi_artisan.config import Config
from fedi_artisan.domain import certificates
from fedi_artisan.domain.certificates import Problem, Standing
from fedi_artisan.domain.clock import Clock
from fedi_artisan.services.house import in_words
from fedi_artisan.services.house.certificate import next_try, why
from fedi_artisan.serving.certificates import errands, ordering
from fedi_artisan.serving.certificates.shown import Shown

_log = logging.getLogger(__name__)

# How often the clock is looked at: it may jump, and another certificate may have been laid into the folder.
_LOOK_EVERY_S = 60.0
# How often the authority is asked when it wants the certificate renewed (RFC 9773), which may be early.
_ASK_EVERY = timedelta(days=1)
# The language of the terminal.
_LANGUAGE = "en"


class Keeper:
    """Looks after the certificate of one server. A class because it remembers how it stands.

    Args:
        config: all settings.
        challenges: what the plain door answers to whom; filled while the authority is asked.
        clock: what time it is.
    """

    def __init__(self, config: Config, challenges: MutableMapping[str, str], clock: Clock) -> None:
        self._config = config
        self._challenges = challenges
        self._clock = clock
        self._shown = Shown(config.tls_dir / errands.CERTIFICATE)
        self._names = _names(config)
        self._authority = certificates.authority_of(config.tls.directory)
        self._standing = Standing()
        self._suggested_at: datetime | None = None
        self._just_started = True
        self._woken = asyncio.Event()

    @property
    def context(self) -> ssl.SSLContext:
        """How TLS is spoken at the door."""
        return self._shown.context

    @property
    def is_ready(self) -> bool:
        """Whether there is a certificate, so that visitors can come in."""
        return self._shown.certificate is not None

    @property
    def ends(self) -> datetime | None:
        """When the certificate that is shown ends; None where there is none."""
        return None if self._shown.certificate is None else self._shown.certificate.ends

    def wake(self) -> None:
        """Have it look at the clock now."""
        self._woken.set()

    async def look(self) -> None:
        """Show what lies in the folder, and remember how it stood."""
        file = self._config.tls_dir / certificates.STATE
        try:
            self._standing = certificates.read(await asyncio.to_thread(file.read_text, encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read, and is begun anew: %s", file, error)
        self._refresh()

    async def run(self) -> None:
        """Look after it until cancelled."""
        while True:
            try:
                await self._go_round()
            except Exception:  # noqa: BLE001 - a boundary: without a certificate nobody comes in, so it is looked at again
                _log.exception("the certificate could not be looked after")
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                continue
            self._woken.clear()

    async def _go_round(self) -> None:
        """Do what is due."""
        just_started, self._just_started = self._just_started, False
        self._refresh()
        seen_at = self._standing.seen_at
        if self.is_ready and (seen_at is None or abs(self._clock() - seen_at) >= _ASK_EVERY):
            await self._ask()
        now = self._clock()
        if now >= self._due(now, just_started=just_started):
            await self._order()
        elif just_started and self._standing.failures:
            self._tell()

    def _refresh(self) -> None:
        """Show what lies in the folder now; where it is broken or not there, it will be ordered."""
        had_one = self.is_ready
        try:
            self._shown.refresh()
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            if not had_one:
                _log.warning(
                    "the certificate in %s cannot be used, and is ordered anew: %s", self._config.tls_dir, error
                )

    def _is_urgent(self, now: datetime) -> bool:
        """Whether nobody can come in: there is no certificate, or none for these names, or it holds no more.

        One of another authority than the settings name counts as none: often it was asked to try things out.
        """
        shown, directory = self._shown.certificate, self._config.tls.directory
        if shown is None or self._standing.directory not in {None, directory}:
            return True
        return not shown.names.issuperset(self._names) or shown.ends <= now

    def _due(self, now: datetime, *, just_started: bool = False) -> datetime:
        """Return when the authority is to be asked for the next one."""
        shown, is_urgent = self._shown.certificate, self._is_urgent(now)
        if shown is None or is_urgent:
            needed_at = now
        else:
            needed_at = certificates.renewal(shown.begins, shown.ends, shown.spread)
            needed_at = min(needed_at, self._suggested_at or needed_at)
        return certificates.due(self._standing, now, needed_at, urgent=is_urgent, just_started=just_started)

    async def _ask(self) -> None:
        """Ask the authority when it wants the certificate renewed; where it does not say, it is as usual."""
        outcome = await ordering.go(self._errand(ask_only=True), self._challenges)
        self._suggested_at = outcome.suggested_at
        await self._note(replace(self._standing, seen_at=self._clock()))

    async def _order(self) -> None:
        """Ask for a certificate, show it, and say what came of it."""
        names = ", ".join(self._names)
        _log.info("asking %s for a certificate for %s; its terms are accepted by --tls", self._authority, names)
        begun = certificates.begun(self._standing, self._clock())
        try:
            # What could not be written down is not begun: a server that starts again and again must not ask each time.
            await self._note(begun)
        except OSError as error:
            self._standing = certificates.failed(begun, Problem.DISK, str(error), None)
        else:
            await self._note(await self._come_back(begun))
        if self._standing.problem is None and self._standing.ends is not None:
            _log.info("the certificate is there, and holds until %s", self._standing.ends.date())
        else:
            self._tell()

    async def _come_back(self, begun: Standing) -> Standing:
        """Go to the authority, and return how it stands then."""
        outcome = await ordering.go(self._errand(ask_only=False), self._challenges)
        if outcome.problem is not None:
            return certificates.failed(begun, outcome.problem, outcome.detail, outcome.wait_until)
        self._refresh()
        self._suggested_at = None
        self._standing = certificates.succeeded(begun, self._config.tls.directory, self._clock())
        if self._is_urgent(self._clock()):
            # Else it would be asked again at once, and for ever.
            return certificates.failed(begun, Problem.BROKEN, "what it sent cannot be used at this time", None)
        return self._standing

    def _errand(self, *, ask_only: bool) -> errands.Errand:
        tls = self._config.tls
        return errands.Errand(
            ask_only=ask_only,
            folder=self._config.tls_dir,
            names=self._names,
            directory=tls.directory,
            ca_file=tls.ca_file,
            email=tls.email,
            external_key_id=tls.external_key_id,
            external_key=tls.external_key,
        )

    async def _note(self, standing: Standing) -> None:
        """Remember how it stands, and write it down.

        Raises:
            OSError: it cannot be written.
        """
        self._standing, shown = standing, self._shown.certificate
        self._standing = replace(
            standing,
            names=self._names,
            begins=shown.begins if shown else None,
            ends=shown.ends if shown else None,
            next_at=self._due(self._clock()),
        )
        text = certificates.written(self._standing).encode()
        await asyncio.to_thread(disk.put, self._config.tls_dir / certificates.STATE, text)

    def _tell(self) -> None:
        """Say why there is no certificate, what to do, and when it is tried again."""
        told = why(self._standing, self._authority)
        now = self._clock()
        again = next_try(self._due(now), now)
        state = "there is no certificate" if self._is_urgent(now) else "the certificate could not be renewed yet"
        _log.warning("%s. %s", state, " ".join(in_words(sentence, _LANGUAGE) for sentence in (*told, again)))


def _names(config: Config) -> tuple[str, ...]:
    """Return for what the certificate is to be: the host of the origin, and what else leads here."""
    return tuple(dict.fromkeys(map(_usual, (urlsplit(config.origin).hostname or "", *config.tls.also_for))))


def _usual(host: str) -> str:
    """Return *host* as certificates write it."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host
