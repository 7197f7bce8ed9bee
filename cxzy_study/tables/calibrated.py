"""Which tables rest on methods whose rates are measured."""

from __future__ import annotations

CALIBRATED: dict[str, tuple[str, ...]] = {
    "shares": ("share_interval.wilson_deff",),
    "shares_adjusted": ("share_weighted.characters", "share_weighted.adjusted"),
    "silence": ("share_interval.wilson_deff",),
    "shares_intervals": (
        "share_interval.wilson_deff", "share_interval.beta_binomial", "share_interval.bootstrap_percentile",
        "share_interval.bootstrap_bca",
    ),
    "distances": ("distance.jensen_shannon", "distance.hellinger"),
    "partitions": ("grouping",),
    "tree": ("branch",),
    "contrasts": ("contrast",),
    "pairs": ("cooccurrence",),
    "map": ("ellipse",),
    "approaches": ("families",),
    "approaches_tested": ("families",),
    "claims": (
        "difference.share_above", "difference.emphasis", "difference.share_least", "difference.share_most", "contrast",
        "cooccurrence", "distance.jensen_shannon", "grouping", "branch", "families",
    ),
}  # fmt: skip
"""Table to the methods of table ``calibration`` behind its intervals, tests and verdicts: whoever shows the one tells of
the other."""
