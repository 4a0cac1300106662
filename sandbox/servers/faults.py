"""Faults that a scenario or a test scripts; each is applied before the source is asked.

An entry is a mapping:
  source  instagram, x, ga4, hubspot, youtube, exports, or * for each of them
  path    glob over the path below the base address, e.g. /v26.0/*/media (default: *)
  when    always (default) · {at: DATE} the present falls on that UTC date · {nth: N} or {nth: [N, M]} only
          those matching requests, counted from 1
  what    one of KINDS; `{status_429: 30}` and `{status_503: 30}` send 30 as Retry-After, `{slow_s: 2}` holds
          the answer back for 2 seconds; truncated is half of the body and a dropped line, down no answer at all,
          rate_limited the refusal in the source's own words and status, usage_capped X's cap of the month,
          which no wait helps against (of the other sources a plain 429); one of CAVEATS, which are GA4's alone, is
          an answer that is good and less than whole (see `ga4_caveats`)
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase

SOURCES = ("instagram", "x", "ga4", "hubspot", "youtube", "exports")
KINDS = (
    "status_402",
    "status_403",
    "status_429",
    "status_500",
    "status_503",
    "rate_limited",
    "usage_capped",
    "token_refused",
    "not_json",
    "html",
    "truncated",
    "slow_s",
    "down",
)
CAVEATS = ("other_row", "thresholded", "sampled", "data_truncated", "revenue_hidden")
WITH_NUMBER = ("status_429", "status_503", "slow_s")


class FaultError(ValueError):
    """An entry that describes no fault; the message names what is wrong and what may stand there."""


@dataclass
class Fault:
    """One scripted fault and how many requests it has matched so far; `number` is in seconds."""

    source: str
    what: str
    path: str
    at: str | None
    nth: tuple[int, ...]
    number: float | None
    matched: int = field(default=0, compare=False)

    def strikes(self, source: str, path: str, present: datetime) -> bool:
        """Count the request if it matches, and say whether this very one is struck."""
        if self.source not in (source, "*") or not fnmatchcase("/" + path, self.path):
            return False
        if self.at is not None and present.date().isoformat() != self.at:
            return False
        self.matched += 1
        return not self.nth or self.matched in self.nth


def parse(entry: object) -> Fault:
    """Return the fault that an entry describes; FaultError says why there is none."""
    if not isinstance(entry, dict):
        raise FaultError("a fault is a mapping with source and what")
    unknown = sorted(set(entry) - {"source", "path", "when", "what"})
    if unknown:
        raise FaultError(f"a fault has no key {unknown[0]!r}; its keys are source, path, when, what")
    if entry.get("source") not in (*SOURCES, "*"):
        raise FaultError(f"fault source {entry.get('source')!r} is none of {', '.join(SOURCES)}, *")
    what, number = _what(entry.get("what"))
    if what in CAVEATS and entry["source"] != "ga4":
        raise FaultError(f"fault what {what!r} is told by ga4 alone")
    at, nth = _when(entry.get("when", "always"))
    return Fault(entry["source"], what, str(entry.get("path", "*")), at, nth, number)


def _what(what: object) -> tuple[str, float | None]:
    number = None
    if isinstance(what, dict) and len(what) == 1:
        ((what, number),) = what.items()
        if what not in WITH_NUMBER or not isinstance(number, int | float) or number < 0:
            raise FaultError(f"fault what {{{what}: {number}}}: only {', '.join(WITH_NUMBER)} take a number of seconds")
    if what not in KINDS + CAVEATS:
        raise FaultError(f"fault what {what!r} is none of {', '.join(KINDS + CAVEATS)}")
    if what == "slow_s" and number is None:
        raise FaultError("fault what slow_s needs its seconds, e.g. {slow_s: 2}")
    return what, number


def _when(when: object) -> tuple[str | None, tuple[int, ...]]:
    if when == "always":
        return None, ()
    if isinstance(when, dict) and list(when) == ["at"]:
        try:
            return date.fromisoformat(str(when["at"])).isoformat(), ()
        except ValueError as error:
            raise FaultError(f"fault when {{at: {when['at']}}} is no date") from error
    if isinstance(when, dict) and list(when) == ["nth"]:
        numbers = when["nth"] if isinstance(when["nth"], list) else [when["nth"]]
        if all(isinstance(number, int) and number > 0 for number in numbers):
            return None, tuple(numbers)
    raise FaultError(f"fault when {when!r} is none of always, {{at: DATE}}, {{nth: N}}")
