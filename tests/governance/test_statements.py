"""Statements kept as the ORM wrote them say exactly what the ORM would say."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from actions.models import Action
from governance.models import LedgerEntry
from governance.statements import Question, insert, stored
from tests.support import lifecycles

pytestmark = pytest.mark.django_db
BY_NAME = Question(lambda name: Group.objects.filter(name=name).order_by("pk").values_list("pk", "name"), name=str)


@pytest.mark.parametrize("name", ["Payments", "O'Brien; DROP TABLE x", "%s", "é\U0001f600", ""])
def test_a_question_is_answered_like_the_orm_answers_it(name, django_assert_num_queries):
    made = Group.objects.create(name=name)
    BY_NAME.first(name="warm")
    with django_assert_num_queries(1):
        assert BY_NAME.first(name=name) == (made.pk, name)
    assert BY_NAME.first(name="nobody") is None


def test_values_are_converted_like_the_orm_converts_them(api):
    names = ("pk", "risk_score", "verdict", "created_at", "escalated", "deadline")
    question = Question(lambda pk: Action.objects.filter(pk=pk).order_by().values_list(*names), pk=int)
    action = Action.objects.get(pk=lifecycles.pending(api))
    assert question.first(pk=action.pk) == tuple(getattr(action, name) for name in names)


def test_a_value_the_statement_does_not_use_is_refused():
    with pytest.raises(ValueError, match="does not use every value"):
        Question(lambda name: Group.objects.order_by("pk").values_list("pk"), name=str).first(name="x")


def test_an_inserted_row_is_the_row_that_saving_makes(api):
    action = Action.objects.get(pk=lifecycles.pending(api))
    again = Action.objects.get(pk=action.pk)
    again.pk, again.idempotency_token = None, None
    insert(again)
    assert again.pk > action.pk
    kept, first = (Action.objects.values().get(pk=pk) for pk in (again.pk, action.pk))
    same = {"id", "idempotency_token"}
    assert {k: v for k, v in kept.items() if k not in same} == {k: v for k, v in first.items() if k not in same}


def test_constraints_hold_for_inserted_rows(api):
    from django.db import IntegrityError

    lifecycles.pending(api)
    entry = LedgerEntry.objects.latest("id")
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(entry)


def test_a_stored_row_reads_what_was_left_out_when_it_is_asked(api, django_assert_num_queries):
    pk = lifecycles.pending(api)
    action = stored(Action, ("id", "state"), (pk, "pending"))
    with django_assert_num_queries(0):
        assert (action.pk, action.state) == (pk, "pending")
    with django_assert_num_queries(1):
        assert action.action_type == "transaction"
