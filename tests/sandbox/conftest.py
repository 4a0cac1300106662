"""Sandboxes on loopback for the tests of the servers: the small scenario, and a tiny one with its own tokens."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests

from sandbox import scenario
from sandbox.__main__ import listen, server
from sandbox.servers.app import Sandbox
from sandbox.world import World, build

LAST = "2026-07-13"  # the day after the small scenario's last one


@dataclass
class Served:
    """A sandbox that answers, and the world behind it."""

    root: str
    world: World
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, source: str, path: str, at: str = LAST, token: str | None = "demo-aozora", method="GET", **more):
        """Ask a source as of a present."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"{self.root}/at/{at}/{source}{path}"
        return self.session.request(method, address, headers=headers, timeout=10, **more)


def serving(world: World) -> Iterator[Served]:
    listening = listen(0)
    web = server(Sandbox(world))
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", world)
    web.should_exit = True
    thread.join(timeout=10)
    listening.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    yield from serving(build(scenario.load(scenario.SCENARIOS / "small.yml")))


@pytest.fixture(scope="session")
def tiny() -> Iterator[Served]:
    """One brand with few followers, whose Instagram and X accounts declare their tokens, and two planted faults."""
    few = {"handle": "kiosk", "followers": 40, "posts_per_week": 14}
    brand = {
        "brand_id": "kiosk",
        "name": "Kiosk",
        "zone": "Europe/Berlin",
        "currency": "EUR",
        "ga4_property": "310000901",
        "hubspot_portal": "24000901",
        "accounts": [
            {"platform": "instagram", "native_id": "901", "token": "ig-canary", **few},
            {"platform": "x", "native_id": "902", "token": "x-canary", **few},
        ],
    }
    faults = [
        {"source": "x", "path": "/2/users/by", "when": {"at": "2026-07-02"}, "what": "status_503"},
        {"source": "ga4", "path": "*", "when": {"at": "2026-07-03"}, "what": {"status_429": 7}},
    ]
    incidents = [
        {"kind": "access", "account": "902", "start": "2026-07-03"},
        {"kind": "settling_delay", "account": "901", "start": "2026-07-02", "size": 12},
    ]
    document = {
        "seed": 5,
        "start": "2026-07-01",
        "days": 3,
        "brands": [brand],
        "incidents": incidents,
        "faults": faults,
    }
    yield from serving(build(scenario.Scenario.model_validate(document)))


@pytest.fixture
def fault(served: Served) -> Iterator[Callable[..., None]]:
    """Add faults to the small sandbox for the length of one test."""

    def add(**entry: object) -> None:
        assert served.session.post(f"{served.root}/faults", json=[entry], timeout=10).status_code == 204

    yield add
    served.session.delete(f"{served.root}/faults", timeout=10)
