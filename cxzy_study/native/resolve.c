/* Where a document spells a formula out: cxzy_study/facts/resolve.py. */
#include "formulas.h"

enum { REACH = 300, JOINED = 12, MOST_UNITS = 14 };
#define SURE 0.99

static const X *const QUOTE_MARKS = U"“”‘’『』「」", *const OPENS = U"“‘『「", *const CLOSES = U"”’』」", *const CLOSES_ALL = U"”’』」\"'";

static Reader unit_of(const Document *d, I i) {
    Reader r = d->all;
    r.lo = d->begin[i];
    r.hi = d->end[i];
    return r;
}

I begin_found(Document *d, int source) {
    Work *w = d->w;
    if (w->n_found == MOST_FOUND) {
        w->hard = 1;
        return -1;
    }
    w->found[w->n_found] = (Found){w->n_places, 0, source, 1, {-1, -1}, {-1, -1}};
    return w->n_found++;
}

/* One more place for what was begun last; it is no place of a character where b < a. */
void add_place(Document *d, I unit, I a, I b) {
    Work *w = d->w;
    if (w->n_places == MOST_PLACES || !w->n_found) {
        w->hard = 1;
        return;
    }
    w->places[w->n_places++] = (Place){unit, a, b};
    w->found[w->n_found - 1].n++;
}

/* Parts that stand in unit i, at places in the whole text. */
static I tell(Document *d, I i, const Item *items, I n, int source) {
    I found = begin_found(d, source);
    for (I k = 0; k < n; k++) add_place(d, i, items[k].a - d->begin[i], items[k].b - d->begin[i]);
    return found;
}

static I tell_cleaned(Document *d, I i, const Reader *r, Item *items, I n, const Formula *f, int source) {
    clean_parts(r, items, n, f);
    return tell(d, i, items, n, source);
}

static I tell_series(Document *d, const Mention *m, const Formula *f) {
    static const Cut cut = {U"、,", 0, 0};
    Item items[MOST_ITEMS];
    Reader r = unit_of(d, m->unit);
    I n = split_items(&r, m->a, m->b, &cut, MOST_ITEMS, items);
    int ones = 1;
    for (int k = 0; k < f->n; k++) ones &= f->number[k][0] == '1' && !f->number[k][1];
    for (I k = 0; k < n && ones; k++) items[k].a += 2;
    return tell(d, m->unit, items, n, ITSELF);
}

/* 四三 is told by the formulas behind it, from `m` up to `stop`. */
static I tell_numbers(Document *d, const Mention *m, const Mention *stop, const Formula *f) {
    const Mention *told[MOST_NUMBERS];
    for (int k = 0; k < f->n; k++) {
        told[k] = NULL;
        for (const Mention *n = m + 1; n < stop && !told[k]; n++) {
            const Formula *g = d->w->formulas + n->formula;
            int used = n->a < m->b || g->n != 1 || memcmp(g->number[0], f->number[k], sizeof *g->number);
            for (int i = 0; i < k && !used; i++) used = told[i] == n;
            if (!used) told[k] = n;
        }
        if (!told[k]) return -1;
    }
    I found = begin_found(d, BEHIND_IT);
    for (int k = 0; k < f->n; k++) add_place(d, m->unit, told[k]->a - d->begin[m->unit], told[k]->b - d->begin[m->unit]);
    return found;
}

static int is_act(const X *x, I a, I b) {
    static const X *const acts[] = {U"联系", U"帮扶", U"帮带", U"结对", U"负责", U"包", U"带动", U"服务", U"管理"};
    for (size_t k = 0; k < sizeof acts / sizeof *acts; k++)
        if (begins(x, a, b, acts[k])) return 1;
    return 0;
}

/* 1+5 where the same numbers stand again with what they count. */
static I tell_sum(Document *d, const Mention *m, const Formula *f) {
    Reader r = unit_of(d, m->unit);
    const X *x = r.x;
    Item items[MOST_NUMBERS];
    I at = m->b;
    for (int k = 0; k < f->n; k++) {
        I size = f->number[k][1] ? 2 : 1, end = -1;
        if (!is_digit(f->number[k][0]) || (size > 1 && !is_digit(f->number[k][1]))) return -1;
        for (; at + size < r.hi && end < 0; at++) {
            if (memcmp(x + at, f->number[k], (size_t)size * sizeof(X)) || !(what(&r, x[at + size]) & LETTER)) continue;
            if (at > r.lo && (x[at - 1] == '.' || what(&r, x[at - 1]) & DECIMAL)) continue;
            I b = at + size + 1, n = 0;
            for (; n < 10 && b < r.hi && what(&r, x[b]) & LETTER && !is_act(x, b, r.hi); n++) b++;
            if (n) end = b, items[k] = (Item){at, b};
        }
        if (end < 0) return -1;
        at = end;
    }
    return tell(d, m->unit, items, f->n, BEHIND_IT);
}

