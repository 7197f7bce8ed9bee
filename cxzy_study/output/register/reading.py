"""Exhibits on the reading and on what is claimed from it."""

from __future__ import annotations

from cxzy_study.output import frames_reading as frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_reading import plot_agreement

EXHIBITS = (
    Exhibit(
        "fig_reliability",
        "figure",
        ("agreement",),
        lambda t, _: frames.frame_agreement(t["agreement"]),
        {"en": "Agreement of two readers", "zh": "两位读者的一致性"},
        {
            "en": "Krippendorff's alpha over units, with its 95% interval over paragraphs, cut at 0.5. The verdict rests on the "
            "interval's lower end. n: units that at least one reader marked. The readers are language models of one kind.",
            "zh": "按单位计的 Krippendorff α，附按段落重抽的95%区间，左端截于0.5。判定依区间下限。n：至少一位读者标出的单位数。读者为同类语言模型。",
        },
        {
            "en": "Alpha with interval lines, a row for each theme; broken lines mark 0.667 and 0.80.",
            "zh": "各主题的α与区间线，每个主题一行；虚线为0.667与0.80。",
        },
        False,
        plot_agreement,
        1,
        98.0,
    ),
)
