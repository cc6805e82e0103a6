"""Which IP addresses are on the public internet: our own list, since Python's changes from one release to the next.

Sources: IANA's registries of special-purpose addresses (RFC 6890), in which what is not globally reachable is refused,
and IPv6 outside of global unicast (RFC 4291). IPv6 addresses that lead to IPv4 are refused too (6to4, Teredo, mapped):
no public host needs them. Only the prefix of NAT64 and DNS64 (RFC 6052), by which a network without IPv4 reaches all of
IPv4, counts as what it leads to.
"""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/3",
            "168.63.129.16/32",  # formally public, but inside Azure the host that provides certificates and settings
        ),
    )
)  # fmt: skip
#: Ends of host names that exist only in a private network (RFC 2606, RFC 6761, RFC 6762, RFC 8375).
PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".invalid", ".test", ".localdomain")
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
#: Protocols (Teredo among them), documentation, 6to4.
_PRIVATE_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: IPAddress) -> bool:
    """Whether an IP address is on the public internet: not private, loopback, link-local, metadata or multicast."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _PRIVATE_4)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_6 and not any(address in network for network in _PRIVATE_6)
