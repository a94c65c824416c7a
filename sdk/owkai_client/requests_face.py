"""Lets programs that catch `requests.exceptions.ConnectionError` catch ours (guide, "Graceful Degradation").

This client does not use `requests`. But the guide's fallback snippet catches the exception of that library
around `client.submit_action`. A program that does so has imported `requests`, so the library is looked up
among the modules already loaded, never imported; where it is absent, the plain class is raised and nothing
is lost.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from .errors import PortalUnreachableError


def unreachable(message: str) -> PortalUnreachableError:
    """A `PortalUnreachableError`, also an instance of the one in `requests` when that is loaded."""
    theirs = getattr(getattr(sys.modules.get("requests"), "exceptions", None), "ConnectionError", None)
    known = isinstance(theirs, type) and issubclass(theirs, OSError)
    return (_joined(theirs) if known else PortalUnreachableError)(message)


@functools.lru_cache(maxsize=4)
def _joined(theirs: Any) -> type[PortalUnreachableError]:
    def __reduce__(self: Exception) -> tuple[Any, ...]:
        # A class made at run time cannot be found by name: between processes it travels as its parent.
        return PortalUnreachableError, self.args

    # `request` and `response` are what handlers written for that library may look at.
    body = {
        "__doc__": PortalUnreachableError.__doc__,
        "__module__": PortalUnreachableError.__module__,
        "__reduce__": __reduce__,
        "request": None,
        "response": None,
    }
    return type(PortalUnreachableError.__name__, (PortalUnreachableError, theirs), body)
