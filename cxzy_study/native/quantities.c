/* Quantities of many units at once: cxzy_study/facts/{quantities,numbers,context}.py, whose patterns it runs. */
#include "machine.h"

/* In the order of cxzy_study/facts/fast_quantities.py. */
enum {
    HINT, DATE, ORDINAL, WORDS, RANKS, RANKED, LETTER, FRACTION, NONE, SHARE_WORD, HALF, TENTHS, MILLIONS, ABOUT, ROUGHLY, NUMBER, BEFORE, LEAST,
    BEHIND, UNITS, BIG, TIME, REPEATED, DEICTIC, POINT_IN_TIME, POINTS, NO_ONE, EACH_DOING, NOT_ONE, ONE_BEHIND,
    ONE_SURE, ONE_ENDS, NEW, LIMIT, ONE_RATE, EACH, COMMA, LISTED, OF, CLAIM, PER, OF_TIME, PERIOD, SHORT_PERIOD, LONG,
    RIGHT, NO_THING, PARTICLES, SHARE_OF, GROWTH, FROM, LEFT_CUT, LEADS, DIGIT, WHOLE, EMPTY, RATE_FROM, CHANGED_LATER,
    REACH, CHANGE, CHANGED_NOUN, MORE, FALL, CHANGED_THING,
    VILLAGE, TURNED, PLACE_NAME, THINGS, DONE_ONE, DONE_EACH, EACH_ONE, RAISED,
    AND_HALF, ENTIRE, PAIR
};

/* A number: value num / 10^exp / den; measure and (in the scratch text) qualifier; the only character of its numeral. */
typedef struct {
    I start, end, num, exp, den, high, hexp, has_high, m_a, m_b, q_a, q_b, only, rank;
    I unit, t_a, t_b, per_a, per_b, p_a, p_b, kind, of_a, of_b, c_a, c_b;
} Row;

enum { NO_MEASURE = -1, PERCENT = -2, PERMILLE = -3 };
enum { LEVEL, CHANGED, RANK, SHARE };
enum { NEAR = 160, BACK = 240, LONGEST = 24, MOST_NUMBERS = 2048, MOST_CHARS = 4000 };

typedef struct {
    Machine *m;
    const T *t;
    const X *x;
    X *s;      /* scratch text */
    I size;    /* of it */
    I lo, hi;  /* the unit */
    uint8_t *taken;
    Row *rows; /* of the unit */
    I n;
    int hard;  /* a number is too long to be read exactly here */
} Unit;

static const I POWERS[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
                           100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
                           10000000000000000, 100000000000000000, 1000000000000000000};

static I digit(X c) {
    static const X digits[] = U"零一二三四五六七八九";
    if (c == U'〇' || c == U'○') return 0;
    if (c == U'两') return 2;
    for (I i = 0; i < 10; i++)
        if (digits[i] == c) return i;
    return -1;
}

static I power(X c) { return c == U'十' ? 1 : c == U'百' ? 2 : c == U'千' ? 3 : c == U'万' ? 4 : c == U'亿' ? 8 : 0; }

static I whole_units(const X *x, I a, I b) {
    I high = 0, total = 0, section = 0, one = 0;
    for (; a < b; a++) {
        I d = digit(x[a]), u = power(x[a]);
        if (d >= 0) {
            one = d;
            continue;
        }
        if (u < 4) {
            section += (one ? one : 1) * POWERS[u];
        } else if (u == 4) {
            total += (section + one ? section + one : 1) * POWERS[4];
            section = 0;
        } else {
            I all = total + section + one;
            high += (all ? all : 1) * POWERS[8];
            total = section = 0;
        }
        one = 0;
    }
    return high + total + section + one;
}

static I whole(const X *x, I a, I b) {
    I value = 0, i = a;
    for (; i < b && digit(x[i]) >= 0; i++) value = value * 10 + digit(x[i]);
    if (i == b) return value;
    I last = digit(x[b - 1]);
    if (b - a > 2 && last > 0 && power(x[b - 2]) > 1) return whole_units(x, a, b - 1) + last * POWERS[power(x[b - 2])] / 10;
    return whole_units(x, a, b);
}

