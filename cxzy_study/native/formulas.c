/* Numbered formulas of many documents, and their rows: cxzy_study/facts/formulas.py. */
#include "formulas.h"

enum { MOST_TRIES = 24, MOST_FAMILIES = 400 };

/* Families by their names, in the order in which they are met; the name is the last `n` characters of the keys. */
static I family_of(Work *w, I n, int add) {
    uint64_t h = 1469598103934665603u;
    I a = w->n_keys - n;
    for (I k = a; k < w->n_keys; k++) h = (h ^ w->keys[k]) * 1099511628211u;
    I at = (I)(h >> 20 & (BUCKETS - 1));
    while (w->buckets[at]) {
        Family *family = w->families + w->buckets[at] - 1;
        if (same(w->keys, family->a, family->b, a, w->n_keys)) {
            w->n_keys = a;
            return w->buckets[at] - 1;
        }
        at = (at + 1) & (BUCKETS - 1);
    }
    if (!add) {
        w->n_keys = a;
        return -1;
    }
    w->families[w->n_families] = (Family){a, w->n_keys, 0, 0, -1, at};
    w->buckets[at] = (int32_t)++w->n_families;
    return w->n_families - 1;
}

static void put_group(Work *w, const Formula *f, int k) {
    for (int i = 0; i < 2 && f->number[k][i]; i++) w->keys[w->n_keys++] = f->number[k][i];
    memcpy(w->keys + w->n_keys, f->head[k].x, (size_t)f->head[k].n * sizeof(X));
    w->n_keys += f->head[k].n;
}

static void name_families(Document *d) {
    Work *w = d->w;
    for (I k = 0; k < w->n_mentions; k++) {
        Mention *m = w->mentions + k;
        const Formula *f = w->formulas + m->formula;
        I a = w->n_keys, size = m->b - m->a + 4 * MOST_NUMBERS;
        for (int h = 0; h < f->n_heads; h++) size += f->head[h].n;
        if (a + size + 64 > MOST_KEYS) {
            w->hard = 1;
            return;
        }
        for (int h = 0; h < f->n_heads && h < f->n; h++) put_group(w, f, h);
        if (!f->n_heads) {
            memcpy(w->keys + a, d->all.x + m->a, (size_t)(m->b - m->a) * sizeof(X));
            w->n_keys += m->b - m->a;
        }
        m->family = family_of(w, w->n_keys - a, 1);
    }
}

/* 两公开三评议 where 两公开 and 三评议 are told one by one. */
static I by_groups(Document *d, const Formula *f) {
    Work *w = d->w;
    I told[MOST_NUMBERS];
    if (f->n_heads < 2 || f->shape != GROUPED) return -1;
    for (int k = 0; k < f->n_heads; k++) {
        I a = w->n_keys;
        if (a + f->head[k].n + 2 > MOST_KEYS) {
            w->hard = 1;
            return -1;
        }
        put_group(w, f, k);
        I family = family_of(w, w->n_keys - a, 0);
        if (family < 0 || (told[k] = w->families[family].known) < 0) return -1;
    }
    I found = begin_found(d, GROUPS_OF_IT);
    for (int k = 0; k < f->n_heads; k++)
        for (I p = 0; p < w->found[told[k]].n; p++) {
            Place place = w->places[w->found[told[k]].places + p];
            add_place(d, place.unit, place.a, place.b);
        }
    return found;
}

/* What is told of each family, by its first mention that tells all of it, holds for all of its mentions. */
static int spread(Work *w) {
    int some = 0;
    for (I k = 0; k < w->n_families; k++) w->families[k].known = -1;
    for (I k = 0; k < w->n_mentions; k++) {
        Mention *m = w->mentions + k;
        Family *family = w->families + m->family;
        if (m->found < 0 || !w->found[m->found].complete || family->known >= 0) continue;
        family->known = m->found;
        some = 1;
    }
    for (I k = 0; k < w->n_mentions; k++)
        if (w->families[w->mentions[k].family].known >= 0) w->mentions[k].found = w->families[w->mentions[k].family].known;
    return some;
}

