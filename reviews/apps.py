"""App configuration of the people's side."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from governance.guards import AppendOnly, register

        register(
            AppendOnly("reviews_vote", keys=[["id"], ["action_id", "identity"]]),
            AppendOnly("reviews_conditioncheck", keys=[["id"], ["action_id"]]),
        )