/* Read a numeral as num / 10^exp; whether it is one. Vague characters (十多万) are left out where `skip`. */
static int value(Unit *u, I a, I b, int skip, I *num, I *exp) {
    X s[LONGEST];
    I n = 0, weight = 0, arabic = 0, i, point;
    for (i = a; i < b; i++) {
        X c = u->x[i];
        if (skip && among(c, U"多余几来")) continue;
        if (n == LONGEST) return 0;
        s[n++] = c;
        arabic += is_digit(c);
        weight += is_digit(c) || digit(c) >= 0 ? 1 : power(c);
    }
    if (!n) return 0;
    if (weight > 15) return u->hard = 1, 0;
    *num = *exp = 0;
    if (!arabic) {
        for (point = 0; point < n && s[point] != U'点'; point++) {}
        if (!point || point == n - 1) return 0;
        for (i = 0; i < n; i++)
            if (i != point && (i > point ? digit(s[i]) < 0 || s[i] == U'两' : digit(s[i]) < 0 && !power(s[i]))) return 0;
        *num = whole(s, 0, point);
        for (i = point + 1; i < n; i++, ++*exp) *num = *num * 10 + digit(s[i]);
        return 1;
    }
    for (i = 0; i < n;) { /* 1.5万, 6,823, 2万5000: a sum, all but the last with units behind them */
        I part = 0, places = 0, begin = i, units = 0;
        for (; i < n && is_digit(s[i]); i++) part = part * 10 + s[i] - '0';
        if (i == begin) return 0;
        for (; i + 3 < n && s[i] == ',' && is_digit(s[i + 1]) && is_digit(s[i + 2]) && is_digit(s[i + 3]); i += 4)
            part = part * 1000 + (s[i + 1] - '0') * 100 + (s[i + 2] - '0') * 10 + s[i + 3] - '0';
        if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1]))
            for (i++; i < n && is_digit(s[i]); i++, places++) part = part * 10 + s[i] - '0';
        for (; i < n && power(s[i]); i++, units++) places -= power(s[i]);
        if (i < n && !units) return 0;
        if (places < 0) part *= POWERS[-places], places = 0;
        if (places > *exp) *num *= POWERS[places - *exp], *exp = places;
        *num += part * POWERS[*exp - places];
    }
    for (; *exp > 0 && *num % 10 == 0; --*exp) *num /= 10;
    return 1;
}

/* A word of the qualifier that begins at `from` in the scratch text. */
static void add(Unit *u, const X *x, I a, I b, I from) {
    if (u->size > from) u->s[u->size++] = ';';
    for (; a < b; a++) u->s[u->size++] = x[a];
}

static Row *put(Unit *u, I a, I b, I num, I exp, I m_a, I m_b, I q_a, X only) {
    Row *r = u->rows + u->n;
    if (u->n < MOST_NUMBERS - 1) u->n++;
    else u->hard = 1;
    *r = (Row){.start = a, .end = b, .num = num, .exp = exp, .den = 1, .m_a = m_a, .m_b = m_b, .q_a = q_a, .q_b = u->size, .only = only};
    return r;
}

static void mark(Unit *u, int pattern) {
    for (I at = u->lo; search(u->m, u->t, pattern, at, u->lo, u->hi);) {
        I a = u->m->g[0], b = u->m->g[1];
        take(u->taken, a, b);
        at = b > a ? b : b + 1;
    }
}

static int before(Unit *u, int pattern, I a) {
    I near = most(u->lo, a - 32);
    return search(u->m, u->t, pattern, near, near, a);
}

static void qualify(Unit *u, I a, I b, I from) {
    I *g = u->m->g;
    if (before(u, BEFORE, a)) add(u, u->x, g[2], g[3], from);
    if (match(u->m, u->t, BEHIND, b, u->lo, u->hi) >= 0) add(u, u->x, g[2], g[3], from);
}

static void span(Unit *u, I a, I b, I end, I low, I high, I q_a, I q_b) { /* a range, its measure at [b, end) */
    I from = u->size;
    if (q_a >= 0) add(u, u->x, q_a, q_b, from);
    Row *r = put(u, a, end, low, 0, u->x[b] == U'个' && end - b > 1 ? b + 1 : b, end, from, 0);
    r->high = high;
    r->has_high = 1;
}

#define EACH_MATCH(pattern) for (I at = lo, a, b; search(m, t, pattern, at, lo, hi) && (a = g[0], b = at = g[1], (void)a, (void)b, 1);)

