/* What a numbered formula is made of: cxzy_study/facts/grammar.py. */
#include "formulas.h"

int kind_of(const Reader *r, I a, I b) {
    int32_t word = lookup(r->lexicon->words, r->x, a, b);
    return word < 0 ? 0 : r->lexicon->kinds[word];
}

void begin_formula(Formula *f, int shape) {
    f->n = f->n_heads = f->measured = 0;
    f->shape = shape;
}

static int digit_of(X c) {
    static const X digits[] = U"零一二三四五六七八九";
    for (int i = 1; i < 10; i++)
        if (digits[i] == c) return i;
    return c == U'两' || c == U'双' ? 2 : 0;
}

/* The number [a, b): its value, or as it is written in capitals where it is left open. */
void add_number(const Reader *r, Formula *f, I a, I b) {
    const X *x = r->x;
    if (f->n == MOST_NUMBERS || b - a > 3 || b <= a) {
        *r->hard = 1;
        return;
    }
    int value = 0, open = 0;
    for (I k = a; k < b; k++) open |= among(x[k], U"NXnx多几");
    X *out = f->number[f->n];
    if (open) {
        if (b - a > 2) *r->hard = 1;
        out[1] = 0;
        for (I k = a; k < least(b, a + 2); k++) out[k - a] = x[k] == 'n' ? 'N' : x[k] == 'x' ? 'X' : x[k];
    } else {
        if (is_digit(x[a])) {
            for (I k = a; k < b; k++) {
                if (!is_digit(x[k])) *r->hard = 1;
                value = 10 * value + (int)(x[k] - '0');
            }
        } else {
            for (I k = a; k < b; k++) {
                int digit = digit_of(x[k]);
                if (x[k] == U'十') value = 10 * (k > a ? value : 1);
                else if (digit) value += digit;
                else *r->hard = 1; /* a digit of another script */
            }
        }
        if (value > 99) *r->hard = 1;
        out[0] = value > 9 ? '0' + (X)(value / 10 % 10) : '0' + (X)value;
        out[1] = value > 9 ? '0' + (X)(value % 10) : 0;
    }
    f->count[f->n++] = value;
}

void add_head(const Reader *r, Formula *f, I a, I b) {
    if (f->n_heads == MOST_NUMBERS || b <= a) {
        *r->hard = 1;
        return;
    }
    f->head[f->n_heads++] = (Word){r->x + a, b - a};
}

static int all_alike(const Formula *f) {
    for (int k = 1; k < f->n; k++)
        if (f->count[k] != f->count[0]) return 0;
    return f->n > 1;
}

/* What follows from numbers and heads. */
void finish_formula(Formula *f) {
    I sum = 0;
    int closed = f->n > 0;
    for (int k = 0; k < f->n; k++) {
        sum += f->count[k];
        closed &= f->count[k] > 0;
    }
    f->announced = closed ? sum : 0;
    f->n_wanted = 0;
    if (closed) {
        if (f->shape == BARE_NUMBERS) f->wanted[f->n_wanted++] = f->n;
        f->wanted[f->n_wanted++] = sum;
        if (f->shape != BARE_NUMBERS && all_alike(f)) f->wanted[f->n_wanted++] = f->count[0];
    }
    f->n_distinct = 0;
    for (int k = 0; k < f->n_heads; k++) {
        int met = 0;
        for (int i = 0; i < f->n_distinct && !met; i++) met = same_word(&f->head[f->distinct[i]], &f->head[k]);
        if (!met) f->distinct[f->n_distinct++] = (uint8_t)k;
    }
}

/* The known formula of that number, from how it is written in the lexicon. */
int read_spec(const Reader *r, I known, Formula *f) {
    const I *stops = r->lexicon->stops + 2 * known;
    Reader pool = *r;
    pool.x = r->lexicon->pool;
    begin_formula(f, GROUPED);
    for (int k = 0; k < 2; k++) {
        for (I a = 2 * known + k ? stops[k - 1] : 0, b = a; b <= stops[k]; b++) {
            if (b < stops[k] && pool.x[b] != ';') continue;
            if (k) add_head(&pool, f, a, b);
            else add_number(&pool, f, a, b);
            a = b + 1;
        }
    }
    finish_formula(f);
    return 1;
}

static int read_groups(const Reader *r, I a, I b, Formula *f) {
    Machine *m = r->m;
    begin_formula(f, GROUPED);
    for (I at = a; at < b;) {
        I end = match(m, r->t, GROUP_ONE, at, a, b), g[8];
        if (end < 0) return 0;
        memcpy(g, m->g, sizeof g);
        int not = g[4] >= 0 && r->x[g[4]] == U'不';
        if (not) g[6] = g[4];
        if (search(m, r->t, HEAD_TAIL, g[6], g[6], g[7])) g[7] = m->g[0];
        f->measured |= g[4] >= 0 && !not;
        add_number(r, f, g[2], g[3]);
        add_head(r, f, g[6], g[7]);
        at = end;
    }
    return 1;
}

