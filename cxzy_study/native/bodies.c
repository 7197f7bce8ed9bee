/* Bodies of whole documents: cxzy_study/facts/{bodies,organisations,places}.py, whose patterns and places it uses. */
#include "trie.h"

/* In the order of cxzy_study/facts/fast_bodies.py. */
enum {
    LISTED_GATE, LISTED_PLACES, LOCAL, LOCAL_BOUND, LOCAL_CLASS, LOCAL_WORDS, INNER, NO_STEM, POST, ANY, DEPARTMENT, SYSTEM,
    OWNED, CELL_OWNER, CELLS, SUFFIX, NO_SUFFIX, LISTED, VILLAGE_CELL, BOUND, COUNT_LED, LEVEL_BEFORE, CELL_END, CELL_NAME,
    OFFICE_CELL, CELL_STEM, CLASS, OWNER_END, CASE, EACH, COUNTED, MANY, BARE, GROUP_BARE, COMPANY, FIRMS, LEVEL_LED,
    LOCAL_INSTITUTION, MASS_NAME, MINE, OWNER_LEVEL, LEVEL, OWNER_CELL, NATIONAL, UNLISTED, UNLISTED_OWNER, DIRECT
};
enum { PLACE, PARTY, GOVERNMENT, DEPARTMENTS, SYSTEMS, ENTERPRISE, UNIVERSITY, SCHOOL, INSTITUTION, COURT, CONGRESS, GROUPED, MASS, POSTED };
enum { UNKNOWN, PROVINCE, MUNICIPALITY, PREFECTURE, COUNTY, TOWNSHIP, VILLAGE, ZONE, REGION, NATION };

/* The places of one year. A literal has candidates c_ends[i - 1] .. c_ends[i] of `cands`; so has a stem of counties. */
typedef struct {
    Trie *trie, *stems, *suffixes;
    const I *c_ends, *s_ends;
    const int32_t *cands, *s_cands, *is_short, *suffix_types, *direct_types;
    const int32_t *code, *level; /* of each place: -1 for no code */
    const X *names;              /* names, names of what is above, and short forms of places */
    const I *name, *above, *brief; /* (n, 2) places in `names`; no brief: it is not looked for */
    I n_direct, lone; /* lone: some literal has one character only */
} Places;

typedef struct {
    I unit, start, end, name_a, name_b, type, level, code, above_a, above_b;
} Row;

typedef struct {
    I a, b, n; /* n candidates; 0 for a local place */
    const int32_t *cands;
    I level;
    const X *name;
    I size; /* of the name */
} Named;

typedef struct {
    I start, end, type;
} Body;

enum { MOST_NAMED = 1024, MOST_BODIES = 1024, MOST_UNITS = 4096, MOST_CHARS = 4000, MOST_SHORT = 64, MOST_LOCAL = 256 };

typedef struct {
    Machine *m;
    const T *t;
    const X *x;
    const Places *p;
    I lo, hi;
    Named *named;
    I n;
    Body *bodies;
    I n_bodies;
    I *start_of;       /* of each place in the text: where the place name that ends there begins, -1 for none */
    uint8_t *is_start; /* where one begins */
    uint8_t *taken;
    int hard, village;
} Unit;

#define AT(i) ((i) < u->hi ? u->x[i] : 0)

static void name_place(Unit *u, I a, I b, const int32_t *cands, I n, I level) {
    if (u->n == MOST_NAMED) u->hard = 1;
    else if (n) u->named[u->n++] = (Named){a, b, n, cands, level, u->p->names + u->p->name[2 * cands[0]], u->p->name[2 * cands[0] + 1] - u->p->name[2 * cands[0]]};
    else u->named[u->n++] = (Named){a, b, 0, NULL, level, u->x + a, b - a};
}

static int is_other(const Unit *u, I a, I b, int brief) { /* only looks like the place, or stands in a slogan */
    const X *x = u->x;
    if (is(x, a, b, U"和县") && (a == u->lo || !among(x[a - 1], U"省市徽湖山"))) return 1;
    if (brief && ((b < u->hi && among(x[b], U"路港河江话菜八")) ||
                  (b + 2 <= u->hi && (is(x, b, b + 2, U"日报") || is(x, b, b + 2, U"晚报") || is(x, b, b + 2, U"卫视") ||
                                      is(x, b, b + 2, U"商报") || is(x, b, b + 2, U"都市"))) ||
                  (a > u->lo && x[a - 1] == U'新'))) return 1;
    I floor = most(u->lo, a - 40), open = a - 1, close = b;
    while (open >= floor && !among(x[open], U"“『「‘”』」’")) open--;
    if (open < floor || !among(x[open], U"“『「‘")) return 0;
    while (close < least(u->hi, b + 40) && !among(x[close], U"”』」’")) close++;
    if (close == least(u->hi, b + 40)) return 0;
    return close - open <= 32 && !(open + 1 == a && close == b);
}

