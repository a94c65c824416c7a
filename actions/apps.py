"""App configuration of the agents' side."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Agents and their actions"

    def ready(self) -> None:
        from actions.guards import register_guards

        register_guards()
