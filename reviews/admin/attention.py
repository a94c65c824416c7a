"""What admins see first of the people's side: notices that failed or rest, broken glass nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.models import Sample
from governance.admin.attention import Note, counted, register
from reviews.models import BreakGlass, Notice

# A notice that is due for this long was met by no worker.
_WORKER_RESTS = timedelta(minutes=15)
# Notices that failed have no index: as many of the latest are looked at.
_LATEST = 5_000
# Samples that wait for this long are left over.
_LEFT_OVER = timedelta(days=7)


@register
def notices(person: Any) -> Iterator[Note]:
    """What could not be sent, and what nobody sends."""
    if not person.has_perm("reviews.view_notice"):
        return
    listed, now = reverse("admin:reviews_notice_changelist"), timezone.now()
    latest = Notice.objects.aggregate(latest=Max("pk"))["latest"] or 0
    number, shown = counted(Notice.objects.filter(pk__gt=latest - _LATEST, failed_at__isnull=False))
    if number:
        says = ngettext(
            "%(shown)s notice could not be sent.", "%(shown)s of the latest notices could not be sent.", number
        )
        yield Note(says % {"shown": shown}, f"{listed}?status=failed", _("Failed notices"))
    due = Notice.objects.filter(sent_at__isnull=True, failed_at__isnull=True, send_at__lte=now - _WORKER_RESTS)
    number, shown = counted(due)
    if number:
        says = ngettext(
            "%(shown)s notice is due and was not sent: is manage.py run_worker running?",
            "%(shown)s notices are due and were not sent: is manage.py run_worker running?",
            number,
        )
        yield Note(says % {"shown": shown}, f"{listed}?status=waits", _("Notices that wait"), now=True)


@register
def looking_afterwards(person: Any) -> Iterator[Note]:
    """Broken glass past its day, and samples left over. Both by partial indexes of what nobody looked at."""
    now = timezone.now()
    if person.has_perm("reviews.view_breakglass"):
        number, shown = counted(BreakGlass.objects.filter(reviewed_at__isnull=True, review_by__lte=now))
        if number:
            says = ngettext(
                "%(shown)s break-glass approval was not looked at within its day.",
                "%(shown)s break-glass approvals were not looked at within their day.",
                number,
            )
            link = f"{reverse('admin:reviews_breakglass_changelist')}?found=open"
            yield Note(says % {"shown": shown}, link, _("Broken glass"), now=True)
    if person.has_perm("actions.view_sample"):
        number, shown = counted(Sample.objects.filter(looked_at__isnull=True, drawn_at__lte=now - _LEFT_OVER))
        if number:
            says = ngettext(
                "%(shown)s sample waits to be looked at since more than a week.",
                "%(shown)s samples wait to be looked at since more than a week.",
                number,
            )
            link = f"{reverse('admin:actions_sample_changelist')}?found=open"
            yield Note(says % {"shown": shown}, link, _("Samples"))
