"""App configuration of the agents' side."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Agents and their actions"

    def ready(self) -> None:
        from actions.guards import register_guards
        from actions.past import Actions
        from governance import past_actions

        register_guards()
        past_actions.register(Actions())
