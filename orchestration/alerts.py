"""Whom a failed run tells: a file that is appended to, a webhook that is posted to, or both.

`WAREHOUSE_ALERT_FILE` gets a line of JSON an alert; `WAREHOUSE_ALERT_WEBHOOK` gets the same as a POST (`text` is what
chat tools show). The webhook's address is a secret: it is in no log and no message.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from orchestration.settings import Problem, Settings

log = logging.getLogger("warehouse")
FILE, WEBHOOK = "WAREHOUSE_ALERT_FILE", "WAREHOUSE_ALERT_WEBHOOK"
LONGEST_S = 10


def send(settings: Settings, run_id: str, problems: list[str]) -> None:
    """Tell of a run's problems; an alert that can't be delivered is logged and changes nothing else."""
    if not problems:
        return
    alert = {
        "text": f"social-metrics-warehouse: {len(problems)} problem(s) in run {run_id}\n" + "\n".join(problems),
        "run_id": run_id,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "problems": problems,
    }
    if settings.environ.get(FILE):
        _append(Path(settings.environ[FILE]).expanduser(), alert)
    if settings.environ.get(WEBHOOK):
        _post(address_of(settings), alert)


def _append(path: Path, alert: dict[str, object]) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert, ensure_ascii=False) + "\n")
    except OSError as error:
        log.warning("the alert could not be written to %s (%s)", path, error.strerror)


def address_of(settings: Settings) -> str:
    """Return the webhook's address, refused unless it is encrypted or on this machine."""
    address = urlsplit(settings.environ[WEBHOOK])
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise Problem(f"{WEBHOOK} is no https address: alerts name accounts, so they are sent encrypted only.")
    return address.geturl()


def _post(address: str, alert: dict[str, object]) -> None:
    try:
        answer = requests.post(address, json=alert, timeout=LONGEST_S, allow_redirects=False)
    except requests.RequestException as error:
        log.warning("the alert webhook could not be reached (%s)", type(error).__name__)
        return
    if not answer.ok or answer.is_redirect:
        log.warning("the alert webhook answered with status %s", answer.status_code)
