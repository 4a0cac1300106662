"""Walking a list of media with insights nested in each page, around the media that spoil one.

A media that can't serve one metric makes Graph refuse the whole page. The page is then asked in halves until the
culprit is alone; it is listed without insights and its own are asked for by themselves, so that all others keep
theirs: about two calls for each halving of a hundred, instead of one call a media. A field or metric that the host
or version does not know at all is left out of the rest of the walk. Media that come without the insights that were
asked with them are asked by themselves, fifty a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, UnreadableAnswer
from connectors.http import Api
from connectors.streams import Page

PAGE_SIZE = 100
MOST_PAGES = 2000  # an edge lists 10,000 media at most
NOT_ENOUGH_VIEWERS = "Not enough viewers"
UNSUPPORTED = "does not support the"
CONVERTED_LATER = 2108006
CONVERTED_LATER_IN_A_ROW = 3
REFUSALS_TO_GIVE_UP = 3  # by so many media of a walk: then it is the account that lacks the metric


@dataclass
class Terms:
    """What is asked of each media of a list, less what turned out not to be offered; `media` holds what was listed."""

    fields: list[str]
    metrics: list[str]
    unsupported: Counter[str] = field(default_factory=Counter)
    media: list[dict] = field(default_factory=list)

    def asked(self, with_insights: bool) -> str:
        """Return the `fields` parameter."""
        nested = [f"insights.metric({','.join(self.metrics)})"] if with_insights and self.metrics else []
        return ",".join([*self.fields, *nested])

    def gave_up(self, refusal: graph.Refusal) -> bool:
        """Leave out the fields or metrics that no media has or that may not be read, and say whether there were any."""
        words = graph.words_of(refusal)
        before = len(self.fields) + len(self.metrics)
        if "must be one of" in words or "no longer supported" in words:
            culprits = graph.blamed(refusal, self.metrics)
            self.metrics = [name for name in self.metrics if name not in culprits]
        elif "nonexisting field" in words or "outside of the Business Discovery" in words:
            culprits = graph.blamed(refusal, [name for name in self.fields if name != "id"])
            self.fields = [name for name in self.fields if name not in culprits]
        elif isinstance(refusal, PermissionMissing) and not _may_be_one_media(refusal):
            self.metrics = []
        return len(self.fields) + len(self.metrics) < before

    def note_unsupported(self, metric: str) -> None:
        """Count a media that lacks a metric; give the metric up for lists once it is no single media's flaw."""
        self.unsupported[metric] += 1
        if self.unsupported[metric] == REFUSALS_TO_GIVE_UP:
            self.metrics = [name for name in self.metrics if name != metric]


def walk(api: Api, path: str, terms: Terms) -> Iterator[Page]:
    """Yield the pages of the edge at `path` on these terms; refusals of a single media are pages too."""
    cursor, seen = {}, set()
    suspects = 0  # so many media from the cursor on, one of which is known to spoil a page
    unconverted = 0
    for _ in range(MOST_PAGES):
        if suspects == 1:
            reply = graph.ask(api, path, fields=terms.asked(with_insights=False), limit=1, **cursor)
            yield reply.page
            codes = yield from _alone(api, graph.listed(reply), terms)
            unconverted = unconverted + 1 if CONVERTED_LATER in codes else 0
            suspects = 0
        else:
            limit = suspects // 2 or PAGE_SIZE
            # Newest first: what is older than the account's conversion stays without insights to the end.
            is_nested = unconverted < CONVERTED_LATER_IN_A_ROW
            try:
                reply = graph.ask(api, path, fields=terms.asked(is_nested), limit=limit, **cursor)
            except (RequestRefused, PermissionMissing) as refusal:
                if terms.gave_up(refusal):
                    yield refusal.page
                    continue
                if not _may_be_one_media(refusal):
                    raise
                suspects = limit
                continue
            yield reply.page
            if is_nested and terms.metrics:
                bare = [one for one in graph.listed(reply) if "insights" not in one]
                codes = yield from _alone(api, bare, terms)
                is_before = len(bare) == len(graph.listed(reply)) and codes == {CONVERTED_LATER}
                unconverted = CONVERTED_LATER_IN_A_ROW if is_before else 0
            suspects = max(0, suspects - len(graph.listed(reply)))
        terms.media += graph.listed(reply)
        cursor = _following(reply, seen)
        if not cursor:
            return
    raise UnreadableAnswer(f"Instagram pages {path} without end: run again later")


def _alone(api: Api, media: list[dict], terms: Terms) -> Iterator[Page]:
    """Yield the insights of each media by itself, metric by metric where one is at fault; return the subcodes."""
    subcodes, again, metrics = set(), [], list(terms.metrics)
    questions = [(f"{one['id']}/insights", {"metric": ",".join(metrics)}) for one in media if metrics]
    for one, answer in zip(media, graph.ask_each(api, questions), strict=bool(metrics)):
        if isinstance(answer, RequestRefused) and UNSUPPORTED in str(answer):
            yield from _singly(api, f"{one['id']}/insights", metrics, terms)
            continue
        if not isinstance(answer, Reply):
            if terms.gave_up(answer) or (terms.metrics != metrics and answer.code == 100):
                again.append(one)
            elif not _may_be_one_media(answer):
                raise answer
        yield answer.page
        subcodes.add(getattr(answer, "subcode", None))
    if again:
        yield from _alone(api, again, terms)
    return subcodes


def _singly(api: Api, path: str, metrics: list[str], terms: Terms) -> Iterator[Page]:
    singles = graph.ask_each(api, [(path, {"metric": metric}) for metric in metrics])
    for metric, single in zip(metrics, singles, strict=True):
        if isinstance(single, RequestRefused) and UNSUPPORTED in str(single):
            terms.note_unsupported(metric)
        yield single.page


def _may_be_one_media(refusal: graph.Refusal) -> bool:
    if refusal.page is None:
        return False
    if isinstance(refusal, PermissionMissing):
        return NOT_ENOUGH_VIEWERS.lower() in graph.words_of(refusal).lower()
    return refusal.code in (1, 100)


def _following(reply: Reply, seen: set[str]) -> dict[str, str]:
    if "next" not in reply.part("paging"):
        return {}
    after = graph.cursor_after(reply)
    if not after or after in seen:
        raise UnreadableAnswer("Instagram gave the same page twice instead of the next: run again later")
    seen.add(after)
    return {"after": after}
