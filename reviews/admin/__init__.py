"""What of the people's side is looked after in Django admin."""

from reviews.admin import channels, oversight

__all__ = ["channels", "oversight"]
