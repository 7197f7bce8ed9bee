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
enum { MOST_HITS = 2048, MOST_CHARS = 8000, MOST_NODES = 20000, MOST_RULES = 4096, ROOM = 200000 };

typedef struct {
    int32_t kind, a, b, flags; /* literals, parts: a .. b of `lists`; pattern: a; near: left, right */
    int32_t distance, points;
} Node;

typedef struct {
    int32_t node, theme, zones, refuse, heading, bit, kind, options; /* heading: a node or -1; kind: -1, or whether a heading */
} Rule;

typedef struct {
    const Trie *trie;
    const uint8_t *groups;   /* of each literal */
    const Node *nodes;
    const int32_t *lists;    /* sorted literals, or parts */
    const Rule *rules;
    const int32_t *by_first; /* of each literal: where in `lists` its rules stand, and its nodes */
    const int32_t *by_last, *nodes_first, *nodes_last;
    const int32_t *loose;    /* rules that have a pattern: asked for every unit where one matches */
    I n_rules, n_loose, doctrine, n_options, reach, all_hold; /* all_hold: overlap of the whole codebook */
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
    int32_t hit, next;
} Link;

typedef struct {
    Machine *m;
    const Book *book;
    const T *t;
    const X *x;
    I lo, hi;
    Hit *hits;
    I n;
    int zones_known, hard, lenient; /* lenient: matches that do not count are kept, too, as bad ones */
    uint8_t *zone;
    int32_t *clause;
    Span *room;
    I used;
    I number;
    const I *met;         /* of each node of literals: the last unit that holds one of them */
    const int32_t *first; /* and where its hits there begin among the links */
    const Link *links;
} Unit;

static void zones(Unit *u) {
    if (u->zones_known) return;
    u->zones_known = 1;
    memset(u->zone, Z_TEXT, (size_t)(u->hi - u->lo));
    int32_t clause = 0;
    int quotes = 0, titles = 0;
    for (I i = u->lo; i < u->hi; i++) {
        u->clause[i - u->lo] = clause;
        if (u->x[i] >= 0x3400 && u->x[i] <= 0x9FFF) continue;
        clause += among(u->x[i], U",:;。!?");
        quotes |= among(u->x[i], U"“『「‘\"");
        titles |= among(u->x[i], U"《【");
    }
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
    for (I i = 0; i < u->n && u->hits[i].a <= a; i++)
        if ((u->book->groups[u->hits[i].word] & group) && u->hits[i].b > reach) reach = u->hits[i].b, from = u->hits[i].a;
    return reach >= b && reach - from > b - a;
}

