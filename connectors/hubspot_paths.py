"""The version of HubSpot's API that every path carries: that of the base address, else the newest.

Since 2026-03 versions are dates. Portals of older accounts may be asked in v3, whose associations are called v4.
"""

from __future__ import annotations

import re

from connectors.http import Api
from connectors.hubspot_dialect import DIALECT

NEWEST = "2026-09"


def opened(base_url: str, token: str) -> Api:
    """Open one portal's door; a version at the end of the base address is the one that is asked."""
    base, version = re.fullmatch(r"(.*?)(?:/(v3|20\d\d-(?:03|09)))?/*", base_url).groups()
    return Api(DIALECT, base, token, memory={"version": version or NEWEST})


def of_objects(api: Api, kind: str) -> str:
    """Return the path of a kind of object."""
    version = api.memory["version"]
    return f"/crm/v3/objects/{kind}" if version == "v3" else f"/crm/objects/{version}/{kind}"


def of_contacts_of(api: Api, kind: str) -> str:
    """Return the path that tells the contacts of objects."""
    version = api.memory["version"]
    base = "/crm/v4/associations" if version == "v3" else f"/crm/associations/{version}"
    return f"{base}/{kind}/contacts/batch/read"


def of_pipelines(api: Api) -> str:
    """Return the path of the pipelines of deals."""
    version = api.memory["version"]
    return "/crm/v3/pipelines/deals" if version == "v3" else f"/crm/pipelines/{version}/deals"


def of_details(api: Api) -> str:
    """Return the path of the portal's own details."""
    version = api.memory["version"]
    return "/account-info/v3/details" if version == "v3" else f"/account-info/{version}/details"
