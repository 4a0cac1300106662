"""The web application: addresses, the virtual clock, scripted faults and the request log.

  /at/<date or instant>/<source>/...   one of the sources, as of that present (a bare date: the midnight beginning it)
  /accounts.yml                        the accounts document of this world
  /requests                            GET: what was asked so far, DELETE: forget it
  /faults                              POST: a JSON list of faults (see `faults`) to add, DELETE: remove every fault

Every reply, refusals included, carries a `Date` header with the virtual present; addresses without a present have
that of the default base addresses.
"""

import asyncio
import json
import sys
import traceback
from email.utils import format_datetime
from urllib.parse import parse_qsl

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.servers import faults as scripted
from sandbox.servers.exports import Exports
from sandbox.servers.ga4 import Ga4
from sandbox.servers.hubspot import Hubspot
from sandbox.servers.instagram import Instagram
from sandbox.servers.request_log import RequestLog
from sandbox.servers.wire import Ask, Reply, instant
from sandbox.servers.world_view import WorldView
from sandbox.servers.x import X
from sandbox.servers.youtube import Youtube

SOURCES = (Instagram, X, Ga4, Hubspot, Youtube, Exports)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Sandbox:
    """One world behind one address."""

    def __init__(self, world) -> None:
        view = WorldView(world)
        self.default_present = view.default_present
        self.accounts = yaml.safe_dump(view.accounts_document(), allow_unicode=True, sort_keys=False)
        self.sources = {source.name: source(view) for source in SOURCES}
        self.faults = [scripted.parse(entry) for entry in view.faults]
        self.log = RequestLog()
        at = "/at/{present}/{source}"
        self.web = Starlette(
            routes=[
                Route(at, self.ask, methods=METHODS),
                Route(at + "/{path:path}", self.ask, methods=METHODS),
                Route("/accounts.yml", self.accounts_yml),
                Route("/requests", self.requests, methods=["GET", "DELETE"]),
                Route("/faults", self.change_faults, methods=["POST", "DELETE"]),
            ]
        )

    def base_addresses(self, root: str) -> dict[str, str]:
        """Return the base address of each API, named as the settings name it, and the root of the sandbox."""
        present = self.default_present.date().isoformat()
        named = {
            f"{name.upper()}_BASE_URL": f"{root}/at/{present}/{name}" for name in self.sources if name != "exports"
        }
        return {**named, "SANDBOX_URL": root}

    async def __call__(self, scope, receive, send) -> None:
        """Answer with the virtual present in `Date`; drop the line where a fault asks for it."""
        if scope["type"] != "http":
            await self.web(scope, receive, send)
            return
        segments = scope["path"].split("/", 3)
        named = instant(segments[2]) if len(segments) > 2 and segments[1] == "at" else None
        scope["state"] = state = {"present": named, "is_dropped": False}
        date = format_datetime(named or self.default_present, usegmt=True).encode()

        async def dated(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        await self.web(scope, receive, dated)
        if state["is_dropped"]:
            # The transport is uvicorn's own; ASGI has no word for a peer that hangs up without an answer.
            send.__self__.transport.abort()

    async def ask(self, request: Request) -> Response:
        """Answer one request to a source."""
        name, path = request.path_params["source"], request.path_params.get("path", "")
        present, source = request.scope["state"]["present"], self.sources.get(name)
        if source is None or present is None:
            return JSONResponse({"error": f"no such address: {request.url.path}"}, status_code=404)
        query = request.scope["query_string"].decode()
        fault = next((one for one in self.faults if one.strikes(name, path, present)), None)
        ask = Ask(
            method=request.method,
            path=path,
            params=dict(parse_qsl(query, keep_blank_values=True)),
            body=await request.body(),
            token=request.headers.get("authorization", "").removeprefix("Bearer ").strip(),
            present=present,
            base=f"{request.url.scheme}://{request.url.netloc}/at/{request.path_params['present']}/{name}",
            caveat=fault.what if fault is not None and fault.what in scripted.CAVEATS else "",
        )
        asked = f"/{path}?{query}" if query else f"/{path}"
        if fault is not None and fault.what == "down":
            self.log.note(name, ask.method, asked, 0, present)
            return Dropped()
        if fault is not None and fault.what == "slow_s":
            await asyncio.sleep(fault.number)
        reply = faulty(source, ask, fault) or answered(source, ask)
        data = reply.body.get("data") if isinstance(reply.body, dict) else None
        self.log.note(name, ask.method, asked, reply.status, present, len(data) if isinstance(data, list) else 0)
        if fault is not None and fault.what == "truncated":
            return CutShort(reply)
        return Response(reply.content(), reply.status, dict(reply.headers), reply.media_type)

    async def accounts_yml(self, _request: Request) -> Response:
        """Answer the accounts document of this world."""
        return Response(self.accounts, media_type="application/yaml")

    async def requests(self, request: Request) -> Response:
        """Answer what was asked so far, or forget it."""
        if request.method == "DELETE":
            self.log.clear()
            return Response(status_code=204)
        return JSONResponse(self.log.entries())

    async def change_faults(self, request: Request) -> Response:
        """Add the faults of a JSON list, or remove every fault, those of the scenario included."""
        if request.method == "DELETE":
            self.faults.clear()
            return Response(status_code=204)
        try:
            added = [scripted.parse(entry) for entry in json.loads(await request.body())]
        except (ValueError, TypeError) as refusal:
            return JSONResponse({"error": str(refusal)}, status_code=400)
        self.faults.extend(added)
        return Response(status_code=204)


class Dropped(Response):
    """No answer at all: the server then closes the line."""

    async def __call__(self, scope, _receive, _send) -> None:
        """Send nothing."""
        scope["state"]["is_dropped"] = True


class CutShort(Response):
    """Promise the whole body, send half of it and stop: the server then closes the line."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.content(), reply.status, dict(reply.headers), reply.media_type)

    async def __call__(self, scope, _receive, send) -> None:
        """Send the head and the first half."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
        scope["state"]["is_dropped"] = True


def faulty(source, ask: Ask, fault: scripted.Fault | None) -> Reply | None:
    """Return the reply that a fault puts in place of the source's own, if it does."""
    if fault is None:
        return None
    if fault.what.startswith("status_"):
        usual = source.failure(int(fault.what[-3:]))
        retry = {} if fault.number is None else {"Retry-After": f"{fault.number:g}"}
        return Reply(usual.body, usual.status, {**usual.headers, **retry}, usual.media_type)
    replies = {
        "rate_limited": lambda: source.rate_limited(ask),
        "usage_capped": getattr(source, "usage_capped", lambda: source.failure(429)),
        "token_refused": source.refusal,
        "not_json": lambda: Reply(b'{"data": [', media_type="application/json"),
        "html": lambda: Reply(b"<!doctype html><title>Maintenance</title>", media_type="text/html; charset=utf-8"),
    }
    return replies[fault.what]() if fault.what in replies else None


def answered(source, ask: Ask) -> Reply:
    """Return the source's answer; a mistake of the sandbox itself is printed and answered as a 500."""
    try:
        return source.answer(ask)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return Reply({"error": "the sandbox itself failed; its standard error says how"}, 500)
