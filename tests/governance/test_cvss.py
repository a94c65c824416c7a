"""CVSS: the library's numbers are FIRST's numbers, and a bad vector says what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
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


# A requirement multiplies its impact (section 7.4).
_WEIGHTS = {"": Decimal(1), "M": Decimal(1), "H": Decimal("1.5")}

# Every combination that rules can set.
_REQUIREMENTS = [
    dict(zip(("CR", "IR", "AR"), letters, strict=True))
    for letters in itertools.product(("", "M", "H"), repeat=3)
    if any(letters)
]


def vectors() -> Iterator[dict[str, str]]:
    """All 2,592 combinations of base metrics of 3.1."""
    for letters in itertools.product(*_VALUES.values()):
        yield dict(zip(_VALUES, letters, strict=True))


def written(chosen: dict[str, str], prefix: str = "CVSS:3.1/") -> str:
    return prefix + "/".join(f"{name}:{letter}" for name, letter in chosen.items() if letter)


def numbers(chosen: dict[str, str]) -> tuple[dict[str, Decimal], Decimal, bool]:
    """The values of the metrics, the exploitability, and whether the scope changes (section 7.1)."""
    value = {name: Decimal(_VALUES[name][letter]) for name, letter in chosen.items()}
    changed = chosen["S"] == "C"
    if changed and chosen["PR"] != "N":
        value["PR"] = {"L": Decimal("0.68"), "H": Decimal("0.5")}[chosen["PR"]]
    return value, Decimal("8.22") * value["AV"] * value["AC"] * value["PR"] * value["UI"], changed


def total(impact: Decimal, exploitability: Decimal, changed: bool) -> float:
    if impact <= 0:
        return 0.0
    score = (impact + exploitability) * (Decimal("1.08") if changed else 1)
    return float(min(score, Decimal(10)).quantize(Decimal("0.1"), ROUND_CEILING))


def by_the_book(chosen: dict[str, str]) -> float:
    """The base score by the formulas of section 7.1, in exact decimals."""
    value, exploitability, changed = numbers(chosen)
    iss = 1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"])
    if changed:
        impact = Decimal("7.52") * (iss - Decimal("0.029")) - Decimal("3.25") * (iss - Decimal("0.02")) ** 15
    else:
        impact = Decimal("6.42") * iss
    return total(impact, exploitability, changed)


def by_the_book_in_context(chosen: dict[str, str], requirements: dict[str, str]) -> float:
    """The environmental score by the formulas of section 7.3, nothing modified and no temporal metric given."""
    value, exploitability, changed = numbers(chosen)
    left = [1 - _WEIGHTS[requirements[f"{name}R"]] * value[name] for name in "CIA"]
    miss = min(1 - left[0] * left[1] * left[2], Decimal("0.915"))
    if changed:
        shrunk = miss * Decimal("0.9731") - Decimal("0.02")
        impact = Decimal("7.52") * (miss - Decimal("0.029")) - Decimal("3.25") * shrunk**13
    else:
        impact = Decimal("6.42") * miss
    return total(impact, exploitability, changed)


def test_every_vector_of_3_1_scores_as_the_specification_says() -> None:
    """All 2,592 of them (wire-contract 14, row 12)."""
    assert [written(chosen) for chosen in vectors() if cvss.base(written(chosen))["score"] != by_the_book(chosen)] == []


def test_every_vector_of_3_1_in_every_context_scores_as_the_specification_says() -> None:
    """67,392 of them. Where the formulas give less than the base score, the base score stands, and its vector."""
    wrong, held = [], []
    for chosen in vectors():
        base = cvss.base(written(chosen))
        for requirements in _REQUIREMENTS:
            found = cvss.with_environment(base, written(requirements, ""))
            vector, score = (
                f"{base['vector']}/{written(requirements, '')}",
                by_the_book_in_context(chosen, requirements),
            )
            if found.holds_base:
                held.append(vector)
            expected = (base["vector"], base["score"]) if score < base["score"] else (vector, score)
            if (found.vector, found.score) != expected or found.score < base["score"]:
                wrong.append(vector)
    assert wrong == []
    # High requirements alone lower 18; a medium one is as good as none there, and cannot hide that.
    alone = [vector for vector in held if vector.count("R:") == 2 and vector.endswith("R:H")]
    assert len(alone) == 18
    assert all("/S:C/" in vector for vector in held)


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


# -- In context --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        # FIRST's own examples of 4.0, which name no requirement.
        ("AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.5),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7),
        ("AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1),
        ("AV:N/AC:L/AT:N/PR:L/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", 5.3),
        ("AV:N/AC:L/AT:P/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 2.1),
    ],
)
def test_4_0_counts_an_undefined_requirement_as_high(vector: str, score: float) -> None:
    """Section 4.1 of its specification: not defined is the worst case. So high requirements change the vector only."""
    base = cvss.base(f"CVSS:4.0/{vector}")
    found = cvss.with_environment(base, "CR:H/IR:H/AR:H")
    assert base["score"] == score
    assert found == (f"CVSS:4.0/{vector}/CR:H/IR:H/AR:H", score, base["severity"], False)


def test_context_never_lowers_a_score_of_4_0() -> None:
    """A medium requirement would; on every 41st of its 104,976 base vectors, by every combination."""
    values = {"AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", **dict.fromkeys(
        ("VC", "VI", "VA", "SC", "SI", "SA"), "NLH")}  # fmt: skip
    held = 0
    for letters in itertools.islice(itertools.product(*values.values()), 0, None, 41):
        base = cvss.base(written(dict(zip(values, letters, strict=True)), "CVSS:4.0/"))
        found = [cvss.with_environment(base, written(requirements, "")) for requirements in _REQUIREMENTS[::5]]
        assert all(one.score >= base["score"] for one in found), base["vector"]
        held += sum(one.holds_base for one in found)
    assert held > 1000  # so it is not for want of trying


def test_a_known_score_in_context() -> None:
    base = cvss.base("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N")
    assert cvss.with_environment(base, "CR:H") == (f"{base['vector']}/CR:H", 8.3, "HIGH", False)
    assert (base["score"], base["severity"]) == (6.5, "MEDIUM")


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ([], ""),
        (["CR:H"], "CR:H"),
        (["CR:M", "CR:H"], "CR:H"),
        (["CR:H", "CR:M"], "CR:H"),
        (["IR:H/AR:M", "CR:M/AR:H"], "CR:M/IR:H/AR:H"),
        (["", "AR:M"], "AR:M"),
    ],
)
def test_the_stricter_requirement_holds(said: list[str], holds: str) -> None:
    assert cvss.strictest(tuple(said)) == holds
    assert cvss.strictest(tuple(reversed(said))) == holds
    assert cvss.environment(holds) == holds


@pytest.mark.parametrize("wrong", ["CR:L", "CR:X", "CR", "XR:H", "CR:HM", "C:H", "MAV:N"])
def test_only_requirements_that_cannot_lower_are_taken(wrong: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        cvss.environment(wrong)
    assert "is not a security requirement" in refusal.value.errors["cvss_environment"]


def test_requirements_are_put_in_order() -> None:
    assert cvss.environment(" ar:m / cr:h") == "CR:H/AR:M"
    assert cvss.environment("CR:H/CR:M") == "CR:H"
