"""Errors of the Graph API: most are HTTP 400, rate limits included, and what they mean is in code and message."""

from sandbox.servers.wire import Reply, trace


class GraphError(Exception):
    """One error object; raised wherever a request turns out to be refused whole."""

    def __init__(
        self,
        message: str,
        code: int = 100,
        *,
        status: int = 400,
        kind: str = "OAuthException",
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind, "code": code, **more}

    def reply(self) -> Reply:
        """Return the envelope."""
        fbtrace = "A" + trace(self.error["message"])[:22]
        return Reply({"error": {**self.error, "fbtrace_id": fbtrace}}, self.status)


def unknown_object(object_id: str) -> GraphError:
    """Return what is said of an id that does not exist or may not be seen."""
    return GraphError(
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        kind="GraphMethodException",
        error_subcode=33,
    )


def nonexisting_field(name: str, node: str) -> GraphError:
    """Return what is said of a field that a node does not have: the whole call fails."""
    return GraphError(f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def bad_token() -> GraphError:
    """Return what is said of a token that is missing or not accepted."""
    return GraphError("Invalid OAuth access token - Cannot parse access token", 190)


def no_permission() -> GraphError:
    """Return the missing permission, whose code is also that of a story with too few viewers."""
    return GraphError("(#10) Application does not have permission for this action", 10)


def opaque() -> GraphError:
    """Return what is said of a breakdown that a metric does not have."""
    return GraphError("An unknown error has occurred.")
