"""Where a request comes from: the other end of its connection, or what trusted proxies say of it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN = "unknown"
"""Who comes by a socket without addresses."""

_HOST_BITS_6 = 64
_MAX_CHARACTERS = 1000
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")

Network = IPv4Network | IPv6Network


def network(text: str) -> Network:
    """An address, or a network (`10.0.0.0/8`).

    Raises:
        ValueError: It is neither.
    """
    return ip_network(text)


class ClientAddresses:
    """Tells where requests come from.

    Args:
        trusted_proxies: Whose word is taken for where a request came from before it reached them.
    """

    def __init__(self, trusted_proxies: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted_proxies)
        self._known = lru_cache(maxsize=10_000)(self._network)

    def network(self, peer: str | None, forwarded_for: str | None) -> str:
        """The network that a client has for itself: its address, in IPv6 the 64 bits before the host's.

        Args:
            peer: The address of the connection's other end; None where it has none.
            forwarded_for: The field X-Forwarded-For, several joined by commas. Each proxy adds whom it was
                asked by, so it is read from its end, as far as proxies are trusted: what stands before that
                may be anybody's word.
        """
        if forwarded_for is not None:
            # What is kept is bounded.
            forwarded_for = forwarded_for[-_MAX_CHARACTERS:] if self._trusted else None
        return self._known(peer, forwarded_for)

    def _network(self, peer: str | None, forwarded_for: str | None) -> str:
        address = _address(peer or "")
        if address is None:
            return UNKNOWN
        if forwarded_for is not None:
            for text in reversed(forwarded_for.split(",")):
                before = _address(text) if self._trusts(address) else None
                if before is None:
                    break
                address = before
        if isinstance(address, IPv6Address):
            return str(IPv6Network((address, _HOST_BITS_6), strict=False))
        return str(address)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    match = _WITH_PORT.fullmatch(text)
    if match is not None:
        text = match["six"] or match["four"]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
