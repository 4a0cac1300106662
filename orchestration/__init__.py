"""From the sources to a published DuckDB file: one module a stage, read in this order.

settings, accounts  where things lie, and whose accounts they are
ingest, landing     ask the sources, keep each answer as it came
inbox, raw          dropped files and page files become typed rows
transform           dbt builds the marts
publish             the candidate file, its verification, the flip, the way back
gate                the expectations judge the candidate
assets, definitions the same steps as Dagster shows them
run, demo, cli      what the `warehouse` command does
"""
