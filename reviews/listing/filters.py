"""The filters of the listing of every action. What each of them means exactly: docs/listing.md."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import Group
from django.db.models import F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.models import Action, Agent, DecidedVia, State
from governance.models import Level, Person
from reviews.dashboard import rows_behind
from reviews.dashboard.filters import ROWS_BEHIND, RowsBehind
from reviews.days import end_of, start_of
from reviews.filters import Chip, saying
from reviews.listing import scan
from reviews.listing.fields import choice, date, flag, text
from reviews.models import Verdict, Vote
from reviews.reading import is_faster_than_reading
from reviews.rendering import plain

# How many actions are looked through for what no index answers: by columns, and by texts inside an action.
BY_COLUMN, BY_TEXT = 50_000, 10_000
# How many of somebody's votes are timed for `fast`.
VOTES = 10_000

WAITING, DECIDED = "waiting", "decided"
UNSEEN = "unseen"

_COLUMNS = ("type", "level", "state", "via", "overdue", "escalated", "failed", "late", "decided_since", "decided_until")
_TEXTS = ("q", "technique", "control", "policy", "degraded")
_VOTING = ("reviewer", "verdict", "voted_since", "voted_until", "fast", "bulk")
# Those a person needs every day; the others are behind "More filters".
SHOWN = ("q", "agent", "state", "level", "since", "until")


_STATES = [(WAITING, _("Waiting")), (DECIDED, _("Decided")), *State.choices]


class Window(NamedTuple):
    """Where the looking ends: only actions above this number were looked at."""

    above: int
    size: int


class ActionsFilter(RowsBehind):
    """Which actions to list. Every filter is applied in one place, because how far one looks depends on the others."""

    q = text(_("Search"))
    agent = choice(_("Agent"), _("Any agent"))
    state = choice(_("State"), _("Any state"), _STATES)
    level = choice(_("Risk"), _("Any risk"), Level.choices)
    since = date(_("From"))
    until = date(pgettext_lazy("the last day", "to"))
    type = text(_("Action type"))
    team = choice(_("Team"), _("Any team"))
    via = choice(_("Decided how"), _("Anyhow"), DecidedVia.choices)
    decided_since = date(_("Decided from"))
    decided_until = date(_("Decided to"))
    reviewer = choice(_("Decided by (person)"), _("Anybody"))
    verdict = choice(_("Verdict"), _("Any verdict"), Verdict.choices)
    voted_since = date(_("Voted from"))
    voted_until = date(_("Voted to"))
    technique = text(_("Technique"))
    control = text(_("Control"))
    policy = text(_("Policy"))
    overdue = choice(
        _("Deadline"), _("Kept or not"), [("1", _("Expired undecided")), (UNSEEN, _("Expired without a vote"))]
    )
    escalated = flag(_("Escalated"))
    late = flag(_("Decided after its escalation"))
    failed = flag(_("Reported as failed"))
    degraded = flag(_("Not every rule could be evaluated"))
    fast = flag(_("Voted faster than reading"))
    bulk = flag(_("Voted on in bulk"))
    canary = choice(
        _("Tests"),
        _("Tests or not"),
        [("1", _("Settled tests")), ("caught", _("Tests rejected")), ("missed", _("Tests approved"))],
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(self, data: Any, person: Person):
        super().__init__(data, Action.objects.visible_to(person))
        self.person = person
        self.window: Window | None = None
        self._above = 0
        self.sees_all = person.has_perm("actions.view_all_teams")
        if not person.has_perm("reviews.view_oversight"):
            # Not even the choice: a canary that waits is in neither of them, and those who decide ask for none.
            self.filters["canary"].extra["choices"] = []
        teams = Group.objects.all() if self.sees_all else Group.objects.filter(user=person)
        self._offer("agent", self._agents(teams))
        self._offer("team", teams.order_by("name").values_list("pk", "name"))
        self._offer("reviewer", self._voters(teams))

    def later(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Nothing yet: `filter_queryset` applies all of them together."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows under all filters, looked for no further back than the window, which is kept to be shown."""
        given = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        number = _number(given["q"]) if given.keys() == {"q"} else None
        if number is not None:
            return queryset.filter(pk=number)
        rows = self._by_index(queryset, given)
        rows = self._in_window(rows, given)
        rows = rows.filter(_by_columns(given), rows_behind.asked(given, timezone.now()))
        if "q" in given:
            rows = rows.filter(saying(given["q"]))
        for what in ("technique", "control"):
            if what in given:
                rows = rows.filter(pk__in=scan.naming(rows, what, given[what].upper()))
        if "policy" in given:
            rows = rows.filter(pk__in=scan.naming(rows, "policy", given["policy"]))
        return rows.filter(pk__in=scan.degraded(rows)) if "degraded" in given else rows

    @property
    def chips(self) -> list[Chip]:
        """The filters in use, in words."""
        chips = []
        for name, value in self.used.items():
            field = self.form.fields[name]
            words = dict(getattr(field, "choices", ())).get(value, value)
            chips.append(Chip(name, str(field.label), "" if self._is_flag(name) else str(words)))
        return chips

    @property
    def voter(self) -> int | None:
        """Whose decisions are asked for, where it is one person's."""
        return _number(self.used.get("reviewer", ""))

    @property
    def has_more(self) -> bool:
        """Whether a filter is in use, or was not understood, that is not in the first row."""
        return bool((self.used.keys() | self.form.errors.keys()) - set(SHOWN)) if self.is_bound else False

    @property
    def more(self) -> list[Any]:
        """The fields that are not in the first row; those without a choice to make are left out."""
        fields = [self.form[name] for name in self.form.fields if name not in SHOWN and not self._is_flag(name)]
        return [field for field in fields if not hasattr(field.field, "choices") or len(list(field.field.choices)) > 1]

    @property
    def flags(self) -> list[Any]:
        """The fields that are yes or no."""
        return [self.form[name] for name in self.form.fields if self._is_flag(name)]

    def _is_flag(self, name: str) -> bool:
        return isinstance(self.form.fields[name].widget, forms.CheckboxInput)

    # -- What an index answers ------------------------------------------------------------------------------------

    def _by_index(self, rows: QuerySet[Action], given: dict[str, Any]) -> QuerySet[Action]:
        if "agent" in given:
            rows = rows.filter(agent=given["agent"])
        if "team" in given:
            rows = rows.filter(team=given["team"])
        if _waits(given):
            # Asked apart, the engine reads the index of what is pending, and nothing else.
            rows = rows.filter(pk__in=Action.objects.order_by().pending().values("pk"))
        if given.keys() & set(_VOTING):
            rows = rows.filter(pk__in=_voted(given))
        if "canary" in given:
            tests = Action.objects.order_by().filter(is_canary=True, canary__isnull=False).exclude(state=State.PENDING)
            if given["canary"] != "1":
                tests = tests.filter(canary__caught=given["canary"] == "caught")
            rows = rows.filter(pk__in=tests.values("pk"))
        return self._by_days(rows, given)

    def _by_days(self, rows: QuerySet[Action], given: dict[str, Any]) -> QuerySet[Action]:
        if not given.keys() & {"since", "until"}:
            return rows
        made = Action.objects.order_by()
        if "since" in given:
            made = made.filter(created_at__gte=start_of(given["since"]))
        if "until" in given:
            made = made.filter(created_at__lt=end_of(given["until"]))
        # The numbers of those days, read from the index alone; within them the listing is read by number, not by time.
        ends = made.aggregate(first=Min("pk"), last=Max("pk"))
        if ends["first"] is None:
            return rows.none()
        self._above = ends["first"] - 1
        rows = rows.filter(pk__lte=ends["last"]) if "until" in given else rows
        rows = rows.alias(made=Coalesce("created_at", "created_at"))
        if "since" in given:
            rows = rows.filter(made__gte=start_of(given["since"]))
        return rows.filter(made__lt=end_of(given["until"])) if "until" in given else rows

    # -- What none does ---------------------------------------------------------------------------------------------

    def _in_window(self, rows: QuerySet[Action], given: dict[str, Any]) -> QuerySet[Action]:
        """The latest of these rows, where something is looked for that would need all of them to be read.

        The lowest number is said once: of two bounds on one side, SQLite would begin at the first.
        """
        sizes = [BY_TEXT] if given.keys() & set(_TEXTS) else []
        sizes += [BY_COLUMN] if given.keys() & {*_COLUMNS, *ROWS_BEHIND} and not _waits(given) else []
        above = self._end_of_window(rows, given, min(sizes)) if sizes else 0
        if above > self._above:
            self.window, self._above = Window(above, min(sizes)), above
        return rows.filter(pk__gt=self._above) if self._above else rows

    def _end_of_window(self, rows: QuerySet[Action], given: dict[str, Any], size: int) -> int:
        """Above which number the window is; 0 where it holds them all."""
        numbers = rows.order_by("-pk").values_list("pk", flat=True)
        if given.keys() & {"agent", "reviewer", "canary"} or _waits(given):
            return numbers[size : size + 1].first() or 0
        above = (numbers.first() or 0) - size
        return above if above > 0 and rows.filter(pk__lte=above).exists() else 0

    # -- Choices ------------------------------------------------------------------------------------------------------

    def _offer(self, name: str, choices: Any) -> None:
        self.filters[name].extra["choices"] = [(str(pk), plain(label, limit=60)) for pk, label in choices]

    def _agents(self, teams: QuerySet[Group]) -> list[tuple[int, str]]:
        agents = Agent.objects.order_by("agent_id")
        mine = agents if self.sees_all else agents.filter(team__in=teams.order_by().values("pk"))
        offered = list(mine.values_list("pk", "agent_id")[:500])
        return self._and_chosen(offered, "agent", agents, "agent_id", "agent")

    def _voters(self, teams: QuerySet[Group]) -> list[tuple[int, str]]:
        people = Person.objects.filter(pk__in=Vote.objects.order_by().values("person"))
        mine = people if self.sees_all else people.filter(groups__in=teams.order_by().values("pk")).distinct()
        offered = [(one.pk, one.shown_name) for one in mine.order_by("username")[:500]]
        if self.person.pk not in dict(offered) and self.person.has_perm("actions.decide_action"):
            # Whoever decides may ask what they decided, before they ever did.
            offered.insert(0, (self.person.pk, self.person.shown_name))
        return self._and_chosen(offered, "reviewer", people, "username", "votes__person")

    def _and_chosen(self, offered: Any, name: str, rows: Any, label: str, path: str) -> list[tuple[int, str]]:
        """Also the one that was chosen, where it has part in an action this person sees; a stranger's is no choice."""
        chosen = _number((self.data or {}).get(name, ""))
        if chosen is None or chosen in {pk for pk, _name in offered}:
            return list(offered)
        if not self.sees_all and not self.queryset.filter(**{path: chosen}).exists():
            return list(offered)
        return [*offered, *rows.filter(pk=chosen).values_list("pk", label)]


