/* The rules of a codebook over many units: cxzy_study/coding/{rules,page,zones,spans}.py.

   A unit is looked at if it holds a literal or pattern that some rule can point at; of each rule only whether it counts is
   wanted, or how often it does and whether a match was refused. Nodes of all expressions stand in one array, parts before
   wholes. */
#include "trie.h"

enum { LITERALS, PATTERN, NEAR, AND, OR, NOT };
enum { CLAUSE = 1, ORDERED = 2, NEGATED = 4 };
enum { QUOTED, TITLE, NAME_NOUN, FIRST_PATTERN }; /* patterns of the machine; those of the rules follow */
enum { SPOKEN = 1, SHIELD = 2, NAME = 4, BEFORE = 8, ADJACENT = 16, AFTER = 32, UNLESS = 64, REMEDY = 128 };
enum { Z_TEXT, Z_QUOTE, Z_NAME, Z_TITLE };
enum { MOST_HITS = 2048, MOST_CHARS = 8000, MOST_BITS = 24576, BLOCK = 8, ROOM = 200000 };

typedef struct {
    int32_t kind, a, b, flags; /* literals: bit a of a literal's row; parts: a .. b of `lists`; pattern: a, and bit b of its
                                  beginnings or -1; near: left, right */
    int32_t distance, points;
} Node;

typedef struct {
    int32_t node, theme, zones, refuse, heading, bit, kind, options; /* heading: a node or -1; kind: -1, or whether a heading */
    int32_t a, b; /* in `lists`, by twos: bits that must both be set (-1: none is needed), one such pair at least, if it is to hold */
} Rule;

typedef struct {
    const Trie *trie;
    const uint8_t *groups;   /* of each literal */
    const Node *nodes;
    const int32_t *lists;    /* parts */
    const Rule *rules;
    const uint64_t *rows;    /* of each literal `width` words of bits (some BLOCKs): first the rules that it may make hold, then the nodes it is in */
    const uint64_t *loose;   /* rules that have a pattern: asked for every unit where one matches */
    I n_rules, rule_words, width, doctrine, n_options, reach, all_hold; /* all_hold: overlap of the whole codebook */
    I n_literals; /* words behind them are beginnings of patterns, and no hits */
} Book;

typedef struct {
    int32_t a, b, bad; /* bad: something is held against it */
} Span;

enum { ABSENT = 2 }; /* the best flag of a node that does not hold; 0 and 1 are those of a span */

typedef struct {
    int32_t word, a, b;
    uint8_t ok[8]; /* by kind of rule (zones, negation) */
} Hit;

typedef struct {
    Machine *m;
    const Book *book;
    const T *t;
    const X *x;
    I lo, hi;
    Hit *hits;
    I n;
    int groups; /* of all hits */
    int zones_known, clauses_known, plain, hard, lenient; /* plain: all is text; lenient: matches that do not count are kept, too, as bad ones */
    uint8_t *zone;
    int32_t *clause;
    Span *room;
    I used;
    uint64_t *here; /* which rules and nodes the literals of the unit are in */
} Unit;

static inline int in(const uint64_t *row, int32_t bit) { return row[bit >> 6] >> (bit & 63) & 1; }
static inline const uint64_t *row_of(const Unit *u, const Hit *h) { return u->book->rows + h->word * u->book->width; }

static const int32_t *clauses(Unit *u) { /* of each character, by its place in the whole text: the number of its clause */
    int32_t clause = 0;
    for (I i = u->lo; i < u->hi && !u->clauses_known; i++) {
        u->clause[i - u->lo] = clause;
        clause += (u->x[i] < 0x3400 || u->x[i] > 0x9FFF) && among(u->x[i], U",:;。!?");
    }
    u->clauses_known = 1;
    return u->clause - u->lo;
}

