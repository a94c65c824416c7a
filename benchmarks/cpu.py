"""Processor time used by other processes, read from the operating system (Linux)."""

from __future__ import annotations

import time
from pathlib import Path

import psutil


def of_process(pid: int) -> float:
    """Seconds of processor time a process has used, user and system, all its threads.

    Its CPU clock counts nanoseconds (clock_getcpuclockid(3)); /proc/PID/stat counts hundredths of a second, too
    coarse for a few hundred status polls.
    """
    return time.clock_gettime((~pid << 3) | 2)


def of_postgres(data: Path) -> float | None:
    """The same for a whole PostgreSQL server: its main process, living children and ended ones. None if not ours."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return None
    main = psutil.Process(int(pid_file.read_text().split()[0]))
    ended = main.cpu_times()
    seconds = of_process(main.pid) + ended.children_user + ended.children_system
    for child in main.children():
        try:
            seconds += of_process(child.pid)
        except OSError:  # it has ended since; the next reading has it among the ended ones
            continue
    return seconds
