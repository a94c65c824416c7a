"""A chat room's webhook on this machine: HTTPS with a certificate of our own, remembering what it was sent."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "chat.example.org"


class Receiver:
    """What arrived, and what it answers next."""

    def __init__(self) -> None:
        self.posts: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.location = ""
        self.trickle = threading.Event()  # set: the answer comes one byte at a time, and never ends
        self.closed = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """Its webhook, by the name the certificate is for."""
        return f"https://{NAME}:{self.port}/hook/secret-token"


@contextmanager
def receiving(directory: Path) -> Iterator[Receiver]:
    """A receiver that runs; its certificate is `directory/receiver.pem`."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append(json.loads(body))
            receiver.headers.append(dict(self.headers))
            if receiver.trickle.is_set():
                self._trickle()
                return
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()

        def _trickle(self) -> None:
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not receiver.closed.wait(0.02):
                    self.wfile.write(b"z")
            except OSError:
                return

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(directory))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closed.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    """On this machine, found by a name, its certificate trusted."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    resolves(monkeypatch, ["127.0.0.1"])
    with receiving(tmp_path) as one:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "receiver.pem"))
        yield one


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the receiver's name resolve to these addresses, one answer after the other; which names were asked."""
    whole, asked = socket.getaddrinfo, list[str]()

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != NAME:
            return whole(host, port, *args, **kwargs)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def _certificate(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = directory / "receiver.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return file
