"""App configuration of the rules."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "Rules and people"

    def ready(self) -> None:
        from governance import checks  # noqa: F401  (registers the system checks)
        from governance.ledger import guards

        guards.register_guards()
