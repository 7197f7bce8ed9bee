"""Exhibits on the findings: likeness, words, families, and how far claims and methods can be trusted."""

from __future__ import annotations

from cxzy_study.output import frames_findings as frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_claims import plot_calibration, plot_claims, plot_curve
from cxzy_study.output.plots_findings import plot_approaches, plot_keyness, plot_map, plot_network, plot_tree

EXHIBITS = (
    Exhibit(
        "fig_tree",
        "figure",
        ("tree", "distances", "sources"),
        lambda t, _: frames.frame_tree(t["tree"], distances=t["distances"], sources=t["sources"]),
        {"en": "How alike the documents are, and how sure that is", "zh": "各文献有多相似，又有多可靠"},
        {
            "en": "Left: tree by average linkage of Jensen-Shannon distances between theme profiles, with the part of 500 "
            "resamples of paragraphs that have the branch; broken lines: less than 95%. Right: distance of every two "
            "documents (dots), and what dealing their paragraphs out anew gives (bars: from the mean to the value that 95 "
            "of 100 dealings stay below); filled: beyond it.",
            "zh": "左：按主题构成的詹森—香农距离、平均连接法所得的树，数字为以段落重抽样五百次中出现该分支的比例；虚线：不足百分之九十五。"
            "右：每两份文献的距离（圆点），"
            "以及把两者段落重新分派所得的距离（灰条：自均值至百分之九十五的分派不超过之值）；实心：超出此值。",
        },
        {
            "en": "A tree of the five documents with percentages at its branches, and dots with bars for every pair.",
            "zh": "五份文献的聚类树，分支处标百分比；右侧为每对文献的圆点与灰条。",
        },
        True,
        plot_tree,
        2,
        66.0,
        methods=("branch", "distance.jensen_shannon"),
    ),
    Exhibit(
        "fig_map",
        "figure",
        ("map", "sources"),
        lambda t, _: frames.frame_map(t["map"], sources=t["sources"]),
        {"en": "Documents among the themes: a map with its uncertainty", "zh": "文献与主题的对应分析图及其不确定性"},
        {
            "en": "Correspondence analysis of marks by document and theme. Documents stand at their cross-validated places; "
            "ellipses are meant to hold the true profile in 95 of 100 cases. Where ellipses "
            "overlap, the places are not shown to differ. Crosses: themes, named on the right.",
            "zh": "按文献与主题的标注数作对应分析。文献位于交叉验证所得之处；椭圆意在百分之九十五的情形中包含真实构成。"
            "椭圆相交者，不能说位置有别。十字：主题，名称见右图。",
        },
        {
            "en": "A plane with five documents, an ellipse around each, and seventeen themes.",
            "zh": "平面图：五份文献各带椭圆，另有十七个主题。",
        },
        True,
        plot_map,
        2,
        104.0,
    ),
    Exhibit(
        "fig_network",
        "figure",
        ("pairs",),
        lambda t, _: frames.frame_network(t["pairs"]),
        {"en": "Themes that share a sentence", "zh": "同句出现的主题"},
        {
            "en": "Lines: pairs whose odds ratio, within documents and classes of length, has a 95% interval without 1; "
            "thicker: stronger. Of 134 pairs some seven would do so by chance. Pairs that the codebook doubles are left "
            "out. In brackets: sentences.",
            "zh": "连线：在同一文献、同一句长组内，优势比的95%区间不含1的主题对；线越粗越强。134对中约有七对会因偶然如此。"
            "编码手册本身使之重叠的主题对不计。括号内为句数。",
        },
        {
            "en": "Seventeen themes on a circle; lines join those that share sentences more or less often than expected.",
            "zh": "十七个主题排成一圈；连线表示同句出现多于或少于预期。",
        },
        False,
        plot_network,
        2,
        96.0,
    ),
    Exhibit(
        "fig_keyness",
        "figure",
        ("keyness", "sources"),
        lambda t, _: frames.frame_keyness(t["keyness"], sources=t["sources"]),
        {"en": "Words that set each document apart", "zh": "最能区分各文献的词"},
        {
            "en": "The eight words of two characters or more with the largest log-odds, informative Dirichlet prior of all "
            "documents together (weight 500 words), over their standard deviation; occurrences in brackets. They rank, and "
            "test nothing: words of one text are not drawn independently. Hollow: stands in one or two places of the "
            "document. Names of places are left out.",
            "zh": "两字以上、对数优势比与其标准差之比最大的八个词，先验为全部文献（权重500词）；括号内为次数。只作排序，不作检验：同一文本的词并非独立抽取。"
            "空心：只集中在文中一两处。地名不计。",
        },
        {
            "en": "Eight words with bars in a panel for each document.",
            "zh": "每份文献一栏，列八个词及其长度。",
        },
        True,
        plot_keyness,
        2,
        74.0,
    ),
    Exhibit(
        "fig_approaches",
        "figure",
        ("approaches", "sources", "approaches_tested"),
        lambda t, _: frames.frame_families(t["approaches"], sources=t["sources"], tested=t["approaches_tested"]),
        {"en": "Four ways of working: the practices sorted", "zh": "四类做法：对各项做法的归类"},
        {
            "en": "Practices sorted by theme, actor, instrument and checking (consensus of Ward's clusterings); share of the "
            "document's practices, number in brackets, and the practice nearest to the others. An order for going through "
            "them, not a finding: practices drawn without families, with the same frequencies and associations, fall into "
            "families as stable as these.",
            "zh": "按主题、行动者、工具与评判方式归类（沃德法聚类的共识）；数字为占该文献做法的比例，括号内为项数，并列出最近于同类的一项。"
            "这只是叙述的次序，不是发现：频次与关联相同而并无类别的模拟做法，也会聚成同样稳定的类。",
        },
        {
            "en": "A table of four families by five documents; each cell has a share, a count and an example.",
            "zh": "四类乘五份文献的表，每格有比例、项数与一例。",
        },
        True,
        plot_approaches,
        2,
        92.0,
    ),
    Exhibit(
        "tab_claims",
        "table",
        ("claims",),
        lambda t, _: frames.frame_claim_table(t["claims"]),
        {"en": "Findings as claims, and how each stands", "zh": "各项论断及其现状"},
        {
            "en": "Holds: the statistic and, where there is one, its 95% interval lie on the claim's side of the bound. Leans: "
            "the statistic only. Falls: not even that, and the sentence is not to be used. Last column: in how many other "
            "analyses the statistic lies on its side; a description of sensitivity, not a probability.",
            "zh": "成立：统计量及其95%区间（如有）都在所言一侧。倾向：只有统计量如此。落空：统计量亦不如此，该句不可用。"
            "末栏：在多少种其他分析中统计量在所言一侧；只描述敏感程度，不是概率。",
        },
        {
            "en": "A table of claims with statistic, bound, status and in how many analyses each holds.",
            "zh": "论断表：统计量、界限、现状，以及在多少种分析中成立。",
        },
        True,
        shown=("claim", "stated", "statistic", "bound", "status", "held"),
    ),
    Exhibit(
        "fig_claims",
        "figure",
        ("claims", "multiverse"),
        lambda t, _: frames.frame_claims(t["claims"], multiverse=t["multiverse"]),
        {"en": "Where each claim holds, and where it fails", "zh": "各项论断在何处成立，何处不成立"},
        {
            "en": "Shade: in which part of the analyses with this option the claim's statistic lies on its side (dark: in all); "
            "stroke: in fewer than half. No cell: the claim does not depend on the choice, or has no number there. "
            "Percentages: of all analyses. Marks: "
            "circle holds, diamond leans, cross falls, under the study's own choices; filled: stated before its number "
            "was seen. A description of sensitivity, not a measure of truth.",
            "zh": "深浅：取该选项的各种分析中，统计量在所言一侧的比例（深：全部）；斜线：不足一半。无格：该论断不涉及此项选择，或在此无数可算。百分数：占全部分析。"
            "记号：圆为成立，菱形为倾向，叉为落空，均按本研究自己的选择；实心：见数之前已写定。只描述敏感程度，不衡量真假。",
        },
        {
            "en": "A matrix of claims by analytic options, shaded by how often the claim holds.",
            "zh": "论断与分析选项的矩阵，深浅表示成立的比例。",
        },
        True,
        plot_claims,
        2,
        122.0,
    ),
    Exhibit(
        "tab_methods",
        "table",
        ("claims", "calibration"),
        lambda t, _: frames.frame_methods(t["claims"], calibration=t["calibration"]),
        {"en": "How often the methods behind the claims are right", "zh": "各项论断所用的方法有多可靠"},
        {
            "en": "Measured on simulated texts of known truth: lowest and highest rate over all settings (number of paragraphs, "
            "correlation within them, strength of what is planted), beside the rate for which the method is named.",
            "zh": "在已知真值的模拟文本上测得：各种设定（段数、段内相关、所植入差异的大小）中的最低与最高比例，并列出名义值。",
        },
        {
            "en": "A table of methods with named rate, measured rates and number of simulated corpora.",
            "zh": "方法表：名义值、实测比例与模拟次数。",
        },
        False,
        shown=("calibration", "rate_of", "named", "rates", "n_settings", "runs"),
    ),
    Exhibit(
        "fig_curve",
        "figure",
        ("claims", "multiverse"),
        lambda t, _: frames.frame_curve(t["claims"], multiverse=t["multiverse"]),
        {"en": "The three least robust findings, in every analysis", "zh": "最不稳固的三项发现：全部分析"},
        {
            "en": "Above: the statistic in each analysis, sorted; dark: on the claim's side of the bound (line); "
            "diamond: the study's own analysis. Below: the choices of each analysis.",
            "zh": "上：每种分析的统计量，由小到大；深色：在界限（横线）所言一侧；菱形：本研究自己的分析。下：各种分析所取的选项。",
        },
        {
            "en": "Three specification curves with the choices of each analysis below.",
            "zh": "三条规格曲线，下列各种分析的选项。",
        },
        True,
        plot_curve,
        2,
        112.0,
    ),
    Exhibit(
        "fig_calibration",
        "figure",
        ("calibration",),
        lambda t, _: frames.frame_calibration(t["calibration"]),
        {"en": "What the methods do on planted truth", "zh": "各方法在已知真值的模拟中的表现"},
        {
            "en": "Dots: settings (number of paragraphs, correlation within them, strength of what is planted), with two "
            "standard errors; line: what the method is named for. Filled: worse than named by more than two standard errors. "
            "Right of the panels: simulated corpora a setting.",
            "zh": "圆点：各种设定（段数、段内相关、所植入差异的大小），横线为两倍标准误；竖线：名义值。实心：劣于名义值且超出两倍标准误。"
            "各栏右侧：每种设定的模拟次数。",
        },
        {
            "en": "Two panels of dots: coverage of intervals around 95%, and rates of false findings around 5%.",
            "zh": "两栏圆点：区间覆盖率（95%上下）与虚假发现率（5%上下）。",
        },
        False,
        plot_calibration,
        2,
        84.0,
    ),
)
