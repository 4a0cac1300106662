"""Assets that do nothing: what remains is the cost of the orchestrator."""

import dagster as dg

COUNT = 20


def _asset(number: int) -> dg.AssetsDefinition:
    @dg.asset(name=f"nothing_{number}")
    def nothing() -> None:
        return None

    return nothing


ASSETS = [_asset(number) for number in range(COUNT)]
DEFINITIONS = dg.Definitions(
    assets=ASSETS,
    jobs=[
        dg.define_asset_job("one", selection=["nothing_0"], executor_def=dg.in_process_executor),
        dg.define_asset_job("in_process", executor_def=dg.in_process_executor),
        dg.define_asset_job("default"),
    ],
)


def one() -> dg.JobDefinition:
    """Return the job of one asset, in one process."""
    return DEFINITIONS.resolve_job_def("one")


def in_process() -> dg.JobDefinition:
    """Return the job of all assets, in one process."""
    return DEFINITIONS.resolve_job_def("in_process")


def default() -> dg.JobDefinition:
    """Return the job of all assets with the executor that Dagster takes unless told otherwise."""
    return DEFINITIONS.resolve_job_def("default")
