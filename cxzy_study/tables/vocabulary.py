"""Closed vocabularies that several tables share."""

from __future__ import annotations

THEMES = (
    "pledging", "benchmarking", "role_models", "contests", "responsibility", "supervision",
    "leadership", "publicity", "training", "service", "development", "organisation",
    "institution", "stability", "workstyle", "participation", "digital",
)  # fmt: skip
"""Theme ids of codebook version 1, in the order in which every table and figure shows them."""

MODES = ("doctrine", "problem", "demanded", "planned", "under_way", "done", "outcome")
"""Values of the layer ``mode``, from what the Party is to what is claimed as an effect."""

KINDS = ("heading", "sentence")
