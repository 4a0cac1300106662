"""The world and the questions that servers, exports and truth ask of it. Instants are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from sandbox import counters, crm, service
from sandbox.incidents import Incidents
from sandbox.model import Brand, Contact, Deal, EntityEvent, Planted, Post, ServiceObject, SocialAccount, Survey, Ticket
from sandbox.population import FOLLOWED_AT_ORIGIN, UNINVITED_FOLLOWS, AccountLife, live
from sandbox.product import product_use
from sandbox.scenario import BrandSpec, Scenario
from sandbox.site import PAGES, visits
from sandbox.streams import epoch_hour

__all__ = ["Brand", "Contact", "Deal", "Post", "SocialAccount", "World", "build"]


@dataclass
class World:
    """Everything that happened, by brand_id or by the account's native id; lists are oldest first."""

    scenario: Scenario
    brands: dict[str, Brand]
    accounts: list[SocialAccount]
    posts: dict[str, list[Post]]  # by native account id; stories included
    visits: dict[str, np.ndarray]  # by brand_id: every visit of the site, dtype site.VISIT
    sessions: dict[str, np.ndarray]  # the visits that the site's analytics saw (no tracking outage)
    contacts: dict[str, list[Contact]]
    deals: dict[str, list[Deal]]
    entity_events: dict[str, list[EntityEvent]]
    surveys: dict[str, list[Survey]]
    tickets: dict[str, list[Ticket]]
    service: dict[str, list[ServiceObject]]  # of the CRM; empty but for brands with a Service Hub
    planted: list[Planted]
    lives: dict[str, AccountLife]  # by native account id: the hourly history
    incidents: Incidents

    def post_counters(self, post: Post, at: datetime) -> dict[str, int]:
        """Return the post's counters to date at the last whole hour not after `at`."""
        return counters.post_counters(post, epoch_hour(at))

    def followers(self, account: SocialAccount, at: datetime) -> int:
        """Return the follower level at the last whole hour not after `at`."""
        life = self.lives[account.native_id]
        place = counters.column(life, epoch_hour(at))
        return account.followers_at_origin + int(life.gained[place] - life.lost[place])

    def follows_between(self, account: SocialAccount, a: datetime, b: datetime) -> tuple[int, int]:
        """Return followers gained and lost in [a, b)."""
        life = self.lives[account.native_id]
        low, high = (counters.column(life, epoch_hour(edge)) for edge in (a, b))
        return int(life.gained[high] - life.gained[low]), int(life.lost[high] - life.lost[low])

    def following(self, account: SocialAccount, at: datetime) -> int:
        """Return how many accounts this one follows; an intruder follows many within six hours."""
        passed = [epoch_hour(at) - w.first for w in self.incidents.on_account("access", account)]
        return FOLLOWED_AT_ORIGIN + sum(UNINVITED_FOLLOWS * min(max(hours, 0), 6) // 6 for hours in passed)

    def is_protected(self, account: SocialAccount, at: datetime) -> bool:
        """Tell whether the account is protected: an X account during an access incident."""
        hour = epoch_hour(at)
        windows = self.incidents.on_account("access", account) if account.platform == "x" else []
        return any(window.first <= hour < window.last for window in windows)

    def account_totals(self, account: SocialAccount, a: datetime, b: datetime) -> dict[str, int]:
        """Return the account's totals over [a, b); the caller cuts `b` at the present."""
        return counters.account_totals(self.lives[account.native_id], epoch_hour(a), epoch_hour(b))

    def settled_until(self, account_id: str, at: datetime) -> datetime:
        """Return the instant up to which a source's figures are complete when asked at `at`.

        It is `at`, but for a settling delay: while one acts, `size` hours behind, and never before its start.
        """
        hour, settled = epoch_hour(at), at
        for window in self.incidents.on_source("settling_delay", account_id):
            if window.first <= hour < window.last:
                behind = min(hour - window.first, int(window.size))
                settled = min(settled, at - timedelta(hours=behind))
        return settled

    def contact_state(self, contact: Contact, at: datetime) -> dict[str, str | None] | None:
        """Return HubSpot properties as of `at`, every value a string; None before creation."""
        return crm.state(contact.changes, at)

    def deal_state(self, deal: Deal, at: datetime) -> dict[str, str | None] | None:
        """Return HubSpot properties as of `at`, every value a string; None before creation."""
        return crm.state(deal.changes, at)


def build(scenario: Scenario) -> World:
    """Build the world of a scenario; the same scenario gives the same world byte for byte."""
    brands = {spec.brand_id: _brand(spec) for spec in scenario.brands}
    incidents = Incidents(scenario, brands)
    world = World(
        scenario, brands, [a for b in brands.values() for a in b.accounts], *({} for _ in range(9)), [], {}, incidents
    )
    for spec in scenario.brands:
        _inhabit(world, brands[spec.brand_id], spec)
    world.planted = incidents.planted()
    return world


def _brand(spec: BrandSpec) -> Brand:
    accounts = tuple(
        SocialAccount(spec.brand_id, a.platform, a.native_id, a.handle, spec.name, a.followers, a.token)
        for a in spec.accounts
    )
    return Brand(
        spec.brand_id, spec.name, spec.zone, spec.currency, accounts, spec.ga4_property, spec.hubspot_portal, PAGES,
        spec.service_hub, spec.youtube_channel,
    )  # fmt: skip


def _inhabit(world: World, brand: Brand, spec: BrandSpec) -> None:
    lives = [
        live(world.scenario, brand, account, account_spec, world.incidents)
        for account, account_spec in zip(brand.accounts, spec.accounts, strict=True)
    ]
    for life in lives:
        world.lives[life.account.native_id] = life
        world.posts[life.account.native_id] = life.posts
    key = brand.brand_id
    world.visits[key] = visits(world.scenario, brand, lives, world.incidents)
    world.sessions[key] = world.visits[key][world.visits[key]["is_tracked"]]
    world.contacts[key], world.deals[key] = crm.people(world.scenario, brand, world.visits[key])
    world.service[key] = service.desk(world.scenario, brand, world.contacts[key]) if brand.has_service_hub else []
    world.entity_events[key], world.surveys[key], world.tickets[key] = product_use(world.scenario, brand)
