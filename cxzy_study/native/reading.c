/* Plain pages to units: cxzy_study/reading/{lines,furniture,pages,sentences,units}.py for pages without markup, in
   simplified script, not broken at one width. Whatever else a page is, it is marked as hard and read by those. */
#include "machine.h"

/* In the order of cxzy_study/reading/fast_units.py; the rules for lines come first. */
enum { N_RULES = 31 };
enum {
    ENUMERATOR = N_RULES, N_ENUMERATORS = 10, NAME = ENUMERATOR + N_ENUMERATORS, SITE, ROLE, STAMP, SIGNED, BULLET, BRACKETED, PAGER,
    PUBLISHED, OUTLET, DATELINE, CREDIT
};
enum { PART, HAN, HAN_BRACKETS, ARABIC, ARABIC_BRACKETS, CIRCLED, ORDINAL, DASH, IS, FIRST, PLAIN, NO_LEVEL = -1 };
enum { SPACE = 1, BLANK = 2, WORD = 4, TRADITIONAL = 8, SIMPLE = 16, SURNAME = 32, DECIMAL = 64, BREAK = 128, MARK = 256, PAIR = 512 };
enum { TEXT, DEBRIS, FOOTER, MENU, SHARE_BAR, NOTICE, LINKS, BYLINE, MASTHEAD, CAPTION, CHATTER, SIGNATURE_DATE, TOLD_TWICE };
enum { MAX_HEADING = 60, MAX_RUN_IN = 48, MAX_RUN_IN_ITEM = 26, MAX_PARALLEL = 22, MOST_LINES = 20000, MOST_PARTS = 4000 };

typedef struct {
    const uint16_t *kinds;  /* of each character: SPACE … */
    const int32_t *reasons; /* of each rule for lines */
    const X *half;          /* of each character: its form of half width */
    const T *classes;       /* of each character */
    I anywhere;             /* the rules that hold for a line that has a match anywhere */
} Rules;

typedef struct {
    I doc, a, b, heading, depth, paragraph, section_a, section_b, enumerator_a, enumerator_b, n_chars, runs_a, runs_b;
} UnitRow;

typedef struct {
    I start, end, hard, title_a, title_b, date, outlet_a, outlet_b;
} DocRow;

typedef struct {
    I a, b;    /* raw text, stripped */
    I fa, fb;  /* folded text */
    uint64_t seen; /* what may match in the folded text: see glance */
    int reason, title, runs;
} Line;

typedef struct {
    I a, b; /* in the paragraph text */
    int title, level, standing;
    I printed;
} Para;

typedef struct {
    I numbers[12], n, used, string_a, string_b;
} Path;

typedef struct {
    Machine *m;
    const Rules *rules;
    const X *x;
    T *t; /* classes of x, line by line */
    /* folded lines, paragraphs */
    X *fx, *px;
    T *ft, *pt;
    int32_t *ps; /* where each character of a paragraph stands in the page */
    Line *lines;
    I n_lines;
    Para *paras;
    I n_paras;
    I *places; /* of sentences: start and end */
    Path *paths;
    I n_paths;
    X *s;
    I size, s_most;
    int hard;
} Page;

static int kind_of(const Page *p, X c) { return p->rules->kinds[c]; }
static int is_blank(const Page *p, X c) { return kind_of(p, c) & (SPACE | BLANK); }
static int is_hanzi(X c) { return c >= 0x4E00 && c <= 0x9FFF; }

static int closed(const X *x, I lo, I hi) { /* ends a unit */
    while (hi > lo && among(x[hi - 1], U"”’」』)）】］》\"'")) hi--;
    return hi > lo && among(x[hi - 1], U"。！？；!?;:：…");
}

static int ends_sentence(const X *x, I lo, I hi) {
    while (hi > lo && among(x[hi - 1], U"”’」』)）】》\"'")) hi--;
    return hi > lo && among(x[hi - 1], U"。!?;！？；");
}

static int is_running(const Page *p, const Line *line) {
    I n = line->fb - line->fa;
    if (line->reason) return 0;
    if (n >= 12 && among(p->fx[line->fb - 1], U"。!?！？")) return 1;
    if (n >= 25)
        for (I i = line->fa; i < line->fb; i++)
            if (among(p->fx[i], U"，,。；;")) return 1;
    return 0;
}