static I longest_at(const Unit *u, I a) { /* where the longest literal that begins at `a` ends, 0 for none */
    int32_t node = 0;
    I b = 0;
    if (a >= u->hi || !may_start(u->p->trie, u->x, a, u->hi)) return 0;
    for (I i = a; i < u->hi && (node = child(u->p->trie, node, u->x[i])); i++)
        if (u->p->trie->words[node] >= 0) b = i + 1;
    return b;
}

static void official(Unit *u, int32_t **pool, int32_t *pool_end) {
    const Places *p = u->p;
    static int32_t places[MOST_CHARS];
    I at = u->lo, reach = u->lo, n_places = starts(p->trie, u->x, u->lo, u->hi, (int)p->lone, places);
    for (I k = 0; k < n_places; k++) {
        I a = u->lo + places[k];
        /* The longest literal that begins here, unless it lies inside one that began earlier. */
        int32_t node = 0, word = -1;
        I b = a;
        if (a > u->lo && is_latin(u->x[a - 1]) && is_latin(u->x[a])) continue;
        for (I i = a; i < u->hi && (node = child(p->trie, node, u->x[i])); i++)
            if (p->trie->words[node] >= 0) word = p->trie->words[node], b = i + 1;
        if (word < 0 || b <= reach) continue;
        reach = b;
        if (a < at || is_other(u, a, b, p->is_short[word])) continue;
        const int32_t *cands = p->cands + (word ? p->c_ends[word - 1] : 0);
        I n = p->c_ends[word] - (word ? p->c_ends[word - 1] : 0);
        at = b;
        name_place(u, a, b, cands, n, p->level[cands[0]]);
        I next = longest_at(u, b); /* whether another literal, inside no longer one, begins at b */
        for (I i = a + 1; i < b && next; i++)
            if (longest_at(u, i) >= next) next = 0;
        for (I width = 2; width <= 4 && !next; width++) { /* counties behind their province */
            if (b + width >= u->hi || among(u->x[b + width], U"县区市旗")) continue;
            int32_t stem = lookup(p->stems, u->x, b, b + width);
            if (stem < 0) continue;
            int32_t *kept = *pool;
            for (I i = stem ? p->s_ends[stem - 1] : 0; i < p->s_ends[stem]; i++)
                for (I k = 0; k < n; k++)
                    if (p->code[p->s_cands[i]] / 10000 == p->code[cands[k]] / 10000) {
                        if (*pool < pool_end) *(*pool)++ = p->s_cands[i];
                        else u->hard = 1;
                        break;
                    }
            if (*pool == kept) continue;
            name_place(u, b, b + width, kept, *pool - kept, p->level[kept[0]]);
            at = b + width;
            break;
        }
    }
}

/* Names to be found again: for each character, by its last byte, which of them may have it first or second. Names share
   the 64 bits. */
typedef struct {
    const Named *names;
    I n;
    uint64_t first[256], second[256];
} Sought;

static void seek(Sought *sought, const Named *names, I n) {
    sought->names = names;
    sought->n = n;
    if (!n) return;
    memset(sought->first, 0, sizeof sought->first);
    memset(sought->second, 0, sizeof sought->second);
    for (I k = 0; k < n; k++) {
        sought->first[names[k].name[0] & 255] |= (uint64_t)1 << (k & 63);
        if (names[k].size > 1) sought->second[names[k].name[1] & 255] |= (uint64_t)1 << (k & 63);
        for (int c = 0; c < 256 && names[k].size < 2; c++) sought->second[c] |= (uint64_t)1 << (k & 63);
    }
}

/* Find some names again, in the order given, where no place is named yet. */
static void again(Unit *u, const Sought *sought) {
    I known = u->n;
    uint64_t seen = 0;
    if (!sought->n || u->lo >= u->hi) return;
    for (const X *x = u->x + u->lo, *end = u->x + u->hi - 1; x < end; x++) seen |= sought->first[x[0] & 255] & sought->second[x[1] & 255];
    seen |= sought->first[u->x[u->hi - 1] & 255];
    const Named *names = sought->names;
    for (I k = 0; k < sought->n && seen; k++) {
        if (!(seen >> (k & 63) & 1)) continue;
        const X *name = names[k].name;
        I size = names[k].size;
        for (I a = u->lo; a + size <= u->hi;) {
            if (u->x[a] != name[0] || memcmp(u->x + a, name, (size_t)size * sizeof(X))) {
                a++;
                continue;
            }
            int open = 1;
            for (I i = 0; i < known; i++) open &= u->named[i].b <= a || u->named[i].a >= a + size;
            if (open && !is_other(u, a, a + size, 1)) {
                name_place(u, a, a + size, names[k].cands, names[k].n, names[k].level);
                if (!names[k].n) u->named[u->n - 1].name = name;
            }
            a += size;
        }
    }
}