static void zones(Unit *u) {
    if (u->zones_known) return;
    u->zones_known = 1;
    int quotes = 0, titles = 0;
    for (I i = u->lo; i < u->hi; i++) {
        if (u->x[i] >= 0x3400 && u->x[i] <= 0x9FFF) continue;
        quotes |= among(u->x[i], U"“『「‘\"");
        titles |= among(u->x[i], U"《【");
    }
    u->plain = !quotes && !titles && !(u->groups & NAME);
    if (u->plain) return;
    memset(u->zone, Z_TEXT, (size_t)(u->hi - u->lo));
    for (I at = u->lo; quotes && search(u->m, u->t, QUOTED, at, u->lo, u->hi); at = u->m->g[1]) {
        I a = u->m->g[0], b = u->m->g[1];
        memset(u->zone + a - u->lo, match(u->m, u->t, NAME_NOUN, b, u->lo, u->hi) >= 0 ? Z_NAME : Z_QUOTE, (size_t)(b - a));
        u->m->g[1] = b;
    }
    for (I i = 0; i < u->n; i++)
        if (u->book->groups[u->hits[i].word] & NAME) memset(u->zone + u->hits[i].a - u->lo, Z_NAME, (size_t)(u->hits[i].b - u->hits[i].a));
    for (I at = u->lo; titles && search(u->m, u->t, TITLE, at, u->lo, u->hi); at = u->m->g[1])
        memset(u->zone + u->m->g[0] - u->lo, Z_TITLE, (size_t)(u->m->g[1] - u->m->g[0]));
}

/* Whether [a, b) lies inside a longer hit of `group` (of those that begin no later, the one that reaches farthest). */
static int held(const Unit *u, I a, I b, int group) {
    I reach = -1, from = 0;
    if (!(u->groups & group)) return 0;
    for (I i = 0; i < u->n && u->hits[i].a <= a; i++)
        if ((u->book->groups[u->hits[i].word] & group) && u->hits[i].b > reach) reach = u->hits[i].b, from = u->hits[i].a;
    return reach >= b && reach - from > b - a;
}

static int denied(Unit *u, I a, I b) {
    if ((u->groups & REMEDY) || !(u->groups & (BEFORE | ADJACENT | AFTER))) return 0;
    const int32_t *clause = clauses(u);
    I before = -1, adjacent = -1, after = -1;
    for (I i = 0; i < u->n; i++) {
        const Hit *h = u->hits + i;
        int group = u->book->groups[h->word];
        if (!(group & (BEFORE | ADJACENT | AFTER)) || held(u, h->a, h->b, UNLESS)) continue;
        if ((group & BEFORE) && h->b <= a) before = most(before, h->b);
        if ((group & ADJACENT) && h->b <= a) adjacent = most(adjacent, h->b);
        if ((group & AFTER) && h->a >= b && (after < 0 || h->a < after)) after = h->a;
    }
    if (before >= 0 && a - before <= u->book->reach && clause[before - 1] == clause[a]) return 1;
    if (adjacent == a && clause[a - 1] == clause[a]) return 1;
    return after >= 0 && after - b <= u->book->reach && clause[after] == clause[b - 1];
}

/* Whether a match at [a, b) counts for rules with these options. */
static int counts(Unit *u, I a, I b, const Rule *rule) {
    if (held(u, a, b, u->book->all_hold ? SPOKEN | SHIELD : SHIELD)) return 0;
    zones(u);
    uint8_t first = u->plain ? Z_TEXT : u->zone[a - u->lo], last = u->plain ? Z_TEXT : u->zone[b - 1 - u->lo];
    if (!(rule->zones >> (first < last ? first : last) & 1)) return 0;
    return !rule->refuse || !denied(u, a, b);
}

static int hit_counts(Unit *u, Hit *h, const Rule *rule) {
    uint8_t *known = h->ok + rule->options;
    if (!*known) *known = counts(u, h->a, h->b, rule) ? 1 : 2;
    return *known == 1;
}

static Span *keep(Unit *u, I a, I b, int bad) {
    if (u->used == ROOM) {
        u->hard = 1;
        return u->room;
    }
    u->room[u->used] = (Span){(int32_t)a, (int32_t)b, bad};
    return u->room + u->used++;
}

static int by_place(const void *p, const void *q) {
    const Span *a = p, *b = q;
    return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b != b->b ? (a->b < b->b ? -1 : 1) : a->bad - b->bad;
}

static I unique(Span *s, I n) {
    I kept = 0;
    qsort(s, (size_t)n, sizeof(Span), by_place);
    for (I i = 0; i < n; i++)
        if (!kept || s[i].a != s[kept - 1].a || s[i].b != s[kept - 1].b) s[kept++] = s[i];
    return kept;
}

