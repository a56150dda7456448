"""What a web server in front must be told, with the portfolio's own name; and where `init` reads its options."""

import pytest

from fedi_artisan.cli.front import FILES
from tests.cli.typed import Terminal, all_commands


def settings(terminal: Terminal, *lines: str) -> Terminal:
    """Return *terminal* with a configuration of these lines."""
    text = "\n".join(('origin = "https://lea.example"', *lines))
    (terminal.folder / "config.toml").write_text(text, encoding="utf-8")
    return terminal


@pytest.mark.parametrize("server", FILES)
@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        ("127.0.0.1:8123", "127.0.0.1:8123"),
        ("0.0.0.0:8123", "127.0.0.1:8123"),
        ("[::]:8123", "[::1]:8123"),
        ("[fd00::7]:80", "[fd00::7]:80"),
    ],
)
def test_it_names_the_portfolio_and_where_it_listens(terminal: Terminal, server: str, listen: str, asked: str) -> None:
    """What is printed can be used as it is: no example is left in it."""
    done = settings(terminal, f'listen = "{listen}"').say("front", server)
    assert done.code == 0
    assert "lea.example" in done.out
    assert asked in done.out
    assert "atelier.example" not in done.out
    assert ":8000" not in done.out


def test_nothing_stands_in_front_of_a_server_with_tls(terminal: Terminal) -> None:
    """Where the server shows a certificate itself, nothing is printed, and it says what to change first."""
    done = settings(terminal, "[tls]", "enabled = true").say("front", "nginx")
    assert done.code != 0
    assert done.out == ""
    assert "enabled = false" in done.err


def test_another_web_server_is_unknown(terminal: Terminal) -> None:
    """Which there are is told."""
    done = settings(terminal).say("front", "lighttpd")
    assert done.code != 0
    assert "'nginx', 'apache', 'caddy'" in done.err


def test_init_reads_its_options_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image of a container says where things are; what is typed comes before it."""
    monkeypatch.setenv("FEDI_ARTISAN_INIT_ORIGIN", "https://lea.example")
    monkeypatch.setenv("FEDI_ARTISAN_INIT_LISTEN", "0.0.0.0:8000")
    monkeypatch.setenv("FEDI_ARTISAN_INIT_TRUSTED_PROXIES", "172.31.253.2 fd00::2")
    monkeypatch.setenv("FEDI_ARTISAN_INIT_NAME", "Somebody")
    read = all_commands()["init"].make_context("init", ["--username", "lea", "--name", "Atelier Léa"]).params
    assert read["origin"] == "https://lea.example"
    assert read["listen"] == "0.0.0.0:8000"
    assert read["trusted_proxies"] == ("172.31.253.2", "fd00::2")
    assert read["name"] == "Atelier Léa"


def test_init_refuses_a_proxy_that_is_no_address(terminal: Terminal) -> None:
    """Before anything is made, and in words."""
    words = ("--origin", "https://lea.example", "--username", "lea", "--name", "Léa", "--trusted-proxy", "caddy")
    done = terminal.say("init", *words)
    assert done.code != 0
    assert "trusted_proxies: 'caddy' must be an IP address" in done.err
    assert list(terminal.folder.iterdir()) == []