static int denied(const Unit *u, I a, I b) {
    const int32_t *clause = u->clause - u->lo;
    I before = -1, adjacent = -1, after = -1;
    for (I i = 0; i < u->n; i++) {
        const Hit *h = u->hits + i;
        int group = u->book->groups[h->word];
        if (group & REMEDY) return 0;
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
    uint8_t first = u->zone[a - u->lo], last = u->zone[b - 1 - u->lo];
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

/* The matches of a node that count (or all, leniently), in order, written to the room; how many there are. */
static I spans(Unit *u, int32_t number, const Rule *rule, Span **out) {
    const Node *node = u->book->nodes + number;
    I first = u->used;
    *out = u->room + first;
    if (node->kind == LITERALS) {
        if (u->met[number] != u->number) return 0;
        I reach = -1, from = 0;
        for (int32_t link = u->first[number]; link >= 0; link = u->links[link].next) {
            Hit *h = u->hits + u->links[link].hit;
            int ok = hit_counts(u, h, rule);
            /* Inside a longer one that counts it is none. Hits come in the order of starts, longer ones first. */
            int inside = reach >= h->b && reach - from > h->b - h->a;
            if (ok && h->b > reach) reach = h->b, from = h->a;
            if ((ok || u->lenient) && !inside) keep(u, h->a, h->b, !ok);
        }
        return u->used - first;
    }
    if (node->kind == PATTERN) {
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
    zones(u);
    const int32_t *clause = u->clause - u->lo;
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

/* Whether a node may hold, by the literals that stand in the unit alone. */
static int may_hold(const Unit *u, int32_t number) {
    const Node *node = u->book->nodes + number;
    if (node->kind == LITERALS) return u->met[number] == u->number;
    if (node->kind == NEAR) return may_hold(u, node->a) && ((node->flags & NEGATED) || may_hold(u, node->b));
    if (node->kind != AND && node->kind != OR) return 1;
    for (int32_t i = node->a; i < node->b; i++)
        if (may_hold(u, u->book->lists[i]) != (node->kind == AND)) return node->kind == OR;
    return node->kind == AND;
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

/* Say of n units which themes they bear: bears[unit * n_themes + theme]. `parents` are the headings above, -1 for none;
   `holding` has room for the expressions that hold in each. Units that only the plain functions can do are marked as hard.
   `counted` and `refused`, like `bears` but wanted only if given, tell how many matches count and whether one is refused. */
void codes(Machine *m, const Book *book, const T *t, const X *x, I n, const I *begin, const I *end, const I *headings, const I *parents,
           I n_themes, uint64_t *holding, uint8_t *bears, uint8_t *hard, int32_t *counted, uint8_t *refused) {
    static Hit hits[MOST_HITS];
    static uint8_t zone[MOST_CHARS];
    static int32_t clause[MOST_CHARS];
    static Span room[ROOM];
    static I asked[MOST_RULES];
    static int32_t rules[MOST_RULES];
    memset(asked, -1, sizeof asked);
    static I met[MOST_NODES];
    static int32_t first[MOST_NODES], last[MOST_NODES];
    static Link links[ROOM];
    memset(met, -1, sizeof met);
    Unit u = {.met = met, .first = first, .links = links,.m = m, .book = book, .t = t, .x = x, .hits = hits, .zone = zone, .clause = clause, .room = room};
    for (I i = 0; i < n; i++) {
        int spoken = 0, doctrine = -1;
        u.number = i, u.lo = begin[i], u.hi = end[i], u.n = 0, u.zones_known = u.hard = 0, u.used = 0;
        if (u.hi - u.lo > MOST_CHARS) {
            hard[i] = 1;
            continue;
        }
        glance(m, t, u.lo, u.hi);
        for (I a = u.lo; a < u.hi; a++) {
            int32_t node = x[a] > 0xFFFF ? 0 : book->trie->first[x[a]];
            if (!node || (a > u.lo && is_latin(x[a - 1]) && is_latin(x[a]))) continue;
            I from = u.n;
            for (I b = a + 1;; b++) {
                int32_t w = book->trie->words[node];
                if (w >= 0 && !(b < u.hi && is_latin(x[b - 1]) && is_latin(x[b]))) {
                    if (u.n == MOST_HITS - 1) u.hard = 1;
                    else hits[u.n++] = (Hit){w, (int32_t)a, (int32_t)b, {0}};
                    spoken |= book->groups[w] & SPOKEN;
                }
                if (b >= u.hi || !(node = child(book->trie, node, x[b]))) break;
            }
            for (I k = from, j = u.n - 1; k < j; k++, j--) {
                Hit swap = hits[k];
                hits[k] = hits[j];
                hits[j] = swap;
            }
        }
        int32_t n_links = 0, n_asked = 0;
#define ASK(list, from, to)                                         \
    for (int32_t j = (from); j < (to); j++)                         \
        if (asked[(list)[j]] != i) asked[(list)[j]] = i, rules[n_asked++] = (list)[j];
        for (I k = 0; k < u.n && spoken; k++) {
            ASK(book->lists, book->by_first[hits[k].word], book->by_last[hits[k].word])
            for (int32_t j = book->nodes_first[hits[k].word]; j < book->nodes_last[hits[k].word] && n_links < ROOM; j++) {
                int32_t node = book->lists[j];
                links[n_links] = (Link){(int32_t)k, -1};
                if (met[node] == i) links[last[node]].next = n_links;
                else first[node] = n_links;
                met[node] = i;
                last[node] = n_links++;
            }
            u.hard |= n_links == ROOM;
        }
        ASK(book->loose, 0, book->n_loose)
        for (I k = 0; k < n_asked; k++) {
            const Rule *rule = book->rules + rules[k];
            uint8_t *bear = bears + i * n_themes + rule->theme;
            if ((*bear && !counted) || (rule->kind >= 0 && rule->kind != headings[i])) continue;
            if (!may_hold(&u, rule->node) || (!counted && !holds_in(&u, rule->node, rule))) continue;
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
