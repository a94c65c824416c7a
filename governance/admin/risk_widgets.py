"""The fields of a rule of risk that need more than a box: the CVSS vector and the CVSS environment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse_lazy

from governance import cvss_metrics
from governance.admin import rule_preview


class VectorInput(forms.TextInput):
    """A CVSS vector as text, and the questions that write it (vector.js shows them)."""

    class Media:
        js = (forms.Script("foureyes/vector.js", defer=True),)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        attrs = {"size": 64, "spellcheck": "false", "autocomplete": "off", "class": "vTextField mono"} | (attrs or {})
        context = {
            "input": super().render(name, value, attrs, renderer),
            "versions": [(version, cvss_metrics.groups(version)) for version in ("3.1", "4.0")],
            "result": rule_preview.vector_preview(str(value or "")),
            "url": reverse_lazy("admin:governance_actiontyperule_vector"),
        }
        return render_to_string("admin/governance/_vector_builder.html", context)


class EnvironmentInput(forms.Widget):
    """Security requirements: a choice for each of the three; written as CR:H/IR:H."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        if name in data:  # written out, as an import or a script sends it
            return data[name]
        given = ((code, data.get(f"{name}-{code}", "")) for code, _ in cvss_metrics.REQUIREMENTS)
        return "/".join(f"{code}:{value}" for code, value in given if value)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}-{code}" in data for code, _ in cvss_metrics.REQUIREMENTS)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}-CR"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        given = dict(part.partition(":")[::2] for part in (value or "").upper().split("/") if part)
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "choices": cvss_metrics.REQUIRED,
            "requirements": [(code, word, given.get(code, "")) for code, word in cvss_metrics.REQUIREMENTS],
        }
        return render_to_string("admin/governance/_environment.html", context)
