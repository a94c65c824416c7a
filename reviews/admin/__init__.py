"""What of the people's side is looked after in Django admin."""

from reviews.admin import channels

__all__ = ["channels"]