static I in_bracket(Document *d, const Mention *m, const Formula *f) {
    Reader r = unit_of(d, m->unit);
    const X *x = r.x;
    Spelled spelled;
    I at = m->b, stop;
    if (at < r.hi && among(x[at], CLOSES_ALL)) at++;
    for (stop = least(r.hi, at + 10); at < stop && what(&r, x[at]) & LETTER; at++) {}
    if (at >= r.hi || x[at] != '(') return -1;
    I a = ++at;
    while (at < r.hi && x[at] != ')') {
        if (x[at] == '(') {
            for (at++; at < r.hi && x[at] != '(' && x[at] != ')'; at++) {}
            if (at == r.hi || x[at] == '(') return -1;
        }
        at++;
    }
    if (at >= r.hi || at == a || !spell_out(&r, a, at, f, 1, &spelled)) return -1;
    return tell_cleaned(d, m->unit, &r, spelled.items, spelled.n, f, BRACKET);
}

/* The parts in several units read as one text, each cut at the same level of punctuation. */
static I in_joined(Document *d, const Place *stretch, I n, const Formula *f, int source, int alike) {
    Work *w = d->w;
    Reader r = d->all;
    Spelled spelled;
    I starts[MOST_UNITS + 2], size = 0;
    r.x = w->joined;
    r.t = w->classes;
    for (I k = 0; k < n; k++) {
        I a = d->begin[stretch[k].unit] + stretch[k].a, more = d->end[stretch[k].unit] - a;
        memcpy(w->joined + size, d->all.x + a, (size_t)more * sizeof(X));
        memcpy(w->classes + size, d->all.t + a, (size_t)more * sizeof(T));
        starts[k] = size;
        size += more;
    }
    r.lo = 0;
    r.hi = size;
    if (!spell_out(&r, 0, size, f, 1, &spelled) || (f->n_heads && spelled.fit < SURE)) return -1;
    if (alike && !are_alike(r.x, spelled.items, spelled.n, f)) return -1;
    clean_parts(&r, spelled.items, spelled.n, f);
    I found = begin_found(d, source), within = 1;
    for (I i = 0; i < spelled.n; i++) {
        I k = n - 1, a = spelled.items[i].a;
        while (k && (starts[k] > a || starts[k - 1] == starts[k])) k--;
        I unit = stretch[k].unit, offset = stretch[k].a - starts[k];
        add_place(d, unit, a + offset, spelled.items[i].b + offset);
        within &= spelled.items[i].b + offset <= d->end[unit] - d->begin[unit];
    }
    return within ? found : -1;
}

/* Take in one unit behind i after the other, until they hold as many items as are wanted. */
static I grow(Document *d, I i, I from, const Formula *f, int source) {
    Place stretch[MOST_UNITS + 2];
    I n = 0, wanted = 0;
    for (int k = 0; k < f->n_wanted; k++) wanted = most(wanted, f->wanted[k]);
    if (from >= 0 && from < d->end[i] - d->begin[i]) stretch[n++] = (Place){i, from, 0};
    for (I j = i + 1; j < least(i + 1 + least(wanted, MOST_UNITS), d->last); j++) {
        stretch[n++] = (Place){j, 0, 0};
        I found = in_joined(d, stretch, n, f, source, 0);
        if (found >= 0) return found;
    }
    return -1;
}

