"""The mutants: each a mistake somebody could make, in the rules of routes."""

from __future__ import annotations

from tests.proof.mutation import Mutant

_ROUTING, _RULES = "governance.routing", "governance.route_rules"

MUTANTS = (
    Mutant(
        _ROUTING,
        "if ballot.level < self.level:",
        "if False:",
        "a requirement's level counts for nothing",
        "a_requirement_has_its_level",
    ),
    Mutant(
        _ROUTING,
        "one.stage == number or",
        "one.stage <= number or",
        "an approval counts in every later stage",
        "the_same_person_counts_again_only_where_allowed",
    ),
    Mutant(
        _ROUTING,
        "route.same_person_again and one.stage < number",
        "False",
        "nobody may ever count again",
        "the_same_person_counts_again_only_where_allowed",
    ),
    Mutant(
        _ROUTING,
        "if len(seated[place]) < requirement.needed:",
        "if True:",
        "seats without end",
        "people_side_by_side_make_room",
    ),
    Mutant(
        _ROUTING,
        "if any(len(people) < wanted.needed for",
        "if all(len(people) < wanted.needed for",
        "one of two",
        "people_side_by_side_make_room",
    ),
    Mutant(
        _ROUTING,
        "            return Standing(number, False, given, _lacking",
        "            continue\n            return Standing(number, False, given, _lacking",
        "a stage that is not met is skipped",
        "quorum_of_two_stages",
    ),
    Mutant(
        _ROUTING,
        "for other in seated[place]:",
        "for other in ():",
        "nobody makes room for another",
        "people_side_by_side_make_room",
    ),
    Mutant(
        _ROUTING,
        "and any(one.admits(ballot, stands_in) for ballot in people for one in free)",
        "and False",
        "who could be made room for is not wanted",
        "people_side_by_side_make_room",
    ),
    Mutant(
        _ROUTING,
        "{ballot.person: ballot for ballot in reversed",
        "{id(ballot): ballot for ballot in reversed",
        "one person fills two seats",
        "one_person_is_one_ballot",
    ),
    Mutant(
        _ROUTING,
        "max(routes, key=",
        "min(routes, key=",
        "the laxest of the routes that may apply",
        "no_answer_takes_the_strictest",
    ),
    Mutant(
        _RULES,
        "score < self.score_below",
        "score <= self.score_below",
        "the band holds its upper end",
        "the_band_is_half_open",
    ),
    Mutant(
        _RULES,
        "score >= self.score_from",
        "score > self.score_from",
        "the band lacks its lower end",
        "the_band_is_half_open",
    ),
    Mutant(
        _RULES,
        "unanswered.append(rule.route)",
        "pass",
        "a condition without an answer is taken for no",
        "no_answer_takes_the_strictest",
    ),
)