static int enumerator(Page *p, const X *x, const T *t, I lo, I hi, I *printed) {
    *printed = 0;
    if (lo < hi && is_hanzi(x[lo]) && !among(x[lo], U"第一二三四五六七八九十首其再最")) return NO_LEVEL;
    for (int level = 0; level < N_ENUMERATORS; level++) {
        I end = match(p->m, t, ENUMERATOR + level, lo, lo, hi);
        if (end < 0) continue;
        while (end > lo && kind_of(p, x[end - 1]) & SPACE) end--;
        while (lo < end && kind_of(p, x[lo]) & SPACE) lo++;
        *printed = end - lo;
        return level;
    }
    return NO_LEVEL;
}

static int opens(int level) { return level >= PART && level <= CIRCLED; }

static int is_quotation(const X *x, I lo, I hi) { /* one quoted exclamation or question is the whole of it */
    if (hi - lo < 3 || !among(x[lo], U"“「『") || !among(x[hi - 1], U"”」』") || !among(x[hi - 2], U"！？!?…")) return 0;
    for (I i = lo; i < hi - 1; i++)
        if (among(x[i], U"”」』")) return 0;
    return 1;
}

static int standing(const X *x, I lo, I hi, int level, I printed) { /* whether a whole paragraph reads as a heading */
    I body = lo + printed, quotes = 0, commas = 0, hanzi = 0;
    if (hi > lo && among(x[hi - 1], U"。！？；!?;,，、:：")) return 0;
    if (hi - body > MAX_HEADING || is_quotation(x, lo, hi)) return 0;
    for (I i = body; i < hi; i++) {
        X c = x[i];
        if (among(c, U"。；;")) return 0;
        quotes += among(c, U"“《「『(（") - among(c, U"”》」』)）");
        commas += c == ',' || c == U'，';
        hanzi |= is_hanzi(c);
    }
    if (quotes || (!opens(level) && commas > 1)) return 0;
    return hi - body <= (opens(level) ? MAX_HEADING : 40) && hanzi;
}

static int is_author_line(Page *p, I lo, I hi) {
    const X *x = p->fx;
    I n = 0;
    for (I i = lo; i < hi; i++)
        if (among(x[i], U",。;:!?、“”《》—")) return 0;
    I end = match(p->m, p->ft, ROLE, lo, lo, hi);
    int role = end >= 0;
    for (I a = role ? end : lo, b; a < hi; a = b) {
        while (a < hi && kind_of(p, x[a]) & SPACE) a++;
        for (b = a; b < hi && !(kind_of(p, x[b]) & SPACE); b++) {}
        if (a == b) break;
        n++;
        if (b - a < 2 || b - a > (role ? 4 : 3) || !(kind_of(p, x[a]) & SURNAME)) return 0;
        for (I i = a; i < b; i++)
            if (!is_hanzi(x[i])) return 0;
    }
    return n && (n > 1 || role);
}

static int reason_in_sight(Page *p, const Line *line, int before, int after, int titled) {
    Machine *m = p->m;
    const T *t = p->ft;
    I lo = line->fa, hi = line->fb, n = hi - lo;
    if (n > 400) return TEXT;
    int ends = ends_sentence(p->fx, lo, hi);
    for (int rule = 0; rule < N_RULES; rule++) {
        int reason = p->rules->reasons[rule];
        if (unseen(m, rule)) continue;
        if (ends && n > 30 && (reason == MENU || reason == SHARE_BAR || reason == MASTHEAD || reason == BYLINE)) continue;
        if (reason == SIGNATURE_DATE && !before && !after) continue;
        if (reason == CHATTER && ends && !after) continue;
        if (p->rules->anywhere >> rule & 1 ? search(m, t, rule, lo, lo, hi) : full(m, t, rule, lo, hi)) return reason;
    }
    if (before) {
        if (titled && n && (kind_of(p, p->fx[lo]) & SURNAME) && full(m, t, NAME, lo, hi)) return BYLINE;
        int site = full(m, t, SITE, lo, hi);
        if (site || is_author_line(p, lo, hi)) return site ? MASTHEAD : BYLINE;
        if (n < 90 && !ends && search(m, t, STAMP, lo, lo, hi)) return MASTHEAD;
    }
    if (after && n < 90 && !ends) {
        if (match(m, t, BULLET, lo, lo, hi) >= 0) return LINKS;
        if (full(m, t, BRACKETED, lo, hi) || full(m, t, SIGNED, lo, hi)) return BYLINE;
        if (search(m, t, PAGER, lo, lo, hi)) return MENU;
    }
    return TEXT;
}