static I behind(Document *d, const Mention *m, const Formula *f) {
    Reader r = unit_of(d, m->unit);
    const X *x = r.x;
    Spelled spelled;
    I on = -1, own = -1, i = m->unit;
    int connected = 0;
    for (I at = m->b; at < least(r.hi, m->b + JOINED) && !connected; at++) connected = among(x[at], U"即就也是指包分具主内:—");
    if (connected) on = match(r.m, r.t, AFTER, m->b, r.lo, r.hi);
    connected = on >= 0;
    if (on < 0) on = match(r.m, r.t, ON, m->b, r.lo, r.hi);
    if (on < 0) return -1;
    I stop = on;
    while (stop < r.hi && !among(x[stop], U"。!?")) stop++;
    stop = least(least(stop + 1, r.hi), on + 2 * REACH);
    if (on < stop && (connected || may_fit(x, r.lo, r.hi, f)) && spell_out(&r, on, stop, f, 1, &spelled)) {
        /* A connective says that parts follow; without one only their heads do. */
        int sure = connected && !(x[r.hi - 1] == ';' && stop == r.hi);
        if (sure || spelled.fit >= SURE) return tell_cleaned(d, i, &r, spelled.items, spelled.n, f, BEHIND_IT);
        if (!connected) return -1;
        own = tell_cleaned(d, i, &r, spelled.items, spelled.n, f, BEHIND_IT);
    }
    if (!connected) return -1;
    I grown = grow(d, i, on - r.lo, f, BEHIND_IT);
    return grown >= 0 ? grown : own;
}

static int is_wanted(const Formula *f, I n) {
    for (int k = 0; k < f->n_wanted; k++)
        if (f->wanted[k] == n) return 1;
    return 0;
}

static I listed(Document *d, I i, const Reader *r, Item *items, I n, const Formula *f) {
    if (is_wanted(f, n) && match_heads(r->x, items, n, f) == 1) return tell_cleaned(d, i, r, items, n, f, BEFORE_IT);
    for (int h = 0; h < f->n_heads && h < f->n && f->n_heads > 1; h++) {
        int all = n == f->count[h] && n > 1;
        for (I k = 0; k < n && all; k++) all = find_word(r->x, items[k].a, items[k].b, &f->head[h]) >= 0;
        if (!all) continue;
        /* One of several groups told. */
        I found = tell(d, i, items, n, BEFORE_IT);
        if (found >= 0) d->w->found[found].complete = 0;
        return found;
    }
    return -1;
}

/* Parts in the clause before the formula: as many as it has items, or its last items if they bear the heads. */
static I in_clause(Document *d, I i, I stop, const Formula *f, int adjacent) {
    static const Cut cuts[2][3] = {{{U"、", 0, 0}, {U"、和及与", 1, 0}, {U"+", 0, 0}}, {{U"、,", 0, 0}, {U"、,和与", 0, 0}, {NULL, 0, 0}}};
    Reader r = unit_of(d, i);
    const X *x = r.x;
    Item items[2 * REACH];
    I back = most(r.lo, stop - REACH), lists = 0;
    for (I at = back; at < stop; at++) lists += x[at] == U'、';
    I fewest = f->n_wanted ? least(f->wanted[0], f->wanted[f->n_wanted - 1]) : 0;
    if (!(adjacent && f->n_wanted && lists >= most(2, fewest) - 1) && !may_fit(x, back, stop, f)) return -1;
    for (int edge = 0; edge < 2; edge++) {
        I begin = back;
        int closed = 0;
        for (I at = stop; at > back && begin == back; at--) {
            X c = x[at - 1];
            closed |= c == ')';
            if (among(c, edge ? U";。!?:(" : U",;。!?:“”‘’『』「」(") && !(c == '(' && closed)) {
                begin = at;
                break;
            }
        }
        while (begin < stop && among(x[begin], U"和及与、,")) begin++;
        int fits = may_fit(x, begin, stop, f);
        for (int c = 0; c < 3 && cuts[edge][c].chars; c++) {
            int plain = !edge && !c;
            if (!fits && !(adjacent && plain)) continue;
            I n = split_items(&r, begin, stop, &cuts[edge][c], 2 * REACH, items);
            for (int w = 0; w < f->n_wanted; w++) {
                I wanted = f->wanted[w], shortest = REACH;
                if (n < wanted || wanted < 2) continue;
                Item *last = items + n - wanted;
                for (I k = 0; k < wanted; k++) shortest = least(shortest, last[k].b - last[k].a);
                int bare = n == wanted && plain && (wanted > 2 || shortest > 4);
                if ((adjacent && bare) || match_heads(x, last, wanted, f) == 1) return tell_cleaned(d, i, &r, last, wanted, f, BEFORE_IT);
            }
        }
    }
    return -1;
}

