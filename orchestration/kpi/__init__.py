"""The KPI registry outside of SQL: read (registry), checked (checker), shown (pictures), handed on (emitters)."""
