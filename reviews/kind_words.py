"""The kinds of ledger entries as a reader says them, group by group, so that each can be translated."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# As governance.ledger.kinds lists them; tests/reviews/test_history.py holds the two against each other.
# fmt: off
WORDS = frozenset({
    _("Action"), _("Action submitted"), _("Action approved"), _("Action rejected"), _("Action changes requested"),
    _("Action edited"), _("Action expired"), _("Action reminded"), _("Action escalated"), _("Action cancelled"),
    _("Action revoked"), _("Action executed"), _("Action failed"), _("Action glass broken"),
    _("Vote"), _("Vote approved"), _("Vote rejected"),
    _("Comment"), _("Comment added"),
    _("Claim"), _("Claim taken"), _("Claim released"), _("Claim taken over"),
    _("Assignment"), _("Assignment made"), _("Assignment ended"),
    _("Conditions"), _("Conditions checked"),
    _("Deadline"), _("Deadline extended"),
    _("Glass"), _("Glass reviewed"), _("Glass review overdue"),
    _("Sample"), _("Sample looked at"),
    _("Canary"), _("Canary planted"), _("Canary revealed"),
    _("Standing"), _("Standing proposed"), _("Standing vote"), _("Standing activated"), _("Standing declined"),
    _("Standing revoked"), _("Standing used"),
    _("Report"), _("Report refused"),
    _("Execution"), _("Execution ungoverned"),
    _("Agent"), _("Agent registered"), _("Agent changed"), _("Agent blocked"), _("Agent released"),
    _("Kill switch"), _("Kill switch activated"), _("Kill switch released"),
    _("Key"), _("Key issued"), _("Key revoked"),
    _("Team"), _("Team created"), _("Team renamed"),
    _("Person"), _("Person created"), _("Person changed"), _("Person signed in"), _("Person signed out"),
    _("Person sign in failed"), _("Person confirm failed"), _("Person password changed"),
    _("Person second factor enabled"), _("Person second factor disabled"), _("Person second factor removed"),
    _("Person recovery codes made"), _("Person recovery code used"), _("Person code failed"),
    _("Person sessions ended"), _("Person time zone changed"), _("Person notices changed"),
    _("Delegation"), _("Delegation started"), _("Delegation ended"),
    _("Rules"), _("Rules loaded"), _("Rules asked"), _("Rules imported"), _("Rules restored"),
    _("Rule"), _("Rule created"), _("Rule changed"),
    _("Catalogue"), _("Catalogue loaded"),
    _("Channel"), _("Channel created"), _("Channel changed"),
    _("Notice"), _("Notice retried"),
    _("View"), _("View saved"), _("View changed"), _("View deleted"),
    _("History"), _("History exported"), _("History actions exported"), _("History oversight exported"),
    _("History replay exported"),
    _("Dashboard"), _("Dashboard exported"),
})
# fmt: on


def in_words(kind: str) -> str:
    """`person.signed_in` as a reader says it: Person signed in."""
    return gettext(english(kind))


def english(kind: str) -> str:
    """The same before it is translated."""
    return kind.replace(".", " ").replace("_", " ").capitalize()
