"""Connections are reused, shared by threads, and never waited on for ever."""

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from owkai_client import OWKAIClient, PortalTimeoutError, connections


def test_connection_is_reused(client, portal, says, fields):
    for answer in (says.reply(says.approved), says.reply({}, 409), says.reply(b"<html>", 404)):
        portal.then(answer)
    for _ in range(5):
        try:
            client.submit_action(**fields)
        except Exception as exc:
            assert "API Error" in str(exc)
    assert len({asked.connection for asked in portal.asked}) == 1


def test_connection_the_portal_closed_is_not_reused(portal, says, fields):
    portal.usual = says.reply(says.approved, close=True)
    with OWKAIClient(portal.url, says.key, retries=0) as client:
        for _ in range(5):
            assert client.submit_action(**fields)["decision"] == "approved"
    assert len({asked.connection for asked in portal.asked}) == 5


def test_connection_closed_while_idle_is_noticed(portal, says, fields):
    """No attempt is spent on it, which `retries=0` shows."""

    def approve_then_hang_up(handler):
        says.reply(says.approved)(handler)
        handler.close_connection = True

    portal.usual = approve_then_hang_up
    with OWKAIClient(portal.url, says.key, retries=0) as client:
        for _ in range(5):
            client.submit_action(**fields)
            time.sleep(0.05)
    assert len(portal.asked) == 5


def test_old_connection_is_not_reused(client, portal, fields, monkeypatch):
    client.submit_action(**fields)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0)
    client.submit_action(**fields)
    assert len({asked.connection for asked in portal.asked}) == 2


def test_closed_client_opens_new_connections(client, portal, fields):
    client.submit_action(**fields)
    client.close()
    client.submit_action(**fields)
    assert len({asked.connection for asked in portal.asked}) == 2


def test_threads_get_their_own_answers(client, portal, fields):
    """Each thread asks for its own action, and the client checks that the answer is about it."""

    def status_of_the_asked(handler):
        from_path = int(handler.path.rpartition("/")[2])
        body = b'{"id": %d, "status": "approved", "decision": "approved"}' % from_path
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    portal.usual = status_of_the_asked
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(client.get_action_status, range(1, 401)))
    assert [answer["id"] for answer in answers] == list(range(1, 401))
    assert len(client._connections._idle) <= connections.IDLE_CONNECTIONS


def test_threads_submit_with_distinct_keys(client, portal, fields):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.submit_action(**fields), range(200)))
    assert len({asked.headers["Idempotency-Key"] for asked in portal.asked}) == 200


def test_close_while_others_work(client, portal, fields):
    stop = threading.Event()

    def close_again_and_again():
        while not stop.is_set():
            client.close()

    closer = threading.Thread(target=close_again_and_again)
    closer.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: client.submit_action(**fields), range(100)))
    finally:
        stop.set()
        closer.join()
    assert {answer["decision"] for answer in answers} == {"approved"}


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b" " * 200,
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" + b" " * 200,
    ],
)
def test_one_byte_now_and_then_does_not_hold_the_client(portal, says, fields, content):
    portal.usual = says.raw(content, pause=0.02)
    with OWKAIClient(portal.url, says.key, timeout=0.5) as client:
        started = time.monotonic()
        with pytest.raises(PortalTimeoutError):
            client.submit_action(**fields)
    assert time.monotonic() - started < 1.5


def test_time_out_says_that_the_action_may_be_recorded(portal, says, fields):
    portal.usual = says.silence(0.5)
    client = OWKAIClient(portal.url, says.key, timeout=0.1)
    with pytest.raises(PortalTimeoutError, match="may have been recorded"):
        client.submit_action(**fields)
    assert len(portal.asked) == 1


def test_connecting_has_its_own_limit(says, fields, monkeypatch):
    """A full backlog drops further connections in silence, like a firewall."""
    monkeypatch.setattr(connections, "CONNECT_SECONDS", 0.2)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        started = time.monotonic()
        client = OWKAIClient(f"http://127.0.0.1:{server.getsockname()[1]}", says.key, timeout=30, retries=1)
        with pytest.raises(ConnectionError, match=r"no connection within 0\.2 s"):
            client.submit_action(**fields)
        assert time.monotonic() - started < 2
        for filler in fillers:
            filler.close()


def test_child_does_not_use_the_parents_connection(client, portal, fields, monkeypatch):
    client.submit_action(**fields)
    monkeypatch.setattr(connections.os, "getpid", lambda: -1)  # what a forked child would see: another number
    client.submit_action(**fields)
    assert len({asked.connection for asked in portal.asked}) == 2


def test_portal_that_speaks_plain_http_is_not_told_the_key(portal, says, fields):
    url = portal.url.replace("http://", "https://")
    with OWKAIClient(url, says.key, retries=0) as client, pytest.raises(ConnectionError):
        client.submit_action(**fields)
    assert portal.asked == []


@pytest.fixture
def certificate(tmp_path):
    """A file with a key and a certificate for localhost that no authority signed."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "portal.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return file


@pytest.fixture
def tls_portal(portal, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    portal.server.handle_error = lambda *args: None
    portal.server.socket = context.wrap_socket(portal.server.socket, server_side=True)
    portal.url = portal.url.replace("http://127.0.0.1", "https://localhost")
    return portal


def test_certificate_nobody_vouches_for(tls_portal, says, fields):
    client = OWKAIClient(tls_portal.url, says.key, retries=0)
    with pytest.raises(ConnectionError, match="certificate"):
        client.submit_action(**fields)
    assert tls_portal.asked == []


def test_certificate_for_another_host(tls_portal, says, fields, certificate):
    context = ssl.create_default_context(cafile=certificate)
    url = tls_portal.url.replace("localhost", "127.0.0.1")
    client = OWKAIClient(url, says.key, retries=0, ssl_context=context)
    with pytest.raises(ConnectionError, match="certificate"):
        client.submit_action(**fields)
    assert tls_portal.asked == []


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_certificate_of_ones_own_authority(tls_portal, says, fields, certificate, monkeypatch, by):
    context = None
    if by == "argument":
        context = ssl.create_default_context(cafile=certificate)
    else:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with OWKAIClient(tls_portal.url, says.key, ssl_context=context) as client:
        for _ in range(3):
            assert client.submit_action(**fields)["decision"] == "approved"
    assert len({asked.connection for asked in tls_portal.asked}) == 1
