"""What sqlfluff takes for dbt's adapter: a dispatched macro becomes a call of the same name."""

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:  # noqa: ARG001
    """Stand in for the engine's version of a macro."""
    return lambda *arguments: f"{macro_name}({', '.join(str(argument) for argument in arguments)})"
