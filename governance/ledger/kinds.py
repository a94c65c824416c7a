"""Every kind of ledger entry, listed once. Dotted past tense; never renamed, never deleted.

The sentence is filled from the entry's own `data`, so history reads the same when the rows it speaks of are gone. It
is English, as the data is; words.py says it in the language of whoever reads a page.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

KINDS: dict[str, str] = {
    "action.submitted": _("submitted {action_type} on {resource}: {outcome}, risk {score} ({level})"),
    "action.approved": _("approved it: {reason}"),
    "action.rejected": _("rejected it: {reason}"),
    "vote.approved": _("approved stage {stage} of {stages}: {reason} ({given} of {needed} approvals)"),
    "vote.rejected": _("voted to reject: {reason} ({given} of {needed} rejections)"),
    "comment.added": _("commented, mentioning {mentioned}"),
    "claim.taken": _("began to look at it"),
    "claim.released": _("stopped looking at it"),
    "claim.taken_over": _("took it over from {holder}: {reason}"),
    "assignment.made": _("assigned it to {to}: {note}"),
    "assignment.ended": _("took it from {to}: {note}"),
    "action.changes_requested": _("sent it back for changes: {reason}"),
    "action.edited": _("edited it and sent it on as action {superseded_by}: {reason}"),
    "conditions.checked": _("found its conditions {found}: {note}"),
    "action.expired": _("let it expire: no decision before {deadline}"),
    "action.reminded": _("reminded those who may decide it: due by {deadline}"),
    "action.escalated": _("escalated it to {to}: {reason}"),
    "deadline.extended": _("moved the deadline from {from} to {to}: {reason}"),
    "action.cancelled": _("withdrew it: {reason}"),
    "action.revoked": _("revoked the approval: {reason}"),
    "action.executed": _("reported that it was executed"),
    "action.failed": _("reported that it failed"),
    "action.glass_broken": _("broke the glass and approved it alone: {reason}"),
    "glass.reviewed": _("looked at the broken glass and found it {finding}: {note}"),
    "glass.review_overdue": _("nobody looked at the broken glass before {review_by}"),
    "sample.looked_at": _("looked at it afterwards, as a sample: {finding}. {note}"),
    "canary.planted": _("planted a test as {agent_id}: {title}"),
    "canary.revealed": _("this was a test, and it was {result}: {lesson}"),
    "standing.proposed": _("proposed to allow {max_uses} more like action {example} until {until}: {reason}"),
    "standing.vote": _("voted to {verdict} it: {reason} ({given} of {needed})"),
    "standing.activated": _("approved it, and it is in force now: {reason}"),
    "standing.declined": _("declined it: {reason}"),
    "standing.revoked": _("revoked it: {reason}"),
    "standing.used": _("let action {action} pass: use {use} of {max_uses}"),
    "report.refused": _("reported {outcome} for an action that was {state}: refused"),
    "execution.ungoverned": _("reported {outcome} for {claimed_id}, an action this portal never saw"),
    "agent.registered": _("registered agent {agent_id} in team {team}"),
    "agent.changed": _("changed agent {agent_id}: {changes}"),
    "agent.blocked": _("blocked agent {agent_id}: {reason}"),
    "agent.released": _("released agent {agent_id}: {reason}"),
    "kill_switch.activated": _("blocked every agent: {reason}"),
    "kill_switch.released": _("released the kill switch: {reason}"),
    "key.issued": _("issued key {public_id} to agent {agent_id}"),
    "key.revoked": _("revoked key {public_id} of agent {agent_id}: {reason}"),
    "team.created": _("made the team {name}"),
    "team.renamed": _("renamed the team {before} to {name}"),
    "person.created": _("created the account of {username} as {role}"),
    "person.changed": _("changed the account of {username}: {changes}"),
    "person.signed_in": _("signed in"),
    "person.signed_out": _("signed out"),
    "person.sign_in_failed": _("failed to sign in as {username}"),
    "person.confirm_failed": _("gave a wrong password when asked to confirm"),
    "person.password_changed": _("changed their password"),
    "person.second_factor_enabled": _("switched on the second step of their sign-in"),
    "person.second_factor_disabled": _("switched off the second step of their sign-in"),
    "person.second_factor_removed": _("took away the second step of {username}'s sign-in: {reason}"),
    "person.recovery_codes_made": _("made new recovery codes"),
    "person.recovery_code_used": _("signed in with a recovery code: {left} left"),
    "person.code_failed": _("gave a wrong code when signing in as {username}"),
    "person.sessions_ended": _("ended {count} of their own"),
    "person.time_zone_changed": _("changed their time zone from {before} to {after}"),
    "delegation.started": _("named {delegate} to act for {person} from {from} until {until}: {reason}"),
    "delegation.ended": _("ended the delegation of {person} to {delegate}: {reason}"),
    "rules.loaded": _("loaded the default rules: version {version}"),
    "rules.asked": _("asked about {action_type} on {resource}, submitting nothing: {outcome}, risk {score} ({level})"),
    "rule.created": _("created {rule_kind} {rule}: {reason}"),
    "rule.changed": _("changed {rule_kind} {rule}: {reason}"),
    "catalogue.loaded": _("loaded {title} {release}: {new} new, {updated} updated, {withdrawn} withdrawn"),
    "rules.imported": _("imported {rule_kind} rules from {file}: {changed} changed, {created} new: {reason}"),
    "rules.restored": _("brought the rules back to version {restored}, as version {version}: {reason}"),
    "channel.created": _("made the channel {name}: {changes}"),
    "channel.changed": _("changed the channel {name}: {changes}"),
    "notice.retried": _("asked for a notice that failed to be sent again: {error}"),
    "person.notices_changed": _("changed how they are told: {changes}"),
    "view.saved": _("saved the view {name} of {queue}, shared with {team}: {query}"),
    "view.changed": _("changed the view {name}: {changes}"),
    "view.deleted": _("deleted the view {name}"),
    "history.exported": _("exported {rows} rows of history"),
    "dashboard.exported": _("exported {rows} rows of the dashboard's table {table}"),
    "history.actions_exported": _("exported {rows} actions"),
    "history.replay_exported": _("exported {rows} changes that the replay of {of} found"),
    "history.oversight_exported": _("exported how {rows} people review"),
}


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(kind: str, data: dict[str, Any]) -> str:
    """What happened, in words, from the stored data. A kind or a key nobody knows any more still gives a sentence."""
    return filled(KINDS.get(kind, kind.replace(".", " ")), data)


def filled(template: str, data: dict[str, Any]) -> str:
    """A sentence with these values in it; what is not among them is a question mark."""
    return template.format_map(_Known(data)).rstrip(": ")
