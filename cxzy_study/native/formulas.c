/* What cxzy_study/facts/{mentions,resolve}.py ask first of every text: where a numbered formula may stand, and whether
   anything around one may spell it out. What is made of the answers is theirs. */
#include "trie.h"

/* In the order of cxzy_study/facts/fast_formulas.py; the patterns for running text are the last. */
enum { HINT, NUMERIC, LED, QUOTED, PATTERNS };
enum { MOST_CHARS = 4000, REACH = 300, NEXT = 2400, NEAR = 12, MOST_UNITS = 14, MOST_READ = 10000000 };

typedef struct {
    I unit, rule, a, b, start;
} Candidate;

/* Every stretch of n units that may be a formula, known ones under the rule after the last pattern; -1: no more room. */
I candidates(Machine *m, const Trie *known, const T *t, const X *x, I n, const I *begin, const I *end, I n_patterns, I doubled,
             Candidate *out, I size) {
    I found = 0;
    for (I i = 0; i < n; i++) {
        I lo = begin[i], hi = end[i], reach = lo;
        glance(m, t, lo, hi);
        if (!search(m, t, HINT, lo, lo, hi)) continue;
        for (int rule = QUOTED; rule < n_patterns; rule++) {
            for (I at = lo; search(m, t, rule, at, lo, hi);) {
                I start = m->g[0], a = start, b = m->g[1];
                at = b > a ? b : a + 1;
                if (rule == QUOTED || rule == doubled) a = m->g[2], b = m->g[3];
                if (rule == QUOTED && !search(m, t, NUMERIC, a, a, b)) continue;
                if (found == size) return -1;
                out[found++] = (Candidate){i, rule, a, b, start};
            }
        }
        for (I a = lo; a < hi; a++) {
            int32_t node = 0;
            I b = 0;
            for (I k = a; k < hi && (node = child(known, node, x[k])); k++)
                if (known->words[node] >= 0) b = k + 1;
            if (b <= reach) continue;
            reach = b;
            if (found == size) return -1;
            out[found++] = (Candidate){i, n_patterns, a, b, a};
        }
    }
    return found;
}

typedef struct {
    I unit, start, end, first, last; /* its document's units */
    I heads_a, heads_b;              /* its heads, all different, in `ends` */
    I least, most;                   /* how many items may spell it out; 0: none */
    I anywhere;                      /* how many of its heads a unit must hold to spell it out, wherever it stands; 0: none may */
} Named;

typedef struct {
    const X *x, *heads;
    const I *ends, *begin, *end, *heading, *depth;
} Told;

static I bearing(const Told *d, const Named *f, I a, I b) { /* how often its heads stand in [a, b) */
    I found = 0;
    for (I h = f->heads_a; h < f->heads_b; h++) {
        const X *head = d->heads + (h ? d->ends[h - 1] : 0);
        I size = d->ends[h] - (h ? d->ends[h - 1] : 0);
        for (I at = a; size && at + size <= b;) {
            int same_ = d->x[at] == *head && !memcmp(d->x + at, head, (size_t)size * sizeof(X));
            found += same_;
            at += same_ ? size : 1;
        }
    }
    return found;
}

static int may_fit(const Told *d, const Named *f, I a, I b) { return f->least && bearing(d, f, a, b) >= f->least; }

static int any_of(const X *x, I a, I b, const X *chars) {
    for (; a < b; a++)
        if (among(x[a], chars)) return 1;
    return 0;
}

static int before(Machine *m, const Told *d, const T *t, const Named *f, I lo) {
    const X *x = d->x;
    I end = f->start > lo && among(x[f->start - 1], U"“‘『「\"'") ? f->start - 1 : f->start, back = most(lo, end - REACH), stop = end;
    /* Units before it that end in a semicolon belong to it. */
    I borne = f->least ? bearing(d, f, lo, f->start) : 0;
    for (I i = f->unit - 1, n = 1; f->least && i >= f->first && n < MOST_UNITS && d->end[i] > d->begin[i] && x[d->end[i] - 1] == ';'; i--, n++)
        if (d->end[i] - d->begin[i] > MOST_CHARS || (borne += bearing(d, f, d->begin[i], d->end[i])) >= f->least) return 1;
    if (end == back) return 0;
    X last = x[end - 1];
    if (among(last, U"体础干撑充") || (last == U'的' && end - 1 > back && among(x[end - 2], U"体础干撑充"))) return 1;
    int led = among(last, U"的等容体手") && search(m, t, LED, most(back, end - 6), back, end);
    if (led) stop = m->g[0];
    if (stop > lo) {
        last = x[stop - 1];
        if (among(last, U"、,和与及+") && stop - 1 > lo) last = x[stop - 2];
        if (among(last, U"”’』」")) return 1;
    }
    if (!led && f->least) {
        I items = 1;
        for (I at = stop - 1; at >= back && !among(x[at], U",;。!?:“”‘’『』「」"); at--) items += x[at] == U'、';
        if (items >= most(2, f->least)) return 1;
    }
    return may_fit(d, f, back, stop);
}

static int following(const Told *d, const Named *f, I lo, I hi) {
    I i = f->unit, first = i + 1, last = hi, found = 0, borne = 0;
    while (last > lo && among(d->x[last - 1], U"”’』」\"'")) last--;
    if (last > lo && d->x[last - 1] == ':') return 1;
    while (first < least(i + 4, f->last) && !d->heading[first]) first++;
    if (first < least(i + 4, f->last))
        for (I j = first; j < f->last && found < f->most; j++) {
            if (j - first > MOST_CHARS) return 1;
            if (!d->heading[j] || d->depth[j] > d->depth[first]) continue;
            if (d->depth[j] < d->depth[first]) break;
            borne += bearing(d, f, d->begin[j], d->end[j]);
            if (++found >= f->least && borne >= f->least) return 1;
        }
    if (d->heading[i] || i + 1 == f->last) return 0;
    return may_fit(d, f, d->begin[i + 1], least(d->end[i + 1], d->begin[i + 1] + NEXT));
}

static int anywhere(const Told *d, const Named *f) {
    for (I i = f->first; i < f->last && f->anywhere; i++)
        if (bearing(d, f, d->begin[i], d->end[i]) >= f->anywhere) return 1;
    return 0;
}

/* Of each of n formulas, in the order of documents: 1 if what stands around it may spell it out, and 2 if another unit may. */
void spelled(Machine *m, const T *t, const Told *d, I n, const Named *named, uint8_t *may) {
    I looked = 0;
    for (const Named *f = named; f < named + n; f++) {
        m->seen = ~(uint64_t)0;
        I lo = d->begin[f->unit], hi = d->end[f->unit], near = least(hi, f->end + NEAR);
        may[f - named] = hi - lo > MOST_CHARS || any_of(d->x, f->end, near, U"(即就也是指包分具主内:—") ||
                         (any_of(d->x, f->end, near, U",") && may_fit(d, f, lo, hi)) || before(m, d, t, f, lo) || following(d, f, lo, hi);
        /* However many formulas a document has, it is not read without end. */
        looked = (f > named && f[-1].first == f->first ? looked : 0) + d->end[f->last - 1] - d->begin[f->first];
        may[f - named] |= (uint8_t)(looked > MOST_READ || anywhere(d, f) ? 2 : 0);
    }
}