static void local(Unit *u) { /* townships, villages and communities: by suffix, from the last boundary */
    Machine *m = u->m;
    const X *x = u->x;
    I known = u->n, from = u->lo;
    for (I at = u->lo; search(m, u->t, LOCAL, at, u->lo, u->hi);) {
        I end = m->g[1], floor = most(u->lo, end - 12), start = most(from, floor);
        at = end;
        for (I i = 0; i < known; i++)
            if (u->named[i].b < end - 1 && u->named[i].b > start) start = u->named[i].b;
        X last = x[end - 1];
        int zone = among(last, U"区园") && !is(x, m->g[0], end, U"社区");
        I stop = most(m->g[0], start), stem = start, edge = 0;
        for (I i = start; search(m, u->t, LOCAL_BOUND, i, start, stop); i = m->g[1]) stem = m->g[1], edge = 1;
        if (end - start >= 12 && !edge) continue;
        if (search(m, u->t, INNER, stem, stem, stop)) {
            /* 赵镇后寨村: the township before it is a place of its own, however short behind its county. */
            I cut = m->g[1];
            for (I i = 0; i < known; i++)
                if (u->named[i].b == stem) {
                    name_place(u, stem, cut, NULL, 0, TOWNSHIP);
                    break;
                }
            stem = cut;
        }
        if (zone && stem >= stop && !edge) { /* 松岭市高新区: the zone is named by the place before it */
            I owner = -1;
            int open = 1;
            for (I i = 0; i < known; i++) {
                if (u->named[i].b == start) owner = most(owner, u->named[i].a);
                open &= u->named[i].b <= start || u->named[i].a >= end;
            }
            if (owner >= 0 && open) {
                name_place(u, owner, end, NULL, 0, ZONE);
                from = end;
                continue;
            }
        }
        if (stop - stem < 2 || stop - stem > 4 || full(m, u->t, LOCAL_CLASS, stem, stop)) continue;
        if (search(m, u->t, NO_STEM, stem, stem, stop) || search(m, u->t, LOCAL_WORDS, stem, stem, stop)) continue;
        int open = 1;
        for (I i = 0; i < known; i++) open &= u->named[i].b <= stem || u->named[i].a >= end;
        if (!open) continue;
        name_place(u, stem, end, NULL, 0, zone ? ZONE : among(last, U"乡镇道木") ? TOWNSHIP : VILLAGE);
        from = end;
    }
}

static I left_edge(Unit *u, I stop) { /* behind the last word that can be no part of the name that runs up to `stop` */
    Machine *m = u->m;
    I floor = most(u->lo, stop - 18), edge = floor, quote = -1;
    for (I at = floor; search(m, u->t, BOUND, at, u->lo, least(u->hi, stop + 4)) && m->g[1] <= stop; at = m->g[1]) edge = m->g[1];
    if (stop - edge > 3 && among(u->x[edge], U"院校厂所站行") && edge > u->lo && among(u->x[edge - 1], U"我本该")) edge++;
    for (I i = floor; i < stop; i++) {
        if (among(u->x[i], U"“『「‘")) quote = i;
        else if (among(u->x[i], U"”』」’")) {
            if (quote < 0 || quote < edge) edge = most(edge, i + 1);
            quote = -1;
        }
    }
    return quote < 0 || quote < edge ? edge : quote + 1;
}

static I extend(Unit *u, I begin, I end, I type) { /* take in the owner that stands directly before the name */
    Machine *m = u->m;
    if (begins(u->x, begin, u->hi, U"中共")) return begin;
    I place = u->start_of[begin], best = -1;
    if (begin < u->hi && among(u->x[begin], U"省市县区州旗盟镇乡") && u->start_of[begin + 1] >= 0) place = u->start_of[begin + 1];
    for (I b = begin + 1; b < end; b++)
        if (u->start_of[b] > begin) best = most(best, u->start_of[b]);
    if (best >= 0) place = best;
    if (place >= 0) return place - 2 >= u->lo && is(u->x, place - 2, place, U"中共") ? place - 2 : place;
    I near = most(u->lo, begin - 6);
    if (search(m, u->t, LEVEL_BEFORE, near, near, begin)) {
        I a = m->g[0], committee = u->x[begin - 1] == U'委';
        if (type == GOVERNMENT && committee) return begin;
        if ((type != PARTY && type != SYSTEMS) || committee || is(u->x, a, begin, U"中共")) return a;
    }
    I late = begin + 1 + (begin + 1 < u->hi && u->x[begin + 1] == U'纪');
    if (type != PARTY || late >= u->hi || !among(u->x[begin], U"市县区旗") || u->x[late] != U'委') return begin;
    if (search(m, u->t, UNLISTED, most(u->lo, begin - 4), u->lo, begin)) { /* a name that no table lists */
        I a = m->g[0];
        if (!search(m, u->t, BOUND, a, a, begin)) return a - 2 >= u->lo && is(u->x, a - 2, a, U"中共") ? a - 2 : a;
    }
    return begin;
}

