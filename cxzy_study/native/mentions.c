/* Where numbered formulas stand in a text: cxzy_study/facts/mentions.py. */
#include "formulas.h"

static Formula *room(Work *w) {
    if (w->n_formulas >= MOST_MENTIONS || w->n_mentions >= MOST_MENTIONS) {
        w->hard = 1;
        return &w->formulas[MOST_MENTIONS];
    }
    return &w->formulas[w->n_formulas];
}

/* A mention of the formula that `room` gave last. */
static void add(Work *w, I unit, I a, I b, I rule) {
    if (w->n_formulas >= MOST_MENTIONS || w->n_mentions >= MOST_MENTIONS) {
        w->hard = 1;
        return;
    }
    w->mentions[w->n_mentions] = (Mention){a, b, unit, w->n_formulas++, -1, -1, (int32_t)rule, (int32_t)w->n_mentions};
    w->n_mentions++;
}

static int seek(const Reader *r, int pattern, I at) {
    for (int k = 16; k < GROUPS && pattern == r->lexicon->n_patterns - 2; k++) r->m->g[k] = -1;
    return search(r->m, r->t, pattern, at, r->lo, r->hi);
}

/* The series that was matched last: 一个…、两个…、三个…. */
static void read_series(const Reader *r, Formula *f) {
    I g[GROUPS];
    memcpy(g, r->m->g, sizeof g);
    begin_formula(f, SERIAL);
    for (int k = 1; k < 21; k += 4) {
        if (g[2 * k] < 0) continue;
        add_number(r, f, g[2 * k + 2], g[2 * k + 3]);
        add_head(r, f, g[2 * k + 6], g[2 * k + 7]);
    }
    f->measured = 1;
    finish_formula(f);
}

/* Whether there may be a list of things told twice (一户一…户、一…): the machine, which knows classes of characters, takes any
   two of one class for the same. */
static int may_be_ones(const Reader *r) {
    enum { LONGEST = 9 };
    const X *x = r->x;
    for (I a = r->lo; a < r->hi; a++)
        for (I b = a + 3; x[a] == U'一' && b < a + 3 + LONGEST && b + 2 < r->hi; b++)
            if (x[b] == x[a + 1] && x[b + 1] == U'、' && x[b + 2] == U'一') return 1;
    return 0;
}

/* A list in one pair of quotation marks: one formula with as many groups, or as many formulas as items. */
static int read_list(Work *w, const Reader *r, I unit, I a, I b) {
    const X *x = r->x;
    Formula *f = room(w), one;
    int whole = !holds(x, a, b, ',');
    begin_formula(f, GROUPED);
    for (I from = a, k = a; k <= b && whole; k++) {
        if (k < b && x[k] != U'、') continue;
        whole = parse(r, from, k, &one) && one.shape == GROUPED;
        for (int i = 0; whole && i < one.n; i++) {
            if (f->n == MOST_NUMBERS) {
                w->hard = 1;
                break;
            }
            memcpy(f->number[f->n], one.number[i], sizeof one.number[i]);
            f->count[f->n] = one.count[i];
            f->head[f->n++] = one.head[i];
            f->n_heads++;
        }
        f->measured |= whole && one.measured;
        from = k + 1;
    }
    if (whole) {
        for (int k = 0; k < f->n_heads; k++) whole &= f->head[k].n <= 6;
        finish_formula(f);
        if (!whole || !is_formula(r, f, 1)) return 0;
        add(w, unit, a, b, QUOTED_RULE);
        return 1;
    }
    I mentions = w->n_mentions, formulas = w->n_formulas;
    for (I from = a, k = a; k <= b; k++) {
        if (k < b && x[k] != U'、' && x[k] != ',') continue;
        I c = 0, d = 0;
        if (full(r->m, r->t, ACTED, from, k)) c = r->m->g[2], d = r->m->g[3];
        if (c == d || !parse(r, c, d, room(w))) {
            w->n_mentions = mentions;
            w->n_formulas = formulas;
            return 0;
        }
        add(w, unit, c, d, QUOTED_RULE);
        from = k + 1;
    }
    return 1;
}

