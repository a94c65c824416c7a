"""Every model in admin: who may do what, and that nothing is changed but through a verb.

The cases come from the registry, so a new model fails until somebody says here what it is.
"""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.agent_keys import issue_key
from governance.admin.bounded import WINDOW, BigAdmin, BoundedPaginator
from governance.models import ActionTypeRule, LedgerEntry, Role
from tests.support import lifecycles
from tests.support.cast import AGENT_ID
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db

# Read by whoever may see them; verbs elsewhere write them.
READ_ONLY = {
    "governance.LedgerEntry": "append-only; written by every verb",
    "governance.RulebookVersion": "made by change_rules; brought back on a page of its own",
    "governance.Replay": "made by a rule's form; a worker fills it",
    "governance.Mitigation": "loaded with the catalogues",
    "governance.CatalogueRelease": "loaded with the catalogues",
    "actions.Action": "submitted by agents, decided on its page",
    "actions.Outcome": "reported by agents",
    "actions.Sample": "drawn by a key, looked at on the action's page",
    "reviews.Canary": "planted on a page of its own, by plant_canary",
    "reviews.BreakGlass": "broken and looked at on the action's page",
    "reviews.Notice": "written by the outbox; tried again by retry_notice",
}
# Changed in admin, each through its verb.
BY_VERB = {
    **dict.fromkeys(
        (
            *("governance.ActionTypeRule", "governance.EvidenceRule", "governance.IndicatorRule"),
            *("governance.LevelScore", "governance.Policy", "governance.Threshold", "governance.Route"),
            *("governance.Technique", "governance.Control"),
        ),
        "change_rule",
    ),
    "governance.Person": "create_person, change_person",
    "governance.Delegation": "delegate, end_delegation",
    "auth.Group": "save_team",
    "actions.Agent": "ensure_agent, change_agent",
    "reviews.Channel": "save_channel",
}
# What cannot be done with all of them, and is no oversight: the four levels are there; a delegation is ended.
NOT_ALL_OF_THEM = {"governance.LevelScore": {"add"}, "governance.Delegation": {"change"}}
# Not in admin at all: a form over them would be a way around something.
NEVER = {"sessions.Session", "contenttypes.ContentType", "auth.Permission", "admin.LogEntry", "account.EmailAddress"}

REGISTRY = {model._meta.label: (model, owner) for model, owner in admin.site._registry.items()}


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_in_admin_is_classified():
    assert set(REGISTRY) == set(READ_ONLY) | set(BY_VERB)
    assert not NEVER & set(REGISTRY)
    assert {model._meta.label for model in apps.get_models()} & NEVER  # the names are real ones


@pytest.mark.parametrize("role", Role.values)
def test_what_each_role_may_do(role, admin_person):
    """Nobody deletes; auditors only read; who is no admin or auditor sees nothing."""
    admin_person.role = role
    request = RequestFactory().get("/")
    request.user = admin_person
    for label, (_, owner) in REGISTRY.items():
        may = {
            verb for verb in ("view", "add", "change", "delete") if getattr(owner, f"has_{verb}_permission")(request)
        }
        expected = {"view"}
        if role not in (Role.ADMIN, Role.AUDITOR):
            expected = set()
        elif role == Role.ADMIN and label in BY_VERB:
            expected = {"view", "add", "change"} - NOT_ALL_OF_THEM.get(label, set())
        assert may == expected, label
        assert set(owner.get_actions(request)) <= {"verify_selected"}, label
        assert not owner.list_editable, label


@pytest.fixture
def full(api, agent, admin_person):
    """A row of what there is most of."""
    issue_key(actor=SETUP, agent_id=AGENT_ID)
    lifecycles.executed(api)
    lifecycles.pending(api)


def filled(form):
    """What a browser would send back of a form that nobody touched."""
    data = {}
    for name in form.fields:
        value = form[name].value()
        if value is None or value is False:
            continue
        if isinstance(value, (list, tuple)) or hasattr(value, "all"):
            data[form.add_prefix(name)] = [getattr(one, "pk", one) for one in value]
        else:
            data[form.add_prefix(name)] = "on" if value is True else getattr(value, "pk", value)
    return data


WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
# Django's own, beside what a verb does.
ASIDE = {"django_session", "django_admin_log"}


def written(captured):
    """The tables that statements wrote."""
    return {found[1] for query in captured if (found := WRITE.match(query["sql"]))} - ASIDE


def test_the_ear_for_writes_hears_them(admin_person):
    with CaptureQueriesContext(connection) as heard:
        admin_person.save()
    assert written(heard) == {"governance_person"}