static int reason_of(Page *p, const Line *line, int before, int after, int titled) {
    p->m->seen = line->seen;
    int reason = reason_in_sight(p, line, before, after, titled);
    p->m->seen = ~(uint64_t)0;
    return reason;
}

static I key_size(const Page *p, const Line *line) {
    I n = 0;
    for (I i = line->fa; i < line->fb; i++) n += (kind_of(p, p->fx[i]) & WORD) && p->fx[i] != '_';
    return n;
}

static void furniture(Page *p) {
    I n = p->n_lines, first = n, last = -1;
    int titled = 0;
    Line *l = p->lines;
    for (I i = 0; i < n; i++) {
        glance(p->m, p->ft, l[i].fa, l[i].fb);
        l[i].seen = p->m->seen;
        l[i].reason = reason_of(p, l + i, 0, 0, 0);
        l[i].runs = is_running(p, l + i);
        if (l[i].runs) {
            if (last < 0) first = i;
            last = i;
        }
    }
    for (I i = 0; i < n; i++) {
        if (l[i].reason) continue;
        if (i < first || i > last) l[i].reason = reason_of(p, l + i, i < first, i > last, titled);
        titled |= !l[i].reason;
    }
    for (I i = last + 2; i < n; i++)
        if (!l[i].reason && (l[i - 1].reason == CHATTER || l[i - 1].reason == LINKS || l[i - 1].reason == FOOTER)) l[i].reason = l[i - 1].reason;
    for (I step = 1; step >= -1; step -= 2)
        for (I i = step > 0 ? 0 : n - 1; i >= 0 && i < n; i += step)
            if ((i < first || i > last) && !l[i].reason && i - step >= 0 && i - step < n && l[i - step].reason == MENU && key_size(p, l + i) <= 4)
                l[i].reason = MENU;
}

static int by_size(const void *a, const void *b) {
    I d = *(const I *)a - *(const I *)b;
    return d < 0 ? -1 : d > 0;
}

static int is_wrapped(const Page *p) { /* broken into lines of one width */
    I n = 0, open = 0, longest = 0, near = 0, *sizes = p->places;
    for (I i = 0; i < p->n_lines; i++) {
        const Line *line = p->lines + i;
        if (line->reason) continue;
        n++;
        longest = most(longest, line->b - line->a);
        if (!closed(p->x, line->a, line->b)) sizes[open++] = line->b - line->a;
    }
    if (n < 8 || 2 * open < n) return 0;
    qsort(sizes, (size_t)open, sizeof(I), by_size);
    I width = sizes[(I)(0.9 * (double)(open - 1))];
    for (I i = 0; i < open; i++) near += width - 4 <= sizes[i] && sizes[i] <= width + 3;
    return width >= 14 && (double)near >= 0.6 * (double)open && longest <= width + 6;
}

enum { N_PAIRS = 7 };
typedef struct {
    I from, to; /* what has been read */
    I depth[N_PAIRS];
} Pairs;

/* Whether a text cannot end here. `read` knows what has been read of it: a paragraph is asked again whenever it grows. */
static int is_open(const Page *p, Pairs *read, const X *x, I lo, I hi) {
    static const X begin[] = U"《“「『（(【", end[] = U"》”」』）)】";
    if (hi > lo && among(x[hi - 1], U",，、(（“《—")) return 1;
    if (read->from != lo || read->to > hi) *read = (Pairs){.from = lo, .to = lo};
    for (; read->to < hi; read->to++) {
        X c = x[read->to];
        if (kind_of(p, c) & PAIR)
            for (int k = 0; k < N_PAIRS; k++) read->depth[k] += (c == begin[k]) - (c == end[k]);
    }
    for (int k = 0; k < N_PAIRS; k++)
        if (read->depth[k] > 0) return 1;
    return 0;
}

