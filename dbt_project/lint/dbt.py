"""What sqlfluff takes for dbt's own macros: it reads the shape of a model's SQL, not its meaning."""


def type_string() -> str:
    """Stand in for the engine's text type."""
    return "varchar"


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """Stand in for adding to a date or an instant."""
    return f"date_add({from_date_or_timestamp}, {interval}, '{datepart}')"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Stand in for the difference of two dates."""
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def date_trunc(datepart: str, date: str) -> str:
    """Stand in for the start of a period."""
    return f"date_trunc('{datepart}', {date})"
