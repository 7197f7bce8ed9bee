"""Exhibits on the machine coder: how well it does on documents that it has not seen."""

from __future__ import annotations

from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.frames_coder import frame_accuracy
from cxzy_study.output.plots_coder import plot_accuracy

EXHIBITS = (
    Exhibit(
        "fig_coder",
        "figure",
        ("accuracy",),
        lambda t, _: frame_accuracy(t["accuracy"]),
        {"en": "Coders on documents that they have not seen", "zh": "各编码器在未见过的文档上的表现"},
        {
            "en": "Development set, 83 documents that are not of this study: each was coded by what was learnt from others. "
            "Lines: 95% over documents resampled. All themes: micro-F1; mean of themes: macro-F1 over those with ten units "
            "or more. n: units that readers marked. Right: share of units that the learned coder marks less the share that "
            "readers mark, percentage points. Coders that use the rules are left out, for the rules' author knew many of "
            "these texts.",
            "zh": "开发集，83份不属于本研究的文档：每份均由从其他文档学得的编码器编码。横线：对文档重抽样所得95%区间。全部主题：微平均F1；"
            "主题均值：带有该主题的单位不少于十个的主题的宏平均F1。n：读者标出的单位数。右栏：学习型编码器所标单位的比例减去读者所标的比例，"
            "单位为百分点。规则的作者看过其中许多文档，故使用规则的编码器不列。",
        },
        {
            "en": "Left: F1 of three coders with intervals, a row for each theme; the learned coder leads in nearly all. Right: "
            "bias of its shares with intervals around zero.",
            "zh": "左：三种编码器的F1及区间，每个主题一行，学习型编码器几乎全部领先。右：其比例的偏差及区间，以零为中线。",
        },
        False,
        plot_accuracy,
        2,
        120.0,
    ),
)