def _by_columns(given: dict[str, Any]) -> Q:
    """The filters that compare columns of the action."""
    rows = Q()
    for name, column in (("type", "action_type"), ("level", "risk_level"), ("via", "decided_via")):
        if name in given:
            rows &= Q(**{column: given[name]})
    state = given.get("state")
    if state == DECIDED:
        rows &= ~Q(state=State.PENDING)
    elif state and state != WAITING:
        rows &= Q(state=state)
    if "overdue" in given:
        rows &= Q(state=State.EXPIRED, decided_via=DecidedVia.DEADLINE)
        rows &= Q(votes__isnull=True) if given["overdue"] == UNSEEN else Q()
    if "escalated" in given:
        rows &= Q(escalated=True)
    if "failed" in given:
        rows &= Q(state=State.FAILED)
    if "late" in given:
        # A revoked approval says when it was revoked, so it cannot be told when it was given.
        rows &= Q(decided_via__in=(DecidedVia.PERSON, DecidedVia.GLASS), decided_at__gt=F("escalate_at"))
        rows &= ~Q(state=State.CANCELLED)
    if "decided_since" in given:
        rows &= Q(decided_at__gte=start_of(given["decided_since"]))
    if "decided_until" in given:
        # Nothing is decided before it is made.
        end = end_of(given["decided_until"])
        rows &= Q(decided_at__lt=end, created_at__lt=end)
    return rows


def _waits(given: dict[str, Any]) -> bool:
    return given.get("state") in (WAITING, State.PENDING)


def _voted(given: dict[str, Any]) -> Any:
    """The actions somebody voted on, as this person, with this verdict, in these days, in bulk, faster than reading."""
    votes = Vote.objects.order_by()
    if "reviewer" in given:
        votes = votes.filter(person=given["reviewer"])
    if "verdict" in given:
        votes = votes.filter(verdict=given["verdict"])
    if "voted_since" in given:
        votes = votes.filter(created_at__gte=start_of(given["voted_since"]))
    if "voted_until" in given:
        votes = votes.filter(created_at__lt=end_of(given["voted_until"]))
    if "bulk" in given:
        votes = votes.filter(bulk_of__isnull=False)
    if "fast" not in given:
        return votes.values("action")
    timed = votes.filter(opened_at__isnull=False).order_by("-created_at")[:VOTES]
    return [
        action
        for action, opened, at, characters in timed.values_list(
            "action", "opened_at", "created_at", Length("action__content")
        )
        if is_faster_than_reading(at - opened, characters)
    ]


def _number(text: Any) -> int | None:
    """A number as a person writes that of an action, or an address that of a row; None for anything else."""
    digits = str(text).removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
