"""Every address of the pages, made from the URL configuration, with examples to fill them in.

An address that is in no table here is not classified, and `unclassified` names it: whoever adds a page says here what
its examples are, and from then on the tests of every page visit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from django.urls import get_resolver

from reviews.dashboard.case import ALERTS, TABLES
from reviews.queues import QUEUES
from tests.reviews.addresses import addresses

# Kinds of things, as they are named in the tables below, and the ids there are of each.
Ids = Mapping[str, Sequence[int | str]]

# Answers for programs; their own tests read them (tests/actions).
FOR_AGENTS = ("api/", "health")

# Pages of the portal: what fills in each part of the address, a kind of thing or one of several words.
PORTAL: dict[str, dict[str, str | tuple[str, ...]]] = {
    "": {},
    "queues/<slug:slug>/": {"slug": tuple(queue.slug for queue in QUEUES)},
    "actions/": {},
    "actions/<int:pk>/": {"pk": "every_state"},
    "actions/<int:pk>/nearly/": {"pk": "waiting"},
    "agents/": {},
    "agents/<int:pk>/": {"pk": "agent"},
    "rules/": {},
    "rules/policies/<int:pk>/": {"pk": "policy"},
    "rules/routes/": {},
    "rules/routes/<int:pk>/": {"pk": "route"},
    "rules/thresholds/": {},
    "rules/action-types/": {},
    "rules/action-types/<int:pk>/": {"pk": "actiontyperule"},
    "rules/words/": {},
    "rules/indicators/": {},
    "rules/levels/": {},
    "catalogue/": {},
    "catalogue/techniques/<str:identifier>/": {"identifier": "t_id"},
    "catalogue/controls/": {},
    "catalogue/controls/<str:identifier>/": {"identifier": "c_id"},
    "dashboard/": {},
    "oversight/": {},
    "settings/": {},
    "notices/": {},
    "away/": {},
    "standing/": {},
    "standing/<int:pk>/": {"pk": "standing"},
    "history/": {},
    "accounts/login/": {},
    "accounts/logout/": {},
    "accounts/inactive/": {},
    "accounts/reauthenticate/": {},
    "accounts/password/change/": {},
    "accounts/2fa/": {},
    "accounts/2fa/code/": {},
    "accounts/2fa/on/": {},
    "accounts/2fa/off/": {},
    "accounts/2fa/recovery-codes/": {},
    "accounts/2fa/recovery-codes/new/": {},
}

# Files to take away, and one picture.
FILES: dict[str, dict[str, str | tuple[str, ...]]] = {
    "actions/export.csv": {},
    "dashboard/<slug:slug>.csv": {"slug": (*TABLES, ALERTS)},
    "oversight/export.csv": {},
    "history/export.csv": {},
    "accounts/2fa/on/code.svg": {},
}

# Where forms are sent to, and a way on. Opened, they lead to the page they belong to or say that they take no GET.
FORMS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "views/": {},
    "views/<int:pk>/": {"pk": "view"},
    "views/<int:pk>/delete/": {"pk": "view"},
    "density/": {},
    "bulk/": {},
    "agents/all/": {},
    "agents/<int:pk>/block/": {"pk": "agent"},
    "agents/<int:pk>/release/": {"pk": "agent"},
    "settings/sessions/end/": {},
    "actions/<int:pk>/decide/": {"pk": "waiting"},
    "actions/<int:pk>/claim/now/": {"pk": "waiting"},
    "actions/<int:pk>/next/": {"pk": "waiting"},
    "actions/<int:pk>/<slug:slug>/": {
        "pk": "waiting",
        "slug": ("request-changes", "escalate", "extend", "edit", "break-glass", "allow-more", "conditions", "revoke"),
    },
    "away/<int:pk>/end/": {"pk": "delegation"},
    "standing/<int:pk>/vote/": {"pk": "standing"},
    "standing/<int:pk>/revoke/": {"pk": "standing"},
    "standing/trial/<int:pk>/": {"pk": "waiting"},
}

# Admin: a model's pages are the same for every model, and its objects are of the kind with the model's name.
ADMIN_PARTS: dict[str, str | tuple[str, ...]] = {
    "kind": ("csv", "json", "yaml"),
    "number": "rulebookversion",
    "key_pk": "key",
    "app_label": ("governance", "auth", "actions", "reviews"),
    "content_type_id": ("1",),
    "object_id": ("1",),
    "url": ("no-such-page/",),
}


ADMIN = re.compile(r"admin/(?:governance|auth|actions|reviews)/(\w+)/")


def routes() -> list[str]:
    """Every route of a page, in the words of the URL configuration."""
    every = dict.fromkeys(addresses(get_resolver().url_patterns))
    return [route for route in every if not route.startswith(FOR_AGENTS)]


def parts_of(route: str) -> dict[str, str | tuple[str, ...]] | None:
    """What fills in the parts of a route; None where nobody has said."""
    known = PORTAL | FILES | FORMS
    if route in known:
        return known[route]
    if not route.startswith("admin/"):
        return None
    model = ADMIN.match(route)
    names = [name for _, name in re.findall(r"<(?:(\w+):)?(\w+)>", route)]
    given = dict(ADMIN_PARTS)
    if model:
        given |= {"pk": model[1], "object_id": model[1]}
    return {name: given[name] for name in names} if given.keys() >= set(names) else None


def unclassified() -> list[str]:
    """The routes that nobody has said how to visit."""
    return [route for route in routes() if parts_of(route) is None]


def paths(route: str, ids: Ids, *, first: int = 0) -> Iterator[str]:
    """The addresses of a route with the examples there are: all of them from the one at `first` on, and round again."""
    filled = [re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("\\", "").rstrip("$")]
    for name, values in (parts_of(route) or {}).items():
        found = list(ids[values] if isinstance(values, str) else values) or [0]  # a number nobody has
        found = found[first % len(found) :] + found[: first % len(found)]
        filled = [re.sub(rf"<(\w+:)?{name}>", str(value), path) for path in filled for value in found]
    yield from (f"/{path}" for path in filled)