static void read_quoted(Work *w, const Reader *r, I unit, I a, I b) {
    const X *x = r->x;
    int32_t own = lookup(r->lexicon->known, x, a, b);
    for (int k = 16; k < GROUPS; k++) r->m->g[k] = -1;
    if (full(r->m, r->t, (int)r->lexicon->n_patterns - 2, a, b)) {
        read_series(r, room(w));
        add(w, unit, a, b, SERIES_RULE);
        return;
    }
    if ((holds(x, a, b, U'、') || holds(x, a, b, ',')) && read_list(w, r, unit, a, b)) return;
    if (own >= 0) {
        read_spec(r, own, room(w));
        add(w, unit, a, b, QUOTED_RULE);
        return;
    }
    I stripped = strip_descriptor(r, a, b);
    for (I end = stripped, done = 0; !done; done = end == b, end = b) {
        if (!parse(r, a, end, room(w)) || !is_formula(r, room(w), 1)) continue;
        add(w, unit, a, end, QUOTED_RULE);
        return;
    }
    if (!parse_bare(r, a, b, room(w))) return;
    I stop = least(b + 12, r->hi);
    if (match(r->m, r->t, CALLED, b, b, stop) >= 0) add(w, unit, a, b, QUOTED_RULE);
}

static void read_pattern(Work *w, const Reader *r, I unit, int pattern, I a, I b, I start) {
    const I *rule = r->lexicon->rules + 3 * (pattern - PATTERNS);
    Formula *f = room(w);
    if (start > r->lo && among(r->x[start - 1], U"统唯之万单专逐同合归其初周")) return;
    if (!parse(r, a, b, f) || (f->measured && rule[1]) || !is_formula(r, f, (int)rule[2])) return;
    add(w, unit, a, b, rule[0]);
}

/* Whether a number goes before a formula that is known. */
static int is_counted(const Reader *r, I a) {
    return a > r->lo && (among(r->x[a - 1], U"第十百千万零〇一二三四五六七八九两.数几") || what(r, r->x[a - 1]) & IS_DIGIT);
}

static int by_rank(const void *p, const void *q) {
    const Mention *m = *(Mention *const *)p, *n = *(Mention *const *)q;
    int own = (m->rule != QUOTED_RULE) - (n->rule != QUOTED_RULE);
    I size = (n->b - n->a) - (m->b - m->a);
    if (own) return own;
    if (size) return size < 0 ? -1 : 1;
    if (m->a != n->a) return m->a < n->a ? -1 : 1;
    return m->order < n->order ? -1 : 1;
}

static int by_start(const void *p, const void *q) {
    const Mention *m = p, *n = q;
    return m->a < n->a ? -1 : m->a > n->a;
}

/* Of the mentions from number `first` on those that stand, in order. */
static void choose(Work *w, I first) {
    I n = w->n_mentions - first, kept = first;
    Mention *found = w->mentions + first;
    if (n < 2) return;
    for (I k = 0; k < n; k++) w->sorted[k] = found + k;
    qsort(w->sorted, (size_t)n, sizeof *w->sorted, by_rank);
    for (I k = 0; k < n; k++) {
        Mention *m = w->sorted[k];
        if (is_free(w->taken, m->a, m->b)) take(w->taken, m->a, m->b);
        else m->unit = -1;
    }
    for (I k = 0; k < n; k++) {
        if (found[k].unit < 0) continue;
        memset(w->taken + found[k].a, 0, (size_t)(found[k].b - found[k].a));
        w->mentions[kept++] = found[k];
    }
    w->n_mentions = kept;
    qsort(found, (size_t)(kept - first), sizeof *found, by_start);
}

/* Names are found by their first three characters. */
static I bucket_of(const X *x, I a) {
    uint64_t h = ((uint64_t)x[a] << 42 ^ (uint64_t)x[a + 1] << 21 ^ x[a + 2]) * 0x9E3779B97F4A7C15u;
    return (I)(h >> 44) & (NAME_BUCKETS - 1);
}

static I filter_of(X c) { return (I)(c * 0x9E3779B1u >> 22); } /* 0 to 1023 */

