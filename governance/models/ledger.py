"""The ledger's table. Rows are written by governance.ledger.entries.append and by nothing else, ever."""

from __future__ import annotations

from django.db import models


class LedgerEntry(models.Model):
    """One event, as the exact text that was hashed; the other columns are projections to search by.

    Append-only: triggers on both engines refuse UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE.
    No foreign keys: history outlives everything it speaks of.
    """

    stream = models.CharField(max_length=160)
    seq = models.PositiveIntegerField()
    prev = models.CharField(max_length=64, null=True)  # noqa: DJ001  (null is "first of its stream", not empty)
    leaf = models.CharField(max_length=64)
    body = models.TextField()

    ts = models.DateTimeField()
    type = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=255)
    actor_name = models.CharField(max_length=255)
    subject = models.CharField(max_length=300)
    action_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="ledger_one_entry_per_place"),
            models.UniqueConstraint(fields=["leaf"], name="ledger_leaf_is_unique"),
        ]
        indexes = [
            models.Index(fields=["action_id"], name="ledger_by_action"),
            models.Index(fields=["type", "-id"], name="ledger_by_type"),
            models.Index(fields=["team_id", "-id"], name="ledger_by_team"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="ledger_by_actor"),
            models.Index(fields=["-ts"], name="ledger_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"
