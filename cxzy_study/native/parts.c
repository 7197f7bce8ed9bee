/* What spells a formula out: cxzy_study/facts/parts.py. Items are places in the text that they were cut from. */
#include "formulas.h"

static const X *const QUOTES_ = U"“”‘’『』「」\"'", *const OPENING = U"“‘『「", *const CLOSING = U"”’』」";
static const X *const SHORT_STOPS = U";。!?";

Item trim(const Reader *r, I a, I b) {
    const X *x = r->x;
    if (a < b && !(what(r, x[a]) & EDGE) && !(what(r, x[b - 1]) & EDGE)) return (Item){a, b};
    while (a < b) {
        I lead = match(r->m, r->t, LEAD, a, a, b), last = b;
        if (lead >= 0 && lead < b) {
            a = lead;
            continue;
        }
        if (x[a] == ' ' || among(x[a], QUOTES_)) {
            a++;
            continue;
        }
        while (last > a && what(r, x[last - 1]) & TRAILING) last--;
        if (last < b) b = last;
        else if (x[b - 1] == ' ' || among(x[b - 1], QUOTES_)) b--;
        else break;
    }
    return (Item){a, b};
}

/* The items of [a, b) between cuts that lie in no brackets or book titles, at most `limit` of them. */
I split_items(const Reader *r, I a, I b, const Cut *cut, I limit, Item *items) {
    const X *x = r->x;
    I found = 0, from = a, depth = 0;
    for (I at = a; at <= b && found < limit;) {
        I next = at + 1;
        if (at < b) {
            X c = x[at];
            if (c == '(' || c == U'《') {
                depth++;
                at++;
                continue;
            }
            if (c == ')' || c == U'》') {
                depth--;
                at++;
                continue;
            }
            if (cut->beyond) {
                if (c == '+' || what(r, c) & IN_WORD) {
                    at++;
                    continue;
                }
                while (next < b && x[next] != '+' && !(what(r, x[next]) & IN_WORD)) next++;
            } else if (cut->both && c == U'以' && next < b && x[next] == U'及') {
                next++;
            } else if (!among(c, cut->chars)) {
                at++;
                continue;
            }
            if (depth > 0) {
                at = next;
                continue;
            }
        }
        Item item = trim(r, from, least(at, b));
        if (item.a < item.b) items[found++] = item;
        from = at = next;
    }
    return found;
}

static int bears(const X *x, Item item, const Word *head) { return find_word(x, item.a, item.b, head) >= 0; }

/* The share of n items that bear the head that they should. */
double match_heads(const X *x, const Item *items, I n, const Formula *f) {
    I blocks = 0, turns = 0, all = 0, same_ = f->n > 1 && n == f->count[0];
    if (!f->n_heads || !n) return 0;
    for (int k = 1; k < f->n; k++) same_ &= f->count[k] == f->count[0];
    if (same_) {
        for (I k = 0; k < n; k++) {
            int every = 1;
            for (int h = 0; h < f->n_heads && every; h++) every = bears(x, items[k], &f->head[h]);
            all += every;
        }
        return (double)all / (double)n;
    }
    for (int h = 0, k = 0; h < f->n_heads && h < f->n; h++)
        for (int c = 0; c < f->count[h] && k < n; c++, k++) blocks += bears(x, items[k], &f->head[h]);
    for (I k = 0; k < n / f->n_heads * f->n_heads; k++) turns += bears(x, items[k], &f->head[k % f->n_heads]);
    return (double)most(blocks, turns) / (double)n;
}

/* How often the formula's heads stand in [a, b). */
I bearing(const X *x, I a, I b, const Formula *f) {
    I found = 0;
    for (int k = 0; k < f->n_distinct; k++) found += count_word(x, a, b, &f->head[f->distinct[k]]);
    return found;
}

int may_fit(const X *x, I a, I b, const Formula *f) {
    if (!f->n_wanted || !f->n_heads) return 0;
    return bearing(x, a, b, f) >= (f->n_wanted > 1 ? least(f->wanted[0], f->wanted[1]) : f->wanted[0]);
}

/* Whether another formula's parts begin in an item. */
static int tells(const X *x, Item item) {
    for (I at = item.a; at + 1 < item.b; at++)
        if (among(x[at], CLOSING) && (among(x[at + 1], U"即指") || begins(x, at + 1, item.b, U"就是") || begins(x, at + 1, item.b, U"是指"))) return 1;
    return 0;
}