static int best(Unit *u, int32_t number, const Rule *rule);

static int best_of(const Span *s, I n) {
    int flag = ABSENT;
    for (I i = 0; i < n; i++) flag = s[i].bad < flag ? s[i].bad : flag;
    return flag;
}

/* Whether a node may hold, by the literals that stand in the unit alone. */
static int may_hold(const Unit *u, int32_t number) {
    const Node *node = u->book->nodes + number;
    if (node->kind == LITERALS) return in(u->here, node->a);
    if (node->kind == NEAR) return may_hold(u, node->a) && ((node->flags & NEGATED) || may_hold(u, node->b));
    if (node->kind == PATTERN) return node->b < 0 || in(u->here, node->b);
    if (node->kind != AND && node->kind != OR) return 1;
    for (int32_t i = node->a; i < node->b; i++)
        if (may_hold(u, u->book->lists[i]) != (node->kind == AND)) return node->kind == OR;
    return node->kind == AND;
}

/* The matches of a node that count (or all, leniently), in order, written to the room; how many there are. */
static I spans(Unit *u, int32_t number, const Rule *rule, Span **out) {
    const Node *node = u->book->nodes + number;
    I first = u->used;
    *out = u->room + first;
    if (node->kind == LITERALS) {
        if (!in(u->here, node->a)) return 0;
        I reach = -1, from = 0;
        for (Hit *h = u->hits; h < u->hits + u->n; h++) {
            if (!in(row_of(u, h), node->a)) continue;
            int ok = hit_counts(u, h, rule);
            /* Inside a longer one that counts it is none. Hits come in the order of starts, longer ones first. */
            int inside = reach >= h->b && reach - from > h->b - h->a;
            if (ok && h->b > reach) reach = h->b, from = h->a;
            if ((ok || u->lenient) && !inside) keep(u, h->a, h->b, !ok);
        }
        return u->used - first;
    }
    if (node->kind == PATTERN) {
        if (!may_hold(u, number)) return 0;
        for (I at = u->lo; search(u->m, u->t, FIRST_PATTERN + node->a, at, u->lo, u->hi);) {
            I a = u->m->g[0], b = u->m->g[1];
            at = b;
            int ok = counts(u, a, b, rule);
            if (ok || u->lenient) keep(u, a, b, !ok);
        }
        return u->used - first;
    }
    if (node->kind == OR || node->kind == AND) {
        I n = 0;
        int filled = 0, worst = 0, flag;
        for (int32_t i = node->a; i < node->b; i++) {
            int32_t part = u->book->lists[i];
            if (node->kind == OR && !may_hold(u, part)) continue;
            if (node->kind == AND && !u->book->nodes[part].points) {
                if ((flag = best(u, part, rule)) == ABSENT) return u->used = first, 0;
                worst |= flag;
                continue;
            }
            Span *s;
            I more = spans(u, part, rule, &s);
            if (node->kind == AND && !more) return u->used = first, 0;
            if (node->kind == AND) worst |= best_of(s, more);
            memmove(u->room + first + n, s, (size_t)more * sizeof(Span));
            n += more;
            filled += more > 0;
            u->used = first + n;
        }
        if (filled > 1) n = unique(u->room + first, n);
        for (I i = 0; i < n && worst; i++) u->room[first + i].bad = 1;
        u->used = first + n;
        return n;
    }
    /* NEAR */
    Span *left, *right;
    I n_left = spans(u, node->a, rule, &left), n_right, n = 0;
    if (!n_left) return u->used = first, 0;
    n_right = spans(u, node->b, rule, &right);
    const int32_t *clause = clauses(u);
    I start = u->used;
    for (I i = 0; i < n_left; i++) {
        I gap_after = -1, gap_before = -1, b_a = 0, b_b = 0, a_a = 0, a_b = 0;
        int bad_after = 0, bad_before = 0;
        for (I k = 0; k < n_right; k++) /* the first that begins no earlier than this one ends */
            if (right[k].a >= left[i].b) {
                a_a = right[k].a, a_b = right[k].b, bad_after = right[k].bad, gap_after = a_a - left[i].b;
                break;
            }
        if (gap_after > node->distance || (gap_after >= 0 && (node->flags & CLAUSE) && clause[a_a] != clause[left[i].b - 1])) gap_after = -1;
        if (!(node->flags & ORDERED)) {
            I last = -1;
            for (I k = 0; k < n_right; k++)
                if (right[k].b <= left[i].a && right[k].b >= last) last = right[k].b, b_a = right[k].a, b_b = right[k].b, bad_before = right[k].bad;
            if (last >= 0) gap_before = left[i].a - last;
            if (gap_before > node->distance || (gap_before >= 0 && (node->flags & CLAUSE) && clause[b_b - 1] != clause[left[i].a])) gap_before = -1;
        }
        int paired = gap_after >= 0 || gap_before >= 0, before = gap_before >= 0 && (gap_after < 0 || gap_before < gap_after);
        if (node->flags & NEGATED) {
            if (!paired || u->lenient) keep(u, left[i].a, left[i].b, left[i].bad || paired);
        } else if (paired) {
            I p_a = before ? b_a : a_a, p_b = before ? b_b : a_b;
            keep(u, least(left[i].a, p_a), most(left[i].b, p_b), left[i].bad || (before ? bad_before : bad_after));
        }
    }
    n = u->used - start;
    memmove(u->room + first, u->room + start, (size_t)n * sizeof(Span));
    if (!(node->flags & NEGATED)) n = unique(u->room + first, n);
    u->used = first + n;
    return n;
}

