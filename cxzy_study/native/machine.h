/* What the kernels of all stages share: the machine that runs patterns, and small questions about code points.

   Every text is an array of code points `x` (folded to half width) beside an array `t` of their classes, see
   cxzy_study/text/regex.py. Places are half-open, 0-based. Nothing here allocates, prints or keeps state. */
#ifndef CXZY_MACHINE_H
#define CXZY_MACHINE_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t X;
typedef uint16_t T;
typedef int64_t I;

enum { MOST = 40000, GROUPS = 64, GLANCED = 1 << 16, PAIR_BITS = 13, MASKS = 8 };

typedef struct {
    const int32_t *code, *starts, *branches, *ways;
    const int32_t *widths; /* of each pattern, and the next: see Programs in cxzy_study/text/regex.py */
    const uint32_t *sets, *near;
    const uint64_t *masks; /* MASKS of each class: which patterns may have it as first, second and third character, and which need it;
                              which may begin with it, and which have it second, whatever follows */
    I words, width;
    int32_t *stack; /* 4 * MOST */
    uint64_t seen;  /* of the first 64 patterns, which may match in the text that is at hand */
    I full;         /* set when the stack did not suffice: the answer is not to be trusted */
    I g[GROUPS];    /* groups of the last match: start and end of group n at 2n and 2n+1, -1 if it has none */
    const uint64_t *pairs; /* of two characters by their classes: which patterns may have them first and second, second and third */
    uint64_t *may_begin; /* GLANCED; of each character of the text at hand, which of them may begin a match there */
    uint64_t scan;       /* those that are searched through whole texts: */
    I *spots;            /* GLANCED; where any of them may begin */
    I n_spots, spot;     /* and how many such places there are, and one of them, near where the search is */
    const T *text;       /* where that text stands, and its place there; from == until: nothing is kept */
    I from, until;
} Machine;

I run(Machine *m, const T *t, I at, I lo, I hi, I pc, int whole);

static inline int has(const uint32_t *row, T c) { return row[c >> 5] >> (c & 31) & 1; }

static inline void forget(Machine *m) {
    for (int i = 0; i < 16; i++) m->g[i] = -1;
}

static inline I least(I a, I b) { return a < b ? a : b; }
static inline I most(I a, I b) { return a > b ? a : b; }

/* The number of the lowest bit that is set. */
static inline int lowest(uint64_t bits) {
#ifdef __GNUC__
    return __builtin_ctzll(bits);
#else
    int n = 0;
    while (!(bits >> n & 1)) n++;
    return n;
#endif
}

/* Whether a match of at least `width` characters may begin at `at`, by its first three characters. */
static inline int may(const uint32_t *near, I words, I width, const T *t, I at) {
    return width < 1 || (has(near, t[at]) && (width < 2 || (has(near + words, t[at + 1]) && (width < 3 || has(near + 2 * words, t[at + 2])))));
}

static inline const uint64_t *pair_of(const Machine *m, T a, T b) {
    return m->pairs + 2 * (((uint32_t)a * 0x9E3779B1u ^ (uint32_t)b * 0x85EBCA6Bu) >> (32 - PAIR_BITS));
}

static inline uint64_t begin_here(const Machine *m, const T *t, I at, I hi) {
    const uint64_t *a = m->masks + MASKS * t[at], *b, *c;
    uint64_t here = a[0];
    if (at + 1 == hi) return here;
    b = m->masks + MASKS * t[at + 1];
    here &= (pair_of(m, t[at], t[at + 1])[0] | a[4]) & b[1];
    if (at + 2 == hi) return here;
    c = m->masks + MASKS * t[at + 2];
    return here & (pair_of(m, t[at + 1], t[at + 2])[1] | b[5]) & c[2];
}

/* Look at a text once, for the first 64 patterns: those that do not stand in `seen` match nowhere in it. What was kept of
   texts before it, from `from` on, stays known; glance() begins anew. */