/* Parts in units before it that end in a semicolon. */
static I backwards(Document *d, I i, I stop, const Formula *f) {
    static const Cut cut = {U"、,;", 0, 0};
    Item items[MOST_ITEMS];
    I n = 0, first = i;
    const X *x = d->all.x;
    /* From the last item to the first. */
    for (I count = 1;; count++, first--) {
        Reader r = unit_of(d, first);
        I b = first == i ? stop : r.hi, more;
        Item here[MOST_ITEMS];
        if (b - r.lo >= MOST_ITEMS) {
            d->w->hard = 1;
            return -1;
        }
        more = split_items(&r, r.lo, b, &cut, MOST_ITEMS, here);
        if (n + more > MOST_ITEMS) {
            d->w->hard = 1;
            return -1;
        }
        memmove(items + more, items, (size_t)n * sizeof *items);
        memcpy(items, here, (size_t)more * sizeof *items);
        n += more;
        for (int w = 0; w < f->n_wanted && first < i; w++) {
            I wanted = f->wanted[w];
            Item *last = items + n - wanted;
            if (n < wanted || match_heads(x, last, wanted, f) != 1) continue;
            if (wanted < 2) {
                d->w->hard = 1; /* no formula that counts to one alone comes here */
                return -1;
            }
            I at = find_last(x, last[0].a, last[0].b, f->head[0]), unit = i;
            if (at >= 0 && last[1].b - last[1].a >= 0 && last[0].b - at >= 2) last[0].a = at;
            I found = begin_found(d, BEFORE_IT);
            for (I k = 0; k < wanted; k++) {
                for (unit = first; last[k].a >= d->end[unit] && unit < i; unit++) {}
                add_place(d, unit, last[k].a - d->begin[unit], last[k].b - d->begin[unit]);
            }
            return found;
        }
        if (first == d->first || count >= MOST_UNITS || d->end[first - 1] <= d->begin[first - 1] || x[d->end[first - 1] - 1] != ';') return -1;
    }
}

static int is_role(const X *x, I a, I b) {
    static const X *const roles[] = {U"主体", U"基础", U"骨干", U"支撑", U"补充"};
    if (b > a && x[b - 1] == U'的') b--;
    for (size_t k = 0; k < sizeof roles / sizeof *roles; k++)
        if (b - 2 >= a && begins(x, b - 2, b, roles[k])) return 1;
    return 0;
}

static I before(Document *d, const Mention *m, const Formula *f) {
    static const Cut roles = {U"、,和及与", 0, 0};
    Reader r = unit_of(d, m->unit);
    const X *x = r.x;
    Item items[2 * REACH];
    I i = m->unit, end = m->a > r.lo && among(x[m->a - 1], U"“‘『「\"'") ? m->a - 1 : m->a, back = most(r.lo, end - REACH), stop = end;
    if (is_role(x, back, end) && search(r.m, r.t, ROLES, back, r.lo, end)) {
        I g[6];
        memcpy(g, r.m->g, sizeof g);
        I n = 1 + split_items(&r, g[4], g[5], &roles, 2 * REACH - 1, items + 1);
        items[0] = (Item){g[2], g[3]};
        if (n == f->count[0]) return tell(d, i, items, n, BEFORE_IT);
    }
    int led = end > r.lo && among(x[end - 1], U"的等容体手") && search(r.m, r.t, LED, most(back, end - 6), r.lo, end);
    if (led) stop = r.m->g[0];
    if (stop > r.lo && among(x[stop - 1], U"”’』」、,和与及+") && search(r.m, r.t, QUOTES, back, r.lo, stop)) {
        I n = 0;
        for (I at = r.m->g[0]; at < stop;) {
            I b = at + 1;
            if (among(x[at], OPENS)) {
                while (b < stop && !among(x[b], QUOTE_MARKS)) b++;
                if (b < stop && b > at + 1 && among(x[b], CLOSES)) items[n++] = (Item){at + 1, b++};
            }
            at = b;
        }
        if (n == 1) {
            Spelled spelled;
            if (!spell_out(&r, items[0].a, items[0].b, f, 1, &spelled)) return -1;
            return tell_cleaned(d, i, &r, spelled.items, spelled.n, f, BEFORE_IT);
        }
        I found = listed(d, i, &r, items, n, f);
        if (found >= 0) return found;
    }
    I found = in_clause(d, i, stop, f, !led);
    if (found < 0 && i > d->first && d->end[i - 1] > d->begin[i - 1] && x[d->end[i - 1] - 1] == ';') found = backwards(d, i, stop, f);
    return found;
}