static int is_class(Unit *u, I begin, I suffix, I end, I type) { /* whether the name stands for a class of bodies */
    Machine *m = u->m;
    const T *t = u->t;
    const X *x = u->x;
    X before = begin > u->lo ? x[begin - 1] : 0;
    I head = most(begin, suffix), stem = head, near = most(u->lo, begin - 8);
    if (search(m, t, EACH, near, near, begin)) return 1;
    if (type != PARTY && search(m, t, type == GROUPED ? COUNTED : MANY, near, near, begin)) return 1;
    if (full(m, t, BARE, begin, end)) return 1;
    if (type == PARTY) {
        stem = search(m, t, CELL_END, begin, begin, end) ? m->g[0] : end;
        if (search(m, t, OFFICE_CELL, begin, begin, end)) return 0;
        if (!search(m, t, CELL_NAME, begin, begin, end)) return (before == U'各' || before == U'全') && end - begin < 3;
        if (full(m, t, CELL_STEM, begin, stem)) return before && among(before, U"各乡农镇每个全");
        if (stem == begin || before == U'各' || full(m, t, CLASS, begin, stem)) return 1;
        for (I i = begin; i < stem; i++)
            if (among(x[i], U"、“”")) return 1;
        return !(search(m, t, OWNER_END, most(begin, stem - 2), begin, stem) || (end - begin >= 2 && is(x, end - 2, end, U"工委")));
    }
    if (type == DEPARTMENTS || type == SYSTEMS || type == GOVERNMENT || type == CONGRESS) {
        if (type == DEPARTMENTS && among(x[end - 1], U"局厅会"))
            for (I at = begin; search(m, t, BOUND, at, begin, end); at = m->g[1])
                if (m->g[1] - m->g[0] > 1 || among(x[m->g[0]], U"各的了和与及对在")) return 1;
        return search(m, t, CASE, most(begin, end - 2), begin, end) || (before && among(before, U"各乡全"));
    }
    if (type == GROUPED) {
        if (begin == suffix && full(m, t, GROUP_BARE, suffix, end)) return 1;
        if (begin - 2 >= u->lo && is(x, begin - 2, begin, U"各类")) return 1;
        return (is(x, suffix, end, U"小组") || is(x, suffix, end, U"服务队")) && full(m, t, CLASS, begin, head);
    }
    if ((type == INSTITUTION || type == SCHOOL || type == UNIVERSITY) && among(x[begin], U"“『「‘")) return 1;
    if (search(m, t, COMPANY, begin, begin, head)) stem = m->g[0];
    if (type == ENTERPRISE && full(m, t, FIRMS, begin, end)) return 0;
    if (stem - begin > 1 && match(m, t, LEVEL_LED, begin, begin, stem) >= 0 && !(before && among(before, U"全各乡两"))) return 0;
    if ((type == INSTITUTION || type == COURT || type == MASS) && full(m, t, LOCAL_INSTITUTION, begin, stem)) return 0;
    if (type == MASS && match(m, t, MASS_NAME, begin, begin, end) >= 0) return 0;
    if (full(m, t, MINE, suffix, end)) return 0;
    if (type == SCHOOL && end > suffix && x[end - 1] == U'中') return stem - begin < 2 && !(stem - begin == 1 && among(x[begin], U"省市县区镇"));
    return stem - begin < 2 || full(m, t, CLASS, begin, stem) || holds(x, begin, stem, U'、');
}

static void body(Unit *u, I a, I b, I type) {
    if (u->n_bodies == MOST_BODIES) u->hard = 1;
    else u->bodies[u->n_bodies++] = (Body){a, b, type};
}

static void named_body(Unit *u, I start, I suffix, I end, I type) {
    I begin = extend(u, start, end, type);
    if (begin < u->hi && among(u->x[begin], U"“『「‘")) {
        I i = begin;
        while (i < end && !among(u->x[i], U"”』」’")) i++;
        begin += i >= end;
    }
    if (begin >= end || (!u->is_start[begin] && match(u->m, u->t, COUNT_LED, begin, begin, end) >= 0)) return;
    if (match(u->m, u->t, POST, end, u->lo, u->hi) >= 0) body(u, begin, end, POSTED);
    else if (!is_class(u, begin, suffix, end, type)) body(u, begin, end, type);
}

