"""A second opinion on every action, formed from ledger entries alone.

`Model.read` takes the entries in the order they were written and raises Violation where an invariant does not hold.
It knows nothing of the portal's code but the rules of matching people to seats, which it works out by brute force.

I1 one decision; I2 what it says the state is must be what the portal says; I3 only people vote, never the owner;
I4 distinct people; I5 an approval by votes had its quorum then, by the route frozen at submission; I6 every vote is
about the digest that was submitted; I7 nothing is decided at or after the deadline; I10 executed only once approved,
and a test never; I11 nothing leaves a final state; I15 every change of state has one entry; I16 sequence, links and
time; I18 the team of every entry is the action's. I5 holds for standing approvals, too: given by their quorum, used by
what was submitted while they were in force, and no more often than they say. (I8 and I20 speak of grants and of claims
by agents, which there are none of; I12 to I14, I17 and I19 are asked by whoever calls: machine.py.)
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from governance.models import LedgerEntry

FINAL = {"rejected", "expired", "cancelled", "changes_requested", "executed", "failed"}
ARROWS = {
    ("pending", "approved"),
    ("pending", "rejected"),
    ("pending", "expired"),
    ("pending", "changes_requested"),
    ("pending", "cancelled"),
    ("approved", "cancelled"),
    ("approved", "executed"),
    ("approved", "failed"),
}
# Who may move an action where, by the kind of actor.
MAY = {
    "approved": {"person"},
    "rejected": {"person"},
    "changes_requested": {"person"},
    "expired": {"system"},
    "cancelled": {"agent", "person"},
    "executed": {"agent"},
    "failed": {"agent"},
}
# What is about an action and says nothing of its state.
QUIET = {"comment.added", "claim.taken", "claim.released", "claim.taken_over", "assignment.made", "assignment.ended"}
VOTES = {
    "vote.approved": "approve",
    "vote.rejected": "reject",
    "action.approved": "approve",
    "action.rejected": "reject",
}


class Violation(AssertionError):
    """An invariant does not hold. The message names it."""


def must(holds: bool, invariant: str, what: str) -> None:
    if not holds:
        raise Violation(f"{invariant}: {what}")


@dataclass
class Seen:
    """One action, as its entries tell it."""

    state: str
    digest: str
    team: int | None
    deadline: str | None
    route: dict[str, Any]
    supersedes: str | None = None
    is_test: bool = False
    escalated: bool = False
    approvals: list[dict[str, Any]] = field(default_factory=list)
    rejections: int = 0
    voters: set[str] = field(default_factory=set)
    decisions: int = 0
    history: list[str] = field(default_factory=list)


@dataclass
class Standing:
    """One standing approval, as its entries tell it. It is voted on like an action."""

    terms: dict[str, Any]
    like: Seen
    state: str = "proposed"
    uses: list[str] = field(default_factory=list)


@dataclass
class Model:
    """Everything the ledger has told so far."""

    actions: dict[int, Seen] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    places: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    last: int = 0

    def read(self, entry: Any) -> None:
        """Take in the next entry: a row with body, leaf, action_id and team_id."""
        body = json.loads(entry.body)
        self._chain(entry, body)
        if body["type"].startswith("standing."):
            self._allowed(body)
        elif body["type"] == "canary.planted":
            self.actions[int(body["subject"]["id"])].is_test = True
        elif entry.action_id is None:
            return
        elif body["type"] == "action.submitted":
            self._submitted(entry, body)
        else:
            self._happened(entry, body)

    def read_all(self) -> int:
        """Take in everything the ledger has; returns the number of the last entry."""
        last = 0
        for entry in LedgerEntry.objects.order_by("id"):
            self.read(entry)
            last = entry.pk
        return last

    def _chain(self, entry: Any, body: dict[str, Any]) -> None:
        """I16: every stream counts from 1, links to what came before, and never goes back in time."""
        leaf = hashlib.sha256(b"\x00" + entry.body.encode()).hexdigest()
        must(leaf == entry.leaf, "I16", "the leaf is not the hash of the entry")
        seq, prev, ts = self.places.get(body["stream"], (0, None, ""))
        must(body["seq"] == seq + 1, "I16", f"{body['stream']} goes from {seq} to {body['seq']}")
        must(body["prev"] == prev, "I16", f"{body['stream']} {body['seq']} does not link to what came before")
        must(body["ts"] >= ts, "I16", f"{body['stream']} {body['seq']} goes back in time")
        self.places[body["stream"]] = (body["seq"], leaf, body["ts"])

    def _submitted(self, entry: Any, body: dict[str, Any]) -> None:
        data = body["data"]
        must(entry.action_id not in self.actions, "I15", "submitted twice")
        must(body["actor"]["kind"] in ("agent", "person"), "I3", "neither agent nor person submitted")
        must(bool(data.get("edited_by")) == (body["actor"]["kind"] == "person"), "I3", "somebody submitted by edit")
        if data.get("standing"):
            must(data["outcome"] == "approved", "I5", "a use of a standing approval let nothing pass")
            used = self.standings[data["standing"]].uses
            must(str(entry.action_id) in used, "I5", "it passed under a standing approval that was not used")
        self.actions[entry.action_id] = Seen(
            state=data["outcome"],
            digest=body["subject"]["digest"],
            team=entry.team_id,
            deadline=data["deadline"],
            route=data["route"] or {},
            supersedes=data.get("supersedes"),
            decisions=data["outcome"] != "pending",
            history=[data["outcome"]],
        )

    def _happened(self, entry: Any, body: dict[str, Any]) -> None:
        action, data, kind = self.actions[entry.action_id], body["data"], body["type"]
        must(entry.team_id == action.team, "I18", f"{kind} is of another team")
        if kind in QUIET:
            return
        if "digest" in body["subject"]:
            must(body["subject"]["digest"] == action.digest, "I6", f"{kind} is about another content")
        if kind == "deadline.extended":
            must(action.state == "pending", "I11", "a deadline moved after the decision")
            must(body["actor"]["kind"] == "person", "I3", "something that is no person extended it")
            must(body["ts"] < (action.deadline or ""), "I7", "extended at or after the deadline")
            must(data["from"] == action.deadline, "I7", "an extension starts from another deadline")
            must(data["to"] > data["from"], "I7", "an extension goes back")
            action.deadline = data["to"]
            return
        if kind == "action.escalated":
            must(action.state == "pending" and not action.escalated, "I11", "escalated twice, or after the decision")
            must(body["ts"] < (action.deadline or ""), "I7", "escalated at or after the deadline")
            action.escalated = True
        if kind == "action.edited":
            after = self.actions[int(data["superseded_by"])]
            must(
                after.supersedes == body["subject"]["id"],
                "I6",
                "the edited one does not name what it took the place of",
            )
            must(after.digest == data["digest_after"], "I6", "the edited one has another content")
        # Alone is what a broken glass is for; its entry says so, and of a test's, which breaks none, the data.
        if kind in VOTES and not (action.is_test and data.get("alone")):
            self._voted(action, body)
        if data.get("to") and data.get("from") and "quorum" not in kind:
            self._moved(action, body)

    def _voted(self, action: Seen, body: dict[str, Any]) -> None:
        data, kind = body["data"], body["type"]
        must(body["actor"]["kind"] == "person", "I3", "something that is no person voted")
        must(action.state == "pending", "I11", f"a vote on an action that is {action.state}")
        must(body["ts"] < (action.deadline or ""), "I7", "a vote at or after the deadline")
        must(data["verdict"] == VOTES[kind] or kind == "action.rejected", "I5", "the entry contradicts the vote")
        _count(action, data)

    def _moved(self, action: Seen, body: dict[str, Any]) -> None:
        data, kind, actor = body["data"], body["type"], body["actor"]["kind"]
        source, target = data["from"], data["to"]
        must(source == action.state, "I2", f"{kind} leaves {source}, but it was {action.state}")
        must(action.state not in FINAL, "I11", f"{kind} leaves {action.state}")
        must((source, target) in ARROWS, "I11", f"no arrow from {source} to {target}")
        must(actor in MAY[target], "I3", f"{actor} made it {target}")
        if source == "pending":
            late = body["ts"] >= (action.deadline or "")
            must(late == (target == "expired"), "I7", f"it became {target} on the wrong side of its deadline")
        must(not (action.is_test and target in ("executed", "failed")), "I10", "a test was carried out")
        if kind == "action.approved" and not (action.is_test and data.get("alone")):
            must(met(action), "I5", "approved without its quorum")
        must(target != "approved" or kind in ("action.approved", "action.glass_broken"), "I5", f"approved by {kind}")
        if kind == "action.rejected":
            must(action.rejections >= action.route.get("rejections_needed", 1), "I5", "rejected by too few")
        if source == "pending":
            action.decisions += 1
        must(action.decisions == 1, "I1", "decided twice")
        action.state = target
        action.history.append(target)

    def _allowed(self, body: dict[str, Any]) -> None:
        """I5 of what people allow in advance: its quorum, its limits, its time."""
        data, kind, pk = body["data"], body["type"], body["subject"]["id"]
        if kind == "standing.proposed":
            like = Seen("pending", body["subject"]["digest"], None, data["valid_until"], data["route"])
            self.standings[pk] = Standing(data, like)
            return
        standing = self.standings[pk]
        must(body["subject"]["digest"] == standing.like.digest, "I6", f"{kind} is about other terms")
        if kind == "standing.used":
            self._used(standing, body)
        elif kind == "standing.revoked":
            must(standing.state in ("proposed", "active"), "I11", f"revoked when it was {standing.state}")
            standing.state = "revoked"
        else:
            must(standing.state == "proposed", "I11", f"a vote on a standing approval that is {standing.state}")
            must(body["actor"]["kind"] == "person", "I3", "something that is no person voted")
            _count(standing.like, data)
            if kind == "standing.activated":
                must(met(standing.like), "I5", "in force without its quorum")
            if kind != "standing.vote":
                standing.state = "active" if kind == "standing.activated" else "declined"

    def _used(self, standing: Standing, body: dict[str, Any]) -> None:
        data, terms = body["data"], standing.terms
        must(standing.state == "active", "I5", f"used when it was {standing.state}")
        must(terms["valid_from"] <= body["ts"] < terms["valid_until"], "I7", "used outside its time")
        must(data["action"] not in standing.uses, "I5", "one action used it twice")
        standing.uses.append(data["action"])
        must(data["use"] == len(standing.uses) <= terms["max_uses"], "I5", "used more often than it says")


def _count(action: Seen, data: dict[str, Any]) -> None:
    """I4: one more vote, of somebody who has not voted yet, nor been voted for."""
    away = data.get("on_behalf_of")
    seats = {data["identity"], *([away["id"] if isinstance(away, dict) else away] if away else [])}
    must(not seats & action.voters, "I4", "somebody voted twice")
    action.voters |= seats
    if data["verdict"] == "approve":
        action.approvals.append(data)
    else:
        action.rejections += 1


def met(action: Seen) -> bool:
    """Whether the approvals fill every seat of every stage, each by another person. By trying every order."""
    again = action.route.get("same_person_again", False)
    for number, stage in enumerate(action.route["stages"], start=1):
        here = [one for one in action.approvals if one["stage"] == number or (again and one["stage"] < number)]
        if not _filled(action, stage, here):
            return False
    return True


def _filled(action: Seen, stage: dict[str, Any], here: list[dict[str, Any]]) -> bool:
    seats = [one for one in stage["requirements"] for _ in range(one["needed"])]
    return any(
        all(_fits(action, seat, vote) for seat, vote in zip(seats, chosen, strict=True))
        for chosen in permutations(here, len(seats))
    )


def _fits(action: Seen, seat: dict[str, Any], vote: dict[str, Any]) -> bool:
    belongs = vote["in_team"] if seat.get("group") is None else seat["group"] in vote["groups"]
    called_in = action.escalated and action.route.get("escalate_to") in vote["groups"]
    return vote["level"] >= seat["level"] and (belongs or called_in)