/* The next name that stands at `a`, from number `k` of its list on; -1: none. */
static I name_from(Work *w, const X *x, I k, I a, I end) {
    for (; k >= 0 && !w->hard; k = w->names[k].next) {
        const Name *name = w->names + k;
        w->hard |= ++w->looked > MOST_LOOKED;
        if (name->b - name->a <= end - a && same(x, name->a, name->b, a, a + name->b - name->a)) return k;
    }
    return -1;
}

static inline I name_at(Work *w, const X *x, I a, I end) {
    I bit = filter_of(x[a]);
    if (!(w->filter[bit >> 6] >> (bit & 63) & 1) || a + 3 > end) return -1;
    return name_from(w, x, w->name_buckets[bucket_of(x, a)] - 1, a, end);
}

/* The longest name that stands at `a`, not within a word of Latin letters or a number; -1: none. */
static I longest_name(Work *w, const Reader *r, I a) {
    const X *x = r->x;
    I best = -1, size = 0;
    for (I k = name_at(w, x, a, r->hi); k >= 0; k = name_from(w, x, w->names[k].next, a, r->hi)) {
        I own = w->names[k].b - w->names[k].a, b = a + own;
        if (own <= size || (is_latin(x[a]) && a > r->lo && is_latin(x[a - 1])) || (is_latin(x[b - 1]) && b < r->hi && is_latin(x[b]))) continue;
        best = k;
        size = own;
    }
    return best;
}

/* The mentions of one unit; those too, if `again`, that stand in quotation marks elsewhere. */
static void read_unit(Work *w, const Reader *r, I unit, int again) {
    Machine *m = r->m;
    const Lexicon *lexicon = r->lexicon;
    I lo = r->lo, hi = r->hi, first = w->n_mentions, reach = lo;
    int n_patterns = (int)lexicon->n_patterns;
    int kinds = 0, pairs = 0;
    for (I at = lo, number = lo - 4; at < hi; at++) {
        int kind = what(r, r->x[at]);
        kinds |= kind;
        if (!(kind & COUNTING)) continue;
        pairs |= at - number < 4 && at - number > 1;
        number = at;
    }
    if (!(kinds & IN_NUMBER)) return;
    glance(m, r->t, lo, hi);
    if (!(kinds & COUNTING) && !search(m, r->t, HINT, lo, lo, hi)) return;
    if (!pairs) m->seen &= ~lexicon->paired;
    for (int rule = QUOTED; rule < n_patterns; rule++) {
        for (I at = lo; !unseen(m, rule) && seek(r, rule, at);) {
            I start = m->g[0], b = m->g[1], c = m->g[2], d = m->g[3];
            at = b;
            if (rule == QUOTED) {
                if (any_is(r, c, d, IN_NUMBER)) read_quoted(w, r, unit, c, d);
            } else if (rule == n_patterns - 2) {
                read_series(r, room(w));
                add(w, unit, start, b, SERIES_RULE);
            } else if (rule == n_patterns - 1) {
                w->hard |= may_be_ones(r);
            } else if (rule == lexicon->doubled) {
                read_pattern(w, r, unit, rule, c, d, start);
            } else {
                read_pattern(w, r, unit, rule, start, b, start);
            }
        }
    }
    for (I a = lo; a < hi && kinds & BEGINS_KNOWN; a++) {
        int32_t node = 0, word = -1;
        if (!(what(r, r->x[a]) & BEGINS_KNOWN)) continue;
        I b = 0;
        for (I k = a; k < hi && (node = child(lexicon->known, node, r->x[k])); k++)
            if (lexicon->known->words[node] >= 0) b = k + 1, word = lexicon->known->words[node];
        if (b <= reach) continue;
        reach = b;
        if (is_counted(r, a)) continue;
        read_spec(r, word, room(w));
        add(w, unit, a, b, KNOWN_RULE);
    }
    reach = lo;
    for (I a = lo; a < hi && again; a++) {
        I k = longest_name(w, r, a), b = k < 0 ? 0 : a + w->names[k].b - w->names[k].a;
        if (b <= reach) continue;
        reach = b;
        if (is_counted(r, a)) continue;
        *room(w) = w->formulas[w->names[k].formula];
        add(w, unit, a, b, REPEATED_RULE);
    }
    choose(w, first);
}