static void early(Unit *u) { /* ranks, fractions, halves, pairs (两三天) */
    Machine *m = u->m;
    const T *t = u->t;
    const X *x = u->x;
    I *g = m->g, lo = u->lo, hi = u->hi, num, exp, base, bexp, from;
    EACH_MATCH(RANKS) {
        I l_a = g[2], l_b = g[3], d_a = g[4], d_b = g[5], u_a = g[6], bare = u_a < 0, wei = !bare && x[u_a] == U'位', named = 0;
        if (l_b - l_a == 1 && among(x[l_a], U"前末后")) {
            for (I i = most(lo, a - 6); i < a; i++) named |= among(x[i], U"名排列");
            if (bare || (wei && !named)) continue;
        }
        if (x[l_b - 1] == U'第' && (bare || wei)) {
            if (!before(u, RANKED, a)) continue;
            if (bare && match(m, t, LETTER, b, b, hi) >= 0 && !among(x[b], U"的和、与升降到至上跃")) continue;
        }
        if (!value(u, d_a, d_b, 0, &num, &exp)) continue;
        from = u->size;
        add(u, x, l_a, x[l_b - 1] == U'第' ? l_b - 1 : l_b, from);
        put(u, a, b, num, exp, u_a, bare ? u_a : b, from, d_b - d_a == 1 ? x[d_a] : 0)->rank = 1;
    }
    EACH_MATCH(FRACTION) {
        int said = g[2] >= 0;
        I b_a = said ? g[2] : g[8], b_b = said ? g[3] : g[9], a_a = said ? g[4] : g[6], a_b = said ? g[5] : g[7];
        X per = said && b_b - b_a == 1 ? x[b_a] : 0;
        if (!value(u, a_a, a_b, 0, &num, &exp) || !value(u, b_a, b_b, 0, &base, &bexp) || !base) continue;
        if (exp && base > 1000000) u->hard = 1;
        int share = per == U'百' || per == U'千';
        if (u->hard || (!share && num >= base * POWERS[exp])) continue;
        from = u->size;
        qualify(u, a, b, from);
        Row *r = put(u, a, b, num, exp, share ? per == U'百' ? PERCENT : PERMILLE : NO_MEASURE, NO_MEASURE, from, 0);
        if (!share) r->den = base;
    }
    EACH_MATCH(NONE) put(u, g[2], g[3], 0, 0, NO_MEASURE, NO_MEASURE, u->size, U'零');
    EACH_MATCH(SHARE_WORD) {
        from = u->size;
        if (begins(x, a, b, U"一大") || begins(x, a, b, U"大半") || begins(x, a, b, U"过半")) add(u, U"超过", 0, 2, from);
        qualify(u, a, b, from);
        put(u, a, b, 5, 1, NO_MEASURE, NO_MEASURE, from, 0);
    }
    EACH_MATCH(HALF) {
        I m_a = g[2] >= 0 ? g[2] : g[4], m_b = g[2] >= 0 ? g[3] : g[5];
        if (a > lo && x[a - 1] == U'每') continue;
        from = u->size;
        if (before(u, BEFORE, a)) add(u, x, g[2], g[3], from);
        if (holds(x, a, b, U'多')) add(u, U"多", 0, 1, from);
        if (match(m, t, BEHIND, b, lo, hi) >= 0) add(u, x, g[2], g[3], from);
        put(u, a, b, 5, 1, m_a, m_b, from, U'半');
    }
    EACH_MATCH(TENTHS) {
        I m_a = g[3];
        num = digit(x[g[2]]) * 10 + digit(x[g[4]]);
        from = u->size;
        qualify(u, a, b, from);
        put(u, a, b, num, 1, m_a, m_a + 1, from, 0);
    }
    EACH_MATCH(MILLIONS) {
        I q_a = g[4] >= 0 ? g[4] : g[6], unit = b < hi && x[b] == U'元', scale = g[8];
        if (!value(u, g[2], g[3], 0, &num, &exp)) continue;
        if (num > 1000000000) u->hard = 1;
        else num *= POWERS[power(x[scale])];
        for (; exp > 0 && num % 10 == 0; exp--) num /= 10;
        from = u->size;
        qualify(u, a, b + unit, from);
        if (q_a >= 0) add(u, x, q_a, q_a + 1, from);
        put(u, a, b + unit, num, exp, unit ? b : NO_MEASURE, unit ? b + 1 : NO_MEASURE, from, 0);
    }
    EACH_MATCH(ABOUT) {
        I one = digit(x[g[4]]), two = digit(x[g[6]]), q_a = g[12], q_b = g[13], o_a = g[2], o_b = g[3];
        I step = g[8] >= 0 ? POWERS[power(x[g[8]])] : 1, scale = 1, over = o_b > o_a ? whole(x, o_a, o_b) : 0;
        int near = two - one == 1 || (one == 3 && (two == 2 || two == 5));
        if (!near || (over && (over % (10 * step) || (x[o_b - 1] != U'十' && step == 1)))) continue;
        for (I i = g[10]; i < g[11]; i++) scale *= POWERS[power(x[i])];
        I end = match(m, t, UNITS, b, b, least(hi, b + 4));
        if (end < 0) continue;
        span(u, a, b, end, (over + least(one, two) * step) * scale, (over + most(one, two) * step) * scale, q_a, q_b);
    }
    EACH_MATCH(ROUGHLY) {
        I end = match(m, t, UNITS, b, b, least(hi, b + 4)), high = POWERS[power(x[a])];
        if (end >= 0) span(u, a, b, end, high * 8 / 10, high, -1, -1);
    }
    I kept = 0;
    for (I i = 0; i < u->n; i++)
        if (u->rows[i].rank || is_free(u->taken, u->rows[i].start, u->rows[i].end)) {
            take(u->taken, u->rows[i].start, u->rows[i].end);
            u->rows[kept++] = u->rows[i];
        }
    u->n = kept;
}