static void resolve(Document *d) {
    Work *w = d->w;
    I asked = 0, told = 0;
    Mention *mentions = w->mentions, *stop = mentions, *end = mentions + w->n_mentions;
    name_families(d);
    for (Mention *m = mentions; m < end && !w->hard; m++) {
        Family *family = w->families + m->family;
        if (m >= stop)
            for (stop = m + 1; stop < end && stop->unit == m->unit;) stop++;
        asked += !family->asked++;
        /* A family that its first mentions do not spell out is not looked for without end. */
        m->found = !family->parts && family->asked <= MOST_TRIES && asked <= MOST_FAMILIES ? find_parts(d, m, stop) : -1;
        if (m->found < 0 || !w->found[m->found].complete) continue;
        told += !family->parts;
        family->parts = 1;
    }
    for (Mention *m = mentions; m < end && !w->hard; m++) {
        Family *family = w->families + m->family;
        const Formula *f = w->formulas + m->formula;
        if (m->found >= 0 || family->parts || !f->announced || told > MOST_FAMILIES) continue;
        m->found = find_anywhere(d, m->unit, f);
        family->parts = 1;
        told++;
    }
    if (w->hard || !spread(w)) return;
    for (Mention *m = mentions; m < end && !w->hard; m++) {
        if (m->found >= 0 && w->found[m->found].complete) continue;
        I found = by_groups(d, w->formulas + m->formula);
        if (found >= 0) m->found = found;
    }
    spread(w);
}

/* Cells are written one after the other into one text; what finds no room there is counted all the same. */
typedef struct {
    X *x;
    I n, size;
} Written;

typedef struct {
    I unit, a, b, complete, source, announced, n_found, rule, dated;
    I cells[6][2]; /* numbers, heads, parts, their places, family, pattern */
} Row;

static void put(Written *out, X c) {
    if (out->n < out->size) out->x[out->n] = c;
    out->n++;
}

static void put_text(Written *out, const X *x, I a, I b) {
    if (a < b && out->n + b - a <= out->size) memcpy(out->x + out->n, x + a, (size_t)(b - a) * sizeof(X));
    out->n += most(0, b - a);
}

static void put_integer(Written *out, I value, int width) {
    X digits[24];
    int n = 0, minus = value < 0;
    if (minus) value = -value;
    for (; value || !n || n < width; value /= 10) digits[n++] = '0' + (X)(value % 10);
    if (minus) put(out, '-');
    while (n) put(out, digits[--n]);
}

static void put_number(Written *out, const X *number) {
    put(out, number[0]);
    if (number[1]) put(out, number[1]);
}

static void put_found(Document *d, Written *out, Found *found, int width) {
    const Place *places = d->w->places + found->places;
    found->parts[0] = out->n;
    for (I k = 0; k < found->n; k++) {
        if (k) put(out, '|');
        I begin = d->begin[places[k].unit], size = d->end[places[k].unit] - begin;
        put_text(out, d->all.x, begin + least(most(0, places[k].a), size), begin + least(most(0, places[k].b), size));
    }
    found->parts[1] = found->told[0] = out->n;
    for (I k = 0; k < found->n; k++) {
        if (k) put(out, ';');
        put(out, 'u');
        put_integer(out, places[k].unit - d->first + 1, width);
        put(out, ':');
        put_integer(out, places[k].a, 0);
        put(out, '-');
        put_integer(out, places[k].b, 0);
    }
    found->told[1] = out->n;
}

