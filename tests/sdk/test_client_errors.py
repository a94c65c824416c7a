import pickle
import sys

import owkai_client
import pytest
from owkai_client import ApiError, OWKAIError, PortalUnreachableError
from owkai_client.requests_face import unreachable

BUILT_IN = {
    "ConfigurationError": ValueError,
    "InvalidActionError": ValueError,
    "InvalidRequestError": ValueError,
    "PortalUnreachableError": ConnectionError,
    "PortalTimeoutError": TimeoutError,
    "DecisionTimeoutError": TimeoutError,
    "ActionDeniedError": PermissionError,
    "ForbiddenError": PermissionError,
    "NotFoundError": LookupError,
}
ALL = sorted(name for name in owkai_client.__all__ if name.endswith("Error"))


@pytest.mark.parametrize("name", ALL)
def test_every_error_has_a_sentence_and_travels(name):
    cls = getattr(owkai_client, name)
    error = cls()
    assert str(error) == cls.__doc__.strip()
    assert isinstance(error, OWKAIError)
    assert isinstance(error, BUILT_IN.get(name, OWKAIError))
    copy = pickle.loads(pickle.dumps(cls("what happened", answer={"id": 5})))
    assert (type(copy), str(copy), copy.answer) == (cls, "what happened", {"id": 5})


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "InvalidRequestError"),
        (401, "AuthenticationError"),
        (402, "ApiError"),
        (403, "ForbiddenError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (418, "ApiError"),
        (422, "InvalidRequestError"),
        (429, "RateLimitedError"),
        (500, "ServerError"),
        (501, "ServerError"),
    ],
)
def test_class_by_status(client, portal, says, fields, status, name):
    body = {
        "detail": "Missing required fields: tool_name",
        "errors": {"tool_name": "This field is required."},
        "error_code": "VALIDATION_ERROR",
        "correlation_id": "asc_1",
    }
    portal.usual = says.reply(body, status, {"Retry-After": "9"})
    with pytest.raises(ApiError) as caught:
        client.submit_action(**fields)
    error = caught.value
    assert type(error).__name__ == name
    assert str(error) == "API Error: Missing required fields: tool_name"
    assert (error.status_code, error.detail) == (status, "Missing required fields: tool_name")
    assert error.errors == {"tool_name": "This field is required."}
    assert (error.error_code, error.correlation_id, error.retry_after) == ("VALIDATION_ERROR", "asc_1", 9)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"detail": {"error": "governance violation", "message": "Server not registered"}},
            "Server not registered",
        ),
        (
            {"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "too long"}]},
            "field required; too long",
        ),
        ({"message": "From message"}, "From message"),
        ({"error": "From error"}, "From error"),
        ({"detail": ""}, "418 I'm a Teapot"),
        ({"detail": None}, "418 I'm a Teapot"),
        ({"detail": 7}, "418 I'm a Teapot"),
        ({}, "418 I'm a Teapot"),
        (["a list"], "418 I'm a Teapot"),
        (b"<html>sorry</html>", "418 I'm a Teapot"),
        (b"", "418 I'm a Teapot"),
        (b'{"detail":' * 500 + b'"deep"' + b"}" * 500, "418 I'm a Teapot"),
        ({"detail": "red \x1b[31m\u202etext\n"}, "red [31mtext"),
        ({"detail": "x" * 5000}, "x" * 2000),
    ],
)
def test_detail(client, portal, says, fields, body, detail):
    portal.usual = says.reply(body, 418)
    with pytest.raises(ApiError) as caught:
        client.submit_action(**fields)
    assert str(caught.value) == f"API Error: {detail}"
    assert caught.value.errors == {}


def test_guides_fallback_snippet_catches_us(client, portal, says, fields):
    requests = pytest.importorskip("requests")
    portal.usual = says.raw(b"")
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        client.submit_action(**fields)
    error = caught.value
    assert isinstance(error, PortalUnreachableError)
    assert isinstance(error, ConnectionError)
    assert (error.request, error.response) == (None, None)
    assert type(error).__name__ == "PortalUnreachableError"
    assert type(pickle.loads(pickle.dumps(error))) is PortalUnreachableError


@pytest.mark.parametrize("stand_in", [None, object(), type("requests", (), {"exceptions": None})])
def test_without_requests_the_plain_class_is_raised(monkeypatch, stand_in):
    monkeypatch.setitem(sys.modules, "requests", stand_in)
    assert type(unreachable("gone")) is PortalUnreachableError


def test_requests_is_never_imported():
    import subprocess

    program = "import sys, owkai_client.requests_face as f; f.unreachable('x'); sys.exit('requests' in sys.modules)"
    path = owkai_client.__path__[0].rpartition("owkai_client")[0]
    assert subprocess.run([sys.executable, "-c", program], cwd=path).returncode == 0