/* Parts in the units below, or in the rest of its own, which run on and all bear their heads, as many as announced. */
static I below(Document *d, const Mention *m, const Formula *f) {
    Place stretch[MOST_UNITS + 2];
    Reader r = unit_of(d, m->unit);
    const X *x = r.x;
    I i = m->unit, n = 0, borne = 0, wanted = 0, fewest = f->n_wanted ? f->wanted[0] : 0, from;
    for (int k = 0; k < f->n_heads; k++)
        if (f->head[k].n == 1 && *f->head[k].x == U'一') return -1;
    if (!f->n_heads) return -1;
    for (int k = 0; k < f->n_wanted; k++) wanted = most(wanted, f->wanted[k]), fewest = least(fewest, f->wanted[k]);
    from = match(r.m, r.t, ON, m->b, r.lo, r.hi);
    if (from < 0)
        for (from = m->b; from < r.hi && !among(x[from], U"。!?"); from++) {}
    else
        from--;
    for (I j = i; j < least(i + 1 + least(wanted, MOST_UNITS), d->last); j++) {
        I at = j == i ? from + 1 : d->begin[j];
        if (j == i && at >= r.hi) continue;
        I more = bearing(x, at, d->end[j], f);
        if (!more || (j > i && d->heading[j])) return -1;
        borne += more;
        stretch[n++] = (Place){j, at - d->begin[j], 0};
        I found = borne >= fewest ? in_joined(d, stretch, n, f, NEXT, 1) : -1;
        /* A list that runs on has more items than are announced. */
        if (found >= 0) return x[d->end[j] - 1] == ';' ? -1 : found;
    }
    return -1;
}

/* The ordinal with which unit j begins, 0 if with none; `style` tells how it is written. */
static I ordinal(Document *d, I j, X style[4]) {
    if (j >= d->last) return 0;
    Reader r = unit_of(d, j);
    const X *x = r.x;
    if (match(r.m, r.t, ITEM_MARK, r.lo, r.lo, r.hi) < 0) return 0;
    I *g = r.m->g, value = 0;
    style[0] = g[3] > g[2];
    style[1] = x[g[6]];
    style[2] = !!(what(&r, x[g[4]]) & DECIMAL);
    style[3] = d->heading[j] != 0;
    for (I at = g[4]; at < g[5]; at++) {
        static const X digits[] = U"一二三四五六七八九";
        I one = 0;
        if (x[at] == U'十') {
            value = at > g[4] && x[at - 1] != U'十' ? value * 10 : value + 10;
            continue;
        }
        for (I k = 0; k < 9; k++)
            if (digits[k] == x[at]) one = k + 1;
        if (style[2]) one = (I)x[at] - '0';
        value = at > g[4] && x[at - 1] == U'十' ? value + one : value * 10 + one;
    }
    return value;
}

/* Parts as the enumerated units directly below one that ends with the formula, as many as announced. */
static I enumerated(Document *d, const Mention *m, const Formula *f) {
    I i = m->unit, n = f->count[0];
    X first[4], style[4];
    if (f->n != 1 || n < 2 || n > 12 || !full(d->all.m, d->all.t, AT_END, m->b, d->end[i])) return -1;
    for (I k = 1; k <= n + 1; k++) {
        int same_ = ordinal(d, i + k, k == 1 ? first : style) == k && (k == 1 || !memcmp(first, style, sizeof first));
        if (same_ != (k <= n)) return -1;
    }
    I found = begin_found(d, NEXT);
    for (I j = i + 1; j <= i + n; j++) {
        Reader r = unit_of(d, j);
        Item item = trim(&r, r.lo, r.hi);
        add_place(d, j, item.a - r.lo, item.b - r.lo);
    }
    return found;
}