static void put_pattern(Written *out, const Formula *f) {
    static const X numbers[] = U"〇一二三四五六七八九十", letters[] = U"XYZWVUTS";
    int letter[MOST_NUMBERS], n = 0;
    for (int k = 0; k < f->n_heads && k < f->n; k++) {
        int first = 0;
        while (!same_word(&f->head[first], &f->head[k])) first++;
        letter[k] = first < k ? letter[first] : n++;
        int value = f->count[k], number = is_digit(f->number[k][0]) && (!f->number[k][1] || is_digit(f->number[k][1]));
        if (number && value <= 10) put(out, numbers[value]);
        else put_number(out, f->number[k]);
        put(out, letters[letter[k] % 8]);
    }
}

static void write_row(Document *d, const Mention *m, Written *out, Row *row, int width) {
    Work *w = d->w;
    const Formula *f = w->formulas + m->formula;
    Found *found = m->found < 0 ? NULL : w->found + m->found;
    *row = (Row){m->unit, m->a, m->b, found && found->complete, found ? found->source : NOWHERE, f->announced, found ? found->n : 0, m->rule,
                 lookup(d->all.lexicon->dated, d->all.x, m->a, m->b), {{0}}};
    row->cells[0][0] = out->n;
    for (int k = 0; k < f->n; k++) {
        if (k) put(out, ';');
        put_number(out, f->number[k]);
    }
    row->cells[0][1] = row->cells[1][0] = out->n;
    for (int k = 0; k < f->n_heads; k++) {
        if (k) put(out, ';');
        put_text(out, f->head[k].x, 0, f->head[k].n);
    }
    row->cells[1][1] = out->n;
    if (found) {
        if (found->parts[0] < 0) put_found(d, out, found, width);
        memcpy(row->cells[2], found->parts, sizeof found->parts);
        memcpy(row->cells[3], found->told, sizeof found->told);
    }
    row->cells[4][0] = out->n;
    put_text(out, w->keys, w->families[m->family].a, w->families[m->family].b);
    row->cells[4][1] = row->cells[5][0] = out->n;
    if (f->n_heads) put_pattern(out, f);
    else put_text(out, d->all.x, m->a, m->b);
    row->cells[5][1] = out->n;
}

I formulas_room(void) { return (I)sizeof(Work); }

/* The formulas of n documents, of each its units from `first` to the one before `last`; returns how many rows, -1 if there
   is too little room. Of the documents that are `hard` there are none. */
I formulas(Machine *m, const Lexicon *lexicon, const X *x, const T *t, I n, const I *first, const I *last, const I *begin, const I *end,
           const I *heading, const I *depth, Work *w, X *joined, T *classes, uint8_t *taken, uint8_t *again, uint8_t *hard, X *text, I size,
           Row *rows, I n_rows) {
    Written out = {text, 0, size};
    I found = 0;
    Document d = {begin, end, heading, depth, 0, 0, {m, lexicon, x, t, 0, 0, &w->hard}, w};
    w->joined = joined;
    w->classes = classes;
    w->taken = taken;
    w->again = again;
    w->n_families = 0;
    m->from = m->until = 0;
    memset(w->buckets, 0, sizeof w->buckets);
    memset(w->name_buckets, 0, sizeof w->name_buckets);
    memset(w->filter, 0, sizeof w->filter);
    for (I k = 0; k < n; k++) {
        I units = last[k] - first[k], width = 3;
        d.first = first[k];
        d.last = last[k];
        w->hard = 0;
        m->full = 0;
        w->n_found = w->n_places = w->n_keys = 0;
        if (!units) continue;
        find_mentions(w, &d.all, d.first, d.last, begin, end);
        m->seen = ~(uint64_t)0;
        if (w->n_mentions && !w->hard) resolve(&d);
        for (I most_ = 1000; most_ <= units; most_ *= 10) width++;
        hard[k] = w->hard || m->full;
        if (!hard[k] && found + w->n_mentions > n_rows) return -1;
        for (I i = 0; i < w->n_mentions && !hard[k]; i++) write_row(&d, w->mentions + i, &out, rows + found++, (int)width);
        for (I i = 0; i < w->n_families; i++) w->buckets[w->families[i].cell] = 0;
        w->n_families = 0;
        if (out.n > size) return -1;
    }
    return found;
}
