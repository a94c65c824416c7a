"""What a portal has before anything was downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.actors import system
from governance.catalogues.load import load_catalogues
from governance.catalogues.reading import read_file
from governance.catalogues.starter import starter_rows
from governance.default_catalogue import CONTROLS, OWASP, TECHNIQUES
from governance.default_rules import load_default_rules
from governance.models import ActionTypeRule, CatalogueRelease, Control, Technique
from governance.rule_checks import check
from tests.governance.catalogue_files import ACTOR, attack, controls, technique, write
from tests.governance.test_default_rules import empty_the_rules

pytestmark = pytest.mark.django_db


def test_the_starter_set_is_there() -> None:
    assert set(Technique.objects.values_list("external_id", flat=True)) == set(TECHNIQUES)
    assert set(Control.objects.values_list("control_id", flat=True)) == set(CONTROLS)
    rows = technique("ASI05")
    assert (rows.name, rows.framework, rows.tactic) == ("Unexpected Code Execution (RCE)", "owasp", "")
    assert len(OWASP) == 10
    assert technique().published == {
        "name": "Data Destruction",
        "tactics": [{"id": "TA0040", "name": "Impact"}],
        "is_withdrawn": False,
    }
    assert technique().source == "MITRE ATT&CK Enterprise 18.1 (starter set)"


def test_its_rows_would_pass_as_changes() -> None:
    empty_the_rules()
    for rows in starter_rows():
        for row in rows:
            check(row)


def test_it_has_a_release_for_each_publisher() -> None:
    releases = {row.catalogue: (row.version, row.counts["new"]) for row in CatalogueRelease.objects.all()}
    assert releases == {
        "attack": ("18.1", sum(number.startswith("T") for number in TECHNIQUES)),
        "atlas": ("5.6.0", sum(number.startswith("AML.") for number in TECHNIQUES)),
        "owasp": ("2026", 10),
        "controls": ("Revision 5", len(CONTROLS)),
    }


def test_catalogues_may_be_loaded_before_the_rules(tmp_path: Path) -> None:
    """Naive twin: making every row again stops the first start at the first id that is there."""
    empty_the_rules()
    CatalogueRelease.objects.all().delete()
    documents = {"attack": attack("19.0", T1485="Data Demolition"), "controls": controls("5.2.0")}
    files = [read_file(kind, write(tmp_path, document, kind)) for kind, document in documents.items()]
    report = load_catalogues(files, actor=ACTOR)
    assert report.version is None
    version = load_default_rules(system("first start"))
    assert version is not None
    assert "Data Demolition" in version.content
    assert set(Technique.objects.values_list("external_id", flat=True)) == set(TECHNIQUES)
    assert ActionTypeRule.objects.filter(techniques__external_id="T1485").exists()
    loaded = CatalogueRelease.objects.values_list("catalogue", "version")
    assert set(loaded) == {
        ("attack", "19.0"),
        ("controls", "5.2.0 (2024-02-04)"),
        ("atlas", "5.6.0"),
        ("owasp", "2026"),
    }
