"""Which addresses the internet reaches, and which lead into a network, a machine or its cloud.

The lists are the special-purpose registries of IANA (RFC 6890), so that the answer is the same with every Python. IPv6
is the other way round: only what is given out for the internet (2000::/3) is reached, less what is special in it, and
addresses that carry an IPv4 address in them, which a tunnel or a translator would send on to that one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from domain.shared.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        # The host of a virtual machine in Azure, at an address that looks public.
        "168.63.129.16/32"
    ).split()
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# IETF protocols with Teredo among them, documentation, 6to4, documentation again.
_IPV6 = tuple(IPv6Network(text) for text in "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split())
_NAT64 = IPv6Network("64:ff9b::/96")
_LOW_32_BITS = 0xFFFF_FFFF
UNLESS_ALLOWED = "unless WEBHOOKS_ALLOWED_NETWORKS names its network"
"""How a refusal ends that a setting would lift."""


def is_public(address: Address) -> bool:
    """Whether the internet reaches it, and nothing nearer does."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _IPV4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & _LOW_32_BITS))
    # ISATAP: an IPv4 address behind these 32 bits, which only a tunnel inside a site understands.
    if (int(address) >> 32) & 0xFCFF_FFFF == 0x0000_5EFE:
        return False
    return address in _GLOBAL_UNICAST and not any(address in network for network in _IPV6)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where messages may go: to public addresses, encrypted, and however they like into the networks named here."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def into(cls, networks: Iterable[str]) -> "Reach":
        """These networks, such as 127.0.0.0/8. Raises Invalid with `invalid-network`."""
        found: list[Network] = []
        wrong: list[str] = []
        for text in networks:
            try:
                found.append(ip_network(text))
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise Invalid.because("invalid-network", f"must be networks such as 127.0.0.0/8: {'; '.join(wrong)}")
        return cls(tuple(found))

    def allows(self, address: Address, *, encrypted: bool) -> bool:
        """Whether a message may go there."""
        if any(address.version == network.version and address in network for network in self.allowed):
            return True
        return encrypted and is_public(address)