static int same_key(const Page *p, const Line *a, const Line *b) {
    I i = a->a, j = b->a;
    for (;; i++, j++) {
        while (i < a->b && (!(kind_of(p, p->x[i]) & WORD) || p->x[i] == '_')) i++;
        while (j < b->b && (!(kind_of(p, p->x[j]) & WORD) || p->x[j] == '_')) j++;
        if (i == a->b || j == b->b) return i == a->b && j == b->b;
        if (p->x[i] != p->x[j]) return 0;
    }
}

static void titles(Page *p) {
    Line *found[6];
    I n = 0, kept = 0, printed;
    int more = 1;
    for (I i = 0; i < p->n_lines; i++) {
        Line *line = p->lines + i;
        if (line->reason) continue;
        kept++;
        if (!more) continue;
        int level = enumerator(p, p->fx, p->ft, line->fa, line->fb, &printed);
        more = !(is_running(p, line) || closed(p->fx, line->fa, line->fb) || (level != NO_LEVEL && level != DASH) ||
                 is_open(p, &(Pairs){.from = -1}, p->fx, line->fa, line->fb) || n == 5 || line->fb - line->fa > 60);
        if (more) found[n++] = line;
    }
    if (n == kept && kept > 1) n = 1;
    for (I i = n - 1; i >= 0; i--) {
        found[i]->title = 1;
        for (I j = i + 1; j < n; j++)
            if (same_key(p, found[i], found[j])) found[i]->reason = TOLD_TWICE;
    }
}

static void describe(Page *p, DocRow *doc) {
    doc->title_a = doc->title_b = doc->date = 0;
    doc->outlet_a = doc->outlet_b = p->size;
    for (I i = 0; i < p->n_lines; i++) {
        const Line *line = p->lines + i;
        I *g = p->m->g;
        if (line->title && !line->reason && !doc->title_b) doc->title_a = line->a, doc->title_b = line->b;
        if (line->reason != BYLINE && line->reason != MASTHEAD && line->reason != MENU && line->reason != SIGNATURE_DATE) continue;
        if (!doc->date && search(p->m, p->ft, PUBLISHED, line->fa, line->fa, line->fb)) {
            I told[3] = {0, 0, 0};
            for (int k = 0; k < 3; k++)
                for (I j = g[2 * k + 2]; j < g[2 * k + 3]; j++) {
                    if (!is_digit(p->fx[j])) p->hard = 1;
                    told[k] = told[k] * 10 + p->fx[j] - '0';
                }
            if (told[1] >= 1 && told[1] <= 12 && told[2] >= 1 && told[2] <= 31) doc->date = told[0] * 10000 + told[1] * 100 + told[2];
        }
        if (doc->outlet_a == doc->outlet_b && search(p->m, p->ft, OUTLET, line->fa, line->fa, line->fb)) {
            doc->outlet_a = p->size;
            for (I j = g[2]; j < g[3]; j++) p->s[p->size++] = p->fx[j];
            doc->outlet_b = p->size;
        }
    }
}

static void paragraphs(Page *p) {
    I end = 0, last_a = 0, last_b = 0, text = 0, printed;
    Pairs pairs = {.from = -1};
    for (I i = 0; i < p->n_lines; i++) {
        const Line *line = p->lines + i;
        I a = line->a, b = line->b;
        if (line->reason) continue;
        if (!line->title) {
            I stop = text ? -1 : match(p->m, p->t, DATELINE, a, a, b);
            if (stop >= 0)
                for (a = stop; a < b && is_blank(p, p->x[a]); a++) {}
            if (search(p->m, p->t, CREDIT, a, a, b))
                for (b = p->m->g[0]; b > a && is_blank(p, p->x[b - 1]); b--) {}
            if (a >= b) continue;
        }
        int joined = 0;
        if (!line->title && last_b > last_a && !closed(p->px, last_a, last_b)) {
            joined = is_open(p, &pairs, p->px, last_a, last_b);
            if (!joined) {
                int level = enumerator(p, p->x, p->t, a, b, &printed);
                if (!(level >= PART && level <= ARABIC_BRACKETS)) {
                    level = enumerator(p, p->px, p->pt, last_a, last_b, &printed);
                    joined = !standing(p->px, last_a, last_b, level, printed) && last_b - last_a > 60;
                    if (!joined && !standing(p->px, last_a, last_b, level, printed))
                        for (I j = last_a; j < last_b; j++) joined |= among(p->px[j], U"。；;,，");
                }
            }
        }
        I begin = joined ? last_a : end;
        memcpy(p->px + end, p->x + a, (size_t)(b - a) * sizeof(X));
        memcpy(p->pt + end, p->t + a, (size_t)(b - a) * sizeof(T));
        for (I j = a; j < b; j++) p->ps[end++] = (int32_t)j;
        if (joined) p->n_paras--;
        p->paras[p->n_paras++] = (Para){.a = begin, .b = end, .title = line->title};
        text |= !line->title;
        last_a = line->title ? 0 : begin;
        last_b = line->title ? 0 : end;
    }
    for (Para *q = p->paras; q < p->paras + p->n_paras; q++) {
        q->level = enumerator(p, p->px, p->pt, q->a, q->b, &q->printed);
        q->standing = standing(p->px, q->a, q->b, q->level, q->printed);
    }
}