static void big(Unit *u, I a, I n_b, I end, I i_a, I i_b) { /* 八大…, 4000多万: a number that needs no measure */
    const X *x = u->x;
    I num, exp, from = u->size;
    X only = n_b - a == 1 ? x[a] : 0;
    if (end + 3 <= u->hi && x[end] == U'大' && x[end + 1] != U'队' && x[end + 1] != U'班') {
        static const X several[] = U"三四五六七八九十两";
        int inside = 0;
        for (I i = 0; i + n_b - a <= 9; i++) inside |= memcmp(several + i, x + a, (size_t)(n_b - a) * sizeof(X)) == 0;
        if (inside) {
            int kind = x[end + 1] == U'类';
            if (!value(u, a, n_b, 0, &num, &exp)) num = exp = 0;
            put(u, a, end + 1 + kind, num, exp, kind ? end + 1 : NO_MEASURE, kind ? end + 2 : NO_MEASURE, from, only);
            return;
        }
    }
    if (!search(u->m, u->t, BIG, most(a, n_b - 3), a, n_b) || search(u->m, u->t, PAIR, a, a, n_b) ||
        !value(u, a, n_b, 1, &num, &exp))
        return;
    if (before(u, BEFORE, a)) add(u, x, u->m->g[2], u->m->g[3], from);
    for (I i = a; i < n_b; i++)
        if (among(x[i], U"多余几来")) add(u, x, i, i + 1, from);
    if (i_a >= 0) add(u, x, i_a, i_b, from);
    put(u, a, end, num, exp, NO_MEASURE, NO_MEASURE, from, only);
}

static void measured(Unit *u) {
    Machine *m = u->m;
    const T *t = u->t;
    const X *x = u->x;
    I *g = m->g, lo = u->lo, hi = u->hi;
    EACH_MATCH(NUMBER) {
        I n_b = g[3], h_a = g[4], h_b = g[5], i_a = g[6], i_b = g[7], u_a = g[8] >= 0 ? g[8] : g[10];
        I num, exp, high = 0, hexp = 0, has_high = 0, stop, from = u->size, end = b;
        I u_b = g[8] >= 0 ? g[9] : g[11];
        if (!is_free(u->taken, a, n_b)) continue;
        if (u_a < 0) {
            big(u, a, n_b, end, i_a, i_b);
            continue;
        }
        if (a > lo && (among(x[a - 1], U"第数几初") || is_latin(x[a - 1]))) continue;
        if (n_b - a > 1 && search(m, t, PAIR, a, a, n_b)) continue;
        if (!value(u, a, n_b, 1, &num, &exp)) continue;
        if (is(x, u_a, u_b, U"周") && end < hi && among(x[end], U"年岁")) continue;
        if (h_a >= 0) {
            has_high = value(u, h_a, h_b, 0, &high, &hexp);
            if (among(x[h_b - 1], U"万亿千百") && is_digit(x[n_b - 1])) {
                if (num > 1000000000) u->hard = 1;
                else num *= POWERS[power(x[h_b - 1])];
            }
        }
        int half = end < hi && x[end] == U'半' && match(m, t, AND_HALF, end, lo, hi) >= 0 && !full(m, t, ENTIRE, u_a, u_b);
        end += half;
        if (before(u, BEFORE, a) && (!is(x, g[2], g[3], U"上") || among(x[a], U"百千万亿"))) {
            add(u, x, g[2], g[3], from);
        } else if (before(u, LEAST, a)) {
            if (g[2] >= 0) {
                add(u, x, g[2], g[3], from);
            } else {
                u->s[u->size++] = U'最';
                u->s[u->size++] = g[4] >= 0 ? x[g[4]] : x[g[6]];
            }
        }
        for (I i = a; i < n_b; i++)
            if (among(x[i], U"多余几来")) {
                add(u, x, i, i + 1, from);
                break;
            }
        if (i_a >= 0) add(u, x, i_a, i_b, from);
        if ((stop = match(m, t, BEHIND, end, lo, hi)) >= 0) {
            int more = (is(x, g[2], g[3], U"多") || is(x, g[2], g[3], U"余")) && stop < hi && among(x[stop], U"种次");
            if (!more && !is(x, g[2], g[3], U"半")) add(u, x, g[2], g[3], from);
        }
        if (begins(x, u_a, u_b, U"个多") || begins(x, u_a, u_b, U"个半")) {
            if (x[u_a + 1] == U'多') add(u, x, u_a + 1, u_a + 2, from);
            half = x[u_a + 1] == U'半';
            u_a += 2;
        }
        if (half) {
            if (!exp) num = num * 10 + 5, exp = 1;
            else num += 5 * POWERS[exp - 1];
        }
        if (x[u_a] == U'个' && u_b - u_a > 1) u_a++;
        Row *r = put(u, a, end, num, exp, u_a, u_b, from, n_b - a == 1 ? x[a] : 0);
        r->high = high;
        r->hexp = hexp;
        r->has_high = has_high;
    }
}

