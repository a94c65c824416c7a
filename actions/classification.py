"""What the risk assessment of an action says beside the score, in the clients' words (wire-contract 4.3)."""

from __future__ import annotations

from typing import Any

from actions.models import Action


def classification(action: Action) -> dict[str, Any]:
    """What the risk assessment says beside the score. CVSS is the score in context where the context counts."""
    seen = action.assessment
    base = seen.get("cvss") or {}
    cvss = base.get("environmental") or base
    named, controls = seen.get("techniques") or [], seen.get("controls") or []
    owasp = [risk for risk in named if _is_owasp(risk)]
    techniques = [technique for technique in named if not _is_owasp(technique)]
    first_technique = techniques[0] if techniques else {}
    first_control = controls[0] if controls else {}
    return {
        "cvss_score": cvss.get("score"),
        "cvss_severity": str(cvss["severity"]).upper() if cvss else None,
        "cvss_vector": cvss.get("vector"),
        "cvss_base_score": base.get("score"),
        "cvss_base_vector": base.get("vector"),
        "mitre_tactic": first_technique.get("tactic"),
        "mitre_technique": first_technique.get("id"),
        "mitre_techniques": techniques,
        "owasp_risks": owasp,
        "nist_control": first_control.get("id"),
        "nist_description": first_control.get("title"),
        "nist_controls": controls,
        "risk_factors": seen["factors"],
        "risk_score_source": "pipeline",
        "mapping_version": action.rulebook_version,
    }


def _is_owasp(technique: dict[str, Any]) -> bool:
    return str(technique.get("id")).startswith("ASI")
