"""What GA4 tells less than whole, and how it says so: each caveat by the name of the fault that scripts it.

other_row       all but the rows with the highest first metric are folded into one called (other), the date too
thresholded     rows of fewer users than `FEWEST_USERS` are withheld
sampled         the hits of a quarter of the visitors stand for all
data_truncated  the second half of the rows is left out
revenue_hidden  without permission revenue is zero
"""

from collections.abc import Iterable
from decimal import Decimal

from sandbox.servers.ga4_query import Hit
from sandbox.servers.ga4_request import Report
from sandbox.servers.ga4_schema import METRICS
from sandbox.servers.wire import chance

ROWS_KEPT, FEWEST_USERS, SAMPLED_ONE_OF = 10, 10, 4
RATES = ("engagementRate", "bounceRate", "averageSessionDuration", "sessionKeyEventRate")
Row = tuple[tuple[str, ...], tuple]


def drawn(caveat: str, hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that are counted: all, or those of the visitors that a sample takes."""
    if caveat != "sampled":
        return list(hits)
    return [hit for hit in hits if chance("sample", hit.visitor_id) < 1 / SAMPLED_ONE_OF]


def told(caveat: str, report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    """Return the rows as they are told, and what the metadata says of them."""
    return TOLD[caveat](report, found) if caveat else (found, {})


def _folded(_report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    ranked = sorted(found, key=lambda row: row[1][0], reverse=True)
    rest = [values for _, values in ranked[ROWS_KEPT:]]
    kept = [row for row in found if row in ranked[:ROWS_KEPT]]
    if rest:
        kept.append((("(other)",) * len(found[0][0]), tuple(map(sum, zip(*rest, strict=True)))))
    return kept, {"dataLossFromOtherRow": True}


def _withheld(report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    at = report.metrics.index("totalUsers") if "totalUsers" in report.metrics else None
    kept = [row for row in found if at is None or row[1][at] >= FEWEST_USERS]
    return kept, {"subjectToThresholding": True}


def _scaled(report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    factors = [1 if name in RATES else SAMPLED_ONE_OF for name in report.metrics]
    scaled = [
        (key, tuple(value * factor for value, factor in zip(values, factors, strict=True))) for key, values in found
    ]
    sample = {"samplesReadCount": "250000", "samplingSpaceSize": str(250_000 * SAMPLED_ONE_OF)}
    return scaled, {"samplingMetadatas": [sample] * len(report.ranges)}


def _cut(report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    reason = {
        "dataTruncationType": "DATA_TRUNCATION_TYPE_PROPERTY",
        "dataTruncationDate": f"{report.ranges[0][1]:%Y-%m-%d}",
        "dataTruncationMessage": "Data of this property was deleted.",
    }
    return found[: -(-len(found) // 2)], {"dataTruncationReasons": [reason]}


def _hidden(report: Report, found: list[Row]) -> tuple[list[Row], dict]:
    blocked = [name for name in report.metrics if METRICS[name][2] == "TYPE_CURRENCY"]
    shown = [
        (key, tuple(Decimal(0) if name in blocked else one for name, one in zip(report.metrics, values, strict=True)))
        for key, values in found
    ]
    restrictions = [{"metricName": name, "restrictedMetricTypes": ["REVENUE_DATA"]} for name in blocked]
    return shown, {"schemaRestrictionResponse": {"activeMetricRestrictions": restrictions}} if blocked else {}


TOLD = {
    "other_row": _folded,
    "thresholded": _withheld,
    "sampled": _scaled,
    "data_truncated": _cut,
    "revenue_hidden": _hidden,
}