static inline void glance_on(Machine *m, const T *t, I lo, I hi) {
    uint64_t any = 0, holds_one = 0, *const may_begin = m->may_begin;
    const I from = m->from;
    const uint64_t *const masks = m->masks, scan = m->scan;
    I *const spots = m->spots, n = m->n_spots;
    if (lo < m->until || hi - m->from > GLANCED) { /* no room: nothing is kept of it */
        for (I at = lo; at < hi; at++) any |= begin_here(m, t, at, hi), holds_one |= masks[MASKS * t[at] + 3];
    } else if (hi - lo > 1) {
        const uint64_t *a = masks + MASKS * t[lo], *b = masks + MASKS * t[lo + 1], *next = pair_of(m, t[lo], t[lo + 1]);
        for (I at = lo; at < hi - 2; at++) {
            const uint64_t *c = masks + MASKS * t[at + 2];
            uint64_t here = a[0] & (next[0] | a[4]) & b[1] & c[2];
            next = pair_of(m, t[at + 1], t[at + 2]);
            here &= next[1] | b[5];
            holds_one |= a[3];
            any |= may_begin[at - from] = here;
            spots[n] = at;
            n += (here & scan) != 0;
            a = b, b = c;
        }
        holds_one |= a[3];
    }
    for (I at = most(lo, hi - 2); at < hi && hi - m->from <= GLANCED && lo >= m->until; at++) {
        any |= may_begin[at - from] = begin_here(m, t, at, hi);
        holds_one |= masks[MASKS * t[at] + 3];
        spots[n] = at;
        n += (may_begin[at - from] & scan) != 0;
    }
    if (lo >= m->until && hi - m->from <= GLANCED) m->until = hi;
    m->n_spots = n;
    m->seen = lo < hi ? any & holds_one : ~(uint64_t)0;
}

static inline void glance(Machine *m, const T *t, I lo, I hi) {
    m->text = t;
    m->from = m->until = lo;
    m->n_spots = m->spot = 0;
    glance_on(m, t, lo, hi);
}

static inline int unseen(const Machine *m, int pattern) { return pattern < 64 && !(m->seen >> pattern & 1); }

/* Whether what the last glance has kept holds for [at, hi). */
static inline int known(const Machine *m, const T *t, int pattern, I at, I hi) { return pattern < 64 && at >= m->from && hi <= m->until && m->text == t; }

/* Where a match that begins at `at` ends, -1 if there is none, in a text that is [lo, hi). */
static inline I match(Machine *m, const T *t, int pattern, I at, I lo, I hi) {
    const int32_t *w = m->widths + 4 * pattern;
    if (unseen(m, pattern) || at + w[0] > hi) return -1;
    if (w[0] > 0 && known(m, t, pattern, at, hi) ? !(m->may_begin[at - m->from] >> pattern & 1) : !may(m->near + 5 * pattern * m->words, m->words, w[0], t, at)) return -1;
    forget(m);
    return run(m, t, at, lo, hi, m->starts[pattern], 0);
}

static inline int full(Machine *m, const T *t, int pattern, I lo, I hi) {
    const int32_t *w = m->widths + 4 * pattern;
    const uint32_t *near = m->near + 5 * pattern * m->words;
    if (unseen(m, pattern) || lo + w[0] > hi || hi - lo > w[1] || !may(near, m->words, w[0], t, lo) || (w[0] && !has(near + 3 * m->words, t[hi - 1]))) return 0;
    forget(m);
    return run(m, t, lo, lo, hi, m->starts[pattern], 1) >= 0;
}

/* The first place from `at` to `last`, both in what was looked at, where a pattern may begin; behind `last` if there is none. */
static inline I next_of(Machine *m, int pattern, I at, I last) {
    const uint64_t *const may_begin = m->may_begin;
    const I from = m->from;
    if (m->scan >> pattern & 1) {
        const I *const spots = m->spots, n = m->n_spots;
        I k = m->spot;
        while (k > 0 && spots[k - 1] >= at) k--;
        while (k < n && (spots[k] < at || (spots[k] <= last && !(may_begin[spots[k] - from] >> pattern & 1)))) k++;
        m->spot = k;
        return k < n ? spots[k] : last + 1;
    }
    while (at <= last && !(may_begin[at - from] >> pattern & 1)) at++;
    return at;
}

