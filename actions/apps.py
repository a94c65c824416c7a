"""App configuration of the agents' side."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = _("Agents and their actions")

    def ready(self) -> None:
        from actions.guards import register_guards
        from actions.past import Actions
        from governance import past_actions

        register_guards()
        past_actions.register(Actions())