static int is_itself(const Reader *r, Item item, const Formula *f) {
    Formula told;
    if (item.b - item.a > 12 || !any_is(r, item.a, item.b, IN_NUMBER) || !parse(r, item.a, item.b, &told)) return 0;
    if (told.n != f->n || told.n_heads != f->n_heads || memcmp(told.number, f->number, (size_t)f->n * sizeof *f->number)) return 0;
    for (int k = 0; k < f->n_heads; k++)
        if (!same_word(&told.head[k], &f->head[k])) return 0;
    return 1;
}

static void judge(const Reader *r, const Item *items, I n, const Formula *f, int whole, double surety, Spelled *best) {
    double fit = match_heads(r->x, items, n, f), score = surety * (0.5 + fit / 2);
    if ((!whole && fit != 1) || (best->n && score <= best->fit)) return;
    for (I k = 0; k < n; k++)
        if (tells(r->x, items[k]) || is_itself(r, items[k], f)) return;
    best->n = n;
    best->fit = score;
    memcpy(best->items, items, (size_t)n * sizeof *items);
}

static int ends_with(const X *x, Item item, const Word *w) {
    return item.b - item.a >= w->n && !memcmp(x + item.b - w->n, w->x, (size_t)w->n * sizeof(X));
}

static int starts_with(const X *x, Item item, const Word *w) {
    return item.b - item.a >= w->n && !memcmp(x + item.a, w->x, (size_t)w->n * sizeof(X));
}

/* Whether n items bear their heads in the same place, so that they are no chance neighbours. */
static int parallel(const Reader *r, const Item *items, I n, const Formula *f) {
    const X *x = r->x;
    int all_end = 1, all_start = 1, either = 1;
    if (f->n_heads == 1 && f->head[0].n == 1 && *f->head[0].x == U'一') {
        for (I k = 0; k < n; k++) {
            int one = 0;
            for (I at = items[k].a; at + 1 < items[k].b && !one; at++) one = x[at] == U'一' && what(r, x[at + 1]) & IN_WORD;
            if (!one) return 0;
        }
        return 1;
    }
    if (f->n_heads == 1 && f->head[0].n > 1 && n > 2) return 1;
    for (I k = 0; k < n; k++) {
        int end = 0, start = 0;
        for (int h = 0; h < f->n_distinct; h++) {
            end |= ends_with(x, items[k], &f->head[f->distinct[h]]);
            start |= starts_with(x, items[k], &f->head[f->distinct[h]]);
        }
        all_end &= end;
        all_start &= start;
        either &= end || start;
    }
    return f->n_heads == 1 ? all_end || all_start : either;
}

/* Whether the first clauses of all items begin with a head, or all end with one. */
int are_alike(const X *x, const Item *items, I n, const Formula *f) {
    int starts = 1, ends = 1;
    for (I k = 0; k < n && (starts || ends); k++) {
        Item clause = {items[k].a, items[k].a};
        int start = 0, end = 0;
        while (clause.b < items[k].b && x[clause.b] != ',') clause.b++;
        for (int h = 0; h < f->n_distinct; h++) {
            start |= starts_with(x, clause, &f->head[f->distinct[h]]);
            end |= ends_with(x, clause, &f->head[f->distinct[h]]);
        }
        starts &= start;
        ends &= end;
    }
    return starts || ends;
}

/* n items in a row among `found`, all different, none of them more than a clause or a formula itself. */
static void judge_runs(const Reader *r, const Item *items, I found, I n, const Formula *f, Spelled *best) {
    I bad = -1; /* the last item that may be in no run, as far as is known */
    Formula told;
    for (I i = 0, looked = 0; i + n <= found; i++) {
        int differ = 1;
        for (; looked < i + n; looked++) {
            Item item = items[looked];
            if (any_is(r, item.a, item.b, BEYOND) || (any_is(r, item.a, item.b, IN_NUMBER) && parse(r, item.a, item.b, &told))) bad = looked;
        }
        if (bad >= i) continue;
        for (I k = i; k < i + n && differ; k++)
            for (I j = i; j < k && differ; j++) differ = !same(r->x, items[j].a, items[j].b, items[k].a, items[k].b);
        if (differ && parallel(r, items + i, n, f)) judge(r, items + i, n, f, 0, 1.0, best);
    }
}

