"""The rulebook: every rule of one moment, frozen as text, read back as values ready to be applied.

A RulebookVersion's row is the whole truth and never changes, so what was read once is kept for the life of the
process. The digest is part of the key: of two texts that were ever called version 7, one was rolled back or lost
with a restored backup, and must not be taken for the other.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from governance import conditions, evidence, mapping, policies, route_rules, thresholds
from governance.errors import InvalidRule
from governance.ledger.canonical import sha256
from governance.models import RulebookVersion
from governance.policies import PolicySet
from governance.route_rules import RouteRule
from governance.thresholds import Thresholds

_KEPT = 16  # compiled rulebooks; old actions show their snapshots and need none
_DOMAIN = "foureyes/rulebook/v1"


class NoRulebook(Exception):
    """There is no rulebook that can be read. Until there is one, a person decides every action."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One version of the rules, compiled."""

    version: int
    mapping: mapping.Mapping
    policies: PolicySet
    thresholds: Thresholds
    routes: tuple[RouteRule, ...] = ()


_kept: OrderedDict[tuple[int, str], Rulebook] = OrderedDict()
_digests: dict[int, str] = {}  # of committed versions
_lock = threading.Lock()


def current(version: int | None = None, digest: str | None = None) -> Rulebook:
    """The rulebook of a version, or the latest one.

    Costs one query, or none for a known version (and its digest, where the caller has it anyway); one more the
    first time a version is read. Raises NoRulebook when there is none or it cannot be read.
    """
    if version is None:
        version, digest = _latest()
    elif digest is None:
        digest = _digests.get(version) or _digest_of(version)
    return _kept.get((version, digest)) or _read(version, digest)


def latest_version() -> int:
    """The number of the latest version. One query. Raises NoRulebook when there is none."""
    return _latest()[0]


def digest_of(content: str) -> str:
    """The hex digest that names a frozen content."""
    return sha256(_DOMAIN, content)


def forget() -> None:
    """Drop what is kept. For tests, whose databases start over."""
    with _lock:
        _kept.clear()
        _digests.clear()


def from_content(version: int, content: dict[str, Any]) -> Rulebook:
    """The compiled rulebook of a content. Raises NoRulebook when it is not one.

    Format 1, of the first release, had no thresholds: the guide's line held for everybody. Older contents have no
    routes: one reviewer whose level reaches the score.
    """
    try:
        rules = mapping.make(
            version,
            base={level: float(score) for level, score in content["levels"].items()},
            types=[_type_rule(**rule) for rule in content["action_types"]],
            texts=[_text_rule(**rule) for rule in content["evidence"]],
            indicators=[_indicator_rule(**rule) for rule in content["indicators"]],
        )
        return Rulebook(
            version,
            rules,
            policies.policy_set(_policy(**rule) for rule in content["policies"]),
            thresholds.make(content.get("thresholds", ())),
            tuple(route_rules.make(item) for item in content.get("routes", ())),
        )
    except (AttributeError, KeyError, TypeError, ValueError, InvalidRule) as exc:
        raise NoRulebook(f"Rulebook version {version} cannot be read: {exc}") from exc


# Canonical JSON writes 35.0 as 35, and a score is a float on the wire.


def _type_rule(*, extra_points: float, cvss: dict[str, Any], **rest: Any) -> mapping.TypeRule:
    score = cvss | {"score": float(cvss["score"])}
    return mapping.TypeRule(extra_points=float(extra_points), cvss=score, **rest)


def _text_rule(*, words: str, points: float, up_to: float, **rest: Any) -> mapping.TextRule:
    found = evidence.words_in(words)
    return mapping.TextRule(
        words=found, pattern=evidence.pattern(found), points=float(points), up_to=float(up_to), **rest
    )


def _indicator_rule(*, points: float, up_to: float, **rest: Any) -> mapping.IndicatorRule:
    return mapping.IndicatorRule(points=float(points), up_to=float(up_to), **rest)


def _policy(
    *,
    condition: str,
    controls: Sequence[str] = (),
    valid_from: str | None = None,
    valid_until: str | None = None,
    **rest: Any,
) -> policies.Policy:
    try:
        program = conditions.compile(condition)
    except InvalidRule:
        program = None  # this policy is then unanswerable, which is a person's case; the others still hold
    return policies.Policy(
        program=program,
        controls=tuple(controls),
        valid_from=datetime.fromisoformat(valid_from) if valid_from else None,
        valid_until=datetime.fromisoformat(valid_until) if valid_until else None,
        **rest,
    )


def _latest() -> tuple[int, str]:
    row = RulebookVersion.objects.order_by("-version").values_list("version", "digest").first()
    if row is None:
        raise NoRulebook("There are no rules yet. Load the shipped ones with manage.py load_default_rules.")
    _note_digest(*row)
    return row


def _digest_of(version: int) -> str:
    digest = RulebookVersion.objects.filter(version=version).values_list("digest", flat=True).first()
    if digest is None:
        raise NoRulebook(f"There is no rulebook version {version}.")
    _note_digest(version, digest)
    return digest


def _note_digest(version: int, digest: str) -> None:
    if not connection.in_atomic_block:  # inside a transaction the row may yet be rolled back
        _digests[version] = digest


def _read(version: int, digest: str) -> Rulebook:
    """Read and compile one version, once however many threads ask."""
    with _lock:
        if rulebook := _kept.get((version, digest)):
            return rulebook
        text = RulebookVersion.objects.filter(version=version).values_list("content", flat=True).first()
        if text is None or digest_of(text) != digest:
            raise NoRulebook(f"The content of rulebook version {version} is not what its digest says.")
        try:
            content = json.loads(text)
        except ValueError as exc:
            raise NoRulebook(f"Rulebook version {version} cannot be read: {exc}") from exc
        rulebook = from_content(version, content)
        _kept[version, digest] = rulebook
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
        return rulebook
