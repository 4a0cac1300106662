"""The planted rates and lags: what a reader of the marts should find again. Written out as truth/rates.json."""

from __future__ import annotations

import numpy as np

POST_LIFE_HOURS = 14 * 24
STORY_LIFE_HOURS = 24

# Share of each local hour in a day's attention, 0 to 23 o'clock.
DIURNAL = np.array([2, 1, 1, 1, 1, 2, 4, 6, 6, 5, 4, 4, 6, 5, 4, 4, 4, 5, 6, 7, 8, 8, 6, 4], dtype=float)
DIURNAL = DIURNAL / DIURNAL.mean()
# Local hours at which posts go out, and what the hour does to a post's views.
POSTING_HOURS = (8, 12, 15, 18, 20, 21)
POSTING_HOUR_SHARES = (0.14, 0.24, 0.10, 0.18, 0.22, 0.12)
POSTING_HOUR_FACTORS = {8: 0.95, 12: 1.1, 15: 0.85, 18: 1.0, 20: 1.25, 21: 1.15}

# platform: format: (share of posts, follower views factor, non-follower views factor)
FORMATS = {
    "instagram": {
        "image": (0.34, 0.9, 0.6),
        "carousel": (0.30, 1.1, 0.8),
        "reel": (0.26, 1.0, 2.2),
        "video": (0.10, 1.0, 0.9),
    },
    "x": {
        "text": (0.24, 1.0, 0.9),
        "photo": (0.28, 1.15, 1.1),
        "video": (0.10, 1.2, 1.4),
        "link": (0.28, 0.75, 0.6),
        "thread": (0.06, 1.05, 1.1),
        "quote": (0.04, 0.9, 0.9),
    },
}
VIEWS_PER_FOLLOWER = {"instagram": (0.34, 0.17), "x": (0.22, 0.16), "story": (0.09, 0.006)}

# Rate per organic view at quality 1.
ENGAGEMENT = {
    "instagram": {
        "likes": 0.036, "comments": 0.0022, "shares": 0.0035, "saves": 0.0055, "reposts": 0.0008, "quotes": 0.0,
        "profile_visits": 0.012, "link_clicks": 0.0, "other_clicks": 0.0,
    },
    "x": {
        "likes": 0.015, "comments": 0.0011, "shares": 0.0, "saves": 0.0016, "reposts": 0.0028, "quotes": 0.0005,
        "profile_visits": 0.006, "link_clicks": 0.013, "other_clicks": 0.02,
    },
    "story": {
        "likes": 0.006, "comments": 0.0, "shares": 0.002, "saves": 0.0, "reposts": 0.0002, "quotes": 0.0,
        "profile_visits": 0.008, "link_clicks": 0.025, "other_clicks": 0.0,
    },
}  # fmt: skip
# Rate per promoted view.
PROMOTED = {"likes": 0.006, "comments": 0.0003, "shares": 0.0005, "reposts": 0.0004, "profile_visits": 0.003,
            "link_clicks": 0.011}  # fmt: skip
SAVES_FACTOR_OF_CAROUSEL = 2.0
VIRAL_ENGAGEMENT_FACTOR = 0.5  # strangers who meet a viral post react half as often
STORY_REPLIES = 0.004  # per view; none in Europe and Japan, where the platform does not count them
STORY_TAPS = {"tap_forward": 0.55, "tap_back": 0.05, "tap_exit": 0.12, "swipe_forward": 0.09}

FOLLOWS_PER_PROFILE_VISIT = {"instagram": 0.075, "x": 0.14}
BIO_CLICKS_PER_PROFILE_VISIT = {"instagram": 0.14, "x": 0.06}
DAILY_PROFILE_VISITS_PER_FOLLOWER = 0.0022  # of people who came without a post
DAILY_CHURN = 0.0006  # followers lost per follower and day
BURST_CHURN = 0.015  # of the idle followers that a burst brought

REACH_SLOPE = 0.9  # new people per view while nobody has seen anything yet
REACH_POOL = {"follower": 1.0, "non_follower": 60.0, "promoted": 12.0}  # people per follower at the origin

CLICK_TO_SESSION = 0.88  # the rest leaves before the page is there
CLICK_LAG_MEAN_S = 90
DAILY_SITE_VISITS_PER_FOLLOWER = 0.0042
BRANDED_VISITS_PER_VIEW = 0.0005  # views of a day bring searches and direct visits over the next day
BASELINE_ORIGINS = {
    ("google", "organic", "(organic)", "(not set)"): 0.47,
    ("(direct)", "(none)", "(direct)", "(not set)"): 0.33,
    ("partner.example.net", "referral", "(referral)", "(not set)"): 0.12,
    ("news.example.org", "referral", "(referral)", "(not set)"): 0.08,
}
NEW_VISITOR_SHARE = {"social": 0.78, "paid_social": 0.9, "organic": 0.66, "(none)": 0.38, "referral": 0.7}
RETURN_LAG_MEAN_DAYS = 4.0

CONTACT_LATE_SHARE = 0.08  # contacts that reach the CRM up to two days after the form
QUALIFIED_PER_LEAD = 0.5
QUALIFIED_LAG_MEAN_DAYS = 1.8
DEAL_PER_QUALIFIED = 0.62
DEAL_LAG_MEAN_DAYS = 2.0
WON_PER_DEAL = 0.6
CLOSE_LAG_MEAN_DAYS = 6.0
DEAL_AMOUNT = {"JPY": (120_000, 1_000), "default": (950, 10)}  # median, rounding
PURCHASE_AMOUNT = {"JPY": (4_800, 100), "default": (64, 1)}

CUSTOMERS_PER_BRAND = 40
FEATURES = ("dashboard", "orders", "subscriptions", "reports", "inventory", "team", "integrations", "export")


def amount_scale(table: dict[str, tuple[int, int]], currency: str) -> tuple[int, int]:
    """Return the median amount and its rounding for a currency."""
    return table.get(currency, table["default"])


def as_document() -> dict[str, object]:
    """Return every planted rate by name, in plain JSON types."""
    plain = {}
    for name, value in sorted(globals().items()):
        if not name.isupper():
            continue
        plain[name.lower()] = _plain(value)
    return plain


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return [round(float(share), 6) for share in value]
    if isinstance(value, dict):
        return {"/".join(key) if isinstance(key, tuple) else str(key): item for key, item in value.items()}
    return value
