"""Where the ledger cannot take the entry, the change does not happen: every verb, one by one (threats A1)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from actions import contract
from actions.agent_keys import issue_key, revoke_key
from actions.agents import block_agent, change_agent, ensure_agent, release_agent
from actions.cancel import cancel_action
from actions.expire import expire_action
from actions.kill_switch import switch_all
from actions.models import Action, AgentKey, Outcome
from actions.preflight import preflight_action
from actions.report import report_outcome, report_ungoverned
from actions.submit import Arrival
from governance.models import ActionTypeRule, Policy
from governance.people import change_person, create_person, save_team
from governance.rule_changes import change_rule
from reviews.assign import assign_action, unassign_action
from reviews.check_conditions import check_conditions
from reviews.claim import claim_action, release_claim, take_over
from reviews.comment import add_comment
from reviews.edit import edit_and_approve
from reviews.escalate import escalate_action
from reviews.exports import export_history
from reviews.extend import extend_deadline
from reviews.models import Assignment, Channel, Claim, Comment, NoticePreference
from reviews.notices.channels import save_channel
from reviews.notices.preferences import save_preference
from reviews.request_changes import request_changes
from reviews.revoke import revoke_approval
from reviews.vote import cast_vote
from tests.reviews.away import away, back
from tests.reviews.test_standing import propose, revoke
from tests.support import lifecycles
from tests.support.api import GUIDE_EXAMPLE
from tests.support.people import SETUP, person_called

pytestmark = pytest.mark.django_db


class DiskFullError(Exception):
    """What the ledger says in these tests."""


@pytest.fixture
def broken(monkeypatch):
    """Call it, and no entry can be written any more."""

    def full(*args, **kwargs):
        raise DiskFullError

    return lambda: monkeypatch.setattr("governance.ledger.entries.leaf_hash", full)


@pytest.fixture
def scene(api, agent, reviewer, senior, team):
    """What the verbs below work on."""
    claimed = Action.objects.get(pk=lifecycles.pending(api, resource="claimed"))
    claim_action(claimed.pk, actor=SETUP, person=reviewer)
    assign_action(claimed.pk, actor=SETUP, person=reviewer, to="rita")
    example = Action.objects.get(pk=lifecycles.approved(api, resource="given before"))
    return {
        "claimed": claimed,
        "standing": propose(example, reviewer),
        "senior": senior,
        "agent": agent,
        "key": AgentKey.objects.get(),
        "reviewer": reviewer,
        "team": team,
        "second": person_called("ravi"),
        "lent": away(person_called("sina"), person_called("ravi")),
        "pending": Action.objects.get(pk=lifecycles.pending(api)),
        "escalating": Action.objects.get(pk=lifecycles.escalating(api)),
        "approved": Action.objects.get(pk=lifecycles.approved(api, resource="other")),
        "reported": reported_with_conditions(api, reviewer),
    }


def reported_with_conditions(api, reviewer):
    action = Action.objects.get(pk=lifecycles.pending(api, resource="a third"))
    wishes = {"verdict": "approve", "digest": action.digest, "conditions": ["Slowly."]}
    cast_vote(action.pk, actor=SETUP, person=reviewer, **wishes)
    report_outcome(action.pk, agent=action.agent, kind=Outcome.Kind.COMPLETED, report={}, actor=SETUP)
    return action


def renamed(row, **changes):
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def vote(s, verdict):
    action = s["pending"]
    return cast_vote(
        action.pk, actor=SETUP, person=s["reviewer"], verdict=verdict, digest=action.digest, reason="Because."
    )


def send_back(s):
    action = s["pending"]
    return request_changes(action.pk, actor=SETUP, person=s["reviewer"], digest=action.digest, reason="Because.")


def edit(s):
    action = s["pending"]
    content = action.content.replace("customer_profiles", "elsewhere")
    sent = {"digest": action.digest, "content": content, "reason": "Because."}
    return edit_and_approve(action.pk, actor=SETUP, person=s["reviewer"], **sent)


def check(s):
    return check_conditions(s["reported"].pk, actor=SETUP, person=s["reviewer"], kept=True)


def expire(s):
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        expire_action(s["pending"].pk)


def report(s, kind):
    return report_outcome(s["approved"].pk, agent=s["agent"], kind=kind, report={}, actor=SETUP)


def refused_report(s):
    return report_outcome(s["pending"].pk, agent=s["agent"], kind=Outcome.Kind.COMPLETED, report={}, actor=SETUP)


def export(s):
    from governance.models import LedgerEntry

    return export_history(LedgerEntry.objects.all(), actor=SETUP, filters={})


def preflight(s):
    arrival = Arrival("/", "0" * 64, "", None, None, "")
    return preflight_action(contract.parse(GUIDE_EXAMPLE, lenient=False), key=s["key"], arrival=arrival, actor=SETUP)


POLICY = {"name": "p", "condition": 'action.type == "x"', "effect": "deny", "reason": "No."}

# The verb, and one call of it that would change something. Submitting: test_submit_cases; signing in: test_sign_in.
VERBS = {
    "cast_vote approve": lambda s: vote(s, "approve"),
    "cast_vote reject": lambda s: vote(s, "reject"),
    "add_comment": lambda s: add_comment(s["pending"].pk, actor=SETUP, person=s["reviewer"], text="Hm."),
    "claim_action": lambda s: claim_action(s["pending"].pk, actor=SETUP, person=s["reviewer"]),
    "release_claim": lambda s: release_claim(s["claimed"].pk, actor=SETUP, person=s["reviewer"]),
    "take_over": lambda s: take_over(
        s["claimed"].pk, actor=SETUP, person=s["senior"], holder_id=s["reviewer"].pk, reason="Away."
    ),
    "assign_action": lambda s: assign_action(s["pending"].pk, actor=SETUP, person=s["reviewer"], to="sina"),
    "unassign_action": lambda s: unassign_action(s["claimed"].pk, actor=SETUP, person=s["reviewer"]),
    "request_changes": send_back,
    "edit_and_approve": edit,
    "check_conditions": check,
    "expire_action": expire,
    "cancel_action": lambda s: cancel_action(s["pending"].pk, agent=s["agent"], actor=SETUP),
    "revoke_approval": lambda s: revoke_approval(
        s["approved"].pk, actor=SETUP, person=s["reviewer"], reason="Not after all."
    ),
    "extend_deadline": lambda s: extend_deadline(
        s["pending"].pk, actor=SETUP, person=s["reviewer"], minutes=60, reason="Tomorrow."
    ),
    "escalate_action": lambda s: escalate_action(
        s["escalating"].pk, actor=SETUP, person=s["reviewer"], reason="Nobody looks."
    ),
    "report_outcome completed": lambda s: report(s, Outcome.Kind.COMPLETED),
    "report_outcome failed": lambda s: report(s, Outcome.Kind.FAILED),
    "report_outcome refused": refused_report,
    "preflight_action": preflight,
    "report_ungoverned": lambda s: report_ungoverned("fail_open_1", kind="completed", report={}, actor=SETUP),
    "ensure_agent": lambda s: ensure_agent(actor=SETUP, agent_id="new", team=s["team"].name),
    "change_agent": lambda s: change_agent(renamed(s["agent"], name="Other"), actor=SETUP),
    "block_agent": lambda s: block_agent(s["agent"].pk, actor=SETUP, reason="Stop."),
    "issue_key": lambda s: issue_key(actor=SETUP, agent_id=s["agent"].agent_id, team=s["team"].name),
    "revoke_key": lambda s: revoke_key(s["key"].pk, actor=SETUP, reason="Lost."),
    "switch_all": lambda s: switch_all(blocked=True, actor=SETUP, reason="Stop."),
    "create_person": lambda s: create_person(actor=SETUP, username="new", role="reviewer", team=s["team"]),
    "change_person": lambda s: change_person(renamed(s["reviewer"], email="x@example.org"), actor=SETUP),
    "delegate": lambda s: away(s["reviewer"], s["second"]),
    "end_delegation": lambda s: back(s["lent"]),
    "save_team": lambda s: save_team(renamed(s["team"], name="Other"), actor=SETUP),
    "change_rule": lambda s: change_rule(
        renamed(ActionTypeRule.objects.get(pattern="query"), level="high"), actor=SETUP, reason="Stricter."
    ),
    "change_rule new": lambda s: change_rule(Policy(**POLICY), actor=SETUP, reason="New."),
    "export_history": export,
    "save_channel": lambda s: save_channel(
        Channel(name="c", kind="slack", url="https://hooks.slack.com/x"), actor=SETUP
    ),
    "save_preference": lambda s: save_preference(NoticePreference(person=s["reviewer"], email="off"), actor=SETUP),
    "propose_standing": lambda s: propose(s["pending"], s["reviewer"]),
    "revoke_standing": lambda s: revoke(s["standing"], s["reviewer"]),
}


@pytest.mark.parametrize("name", VERBS)
def test_no_entry_no_change(scene, broken, nothing_written, name):
    before = [list(model.objects.order_by("pk").values()) for model in (Action, Comment, Claim, Assignment)]
    broken()
    with nothing_written(), pytest.raises(DiskFullError):
        VERBS[name](scene)
    assert [list(model.objects.order_by("pk").values()) for model in (Action, Comment, Claim, Assignment)] == before
    scene["agent"].refresh_from_db()
    assert scene["agent"].name != "Other"
    assert scene["agent"].blocked_at is None
    assert AgentKey.objects.get().revoked_at is None
    assert ActionTypeRule.objects.get(pattern="query").level == "low"


@pytest.mark.parametrize("name", VERBS)
def test_the_same_call_does_change_something(scene, name):
    """The twin: with a working ledger each of these calls writes at least one entry."""
    from contextlib import suppress

    from governance.errors import Refusal
    from governance.models import LedgerEntry

    before = LedgerEntry.objects.count()
    with suppress(Refusal):
        VERBS[name](scene)
    assert LedgerEntry.objects.count() > before


def test_release_is_covered_by_block(scene):
    """release_agent is block_agent's other half and shares its transaction."""
    block_agent(scene["agent"].pk, actor=SETUP, reason="Stop.")
    assert release_agent(scene["agent"].pk, actor=SETUP, reason="Go.").blocked_at is None
