"""What people arrange for themselves at their desk."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SavedView(models.Model):
    """A queue with filters and an order, under a name. Shared with a team, everybody in it has it too."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    queue = models.CharField(max_length=20, help_text="The slug of the queue it looks at.")
    query = models.CharField(max_length=1000, blank=True, help_text="Its filters and order, as in the address.")
    team = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="With whom it is shared."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="saved_view_one_per_name"),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
