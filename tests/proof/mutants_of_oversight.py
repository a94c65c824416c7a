"""The mutants: each a mistake somebody could make, in oversight, standing approvals, bulk and delegations."""

from __future__ import annotations

from tests.proof.mutation import Mutant

_GLASS = "reviews.break_glass"
_STANDING = "reviews.standing.verbs"
_AWAY = "governance.delegations"
_BULK = "reviews.bulk.selected"

MUTANTS = (
    Mutant(
        _GLASS,
        "if own.level < max(CEILINGS):",
        "if False:",
        "any level breaks the glass",
        "the_glass_is_broken_by_a_senior_of_the_highest_level",
    ),
    Mutant(
        _GLASS,
        'if not reviewer.person.has_perm("actions.break_glass"):',
        "if False:",
        "any reviewer breaks the glass",
        "the_glass_is_broken_by_a_senior_of_the_highest_level",
    ),
    Mutant(
        _GLASS,
        "if len(reason) < LEAST_REASON:",
        "if not reason:",
        "a word is enough for the glass",
        "the_glass_takes_words_a_password_and_the_content",
    ),
    Mutant(
        _GLASS,
        "            check_digest(action, digest)\n",
        "",
        "the glass is broken for content nobody saw",
        "the_glass_takes_words_a_password_and_the_content",
    ),
    Mutant(
        _GLASS,
        "if not actor.is_confirmed(at):",
        "if False:",
        "the glass needs no password",
        "the_glass_takes_words_a_password_and_the_content",
    ),
    Mutant(
        _GLASS,
        "if glass.person.identity == person.identity:",
        "if False:",
        "who broke it looks at it",
        "somebody_else_looks_at_the_glass",
    ),
    Mutant(
        "actions.lifecycle",
        "if action.is_canary and target in _ACTED:",
        "if False:",
        "a test is carried out",
        "a_test_is_never_carried_out",
    ),
    Mutant(
        "actions.models.action",
        "principal=agent, is_canary=False",
        "principal=agent",
        "the agent learns of the test",
        "a_test_is_never_carried_out",
    ),
    Mutant(
        "reviews.canaries",
        "action.state != State.APPROVED, at",
        "action.state == State.REJECTED, at",
        "sending a test back counts as missing it",
        "sending_a_test_back_is_catching_it",
    ),
    Mutant(
        "actions.standing_uses",
        'StandingApproval.objects.filter(pk=pk).update(uses=F("uses") + 1)',
        "pass",
        "uses are not counted",
        "a_standing_approval_is_used_up",
    ),
    Mutant(
        _STANDING,
        "elif standing_of(terms.as_action(standing)).complete:",
        "elif True:",
        "one person allows it in advance",
        "a_standing_approval_needs_its_quorum",
    ),
    Mutant(
        _AWAY,
        "ended.ended_at = now",
        "pass",
        "the delegate goes on",
        "a_delegation_ends_when_it_is_ended",
    ),
    Mutant(
        _AWAY,
        "if by.pk not in (ended.person_id, ended.delegate_id):",
        "if False:",
        "anybody ends it",
        "people_arrange_their_own_absence",
    ),
    Mutant(
        _AWAY,
        "if by.pk != person.pk:",
        "if False:",
        "anybody names a delegate for another",
        "people_arrange_their_own_absence",
    ),
    Mutant(
        _AWAY,
        "        _check_alone(person, starts_at, ends_at)\n",
        "",
        "two delegates, two voices",
        "people_arrange_their_own_absence",
    ),
    Mutant(
        _AWAY,
        "if ends_at - starts_at > LONGEST:",
        "if False:",
        "away for ever",
        "an_absence_is_of_ninety_days_and_another_human_being",
    ),
    Mutant(
        _AWAY,
        "if to.identity == person.identity:",
        "if False:",
        "somebody acts for themselves",
        "an_absence_is_of_ninety_days_and_another_human_being",
    ),
    Mutant(
        _BULK,
        "action.way.bulk_approve and action.risk_level",
        "action.risk_level",
        "approved together on any route",
        "many_are_approved_together_only_where_that_is_allowed",
    ),
    Mutant(
        _BULK,
        "and action.risk_level in BULK_LEVELS and",
        "and",
        "a high risk is approved from a list",
        "many_are_approved_together_only_where_that_is_allowed",
    ),
)
