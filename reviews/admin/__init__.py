"""What of the people's side is looked after in Django admin."""

from reviews.admin import attention, channels, oversight

__all__ = ["attention", "channels", "oversight"]