static void add_name(Work *w, const X *x, const Mention *m) {
    I bucket = bucket_of(x, m->a), bit = filter_of(x[m->a]), k = name_from(w, x, w->name_buckets[bucket] - 1, m->a, m->b);
    while (k >= 0 && w->names[k].b - w->names[k].a < m->b - m->a) k = name_from(w, x, w->names[k].next, m->a, m->b);
    if (k < 0) {
        k = w->n_names++;
        w->names[k] = (Name){m->a, m->b, m->formula, w->name_buckets[bucket] - 1, 0, 0, 0, -1, 0};
        w->name_buckets[bucket] = (int32_t)k + 1;
        w->filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
    }
    w->names[k].formula = m->formula; /* as it stands last */
}

/* How often each name stands in [lo, hi), and as a mention there, from mention number `at` on; where the next one is. */
static I count_names(Work *w, const X *x, I unit, I lo, I hi, I at, I n) {
    for (I a = lo; a < hi; a++)
        for (I k = name_at(w, x, a, hi); k >= 0; k = name_from(w, x, w->names[k].next, a, hi)) {
            Name *name = w->names + k;
            if (name->unit != unit) name->unit = unit, name->stands = name->told = name->until = 0;
            if (a < name->until) continue;
            name->stands++;
            name->until = a + name->b - name->a;
        }
    for (; at < n && (unit < 0 || w->mentions[at].unit == unit); at++) {
        const Mention *m = w->mentions + at;
        I k = m->b - m->a < 3 ? -1 : name_at(w, x, m->a, m->b);
        while (k >= 0 && w->names[k].b - w->names[k].a < m->b - m->a) k = name_from(w, x, w->names[k].next, m->a, m->b);
        if (k >= 0) w->names[k].told++;
    }
    return at;
}

/* What stands in quotation marks is found again where it stands without them. */
static void repeat(Work *w, const Reader *r, I first, I last, const I *begin, const I *end) {
    const X *x = r->x;
    I some = 0, n = w->n_mentions;
    w->n_names = w->looked = 0;
    for (I k = 0; k < n && !w->hard; k++) {
        const Mention *m = w->mentions + k;
        if (m->rule == QUOTED_RULE && m->b - m->a >= 3 && w->formulas[m->formula].n_heads) add_name(w, x, m);
    }
    if (w->n_names && !w->hard) count_names(w, x, -1, begin[first], end[last - 1], 0, n);
    for (I k = 0; k < w->n_names; k++) some |= (w->names[k].sought = w->names[k].stands > w->names[k].told);
    for (I i = first, at = 0; i < last && some && !w->hard; i++) {
        at = count_names(w, x, i, begin[i], end[i], at, n);
        for (I a = begin[i]; a < end[i] && !w->again[i]; a++)
            for (I k = name_at(w, x, a, end[i]); k >= 0; k = name_from(w, x, w->names[k].next, a, end[i]))
                w->again[i] |= w->names[k].sought && w->names[k].stands > w->names[k].told;
    }
    if (some) {
        /* Once more, in the order of units. */
        memcpy(w->before, w->mentions, (size_t)n * sizeof *w->mentions);
        w->n_mentions = 0;
        for (I i = first, at = 0; i < last; i++) {
            Reader unit = *r;
            unit.lo = begin[i];
            unit.hi = end[i];
            if (w->again[i]) read_unit(w, &unit, i, 1);
            for (; at < n && w->before[at].unit == i; at++)
                if (!w->again[i] && !w->hard) w->mentions[w->n_mentions++] = w->before[at];
            w->again[i] = 0;
        }
    }
    for (I k = 0; k < w->n_names; k++) w->name_buckets[bucket_of(x, w->names[k].a)] = 0;
    memset(w->filter, 0, sizeof w->filter);
}

void find_mentions(Work *w, const Reader *r, I first, I last, const I *begin, const I *end) {
    Reader unit = *r;
    w->n_mentions = w->n_formulas = 0;
    for (I i = first; i < last && !w->hard; i++) {
        unit.lo = begin[i];
        unit.hi = end[i];
        read_unit(w, &unit, i, 0);
    }
    if (w->n_mentions && !w->hard) repeat(w, r, first, last, begin, end);
}
