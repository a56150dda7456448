"""What must not stand in a log, whatever is told: secrets, and the addresses of visitors."""

import ipaddress
import re

from fedi_artisan.config import Config, address_in, secrets_in

# All patterns read a text once from left to right: what is told may be as long and as odd as a stranger likes.
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]|-(?!----END))*(?:-----END[A-Z -]{0,60})?")
# Cookies and links of invitations are 32 random bytes as letters of an address, what forms carry is as many as digits
# (domain/tokens.py, domain/sessions.py).
_TOKEN = re.compile(r"(?<![\w-])(?:[\w-]{43}|[0-9a-f]{64})(?![\w-])", re.ASCII)
_HEADER = re.compile(r"(?i)\b((?:set-)?cookie|authorization)\b(['\"]?\s?[:=,]\s?)[^\n]+")
# What stands in quotes is taken to their end: a passphrase has spaces.
_NAMED = re.compile(
    r"(?i)((?<![a-z])(?:password|passphrase|secret|token|session|studio|code|totp|csrf)['\"]?\s?[:=]\s?b?)"
    r"(?:(['\"])(?:(?!\2)[^\\\n]|\\.)+|[^\s'\"&;,)}\]]+)"
)
_LINK = re.compile(r"(/studio/welcome/)[^\s/?#'\"]+")
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s?'\"<>]+")
_USER = re.compile(r"//[^\s/@'\"]{1,200}@")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", re.ASCII)
_PERHAPS_IPV6 = re.compile(r"(?<!\w)[0-9A-Fa-f:.]+(?!\w)", re.ASCII)
_FEWEST_COLONS = 2
_SHORTEST_SECRET = 4


class Mask:
    """Takes out of a text what nobody should find in a log. A class because it knows the secrets of these settings.

    Addresses of this machine stay, and all where the settings ask for them.
    """

    def __init__(self, config: Config) -> None:
        given = {secret for secret in secrets_in(config) if len(secret) >= _SHORTEST_SECRET}
        self._secrets = sorted(given, key=len, reverse=True)
        self._addresses = config.log.addresses
        listens = (config.listen, config.metrics.listen)
        self._own = {address_in(listen)[0] for listen in listens if listen is not None}

    def __call__(self, text: str) -> str:
        """Return *text* without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        text = _PRIVATE_KEY.sub("[private key]", text)
        text = _HEADER.sub(r"\1\2[secret]", text)
        text = _LINK.sub(r"\1[secret]", text)
        text = _QUERY.sub("?…", text)
        text = _NAMED.sub(r"\1\2[secret]", text)
        text = _TOKEN.sub("[secret]", text)
        text = _USER.sub("//[secret]@", text)
        return text if self._addresses else _PERHAPS_IPV6.sub(self._no_ipv6, _IPV4.sub(self._no_ipv4, text))

    def _no_ipv4(self, found: re.Match[str]) -> str:
        return found[0] if self._may_stay(found[0]) else "[address]"

    def _no_ipv6(self, found: re.Match[str]) -> str:
        if found[0].count(":") < _FEWEST_COLONS:
            return found[0]
        bare = found[0].rstrip(".")
        # A single colon at the end is the sentence's; two may be the address's.
        if bare.endswith(":") and not bare.endswith("::"):
            bare = bare[:-1]
        return found[0] if self._may_stay(bare) else "[address]" + found[0][len(bare) :]

    def _may_stay(self, text: str) -> bool:
        """Whether *text* is no address, or one of this very machine."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return True
        return address.is_loopback or address.is_unspecified or text in self._own