static int measure(const Unit *u, const Row *r, const X *word) {
    if (r->m_a == PERCENT) return word[0] == '%';
    if (r->m_a == PERMILLE) return word[0] == U'‰';
    return r->m_a >= 0 && is(u->x, r->m_a, r->m_b, word);
}

static int measure_among(const Unit *u, const Row *r, const X *chars) {
    if (r->m_a == PERCENT) return among('%', chars);
    if (r->m_a == PERMILLE) return among(U'‰', chars);
    return r->m_a >= 0 && r->m_b - r->m_a == 1 && among(u->x[r->m_a], chars);
}

static int measure_is(const Unit *u, const Row *r, int pattern) {
    return r->m_a >= 0 && full(u->m, u->t, pattern, r->m_a, r->m_b);
}

static int same_measure(const Unit *u, const Row *p, const Row *r) {
    if (p->m_a >= 0 && r->m_a >= 0) return same(u->x, p->m_a, p->m_b, r->m_a, r->m_b);
    if (p->m_a == NO_MEASURE || r->m_a == NO_MEASURE) return p->m_a == r->m_a;
    return (measure(u, p, U"%") && measure(u, r, U"%")) || (measure(u, p, U"‰") && measure(u, r, U"‰"));
}

static int compare_one(const Row *r) {
    I right = r->den * POWERS[r->exp];
    return r->num < right ? -1 : r->num > right;
}

static int one_counts(const Unit *u, const Row *r) { /* whether 一 is a number here, not an article */
    Machine *m = u->m;
    const T *t = u->t;
    const X *x = u->x;
    I a = r->start, b = r->end, begin = most(u->lo, a - NEAR), late = least(u->hi, b + 4);
    I clause = behind_last(x, begin, a, U",。;!?:"), sentence = behind_last(x, begin, a, U"。;!?");
    if (r->rank || compare_one(r)) return 1;
    if (measure_among(u, r, U"段批种") || search(m, t, NO_ONE, most(begin, a - 2), begin, a)) return 0;
    if (search(m, t, EACH_DOING, clause, clause, a) || match(m, t, NOT_ONE, b, b, late) >= 0) return 0;
    I size = r->m_a >= 0 ? r->m_b - r->m_a : 0;
    if (a - size - 1 >= begin && x[a - size - 1] == U'一' && (r->m_a < 0 ? r->m_a == NO_MEASURE : same(x, a - size, a, r->m_a, r->m_b))) return 0;
    if (a > begin && among(x[a - 1], U"上下") && measure_among(u, r, U"级步期轮")) return 0;
    if (measure_is(u, r, THINGS) && (b == u->hi || among(x[b], U",。;、:!?")) && search(m, t, DONE_ONE, clause, clause, a)) return 1;
    int each = holds(x, clause, a, U'每');
    if (measure_is(u, r, TIME)) {
        int sure = each || match(m, t, ONE_BEHIND, b, b, late) >= 0 || match(m, t, ONE_ENDS, b, b, late) >= 0 ||
                   search(m, t, ONE_SURE, clause, clause, a);
        return sure && !search(m, t, NEW, most(clause, a - 3), clause, a);
    }
    if (match(m, t, LIMIT, b, b, late) >= 0 || search(m, t, ONE_SURE, clause, clause, a)) return 1;
    if (measure_among(u, r, U"倍成番") || measure(u, r, U"百分点")) return 1;
    if (search(m, t, DONE_EACH, most(clause, a - 8), most(clause, a - 8), a) || match(m, t, EACH_ONE, b, b, late) >= 0) return 0;
    if (!holds(x, clause, a, U'就') && search(m, t, ONE_RATE, clause, clause, a)) return 1;
    /* The six numbers before it that are no 一, and the six from there on. */
    const Row *near[12], *end = u->rows + u->n;
    int n = 0, k = 0;
    for (const Row *p = r - 1; p >= u->rows && n < 6; p--)
        if (p->only != U'一' && p->start < a) near[n++] = p;
    for (const Row *p = u->rows; p < end && k < 6; p++)
        if (p->only != U'一' && p->start >= a) near[n + k++] = p;
    each = holds(x, sentence, a, U'每');
    for (int i = 0; i < n && each; i++)
        if (compare_one(near[i])) return 1;
    if (each && search(m, t, EACH, sentence, sentence, a) && search(m, t, COMMA, most(begin, a - 6), begin, a)) return 1;
    for (int i = 0; i < n + k; i++)
        if (llabs(near[i]->start - a) < 8 && compare_one(near[i]) > 0 && same_measure(u, near[i], r)) return 1;
    for (I at = begin; at <= a && search(m, t, LISTED, at, begin, least(u->hi, b + NEAR)); at = m->g[1])
        if (m->g[0] <= a && a < m->g[1]) return 1;
    return 0;
}

