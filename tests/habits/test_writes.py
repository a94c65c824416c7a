"""Who may write what: rows in verbs, entries in the ledger, states in the lifecycle.

And no signals, and no HTTP requests in verbs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.habits.tree import PACKAGES, Source, assert_none, complaint, python_sources

# Files that write rows without being verbs, each with its reason.
WRITERS = {
    "governance/ledger/entries.py": "the one writer of ledger entries, called by every verb",
    "governance/second_factor.py": "allauth's form and the step-up take a code by it, which no entry speaks of",
    "actions/lifecycle.py": "the one writer of `state`, called by the verbs that move an action",
}
LEDGER_WRITER = "governance/ledger/entries.py"
STATE_WRITER = "actions/lifecycle.py"
# Files whose `state` is that of something else than an action, each with its reason.
OTHER_STATES = {"governance/replays.py": "how far a replay is"}
BIRTHPLACE = "actions/submit.py"

_WRITES = {
    *("save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("asave", "acreate", "adelete", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create"),
}
_SQL_WRITES = ("INSERT ", "UPDATE ", "DELETE ", "TRUNCATE ", "WITH ")


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last part of the called name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, node.func.id


def orm_writes(source: Source) -> list[str]:
    """Calls that write rows.

    `.update()` of a queryset takes keywords only; that of a dict, a hash or a set does not. `.save(commit=False)` of
    a form only prepares.
    """
    found = []
    for node, name in calls(source):
        is_method = isinstance(node.func, ast.Attribute)
        on_queryset = name in ("update", "aupdate") and node.keywords and not node.args
        prepares = any(keyword.arg == "commit" and ast.unparse(keyword.value) == "False" for keyword in node.keywords)
        if is_method and (name in _WRITES or on_queryset) and not prepares:
            found.append(complaint(source, node, f".{name}() outside a verb"))
        if name == "insert" and not is_method:  # governance.statements.insert
            found.append(complaint(source, node, "insert() outside a verb"))
        if name in ("execute", "executemany") and node.args and _text(node.args[0]).startswith(_SQL_WRITES):
            found.append(complaint(source, node, "SQL that writes, outside a verb"))
    return found


def _text(node: ast.expr) -> str:
    """The beginning of a literal text, in capitals."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return str(node.value).lstrip().upper() if isinstance(node, ast.Constant) else ""


def ledger_writes(source: Source) -> list[str]:
    """LedgerEntry made by hand instead of through ledger.append."""
    return [
        complaint(source, node, "LedgerEntry written by hand")
        for node, name in calls(source)
        if name == "LedgerEntry" or (name in _WRITES and "LedgerEntry" in ast.unparse(node.func))
    ]


def state_writes(source: Source) -> list[str]:
    """Assignments to `.state`, and queryset updates of it. An action's birth is not one."""
    found = []
    for node in ast.walk(source.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
            isinstance(target, ast.Attribute) and target.attr == "state" for target in targets
        ):
            found.append(complaint(source, node, "`state` assigned"))
    for node, name in calls(source):
        sets_state = any(keyword.arg == "state" for keyword in node.keywords)
        if name in ("update", "create", "bulk_update", "get_or_create", "update_or_create") and sets_state:
            found.append(complaint(source, node, f"`state` set by .{name}()"))
        if name == "setattr" and len(node.args) > 1 and _text(node.args[1]) == "STATE":
            found.append(complaint(source, node, "`state` set by setattr"))
    return found


def births(source: Source) -> list[str]:
    """Actions made. Only asked of verbs: elsewhere a row nobody can save is only something to look at."""
    return [complaint(source, node, "an Action is made here") for node, name in calls(source) if name == "Action"]


def signal_receivers(source: Source) -> list[str]:
    """`@receiver(...)` and `signal.connect(...)`: effects nobody sees in the code that causes them."""
    return [
        complaint(source, node, "a signal receiver")
        for node, name in calls(source)
        if name == "receiver" or (name == "connect" and "psycopg" not in ast.unparse(node.func))
    ]


