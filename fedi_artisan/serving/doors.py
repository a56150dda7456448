"""The sockets at which a server listens; they stay open while one server makes way for the next."""

import contextlib
import errno
import socket
from collections.abc import Sequence

from fedi_artisan.config import Config, address_in
from fedi_artisan.errors import BadConfig

# What a machine says that has no IPv6, or not this address.
_NOT_HERE = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


class Doors:
    """Opens sockets and keeps them open. A class because they are closed together, and handed on."""

    def __init__(self) -> None:
        self._opened: dict[str, list[socket.socket]] = {}

    def open_for(self, config: Config) -> None:
        """Open what these settings want, and leave open what is open already.

        Raises:
            BadConfig: somebody else has such an address, or it is not ours to have; it says what to do.
        """
        for setting, places in _wanted(config).items():
            for place in places:
                if place not in self._opened:
                    self._opened[place] = _opened_at(setting, place, others=places)
            if not any(self._opened[place] for place in places):
                raise BadConfig(f"{setting}: this machine has none of the addresses {', '.join(places)}")

    def close_but(self, config: Config) -> None:
        """Close what these settings do not want any more."""
        for place in self._opened.keys() - {place for places in _wanted(config).values() for place in places}:
            for one in self._opened.pop(place):
                one.close()

    def at(self, *places: str) -> list[socket.socket]:
        """Return the sockets of each HOST:PORT, for a server that may close what it is given."""
        return [one.dup() for place in places for one in self._opened[place]]

    def close(self) -> None:
        """Close all of them."""
        for opened in self._opened.values():
            for one in opened:
                one.close()


def visitors_come_to(config: Config) -> Sequence[str]:
    """Return where visitors come to, each as HOST:PORT."""
    return config.tls.listen if config.tls.enabled else (config.listen,)


def visitors_are_sent_on_from(config: Config) -> Sequence[str]:
    """Return where visitors come without TLS, who are sent on; nowhere where another server stands in front."""
    return config.tls.plain_listen if config.tls.enabled else ()


def _wanted(config: Config) -> dict[str, Sequence[str]]:
    """Return where to listen, by the setting that says so."""
    wanted: dict[str, Sequence[str]] = {
        "metrics.listen": () if config.metrics.listen is None else (config.metrics.listen,)
    }
    if config.tls.enabled:
        wanted |= {"tls.listen": config.tls.listen, "tls.plain_listen": config.tls.plain_listen}
    else:
        wanted |= {"listen": (config.listen,)}
    return {setting: places for setting, places in wanted.items() if places}


def _opened_at(setting: str, place: str, *, others: Sequence[str]) -> list[socket.socket]:
    """Return a socket for each address of HOST:PORT; nobody is let in yet.

    None for all addresses of a kind that this machine does not have, where there are *others* beside.
    """
    host, port = address_in(place)
    with contextlib.ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            sockets = [opened.enter_context(_bound(*one)) for one in dict.fromkeys(found)]
        except OSError as error:
            if error.errno in _NOT_HERE and host in {"0.0.0.0", "::"} and len(others) > 1:  # noqa: S104 - names, no door
                return []
            raise BadConfig(f"the server could not start: {setting}: {_in_words(setting, place, error)}") from None
        opened.pop_all()
    return sockets


def _bound(family: int, kind: int, protocol: int, _name: str, address: tuple[object, ...]) -> socket.socket:
    """Return a socket at an address that getaddrinfo found; its protocol is named, so that small answers go at once."""
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # The other kind of addresses has a socket of its own.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except BaseException:
        bound.close()
        raise
    return bound


def _in_words(setting: str, place: str, error: OSError) -> str:
    """Return what is wrong, and what to do."""
    if error.errno == errno.EADDRINUSE:
        if setting.startswith("tls."):
            return (
                f"{place} is taken: something else serves there already. Stop it, or leave out --tls and have it pass "
                "on what it is asked for to this server (docs/behind.md)."
            )
        return f"{place} is taken: something else listens there. Stop it, or choose another port."
    if isinstance(error, PermissionError):
        return (
            f"{place} may not be opened by this user: ports below 1024 need a right of their own. "
            "`fedi-artisan install-service` makes a service that has it (CAP_NET_BIND_SERVICE)."
        )
    return f"{place} cannot be listened on: {error.strerror or error}"