static int counts(const Unit *u, const Row *r) {
    I a = r->start, b = r->end, begin = most(u->lo, a - NEAR), stop = least(u->hi, b + NEAR);
    if (measure_is(u, r, TIME) && (search(u->m, u->t, DEICTIC, most(begin, a - 2), begin, a) ||
                                   match(u->m, u->t, POINT_IN_TIME, b, b, stop) >= 0))
        return 0;
    if (among((X)r->only, U"百千万")) {
        I at = a;
        while (at > begin && !among(u->x[at - 1], U"“‘『「《”’』」》")) at--;
        if (at > begin && among(u->x[at - 1], U"“‘『「《")) return 0;
    }
    if (measure(u, r, U"点")) {
        I at = b, late = least(stop, b + 4);
        while (at < late && among(u->x[at], U"的主要具体")) at++;
        if (match(u->m, u->t, POINTS, at, at, late) < 0) return 0;
    }
    if (measure(u, r, U"组") && search(u->m, u->t, VILLAGE, most(begin, a - 4), begin, a)) return 0;
    if (measure(u, r, U"番") && !search(u->m, u->t, TURNED, most(begin, a - 5), begin, a)) return 0;
    if (match(u->m, u->t, PLACE_NAME, a, u->lo, u->hi) >= 0) return 0;
    return r->only != U'一' || one_counts(u, r);
}

static void find_per(const Unit *u, Row *r) {
    Machine *m = u->m;
    I *g = m->g, back = most(u->lo, r->start - BACK), clause = behind_last(u->x, back, r->start, U",。;:!?");
    int far = r->only == U'一' ? 2 : measure_is(u, r, REPEATED), n = 0;
    I p_a = 0, p_b = 0, p_one = 0, a = 0, b = 0, one = 0, three_a = -1, three_b = 0;
    for (I at = clause; search(m, u->t, PER, at, clause, r->start); at = b, n++) {
        p_a = a, p_b = b, p_one = one;
        a = g[0], b = g[1], one = g[2] >= 0, three_a = g[6], three_b = g[7];
    }
    if (!n && far) {
        I sentence = behind_last(u->x, back, r->start, U"。;!?:");
        for (I at = sentence; search(m, u->t, PER, at, sentence, clause); at = b) {
            a = g[0], b = g[1];
            if (g[2] >= 0 && (far == 2 || match(m, u->t, OF_TIME, a, a, b) >= 0)) r->per_a = a, r->per_b = b;
        }
    } else if (n && three_a >= 0) {
        int mean = u->x[three_a] != U'平' && u->x[three_a + 1] == U'均';
        r->per_a = mean ? three_a : three_a + 2;
        r->per_b = mean ? three_a + 1 : three_b;
    } else if (n) {
        r->per_a = one && n > 1 && p_b == a && p_one ? p_a : a;
        r->per_b = b;
    }
}

static void find_period(const Unit *u, Row *r) {
    I sentence = behind_last(u->x, most(u->lo, r->start - BACK), r->start, U"。!?");
    int pattern = SHORT_PERIOD;
    for (I i = sentence; i + 1 < r->start; i++)
        if (u->x[i] == U'以' && u->x[i + 1] == U'来') pattern = PERIOD;
    for (I at = sentence; search(u->m, u->t, pattern, at, sentence, r->start); at = most(u->m->g[1], at + 1))
        r->p_a = u->m->g[2], r->p_b = u->m->g[3];
}

