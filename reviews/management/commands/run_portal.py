"""Serve the portal: migrate, load the default rules, make the demo on first run, start the worker and the server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from governance.actors import command
from governance.default_rules import load_default_rules
from governance.models import Person
from reviews.demo import AGENT_ID, PEOPLE, Demo, make_demo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-serve", action="store_true", help="Prepare everything, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        self._port_is_free()
        call_command("migrate", verbosity=0, interactive=False)
        load_default_rules(command("run_portal"))
        if settings.DEMO and not Person.objects.exists():
            self._introduce(make_demo())
        elif not Person.objects.exists():
            self._say_how_to_begin()
        self.stdout.write(f"Foureyes is at {settings.PUBLIC_URL}\nStop it with Ctrl-C; all data stays.")
        self.stdout.flush()
        connections.close_all()
        if not options["no_serve"]:
            self._serve()

    def _port_is_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as exc:
                raise CommandError(
                    f"{settings.HOST}:{settings.PORT} cannot be used ({exc.strerror})."
                    " Choose another with PORT=8001 make run."
                ) from None

    def _introduce(self, demo: Demo) -> None:
        """Print the demo's secrets once and keep them where only this user reads them."""
        roles = {username: role.label for username, _, _, role in PEOPLE}
        signs = [f"  {name:<6} {word}   {roles[name]}" for name, word in demo.passwords.items()]
        kept = settings.DATA_DIR / "demo-sign-ins.txt"
        lines = ["Demo sign-ins:", *signs, f"Demo API key of {AGENT_ID}:", f"  {demo.key}"]
        _write_private(kept, "\n".join(lines) + "\n")
        self.stdout.write("\n".join([*lines, f"They are shown this once and kept in {kept}", ""]))

    def _say_how_to_begin(self) -> None:
        self.stdout.write(
            "There are no people yet. Make the first ones:\n"
            "  .venv/bin/python manage.py create_person NAME --role admin --password-stdin\n"
            "  .venv/bin/python manage.py issue_agent_key AGENT_ID\n"
        )

    def _serve(self) -> None:
        manage = settings.BASE_DIR / "manage.py"
        worker = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, str(manage), "run_worker", "--parent", str(os.getpid())]
        )
        # The server ends on SIGTERM and then raises it again; as an exit it lets us end the worker, too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            uvicorn.run(
                "governance.asgi:application",
                host=settings.HOST,
                port=settings.PORT,
                log_level="warning",
                access_log=False,
                server_header=False,
                # A body that trickles in must not hold a connection for ever.
                timeout_keep_alive=30,
            )
        finally:
            worker.terminate()
            worker.wait(timeout=10)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
