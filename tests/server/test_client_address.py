"""Whom a request comes from, and whose word is taken for it."""

from __future__ import annotations

import pytest

from server.http.client_address import UNKNOWN, ClientAddresses, network

TRUSTED = ClientAddresses([network("10.0.0.0/8"), network("::1"), network("192.0.2.7")])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"),  # anybody can say so
        ("10.1.2.3", None, "10.1.2.3"),
        ("10.1.2.3", "1.1.1.1", "1.1.1.1"),
        ("10.1.2.3", "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        ("10.1.2.3", "9.9.9.9, 1.1.1.1 ,192.0.2.7", "1.1.1.1"),
        ("10.1.2.3", "10.9.9.9, 10.2.2.2", "10.9.9.9"),
        ("10.1.2.3", "1.1.1.1, nonsense", "10.1.2.3"),
        ("10.1.2.3", "nonsense, 192.0.2.7", "192.0.2.7"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "1.1.1.1:4711", "1.1.1.1"),
        ("::1", "[2001:db8::1]:4711", "2001:db8::/64"),
        ("[::1]", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("::ffff:10.1.2.3", "::ffff:1.1.1.1", "1.1.1.1"),
        ("fe80::1%eth0", None, "fe80::/64"),
        ("10.1.2.3", "9.9.9.9," * 10_000 + "1.1.1.1", "1.1.1.1"),
        ("10.1.2.3", "9.9.9.9" + ",10.1.1.1" * 10_000, "10.1.1.1"),
        ("10.1.2.3", "9" * 10_000 + ",10.1.1.1", "10.1.1.1"),
        (None, "1.1.1.1", UNKNOWN),
        ("", "1.1.1.1", UNKNOWN),
    ],
)
def test_clients(peer: str | None, forwarded_for: str | None, expected: str) -> None:
    assert TRUSTED.network(peer, forwarded_for) == expected


def test_without_proxies_the_field_says_nothing() -> None:
    assert ClientAddresses().network("127.0.0.1", "1.1.1.1") == "127.0.0.1"
