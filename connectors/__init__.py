"""Extraction: pages of outside services, without any knowledge of who lands or loads them."""

from connectors import ga4, hubspot, instagram, x, youtube
from connectors.streams import Account, Page, Source, Stream, Table, Window

SOURCES: dict[str, Source] = {source.SOURCE.name: source.SOURCE for source in (instagram, x, ga4, hubspot, youtube)}

__all__ = ["SOURCES", "Account", "Page", "Source", "Stream", "Table", "Window"]
