"""Refusals of X: problem documents for whole requests, entries of `errors` for parts of a 200."""

from sandbox.servers.wire import Reply
from sandbox.servers.x_request import PROBLEMS


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Reply:
    """Return X's problem document."""
    return Reply({"title": title, "type": kind, "status": status, "detail": detail}, status)


def not_enrolled() -> Reply:
    """Return the 403 for what only an enterprise contract may ask."""
    body = {
        "client_id": "26000001",
        "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a "
        "Twitter developer App that is attached to a Project. You can create a project via the developer portal.",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "title": "Client Forbidden",
        "required_enrollment": "Appropriate Level of API Access",
        "reason": "client-not-enrolled",
        "type": PROBLEMS + "client-forbidden",
    }
    return Reply(body, 403)


def unsupported_authentication() -> Reply:
    """Return the 403 for an app-only token where only a user's will do."""
    detail = (
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication "
        "types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
    )
    return problem(403, "Unsupported Authentication", detail, PROBLEMS + "unsupported-authentication")


def missing(kind: str, parameter: str, value: str) -> dict:
    """Return the partial error for something that is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }


def protected(kind: str, parameter: str, value: str) -> dict:
    """Return the partial error for an account that hides its posts from this reader."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "section": "data",
        "type": PROBLEMS + "not-authorized-for-resource",
    }