/* Whether [a, b) is a formula by its form, and what it is made of. */
int parse(const Reader *r, I a, I b, Formula *f) {
    Machine *m = r->m;
    const T *t = r->t;
    const X *x = r->x;
    if (b - a < 2 || b - a > 40 || kind_of(r, a, b) & EXCLUDED || match(m, t, CONGRESS, a, a, b) >= 0) return 0;
    if ((x[a] == U'二' && x[a + 1] == U'级') || kind_of(r, a, least(b, a + 4)) & EXCLUDED) return 0;
    if (x[a] == U'双' && kind_of(r, a, a + 2) & EXCLUDED) return 0;
    if (full(m, t, SUMS, a, b)) {
        begin_formula(f, SUM);
        for (I from = a, k = a; k <= b; k++) {
            if (k < b && x[k] != '+') continue;
            add_number(r, f, from, k);
            from = k + 1;
        }
    } else if (full(m, t, ONE_EACH, a, b)) {
        I g[8];
        memcpy(g, m->g, sizeof g);
        begin_formula(f, GROUPED);
        add_number(r, f, g[2], g[3]);
        add_head(r, f, g[6], g[7]);
        f->measured = 1;
    } else if (full(m, t, ROUND, a, b)) {
        begin_formula(f, GROUPED);
        for (I k = a; k + 1 < b; k += 2) {
            add_number(r, f, k, k + 1);
            add_head(r, f, k + 1, k + 2);
        }
    } else if (!read_groups(r, a, b, f)) {
        if (!full(m, t, VERBS, a, b)) return 0;
        I g[10];
        memcpy(g, m->g, sizeof g);
        begin_formula(f, VERBAL);
        for (int k = 2; k < 10; k += 4) {
            add_head(r, f, g[k], g[k + 1]);
            add_number(r, f, g[k + 2], g[k + 3]);
        }
    }
    finish_formula(f);
    return 1;
}

/* Numbers alone, whose parts only their text can tell. */
int parse_bare(const Reader *r, I a, I b, Formula *f) {
    if (!full(r->m, r->t, RUN, a, b) && (!full(r->m, r->t, BARE, a, b) || kind_of(r, a, b) & EXCLUDED)) return 0;
    begin_formula(f, BARE_NUMBERS);
    for (I k = a; k < b; k++) add_number(r, f, k, k + 1);
    finish_formula(f);
    return 1;
}

static int head_is(const Reader *r, const Word *head, int kind) {
    int32_t word = lookup(r->lexicon->words, head->x, 0, head->n);
    return word >= 0 && r->lexicon->kinds[word] & kind;
}

static int is_span(const Word *head) {
    static const X *const spans[] = {U"分", U"小时", U"年", U"天", U"月", U"周", U"世纪"};
    for (size_t k = 0; k < sizeof spans / sizeof *spans; k++)
        if (begins(head->x, 0, head->n, spans[k])) return 1;
    return 0;
}

/* Whether what was parsed is a formula, no plain count or figure of speech. */
int is_formula(const Reader *r, const Formula *f, int quoted) {
    int ones = 1, counted = 0;
    if (f->shape == SUM || f->shape == BARE_NUMBERS) return 1;
    for (int k = 0; k < f->n; k++) {
        ones &= f->number[k][0] == '1' && !f->number[k][1];
        if (f->count[k] > 20) return 0;
    }
    for (int k = 0; k < f->n_heads; k++) {
        if (!quoted && k + 1 < f->n_heads && head_is(r, &f->head[k], TO)) return 0;
        if (head_is(r, &f->head[k], TIME) || is_span(&f->head[k])) return 0;
        counted += head_is(r, &f->head[k], COUNTED);
    }
    const Word *first = &f->head[0];
    if (f->n == 1) {
        int named = head_is(r, first, NAMED);
        if (ones || (head_is(r, first, PLAIN) && (f->measured || !named)) || (first->n > 6 && !f->measured && *first->x != U'佳')) return 0;
        return quoted && (f->measured || !counted || named);
    }
    if (ones && f->measured) return 0;
    if (f->n == 2 && ones && (head_is(r, first, EACH) || among(*first->x, U"名位份个张件"))) return 0;
    return quoted ? counted < f->n_heads : !ones && !counted;
}

/* Where the name ends that [a, b) begins with, without what the formula is called. */
I strip_descriptor(const Reader *r, I a, I b) {
    if (full(r->m, r->t, OWNED, a, b)) return r->m->g[3];
    if (!full(r->m, r->t, DESCRIBED, a, b)) return b;
    I end = r->m->g[3];
    return among(r->x[end - 1], U"大个位级套项条件种类支道张本招句步堂门盏把点") ? b : end;
}