#ifdef __GNUC__
__attribute__((noinline))
#endif
static int search_seen(Machine *m, const T *t, int pattern, I at, I lo, I hi) {
    const int32_t *w = m->widths + 4 * pattern;
    const uint32_t *near = m->near + 5 * pattern * m->words;
    if (w[2] && w[0]) {
        if (hi <= lo || !has(near + 3 * m->words, t[hi - 1])) return 0;
        at = most(at, hi - w[1]);
    }
    int looked_at = w[0] > 0 && known(m, t, pattern, at, hi);
    for (I need = at - 1; at + w[0] <= hi; at++) {
        if (looked_at) {
            at = next_of(m, pattern, at, hi - w[0]);
            if (at > hi - w[0]) return 0;
        }
        if (w[3] >= 0 && need < at) {
            for (need = at; need < hi && !has(near + 4 * m->words, t[need]); need++) {}
            if (need == hi) return 0;
            if (need - w[3] > at) {
                at = need - w[3] - 1;
                continue;
            }
        }
        if (!looked_at && !may(near, m->words, w[0], t, at)) continue;
        forget(m);
        I end = run(m, t, at, lo, hi, m->starts[pattern], 0);
        if (end >= 0) {
            m->g[0] = at;
            m->g[1] = end;
            return 1;
        }
    }
    return 0;
}

/* Whether a match begins at `at` or later; group 0 is the whole match. */
static inline int search(Machine *m, const T *t, int pattern, I at, I lo, I hi) { return !unseen(m, pattern) && search_seen(m, t, pattern, at, lo, hi); }

static inline I length(const X *word) {
    I n = 0;
    while (word[n]) n++;
    return n;
}

static inline int among_any(X c, const X *chars) {
    for (; *chars; chars++)
        if (*chars == c) return 1;
    return 0;
}

static inline int among_n(X c, const X *chars, int n) {
    int yes = 0;
#pragma GCC unroll 64
    for (int i = 0; i < n; i++) yes |= chars[i] == c;
    return yes;
}

/* Whether c is one of the characters; without a loop where they stand there as a literal. */
#define among(c, chars) (sizeof(chars) > sizeof(X *) ? among_n(c, chars, (int)sizeof(chars) / (int)sizeof(X) - 1) : among_any(c, chars))

static inline int holds(const X *x, I lo, I hi, X c) {
    for (; lo < hi; lo++)
        if (x[lo] == c) return 1;
    return 0;
}

static inline int begins_n(const X *x, I a, I b, const X *word, I n) {
    if (b - a < n) return 0;
    for (I i = 0; i < n; i++)
        if (x[a + i] != word[i]) return 0;
    return 1;
}

#define LENGTH(word) (sizeof(word) > sizeof(X *) ? (I)sizeof(word) / (I)sizeof(X) - 1 : length(word))
#define begins(x, a, b, word) begins_n(x, a, b, word, LENGTH(word))
#define is(x, a, b, word) ((b) - (a) == LENGTH(word) && begins_n(x, a, b, word, LENGTH(word)))

static inline int same(const X *x, I a, I b, I c, I d) {
    return b - a == d - c && memcmp(x + a, x + c, (size_t)(b - a) * sizeof(X)) == 0;
}

/* Where the last piece of [lo, hi) begins, cut at `chars`, none of which is an ideograph. */
static inline I behind_last(const X *x, I lo, I hi, const X *chars) {
    while (hi > lo && (x[hi - 1] - 0x3400 <= 0x9FFF - 0x3400 || !among_any(x[hi - 1], chars))) hi--;
    return hi;
}

static inline int is_free(const uint8_t *taken, I a, I b) { return a >= b || memchr(taken + a, 1, (size_t)(b - a)) == NULL; }
static inline void take(uint8_t *taken, I a, I b) {
    if (b > a) memset(taken + a, 1, (size_t)(b - a));
}
static inline int is_digit(X c) { return c >= '0' && c <= '9'; }
static inline int is_latin(X c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

#endif