static void elided(Unit *u) { /* lists that name their kind once: 教育、卫生等部门 */
    Machine *m = u->m;
    const X *x = u->x;
    int told = 0;
    if (unseen(m, LISTED) || !holds(x, u->lo, u->hi, U'、')) return;
    for (I i = u->lo; i + 1 < u->hi && !told; i++) told = is(x, i, i + 2, U"部门") || is(x, i, i + 2, U"系统");
    if (!told) return;
    for (I at = u->lo; search(m, u->t, LISTED, at, u->lo, u->hi);) {
        I a = m->g[2], stop = m->g[3], kind = x[m->g[4]] == U'系' ? SYSTEMS : DEPARTMENTS;
        at = m->g[1];
        for (I b; a <= stop; a = b + 1) {
            I edge = a;
            for (b = a; b < stop && x[b] != U'、'; b++) {}
            for (I i = a; search(m, u->t, BOUND, i, a, b); i = m->g[1])
                if (m->g[1] < b - 1) edge = most(edge, m->g[1]);
            body(u, edge, b, among(x[b - 1], U"局委办厅") ? DEPARTMENTS : kind);
        }
    }
}

static int longest(const void *p, const void *q) {
    const Body *a = p, *b = q;
    I d = (b->end - b->start) - (a->end - a->start);
    if (!d) d = a->start - b->start;
    return d < 0 ? -1 : d > 0 ? 1 : a < b ? -1 : 1;
}

/* Sort a few things stably. */
#define SORT(array, n, Type, less)                                   \
    for (I i_ = 1; i_ < (n); i_++)                                   \
        for (I j_ = i_; j_ > 0; j_--) {                              \
            Type *p = (array) + j_ - 1, *q = (array) + j_, swap = *p; \
            if (!(less)) break;                                      \
            *p = *q;                                                 \
            *q = swap;                                               \
        }

static void organisations(Unit *u) {
    Machine *m = u->m;
    const T *t = u->t;
    u->n_bodies = 0;
    if (!search(m, t, ANY, u->lo, u->lo, u->hi)) return;
    for (int core = DEPARTMENT; core <= SYSTEM; core++)
        for (I at = u->lo; search(m, t, core, at, u->lo, u->hi);) {
            I a = m->g[0], b = m->g[1], near = most(u->lo, a - 4);
            at = b;
            if (core == DEPARTMENT) {
                I start = a, owned = search(m, t, OWNED, near, near, a);
                if (owned) start = m->g[0];
                /* 公安机关 is a class, 松岭县公安机关 one body. */
                if (is(u->x, b - 2, b, U"机关") && !owned && u->start_of[a] < 0) continue;
                if (search(m, t, CELL_OWNER, near, near, a)) start = left_edge(u, m->g[0]);
                a = start;
            }
            named_body(u, a, a, b, core == DEPARTMENT ? DEPARTMENTS : SYSTEMS);
        }
    for (int k = 0; k < (int)u->p->n_direct; k++)
        for (I at = u->lo; search(m, t, DIRECT + k, at, u->lo, u->hi);) {
            I a = m->g[0];
            at = m->g[1];
            named_body(u, a, a, at, u->p->direct_types[k]);
        }
    for (I at = u->lo; search(m, t, CELLS, at, u->lo, u->hi);) {
        I a = m->g[0];
        at = m->g[1];
        named_body(u, left_edge(u, a), a, at, PARTY);
    }
    for (I at = u->lo; search(m, t, SUFFIX, at, u->lo, u->hi);) {
        I a = m->g[0];
        at = m->g[1];
        if (match(m, t, NO_SUFFIX, at, u->lo, u->hi) >= 0 || (a > u->lo && is(u->x, a - 1, at, U"中小学"))) continue;
        named_body(u, left_edge(u, a), a, at, u->p->suffix_types[lookup(u->p->suffixes, u->x, a, at)]);
    }
    elided(u);
    Body *list = u->bodies;
    for (I i = u->village ? u->n_bodies : 0, n = u->n_bodies; i < n; i++) {
        if (!i) u->n_bodies = 0;
        if (!full(m, t, VILLAGE_CELL, list[i].start, list[i].end)) list[u->n_bodies++] = list[i];
    }
    SORT(list, u->n_bodies, Body, longest(q, p) < 0 && (q->end - q->start != p->end - p->start || q->start != p->start))
    I kept = 0;
    for (I i = 0; i < u->n_bodies; i++)
        if (is_free(u->taken, list[i].start, list[i].end)) {
            take(u->taken, list[i].start, list[i].end);
            list[kept++] = list[i];
        }
    u->n_bodies = kept;
    SORT(list, kept, Body, q->start < p->start)
    for (I i = 0; i < kept; i++) memset(u->taken + list[i].start, 0, (size_t)(list[i].end - list[i].start));
}

