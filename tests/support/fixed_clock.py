"""uvicorn for a portal whose clock stands at the world's NOW; the same options as uvicorn's own."""

from __future__ import annotations

import sys

import time_machine
import uvicorn
from django.utils import timezone

from tests.support.world import NOW

if __name__ == "__main__":
    # What pages show stands still; what the server measures goes on, because it waits by that.
    timezone.now = lambda: NOW
    with time_machine.travel(NOW, tick=True):
        uvicorn.main(["governance.asgi:application", *sys.argv[1:]])
