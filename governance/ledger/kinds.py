"""Every kind of ledger entry, listed once. Dotted past tense; never renamed, never deleted.

The sentence is filled from the entry's own `data`, so history reads the same when the rows it speaks of are gone.
"""

from __future__ import annotations

from typing import Any

KINDS: dict[str, str] = {
    "action.submitted": "submitted {action_type} on {resource}: {outcome}, risk {score} ({level})",
    "action.approved": "approved it: {reason}",
    "action.rejected": "rejected it: {reason}",
    "vote.approved": "approved stage {stage} of {stages}: {reason} ({given} of {needed} approvals)",
    "vote.rejected": "voted to reject: {reason} ({given} of {needed} rejections)",
    "comment.added": "commented, mentioning {mentioned}",
    "claim.taken": "began to look at it",
    "claim.released": "stopped looking at it",
    "claim.taken_over": "took it over from {holder}: {reason}",
    "assignment.made": "assigned it to {to}: {note}",
    "assignment.ended": "took it from {to}: {note}",
    "action.changes_requested": "sent it back for changes: {reason}",
    "action.edited": "edited it and sent it on as action {superseded_by}: {reason}",
    "conditions.checked": "found its conditions {found}: {note}",
    "action.expired": "let it expire: no decision before {deadline}",
    "action.reminded": "reminded those who may decide it: due by {deadline}",
    "action.escalated": "escalated it to {to}: {reason}",
    "deadline.extended": "moved the deadline from {from} to {to}: {reason}",
    "action.cancelled": "withdrew it: {reason}",
    "action.revoked": "revoked the approval: {reason}",
    "action.executed": "reported that it was executed",
    "action.failed": "reported that it failed",
    "action.glass_broken": "broke the glass and approved it alone: {reason}",
    "glass.reviewed": "looked at the broken glass and found it {finding}: {note}",
    "glass.review_overdue": "nobody looked at the broken glass before {review_by}",
    "sample.looked_at": "looked at it afterwards, as a sample: {finding}. {note}",
    "canary.planted": "planted a test as {agent_id}: {title}",
    "canary.revealed": "this was a test, and it was {result}: {lesson}",
    "standing.proposed": "proposed to allow {max_uses} more like action {example} until {until}: {reason}",
    "standing.vote": "voted to {verdict} it: {reason} ({given} of {needed})",
    "standing.activated": "approved it, and it is in force now: {reason}",
    "standing.declined": "declined it: {reason}",
    "standing.revoked": "revoked it: {reason}",
    "standing.used": "let action {action} pass: use {use} of {max_uses}",
    "report.refused": "reported {outcome} for an action that was {state}: refused",
    "execution.ungoverned": "reported {outcome} for {claimed_id}, an action this portal never saw",
    "agent.registered": "registered agent {agent_id} in team {team}",
    "agent.changed": "changed agent {agent_id}: {changes}",
    "agent.blocked": "blocked agent {agent_id}: {reason}",
    "agent.released": "released agent {agent_id}: {reason}",
    "kill_switch.activated": "blocked every agent: {reason}",
    "kill_switch.released": "released the kill switch: {reason}",
    "key.issued": "issued key {public_id} to agent {agent_id}",
    "key.revoked": "revoked key {public_id} of agent {agent_id}: {reason}",
    "team.created": "made the team {name}",
    "team.renamed": "renamed the team {before} to {name}",
    "person.created": "created the account of {username} as {role}",
    "person.changed": "changed the account of {username}: {changes}",
    "person.signed_in": "signed in",
    "person.signed_out": "signed out",
    "person.sign_in_failed": "failed to sign in as {username}",
    "person.confirm_failed": "gave a wrong password when asked to confirm",
    "person.password_changed": "changed their password",
    "person.second_factor_enabled": "switched on the second step of their sign-in",
    "person.second_factor_disabled": "switched off the second step of their sign-in",
    "person.second_factor_removed": "took away the second step of {username}'s sign-in: {reason}",
    "person.recovery_codes_made": "made new recovery codes",
    "person.recovery_code_used": "signed in with a recovery code: {left} left",
    "person.code_failed": "gave a wrong code when signing in as {username}",
    "person.sessions_ended": "ended {count} of their own",
    "person.time_zone_changed": "changed their time zone from {before} to {after}",
    "delegation.started": "named {delegate} to act for {person} from {from} until {until}: {reason}",
    "delegation.ended": "ended the delegation of {person} to {delegate}: {reason}",
    "rules.loaded": "loaded the default rules: version {version}",
    "rules.asked": "asked about {action_type} on {resource}, submitting nothing: {outcome}, risk {score} ({level})",
    "rule.created": "created {rule_kind} {rule}: {reason}",
    "rule.changed": "changed {rule_kind} {rule}: {reason}",
    "catalogue.loaded": "loaded {title} {release}: {new} new, {updated} updated, {withdrawn} withdrawn",
    "rules.imported": "imported {rule_kind} rules from {file}: {changed} changed, {created} new: {reason}",
    "rules.restored": "brought the rules back to version {restored}, as version {version}: {reason}",
    "channel.created": "made the channel {name}: {changes}",
    "channel.changed": "changed the channel {name}: {changes}",
    "notice.retried": "asked for a notice that failed to be sent again: {error}",
    "person.notices_changed": "changed how they are told: {changes}",
    "view.saved": "saved the view {name} of {queue}, shared with {team}: {query}",
    "view.changed": "changed the view {name}: {changes}",
    "view.deleted": "deleted the view {name}",
    "history.exported": "exported {rows} rows of history",
    "dashboard.exported": "exported {rows} rows of the dashboard's table {table}",
    "history.actions_exported": "exported {rows} actions",
    "history.replay_exported": "exported {rows} changes that the replay of {of} found",
    "history.oversight_exported": "exported how {rows} people review",
}


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(kind: str, data: dict[str, Any]) -> str:
    """What happened, in words, from the stored data. A kind or a key nobody knows any more still gives a sentence."""
    return KINDS.get(kind, kind.replace(".", " ")).format_map(_Known(data)).rstrip(": ")
