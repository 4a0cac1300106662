"""Which of Meta's two hosts is asked, in which version, and how several questions go in one call.

graph.facebook.com (Page login) and graph.instagram.com (Instagram login) differ in what they offer. The version is
the end of the base address, https://graph.facebook.com/v25.0, else the one this connector was written against.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, SourceError, TokenRefused
from connectors.http import Api
from connectors.instagram_dialect import DIALECT

NEWEST = "v26.0"
INSTAGRAM_LOGIN_HOST = "graph.instagram.com"
MOST_IN_A_BATCH = 50
Refusal = RequestRefused | PermissionMissing
Question = tuple[str, dict[str, str]]


def open_api(base_url: str, token: str) -> Api:
    """Open one account's door; a version at the end of the base address is the one that is asked."""
    base, version = split_version(base_url)
    return Api(DIALECT, base, token, memory={"version": version or NEWEST})


def split_version(base_url: str) -> tuple[str, str | None]:
    """Return the address and the version at its end, if there is one."""
    return re.fullmatch(r"(.*?)(?:/(v\d+\.\d+))?/*", base_url).groups()


def version(api: Api) -> str:
    """Return the version that is asked, such as v26.0."""
    return api.memory["version"]


def served_version(reply: Reply) -> str | None:
    """Return the version that answered, which may be another than was asked; None where the answer names none."""
    return reply.headers.get("facebook-api-version")


def has_facebook_login(api: Api) -> bool:
    """Say whether the host offers what needs a Page: ads counters, competitors, hashtags, tags."""
    return INSTAGRAM_LOGIN_HOST not in api.base_url


def ask(api: Api, path: str, **params: str | int) -> Reply:
    """Ask for `path` below the version."""
    return api.get(f"/{version(api)}/{path}", **params)


def ask_each(api: Api, questions: Iterable[Question]) -> Iterator[Reply | Refusal]:
    """Yield what each question brought, in order: an answer, or a refusal that holds its page.

    They go fifty in one call where the host takes that, which saves time, not allowance: each counts. What a batch
    leaves open (a part that timed out, trouble of the source) is asked again by itself. Whether graph.instagram.com
    takes one is not documented: it is tried once a session.
    """
    open_questions = list(questions)
    for start in range(0, len(open_questions), MOST_IN_A_BATCH):
        part = open_questions[start : start + MOST_IN_A_BATCH]
        for (path, params), outcome in zip(part, _together(api, part), strict=True):
            yield outcome or _alone(api, path, params)


def takes_batches(api: Api) -> bool | None:
    """Say whether the host takes several questions in one call; None of graph.instagram.com before one was tried."""
    return api.memory.get("takes batches", True if has_facebook_login(api) else None)


def _alone(api: Api, path: str, params: dict[str, str]) -> Reply | Refusal:
    try:
        return ask(api, path, **params)
    except (RequestRefused, PermissionMissing) as refusal:
        if refusal.page is None:
            raise
        return refusal


def _together(api: Api, part: list[Question]) -> list[Reply | Refusal | None]:
    unanswered: list[Reply | Refusal | None] = [None] * len(part)
    if len(part) == 1 or takes_batches(api) is False:
        return unanswered
    addresses = [f"{path}?{urlencode(params, safe=',.(){}:')}" for path, params in part]
    batch = json.dumps([{"method": "GET", "relative_url": address} for address in addresses])
    told = api.post_form(f"/{version(api)}/", batch=batch, include_headers="false")
    api.memory["takes batches"] = told is not None and len(told) == len(part)
    if not takes_batches(api):
        return unanswered
    try:
        return [_part(api, address, answer) for address, answer in zip(addresses, told, strict=True)]
    except TokenRefused:
        # The token did not reach the parts of the batch: asked alone, each tells whether it is really refused.
        api.memory["takes batches"] = False
        return unanswered


def _part(api: Api, address: str, answer: object) -> Reply | Refusal | None:
    if not isinstance(answer, dict) or not isinstance(answer.get("body"), str):
        return None
    try:
        return api.judged(f"/{version(api)}/{address}", int(answer.get("code", 0)), {}, answer["body"].encode())
    except (RequestRefused, PermissionMissing) as refusal:
        return refusal if refusal.page else None
    except TokenRefused:
        raise
    except SourceError:
        return None


def listed(outcome: Reply | Refusal) -> list[dict[str, Any]]:
    """Return the objects of a list that have an id; none of a refusal."""
    data = outcome.json.get("data") if isinstance(outcome, Reply) else None
    return [one for one in data if isinstance(one, dict) and "id" in one] if isinstance(data, list) else []


def cursor_after(reply: Reply) -> str | None:
    """Return the cursor of what follows, which is told by itself or in the address of the next page alone."""
    paging = reply.part("paging")
    within = parse_qs(urlsplit(str(paging.get("next", ""))).query).get("after", [None])
    cursors = paging.get("cursors")
    return (cursors.get("after") if isinstance(cursors, dict) else None) or within[0]


def words_of(refusal: Refusal) -> str:
    """Return the whole message of a refusal, which names the metrics at fault and may be long."""
    document = json.loads(refusal.page.body) if refusal.page else {}
    error = document.get("error")
    return str(error.get("message", "")) if isinstance(error, dict) else ""


def blamed(refusal: Refusal, names: Iterable[str]) -> list[str]:
    """Return those of the metrics or fields that a refusal names as at fault; none where it is silent."""
    words = words_of(refusal)
    _, is_list, listed = words.partition("must be one of the following values:")
    told = set(re.findall(r"\w+", listed if is_list else words))
    return [name for name in names if (name in told) != bool(is_list)]
