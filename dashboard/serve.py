"""How Streamlit is called: on loopback, nothing asked from outside, our colours."""

from __future__ import annotations

from pathlib import Path

APP = Path(__file__).with_name("app.py")
OPTIONS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
}


def command(port: int) -> list[str]:
    """Return the arguments of Python that serve the dashboard."""
    options = {**OPTIONS, "server.port": str(port)}
    return ["-m", "streamlit", "run", str(APP), *(f"--{name}={value}" for name, value in options.items())]
