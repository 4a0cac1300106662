"""A capture that replaces another one, killed at each touch of a file."""

from __future__ import annotations

import itertools
import os

from connectors.streams import Account
from orchestration import landing, parts
from tests.faults import touches
from tests.orchestration.conftest import land

ENDED = 3


def landed_by_another_process(settings, account: Account, followers: int, touch: int) -> int:
    """Land a capture in a process that dies at a touch; return how it ended."""
    pid = os.fork()
    if not pid:
        try:
            touches.die_at(touch, settings.landing)
            land(settings, account, followers)
        finally:
            os._exit(ENDED)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_whatever_touch_it_dies_at_the_pages_are_vouched_for_once_the_next_fetch_or_rebuild_has_begun(
    settings, account
):
    """Between two renames new pages stand beside an old sidecar, and the new one waits to be moved in."""
    pages = land(settings, account, 1).path(settings.landing)
    sidecar = pages.with_name(pages.name.removesuffix(landing.PAGES) + landing.SIDECAR)
    waited = 0
    for touch in itertools.count(1):
        ended = landed_by_another_process(settings, account, touch + 1, touch)
        waited += not landing.is_whole(settings.landing, landing.read(sidecar))
        parts.mend(settings.landing)
        assert landing.is_whole(settings.landing, landing.read(sidecar)), touch
        assert list(settings.landing.rglob(f"*{landing.BESIDE}")) == []
        if ended == ENDED:
            break
    assert touch > 5
    assert waited == 1, "there is one instant at which the sidecar lags behind"
