"""How an action was scored and classified, as its page words it. Read from what was frozen on it, never anew."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from actions.models import Action
from governance import frozen_words
from governance.models import Person
from governance.models import Policy as PolicyRow
from reviews.assessments import Step, adds_up, cvss_words, of_mitre, of_owasp, waterfall
from reviews.deeds import cannot_be_undone


def policies_named(names: Iterable[str]) -> dict[str, int]:
    """The rows of the policies of these names that are still there. No names cost no query."""
    wanted = list(names)
    return dict(PolicyRow.objects.filter(name__in=wanted).values_list("name", "pk")) if wanted else {}


class Classified:
    """The assessment and the verdict of an action, in words."""

    def __init__(self, action: Action, person: Person):
        self.action = action
        self.person = person
        self.assessment: dict[str, Any] = action.assessment or {}
        self.verdict = frozen_words.verdict(action.verdict or {})

    @cached_property
    def steps(self) -> list[Step]:
        """The waterfall of the score."""
        return waterfall(self.assessment)

    @property
    def adds_up(self) -> bool:
        """Whether the factors recompute to the score."""
        return adds_up(self.assessment, self.action.risk_score)

    @property
    def review_line(self) -> float | None:
        """The score from which on a person had to look at this agent's actions; None where nobody kept it."""
        found = (self.verdict.get("threshold") or {}).get("review_from")
        return float(found) if isinstance(found, int | float) else None

    @property
    def is_over_the_line(self) -> bool:
        """Whether the score reaches that line."""
        return self.review_line is not None and self.action.risk_score >= self.review_line

    @property
    def line_of(self) -> str:
        """Whose line it is, where it is not everybody's."""
        found = str((self.verdict.get("threshold") or {}).get("applies_to") or "")
        return "" if found == "every agent" else frozen_words.line(found)

    @cached_property
    def cvss(self) -> dict[str, Any]:
        """The CVSS block with the metrics of the vector that holds, in words; empty when there is none."""
        found = dict(self.assessment.get("cvss") or {})
        if context := found.get("environmental"):
            found["environmental"] = context | {"because": frozen_words.because(context.get("because") or ())}
        here = found.get("environmental") or found
        return {**found, "here": here, "words": cvss_words(str(here.get("vector") or ""))} if found else {}

    @property
    def techniques(self) -> list[Any]:
        """What ATT&CK and ATLAS call this."""
        return of_mitre(self.assessment.get("techniques"))

    @property
    def owasp_risks(self) -> list[Any]:
        """What OWASP's list for agents calls this."""
        return of_owasp(self.assessment.get("techniques"))

    @cached_property
    def policies(self) -> list[dict[str, Any]]:
        """The policies that matched, enforced ones first; each with `pk` where its row is still there to read."""
        found = [
            {**(item if isinstance(item, dict) else {"name": str(item)}), "is_observed": key == "observed"}
            for key in ("matched", "observed")
            for item in self.verdict.get(key) or []
        ]
        there = policies_named(str(one.get("name")) for one in found)
        return [{**one, "pk": there.get(str(one.get("name")))} for one in found]

    @property
    def reads_rulebook(self) -> bool:
        """Whether this person may open the rules it was scored by. Version 0 stands for an assessment that failed."""
        return bool(self.action.rulebook_version) and self.person.has_perm("governance.view_rulebookversion")

    @property
    def reversibility(self) -> str:
        """Whether the action can be undone, in words."""
        words = {"yes": _("Yes"), "partly": _("Partly")}
        return (
            _("No, it cannot be undone")
            if self.is_final
            else words.get(str(self.assessment.get("reversibility")), _("Unknown"))
        )

    @cached_property
    def is_final(self) -> bool:
        """Whether it cannot be undone, by the rules or by what it does."""
        return cannot_be_undone(self.assessment, self.action.payload)

    @property
    def blast_radius(self) -> str:
        """How far it reaches if it goes wrong, in words."""
        words = {
            "record": _("One record"),
            "records": _("Many records"),
            "system": _("A whole system"),
            "outside": _("Beyond our systems"),
        }
        return words.get(str(self.assessment.get("blast_radius")), _("Unknown"))
