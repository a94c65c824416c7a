"""Fixtures of the client tests: our own SDK importable, and each client connected to the module's live portal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ascend import AscendClient

from tests.clients.programs import Program
from tests.clients.rest import Rest
from tests.support import environment
from tests.support.cast import AGENT_ID, AGENT_NAME
from tests.support.person import Browser
from tests.support.portal import LivePortal

sys.path.insert(0, str(environment.ROOT / "sdk"))

from owkai_client import OWKAIClient


@pytest.fixture
def program(live_portal: LivePortal, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`program(*parts)` starts a program made of these parts; see programs.py."""
    started: list[Program] = []

    def start(*parts: str) -> Program:
        directory = tmp_path / str(len(started))
        directory.mkdir()
        started.append(Program(live_portal, directory, parts))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture(scope="module")
def rest(live_portal: LivePortal) -> Rest:
    """The guide's agent with plain requests."""
    return Rest(live_portal)


@pytest.fixture(scope="module")
def connect(live_portal: LivePortal) -> Iterator[Callable[..., AscendClient]]:
    """`connect()` gives the published SDK's client for the guide's agent; options are its own."""
    clients: list[AscendClient] = []

    def connect_one(**options: Any) -> AscendClient:
        given = {
            "api_key": live_portal.key,
            "agent_id": AGENT_ID,
            "agent_name": AGENT_NAME,
            "api_url": live_portal.base_url,
        }
        clients.append(AscendClient(**given | options))
        return clients[-1]

    yield connect_one
    for client in clients:
        client.close()


@pytest.fixture
def ascend(connect: Callable[..., AscendClient]) -> AscendClient:
    """The published SDK's client, as its documentation makes one."""
    return connect()


@pytest.fixture
def owkai(live_portal: LivePortal) -> Iterator[OWKAIClient]:
    """Our client with the names of the guide's reference client."""
    with OWKAIClient(live_portal.base_url, live_portal.key) as client:
        yield client


@pytest.fixture
def aside() -> Iterator[Callable[..., Any]]:
    """`aside(call, ...)` makes a call that waits, in a thread of its own; `.result()` gives what it returned."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit


@pytest.fixture(scope="module")
def rita(live_portal: LivePortal) -> Browser:
    """A reviewer, signed in."""
    return Browser(live_portal, "rita").sign_in()


@pytest.fixture(scope="module")
def sina(live_portal: LivePortal) -> Browser:
    """A senior reviewer, signed in."""
    return Browser(live_portal, "sina").sign_in()


@pytest.fixture(scope="module")
def adam(live_portal: LivePortal) -> Browser:
    """An admin, signed in."""
    return Browser(live_portal, "adam").sign_in()