/* The one place that is meant, given the codes of others nearby; -1 if that cannot be told. */
static int32_t choose(const Places *p, const Named *named, const int32_t *context, I n_context) {
    int32_t found = -1, hits = 0;
    if (named->n == 1) return named->cands[0];
    for (I i = 0; i < named->n; i++)
        for (I k = 0; k < n_context; k++)
            if (p->code[named->cands[i]] == context[k]) {
                found = named->cands[i];
                hits++;
                break;
            }
    if (hits == 1) return found;
    for (I k = 0; k < n_context; k++)
        for (int32_t scale = 100; scale <= 10000; scale *= 100) {
            if (scale == 100 && context[k] / 100 % 100 == 0) continue;
            hits = 0;
            for (I i = 0; i < named->n; i++)
                if (p->code[named->cands[i]] / scale == context[k] / scale) {
                    found = named->cands[i];
                    hits++;
                }
            if (hits == 1) return found;
        }
    return -1;
}

typedef struct {
    X *s;
    I size;
} Scratch;

static void write_to(Scratch *to, const X *x, I a, I b, I *from, I *until) {
    *from = to->size;
    if (b > a) memcpy(to->s + to->size, x + a, (size_t)(b - a) * sizeof(X)), to->size += b - a;
    *until = to->size;
}

static void write_name(Scratch *to, const Unit *u, const Named *named, I *from, I *until) {
    (void)u;
    write_to(to, named->name, 0, named->size, from, until);
}

static void owner(Unit *u, const Body *o, Scratch *to, Row *row) {
    Machine *m = u->m;
    const Named *inside = NULL;
    I *g = m->g, a = o->start;
    row->level = UNKNOWN;
    row->above_a = row->above_b = to->size;
    for (I i = 0; i < u->n; i++)
        if (u->named[i].a >= o->start && u->named[i].a < o->end && u->named[i].b <= o->end) inside = u->named + i;
    if (inside) {
        row->level = inside->level;
        write_name(to, u, inside, &row->above_a, &row->above_b);
    } else if (match(m, u->t, OWNER_LEVEL, a, a, o->end) >= 0 || match(m, u->t, LEVEL, a, a, o->end) >= 0) {
        I owned = g[3] - g[2];
        X c = u->x[a];
        row->level = c == U'省' || c == U'自' ? PROVINCE : c == U'镇' || c == U'乡' ? TOWNSHIP : among(c, U"县区旗") ? COUNTY : UNKNOWN;
        if (u->x[a + owned - 1] == U'委') write_to(to, u->x, a, a + owned, &row->above_a, &row->above_b);
    } else if (full(m, u->t, OWNER_CELL, a, o->end)) {
        write_to(to, u->x, g[2], g[3], &row->above_a, &row->above_b);
    } else if (full(m, u->t, UNLISTED_OWNER, a, o->end)) {
        row->level = among(u->x[g[3] - 1], U"县区旗") ? COUNTY : UNKNOWN;
        write_to(to, u->x, g[2], g[3], &row->above_a, &row->above_b);
    } else if (match(m, u->t, NATIONAL, a, a, o->end) >= 0) {
        row->level = NATION;
    }
}

/* Find the bodies of the documents whose units are first[d] .. first[d + 1], all of one year. Returns how many rows were
   written, -1 if `out` or `s` is too short. */
