"""Where an action comes from and what became of it, where one takes the place of another; as one person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString

from actions.differences import differences
from actions.models import Action
from actions.succession import successor_of
from governance.models import Person
from reviews.rendering import leaf


@dataclass(frozen=True)
class Edit:
    """One drawn place where two contents differ; a side that does not exist is None."""

    path: str
    before: SafeString | None
    after: SafeString | None


class Lineage:
    """The action before it and the action after it. Costs no query where there is neither."""

    def __init__(self, action: Action, person: Person):
        self.action = action
        self.person = person

    @cached_property
    def successor(self) -> Action | None:
        """The latest action that took its place."""
        return successor_of(self.action)

    @property
    def editor(self) -> Person | None:
        """The reviewer who wrote this content, or that of its successor."""
        newer = self.action if self.action.supersedes_id else self.successor
        return newer.edited_by if newer else None

    @cached_property
    def other(self) -> Action | None:
        """The action it is compared with: the one before it, or else the one after it. None if out of sight."""
        number = self.action.supersedes_id or (self.successor.pk if self.successor else None)
        return Action.objects.visible_to(self.person).filter(pk=number).first() if number else None

    @cached_property
    def edits(self) -> list[Edit]:
        """What differs between the two, drawn."""
        if self.other is None:
            return []
        before, after = (self.other, self.action) if self.action.supersedes_id else (self.action, self.other)
        return [
            Edit(
                change["path"],
                leaf(change["before"]) if "before" in change else None,
                leaf(change["after"]) if "after" in change else None,
            )
            for change in differences(before.payload, after.payload)
        ]
