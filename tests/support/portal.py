"""A real portal: a server process with its own database, that can be stopped, killed and started again."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support import environment
from tests.support.cast import AGENT_ID

# A busy machine is slow, not broken.
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


@dataclass
class LivePortal:
    """A portal process, its address and its database. `keys` holds the API key of each agent of the cast."""

    directory: Path
    database_url: str
    keys: dict[str, str]
    port: int
    extra_environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    server: tuple[str, ...] = ("uvicorn", "governance.asgi:application")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        """The API key of the guide's agent."""
        return self.keys[AGENT_ID]

    @property
    def environment(self) -> dict[str, str]:
        """What the portal's own processes see."""
        surroundings = environment.of_portal(self.directory, self.database_url)
        return {**surroundings, "PORT": str(self.port), **self.extra_environment}

    @property
    def log(self) -> str:
        """Everything the server printed."""
        return (self.directory / "server.log").read_text()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", *self.server, "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--log-level", "warning"]
        with (self.directory / "server.log").open("ab") as log:
            self.process = _spawn(command, self.environment, log)
        give_up = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.kill9()
                raise RuntimeError(f"the portal did not start:\n{self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask the server to stop, as an operator does; kill it when it does not."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill9()

    def kill9(self) -> None:
        """End the server as a power failure does: no handler runs, nothing is flushed."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        """Stop the server, unless it is dead already, and start it on the same port and database."""
        self.stop()
        self.start()

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a management command against this portal; what it printed, without the last line end."""
        return python(self.environment, "manage.py", *arguments, stdin=stdin)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def _spawn(command: list[str], environ: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process that ends with this one, even when this one is killed (where the system can)."""
    leash = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return subprocess.Popen([*leash, *command], cwd=environment.ROOT, env=environ, stdout=log, stderr=log)


def python(environ: dict[str, str], *arguments: str, stdin: str = "") -> str:
    """Run Python in that environment; what it printed. Raises RuntimeError with all it said when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=environment.ROOT,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.rstrip("\n")


# Below those that the system gives to whoever asks for any: such a one would be taken by the next connection to
# somewhere else, between here and the portal's start, or while a portal is being started again.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port nobody listens on now, and hardly anybody will before the portal does."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("a hundred ports were taken")
