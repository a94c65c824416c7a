"""The filters of the queues, declared once for page, refresh and saved views."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_filters
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.models import Action, Agent
from governance.models import Level, Person
from reviews import moments
from reviews.days import end_of, start_of
from reviews.filters import Filter, day_box, saying, search_box, select_box
from reviews.rendering import plain
from reviews.sorting import PLACE

# Stands in an address for "assigned to nobody": no user name has a colon.
NOBODY = ":nobody"
# Filters that ask about a decision that is still to be made.
UNDECIDED = ("assigned", "claimed", "escalated", "stage", "due")
# So many kinds of waiting actions (type, agent, team, person asked) are read for the choices; more are not offered.
MOST_CHOICES = 2000


class Chip(NamedTuple):
    """A filter in use, in words, and the address without it."""

    name: str
    label: str
    words: str
    query: str


class QueueFilter(Filter):
    """Which waiting actions to show. The choices are what waits now, plus what was chosen before."""

    q = django_filters.CharFilter(
        method="by_text", max_length=200, widget=search_box(_("Search action, agent, resource"))
    )
    level = django_filters.ChoiceFilter(
        field_name="risk_level", choices=Level.choices, empty_label=_("Any risk"), widget=select_box(_("Risk"))
    )
    action_type = django_filters.ChoiceFilter(
        choices=[], empty_label=_("Any type"), widget=select_box(_("Action type"))
    )
    agent = django_filters.ChoiceFilter(
        field_name="agent__agent_id", choices=[], empty_label=_("Any agent"), widget=select_box(_("Agent"))
    )
    team = django_filters.ChoiceFilter(
        field_name="team__name", choices=[], empty_label=_("Any team"), widget=select_box(_("Team"))
    )
    assigned = django_filters.ChoiceFilter(
        method="by_assigned", choices=[], empty_label=_("Assigned or not"), widget=select_box(_("Assigned to"))
    )
    claimed = django_filters.ChoiceFilter(
        method="by_claimed",
        choices=[("me", _("Claimed by me")), ("others", _("Claimed by somebody else")), ("nobody", _("Not claimed"))],
        empty_label=_("Claimed or not"),
        widget=select_box(_("Claimed")),
    )
    escalated = django_filters.ChoiceFilter(
        method="by_escalated",
        choices=[("yes", _("Escalated")), ("no", _("Not escalated"))],
        empty_label=_("Escalated or not"),
        widget=select_box(_("Escalated")),
    )
    stage = django_filters.ChoiceFilter(
        method="by_stage",
        choices=[("1", _("Stage 1")), ("2", _("Stage 2")), ("later", _("Stage 3 or later"))],
        empty_label=_("Any stage"),
        widget=select_box(_("Stage")),
    )
    due = django_filters.ChoiceFilter(
        method="by_due",
        choices=[("over", _("Overdue")), ("hour", _("Due within the hour")), ("day", _("Due within 24 hours"))],
        empty_label=_("Due at any time"),
        widget=select_box(_("Due")),
    )
    since = django_filters.DateFilter(method="from_day", widget=day_box(_("Submitted from day")))
    until = django_filters.DateFilter(method="to_day", widget=day_box(_("Submitted to day")))

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(
        self, data: Any = None, queryset: Any = None, *, identity: int = 0, decided: bool = False, offers: Any = None
    ):
        """`identity` is who asks. What is `decided` already has no stage. The choices are what these `offers` hold."""
        super().__init__(data, queryset)
        self.identity = identity
        if decided:
            for name in UNDECIDED:
                del self.filters[name]
        self._offer(offers)

    def _offer(self, offers: QuerySet[Any] | None) -> None:
        """The choices: in one statement, since each would have to look at every row for itself."""
        columns = {name: column for name, column in _OFFERED.items() if name in self.filters}
        kinds: list[Any] = []
        if offers is not None:
            kinds = list(offers.order_by().values_list(*columns.values()).distinct()[:MOST_CHOICES])
        for number, name in enumerate(columns):
            values = {kind[number] for kind in kinds} - {None}
            # One team is no choice, so nobody has to know what it is called.
            values = set() if name == "team" and len(values) < 2 else _named(name, values)
            # A NUL is in no row, and PostgreSQL will not even be asked for one.
            if (chosen := (self.data or {}).get(name)) and chosen != NOBODY and "\x00" not in chosen:
                values.add(chosen)
            self.filters[name].extra["choices"] = [(value, plain(value, limit=60)) for value in sorted(values)]
        if "assigned" in columns:
            self.filters["assigned"].extra["choices"].insert(0, (NOBODY, _("Nobody")))

    @property
    def has_teams(self) -> bool:
        """Whether there is more than one team to choose from, or one is chosen."""
        return len(self.filters["team"].extra["choices"]) > 1 or "team" in self.used

    @property
    def more_is_open(self) -> bool:
        """Whether one of the filters that are folded away is in use, or was not understood."""
        return not self.is_valid_or_unused or bool(self.used.keys() - {"q", "level", "action_type", "agent"})

    @property
    def chips(self) -> list[Chip]:
        """The filters in use, each with the address that leaves it out."""
        found = []
        for name in self.used:
            params = self.data.copy()
            for gone in (name, *PLACE):
                params.pop(gone, None)
            field, value = self.form.fields[name], self.data.get(name, "")
            offered = dict(self.filters[name].extra.get("choices") or ())
            words = offered.get(value, value) if name not in _FROM_OUTSIDE or value == NOBODY else value
            label = field.widget.attrs.get("aria-label", name) if name != "q" else _("Text")
            found.append(Chip(name, str(label), str(words), params.urlencode()))
        return found

    @property
    def query(self) -> str | None:
        """The filters in use as an address has them, and nothing else; None when one was not understood."""
        return urlencode({name: self.data.get(name, "") for name in self.used}) if self.is_valid_or_unused else None

    def by_assigned(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows that a person of this user name is asked for, or nobody."""
        if value == NOBODY:
            return rows.filter(assignment__isnull=True)
        return rows.filter(assignment__person__username=value)

    def by_claimed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows that this human being is at, somebody else, or nobody."""
        live = Q(claim__expires_at__gt=timezone.now())
        me = Q(claim__person=self.identity) | Q(claim__person__same_as=self.identity)
        if value == "nobody":
            return rows.exclude(live)
        return rows.filter(live, me) if value == "me" else rows.filter(live).exclude(me)

    def by_escalated(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows that were escalated, or were not."""
        return rows.filter(escalated=value == "yes")

    def by_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows at this stage of their route."""
        return rows.filter(stage__gte=3) if value == "later" else rows.filter(stage=int(value))

    def by_due(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows whose deadline comes within so long; what is overdue comes with all of them."""
        return rows.filter(deadline__lte=timezone.now() + _WITHIN[value])

    def from_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Submitted from the beginning of a day on, where the reader is."""
        return rows.filter(created_at__gte=start_of(value))

    def to_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Submitted up to the end of a day, where the reader is."""
        return rows.filter(created_at__lt=end_of(value))

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows that hold the text where a reader sees it; `#12` and `12` also find the action of that number."""
        return rows.filter(saying(value))


# By what rows are told apart for the choices. Numbers, where they name something: a database compares them sooner.
_OFFERED = {"action_type": "action_type", "agent": "agent", "team": "team", "assigned": "assignment__person"}
_NAMES: dict[str, tuple[Any, str]] = {
    "agent": (Agent.objects, "agent_id"),
    "team": (Group.objects, "name"),
    "assigned": (Person.objects, "username"),
}


def _named(name: str, values: set[Any]) -> set[str]:
    """What these values of a column are called."""
    if not values or name not in _NAMES:
        return values
    rows, called = _NAMES[name]
    return set(rows.filter(pk__in=values).values_list(called, flat=True))


# Whose values are texts of agents and people, shown as they are and not as a choice says them.
_FROM_OUTSIDE = ("q", "action_type", "agent", "team", "assigned")
_WITHIN = {"over": timedelta(0), "hour": moments.SOON, "day": timedelta(hours=24)}