def requests_in_verbs(source: Source) -> list[str]:
    """Verb signatures that take an HTTP request."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if any(
                argument.arg == "request" or (argument.annotation and "Request" in ast.unparse(argument.annotation))
                for argument in arguments
            ):
                found.append(complaint(source, node, f"verb {node.name} takes a request"))
    return found


def environment_reads(source: Source) -> list[str]:
    """Uses of the environment. Naming the settings module for Django is not a setting of ours."""
    found = []
    for node in ast.walk(source.tree):
        text = ast.unparse(node) if isinstance(node, ast.Call | ast.Attribute | ast.Name) else ""
        if isinstance(node, ast.Call) and text.startswith("os.environ.setdefault('DJANGO_SETTINGS_MODULE'"):
            found.append("")
        elif text in ("os.environ", "os.getenv") or (isinstance(node, ast.Name) and text == "getenv"):
            found.append(complaint(source, node, "reads the environment"))
    # Each naming of the settings module accounts for one mention of os.environ.
    naming = found.count("")
    return [line for line in found if line][naming:]


SOURCES = python_sources(*PACKAGES)
VERB_FILES = [source for source in SOURCES if source.is_verb]


def test_rows_are_written_in_verbs_only() -> None:
    others = [source for source in SOURCES if not source.is_verb and source.name not in WRITERS]
    assert_none(line for source in others for line in orm_writes(source))


def test_every_listed_writer_still_writes() -> None:
    by_name = {source.name: source for source in SOURCES}
    assert [name for name in WRITERS if name not in by_name or not orm_writes(by_name[name])] == []


def test_ledger_entries_are_written_in_one_place() -> None:
    others = [source for source in SOURCES if source.name != LEDGER_WRITER]
    assert_none(line for source in others for line in ledger_writes(source))


def test_state_is_assigned_in_one_place() -> None:
    others = [source for source in SOURCES if source.name not in {STATE_WRITER, *OTHER_STATES}]
    assert_none(line for source in others for line in state_writes(source))


def test_every_listed_other_state_is_still_written() -> None:
    by_name = {source.name: source for source in SOURCES}
    assert [name for name in OTHER_STATES if name not in by_name or not state_writes(by_name[name])] == []


def test_actions_are_born_in_one_place() -> None:
    others = [source for source in VERB_FILES if source.name != BIRTHPLACE]
    assert_none(line for source in others for line in births(source))


def test_no_signal_receivers() -> None:
    assert_none(line for source in SOURCES for line in signal_receivers(source))


def test_no_verb_takes_a_request() -> None:
    assert VERB_FILES, "no file calls itself a verb any more: this test looks at nothing"
    assert_none(line for source in VERB_FILES for line in requests_in_verbs(source))


def test_only_settings_read_the_environment() -> None:
    sources = [*SOURCES, *python_sources("benchmarks")]
    others = [source for source in sources if source.name != "governance/settings.py"]
    assert_none(line for source in others for line in environment_reads(source))


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (
            orm_writes,
            "settings.update({'a': 1}); hash.update(b'x')",
            "Action.objects.filter(pk=1).update(reason='')",
        ),
        (orm_writes, "Action.objects.filter(pk=1).first()", "action.save(update_fields=['reason'])"),
        (orm_writes, "form.save(commit=False)", "form.save()"),
        (orm_writes, "rows.insert(0, row)", "insert(row)"),
        (orm_writes, "cursor.execute('SELECT 1')", "cursor.execute(f'UPDATE {table} SET a = 1')"),
        (ledger_writes, "ledger.append('action.approved', actor=actor)", "LedgerEntry(body='')"),
        (ledger_writes, "LedgerEntry.objects.filter(action_id=1)", "LedgerEntry.objects.create(body='')"),
        (state_writes, "if action.state == 'pending': pass", "action.state = 'approved'"),
        (state_writes, "queryset.filter(state='pending')", "queryset.update(state='approved')"),
        (state_writes, "setattr(action, 'reason', '')", "setattr(action, 'state', 'approved')"),
        (births, "Action.objects.get(pk=1)", "Action(agent=agent)"),
        (signal_receivers, "psycopg.connect(url)", "post_save.connect(handler)"),
        (signal_receivers, "class Receiver: pass", "@receiver(post_save)\ndef handler(**kwargs): pass"),
        (requests_in_verbs, "def submit(*, actor: Actor): pass", "def submit(request): pass"),
        (requests_in_verbs, "def submit(body: dict): pass", "def submit(*, r: HttpRequest): pass"),
        (
            environment_reads,
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x')",
            "os.environ.get('DEBUG')",
        ),
        (environment_reads, "import os", "os.getenv('DEBUG')"),
    ],
)
def test_the_rules_themselves(rule: object, good: str, bad: str) -> None:
    assert rule(Source("actions/x.py", good)) == []  # type: ignore[operator]
    assert len(rule(Source("actions/x.py", bad))) == 1  # type: ignore[operator]
