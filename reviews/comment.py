"""VERB: add_comment. A remark among the people who see an action; the agent never receives it."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.entries import record
from actions.models import Action
from governance.actors import Actor
from governance.errors import MalformedBody, NotEligible
from governance.models import Person
from reviews import outbox
from reviews.models import Comment
from reviews.onlookers import MAX_MENTIONS, names_in, people_named, sees
from reviews.rendering import plain
from reviews.vote import checked_text, locked

MAX_COMMENT = 2000
# On one action: its page shows them all.
MAX_COMMENTS = 200


def add_comment(action_id: int, *, actor: Actor, person: Person, text: str) -> Comment:
    """Say something about an action, pending or decided. `@username` mentions somebody who sees it as well.

    The ledger keeps the text's SHA-256 and who was mentioned; the words themselves are in the comment's row.

    Raises, with nothing written: MalformedBody for an unusable text, too many comments, or a mention of anybody who
    does not see the action, naming them; NotYours; NotEligible for an account that is not active.
    """
    text = checked_text(text, "comment", MAX_COMMENT, done="written")
    if not text:
        raise MalformedBody(_("The comment is empty. Nothing was written. Say something first."))
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not Person.objects.filter(pk=person.pk, is_active=True).exists():
            raise NotEligible(_("Your account is not active."))
        if action.remarks.count() >= MAX_COMMENTS:
            raise MalformedBody(
                _("This action has {max_comments} comments, which is the most. Nothing was written.").format(
                    max_comments=MAX_COMMENTS
                )
            )
        mentioned = _mentioned(text, action)
        comment = Comment(action=action, person=person, text=text, created_at=timezone.now())
        comment.save(force_insert=True)
        comment.mentions.set(mentioned)
        others = [one for one in mentioned if one.pk != person.pk]
        outbox.tell("mention", action, others, by=person.shown_name)
        _record(comment, action, mentioned, actor)
    return comment


def digest_of(text: str) -> str:
    """The SHA-256 by which the ledger knows a comment's words."""
    return hashlib.sha256(text.encode()).hexdigest()


def _mentioned(text: str, action: Action) -> list[Person]:
    names = names_in(text)
    if len(names) > MAX_MENTIONS:
        raise MalformedBody(
            _("A comment mentions at most {max_mentions} people. Nothing was written. Mention fewer.").format(
                max_mentions=MAX_MENTIONS
            )
        )
    found = people_named(names)
    # Nobody learns here whether an account exists: who is unknown and who does not see it read the same.
    wrong = [name for name in names if name not in found or not sees(found[name], action)]
    if wrong:
        listed = ", ".join(f"@{plain(name, limit=60)}" for name in wrong)
        said = ngettext(
            "{listed} is nobody who sees this action. Nothing was written. Correct the user name, or leave out the @.",
            "{listed} are nobody who see this action. Nothing was written. Correct the user name, or leave out the @.",
            len(wrong),
        )
        raise MalformedBody(said.format(listed=listed))
    return list({person.pk: person for person in found.values()}.values())


def _record(comment: Comment, action: Action, mentioned: list[Person], actor: Actor) -> None:
    names = [person.username for person in mentioned]
    record(
        action,
        "comment.added",
        actor=actor,
        data={
            "comment": str(comment.pk),
            "sha256": digest_of(comment.text),
            "mentions": names,
            "mentioned": ", ".join(f"@{name}" for name in names) or "nobody",
        },
        at=comment.created_at,
    )
