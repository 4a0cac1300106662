"""The rehearsal world: one seeded population, and loopback servers that speak the APIs about it."""
