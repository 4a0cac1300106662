"""Serve a scenario on loopback: `python -m sandbox --scenario FILE --port N --truth DIR`.

The first line on standard output is a JSON object: INSTAGRAM_BASE_URL, X_BASE_URL, GA4_BASE_URL and
HUBSPOT_BASE_URL, whose present is the day after the scenario's last day, and SANDBOX_URL, the root. It then serves
until it is terminated. A scenario that cannot be used is one sentence on standard error and exit status 2.
"""

import argparse
import json
import socket
import sys
from pathlib import Path

import uvicorn

from sandbox import scenario, truth, world
from sandbox.servers.app import Sandbox
from sandbox.servers.faults import FaultError

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> int:
    """Build the world, write its truth, and serve it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Serve the rehearsal world on loopback.")
    parser.add_argument("--scenario", type=Path, default=scenario.DEFAULT, metavar="FILE", help="world to build")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="port to listen on; 0 (default) takes a free one"
    )
    parser.add_argument("--truth", type=Path, metavar="DIR", help="write what was planted into this folder first")
    options = parser.parse_args(arguments)
    try:
        built = world.build(scenario.load(options.scenario))
        sandbox = Sandbox(built)
    except scenario.ScenarioError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except FaultError as refusal:
        print(f"{options.scenario}: faults: {refusal}.", file=sys.stderr)
        return 2
    try:
        listening = listen(options.port)
    except (OSError, OverflowError) as refusal:
        print(f"port {options.port} cannot be opened ({refusal}): name another with --port.", file=sys.stderr)
        return 1
    if options.truth:
        truth.write(built, options.truth)
    root = f"http://{HOST}:{listening.getsockname()[1]}"
    print(json.dumps(sandbox.base_addresses(root)), flush=True)
    server(sandbox).run(sockets=[listening])
    return 0


def listen(port: int) -> socket.socket:
    """Return a socket that listens on loopback, so that the address is known before anything is served."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen(128)
    return listening


def server(sandbox: Sandbox) -> uvicorn.Server:
    """Return the web server of a sandbox; `Date` is the sandbox's own, so uvicorn sends none."""
    settings = uvicorn.Config(
        sandbox,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="critical",
    )
    return uvicorn.Server(settings)


if __name__ == "__main__":
    sys.exit(main())
