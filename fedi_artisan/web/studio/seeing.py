"""What comes after something was done: the page that shows it."""

from http import HTTPStatus

from starlette.responses import RedirectResponse


def see(path: str) -> RedirectResponse:
    """Return the way to the page at *path*: loading that anew does nothing a second time."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
