"""What somebody does on the site once they are there: pages, seconds, a form, a purchase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox import rates
from sandbox.incidents import Incidents, inside
from sandbox.model import Brand
from sandbox.streams import HOUR

VISIT = np.dtype([
    ("started_at", "i8"),  # epoch seconds
    ("visitor", "i8"),  # a browser, unique within the brand
    ("is_new", "?"),  # first visit of this visitor
    ("source", "U24"), ("medium", "U12"), ("campaign", "U24"), ("content", "U20"),  # GA4's spelling
    ("landing_page", "U24"),
    ("path", "U80"),  # pages in order, separated by a space
    ("page_views", "i4"),
    ("engaged", "?"),
    ("engagement_s", "i4"),
    ("leads", "i4"),  # generate_lead events: forms submitted, 0 or 1
    ("purchases", "i4"),  # purchase events, 0 or 1
    ("revenue_cents", "i8"),  # hundredths of the brand's currency
    ("is_tracked", "?"),  # False during a tracking outage
    ("is_broken", "?"),  # met a broken landing page
])  # fmt: skip
DRAWS_A_VISIT = 9
SOCIAL = ("social", "paid_social")


@dataclass(frozen=True)
class Crowd:
    """Visits that begin, one a row: when, who, from where (the four utm fields), with what interest."""

    started: np.ndarray
    visitor: np.ndarray
    is_new: np.ndarray
    origins: np.ndarray
    landings: np.ndarray
    interest: np.ndarray  # 0 to 1
    draws: np.ndarray  # DRAWS_A_VISIT uniform draws each


def browse(brand: Brand, crowd: Crowd, incidents: Incidents) -> np.ndarray:
    """Return the crowd's visits as rows of VISIT."""
    draws, interest = crowd.draws, crowd.interest
    rows = np.zeros(crowd.started.size, VISIT)
    rows["started_at"], rows["visitor"], rows["is_new"] = crowd.started.astype(np.int64), crowd.visitor, crowd.is_new
    for column, name in enumerate(("source", "medium", "campaign", "content")):
        rows[name] = crowd.origins[:, column]
    rows["landing_page"] = crowd.landings
    _meet_incidents(rows, brand, draws, incidents)
    whole = ~rows["is_broken"]
    product = whole & (draws[:, 0] < 0.08 + 0.55 * interest)
    pricing = whole & ((crowd.landings == "/pricing") | (draws[:, 1] < 0.04 + 0.36 * interest))
    checkout = pricing & (draws[:, 2] < 0.06 + 0.34 * interest)
    lead = pricing & (draws[:, 3] < 0.06 + 0.26 * interest)
    purchase = checkout & ~lead & (draws[:, 4] < 0.12 + 0.3 * interest)
    rows["leads"], rows["purchases"] = lead, purchase
    _write_paths(rows, brand, {8: product, 4: pricing, 2: checkout, 1: lead | purchase}, draws[:, 0])
    seconds = -(6 + 45 * interest) * np.log1p(-draws[:, 5]) * rows["page_views"] ** 0.8 + 25 * (lead | purchase)
    rows["engagement_s"] = np.where(whole, np.minimum(seconds, 3_000), np.minimum(seconds / 20, 3)).astype(int)
    rows["engaged"] = (rows["page_views"] > 1) | (rows["engagement_s"] > 10)
    median, step = rates.amount_scale(rates.PURCHASE_AMOUNT, brand.currency)
    spread = np.exp(2.2 * (draws[:, 6] - 0.5))
    rows["revenue_cents"] = np.maximum(np.round(median * spread / step), 1).astype(np.int64) * step * 100 * purchase
    return rows


def _meet_incidents(rows: np.ndarray, brand: Brand, draws: np.ndarray, incidents: Incidents) -> None:
    hours = rows["started_at"] // HOUR
    rows["is_tracked"] = True
    for window in incidents.on_site("tracking_outage", brand):
        rows["is_tracked"] &= ~(inside(hours, window) & (draws[:, 7] < window.size))
    social = np.isin(rows["medium"], SOCIAL)
    for window in incidents.on_site("landing_broken", brand):
        rows["is_broken"] |= inside(hours, window) & social & (draws[:, 8] < window.size)


def _write_paths(rows: np.ndarray, brand: Brand, steps: dict[int, np.ndarray], draw: np.ndarray) -> None:
    """Write the pages of each visit in order; `steps` holds one bit a page beyond the landing page."""
    products = [page for page in brand.pages if page.startswith("/products/")]
    shown = (draw * 997).astype(int) % len(products)
    code = shown * 16 + sum(bit * taken for bit, taken in steps.items())
    landing, landing_code = np.unique(rows["landing_page"], return_inverse=True)
    pairs, place = np.unique(landing_code * 1_000 + code, return_inverse=True)
    paths = []
    for pair in pairs.tolist():
        first, taken = str(landing[pair // 1_000]), pair % 1_000
        pages = [products[taken // 16]] * bool(taken & 8) + ["/pricing"] * bool(taken & 4)
        pages += ["/checkout"] * bool(taken & 2) + ["/thanks"] * bool(taken & 1)
        paths.append([first, *(page for page in pages if page != first)])
    if rows.size:
        rows["path"] = np.array([" ".join(path) for path in paths], "U80")[place]
        rows["page_views"] = np.array([len(path) for path in paths])[place]
