"""Django admin of the rules, the people and the ledger, a file each."""

# Django's own admin of teams must be there before people.py replaces it, and allauth's before it is taken out.
from allauth.account import admin as _allauth_admin  # noqa: F401
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth import admin as _django_auth_admin  # noqa: F401

from governance.admin import catalogues, delegations, ledger, people, policies, replays, risk_rules, routes, versions

__all__ = ["catalogues", "delegations", "ledger", "people", "policies", "replays", "risk_rules", "routes", "versions"]

# Nothing is deleted here, one by one or chosen in a list: history names it.
admin.site.disable_action("delete_selected")

# A form over allauth's addresses would change an account without its verb. A person's address is on their own page.
admin.site.unregister(EmailAddress)
