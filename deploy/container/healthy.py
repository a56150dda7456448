"""Whether the server in this container answers: exit code 0 or 1, asked twice a minute by whoever runs the container.

It needs nothing but sockets, as reading the whole program each time would keep a small machine busy.
"""

import os
import socket
import sys

_WITHIN_S = 4.0
_QUESTION = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def is_healthy() -> bool:
    """Return whether the server says 200 to /healthz."""
    # Where `init` was told to listen; all addresses of the container are asked at its own.
    _, _, port = os.environ.get("FEDI_ARTISAN_INIT_LISTEN", "0.0.0.0:8000").rpartition(":")
    try:
        with socket.create_connection(("127.0.0.1", int(port)), _WITHIN_S) as asking:
            asking.sendall(_QUESTION)
            return asking.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


sys.exit(not is_healthy())