/* Trim one piece of a clause; if it may be the thing, give its place. */
static void trimmed(const Unit *u, I a, I b, I *t_a, I *t_b) {
    Machine *m = u->m;
    if (b <= a || !search(m, u->t, LETTER, a, a, b)) return;
    if (search(m, u->t, LEADS, a, a, b)) b = m->g[0];
    if (b <= a) return;
    if (search(m, u->t, DIGIT, a, a, b)) b = m->g[0];
    I lo = a, hi = b;
    for (I at = lo; search(m, u->t, WHOLE, at, lo, hi); at = m->g[1]) {
        if (m->g[0] == lo && m->g[1] < hi) a = m->g[1];
        else b = m->g[0];
    }
    if (b - a < 2 || full(m, u->t, EMPTY, a, b)) return;
    *t_a = most(a, b - 16);
    *t_b = b;
}

static void find_thing(Unit *u, Row *r) {
    Machine *m = u->m;
    const X *x = u->x;
    I *g = m->g, a = r->start, b = r->end, back = most(u->lo, a - BACK), clause = behind_last(x, back, a, U",。;:!?");
    int percent = measure(u, r, U"%");
    if (!r->rank && !measure_among(u, r, U"%元倍成番") && !measure(u, r, U"百分点")) {
        T st[64];
        X *s = u->s + u->size;
        I n = 0;
        for (I i = b; i < least(u->hi, b + 60); i++)
            if (!among(x[i], U"“”‘’『』「」")) s[n] = x[i], st[n++] = u->t[i];
        uint64_t seen = m->seen;
        m->seen = ~(uint64_t)0;
        if (match(m, st, LONG, 0, 0, n) >= 0 || match(m, st, RIGHT, 0, 0, n) >= 0) {
            I p = g[2], q = g[3];
            if (match(m, st, NO_THING, p, p, q) < 0) {
                p += among(s[p], U"的多余");
                if (q > p && !full(m, st, PARTICLES, p, q)) {
                    r->t_a = u->size + p;
                    r->t_b = u->size + q;
                    u->size += q;
                    m->seen = seen;
                    return;
                }
            }
        }
        m->seen = seen;
    }
    r->t_a = u->size;
    if (measure_among(u, r, U"%成") && match(m, u->t, SHARE_OF, b, u->lo, u->hi) >= 0) {
        add(u, x, g[2], g[3], u->size);
    } else {
        I stop = a, t_a = 0, t_b = 0, piece;
        if (!search(m, u->t, LETTER, clause, clause, a) || (percent && full(m, u->t, GROWTH, clause, a)))
            clause = behind_last(x, back, a, U"。;!?");
        if ((r->rank || measure_among(u, r, U"%元倍")) && search(m, u->t, FROM, clause, clause, a)) stop = g[0];
        for (piece = clause; search(m, u->t, LEFT_CUT, piece, clause, stop); piece = b) {
            b = g[1];
            trimmed(u, piece, g[0], &t_a, &t_b);
        }
        trimmed(u, piece, stop, &t_a, &t_b);
        add(u, x, t_a, t_b, u->size);
    }
    r->t_b = u->size;
}

/* Where the qualifiers that close the clause [clause, a) begin. */
static I without(const Unit *u, const Row *r, I clause, I a) {
    uint8_t reach[BACK + 1] = {0};
    I best = a;
    reach[0] = 1;
    for (I at = a - 1; at >= clause && r->q_b > r->q_a && (best < a || a - at < 40); at--)
        for (I w = r->q_a, end; w < r->q_b; w = end + 1) {
            for (end = w; end < r->q_b && u->s[end] != ';'; end++) {}
            if (at + end - w > a || !reach[a - at - (end - w)]) continue;
            if (!memcmp(u->x + at, u->s + w, (size_t)(end - w) * sizeof(X))) {
                reach[a - at] = 1;
                best = at;
                break;
            }
        }
    return best;
}

static I judge_kind(const Unit *u, const Row *r) {
    Machine *m = u->m;
    const T *t = u->t;
    I a = r->start, b = r->end, late = least(u->hi, b + 10), clause = behind_last(u->x, most(u->lo, a - BACK), a, U",。;:!?");
    I stop = without(u, r, clause, a);
    if (r->rank) return RANK;
    if (measure(u, r, U"百分点") || measure(u, r, U"倍")) return CHANGED;
    int reached = search(m, t, REACH, most(clause, stop - 3), clause, stop);
    if (measure_among(u, r, U"%‰成") || (r->m_a == NO_MEASURE && r->num > 0 && compare_one(r) < 0)) {
        if (measure(u, r, U"%") && search(m, t, RATE_FROM, clause, clause, stop)) return SHARE;
        if ((!reached && match(m, t, CHANGED_LATER, b, b, late) >= 0) || search(m, t, CHANGE, clause, clause, stop) ||
            search(m, t, CHANGED_NOUN, clause, clause, stop) || match(m, t, MORE, b, b, late) >= 0)
            return CHANGED;
        return !reached && search(m, t, FALL, clause, clause, stop) ? CHANGED : SHARE;
    }
    if (reached || (measure_among(u, r, U"个项种") && search(m, t, RAISED, most(clause, stop - 2), clause, stop))) return LEVEL;
    return search(m, t, CHANGE, clause, clause, stop) || search(m, t, CHANGED_THING, clause, clause, stop) ? CHANGED : LEVEL;
}

