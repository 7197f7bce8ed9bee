/* What the learned coder makes of a unit's text: cxzy_study/coding/{features,weights}.py, from text to log odds in one pass.

   A unit is copied with its numbers as one sign, cut into clauses, and each clause into words and short runs of characters.
   Of a clause the features are looked up as they come; each counts once there. */
#include <math.h>
#include "trie.h"

enum { DIGIT = 1, NUMERAL = 2, SIGN = 4, BREAK = 8, SPACE = 16 }; /* kinds of characters */
enum { LONGEST_RUN = 3, LONGEST_PAIR = 4, MOST_CHARS = 20000, MOST_THEMES = 64, BLOCK = 4 };

typedef struct {
    const Trie *dictionary, *runs, *words, *pairs; /* features are numbered by `run_at` and so on */
    const int32_t *run_at, *word_at, *pair_at;
    const uint8_t *kinds;    /* (65536) */
    const double *shares;    /* of each node of the dictionary: the logarithm of the word's share, NaN where no word ends */
    const double *rarity;
    const double *clause; /* a row for each feature, `width` wide */
    const int32_t *unit_from, *unit_theme; /* few are other than 0: of each feature where they begin, their themes, */
    const double *unit;                    /* and the weights */
    const double *clause_intercept, *unit_intercept;
    int64_t *in_clause, *in_unit; /* of each feature: the last clause and unit that have it */
    int32_t *times;               /* and in how many clauses of that unit it stands */
    I n_themes, width; /* width: themes, and as many as it takes to a whole number of BLOCKs */
} Learnt;

typedef struct {
    int32_t clause[2 * MOST_CHARS * LONGEST_RUN], unit[2 * MOST_CHARS * LONGEST_RUN];
    I n_clause, n_unit, number, unit_number;
} Found;

static void add(const Learnt *w, Found *f, int32_t feature) {
    if (w->in_clause[feature] == f->number) return;
    w->in_clause[feature] = f->number;
    f->clause[f->n_clause++] = feature;
    if (w->in_unit[feature] == f->unit_number) {
        w->times[feature]++;
        return;
    }
    w->in_unit[feature] = f->unit_number;
    w->times[feature] = 1;
    f->unit[f->n_unit++] = feature;
}

static int kind(const Learnt *w, X c) { return w->kinds[c & 0xFFFF]; }

/* Copy [a, b) of x with its numbers as one sign; how long that is. */
static I copy(const Learnt *w, const X *x, I a, I b, X *y) {
    I n = 0;
    while (a < b) {
        I next = a;
        if (kind(w, x[a]) & DIGIT) {
            for (;;) {
                while (next < b && kind(w, x[next]) & DIGIT) next++;
                if (next + 1 >= b || (x[next] != '.' && x[next] != ',') || !(kind(w, x[next + 1]) & DIGIT)) break;
                next++;
            }
        } else {
            while (next < b && kind(w, x[next]) & NUMERAL) next++;
            if (next < a + 2) {
                y[n++] = x[a++];
                continue;
            }
        }
        y[n++] = '0';
        a = next;
    }
    return n;
}

static int is_han(X c) { return c >= 0x3400 && c <= 0x9FFF; }

/* The most probable words of a run of hanzi: where the word that begins at each place ends. */
static void cut(const Learnt *w, double lone, const X *y, I a, I b, int32_t *to) {
    static double best[MOST_CHARS + 1];
    best[b] = 0.0;
    for (I k = b - 1; k >= a; k--) {
        int32_t node = 0;
        double top = -1e300;
        I stop = 0;
        for (I j = k; j < b && (node = child(w->dictionary, node, y[j])); j++) {
            double p = w->shares[node] + best[j + 1];
            if (p >= top) top = p, stop = j + 1;
        }
        if (!stop) top = lone + best[k + 1], stop = k + 1;
        best[k] = top;
        to[k] = (int32_t)stop;
    }
}

/* Where a run of Latin letters and digits ends that begins at a. */
static I latin_end(const X *y, I a, I b) {
    for (;;) {
        while (a < b && is_latin(y[a])) a++;
        I next = a;
        while (next < b && among(y[next], U".,:/'%-")) next++;
        if (next == b || !is_latin(y[next])) break;
        a = next;
    }
    return a < b && y[a] == '%' ? a + 1 : a;
}

static void add_word(const Learnt *w, Found *f, const X *y, I *before, I a, I b) {
    int32_t found;
    if (b > a + 1 && (found = lookup(w->words, y, a, b)) >= 0) add(w, f, w->word_at[found]);
    if (before[1] > before[0] && before[1] - before[0] + b - a <= LONGEST_PAIR) {
        int32_t node = 0;
        for (I i = before[0]; i < before[1] && (i == before[0] || node); i++) node = child(w->pairs, node, y[i]);
        if (node) node = child(w->pairs, node, '_');
        for (I i = a; i < b && node; i++) node = child(w->pairs, node, y[i]);
        if (node && w->pairs->words[node] >= 0) add(w, f, w->pair_at[w->pairs->words[node]]);
    }
    before[0] = a;
    before[1] = b;
}