static int inside_latin(const X *x, I lo, I hi, I at) {
    return among(x[at], U"!?;") && at > lo && at < hi - 1 && is_latin(x[at - 1]) && is_latin(x[at + 1]);
}

/* The sentences of [lo, hi), written to `places`; how many there are (no more than `limit` are looked for). */
static I sentences(Page *p, I lo, I hi, I limit) {
    const X *x = p->px;
    I n = 0, start = lo, at = lo;
    while (at < hi && n < limit) {
        X c = x[at];
        if (!(kind_of(p, c) & MARK)) {
            at++;
            continue;
        }
        if (c == U'《') {
            I stop = least(hi, at + 80), close = at + 1;
            while (close < stop && x[close] != U'》') close++;
            if (close < stop && !holds(x, at + 1, close, U'《')) {
                at = close + 1;
                continue;
            }
        }
        if (c != U'《' && !inside_latin(x, lo, hi, at)) {
            I end = at + 1;
            while (end < hi && among(x[end], U"。！？；!?;")) end++;
            for (; end < hi && among(x[end], U"”’」』）)】］]》〉\"'"); end++)
                if (x[end] == '"' || x[end] == '\'') {
                    I before = 0;
                    for (I i = start; i < end; i++) before += x[i] == x[end];
                    if (before % 2 == 0) break;
                }
            I a = start, b = end;
            while (a < b && is_blank(p, x[a])) a++;
            while (b > a && is_blank(p, x[b - 1])) b--;
            if (a < b) p->places[2 * n] = a, p->places[2 * n + 1] = b, n++;
            start = at = end;
            continue;
        }
        at++;
    }
    if (n < limit && start < hi) {
        I a = start, b = hi;
        while (a < b && is_blank(p, x[a])) a++;
        while (b > a && is_blank(p, x[b - 1])) b--;
        int space = 1;
        for (I i = start; i < hi; i++) space &= (kind_of(p, x[i]) & SPACE) != 0;
        if (!space && a < b) p->places[2 * n] = a, p->places[2 * n + 1] = b, n++;
    }
    return n;
}

/* Sections: the path in force, and for every path how many lie below it. */
typedef struct {
    int levels[12];
    I numbers[12], n;
} Sections;

static Path *path_of(Page *p, const I *numbers, I n) {
    for (I i = 0; i < p->n_paths; i++)
        if (p->paths[i].n == n && !memcmp(p->paths[i].numbers, numbers, (size_t)n * sizeof(I))) return p->paths + i;
    if (p->n_paths == MOST_PARTS - 1 || n > 11 || p->size + 256 > p->s_most) {
        p->hard = 1;
        return p->paths;
    }
    Path *path = p->paths + p->n_paths++;
    *path = (Path){.n = n, .string_a = p->size};
    memcpy(path->numbers, numbers, (size_t)n * sizeof(I));
    for (I i = 0; i < n || (!n && !i); i++) {
        char text[24];
        int size = 0;
        I value = n ? numbers[i] : 0;
        if (i) p->s[p->size++] = '.';
        do text[size++] = (char)('0' + value % 10);
        while (value /= 10);
        while (size) p->s[p->size++] = (X)text[--size];
    }
    path->string_b = p->size;
    return path;
}

static I next_below(Page *p, const I *numbers, I n) { return ++path_of(p, numbers, n)->used; }

