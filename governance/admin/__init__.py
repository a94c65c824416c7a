"""Django admin of the rules, the people and the ledger, a file each."""

# Django's own admin of teams must be there before people.py replaces it.
from django.contrib import admin
from django.contrib.auth import admin as _django_auth_admin  # noqa: F401

from governance.admin import catalogues, delegations, ledger, people, policies, replays, risk_rules, routes, versions

__all__ = ["catalogues", "delegations", "ledger", "people", "policies", "replays", "risk_rules", "routes", "versions"]

# Nothing is deleted here, one by one or chosen in a list: history names it.
admin.site.disable_action("delete_selected")
