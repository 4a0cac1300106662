"""The files that the brands drop: the list of the day that ended at the present, and each file's content."""

from sandbox import exports
from sandbox.servers.wire import Ask, Reply


class Exports:
    """Files as the world writes them; a file of a later day than the present's does not exist yet."""

    name = "exports"

    def __init__(self, view) -> None:
        self.view = view

    def refusal(self) -> Reply:
        """Return the answer of a file server that wants other credentials."""
        return Reply({"error": "unauthorized"}, 401)

    def failure(self, status: int) -> Reply:
        """Return a failure of a plain file server."""
        return Reply({"error": f"status {status}"}, status)

    def rate_limited(self, _ask: Ask) -> Reply:
        """Return a plain 429."""
        return self.failure(429)

    def answer(self, ask: Ask) -> Reply:
        """Answer the list, or one file of it."""
        world = self.view.world
        offered = exports.files(world, ask.present)
        if not ask.path:
            return Reply([{"kind": kind, "file_name": name} for kind, name in offered])
        if ask.path not in [name for _, name in offered]:
            return Reply({"error": f"no such file: {ask.path}"}, 404)
        return Reply(exports.content(world, ask.path), media_type="text/csv; charset=utf-8")
