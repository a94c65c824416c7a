"""CVSS: the library's numbers are FIRST's numbers, and a bad vector says what is wrong with it."""

from __future__ import annotations

import itertools
from decimal import ROUND_CEILING, Decimal

import pytest

from governance import cvss
from governance.errors import InvalidRule

# CVSS 3.1 specification, section 7.4.
_VALUES = {
    "AV": {"N": "0.85", "A": "0.62", "L": "0.55", "P": "0.2"},
    "AC": {"L": "0.77", "H": "0.44"},
    "PR": {"N": "0.85", "L": "0.62", "H": "0.27"},
    "UI": {"N": "0.85", "R": "0.62"},
    "S": {"U": "0", "C": "1"},
    "C": {"H": "0.56", "L": "0.22", "N": "0"},
    "I": {"H": "0.56", "L": "0.22", "N": "0"},
    "A": {"H": "0.56", "L": "0.22", "N": "0"},
}


def by_the_book(chosen: dict[str, str]) -> float:
    """The base score by the formulas of section 7.1, in exact decimals."""
    value = {name: Decimal(_VALUES[name][letter]) for name, letter in chosen.items()}
    changed = chosen["S"] == "C"
    if changed and chosen["PR"] != "N":
        value["PR"] = {"L": Decimal("0.68"), "H": Decimal("0.5")}[chosen["PR"]]
    iss = 1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"])
    if changed:
        impact = Decimal("7.52") * (iss - Decimal("0.029")) - Decimal("3.25") * (iss - Decimal("0.02")) ** 15
    else:
        impact = Decimal("6.42") * iss
    if impact <= 0:
        return 0.0
    exploitability = Decimal("8.22") * value["AV"] * value["AC"] * value["PR"] * value["UI"]
    total = (impact + exploitability) * (Decimal("1.08") if changed else 1)
    return float(min(total, Decimal(10)).quantize(Decimal("0.1"), ROUND_CEILING))


def test_every_vector_of_3_1_scores_as_the_specification_says() -> None:
    """All 2,592 of them (wire-contract 14, row 12)."""
    names = list(_VALUES)
    wrong = []
    for letters in itertools.product(*(_VALUES[name] for name in names)):
        chosen = dict(zip(names, letters, strict=True))
        vector = "CVSS:3.1/" + "/".join(f"{name}:{letter}" for name, letter in chosen.items())
        if cvss.base(vector)["score"] != by_the_book(chosen):
            wrong.append(vector)
    assert wrong == []


@pytest.mark.parametrize(
    ("vector", "score", "severity"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", 4.3, "MEDIUM"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "CRITICAL"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "NONE"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, "CRITICAL"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, "CRITICAL"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, "NONE"),
    ],
)
def test_known_scores(vector: str, score: float, severity: str) -> None:
    version = vector[5:8]
    assert cvss.base(vector) == {"version": version, "vector": vector, "score": score, "severity": severity}


def test_metrics_are_put_in_order() -> None:
    assert cvss.base("CVSS:3.1/AC:L/AV:N/S:U/UI:N/PR:L/C:L/I:N/A:N")["vector"] == (
        "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"
    )


@pytest.mark.parametrize(
    ("vector", "says"),
    [
        ("", "begins with CVSS:3.1/ or CVSS:4.0/"),
        ("AV:N/AC:L", "begins with"),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", "begins with"),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:MEDIUM/I:N/A:N", 'Unknown value "MEDIUM"'),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N", 'mandatory metrics "A"'),
        ("CVSS:3.1/AV:N/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", 'Duplicate metric "AV"'),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N/E:P", "not E"),
        ("CVSS:4.0/AV:N", "mandatory metrics"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A/CR:H", "not E, CR"),
    ],
)
def test_a_bad_vector_is_refused_with_the_reason(vector: str, says: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        cvss.base(vector)
    assert says in refusal.value.errors["cvss_vector"]