I bodies(Machine *m, const Places *p, const T *t, const X *x, I n_docs, const I *firsts, const I *lasts, const I *begin, const I *end,
         X *s, I s_size, I *used, Row *out, I out_size, uint8_t *hard, uint8_t *taken, I *start_of, uint8_t *is_start) {
    static Named named[MOST_NAMED * 4], all[MOST_NAMED * 4];
    static Body found[MOST_BODIES];
    static int32_t pool[4096];
    static Named locals[MOST_LOCAL + 1];
    static uint8_t cuts_zone[MOST_NAMED];
    static uint64_t seen[MOST_UNITS];
    static I cuts[MOST_UNITS + 1], ends[MOST_UNITS + 1];
    Sought sought;
    Scratch to = {s, *used};
#define BIT(pattern) ((uint64_t)1 << (pattern))
    m->scan = BIT(LOCAL) | BIT(DEPARTMENT) | BIT(SYSTEM) | BIT(CELLS) | BIT(SUFFIX) | (((uint64_t)1 << p->n_direct) - 1) << DIRECT;
    I n_out = 0;
    for (I d = 0; d < n_docs; d++) {
        I first = firsts[d], n_units = lasts[d] - first, n_named = 0, n_shorts = 0, n_context = 0;
        int32_t *spare = pool, context[256], tally[256];
        Named shorts[MOST_SHORT];
        const Named *village = NULL;
        I n_locals = 0, n_villages = 0, n_mentions = 0;
        int too_hard = n_units > MOST_UNITS;
        Unit u = {.m = m, .t = t, .x = x, .p = p, .bodies = found, .start_of = start_of, .is_start = is_start, .taken = taken};
        for (I i = 0; i < n_units && !too_hard; i++) {
            u.lo = begin[first + i], u.hi = end[first + i], u.named = named + n_named, u.n = 0;
            cuts[i] = n_named;
            if (i) glance_on(m, t, u.lo, u.hi);
            else glance(m, t, u.lo, u.hi);
            seen[i] = m->seen;
            if (u.hi - u.lo > MOST_CHARS || n_named > MOST_NAMED * 3) u.hard = 1;
            else official(&u, &spare, pool + 4096);
            if (holds(x, u.lo, u.hi, U'等') && holds(x, u.lo, u.hi, U'、') && search(m, t, LISTED_GATE, u.lo, u.lo, u.hi))
                u.hard |= search(m, t, LISTED_PLACES, u.lo, u.lo, u.hi);
            n_named += u.n;
            too_hard |= u.hard;
        }
        cuts[n_units <= MOST_UNITS ? n_units : 0] = n_named;
        for (I i = 0; i < n_named && !too_hard; i++) {
            int32_t place = named[i].cands[0];
            I a = p->brief[2 * place], b = p->brief[2 * place + 1], k = 0;
            if (p->level[place] != COUNTY || a == b) continue;
            while (k < n_shorts && shorts[k].name != p->names + a) k++;
            if (k == MOST_SHORT) too_hard = 1;
            else {
                if (k == n_shorts) n_shorts++;
                else if (p->name[2 * shorts[k].cands[0]] != p->name[2 * place]) too_hard = 1;
                shorts[k] = named[i];
                shorts[k].name = p->names + a, shorts[k].size = b - a;
            }
        }
        I n_all = 0;
        seek(&sought, shorts, n_shorts);
        for (I i = 0; i < n_units && !too_hard; i++) {
            u.lo = begin[first + i], u.hi = end[first + i], u.named = all + n_all, u.n = 0;
            m->seen = seen[i];
            if (n_all + cuts[i + 1] - cuts[i] > MOST_NAMED * 3) {
                too_hard = 1;
                break;
            }
            for (I k = cuts[i]; k < cuts[i + 1]; k++) u.named[u.n++] = named[k];
            again(&u, &sought);
            local(&u);
            for (I k = 0; k < u.n && !too_hard; k++) { /* by name, the last mention's candidates */
                I j = 0;
                if (u.named[k].level != TOWNSHIP && u.named[k].level != VILLAGE && u.named[k].level != ZONE) continue;
                while (j < n_locals && !(locals[j].size == u.named[k].size && !memcmp(locals[j].name, u.named[k].name, (size_t)locals[j].size * sizeof(X)))) j++;
                if (j == MOST_LOCAL) too_hard = 1;
                else locals[j] = u.named[k], n_locals += j == n_locals;
            }
            n_all += u.n;
            ends[i] = n_all;
            too_hard |= u.hard;
        }
        /* A township that the document names is found again where no boundary stands before it. */
        n_named = 0;
        seek(&sought, locals, n_locals);
        for (I i = 0; i < n_units && !too_hard; i++) {
            I first_all = i ? ends[i - 1] : 0;
            u.lo = begin[first + i], u.hi = end[first + i], u.named = named + n_named, u.n = 0;
            if (n_named + ends[i] - first_all > MOST_NAMED * 3) {
                too_hard = 1;
                break;
            }
            for (I k = first_all; k < ends[i]; k++) u.named[u.n++] = all[k];
            again(&u, &sought);
            I kept = 0, total = u.n;
            for (I k = 0; k < total; k++) { /* without the words before it, if the document names it without them */
                Named *place = u.named + k;
                int found_it = place->b - place->a <= 3 || (place->level != TOWNSHIP && place->level != VILLAGE);
                for (I at = place->a + 1, stop = place->b; at < stop - 2 && !found_it; at++)
                    for (I j = 0; j < n_locals && !found_it; j++)
                        if (locals[j].size == stop - at && !memcmp(locals[j].name, x + at, (size_t)locals[j].size * sizeof(X))) {
                            *place = locals[j];
                            place->a = at, place->b = stop;
                            found_it = 1;
                        }
            }
            for (I k = 0; k < total; k++) {
                int inside = 0;
                for (I j = 0; j < total; j++)
                    inside |= u.named[j].level == ZONE && u.named[j].a <= u.named[k].a && u.named[k].b <= u.named[j].b &&
                              u.named[j].b - u.named[j].a > u.named[k].b - u.named[k].a;
                cuts_zone[k] = (uint8_t)inside;
            }
            for (I k = 0; k < total; k++)
                if (!cuts_zone[k]) u.named[kept++] = u.named[k];
            u.n = kept;
            SORT(u.named, u.n, Named, q->a < p->a || (q->a == p->a && q->b > p->b))
            for (I k = 0; k < u.n; k++)
                if (u.named[k].level == VILLAGE) {
                    n_mentions++;
                    n_villages += !village || village->size != u.named[k].size || memcmp(village->name, u.named[k].name, (size_t)village->size * sizeof(X));
                    village = u.named + k;
                }
            n_named += u.n;
            cuts[i] = n_named;
            too_hard |= u.hard;
        }
        n_all = n_named;
        u.village = n_villages == 1 && n_mentions > 1;
        for (I i = 0; i < n_all && !too_hard; i++) {
            if (named[i].n != 1 || p->code[named[i].cands[0]] < 0) continue;
            int32_t code = p->code[named[i].cands[0]];
            I k = 0;
            while (k < n_context && context[k] != code) k++;
            if (k == 256) too_hard = 1;
            else if (k == n_context) context[n_context] = code, tally[n_context++] = 1;
            else tally[k]++;
        }
        for (I i = 1; i < n_context; i++)
            for (I j = i; j > 0 && tally[j - 1] < tally[j]; j--) {
                int32_t c = context[j], n = tally[j];
                context[j] = context[j - 1], tally[j] = tally[j - 1];
                context[j - 1] = c, tally[j - 1] = n;
            }
        for (I i = 0; i < n_units && !too_hard; i++) {
            u.lo = begin[first + i], u.hi = end[first + i];
            u.named = named + (i ? cuts[i - 1] : 0);
            m->seen = seen[i];
            u.n = cuts[i] - (i ? cuts[i - 1] : 0);
            for (I k = 0; k < u.n; k++) start_of[u.named[k].b] = u.named[k].a;
            for (I k = 0; k < u.n; k++) is_start[start_of[u.named[k].b]] = 1;
            organisations(&u);
            for (I k = 0; k < u.n; k++) is_start[start_of[u.named[k].b]] = 0;
            for (I k = 0; k < u.n; k++) start_of[u.named[k].b] = -1;
            if (n_out + u.n + u.n_bodies > out_size || to.size + 8 * (u.hi - u.lo) + 80 * (u.n + u.n_bodies) > s_size) return -1;
            Row *row = out + n_out;
            const Named *last = NULL;
            int32_t last_place = -1;
            for (I k = 0; k < u.n; k++) {
                const Named *n = u.named + k;
                int32_t place = n->n ? choose(p, n, context, n_context) : -1;
                const Named *before = last && last->b == n->a ? last : NULL;
                int32_t before_place = last_place;
                last = n, last_place = place >= 0 ? place : n->n ? n->cands[0] : -1;
                int open = 1;
                for (I j = 0; j < u.n_bodies; j++) open &= found[j].end <= n->a || found[j].start >= n->b;
                if (!open || match(m, t, POST, n->b, u.lo, u.hi) >= 0) continue;
                *row = (Row){.unit = first + i, .start = n->a, .end = n->b, .type = PLACE, .code = -1, .level = n->level};
                write_name(&to, &u, n, &row->name_a, &row->name_b);
                row->above_a = row->above_b = to.size;
                if (place >= 0) {
                    row->code = p->code[place], row->level = p->level[place];
                    write_to(&to, p->names, p->above[2 * place], p->above[2 * place + 1], &row->above_a, &row->above_b);
                }
                if (row->above_a == row->above_b && before) {
                    if (before_place >= 0) write_to(&to, p->names, p->name[2 * before_place], p->name[2 * before_place + 1], &row->above_a, &row->above_b);
                    else write_to(&to, before->name, 0, before->size, &row->above_a, &row->above_b);
                }
                row++;
            }
            for (I k = 0; k < u.n_bodies; k++) {
                if (found[k].type == POSTED) continue;
                *row = (Row){.unit = first + i, .start = found[k].start, .end = found[k].end, .type = found[k].type, .code = -1};
                write_to(&to, x, found[k].start, found[k].end, &row->name_a, &row->name_b);
                owner(&u, found + k, &to, row);
                row++;
            }
            I n_rows = row - (out + n_out);
            Row *rows = out + n_out;
            SORT(rows, n_rows, Row, q->start < p->start)
            n_out += n_rows;
            too_hard |= u.hard;
        }
        too_hard |= (int)m->full;
        m->full = 0;
        if (too_hard && n_units) hard[first] = 1;
    }
    *used = to.size;
    return n_out;
}