static int by_start(const void *p, const void *q) {
    const Row *a = p, *b = q;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return a->unit < b->unit ? -1 : a->unit > b->unit; /* here: the order in which they were found */
}

/* Find the quantities of n units; return how many rows were written, -1 if `out` or `s` is too short. Formulas are given
   in the order of their units. `hard` is set for units that only the plain functions can do. */
I quantities(Machine *m, const T *t, const X *x, I n, const I *begin, const I *end, const I *after, const I *paragraph, I n_formulas,
             const I *f_unit, const I *f_start, const I *f_end, X *s, I s_size, Row *out, I out_size, uint8_t *hard, uint8_t *taken) {
    static Row rows[MOST_NUMBERS];
#define BIT(pattern) ((uint64_t)1 << (pattern))
    m->scan = BIT(DATE) | BIT(ORDINAL) | BIT(WORDS) | BIT(RANKS) | BIT(FRACTION) | BIT(NONE) | BIT(SHARE_WORD) | BIT(HALF) | BIT(TENTHS) |
              BIT(MILLIONS) | BIT(ABOUT) | BIT(ROUGHLY) | BIT(NUMBER);
    I n_out = 0, last_paragraph = -1, last_a = 0, last_b = 0, f = 0;
    Unit u = {.m = m, .t = t, .x = x, .s = s, .taken = taken, .rows = rows};
    for (I i = 0; i < n; i++) {
        int follows = last_paragraph == paragraph[i];
        I told_a = follows ? last_a : 0, told_b = follows ? last_b : 0, p_a = 0, p_b = 0, first = f;
        while (f < n_formulas && f_unit[f] == i) f++;
        u.lo = begin[i], u.hi = end[i], u.n = 0, u.hard = 0;
        glance(m, t, u.lo, u.hi);
        if (search(m, t, HINT, u.lo, u.lo, u.hi)) {
            if (n_out + MOST_NUMBERS > out_size || u.size + 64 * MOST_NUMBERS > s_size) return -1;
            if (u.hi - u.lo > MOST_CHARS) {
                hard[i] = 1;
                continue;
            }
            mark(&u, DATE), mark(&u, ORDINAL), mark(&u, WORDS);
            early(&u);
            measured(&u);
            memset(taken + u.lo, 0, (size_t)(u.hi - u.lo));
            for (I k = first; k < f; k++) take(taken, f_start[k], f_end[k]);
            I kept = 0;
            for (I k = 0; k < u.n; k++)
                if (rows[k].start >= u.lo + after[i] && is_free(taken, rows[k].start, rows[k].end)) {
                    rows[kept] = rows[k];
                    rows[kept].unit = kept;
                    kept++;
                }
            u.n = kept;
            if (kept > 1) qsort(rows, (size_t)kept, sizeof(Row), by_start);
            for (Row *r = rows; r < rows + u.n; r++) {
                if (!counts(&u, r)) continue;
                Row *row = out + n_out++;
                *row = *r;
                row->unit = i;
                if (!r->rank) find_per(&u, row);
                if (!measure_is(&u, r, TIME)) {
                    find_period(&u, row);
                    if (!row->p_b) row->p_a = told_a, row->p_b = told_b;
                }
                p_a = row->p_a, p_b = row->p_b;
                find_thing(&u, row);
                row->kind = judge_kind(&u, row);
                I back = most(u.lo, r->start - NEAR);
                if (row->kind == SHARE && search(m, t, OF, back, back, r->start)) row->of_a = m->g[2], row->of_b = m->g[3];
                if (search(m, t, CLAIM, back, back, r->start)) row->c_a = m->g[2], row->c_b = m->g[3];
            }
            hard[i] |= (uint8_t)(u.hard || m->full);
            m->full = 0;
        }
        int open = u.hi > u.lo && x[u.hi - 1] == ';';
        last_paragraph = open ? paragraph[i] : -1;
        last_a = p_b ? p_a : told_a;
        last_b = p_b ? p_b : told_b;
    }
    return n_out;
}
