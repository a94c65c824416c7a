"""Processor time used by other processes, read from the operating system (Linux)."""

from __future__ import annotations

import time

import psutil


def of_process(pid: int) -> float:
    """Seconds of processor time a process has used: user and system, all its threads.

    Its CPU clock counts nanoseconds (clock_getcpuclockid(3)); /proc/PID/stat counts hundredths of a second, too
    coarse for a few hundred status polls.
    """
    return time.clock_gettime((~pid << 3) | 2)


def of_family(pid: int) -> float:
    """The same for a process and its children, living and ended: a whole PostgreSQL server, by its first process."""
    main = psutil.Process(pid)
    ended = main.cpu_times()
    seconds = of_process(pid) + ended.children_user + ended.children_system
    for child in main.children():
        try:
            seconds += of_process(child.pid)
        except OSError:  # it has ended since; the next reading has it among the ended ones
            continue
    return seconds
