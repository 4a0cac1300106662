"""Loopback servers that answer as the sources do, as of the virtual present in the address.

Read in this order: `wire` (what is asked, what is answered), `app` (addresses, clock, faults, log), then one
module or pair a source: `instagram`, `x`, `ga4`, `hubspot`, `youtube`, `exports`. A source knows the world and
the present and nothing of HTTP libraries; whatever happened at the present or later is never in an answer.
"""
