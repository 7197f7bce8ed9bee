"""Intervals for a share when sentences of one paragraph resemble each other.

Of five ways, Wilson's interval with a design effect covers nearest to 95% when paragraphs are few, and is the one used;
the others stay to be compared with it. How often each holds the planted share, from 2 paragraphs to 30 and with a
correlation within them of 0, 0.1 and 0.3, is in table ``calibration`` (``share_interval``): intervals that take sentences
for independent, and bootstraps of paragraphs, do so too rarely, and a bootstrap makes none where nothing varies. Where a
paragraph goes on with the one before it, all cover less. See :func:`cxzy_study.findings.calibrate.measure_coverage`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

METHODS = ("wilson_deff", "wilson", "beta_binomial", "bootstrap_percentile", "bootstrap_bca")
"""Ways to an interval that :func:`make_interval` knows; the first is the default everywhere."""

_RHO = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5])
_CELLS = 400
Pair = tuple[np.ndarray, np.ndarray]
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]


def make_interval(
    marked: np.ndarray, sizes: np.ndarray, *, method: str = METHODS[0], level: float = 0.95, n_resamples: int = 2000,
    seed: int = 0,
) -> Pair:  # fmt: skip
    """Return lower and upper ends for each theme's share of a group.

    Parameters
    ----------
    marked : ndarray of int, shape (blocks, themes)
        Sentences of each paragraph that bear each theme.
    sizes : ndarray of int, shape (blocks,)
        Sentences of each paragraph, 1 or more.
    method : {'wilson_deff', 'wilson', 'beta_binomial', 'bootstrap_percentile', 'bootstrap_bca'}
        ``wilson`` takes sentences for independent. Only the bootstraps draw random numbers.

    Returns
    -------
    low, high : ndarray, shape (themes,)
        In [0, 1]. Of a bootstrap both are NaN where no sentence, or every one, bears the theme: resampling what does
        not vary says nothing.
    """
    n, k = int(sizes.sum()), marked.sum(axis=0)
    if method == "wilson":
        return wilson(k / n, n, level=level)
    if method == "wilson_deff":
        return wilson(k / n, effective_size(sizes, pooled_icc(marked, sizes)), level=level)
    if method == "beta_binomial":
        low, high = _beta_binomial(marked, sizes, level)
        return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)
    low, high = _bootstrap(marked, sizes, level, n_resamples, seed, bca=method == "bootstrap_bca")
    still = (k == 0) | (k == n)
    return np.where(still, np.nan, low), np.where(still, np.nan, high)


def wilson(share: np.ndarray, n: float, *, level: float = 0.95) -> Pair:
    """Return Wilson's score interval.

    With z the normal quantile, ends are ``(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`` (Wilson 1927, JASA
    22:209). It is never empty: at a share of 0 it is ``[0, z²/(n + z²)]``.

    Examples
    --------
    >>> low, high = wilson(np.array([0.0, 0.5]), 20)
    >>> low.round(4), high.round(4)
    (array([0.    , 0.2993]), array([0.1611, 0.7007]))
    """
    z2 = _reach(level) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # Rounding leaves 1e-17 where the formula gives the end itself.
    low = np.where(share <= 0, 0.0, np.clip(centre - half, 0, 1))
    high = np.where(share >= 1, 1.0, np.clip(centre + half, 0, 1))
    return low, high


def newcombe(one: Triple, two: Triple) -> Pair:
    """Return Newcombe's hybrid interval of the difference of two shares (1998, Statistics in Medicine 17:873, method 10).

    Parameters
    ----------
    one, two : tuple of ndarray
        Each a share and the ends of its interval.

    Examples
    --------
    >>> one, two = ((np.array(k / n), *wilson(np.array(k / n), n)) for k, n in ((56, 70), (48, 80)))
    >>> low, high = newcombe(one, two)  # Newcombe's first example, table II: 0.0524, 0.3339
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    (p, low_p, high_p), (q, low_q, high_q) = one, two
    return p - q - np.hypot(p - low_p, high_q - q), p - q + np.hypot(high_p - p, q - low_q)


def score_blocks(marked: np.ndarray, sizes: np.ndarray) -> Triple:
    """Return each theme's share in these paragraphs and the ends of :func:`make_interval`'s default; NaN for one."""
    share = marked.sum(axis=0) / sizes.sum()
    if len(sizes) < 2:
        return share, np.full(len(share), np.nan), np.full(len(share), np.nan)
    return share, *wilson(share, effective_size(sizes, pooled_icc(marked, sizes)))


def lead_variance(marked: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the variance of a mean over the sentences of these paragraphs, linearised; of each column."""
    left = marked - sizes[:, None] * marked.sum(axis=0) / sizes.sum()
    return (left**2).sum(axis=0) / sizes.sum() ** 2 * len(sizes) / (len(sizes) - 1)


@lru_cache(maxsize=16)
def _reach(level: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(0.5 + level / 2))


def effective_size(sizes: np.ndarray, icc: float) -> float:
    """Return to how many independent sentences the sentences of these paragraphs amount.

    ``n / deff`` with ``deff = 1 + ρ (Σm²/n - 1)`` for paragraphs of m sentences (Kish 1965, Survey Sampling, 5.4, for
    unequal clusters), as in the variance of a beta-binomial sum.
    """
    n = sizes.sum()
    return float(n / (1 + icc * ((sizes.astype(float) ** 2).sum() / n - 1)))


def pooled_icc(marked: np.ndarray, sizes: np.ndarray) -> float:
    """Return the intra-paragraph correlation ρ of marks, one for all themes of a group, in [0, 0.95].

    The analysis-of-variance estimator, (MSB - MSW) / (MSB + (m₀ - 1) MSW) with m₀ = (n - Σm²/n) / (B - 1) (Ridout,
    Demétrio and Firth 1999, Biometrics 55:137), with sums of squares added over themes: one theme in a dozen paragraphs
    says next to nothing of its own ρ. 0 where it cannot be told (one paragraph; no paragraph of two sentences; no
    mark).
    """
    n, n_blocks = sizes.sum(), len(sizes)
    if n_blocks < 2 or n == n_blocks:
        return 0.0
    share = marked / sizes[:, None]
    between = (sizes[:, None] * (share - marked.sum(axis=0) / n) ** 2).sum() / (n_blocks - 1)
    within = (sizes[:, None] * share * (1 - share)).sum() / (n - n_blocks)
    usual = (n - (sizes.astype(float) ** 2).sum() / n) / (n_blocks - 1)
    total = between + (usual - 1) * within
    return float(np.clip((between - within) / total, 0.0, 0.95)) if total > 0 else 0.0


def _beta_binomial(marked: np.ndarray, sizes: np.ndarray, level: float) -> Pair:
    """Equal-tailed posterior interval; Jeffreys' prior on each share, one ρ for all themes, uniform on a grid to 0.5.

    The likelihood of m sentences with y marks is Π_{i<y}(p(1-ρ)+iρ) Π_{i<m-y}((1-p)(1-ρ)+iρ) / Π_{i<m}(1-ρ+iρ)
    (Skellam 1948, JRSS B 10:257), which needs no gamma function and holds at ρ = 0. On a grid even in arcsin √p the
    prior Beta(½, ½) is flat.
    """
    angle = (np.arange(_CELLS) + 0.5) / _CELLS * np.pi / 2
    step = np.arange(sizes.max())
    logs = np.log((np.sin(angle) ** 2)[None, :, None] * (1 - _RHO) + step[:, None, None] * _RHO)
    hits = np.concatenate([np.zeros((1, _CELLS, len(_RHO))), np.cumsum(logs, axis=0)]).reshape(len(step) + 1, -1)
    misses = hits.reshape(-1, _CELLS, len(_RHO))[:, ::-1].reshape(len(step) + 1, -1)
    scale = np.concatenate([np.zeros((1, len(_RHO))), np.cumsum(np.log(1 - _RHO + step[:, None] * _RHO), axis=0)])
    tally = np.stack([np.bincount(y, minlength=len(step) + 1) for y in marked.T])
    anti = np.stack([np.bincount(z, minlength=len(step) + 1) for z in (sizes[:, None] - marked).T])
    log_like = (tally @ hits + anti @ misses).reshape(-1, _CELLS, len(_RHO)) - scale[sizes].sum(axis=0)
    peak = log_like.max(axis=(1, 2), keepdims=True)
    likely = np.exp(log_like - peak)
    evidence = likely.sum(axis=1)
    log_rho = (np.log(evidence + 1e-300) + peak[:, 0]).sum(axis=0)
    weight = np.exp(log_rho - log_rho.max())
    posterior = (likely / (evidence[:, None] + 1e-300) * (weight / weight.sum())).sum(axis=2)
    grown = np.concatenate([np.zeros((len(posterior), 1)), np.cumsum(posterior, axis=1)], axis=1)
    edges = np.arange(_CELLS + 1) / _CELLS * np.pi / 2
    tails = np.array([0.5 - level / 2, 0.5 + level / 2])
    ends = np.array([np.sin(np.interp(tails * row[-1], row, edges)) ** 2 for row in grown])
    return ends[:, 0], ends[:, 1]


def _bootstrap(
    marked: np.ndarray, sizes: np.ndarray, level: float, n_resamples: int, seed: int, *, bca: bool
) -> Pair:
    """Paragraphs drawn with replacement: percentile, or BCa with the jackknife's acceleration.

    Efron 1987, Journal of the American Statistical Association 82:171.
    """
    from scipy import stats

    n_blocks = len(sizes)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n_resamples)
    shares = (drawn @ marked) / (drawn @ sizes)[:, None]
    tails = np.array([0.5 - level / 2, 0.5 + level / 2])
    if not bca or n_blocks < 2:
        low, high = np.quantile(shares, tails, axis=0)
        return low, high
    n, k = sizes.sum(), marked.sum(axis=0)
    left_out = (k - marked) / (n - sizes)[:, None]
    pull = left_out.mean(axis=0) - left_out
    spread = (pull**2).sum(axis=0) ** 1.5
    skew = np.divide((pull**3).sum(axis=0), 6 * spread, out=np.zeros(len(k)), where=spread > 0)
    below = (shares < k / n).mean(axis=0) + (shares == k / n).mean(axis=0) / 2
    bias = stats.norm.ppf(np.clip(below, 0.5 / n_resamples, 1 - 0.5 / n_resamples))
    z = bias + stats.norm.ppf(tails)[:, None]
    at = stats.norm.cdf(bias + z / (1 - skew * z))
    ends = np.array([np.quantile(shares[:, t], at[:, t]) for t in range(len(k))])
    return ends[:, 0], ends[:, 1]
