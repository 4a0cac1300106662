"""From the sources to a published DuckDB file: one module a stage, read in this order.

settings, accounts  where things lie, and whose accounts they are
ingest, landing     ask the sources, keep each answer as it came
inbox, dropped, row_checks, raw, loading, ledger, drift, sightings, fields
                    dropped files and page files become typed rows
transform, lineage  dbt builds the marts; what Dagster shows of them
candidate           the marts in a file of their own
gate, judge         the expectations judge that file
publish             the flip, the versions kept, the way back
*_assets, definitions, reaper
                    the same steps as Dagster shows them
run, demo, status, doctor, cli
                    what the `warehouse` command does
"""
