"""The command that prints what a web server in front must be told."""

from urllib.parse import urlsplit

import click

from fedi_artisan.cli.given import Given, pass_given
from fedi_artisan.config import asked_at
from fedi_artisan.errors import BadInput
from fedi_artisan.resources import folder

FILES = {"nginx": "nginx/fedi-artisan.conf", "apache": "apache/fedi-artisan.conf", "caddy": "Caddyfile"}
# What stands in these files in the place of a portfolio's own.
_NAME, _LISTEN = "atelier.example", "127.0.0.1:8000"


@click.command()
@click.argument("server", type=click.Choice(tuple(FILES)))
@pass_given
def front(given: Given, server: str) -> None:
    """Print what nginx, Apache or Caddy must be told to stand in front of this portfolio."""
    config = given.config()
    if config.tls.enabled:
        raise BadInput(
            "this server shows a certificate itself, so nothing stands in front; first set enabled = false "
            "in the table [tls] of the configuration"
        )
    host, port = config.listen_address
    near = asked_at(host)
    asked = f"[{near}]" if ":" in near else near
    text = (folder("deploy") / FILES[server]).read_text(encoding="utf-8")
    name = urlsplit(config.origin).hostname or ""
    click.echo(text.replace(_NAME, name).replace(_LISTEN, f"{asked}:{port}"), nl=False)


COMMANDS = (front,)
