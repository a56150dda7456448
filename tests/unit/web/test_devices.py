"""What devices are called."""

import pytest

from fedi_artisan.web.studio.entrance.devices import device_name

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{MOZILLA} (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
        (
            f"{MOZILLA} (Linux; Android 10; K) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            f"{MOZILLA} (Linux; Android 10; K) SamsungBrowser/27.0 Chrome/125.0.0.0 Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (f"{MOZILLA} (iPad; CPU OS 18_6 like Mac OS X) CriOS/141.0 Mobile/15E148 Safari/604.1", "Chrome, iPad"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15", "Safari, Mac"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge, Windows"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_as_people_know_it(agent: str, name: str) -> None:
    """Browser and system, by the names that people use; no version, no model, nothing else."""
    assert device_name(agent) == name
