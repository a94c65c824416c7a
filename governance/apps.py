"""App configuration of the rules."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = _("Rules and people")

    def ready(self) -> None:
        from governance import checks  # noqa: F401  (registers the system checks)
        from governance.ledger import guards
        from governance.model_words import translated

        guards.register_guards()
        translated(
            model for model in apps.get_models() if model._meta.app_label in ("governance", "actions", "reviews")
        )
