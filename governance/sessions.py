"""Where somebody is signed in now."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from governance.models import Person


def sessions_of(person: Person) -> list[UserSession]:
    """Their sessions that still open a page, the latest first: not over, and begun with the present password."""
    rows = list(UserSession.objects.filter(user=person).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    live = {one.session_key for one in stored if _is_of(one, person)}
    return [row for row in rows if row.session_key in live]


def _is_of(session: Session, person: Person) -> bool:
    data = session.get_decoded()
    proof = data.get(HASH_SESSION_KEY, "")
    return data.get(SESSION_KEY) == str(person.pk) and constant_time_compare(proof, person.get_session_auth_hash())
