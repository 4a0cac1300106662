"""Where and when each planted incident acts, as windows of epoch hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from sandbox.model import Brand, Planted, SocialAccount
from sandbox.scenario import Scenario
from sandbox.streams import day_hour


@dataclass(frozen=True)
class Window:
    """Hours [first, last) during which an incident of this size acts."""

    first: int
    last: int
    size: float


class Incidents:
    """The incidents of a scenario, asked for by kind and by what they hit."""

    def __init__(self, scenario: Scenario, brands: dict[str, Brand]) -> None:
        self._incidents = scenario.incidents
        self._brands = brands
        self.viral_posts: dict[tuple[str, int], str] = {}  # (native account id, first hour): post id

    def on_account(self, kind: str, account: SocialAccount) -> list[Window]:
        """Return the windows that hit an account: by native id, brand or platform."""
        return self._windows(kind, {account.native_id, account.brand_id, account.platform})

    def on_site(self, kind: str, brand: Brand) -> list[Window]:
        """Return the windows that hit a brand's site or CRM, named by any of the brand's ids."""
        own = {brand.brand_id, brand.ga4_property, brand.hubspot_portal}
        return self._windows(kind, own | {account.native_id for account in brand.accounts})

    def on_source(self, kind: str, source_account_id: str) -> list[Window]:
        """Return the windows that hit one account of any source."""
        for brand in self._brands.values():
            for account in brand.accounts:
                if account.native_id == source_account_id:
                    return self.on_account(kind, account)
            if source_account_id in (brand.ga4_property, brand.hubspot_portal):
                return self._windows(kind, {source_account_id, brand.brand_id})
        return []

    def _windows(self, kind: str, names: set[str]) -> list[Window]:
        return [
            Window(day_hour(one.start), day_hour(one.start + timedelta(days=one.days)), one.effect)
            for one in self._incidents
            if one.kind == kind and one.account in names
        ]

    def factor(self, kinds: tuple[str, ...], account: SocialAccount, first_hour: int, hours: int) -> np.ndarray:
        """Return the product of the sizes of these kinds for each of `hours` hours from `first_hour`."""
        factors = np.ones(hours)
        for kind in kinds:
            for window in self.on_account(kind, account):
                low, high = (np.clip(edge - first_hour, 0, hours) for edge in (window.first, window.last))
                factors[low:high] *= window.size
        return factors

    def planted(self) -> list[Planted]:
        """Return each incident with each account that it hit, and the post of a viral one."""
        rows = []
        for one in self._incidents:
            for brand in self._brands.values():
                hit = [a for a in brand.accounts if one.account in (a.native_id, a.brand_id, a.platform)]
                whole = one.account in (brand.ga4_property, brand.hubspot_portal)
                for native_id in [a.native_id for a in hit] or ([""] if whole else []):
                    post_id = ""
                    if one.kind == "viral":
                        post_id = self.viral_posts.get((native_id, day_hour(one.start)), "")
                    rows.append(
                        Planted(
                            one.kind, one.account, one.start, one.days, one.effect, brand.brand_id, native_id, post_id
                        )
                    )
        return rows


def inside(hours: np.ndarray, window: Window) -> np.ndarray:
    """Return which epoch hours lie within the window."""
    return (hours >= window.first) & (hours < window.last)
