"""Refusals of HubSpot: one envelope, told apart by category and status."""

from sandbox.servers.wire import Reply, trace


class Refused(Exception):
    """A request that is refused whole, with its reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def refused(status: int, message: str, category: str, **more: object) -> Reply:
    """Return HubSpot's error envelope."""
    correlation = trace(status, message)
    correlation = "-".join(
        (correlation[:8], correlation[8:12], correlation[12:16], correlation[16:20], correlation[20:])
    )
    body = {
        "status": "error",
        "message": message,
        "correlationId": correlation.ljust(36, "0"),
        "category": category,
    }
    return Reply({**body, **more}, status)


def invalid(message: str) -> Refused:
    """Return the 400 of a request that says something impossible."""
    return Refused(refused(400, message, "VALIDATION_ERROR"))


def too_many(policy: str) -> Reply:
    """Return the 429 of one of the limits."""
    message = f"You have reached your {policy.lower()} limit."
    return refused(429, message, "RATE_LIMITS", errorType="RATE_LIMIT", policyName=policy)


def missing_scopes() -> Reply:
    """Return the 403 for a type that the key has no scope for."""
    message = "This app hasn't been granted all required scopes to make this call."
    return refused(403, message, "MISSING_SCOPES")
