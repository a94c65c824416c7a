"""How soon a high or critical action may be approved after its page was opened (threats AC22). Off by default."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import Action
from governance.errors import TooFast
from governance.frozen_words import number
from governance.models import Level, Person

_signer = signing.Signer(salt="reviews.pace")
_LEVELS = ("high", "critical")


def opened_mark(action: Action, person: Person, at: datetime) -> str:
    """When this person was shown this content, signed, to come back with their decision."""
    return _signer.sign_object([action.pk, action.digest, person.pk, at.timestamp()])


def opened_at(mark: str, action: Action, person: Person) -> datetime | None:
    """When the page that a mark came with was opened; None for a mark that is missing, forged or of something else."""
    try:
        said: Any = _signer.unsign_object(mark)
        pk, digest, reader, at = said
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return datetime.fromtimestamp(at, UTC) if [pk, digest, reader] == [action.pk, action.digest, person.pk] else None


def check_pace(action: Action, opened: datetime | None) -> None:
    """Raise TooFast for an approval sooner than anybody can have read what is approved. Low and medium pass."""
    wanted = settings.REVIEW_PACE_SECONDS
    if wanted <= 0 or action.risk_level not in _LEVELS:
        return
    if opened is None:
        raise TooFast(
            _("The form did not say when its page was opened. Nothing was decided. Reload the page and read it.")
        )
    passed = (timezone.now() - opened).total_seconds()
    if passed < wanted:
        raise TooFast(
            _(
                "You opened this {level} action {passed} s ago; an approval takes at least {wanted}"
                " s of reading. Nothing was decided. Press again in {left} s."
            ).format(
                level=Level(action.risk_level).label.lower(),
                passed=f"{passed:.0f}",
                wanted=number(wanted),
                left=f"{max(wanted - passed, 1):.0f}",
            )
        )
