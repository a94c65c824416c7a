"""Where the portal is and which key to show it. The only reader of the environment."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import ConfigurationError

URL_VARIABLE = "OWKAI_API_URL"
KEY_VARIABLE = "OWKAI_API_KEY"
SLUG_VARIABLE = "OWKAI_ORG_SLUG"

MASK = "****"
#: Shorter keys are not searched for in error texts: replacing a letter or two would only garble the text.
SHORTEST_KEY_WORTH_MASKING = 8

_USUAL_PORT = {"http": 80, "https": 443}
_PLAIN_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True)
class PortalAddress:
    """A portal's address, taken apart once. `prefix` is "" or a path such as "/foureyes"."""

    scheme: str
    host: str
    port: int
    prefix: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _USUAL_PORT[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"


class MaskedText(str):
    """Text that is sent as it is but shown masked by `repr`, so dumps of local variables do not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)


class ApiKey:
    """An API key that does not show itself: `str` and `repr` are masked."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = MaskedText(secret)

    def __repr__(self) -> str:
        return MASK

    def headers(self) -> dict[str, str]:
        """Both spellings the wire contract names; the portal accepts either."""
        return {"Authorization": MaskedText(f"Bearer {self._secret}"), "X-API-Key": self._secret}

    def mask_in(self, body: bytes) -> bytes:
        """`body` with the key replaced, for error texts that repeat what was sent."""
        if len(self._secret) < SHORTEST_KEY_WORTH_MASKING:
            return body
        return body.replace(self._secret.encode(), MASK.encode())


def portal_address(url: str | None) -> PortalAddress:
    """The address given, or that of OWKAI_API_URL. Raises `ConfigurationError`.

    There is no default. Any fixed host would be somebody else's for most users, and the API key would be
    sent there.
    """
    url = (url if url is not None else os.environ.get(URL_VARIABLE, "")).strip()
    if not url:
        raise ConfigurationError(
            f"The portal's address is missing: set {URL_VARIABLE}, for example to https://approvals.example.com."
        )
    if not url.isprintable() or " " in url:
        raise ConfigurationError(f"{URL_VARIABLE} holds a space or an invisible character.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigurationError(f"{URL_VARIABLE} is not a web address.") from None
    prefix = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"{URL_VARIABLE} must start with https:// and name a host.")
    if "@" in parts.netloc or parts.query or parts.fragment or not _PLAIN_PREFIX.fullmatch(prefix):
        raise ConfigurationError(
            f"{URL_VARIABLE} may hold a scheme, a host, a port and a plain path, no more."
        )
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError(
            f"Plain http:// would show the API key to the network, and anyone on it could answer 'approved'; "
            f"use https:// for {host}."
        )
    return PortalAddress(parts.scheme, host, port or _USUAL_PORT[parts.scheme], prefix)


def api_key(key: str | None) -> ApiKey:
    """The key given, or that of OWKAI_API_KEY. Raises `ConfigurationError`, which never shows the key."""
    key = (key if key is not None else os.environ.get(KEY_VARIABLE, "")).strip()
    if not key:
        raise ConfigurationError(
            f"The API key is missing: set {KEY_VARIABLE} to the key your administrator issued."
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        # Checked here because http.client would quote the whole header in its complaint.
        raise ConfigurationError(
            f"{KEY_VARIABLE} holds a space, a line break or a character keys never have."
        )
    return ApiKey(key)


def organization_slug(slug: str | None) -> str | None:
    """The slug given, or that of OWKAI_ORG_SLUG, or None."""
    return slug if slug is not None else os.environ.get(SLUG_VARIABLE) or None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
