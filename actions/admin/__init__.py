"""Django admin of the agents' side, a file each."""

from actions.admin import agents, attention, records

__all__ = ["agents", "attention", "records"]