static void find_features(const Learnt *w, Found *f, double lone, const X *y, I a, I b) {
    static int32_t to[MOST_CHARS + 1];
    I before[2] = {0, 0};
    for (I i = a; i < b; i++) {
        int32_t node = 0;
        for (I k = i; k < b && k < i + LONGEST_RUN && !(kind(w, y[k]) & SIGN) && (node = child(w->runs, node, y[k])); k++)
            if (w->runs->words[node] >= 0) add(w, f, w->run_at[w->runs->words[node]]);
    }
    for (I i = a, end; i < b; i = end) {
        end = i + 1;
        if (is_han(y[i])) {
            while (end < b && is_han(y[end])) end++;
            cut(w, lone, y, i, end, to);
            for (I k = i; k < end; k = to[k]) add_word(w, f, y, before, k, to[k]);
        } else if (is_latin(y[i])) {
            end = latin_end(y, i, b);
            add_word(w, f, y, before, i, end);
        } else if (!(kind(w, y[i]) & SPACE)) {
            add_word(w, f, y, before, i, end);
        }
    }
}

/* Log odds of each theme in n units [begin, end) of x: `parts` by their clauses (noisy-or), cut off at `limit`, and `wholes`
   by the units as such. Units that only the plain functions can do are marked as hard. */
void learned(const Learnt *w, double lone, double limit, const X *x, I n, const I *begin, const I *end, double *parts, double *wholes,
             uint8_t *hard) {
    static X y[MOST_CHARS + 1];
    static Found f;
    static double value[MOST_CHARS * 2 * LONGEST_RUN];
    double edge = 1 / (1 + exp(limit)), score[MOST_THEMES], none[MOST_THEMES];
    I themes = w->n_themes;
    for (I i = 0; i < n; i++) {
        f.unit_number++, f.n_unit = 0; /* rises from call to call, like that of clauses */
        for (I k = begin[i]; k < end[i]; k++) hard[i] |= x[k] > 0xFFFF;
        if ((hard[i] |= end[i] - begin[i] > MOST_CHARS)) continue;
        I length = copy(w, x, begin[i], end[i], y), clauses = 0;
        memset(none, 0, sizeof none);
        for (I a = 0, b, next; a <= length; a = next) {
            for (b = a; b < length && !(kind(w, y[b]) & BREAK); b++) {}
            next = b + 1;
            while (a < b && kind(w, y[a]) & SPACE) a++;
            while (a < b && kind(w, y[b - 1]) & SPACE) b--;
            /* A unit without characters is one empty clause. */
            if (a == b && (clauses || next <= length)) continue;
            clauses++, f.number++, f.n_clause = 0;
            find_features(w, &f, lone, y, a, b);
            double norm = 0;
            for (I k = 0; k < f.n_clause; k++) norm += w->rarity[f.clause[k]] * w->rarity[f.clause[k]];
            norm = norm > 0 ? sqrt(norm) : 1;
            for (I t = 0; t < w->width; t += BLOCK) {
                const double *column = w->clause + t;
                double a0 = 0, a1 = 0, a2 = 0, a3 = 0;
                for (I k = 0; k < f.n_clause; k++) {
                    const double *row = column + f.clause[k] * w->width, by = w->rarity[f.clause[k]];
                    a0 += by * row[0], a1 += by * row[1], a2 += by * row[2], a3 += by * row[3];
                }
                score[t] = a0, score[t + 1] = a1, score[t + 2] = a2, score[t + 3] = a3;
            }
            for (I t = 0; t < themes; t++) {
                double s = score[t] / norm + w->clause_intercept[t];
                none[t] += (s > 0 ? s : 0) + log1p(exp(-fabs(s)));
            }
        }
        double norm = 0;
        for (I k = 0; k < f.n_unit; k++) {
            value[k] = (1 + log(w->times[f.unit[k]])) * w->rarity[f.unit[k]];
            norm += value[k] * value[k];
        }
        norm = norm > 0 ? sqrt(norm) : 1;
        memset(score, 0, sizeof score);
        for (I k = 0; k < f.n_unit; k++) {
            for (int32_t j = w->unit_from[f.unit[k]]; j < w->unit_from[f.unit[k] + 1]; j++) score[w->unit_theme[j]] += value[k] * w->unit[j];
        }
        for (I t = 0; t < themes; t++) {
            double p = -expm1(-none[t]);
            p = p < edge ? edge : p > 1 - edge ? 1 - edge : p;
            parts[i * themes + t] = log(p / (1 - p));
            wholes[i * themes + t] = score[t] / norm + w->unit_intercept[t];
        }
    }
}