static void open_section(Page *p, Sections *s, int level) {
    for (I i = 0; i < s->n; i++)
        if (s->levels[i] == level) s->n = i;
    if (s->n > 9) {
        p->hard = 1;
        s->n = 0;
    }
    I number = next_below(p, s->numbers, s->n);
    s->levels[s->n] = level;
    s->numbers[s->n++] = number;
}

typedef struct {
    X *ux;
    int32_t *us, *ue;
    I size;
    UnitRow *units;
    I n_units;
    I *runs;
    I n_runs, origin, most_units, most_runs;
} Out;

/* Write characters of a page that begin at the places `at`; the last ends at `last`. */
static void put(Out *o, UnitRow *u, const X *x, const int32_t *at, I n, I last) {
    int32_t origin = (int32_t)o->origin, end = u->runs_b > u->runs_a ? (int32_t)o->runs[2 * u->runs_b - 1] : -1;
    X *ux = o->ux + o->size;
    int32_t *us = o->us + o->size, *ue = o->ue + o->size;
    for (I i = 0; i < n; i++) {
        int32_t start = at[i] - origin;
        if (start != end) {
            if (u->runs_b > u->runs_a) o->runs[2 * u->runs_b - 1] = end;
            o->runs[2 * u->runs_b++] = start;
        }
        end = i + 1 < n ? start + 1 : (int32_t)last - origin;
        ux[i] = x[i], us[i] = start, ue[i] = end;
    }
    o->runs[2 * u->runs_b - 1] = end;
    o->size += n;
}

/* Write a unit: [a, b) of the paragraph text, without white space between Chinese characters. */
static void unit(Page *p, Out *o, int heading, const Path *path, I depth, I printed, I paragraph, I a, I b) {
    const X *x = p->px;
    if (o->n_units == o->most_units || o->n_runs + b - a > o->most_runs || p->size + printed + 256 > p->s_most) {
        p->hard = 1;
        return;
    }
    UnitRow *u = o->units + o->n_units++;
    static const X space[] = {' '};
    I enumerator_a = a;
    while (a < b && is_blank(p, x[a])) a++;
    while (b > a && is_blank(p, x[b - 1])) b--;
    *u = (UnitRow){.a = o->size, .heading = heading, .depth = depth, .paragraph = paragraph + 1, .section_a = path->string_a,
                   .section_b = path->string_b, .enumerator_a = p->size, .runs_a = o->n_runs, .runs_b = o->n_runs};
    if (printed) {
        while (kind_of(p, x[enumerator_a]) & SPACE) enumerator_a++;
        memcpy(p->s + p->size, x + enumerator_a, (size_t)printed * sizeof(X));
        p->size += printed;
    }
    u->enumerator_b = p->size;
    for (I i = a, begin = a;; begin = i) {
        while (i < b && !is_blank(p, x[i])) i++;
        if (i > begin) put(o, u, x + begin, p->ps + begin, i - begin, p->ps[i - 1] + 1);
        u->n_chars += i - begin;
        if (i == b) break;
        I end = i, left = i, right;
        int spaces = 1;
        for (; is_blank(p, x[end]); end++) spaces &= (kind_of(p, x[end]) & SPACE) != 0;
        while (left > a && !(kind_of(p, x[left - 1]) & SPACE)) left--;
        for (right = end; right < b && !(kind_of(p, x[right]) & SPACE); right++) {}
        int latin = x[i - 1] < 128 && x[end] < 128;
        if ((latin && spaces) || (heading && i - left >= 3 && right - end >= 3))
            put(o, u, space, p->ps + i, 1, p->ps[end - 1] + 1);
        i = end;
    }
    u->b = o->size;
    o->ux[o->size] = '\n', o->us[o->size] = o->ue[o->size] = 0;
    o->size++;
    o->n_runs = u->runs_b;
}

static int one_sentence(Page *p, const Para *q) { return sentences(p, q->a, q->b, 2) == 1; }

static int heads_what_follows(Page *p, I i) {
    const Para *q = p->paras + i, *next = q + 1;
    if (!opens(q->level) || q->b - q->a - q->printed > MAX_RUN_IN || !among(p->px[q->b - 1], U"。:：") || i + 1 >= p->n_paras) return 0;
    if (!one_sentence(p, q)) return 0;
    int sibling = i && p->paras[i - 1].level == q->level && one_sentence(p, q - 1);
    return next->level != q->level && !sibling && !(opens(next->level) && next->level < q->level);
}

