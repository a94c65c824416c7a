"""A draft of the rules as a whole: every enabled rule, with some as they would be. Nothing here is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from governance import rulebook, simulation
from governance.errors import InvalidRule
from governance.ledger.canonical import canonical
from governance.models import RulebookVersion
from governance.rule_content import Draft, content_of_rows
from governance.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the next version would say. Its digest is the one that version would have."""

    base_version: int
    content: str
    digest: str
    decides: bool  # whether it could give any action another outcome, score or route

    def rules(self) -> Rulebook:
        """The draft, compiled."""
        return compiled(self.base_version, self.content)


def drafted(drafts: Iterable[Draft]) -> Drafted:
    """The rules in force with these as they would be. The rows have passed rule_checks.check.

    Costs a query per table of rules. Raises InvalidRule when the rules together could not be applied, and
    rulebook.NoRulebook when none are in force.
    """
    content = canonical(content_of_rows(drafts))
    base = RulebookVersion.objects.order_by("-version").values_list("version", "content").first()
    if base is None:
        raise rulebook.NoRulebook("There are no rules yet. Load the shipped ones with manage.py load_default_rules.")
    version, in_force = base
    try:
        compiled(version, content)
    except rulebook.NoRulebook as exc:
        raise InvalidRule(_("{problem}. Nothing was changed.").format(problem=exc)) from exc
    decides = simulation.decisive(json.loads(in_force)) != simulation.decisive(json.loads(content))
    return Drafted(version, content, rulebook.digest_of(content), decides)


@lru_cache(maxsize=4)
def compiled(version: int, content: str) -> Rulebook:
    """A draft's rulebook, under the number of the version it is compared with. Raises rulebook.NoRulebook."""
    return rulebook.from_content(version, json.loads(content))