/* The best flag of a node in the unit, ABSENT where it does not hold. */
static int best(Unit *u, int32_t number, const Rule *rule) {
    const Node *node = u->book->nodes + number;
    if (node->kind == NOT) {
        int lenient = u->lenient, inner;
        u->lenient = 0;
        inner = best(u, node->a, rule);
        u->lenient = lenient;
        return inner ? 0 : lenient ? 1 : ABSENT;
    }
    if (!node->points) {
        int all = node->kind == AND, flag = all ? 0 : ABSENT;
        for (int32_t i = node->a; i < node->b && flag != (all ? ABSENT : 0); i++) {
            int part = best(u, u->book->lists[i], rule);
            flag = (part > flag) == all ? part : flag;
        }
        return flag;
    }
    Span *s;
    I before = u->used, n = spans(u, number, rule, &s);
    u->used = before;
    return best_of(s, n);
}

static int holds_in(Unit *u, int32_t number, const Rule *rule) { return best(u, number, rule) == 0; }

/* Add how often a rule counts, and whether a match of it is refused: one that would count if nothing were held against it. */
static void tally(Unit *u, const Rule *rule, int barred, int32_t *counted, uint8_t *refused) {
    Span *strict, *tried;
    I n = spans(u, rule->node, rule, &strict), more, k = 0;
    if (barred) n = 0;
    *counted += (int32_t)n;
    if (!*refused) {
        u->lenient = 1;
        more = spans(u, rule->node, rule, &tried);
        u->lenient = 0;
        for (I i = 0; i < more && !*refused; i++) {
            if (!tried[i].bad && !barred) continue;
            for (k = 0; k < n && (strict[k].a != tried[i].a || strict[k].b != tried[i].b); k++) {}
            *refused = k == n;
        }
    }
    u->used = 0;
}

/* Whether a rule may hold: as may_hold, or a little less exactly. */
static int may_apply(const Unit *u, const Rule *rule) {
    for (const int32_t *bits = u->book->lists + rule->a, *end = u->book->lists + rule->b; bits < end; bits += 2)
        if ((bits[0] < 0 || in(u->here, bits[0])) && (bits[1] < 0 || in(u->here, bits[1]))) return 1;
    return 0;
}