/* The parts of a formula in [a, b): nothing else may stand there, or, if not `exact`, as many items in a row. */
int spell_out(const Reader *r, I a, I b, const Formula *f, int exact, Spelled *best) {
    static const Cut cuts[] = {{U";。!?", 0, 0},   {U",;。!?", 0, 0},        {U"、", 0, 0},  {U"、,;。!?", 0, 0},
                               {U"、,;。!?和及与", 1, 0}, {U"+、,", 0, 0}, {U"", 0, 1}};
    Item items[MOST_ITEMS];
    I stops = 0, commas = 0, lists = 0, words = 0, sums = 0;
    best->n = 0;
    best->fit = 0;
    if (!f->n_wanted) return 0;
    for (I at = a; at < b; at++) {
        X c = r->x[at];
        lists += c == U'、';
        commas += c == ',';
        sums += c == '+';
        words += c == U'和' || c == U'及' || c == U'与';
        stops += among(c, SHORT_STOPS);
    }
    const I marks[] = {stops, commas + stops, lists, lists + commas + stops, lists + commas + stops + words, sums + lists + commas, b - a};
    for (int w = 0; w < f->n_wanted; w++) {
        I n = f->wanted[w];
        if (n > MOST_PARTS || (!exact && b - a >= MOST_ITEMS)) {
            *r->hard = 1;
            return 0;
        }
        for (int c = 0; c < 7; c++) {
            if (marks[c] < n - 1) continue;
            I found = split_items(r, a, b, cuts + c, exact ? n + 1 : MOST_ITEMS, items);
            if (found < n) continue;
            if (!exact) {
                judge_runs(r, items, found, n, f, best);
            } else if (found == n) {
                judge(r, items, n, f, 1, 1.0, best);
            } else if (f->n_heads) {
                int beyond = 0;
                for (I k = 0; k < n && !beyond; k++) beyond = any_is(r, items[k].a, items[k].b, BEYOND);
                if (!beyond) judge(r, items, n, f, 0, 0.99, best);
            }
        }
    }
    return best->n > 0;
}

static Item clean_one(const Reader *r, I a, I b) {
    const X *x = r->x;
    /* The last quotation: an opening mark, and none behind it but one that closes at the very end. */
    I open = b > a && among(x[b - 1], CLOSING) ? b - 1 : b;
    while (open > a && !among(x[open - 1], U"“”‘’『』「」")) open--;
    if (open-- - 1 > a + 1 && among(x[open], OPENING)) {
        /* A name in quotation marks closes the item; a mark that only opens begins it. */
        X last = b < r->hi && !among(x[b], OPENING) ? x[b] : x[b - 1];
        if (among(last, CLOSING)) b = open;
        else a = open + 1;
    }
    if (search(r->m, r->t, SUMMED, a, a, b)) b = r->m->g[0];
    for (int pattern = 0; pattern < 2; pattern++) {
        I end = match(r->m, r->t, pattern ? ONE : PLACE_VERB, a, a, b);
        if (end >= 0) a = end;
    }
    return trim(r, a, b);
}

/* The head of part k, one after the other for as often as it is counted. */
static Word borne(const Formula *f, I k) {
    int h = 0;
    for (; k >= f->count[h]; h++) k -= f->count[h];
    return f->head[h];
}

static I n_borne(const Formula *f) {
    I sum = 0;
    for (int h = 0; h < f->n_heads && h < f->n; h++) sum += f->count[h];
    return sum;
}

/* The first of n items, cut where its siblings begin: with their first characters, else after a verb, else by length. */
static Item align_first(const Reader *r, const Item *items, I n, const Formula *f) {
    const X *x = r->x;
    I a = items[0].a, b = items[0].b, longest = 0, cut = a;
    for (I k = 1; k < n; k++) longest = most(longest, items[k].b - items[k].a);
    if (n_borne(f) == n) {
        int all = 1;
        for (I k = 1; k < n && all; k++) {
            Word head = borne(f, k);
            all = starts_with(x, items[k], &head);
        }
        Word head = borne(f, 0);
        I at = all ? find_last(x, a, b, head) : -1;
        if (at >= 0 && b - at > head.n) return (Item){at, b};
    }
    for (I size = 3; size; size--) {
        Word head = {x + items[1].a, least(size, items[1].b - items[1].a)};
        int all = n > 2 || size > 1;
        for (I k = 2; k < n && all; k++) {
            Word other = {x + items[k].a, least(size, items[k].b - items[k].a)};
            all = same_word(&head, &other);
        }
        I at = all ? find_last(x, a, b, head) : -1;
        if (at >= 0) return (Item){at, b};
    }
    if (b - a <= longest + 1) return items[0];
    while (b - cut > longest + 1) {
        I end = match(r->m, r->t, VERB, cut, cut, b);
        if (end < 0) break;
        cut = end;
    }
    if (cut > a) return (Item){cut, b};
    return b - a <= 2 * longest ? items[0] : (Item){b - longest, b};
}

