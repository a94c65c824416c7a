import logging
import traceback

import pytest
from owkai_client import ConfigurationError, OWKAIClient
from owkai_client.settings import portal_address


def test_environment_is_enough(monkeypatch, portal, says, fields):
    monkeypatch.setenv("OWKAI_API_URL", portal.url)
    monkeypatch.setenv("OWKAI_API_KEY", says.key)
    monkeypatch.setenv("OWKAI_ORG_SLUG", "acme")
    with OWKAIClient() as client:
        client.submit_action(**fields)
    assert portal.asked[0].headers["X-API-Key"] == says.key
    assert client.api_url == portal.url
    assert client.organization_slug == "acme"


def test_arguments_win_over_the_environment(monkeypatch, portal, says, fields):
    monkeypatch.setenv("OWKAI_API_URL", "https://elsewhere.example")
    monkeypatch.setenv("OWKAI_API_KEY", "another-key")
    with OWKAIClient(portal.url, says.key) as client:
        client.submit_action(**fields)
    assert portal.asked[0].headers["X-API-Key"] == says.key


def test_there_is_no_default_address(monkeypatch, says):
    monkeypatch.setenv("OWKAI_API_KEY", says.key)
    with pytest.raises(ConfigurationError, match="OWKAI_API_URL"):
        OWKAIClient()


@pytest.mark.parametrize("value", [None, "", "   "])
def test_missing_key(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("OWKAI_API_KEY", value)
    with pytest.raises(ValueError, match="OWKAI_API_KEY"):
        OWKAIClient("https://portal.example")


def test_line_break_around_a_key_is_forgiven(portal, says, fields):
    with OWKAIClient(portal.url, f" {says.key}\n") as client:
        client.submit_action(**fields)
    assert portal.asked[0].headers["X-API-Key"] == says.key


@pytest.mark.parametrize("key", ["owkai_secret\r\nX-Evil: 1", "owkai_secret two", "owkai_secret\x00", "owkai_secrét"])
def test_unusable_key_is_refused_without_showing_it(key):
    with pytest.raises(ConfigurationError) as caught:
        OWKAIClient("https://portal.example", key)
    assert "owkai_secr" not in "".join(traceback.format_exception_only(caught.type, caught.value))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://portal.example", "https://portal.example"),
        ("https://portal.example/", "https://portal.example"),
        ("https://portal.example:8443/foureyes/", "https://portal.example:8443/foureyes"),
        ("HTTPS://Portal.Example", "https://portal.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_usable_addresses(url, shown):
    assert str(portal_address(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example",
        "http://10.0.0.5:8000",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0:8000",
        "http://2130706433",
        "http://[::]:8000",
        "ftp://portal.example",
        "file:///etc/passwd",
        "portal.example",
        "//portal.example",
        "https://",
        "https://user:password@portal.example",
        "http://127.0.0.1@portal.example",
        "https://portal.example?x=1",
        "https://portal.example#x",
        "https://portal.example/a b",
        "https://portal.example/\r\nX: y",
        "https://portal.example:port",
        "https://portal.example:99999",
        "https://[::1",
    ],
)
def test_unusable_addresses(url):
    with pytest.raises(ConfigurationError):
        portal_address(url)


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": float("nan")}, {"retries": -1}, {"retries": 6}])
def test_impossible_options(portal, says, options):
    with pytest.raises(ValueError, match="must be"):
        OWKAIClient(portal.url, says.key, **options)


def test_key_is_never_shown(portal, says, fields, caplog):
    caplog.set_level(logging.DEBUG)
    with OWKAIClient(portal.url, says.key, debug=True) as client:
        client.submit_action(**fields)
        portal.then(says.reply({"detail": f"Unauthorized: no key {says.key}", "errors": {"k": says.key}}, 401))
        with pytest.raises(Exception, match="Unauthorized") as caught:
            client.submit_action(**fields)
        shown = [repr(client), str(client), str(vars(client)), str(client._key), str(client._key.headers())]
    shown += [str(caught.value), repr(caught.value), str(vars(caught.value)), caplog.text]
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.tb)]
    ours = [values for values in frames if "says" not in values]
    assert ours
    shown += [repr(values) for values in ours]
    assert "POST /api/authorization/agent-action: 200" in caplog.text
    assert "****" in repr(client)
    for text in shown:
        assert says.key not in text


def test_short_key_does_not_garble_error_texts(portal, says, fields):
    portal.usual = says.reply({"detail": "Unauthorized"}, 401)
    with OWKAIClient(portal.url, "a") as client, pytest.raises(Exception, match="API Error: Unauthorized"):
        client.submit_action(**fields)


def test_proxy_variables_are_not_followed(monkeypatch, client, portal, fields):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    client.submit_action(**fields)
    assert len(portal.asked) == 1
