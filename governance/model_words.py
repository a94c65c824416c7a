"""What the rows and fields of the models are called in admin, in the reader's language.

Most names follow from a field's own, so no place in the models says them. Here each is marked for translation, and
`translated` lets the models answer with it. What is kept (a ledger's fact, a replay's subject) takes
`verbose_name_raw`, which stays English.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

# Kinds of rows: one and several.
KINDS = (
    _("action"), _("action type"), _("action types"), _("actions"), _("agent"), _("agents"), _("break glass"),
    _("broken glass"), _("canaries"), _("canary"), _("catalogue release"), _("catalogue releases"), _("channel"),
    _("channels"), _("control"), _("controls"), _("delegation"), _("delegations"), _("evidence rule"),
    _("evidence rules"), _("indicator rule"), _("indicator rules"), _("ledger entries"), _("ledger entry"),
    _("level score"), _("level scores"), _("mitigation"), _("mitigations"), _("notice"), _("notices"), _("outcome"),
    _("outcomes"), _("people"), _("person"), _("policies"), _("policy"), _("replay"), _("replays"), _("route"),
    _("routes"), _("rulebook version"), _("rulebook versions"), _("sample"), _("samples"), _("technique"),
    _("techniques"), _("threshold"), _("thresholds"),
)  # fmt: skip

FIELDS = (
    _("CVSS environment"), _("CVSS vector"), _("action id"), _("actor id"), _("actor kind"), _("actor name"),
    _("agent id"), _("agent name"), _("agent type"), _("alarmed at"), _("announced at"), _("approval level"),
    _("asked at"), _("asked by"), _("asked by id"), _("assessment"), _("attempts"), _("base version"),
    _("blast radius"), _("blocked at"), _("blocked by"), _("blocked reason"), _("body"), _("body digest"),
    _("broken at"), _("catalogue"), _("caught"), _("changed"), _("changed by"), _("condition"), _("conditions"),
    _("content"), _("control id"), _("correlation id"), _("counts"), _("created at"), _("cursor"), _("deadline"),
    _("decided at"), _("decided by"), _("decided by name"), _("decided via"), _("delegate"), _("density"),
    _("deny from"), _("description"), _("digest"), _("done"), _("draft"), _("drawn at"), _("duration ms"),
    _("edited by"), _("effect"), _("enabled"), _("ended at"), _("ends at"), _("error"), _("escalate after"),
    _("escalate at"), _("escalate to"), _("escalated"), _("external id"), _("extra points"), _("facts"),
    _("failed at"), _("finding"), _("finished at"), _("forces review"), _("framework"), _("held until"), _("holder"),
    _("idempotency token"), _("in the high baseline"), _("in the low baseline"), _("in the moderate baseline"),
    _("in the privacy baseline"), _("is active"), _("is canary"), _("key"), _("kind"), _("language"), _("latest"),
    _("leaf"), _("leased until"), _("lesson"), _("level"), _("loaded at"), _("loaded by"), _("looked at"),
    _("looked by"), _("lowest"), _("may be approved in bulk"), _("may be edited and approved"), _("mode"), _("name"),
    _("note"), _("order"), _("owner"), _("pattern"), _("planted at"), _("planted by"), _("points"),
    _("possible retry of"), _("prev"), _("principal"), _("priority"), _("published"), _("raises to"), _("reason"),
    _("registered by"), _("rejections needed"), _("remind after"), _("remind at"), _("report"), _("reported at"),
    _("resource"), _("revealed at"), _("reversibility"), _("review by"), _("review from"), _("reviewed at"),
    _("reviewed by"), _("risk level"), _("risk score"), _("role"), _("rule id"), _("rule kind"), _("same as"),
    _("same person may count again"), _("score"), _("score below"), _("score from"), _("send at"), _("sent at"),
    _("seq"), _("severity"), _("since"), _("source"), _("stage"), _("stages"), _("starts at"), _("state"),
    _("stream"), _("subject"), _("supersedes"), _("tactic"), _("tactic id"), _("team"), _("team id"), _("theme"),
    _("time zone"), _("title"), _("tool name"), _("total"), _("ts"), _("type"), _("until"), _("up to"),
    _("updated at"), _("url"), _("valid from"), _("valid until"), _("value"), _("verdict"), _("version"),
    _("viewed at"), _("why"), _("withdrawn"), _("words"),
)  # fmt: skip

HELPS = (
    _("1 to 4: approves scores up to 50, 70, 85, 100. Empty: approves nothing."),
    _("A CEL expression that is true or false."),
    _("A CEL expression that is true or false. Empty: whatever fits team and score."),
    _("A person must look, whatever the score."),
    _("A reviewer may propose a corrected payload."),
    _("Added to the level's base score, 0 to 100."),
    _("An action type (transaction), a dotted family (database.*), or * for everything unclassified."),
    _("An approval also counts in later stages that admit the same person."),
    _("Answers for this agent, and for that reason never decides its actions."),
    _("Answers for this policy."),
    _("Below this score, itself not included. Empty: no end."),
    _("But not above this score."),
    _("But not above this score: what the type itself already says is not counted twice."),
    _("CVSS 3.1 or 4.0 base vector."),
    _("Canonical JSON of every enabled rule."),
    _("Canonical JSON of every rule, with the draft among them."),
    _("Canonical JSON of what the agent sent."),
    _("Chooses the threshold it is held to. An id first seen in a submission is unregistered."),
    _("Empty for a rule that is not stored yet."),
    _("Empty: what the browser asks for."),
    _("Ended before its time."),
    _("For example AC-3 or AC-6(9)."),
    _("For example T1565.001, AML.T0053 or ASI02."),
    _("From this score on a person decides; the guide says 70. At most 90: critical never passes."),
    _("From this score on it is refused without asking anybody. Empty: never."),
    _("From this score on. Empty: from 0."),
    _("How many people must reject to end it. One, unless there is a reason."),
    _("How much it matters; it changes no outcome."),
    _("In plain words, for the reviewer: why this type has this level."),
    _("Minutes after submission. Empty: never."),
    _("Minutes. Empty: the portal's own."),
    _("Names the draft."),
    _("Never holds for high and critical risk."),
    _("Numbers by transition, agent and type."),
    _("One agent, by the id it submits. It beats the type."),
    _("One word or phrase per line; case does not matter. Whole words only."),
    _("Orders the reasons, smallest first. It never changes the outcome."),
    _("Planted to measure vigilance; it can never be executed."),
    _("Raises the score by this much, 0 to 100."),
    _("Raises the score to at least this level's base."),
    _("Routes are tried from the smallest number up; the first that fits is taken."),
    _("SHA-256 of the file as it was read."),
    _("Shown to the reviewer and sent to the agent."),
    _("Stages in their order: label, and requirements of needed people, lowest level, and a group's id."),
    _("The action that was sent back, or edited, and that this one takes the place of."),
    _("The agent whose key submitted for this id first; empty when a person registered it."),
    _("The agent whose key submitted it."),
    _("The agent's team. Empty: any."),
    _("The controls of SP 800-53 it serves."),
    _("The drafted rule, in words."),
    _("The incoming webhook. Treated as a secret: shown in part, never logged."),
    _("The key in risk_indicators or context, for example external_transfer."),
    _("The last one to be looked at."),
    _("The latest so many actions; empty: the dates say which."),
    _("The main account of the same human being. Linked accounts count once in every quorum."),
    _("The process at work on it."),
    _("The publisher revoked or deprecated it."),
    _("The publisher withdrew it."),
    _("The release it was last read from."),
    _("The reviewer who wrote this content in the place of the one it supersedes."),
    _("The rulebook version it is compared with."),
    _("The stage of its route it is at, from 1."),
    _("The tactic it serves here, for example Impact."),
    _("The value that counts, as text: true, high, exceeded."),
    _("The zone that times are shown in."),
    _("Told about actions of this team, or routed to this group. Empty: about all."),
    _("UTC. Empty: from now on."),
    _("UTC; applies until just before. Empty: for good."),
    _("What is at stake there, as security requirements of CVSS: CR:H, or CR:H/IR:H. It only raises."),
    _("What somebody who looked would have seen. Shown after the decision."),
    _("What the agent calls itself in a submission."),
    _("What the approvers asked the agent to keep to."),
    _("What the sentence is made of; never the payload."),
    _("When it was reported that nobody looked in time."),
    _("When the one who asked first saw the finished answer."),
    _("When those who may decide it were told."),
    _("Whose people may then stand in for anybody who is wanted."),
    _("Why the line is there."),
    _("Why these people decide. Shown to them."),
)


def translated(models: Iterable[type[Model]]) -> None:
    """Let the names and helps of models and fields be translated when they are shown. Migrations see no difference."""
    for model in models:
        options: Any = model._meta
        # Django makes several of one when its texts are asked for: in English, with an s.
        several = str(options.verbose_name_plural)
        options.verbose_name, options.verbose_name_plural = _shown(options.verbose_name), gettext_lazy(several)
        for field in options.local_fields + options.local_many_to_many:
            field.verbose_name = _shown(field.verbose_name)
            field.help_text = _shown(field.help_text)


def _shown(words: Any) -> Any:
    return words if not words or isinstance(words, Promise) else gettext_lazy(words)
