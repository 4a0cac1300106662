"""The version of HubSpot's API that every path carries."""

VERSION = "2026-09"
