import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import Invalid
from domain.webhooks.addresses import Reach
from domain.webhooks.destination import checked_url

INTERNET = Reach()
LOCAL = Reach.into(["127.0.0.0/8", "::1/128"])


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/Hooks?Key=a%20b", "https://example.org/Hooks?Key=a%20b"),
        ("https://example.org:8443?x", "https://example.org:8443/?x"),
        ("https://1.2.3.4.example.org/", "https://1.2.3.4.example.org/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0::1]:8443/", "https://[2606:4700::1]:8443/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_a_url_is_kept_in_one_form(text: str, url: str) -> None:
    assert checked_url(text, INTERNET) == url
    assert checked_url(url, INTERNET) == url


REFUSED = {
    "invalid-scheme": "http://example.org file:///etc/passwd gopher://example.org ftp://example.org ws://example.org",
    "invalid-url": r"example.org //example.org https:example.org https:/example.org https://example.org/#a "
    r"https://example.org\@127.0.0.1/ https://example.org/<a> https://example.org:a/ https://[::1 https://::1/ "
    "https://[::1]a/ https://example.org:/ https://bücher.example/ https://а.com/",
    "user-in-url": "https://ada@example.org/ https://ada:secret@example.org https://127.0.0.1@example.org "
    "https://example.org:443@127.0.0.1/ https://@example.org/",
    "invalid-port": "https://example.org:0/ https://example.org:22/ https://example.org:25/ https://example.org:65536/",
    "invalid-host": "https:// https:/// https://a..b/ https://.example.org/ https://example.org./ https://-a.example/ "
    "https://a_b.example/ https://%31%32%37.0.0.example/ https://xn--.example/ https://xn--a.example/ "
    "https://xn--pple-43d.com/ https://ab--c.example/ https://*.example.org/ https://xn--0.example/",
    "invalid-address": "https://2130706433/ https://0177.0.0.1/ https://0x7f.0.0.1/ https://0x7f000001/ https://127.1/ "
    "https://127.0.0.1.0x1/ https://127.0.0.01/ https://256.0.0.1/ https://[fe80::1%25eth0]/ https://[::1%eth0]/ "
    "https://[127.0.0.1]/ https://[]/ https://1.2.3/ https://example.0/ https://example.0x/",
    "forbidden-address": "https://127.0.0.1/ https://10.0.0.1/ https://169.254.169.254/latest/meta-data "
    "https://[::1]/ https://[fe80::1]/ https://[::ffff:127.0.0.1]/ https://[64:ff9b::a9fe:a9fe]/ https://0.0.0.0/ "
    "https://localhost/ https://intranet/ https://metadata.google.internal/ https://printer.local/ https://a.localhost/",
    "too-long": f"https://example.org/{'a' * 2_048}",
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED.items() for text in texts.split()])
def test_what_could_lead_astray_is_refused(code: str, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_url(text, INTERNET)
    assert [one.code for one in caught.value.problems] == [code]


@pytest.mark.parametrize("text", ["http://127.0.0.1:9000/", "https://127.0.0.1/", "https://10.0.0.1/", "http://a.org/"])
def test_what_a_setting_would_allow_names_it(text: str) -> None:
    with pytest.raises(Invalid, match="unless WEBHOOKS_ALLOWED_NETWORKS names its network"):
        checked_url(text, INTERNET)
    with pytest.raises(Invalid) as caught:
        checked_url("ftp://127.0.0.1/", INTERNET)
    assert "WEBHOOKS" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["https://a b/", "https://a\n.example/", "https://a.example/\x00", "https://a.example/\t"]
)
def test_nothing_invisible_stands_in_a_url(text: str) -> None:
    with pytest.raises(Invalid):
        checked_url(text, INTERNET)


def test_into_a_network_that_is_allowed_it_may_go_without_encryption() -> None:
    for text in ("http://127.0.0.1:8080/", "http://[::1]:8080/", "http://localhost:8080/", "http://receiver:8080/"):
        assert checked_url(text, LOCAL) == text
    assert checked_url("http://127.0.0.1:80", LOCAL) == "http://127.0.0.1/"
    for text in ("http://10.0.0.1/", "http://8.8.8.8/", "https://192.168.0.1/"):
        with pytest.raises(Invalid):
            checked_url(text, LOCAL)


@given(st.text())
def test_anything_else_than_a_sound_url_is_refused(text: str) -> None:
    for one in (text, f"https://{text}", f"https://{text}.example/"):
        try:
            found = checked_url(one, INTERNET)
        except Invalid:
            continue
        assert found.startswith("https://")
        assert found.isascii()
        assert checked_url(found, INTERNET) == found
