"""Ids of techniques and controls: how publishers write them, how we do, and where they are explained. PURE."""

from __future__ import annotations

import re

TECHNIQUE = re.compile(r"(AML\.)?T\d{4}(\.\d{3})?|ASI\d{2}")
TACTIC = re.compile(r"(AML\.)?TA\d{4}")
_CONTROL = re.compile(r"([A-Za-z]{2})-(\d{1,2})(?: ?\((\d{1,2})\)|\.(\d{1,2}))?")

# Two spellings of one id are one control: AC-02 and ac-2; AC-06(09), AC-06.09, ac-6.9 and AC-6(9).


def control_id(text: str) -> str | None:
    """Our spelling of a control's id, AC-2 or AC-6(9); None when it is none."""
    match = _CONTROL.fullmatch(text.strip())
    if match is None:
        return None
    family, number, *enhancement = match.groups()
    if not int(number):
        return None
    within = next((digits for digits in enhancement if digits), None)
    return f"{family.upper()}-{int(number)}" + (f"({int(within)})" if within else "")


def page_of_technique(external_id: str) -> str:
    """The publisher's page about a technique."""
    if external_id.startswith("ASI"):
        return "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/"
    if external_id.startswith("AML."):
        return f"https://atlas.mitre.org/techniques/{external_id}"
    return f"https://attack.mitre.org/techniques/{external_id.replace('.', '/')}/"


def page_of_control(number: str) -> str:
    """The publisher's page about a control; an enhancement is explained with its control."""
    of_control = number.partition("(")[0]
    return (
        "https://csrc.nist.gov/projects/risk-management/sp800-53-controls/release-search"
        f"#/control?version=5.1&number={of_control}"
    )