static I short_first(Page *p, const Para *q) { /* length of a first sentence that may be a heading without mark */
    if (sentences(p, q->a, q->b, 2) < 2) return 0;
    I a = p->places[0], b = p->places[1];
    if (b - a < 4 || b - a > MAX_PARALLEL || p->px[b - 1] != U'。') return 0;
    for (I i = a; i < b; i++)
        if (among(p->px[i], U",，:：;；、“”‘’()（）是了") || (kind_of(p, p->px[i]) & DECIMAL)) return 0;
    return b - a;
}

static void parallel(Page *p, uint8_t *is_parallel) {
    I first = 0, n = 0, heads = 0, low = 0, high = 0;
    memset(is_parallel, 0, (size_t)p->n_paras + 1);
    for (I i = 0; i <= p->n_paras; i++) {
        const Para *q = p->paras + i;
        if (i < p->n_paras && !q->standing && !opens(q->level)) {
            if (q->title) continue;
            n++;
            I size = short_first(p, q);
            if (!size) continue;
            is_parallel[i] = 1;
            low = heads ? least(low, size) : size;
            high = heads ? most(high, size) : size;
            heads++;
            continue;
        }
        if (heads < 2 || 2 * heads < n || high - low > 5) memset(is_parallel + first, 0, (size_t)(i - first));
        first = i;
        n = heads = 0;
    }
}

static void split(Page *p, Out *o) {
    Sections sections = {.n = 0};
    static uint8_t is_parallel[MOST_LINES + 1];
    static const I none[] = {0};
    I printed;
    path_of(p, none, 0);
    parallel(p, is_parallel);
    for (I i = 0; i < p->n_paras && !p->hard; i++) {
        const Para *q = p->paras + i;
        if (q->title) {
            unit(p, o, 1, p->paths, 0, 0, i, q->a, q->b);
            continue;
        }
        if (q->standing || heads_what_follows(p, i)) {
            open_section(p, &sections, opens(q->level) ? q->level : PLAIN);
            unit(p, o, 1, path_of(p, sections.numbers, sections.n), sections.n, q->printed, i, q->a, q->b);
            continue;
        }
        I holder[12], current[12], holder_n = sections.n, current_n = sections.n, n = sentences(p, q->a, q->b, MOST_PARTS);
        if (n == MOST_PARTS) p->hard = 1;
        int item = NO_LEVEL; /* the mark of the sentence before, if it ends in a semicolon */
        memcpy(holder, sections.numbers, sizeof holder);
        memcpy(current, holder, sizeof holder);
        for (I k = 0; k < n; k++) {
            I a = p->places[2 * k], b = p->places[2 * k + 1];
            int mark = enumerator(p, p->px, p->pt, a, b, &printed), more = k + 1 < n, heading = 0;
            if (!k && more && opens(q->level) && b - a - printed <= MAX_RUN_IN) {
                open_section(p, &sections, q->level);
                memcpy(holder, sections.numbers, sizeof holder);
                holder_n = current_n = sections.n;
                memcpy(current, holder, sizeof holder);
                heading = 1;
            } else if (!k && more && ((q->level == DASH && b - a <= MAX_RUN_IN) || is_parallel[i])) {
                /* The root has the path (0,): what is opened below it without a section is 0.1. */
                I number = holder_n ? next_below(p, holder, holder_n) : 0;
                if (!holder_n) holder[holder_n++] = 0, number = next_below(p, holder, holder_n);
                if (holder_n > 10) p->hard = 1;
                else holder[holder_n++] = number;
                memcpy(current, holder, sizeof holder);
                current_n = holder_n;
                heading = 1;
            } else if ((mark == IS || mark == ORDINAL || mark == ARABIC_BRACKETS || mark == CIRCLED) && more && b - a - printed <= MAX_RUN_IN_ITEM) {
                I unused;
                if (item != mark && !among(p->px[b - 1], U"；;") && enumerator(p, p->px, p->pt, p->places[2 * k + 2], q->b, &unused) != mark) {
                    memcpy(current, holder, sizeof holder);
                    current_n = holder_n;
                    if (!current_n) current[current_n++] = 0;
                    I number = next_below(p, current, current_n);
                    if (current_n > 10) p->hard = 1;
                    else current[current_n++] = number;
                    heading = 1;
                }
            }
            item = !heading && among(p->px[b - 1], U"；;") ? mark : NO_LEVEL;
            const Path *path = path_of(p, current, current_n);
            I depth = current_n == 1 && !current[0] ? 0 : current_n;
            unit(p, o, heading, path, depth, printed, i, a, b);
        }
    }
}

