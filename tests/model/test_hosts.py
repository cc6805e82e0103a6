"""Which addresses are on the public internet. Expected values are IANA's and RFC 6890's, not our table's."""

from __future__ import annotations

import ipaddress

import pytest

from bufferctl.model.hosts import PRIVATE_NAMES, is_public

NOT_PUBLIC = """
0.0.0.0 0.255.255.255 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.0
192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 168.63.129.16 ::1 :: fe80::1 fc00::1 fd00::1 ff02::1 2001::1 2001:1ff:ffff::1 2001:db8::1
2001:db8:ffff::1 2002::1 2002:ffff::1 3fff::1 3fff:fff::1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::a00:1
64:ff9b::7f00:1 64:ff9b:1::1 1fff:ffff::1 4000::1
"""
PUBLIC = """
1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
223.255.255.255 168.63.129.15 168.63.129.17 8.8.8.8 2000::1 2001:200::1 2001:db7:ffff::1 2001:db9::1
2001:4860:4860::8888 2003::1 3ffe:ffff::1 64:ff9b::808:808
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_not_public(address: str) -> None:
    """Private, local, documentation, multicast, the cloud's own, and IPv6 that leads to IPv4."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public(address: str) -> None:
    """What lies next to these ranges; NAT64 of a public address."""
    assert is_public(ipaddress.ip_address(address))


def test_names_of_private_networks() -> None:
    """Those that RFC 2606, 6761, 6762 and 8375 reserve, and what routers and systems add by themselves."""
    reserved = {".localhost", ".invalid", ".test", ".local", ".home.arpa", ".internal"}
    assert set(PRIVATE_NAMES) == reserved | {".lan", ".localdomain"}
