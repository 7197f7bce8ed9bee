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

enum { MOST = 40000, GROUPS = 64 };

typedef struct {
    const int32_t *code, *starts, *branches, *ways;
    const int32_t *widths; /* of each pattern, and the next: see Programs in cxzy_study/text/regex.py */
    const uint32_t *sets, *near;
    const uint64_t *masks; /* of each class, for positions 1 to 3 and for what a match must hold: which patterns know it there */
    I words, width;
    int32_t *stack; /* 4 * MOST */
    uint64_t seen;  /* of the first 64 patterns, which may match in the text that is at hand */
    I full;         /* set when the stack did not suffice: the answer is not to be trusted */
    I g[GROUPS];    /* groups of the last match: start and end of group n at 2n and 2n+1, -1 if it has none */
} Machine;

I run(Machine *m, const T *t, I at, I lo, I hi, I pc, int whole);

static inline int has(const uint32_t *row, T c) { return row[c >> 5] >> (c & 31) & 1; }

static inline void forget(Machine *m) {
    for (int i = 0; i < 16; i++) m->g[i] = -1;
}

static inline I least(I a, I b) { return a < b ? a : b; }
static inline I most(I a, I b) { return a > b ? a : b; }

/* Whether a match of at least `width` characters may begin at `at`, by its first three characters. */
static inline int may(const uint32_t *near, I words, I width, const T *t, I at) {
    return width < 1 || (has(near, t[at]) && (width < 2 || (has(near + words, t[at + 1]) && (width < 3 || has(near + 2 * words, t[at + 2])))));
}

/* Look at a text once, for all patterns: those that do not stand in `seen` match nowhere in it. */
static inline void glance(Machine *m, const T *t, I lo, I hi) {
    uint64_t may_begin = 0, holds_one = 0;
    for (I at = lo; at < hi; at++) {
        const uint64_t *mask = m->masks + 4 * t[at];
        holds_one |= mask[3];
        may_begin |= mask[0] & (at + 1 < hi ? m->masks[4 * t[at + 1] + 1] : ~(uint64_t)0) & (at + 2 < hi ? m->masks[4 * t[at + 2] + 2] : ~(uint64_t)0);
    }
    m->seen = lo < hi ? may_begin & holds_one : ~(uint64_t)0;
}

static inline int unseen(const Machine *m, int pattern) { return pattern < 64 && !(m->seen >> pattern & 1); }

/* Where a match that begins at `at` ends, -1 if there is none, in a text that is [lo, hi). */
static inline I match(Machine *m, const T *t, int pattern, I at, I lo, I hi) {
    const int32_t *w = m->widths + 4 * pattern;
    if (unseen(m, pattern) || at + w[0] > hi || !may(m->near + 5 * pattern * m->words, m->words, w[0], t, at)) return -1;
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

/* Whether a match begins at `at` or later; group 0 is the whole match. */
static inline int search(Machine *m, const T *t, int pattern, I at, I lo, I hi) {
    const int32_t *w = m->widths + 4 * pattern;
    const uint32_t *near = m->near + 5 * pattern * m->words;
    if (unseen(m, pattern)) return 0;
    if (w[2] && w[0]) {
        if (hi <= lo || !has(near + 3 * m->words, t[hi - 1])) return 0;
        at = most(at, hi - w[1]);
    }
    for (I need = at - 1; at + w[0] <= hi; at++) {
        if (w[3] >= 0 && need < at) {
            for (need = at; need < hi && !has(near + 4 * m->words, t[need]); need++) {}
            if (need == hi) return 0;
            at = most(at, need - w[3]);
            if (at + w[0] > hi) return 0;
        }
        if (!may(near, m->words, w[0], t, at)) continue;
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

static inline I length(const X *word) {
    I n = 0;
    while (word[n]) n++;
    return n;
}

static inline int among(X c, const X *chars) {
    for (; *chars; chars++)
        if (*chars == c) return 1;
    return 0;
}

static inline int holds(const X *x, I lo, I hi, X c) {
    for (; lo < hi; lo++)
        if (x[lo] == c) return 1;
    return 0;
}

static inline int begins(const X *x, I a, I b, const X *word) {
    for (; *word; word++, a++)
        if (a >= b || x[a] != *word) return 0;
    return 1;
}

static inline int is(const X *x, I a, I b, const X *word) { return b - a == length(word) && begins(x, a, b, word); }

static inline int same(const X *x, I a, I b, I c, I d) {
    return b - a == d - c && memcmp(x + a, x + c, (size_t)(b - a) * sizeof(X)) == 0;
}

/* Where the last piece of [lo, hi) begins, cut at `chars`. */
static inline I behind_last(const X *x, I lo, I hi, const X *chars) {
    while (hi > lo && !among(x[hi - 1], chars)) hi--;
    return hi;
}

static inline int is_free(const uint8_t *taken, I a, I b) { return a >= b || memchr(taken + a, 1, (size_t)(b - a)) == NULL; }
static inline void take(uint8_t *taken, I a, I b) {
    if (b > a) memset(taken + a, 1, (size_t)(b - a));
}
static inline int is_digit(X c) { return c >= '0' && c <= '9'; }
static inline int is_latin(X c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

#endif