/* Parts told by what follows: headings, enumerated sentences, or the next sentence. */
static I following(Document *d, const Mention *m, const Formula *f) {
    const X *x = d->all.x;
    I i = m->unit, first = i + 1, last = d->end[i], wanted = 0, n = 0, headings[MOST_PARTS];
    Item items[MOST_PARTS];
    while (last > d->begin[i] && among(x[last - 1], CLOSES_ALL)) last--;
    int announces = last > d->begin[i] && x[last - 1] == ':';
    for (int k = 0; k < f->n_wanted; k++) wanted = most(wanted, f->wanted[k]);
    while (first < least(i + 4, d->last) && !d->heading[first]) first++;
    if (first < least(i + 4, d->last)) {
        if (wanted + 1 >= MOST_PARTS) d->w->hard = 1;
        for (I j = first; j < d->last && n < least(wanted + 1, MOST_PARTS); j++) {
            if (d->heading[j] && d->depth[j] == d->depth[first]) headings[n++] = j;
            else if (d->heading[j] && d->depth[j] < d->depth[first]) break;
        }
        for (I k = 0; k < n; k++) {
            Reader r = unit_of(d, headings[k]);
            items[k] = trim(&r, r.lo, r.hi);
        }
    }
    for (int w = 0; w < f->n_wanted && n; w++) {
        I k = f->wanted[w];
        if (n < k || !(match_heads(x, items, k, f) == 1 || (announces && !f->n_heads && n == k))) continue;
        I found = begin_found(d, HEADINGS);
        for (I j = 0; j < k; j++) add_place(d, headings[j], items[j].a - d->begin[headings[j]], items[j].b - d->begin[headings[j]]);
        return found;
    }
    if ((!d->heading[i] || announces) && i + 1 < d->last) {
        Spelled spelled;
        Reader r = unit_of(d, i + 1);
        r.hi = least(r.hi, r.lo + 8 * REACH);
        if (may_fit(x, r.lo, r.hi, f) && spell_out(&r, r.lo, r.hi, f, 1, &spelled) && spelled.fit >= SURE)
            return tell_cleaned(d, i + 1, &r, spelled.items, spelled.n, f, NEXT);
    }
    I found = announces ? grow(d, i, -1, f, NEXT) : -1;
    if (found < 0) found = below(d, m, f);
    return found < 0 ? enumerated(d, m, f) : found;
}

/* What the surroundings of a mention tell; the mentions of its unit go up to `stop`. */
I find_parts(Document *d, const Mention *m, const Mention *stop) {
    const Formula *f = d->w->formulas + m->formula;
    if (f->shape == SERIAL) return tell_series(d, m, f);
    if (f->shape == BARE_NUMBERS) return tell_numbers(d, m, stop, f);
    if (f->shape == SUM) return tell_sum(d, m, f);
    I found = in_bracket(d, m, f);
    if (found < 0) found = behind(d, m, f);
    if (found < 0) found = before(d, m, f);
    if (found < 0) found = following(d, m, f);
    return found;
}

/* A list in unit j that bears the formula's heads and is as long as it. */
static I in_unit(Document *d, I j, const Formula *f) {
    Reader r = unit_of(d, j);
    const X *x = r.x;
    Spelled spelled;
    if (bearing(x, r.lo, r.hi, f) < f->announced || r.hi - r.lo > 8 * REACH) return -1;
    for (I at = r.lo; at < r.hi;) {
        I b = at + 1;
        if (among(x[at], U"“‘『「(")) {
            while (b < r.hi && b - at <= 121 && !among(x[b], U"“”‘’『』「」()")) b++;
            I size = b - at - 1;
            if (b < r.hi && size >= 4 && size <= 120 && among(x[b], U"”’』」)")) {
                if (spell_out(&r, at + 1, b, f, 1, &spelled) && spelled.fit >= SURE)
                    return tell_cleaned(d, j, &r, spelled.items, spelled.n, f, DOCUMENT);
                b++;
            } else {
                b = at + 1;
            }
        }
        at = b;
    }
    if (!spell_out(&r, r.lo, r.hi, f, 0, &spelled)) return -1;
    return tell_cleaned(d, j, &r, spelled.items, spelled.n, f, DOCUMENT);
}

/* The same in the unit nearest to i. */
I find_anywhere(Document *d, I i, const Formula *f) {
    I longest = 0, found = -1;
    for (int k = 0; k < f->n_heads; k++) longest = most(longest, f->head[k].n);
    if (!f->announced || f->announced > 12 || !f->n_heads || (f->announced == 2 && longest < 2)) return -1;
    if (bearing(d->all.x, d->begin[d->first], d->end[d->last - 1], f) < f->announced) return -1;
    for (I away = 0; found < 0 && (i - away >= d->first || i + away < d->last); away++) {
        if (i - away >= d->first) found = in_unit(d, i - away, f);
        if (found < 0 && away && i + away < d->last) found = in_unit(d, i + away, f);
    }
    return found;
}
