"""Which addresses in the internet a message may be sent to (threats AC25). PURE."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

Address = IPv4Address | IPv6Address

# Ways to write an IPv4 address inside an IPv6 one, and ranges that some Pythons call global.
_DETOURS = [
    ip_network(one)
    for one in (
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local use
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible
        "fec0::/10",  # site-local
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
    )
]


def is_public(address: Address) -> bool:
    """Whether it is an ordinary address out in the internet, written in the ordinary way."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    detour = any(address.version == one.version and address in one for one in _DETOURS)
    return address.is_global and not address.is_multicast and not address.is_reserved and not detour


def literal(host: str) -> Address | None:
    """The address a host is written as: also 2130706433, 0x7f.1 and 127.1, which resolvers understand."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host)) if host and host[0] in "0123456789" else None
    except OSError:
        return None


def fault_of(url: str, *, allow_private: bool) -> str:
    """What is wrong with a webhook's URL, as far as it can be seen without asking anybody; empty when nothing is."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return _("The URL holds spaces or characters that do not belong in one.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return _("This is not a URL.")
    if parts.scheme != "https":
        return _("The URL must begin with https://.")
    if not host or port == 0:
        return _("The URL names no host.")
    if parts.username is not None or parts.password is not None:
        return _("The URL must not hold a name or a password before the host.")
    address = literal(host)
    if address is not None and not allow_private and not is_public(address):
        return _("The URL leads to a private or local address, which is not allowed (ALLOW_PRIVATE_WEBHOOKS).")
    return ""
