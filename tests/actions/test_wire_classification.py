"""What the answers say beside the score: CVSS in context, MITRE's techniques and OWASP's risks apart."""

from __future__ import annotations

import pytest

from tests.support import lifecycles
from tests.support.api import GUIDE_EXAMPLE as EXAMPLE


def test_without_context_base_and_result_are_one(api):
    answer = api.submit()
    assert (answer["cvss_score"], answer["cvss_severity"]) == (4.3, "MEDIUM")
    assert answer["cvss_score"] == answer["cvss_base_score"]
    assert answer["cvss_vector"] == answer["cvss_base_vector"] == "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"


@pytest.mark.parametrize(
    "fields",
    [
        {"environment": "production", "risk_indicators": {"pii_involved": True}},
        {"context": {"environment": "production"}, "risk_indicators": {"pii_involved": True}},
    ],
)
def test_context_gives_the_resulting_score_and_keeps_the_base(api, fields):
    answer = api.submit(action_type="data_access", **fields)
    assert (answer["cvss_score"], answer["cvss_severity"]) == (8.3, "HIGH")
    assert answer["cvss_vector"] == f"{answer['cvss_base_vector']}/CR:H/IR:H/AR:H"
    assert answer["cvss_base_score"] == 6.5
    assert {type(answer[name]) for name in ("cvss_score", "cvss_base_score")} == {float}
    assert api.get(f"/api/v1/actions/{answer['id']}")["cvss_score"] == 8.3


def test_the_header_of_the_published_client_says_nothing(api):
    """It sends X-Environment: production with everything, unless told otherwise."""
    with_it = api.call("POST", "/api/v1/actions/submit", EXAMPLE, X_Environment="production")
    assert (with_it["risk_score"], with_it["cvss_score"]) == (35.0, 4.3)
    body = api.call("POST", "/api/v1/actions/submit", EXAMPLE | {"environment": "production"})
    assert (body["risk_score"], body["cvss_score"]) == (40.0, 4.3)


def test_mitre_and_owasp_stand_apart(api):
    answer = api.get(f"/api/v1/actions/{lifecycles.pending(api, action_type='code.eval')}")
    assert [one["id"] for one in answer["mitre_techniques"]] == ["AML.T0050", "T1059"]
    assert (answer["mitre_technique"], answer["mitre_tactic"]) == ("AML.T0050", "Execution")
    assert answer["owasp_risks"] == [
        {"id": "ASI05", "name": "Unexpected Code Execution (RCE)", "tactic": "", "tactic_id": ""}
    ]


def test_a_type_without_techniques_has_empty_lists(api):
    """Lists stay lists (wire-contract 4.3)."""
    answer = api.submit(action_type="notification.send")
    assert (answer["mitre_technique"], answer["mitre_techniques"], answer["owasp_risks"]) == (None, [], [])
