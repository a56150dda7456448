"""Somebody who opens one page again and again while others do something; a process by itself, so that it keeps time.

It prints a line when it has had its first answer, and how long each further one took, in seconds, when it is told to
stop by the end of what it reads; that is at least two.
"""

import http.client
import json
import sys
import threading
import time

_EVERY_S = 0.02
_AT_LEAST = 2


def _read_to_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def main(port: int, path: str) -> None:
    """Open the page until there is nothing more to read on standard input."""
    over = threading.Event()
    threading.Thread(target=_read_to_the_end, args=(over,), daemon=True).start()
    took_s: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    _open(connection, path)
    print(flush=True)
    while not over.is_set() or len(took_s) < _AT_LEAST:
        took_s.append(_open(connection, path))
        over.wait(max(_EVERY_S - took_s[-1], 0))
    print(json.dumps(took_s))


def _open(connection: http.client.HTTPConnection, path: str) -> float:
    """Open the page once and return the seconds until it was there."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept": "text/html", "Accept-Language": "en"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.client.OK:
        sys.exit(f"the page answered {answer.status}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
