"""What a service manager is told: that the server answers, reads its settings anew, is alive, is stopping.

The protocol is one datagram for each message, and no living library is smaller than these lines (sd_notify(3)): that of
systemd itself binds a library of the system, the others rest since years.
"""

import os
import socket
import time

_MICROSECONDS = 1_000_000


def notify(*lines: str) -> None:
    """Tell the service manager; without one this is nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    # In the abstract namespace names begin with a zero byte.
    path = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
            sending.setblocking(False)
            sending.sendto("\n".join(lines).encode(), path)
    except OSError:
        return  # nobody listens, or has no time: the server's work does not wait for that


def tell_ready(where: str) -> None:
    """Tell that the server answers."""
    notify("READY=1", f"STATUS=Open at {where}")


def tell_reloading() -> None:
    """Tell that settings are read anew; `tell_ready` ends it (Type=notify-reload in systemd.service(5))."""
    moment = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000
    notify("RELOADING=1", f"MONOTONIC_USEC={moment}", "STATUS=Reading the settings", "WATCHDOG=1")


def tell_stopping() -> None:
    """Tell that the end has begun."""
    notify("STOPPING=1", "STATUS=Finishing what is under way")


def tell_alive() -> None:
    """Tell the watchdog that all is well."""
    notify("WATCHDOG=1")


def watchdog_every_s() -> float | None:
    """Return how often the watchdog wants to hear of this very process, twice as often as it bites; None for never."""
    try:
        bites_after = int(os.environ.get("WATCHDOG_USEC", "0"))
        meant = int(os.environ.get("WATCHDOG_PID", os.getpid()))
    except ValueError:
        return None
    return bites_after / _MICROSECONDS / 2 if bites_after > 0 and meant == os.getpid() else None