@pytest.mark.parametrize("label", sorted(label for label in BY_VERB if label != "governance.Delegation"))
def test_a_change_leads_through_a_verb_or_writes_nothing(label, full, sign_in, admin_person):
    """Every field of every form, changed one at a time: an entry with whatever was written, else no write at all."""
    model, _ = REGISTRY[label]
    row, browser = model._default_manager.order_by("-pk").first(), sign_in(admin_person)
    if row is None:
        add_leads_through_a_verb(model, browser)
        return
    shown = browser.get(address(model, "change", row.pk))
    data = filled(shown.context["adminform"].form)
    data |= {"change_reason": "A look around.", "without_replay": "on"}
    data |= {"keys-TOTAL_FORMS": "0", "keys-INITIAL_FORMS": "0"}
    fields = shown.context["adminform"].form.fields
    texts = [name for name, value in data.items() if isinstance(value, str) and name in fields]
    before, told = LedgerEntry.objects.count(), 0
    for name in texts[:4]:
        with CaptureQueriesContext(connection) as heard:
            answer = browser.post(address(model, "change", row.pk), data | {name: f"{data[name]} x"})
        assert answer.status_code in (200, 302)
        tables = written(heard)
        assert not tables or "governance_ledgerentry" in tables, f"{label}.{name} wrote {tables} without an entry"
        told += bool(tables)
    assert LedgerEntry.objects.count() >= before + told


def add_leads_through_a_verb(model, browser):
    """Nothing of a kind is there yet: an empty form is refused and writes nothing."""
    with CaptureQueriesContext(connection) as heard:
        assert browser.post(address(model, "add"), {}).status_code == 200
    assert written(heard) == set()


def test_a_post_to_what_is_only_read_is_refused(full, sign_in, auditor, admin_person, nothing_written):
    """Admins at what nobody writes here, auditors at everything."""
    asked = [(label, auditor) for label in REGISTRY] + [(label, admin_person) for label in READ_ONLY]
    with nothing_written():
        for label, person in asked:
            model, browser = REGISTRY[label][0], sign_in(person)
            row = model._default_manager.first()
            assert browser.post(address(model, "add"), {"name": "x"}).status_code == 403, label
            for page in ("change", "delete") if row is not None else ():
                assert browser.post(address(model, page, row.pk), {"post": "yes"}).status_code == 403, label


def changelist_addresses(model, owner, browser):
    """A list as it opens, and with each choice of each of its filters."""
    plain = address(model, "changelist")
    shown = browser.get(plain)
    yield plain
    listed = shown.context["cl"]
    for spec in listed.filter_specs:
        for choice in list(spec.choices(listed))[1:3]:
            yield plain + choice["query_string"]
    if owner.search_fields:
        yield from (f"{plain}?q={term}" for term in ("x", "12"))


BIG = {"actions_action", "governance_ledgerentry", "actions_outcome", "actions_sample", "reviews_notice"}


def unbounded(sql):
    """Whether a statement counts a big table without a limit."""
    table = re.search(r'FROM "(\w+)"', sql)
    return "COUNT(" in sql and table is not None and table[1] in BIG and " LIMIT " not in sql


def test_the_rule_of_counting_itself():
    assert unbounded('SELECT COUNT(*) AS "__count" FROM "actions_action"')
    assert not unbounded('SELECT COUNT(*) FROM (SELECT 1 FROM "actions_action" LIMIT 10001) subquery')


def test_every_list_is_bounded_and_asks_the_same_whatever_it_holds(full, api, sign_in, admin_person):
    browser, asked = sign_in(admin_person), {}
    for turn in range(2):
        for model, owner in REGISTRY.values():
            for one in list(changelist_addresses(model, owner, browser)):
                with CaptureQueriesContext(connection) as heard:
                    shown = browser.get(one)
                assert shown.status_code == 200, one
                assert not [query["sql"] for query in heard if unbounded(query["sql"])], one
                assert turn == 0 or len(heard) == asked.get(one, len(heard)), one
                asked[one] = len(heard)
        lifecycles.executed(api)
        for number in range(3):
            lifecycles.pending(api, resource=f"more-{number}")


def test_what_agents_make_is_listed_as_big():
    """Whatever grows with submissions has a windowed list that sorts by its number only."""
    for label in ("actions.Action", "actions.Outcome", "actions.Sample", "governance.LedgerEntry", "reviews.Notice"):
        owner = REGISTRY[label][1]
        assert isinstance(owner, BigAdmin), label
        assert (owner.ordering, owner.sortable_by, owner.date_hierarchy) == (("-pk",), (), None), label


def test_a_choice_without_an_index_looks_at_the_latest_and_says_so(full, sign_in, admin_person):
    browser, place = sign_in(admin_person), reverse("admin:actions_action_changelist")
    for query, windowed in (("", False), ("state=pending", False), ("state=failed", True), ("level=high", True)):
        shown = browser.get(f"{place}?{query}")
        assert (shown.context["cl"].window == WINDOW) is windowed, query
        assert ("among the latest 50,000" in shown.text) is windowed


def test_a_count_ends_at_its_limit(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("governance.admin.bounded.MOST", 2)
    rows = ActionTypeRule.objects.order_by("pk")
    with django_assert_num_queries(1):
        pages = BoundedPaginator(rows, 100)
        assert (pages.count, pages.is_cut) == (2, True)
    few = BoundedPaginator(rows.filter(pk=rows[0].pk), 100)
    assert (few.count, few.is_cut) == (1, False)