/* Find the literals of a unit, in the order of their starts, longer ones first, and what they are in. */
static void find_hits(Unit *u) {
    const Book *book = u->book;
    const Trie *trie = book->trie;
    const X *x = u->x;
    I hi = u->hi;
    u->n = u->groups = 0;
    memset(u->here, 0, (size_t)book->width * sizeof(uint64_t));
    static int32_t places[MOST_CHARS];
    for (I i = 0, n = starts(trie, x, u->lo, hi, 1, places); i < n; i++) {
        I a = u->lo + places[i];
        if (x[a] < 128 && a > u->lo && is_latin(x[a - 1]) && is_latin(x[a])) continue;
        int32_t node = child(trie, 0, x[a]);
        I from = u->n;
        for (I b = a + 1; node; b++) {
            int32_t w = trie->words[node];
            if (w >= 0 && !(x[b - 1] < 128 && b < hi && is_latin(x[b - 1]) && is_latin(x[b]))) {
                if (u->n == MOST_HITS - 1) u->hard = 1;
                else if (w < book->n_literals) u->hits[u->n++] = (Hit){w, (int32_t)a, (int32_t)b, {0}}, u->groups |= book->groups[w];
                const uint64_t *row = book->rows + w * book->width;
                for (I k = 0; k < book->width; k += BLOCK)
                    for (I j = k; j < k + BLOCK; j++) u->here[j] |= row[j];
            }
            if (b >= hi) break;
            node = child(trie, node, x[b]);
        }
        for (I k = from, j = u->n - 1; k < j; k++, j--) {
            Hit swap = u->hits[k];
            u->hits[k] = u->hits[j];
            u->hits[j] = swap;
        }
    }
}

/* Say of n units which themes they bear: bears[unit * n_themes + theme]. `parents` are the headings above, -1 for none;
   `holding` has room for the expressions that hold in each. Units that only the plain functions can do are marked as hard.
   `counted` and `refused`, like `bears` but wanted only if given, tell how many matches count and whether one is refused. */
void codes(Machine *m, const Book *book, const T *t, const X *x, I n, const I *begin, const I *end, const I *headings, const I *parents,
           I n_themes, uint64_t *holding, uint8_t *bears, uint8_t *hard, int32_t *counted, uint8_t *refused) {
    static Hit hits[MOST_HITS];
    static uint8_t zone[MOST_CHARS];
    static int32_t clause[MOST_CHARS];
    static Span room[ROOM];
    static uint64_t here[MOST_BITS / 64];
    Unit u = {.m = m, .book = book, .t = t, .x = x, .hits = hits, .zone = zone, .clause = clause, .room = room, .here = here};
    /* Few patterns, seldom asked: no unit is looked at beforehand. */
    m->seen = ~(uint64_t)0;
    m->from = m->until = 0;
    for (I i = 0; i < n; i++) {
        int doctrine = -1;
        u.lo = begin[i], u.hi = end[i], u.zones_known = u.clauses_known = u.hard = 0, u.used = 0;
        if (u.hi - u.lo > MOST_CHARS) {
            hard[i] = 1;
            continue;
        }
        find_hits(&u);
        for (I word = 0; word < book->rule_words; word++)
            for (uint64_t asked = here[word] | book->loose[word]; asked && !(doctrine > 0 && !counted); asked &= asked - 1) {
                const Rule *rule = book->rules + 64 * word + lowest(asked);
                uint8_t *bear = bears + i * n_themes + rule->theme;
                if ((*bear && !counted) || (rule->kind >= 0 && rule->kind != headings[i])) continue;
                if (!may_apply(&u, rule) || (!counted && !holds_in(&u, rule->node, rule))) continue;
                if (book->doctrine >= 0 && doctrine < 0)
                    doctrine = holds_in(&u, book->rules[book->n_rules].node, book->rules + book->n_rules);
                if (doctrine > 0 && !counted) break;
                int under = rule->heading < 0;
                for (I above = parents[i]; above >= 0 && !under; above = parents[above]) under = holding[above] >> rule->bit & 1;
                if (counted) tally(&u, rule, doctrine > 0 || !under, counted + i * n_themes + rule->theme, refused + i * n_themes + rule->theme);
                else *bear = (uint8_t)under;
            }
        holding[i] = 0;
        for (I r = 0; r < book->n_rules && headings[i]; r++)
            if (book->rules[r].heading >= 0 && holds_in(&u, book->rules[r].heading, book->rules + r)) holding[i] |= (uint64_t)1 << book->rules[r].bit;
        hard[i] |= (uint8_t)(u.hard || m->full);
        m->full = 0;
    }
}