static int by_size(const void *p, const void *q) {
    I a = *(const I *)p, b = *(const I *)q;
    return a < b ? -1 : a > b;
}

static Item shorten(const Reader *r, I which, Word head, const Item *items, I n) {
    const X *x = r->x;
    Item item = items[which];
    I sizes[MOST_PARTS], others = 0, same_ = 0;
    if (head.n != 1 || item.b <= item.a || x[item.b - 1] != *head.x || !among(x[item.a], U"设建配有聘选定")) return item;
    for (I k = 0; k < n; k++)
        if (items[k].a != item.a || items[k].b != item.b) sizes[others++] = items[k].b - items[k].a;
    qsort(sizes, (size_t)others, sizeof *sizes, by_size);
    if (!others || item.b - item.a != sizes[others / 2] + 1) return item;
    for (I k = 0; k < n; k++) {
        if (items[k].a >= r->hi) *r->hard = 1;
        else same_ += x[items[k].a] == x[item.a];
    }
    return same_ == 1 ? (Item){item.a + 1, item.b} : item;
}

/* Where the part ends that an item tells more about: before its first comma, or before 有… or 要… behind its head; -1: nowhere. */
static I comment(const X *x, Item item, const Word *head, int pattern) {
    I comma = item.a, last = item.b;
    while (comma < item.b && x[comma] != ',') comma++;
    if (!pattern) return comma < item.b && find_word(x, item.a, comma, head) >= 0 ? comma : -1;
    while (last > item.a && x[last - 1] != ',') last--;
    for (I at = item.a; (at = find_word(x, at, item.b, head)) >= 0; at++) {
        I end = at + head->n;
        if (end + 1 < item.b && end >= last && among(x[end], U"有要")) return end;
    }
    return -1;
}

static void cut_comments(const X *x, Item *items, I n, const Word *head) {
    I ends[MOST_PARTS];
    for (int pattern = 0; pattern < 2; pattern++) {
        int all = 1, rest = 1;
        for (I k = 0; k < n && all; k++) {
            all = (ends[k] = comment(x, items[k], head, pattern)) >= 0;
            if (all) rest &= find_word(x, ends[k], items[k].b, head) >= 0;
        }
        if (!all || rest) continue;
        for (I k = 0; k < n; k++) items[k].b = ends[k];
        return;
    }
}

/* 一比学习、二比作风: ordinals that count up are none of the parts' words. */
static void cut_ordinals(const X *x, Item *items, I n) {
    if (n < 2 || n > 10) return;
    for (I k = 0; k < n; k++)
        if (items[k].b - items[k].a < 3 || x[items[k].a] != U"一二三四五六七八九十"[k] || among(x[items[k].a + 1], U"个名条项本张件种")) return;
    for (I k = 0; k < n; k++) items[k].a++;
}

/* Take from n items what leads up to them or names the formula. */
void clean_parts(const Reader *r, Item *items, I n, const Formula *f) {
    if (n > MOST_PARTS) {
        *r->hard = 1;
        return;
    }
    for (I k = 0; k < n; k++) items[k] = clean_one(r, items[k].a, items[k].b);
    if (n > 1) items[0] = align_first(r, items, n, f);
    if (n_borne(f) == n) {
        Item cleaned[MOST_PARTS];
        for (I k = 0; k < n; k++) cleaned[k] = shorten(r, k, borne(f, k), items, n);
        memcpy(items, cleaned, (size_t)n * sizeof *items);
    }
    if (f->n_heads == 1) cut_comments(r->x, items, n, &f->head[0]);
    cut_ordinals(r->x, items, n);
}
