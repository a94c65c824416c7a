"""A portal in which every text that anybody can set tries to run (threats S4): made by the verbs, in any database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from actions.agents import block_agent, release_agent
from actions.kill_switch import switch_all
from actions.models import Action, Agent, AgentKey, Outcome, Sample
from governance.delegations import delegate, end_delegation
from governance.models import (
    ActionTypeRule,
    CatalogueRelease,
    Control,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    LevelScore,
    Mitigation,
    Person,
    Policy,
    Route,
    RulebookVersion,
    Technique,
    Threshold,
)
from governance.people import change_person, create_person, save_team
from governance.rule_changes import Change, change_rule, change_rules
from reviews import outbox
from reviews.assign import assign_action
from reviews.break_glass import break_glass, review_break_glass
from reviews.canaries import plant_canary
from reviews.claim import claim_action, take_over
from reviews.comment import add_comment
from reviews.models import BreakGlass, Canary, Channel, Notice, SavedView
from reviews.notices.channels import save_channel
from reviews.samples import look_at_sample
from reviews.saved_views import save_view
from reviews.standing import terms
from reviews.standing.verbs import propose_standing, vote_standing
from reviews.vote import cast_vote
from tests.reviews.pages import hostile_fields
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import TEAM
from tests.support.drafts import asked
from tests.support.hostile import ROUNDS, SHORT, name, short_name, words
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP, key_for, person_called

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"

# A rule, and what it is linked to; and the kinds that others are linked to.
Drafted = tuple[Any, dict[str, list[Any]]]
_LINKED = ("technique", "control")
_STATES = ("rejected", "changes_requested", "revoked", "cancelled", "failed")

# For each model the addresses name, and some things besides: the ids of what is hostile.
Ids = dict[str, list[int | str]]


def build() -> Ids:
    """Fill the database with hostile things of every kind."""
    ids: Ids = {}
    team = Group.objects.get(name=TEAM)
    _rules(ids)
    for number in range(ROUNDS):
        people = _people(number, team)
        for made in (_actions(number, people), _desks(number, people, team)):
            for kind, pk in made.items():
                ids.setdefault(kind, []).append(pk)
    _latest(ids)
    # Every action that waits, and two of each other state.
    states = [ids[state] for state in (*_STATES, "executed", "glass", "escalated")]
    others = [pks[at % ROUNDS] for first, pks in enumerate(states) for at in (first, first + ROUNDS // 2)]
    ids["every_state"] = [*ids["waiting"], *others]
    return ids


def _people(number: int, team: Group) -> dict[str, Person]:
    """Three of the cast with hostile names, and another admin; people own the names, so they change in each round."""
    people = {username: person_called(username) for username in ("rita", "ravi", "sina", "adam", "olga")}
    for at, person in enumerate(people.values()):
        person.refresh_from_db()
        person.first_name, person.last_name = name(number + at, 150), name(number + at + 1, 150)
        change_person(person, actor=SETUP)
    create_person(actor=SETUP, username=f"eve{number}", role="reviewer", team=team, first_name=name(number, 150))
    return people


def _rules(ids: Ids) -> None:
    """Some of each rule, with links between them: in two versions, because each is compiled anew."""
    drafts: list[dict[str, Drafted]] = []
    for number in range(ROUNDS):
        group, rows = _drafts(number)
        ids.setdefault("group", []).append(group.pk)
        ids.setdefault("t_id", []).append(rows["technique"][0].external_id)
        ids.setdefault("c_id", []).append(rows["control"][0].control_id)
        drafts.append(rows)
    for is_first in (True, False):
        chosen = [(kind, *one) for rows in drafts for kind, one in rows.items() if (kind in _LINKED) is is_first]
        changes = [Change(row, links) for _, row, links in chosen]
        change_rules(changes, actor=SETUP, reason=words(int(is_first), 3000))
        for kind, row, _ in chosen:
            ids.setdefault(kind, []).append(row.pk)


def _drafts(number: int) -> tuple[Group, dict[str, Drafted]]:
    """One of each rule."""
    group = save_team(Group(name=name(number, 140)), actor=SETUP)
    technique = Technique(external_id=f"T99{number:02}", name=words(number, 200), tactic=name(number, 100))
    control = Control(control_id=f"ZZ-{number + 1}", title=words(number, 250))
    policy = Policy(
        name=name(number, 100),
        condition=f'action.resource != "{number}" || "<script>ran=1</script>{{{{9931*9931}}}}<b pwn>" == ""',
        effect="require_approval",
        reason=words(number),
    )
    route = Route(
        name=name(number, 100),
        reason=words(number),
        condition=f'action.resource == "the vault {number}" || action.resource == "<script>ran=1</script><b pwn>"',
        stages=[{"label": name(number, 50), "requirements": [{"needed": 1, "level": 3, "group": None}]}],
        remind_after=30,
        escalate_after=60,
        escalate_to=group,
    )
    kind = ActionTypeRule(pattern=f"hostile.type{number}", level="high", why=words(number), cvss_vector=VECTOR)
    rows: dict[str, Drafted] = {
        "technique": (technique, {}),
        "control": (control, {}),
        "actiontyperule": (kind, {"techniques": [technique], "controls": [control]}),
        "policy": (policy, {"controls": [control]}),
        "route": (route, {}),
        "threshold": (
            Threshold(agent_id=f"{number}{words(number, 250)}", review_from=70.0, reason=words(number)),
            {},
        ),
        "evidencerule": (
            EvidenceRule(name=name(number, 100), words="\n".join(SHORT), points=5, reason=words(number)),
            {},
        ),
        "indicatorrule": (
            IndicatorRule(name=name(number, 100), key=f"k{number}", value="high", points=5, reason=words(number)),
            {},
        ),
    }
    return group, rows


def _actions(number: int, people: dict[str, Person]) -> dict[str, int | str]:
    """An agent whose every word is hostile, and its actions in every state, each with what people said about them."""
    agent_id = f"{number}{words(number, 250)}"
    api = Api(key_for(agent_id, name=name(number, 200), team=TEAM, owner=people["olga"]))
    agent = Agent.objects.get(agent_id=agent_id)
    said = words(number, 900)
    fields = hostile_fields(words(number, 250)) | {"agent_id": agent_id, "agent_name": name(number, 200)}
    fields["description"] = words(number, 3000)
    one = {**fields, "action_type": f"hostile.type{number}"}

    waiting = lifecycles.pending(api, **fields, correlation_id=name(number, 100))
    add_comment(waiting, actor=actor_of(people["ravi"]), person=people["ravi"], text="@rita " + said.replace("@", ""))
    assign_action(waiting, actor=actor_of(people["sina"]), person=people["sina"], to="rita", note=words(number, 200))
    claim_action(waiting, actor=actor_of(people["ravi"]), person=people["ravi"])
    take_over(
        waiting,
        actor=actor_of(people["rita"]),
        person=people["rita"],
        holder_id=people["ravi"].pk,
        reason=words(number),
    )
    like = lifecycles.pending(api, **fields | {"context": {"note": said}})
    example = Action.objects.get(pk=like)
    standing = propose_standing(
        like,
        actor=actor_of(people["sina"]),
        person=people["sina"],
        digest=example.digest,
        condition=terms.preset(example),
        score_up_to=example.risk_score,
        max_uses=5,
        days=5,
        reason=said,
    )
    if standing.status == "proposed":
        vote_standing(
            standing.pk,
            actor=actor_of(people["rita"]),
            person=people["rita"],
            verdict="reject",
            digest=standing.digest,
            reason=said,
        )
    found: dict[str, int] = {"waiting": waiting}
    for state in _STATES:
        found[state] = lifecycles.ALL[state](api, **one, **({} if state == "failed" else {"reason": said}))
    approved = lifecycles.pending(api, **one)
    row = Action.objects.get(pk=approved)
    cast_vote(
        approved,
        actor=actor_of(people["sina"]),
        person=people["sina"],
        verdict="approve",
        digest=row.digest,
        reason=said,
        conditions=[words(number, 200), name(number)],
    )
    report = {"status": "completed", "result": {said: [said], "conditions": name(number)}, "duration_ms": 12}
    assert api.post(f"/api/agent-action/{approved}/complete", report).status == 200
    found["executed"] = approved
    glass = lifecycles.pending(api, **one)
    row.refresh_from_db()
    digest = Action.objects.get(pk=glass).digest
    break_glass(glass, actor=actor_of(people["sina"]), person=people["sina"], reason=said, digest=digest)
    if number:  # one of them still waits to be looked at
        review_break_glass(glass, actor=actor_of(people["adam"]), person=people["adam"], finding="right", note=said)
    found["glass"] = glass
    found["escalated"] = _escalated(api, fields, number, people)
    plant_canary(actor=SETUP, agent=agent, template="own-account")
    block_agent(agent.pk, actor=SETUP, reason=said)
    if number:  # one of them stays blocked
        release_agent(agent.pk, actor=SETUP, reason=said)
    return {
        **found,
        "agent": agent.pk,
        "standing": standing.pk,
        "key": AgentKey.objects.get(agent=agent).pk,
    }


def _escalated(api: Api, fields: dict[str, Any], number: int, people: dict[str, Person]) -> int:
    from reviews.escalate import escalate_action

    waiting = lifecycles.pending(api, **fields | {"resource": f"the vault {number}"})
    escalate_action(waiting, actor=actor_of(people["sina"]), person=people["sina"], reason=words(number))
    return waiting


def _desks(number: int, people: dict[str, Person], team: Group) -> dict[str, int | str]:
    """What people keep for themselves, and what admins set up besides the rules."""
    rita, ravi = people["rita"], people["ravi"]
    views = [
        save_view(
            actor=actor_of(rita),
            person=rita,
            name=short_name(2 * number + at, 2 * ROUNDS),
            queue="mine",
            query="q=%22%3E%3Cb+pwn%3E",
            team=team,
        )
        for at in range(2)
    ]
    draft = Policy(name=name(number, 98) + "?", condition="risk.score < 50", effect="deny", reason=words(number))
    replay = asked(draft)
    ends = timezone.now() + timedelta(days=7)
    lent = delegate(
        actor=actor_of(ravi), by=ravi, person=ravi, to=rita, starts_at=None, ends_at=ends, reason=words(number)
    )
    if number < ROUNDS - 1:
        end_delegation(lent.pk, actor=actor_of(ravi), by=ravi, reason=words(number))
    channel = save_channel(
        Channel(name=name(number, 100), kind="generic", url=f"https://chat.example.org/{number}"), actor=SETUP
    )
    switch_all(blocked=True, actor=SETUP, reason=words(number, 900))
    switch_all(blocked=False, actor=SETUP, reason=words(number, 900))
    return {"view": views[0].pk, "replay": replay.pk, "delegation": lent.pk, "channel": channel.pk, "person": rita.pk}


def _latest(ids: Ids) -> None:
    """What came of the rest by itself: a level, releases, notices, samples, entries of the ledger and versions."""
    outbox.announce()
    sample = Sample.objects.first()
    if sample is not None:
        sina = person_called("sina")
        look_at_sample(sample.action_id, actor=actor_of(sina), person=sina, finding="wrong", note=words(1, 900))
    level = LevelScore.objects.get(level="high")
    level.score += 1
    change_rule(level, actor=SETUP, reason=words(1, 3000))
    rows: dict[str, Callable[[], Any]] = {
        "action": Action.objects.order_by("pk").first,
        "outcome": Outcome.objects.order_by("pk").last,
        "sample": Sample.objects.order_by("pk").first,
        "canary": Canary.objects.order_by("pk").first,
        "breakglass": BreakGlass.objects.order_by("pk").first,
        "notice": Notice.objects.order_by("pk").first,
        "mitigation": Mitigation.objects.order_by("pk").first,
        "cataloguerelease": CatalogueRelease.objects.order_by("pk").first,
        "ledgerentry": LedgerEntry.objects.order_by("pk").last,
        "rulebookversion": RulebookVersion.objects.order_by("pk").last,
        "levelscore": LevelScore.objects.order_by("pk").first,
        "savedview": SavedView.objects.order_by("pk").first,
    }
    for kind, find in rows.items():
        row = find()
        ids.setdefault(kind, []).extend([row.pk] if row else [])
