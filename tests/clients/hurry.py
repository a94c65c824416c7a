"""Put before a program that waits: its clock runs SPEED times as fast, so that a minute's patience ends in seconds."""

import time


def _hurry(speed):
    sleep, clocks = time.sleep, {name: getattr(time, name) for name in ("time", "monotonic")}

    def faster(clock):
        began = clock()
        return lambda: began + (clock() - began) * speed

    for name, clock in clocks.items():
        setattr(time, name, faster(clock))
    time.sleep = lambda seconds: sleep(seconds / speed)


_hurry(SPEED)  # noqa: F821  (written above this file's text)
