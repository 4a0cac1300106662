"""The dimensions and metrics that the rehearsed GA4 property knows, with the names its metadata gives.

Scope decides how a row is counted: session dimensions are those of the session, event dimensions split a session
over its events, so that sessions and users overlap between rows. Users never add across rows or days.
"""

# api name -> (name in the interface, category, scope)
DIMENSIONS = {
    "date": ("Date", "Time", "session"),
    "landingPage": ("Landing page", "Session", "session"),
    "newVsReturning": ("New / established", "User", "session"),
    "sessionSource": ("Session source", "Traffic source", "session"),
    "sessionMedium": ("Session medium", "Traffic source", "session"),
    "sessionSourceMedium": ("Session source / medium", "Traffic source", "session"),
    "sessionCampaignName": ("Session campaign", "Traffic source", "session"),
    "sessionDefaultChannelGroup": ("Session default channel group", "Traffic source", "session"),
    "sessionManualSource": ("Session manual source", "Traffic source", "session"),
    "sessionManualMedium": ("Session manual medium", "Traffic source", "session"),
    "sessionManualCampaignName": ("Session manual campaign name", "Traffic source", "session"),
    "sessionManualAdContent": ("Session manual ad content", "Traffic source", "session"),
    "pagePath": ("Page path", "Page / screen", "event"),
    "eventName": ("Event name", "Event", "event"),
    "isKeyEvent": ("Is key event", "Event", "event"),
}

# api name -> (name in the interface, category, type)
METRICS = {
    "sessions": ("Sessions", "Session", "TYPE_INTEGER"),
    "engagedSessions": ("Engaged sessions", "Session", "TYPE_INTEGER"),
    "engagementRate": ("Engagement rate", "Session", "TYPE_FLOAT"),
    "bounceRate": ("Bounce rate", "Session", "TYPE_FLOAT"),
    "averageSessionDuration": ("Average session duration", "Session", "TYPE_SECONDS"),
    "userEngagementDuration": ("User engagement", "User", "TYPE_SECONDS"),
    "screenPageViews": ("Views", "Page / screen", "TYPE_INTEGER"),
    "eventCount": ("Event count", "Event", "TYPE_INTEGER"),
    "newUsers": ("New users", "User", "TYPE_INTEGER"),
    "totalUsers": ("Total users", "User", "TYPE_INTEGER"),
    "activeUsers": ("Active users", "User", "TYPE_INTEGER"),
    "keyEvents": ("Key events", "Event", "TYPE_FLOAT"),
    "sessionKeyEventRate": ("Session key event rate", "Session", "TYPE_FLOAT"),
    "totalRevenue": ("Total revenue", "Revenue", "TYPE_CURRENCY"),
    "purchaseRevenue": ("Purchase revenue", "Ecommerce", "TYPE_CURRENCY"),
    "ecommercePurchases": ("Ecommerce purchases", "Ecommerce", "TYPE_INTEGER"),
    "transactions": ("Transactions", "Ecommerce", "TYPE_INTEGER"),
}

# Renamed in 2024; the old name still resolves in configurations but is no longer in the list of fields.
DEPRECATED = {"keyEvents": ["conversions"]}


def metadata(property_id: str) -> dict:
    """Return the Metadata document of a property."""
    return {
        "name": f"properties/{property_id}/metadata",
        "dimensions": [
            {"apiName": name, "uiName": label, "description": f"{label}.", "category": category}
            for name, (label, category, _) in DIMENSIONS.items()
        ],
        "metrics": [
            {
                "apiName": name,
                "uiName": label,
                "description": f"{label}.",
                "category": category,
                "type": kind,
                **({"deprecatedApiNames": DEPRECATED[name]} if name in DEPRECATED else {}),
            }
            for name, (label, category, kind) in METRICS.items()
        ],
    }
