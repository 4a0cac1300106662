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


def of_crm(api: Api, area: str, rest: str, legacy: str = "v3") -> str:
    """Return the path of something of the CRM: the version stood before the area once, and follows it now."""
    version = api.memory["version"]
    return f"/crm/{legacy}/{area}/{rest}" if version == "v3" else f"/crm/{area}/{version}/{rest}"


def of_details(api: Api) -> str:
    """Return the path of the portal's own details."""
    return f"/account-info/{api.memory['version']}/details"
