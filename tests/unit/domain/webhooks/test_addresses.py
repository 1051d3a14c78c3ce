from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import Invalid
from domain.webhooks.addresses import Reach, is_public

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 127.0.0.1 127.255.255.254
169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 100::1 2001:db8::1 3fff::1 5f00::1
::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8
2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:20::1
2a00::5efe:7f00:1 2a00::200:5efe:a9fe:a9fe fe80::5efe:10.0.0.1
""".split()
REACHED = "8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 2a00:1450:4001::1 2606:4700::1".split()


@pytest.mark.parametrize("text", REFUSED)
def test_what_leads_into_a_network_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", [*REACHED, "64:ff9b::8.8.8.8"])
def test_what_the_internet_reaches_is(text: str) -> None:
    assert is_public(ip_address(text))


def test_a_zone_names_an_interface_of_this_machine() -> None:
    assert is_public(IPv6Address("2a00::1"))
    assert not is_public(IPv6Address("2a00::1%eth0"))


@given(st.ip_addresses())
def test_nothing_is_public_that_python_takes_for_special(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not any((address.is_private, address.is_multicast, address.is_loopback, address.is_link_local))


@given(st.ip_addresses(v=4))
def test_an_address_in_a_tunnel_is_never_more_public_than_by_itself(address: IPv4Address) -> None:
    number = int(address)
    tunnelled = (0x64FF9B << 96 | number, 0xFFFF << 32 | number, number, 0x2002 << 112 | number << 80)
    forms = [IPv6Address(one) for one in (*tunnelled, 0x20010000 << 96 | (number ^ 0xFFFFFFFF))]
    assert is_public(address) or not any(is_public(one) for one in forms)


def test_networks_that_are_allowed_are_reached_without_encryption() -> None:
    reach = Reach.into(["127.0.0.0/8", "::1/128"])
    for text in ("127.0.0.1", "::1"):
        assert reach.allows(ip_address(text), encrypted=False)
        assert not Reach().allows(ip_address(text), encrypted=True)
    assert not reach.allows(ip_address("::ffff:127.0.0.1"), encrypted=True)
    assert not reach.allows(ip_address("10.0.0.1"), encrypted=True)
    assert reach.allows(ip_address("8.8.8.8"), encrypted=True)
    assert not reach.allows(ip_address("8.8.8.8"), encrypted=False)


@pytest.mark.parametrize("text", ["", "127.0.0.1/8", "localhost", "10.0.0.0/33"])
def test_a_network_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="such as 127"):
        Reach.into([text])


def test_all_networks_that_are_none_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        Reach.into(["127.0.0.1/8", "10.0.0.0/8", "foo", "10.0.0.0/99"])
    assert all(one in str(caught.value) for one in ("127.0.0.1/8", "'foo'", "10.0.0.0/99"))