/* Find the lines of a page, and put their folded texts together: white space at both ends away, inside as one space. */
static void find_lines(Page *p, I at, I end) {
    const Rules *rules = p->rules;
    I traditional = 0, f = 0;
    for (I a = at; at < end && !p->hard; a = at) {
        for (; at < end && p->x[at] <= 0xFFFF; at++) {
            int kind = rules->kinds[p->x[at]];
            if (kind & BREAK) break;
            traditional += kind & TRADITIONAL ? 1 : -((kind & SIMPLE) != 0);
        }
        if (at < end && (p->x[at] > 0xFFFF || p->x[at] == 11 || p->x[at] == 12)) p->hard = 1;
        I b = at++;
        while (a < b && is_blank(p, p->x[a])) a++;
        while (b > a && is_blank(p, p->x[b - 1])) b--;
        if (a == b || p->hard) continue;
        if (p->n_lines == MOST_LINES) {
            p->hard = 1;
            break;
        }
        Line *line = p->lines + p->n_lines++;
        *line = (Line){.a = a, .b = b, .fa = f};
        for (I i = a; i < b; i++) {
            X half = rules->half[p->x[i]];
            p->t[i] = rules->classes[p->x[i]];
            if (rules->kinds[half] & SPACE) {
                if (f > line->fa && p->fx[f - 1] == ' ') continue;
                half = ' ';
            }
            p->fx[f] = half, p->ft[f++] = rules->classes[half];
        }
        while (f > line->fa && rules->kinds[p->fx[f - 1]] & SPACE) f--;
        line->fb = f;
    }
    if (traditional > 0) p->hard = 1;
}

/* Read n pages, [begin, end) of the text x; t, fx, ft, px, pt and ps are room for the longest page and 64 more (t: for all).
   Returns how many units were written. */
I read_pages(Machine *m, const Rules *rules, const X *x, I n, const I *begin, const I *end, DocRow *docs, UnitRow *units, I most_units,
             I *runs, I most_runs, X *ux, int32_t *us, int32_t *ue, I *u_size, X *s, I s_most, I *s_size, T *t, X *fx, T *ft, X *px, T *pt,
             int32_t *ps) {
    static Line lines[MOST_LINES];
    static Para paras[MOST_LINES];
    static I places[2 * MOST_LINES + 2 * MOST_PARTS + 4];
    static Path paths[MOST_PARTS];
    Out o = {ux, us, ue, 0, units, 0, runs, 0, 0, most_units, most_runs};
    Page p = {.m = m, .rules = rules, .x = x, .t = t, .fx = fx, .ft = ft, .px = px, .pt = pt, .ps = ps, .lines = lines, .paras = paras,
              .places = places, .paths = paths, .s = s, .s_most = s_most};
    for (I d = 0; d < n; d++) {
        Out before = o;
        I before_size = p.size;
        DocRow *doc = docs + d;
        p.n_lines = p.n_paras = p.n_paths = 0;
        p.hard = (int)doc->hard;
        o.origin = begin[d];
        doc->start = o.n_units;
        if (!p.hard) find_lines(&p, begin[d], end[d]);
        if (!p.hard) {
            furniture(&p);
            if (is_wrapped(&p)) p.hard = 1;
        }
        if (!p.hard) {
            titles(&p);
            describe(&p, doc);
            paragraphs(&p);
            split(&p, &o);
        }
        if (m->full || o.n_units == doc->start) p.hard = 1;
        m->full = 0;
        if (p.hard) o = before, p.size = before_size, doc->hard = 1;
        for (I i = doc->start; i < o.n_units; i++) units[i].doc = d;
        doc->end = o.n_units;
    }
    *u_size = o.size;
    *s_size = p.size;
    return o.n_units;
}
