/* Cutting texts into words as cxzy_study.text.words.Segmenter does, and counting them by section, in the order of
   cxzy_study.reading.terms.count_terms. Signs and spaces are no words. */
#include "trie.h"

#if defined(__GNUC__)
#define FETCH(p) __builtin_prefetch(p)
#else
#define FETCH(p) ((void)(p))
#endif

enum { AHEAD = 256 };
#define LEAST (-1e299) /* no way is as improbable, unless it is none */

typedef struct {
    uint64_t head; /* its first three characters */
    I at, n;
} Other;

typedef struct {
    double weight; /* the logarithm of the word's share, -1e300 where no word ends */
    I word;        /* its number, -1 for none */
} Node;

typedef struct {
    const Trie *trie;
    const Node *nodes; /* of the trie */
    double lone;           /* the same for a character that is no word */
    const X *x;
    /* room for the longest unit and two more */
    double *best;
    int32_t *to, *node;
    /* words of a section: those of the dictionary as number << 44 | length << 32 | place, and all others */
    uint64_t *known;
    Other *others;
    I n_known, n_others;
} Cut;

static int is_han(X c) { return c >= 0x3400 && c <= 0x9FFF; }
static int is_link(X c) { return c == '.' || c == ',' || c == ':' || c == '/' || c == '\'' || c == '%' || c == '-'; }

static void put_other(Cut *c, I a, I b) {
    uint64_t head = 0;
    for (I i = 0; i < 3; i++) head = head << 21 | (a + i < b ? c->x[a + i] : 0);
    c->others[c->n_others++] = (Other){head, a, b - a};
}

/* Of places from `low` on, of which `list` holds some, those where the trie goes on by one more character: `nodes` holds the
   nodes where they are, `more` gets those where they come to (0 for none). Memory is slow, but answers many questions at
   once, so all are asked before the first answer is needed. */
static I go_on(const Cut *c, I low, I end, I depth, const int32_t *list, I n, const int32_t *nodes, int32_t *more, int32_t *kept) {
    const Trie *trie = c->trie;
    const X *x = c->x + low + depth;
    uint64_t hashes[AHEAD];
    I found = 0;
    while (n && low + list[n - 1] + depth >= end) n--;
    for (I i = 0; i < n; i++) {
        hashes[i] = hash(nodes[list[i]], x[list[i]]);
        FETCH(trie->filter + (hashes[i] >> trie->shift));
    }
    for (I i = 0; i < n; i++) { /* without branches: none could be foretold */
        uint64_t h = hashes[i], bit = h >> (trie->shift - 3);
        hashes[found] = h;
        kept[found] = list[i];
        found += trie->filter[bit >> 3] >> (bit & 7) & 1;
        FETCH(trie->table + (h >> trie->shift));
    }
    n = found;
    found = 0;
    for (I i = 0; i < n; i++) {
        int32_t k = kept[i], node = (int32_t)(*place(trie, hashes[i], nodes[k], x[k]) & 0xFFFFFF);
        more[k] = node;
        kept[found] = k;
        found += node != 0;
        FETCH(c->nodes + node);
    }
    return found;
}

/* The most probable way through hanzi, of a stretch of no more than AHEAD characters of a unit: for each place the next, and
   the node of the word between. All words are hanzi, so none goes beyond a run of such. */
static void find_way(Cut *c, I begin, I low, I high, I end) {
    const X *x = c->x;
    int32_t first[AHEAD], second[AHEAD], third[AHEAD], list[AHEAD], kept[AHEAD];
    I n = 0;
    for (I k = 0; k < high - low; k++) {
        first[k] = c->trie->first[x[low + k]];
        FETCH(c->nodes + first[k]);
        second[k] = third[k] = 0;
        list[n] = (int32_t)k;
        n += first[k] != 0;
    }
    n = go_on(c, low, end, 1, list, n, first, second, kept);
    go_on(c, low, end, 2, kept, n, second, third, list);
    for (I k = high - 1; k >= low; k--) {
        double *best = c->best + (k - begin);
        if (!is_han(x[k])) {
            *best = 0.0;
            continue;
        }
        int32_t node = first[k - low], two = second[k - low], to = 1;
        double top = c->nodes[node].weight + best[1], p = c->nodes[two].weight + best[2];
        int longer = p >= top;
        top = longer ? p : top;
        to = longer ? 2 : to;
        node = longer ? two : node;
        int32_t next = third[k - low];
        for (int32_t size = 3; next; size++) {
            p = c->nodes[next].weight + best[size];
            if (p >= top) top = p, to = size, node = next;
            next = k + size < end ? child(c->trie, next, x[k + size]) : 0;
        }
        if (top < LEAST) top = c->lone + best[1], to = 1, node = first[k - low];
        *best = top;
        c->to[k - begin] = to;
        c->node[k - begin] = node;
    }
}

/* Put the words of [begin, end) to those of the section. */
static void cut(Cut *c, I begin, I end) {
    const X *x = c->x;
    c->best[end - begin] = c->best[end - begin + 1] = 0.0;
    for (I high = end, low; high > begin; high = low) {
        low = most(begin, high - AHEAD);
        find_way(c, begin, low, high, end);
    }
    for (I a = begin, b; a < end; a = b) {
        b = a + 1;
        if (is_han(x[a])) {
            b = a + c->to[a - begin];
            I word = c->nodes[c->node[a - begin]].word;
            if (word >= 0) c->known[c->n_known++] = (uint64_t)word << 44 | (uint64_t)(b - a) << 32 | (uint64_t)a;
            else put_other(c, a, b);
        } else if (is_latin(x[a])) {
            for (;;) {
                while (b < end && is_latin(x[b])) b++;
                I next = b;
                while (next < end && is_link(x[next])) next++;
                if (next == end || !is_latin(x[next])) break;
                b = next;
            }
            if (b < end && x[b] == '%') b++;
            put_other(c, a, b);
        }
    }
}

/* Sort words of the dictionary by their numbers, those of one number as they stand. */
static void sort_known(uint64_t *keys, uint64_t *room, I n) {
    enum { BITS = 7, PASSES = 3, BINS = 1 << BITS, FIRST = 44 };
    if (n < 24) {
        for (I i = 1; i < n; i++) {
            uint64_t key = keys[i];
            I j = i;
            for (; j && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
            keys[j] = key;
        }
        return;
    }
    int32_t at[PASSES][BINS] = {{0}};
    for (I i = 0; i < n; i++)
        for (int k = 0; k < PASSES; k++) at[k][keys[i] >> (FIRST + k * BITS) & (BINS - 1)]++;
    for (int k = 0; k < PASSES; k++) {
        int32_t sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            int32_t here = at[k][bin];
            at[k][bin] = sum;
            sum += here;
        }
        for (I i = 0; i < n; i++) room[at[k][keys[i] >> (FIRST + k * BITS) & (BINS - 1)]++] = keys[i];
        uint64_t *other = keys;
        keys = room;
        room = other;
    }
    /* An odd number of passes: the answer stands in what was the room. */
    memcpy(room, keys, (size_t)n * sizeof *keys);
}

static const X *compared; /* the text, for the library's sorting, which hands on nothing */

static int by_text(const void *left, const void *right) {
    const Other *a = left, *b = right;
    if (a->head != b->head) return a->head < b->head ? -1 : 1;
    for (I i = 3; i < a->n && i < b->n; i++)
        if (compared[a->at + i] != compared[b->at + i]) return compared[a->at + i] < compared[b->at + i] ? -1 : 1;
    return a->n < b->n ? -1 : a->n > b->n;
}

static I put_text(const X *x, I a, I b, uint8_t *out) { /* as UTF-8; how many bytes */
    uint8_t *at = out;
    for (; a < b; a++) {
        X c = x[a];
        if (c < 0x80) *at++ = (uint8_t)c;
        else { /* hanzi: nothing else is part of a word */
            *at++ = (uint8_t)(0xE0 | c >> 12);
            *at++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
            *at++ = (uint8_t)(0x80 | (c & 0x3F));
        }
    }
    return at - out;
}

typedef struct {
    int32_t *first, *count, *offsets; /* of each row: first unit of the section, how often; where the word's text begins */
    uint8_t *text;
} Rows;

/* Count the words of n units, section by section. `section` tells for each unit a number below `n_sections` that units of
   one section share; sections come in the order of their first units. `next` and `first` are room for each unit and section,
   `others` for as many words as any section may have. Words of the dictionary must number under 2 ** 20 and have under 4096
   characters. Returns how many rows there are. */
I count_words(const Trie *trie, const Node *nodes, double lone, const X *x, I n, const I *begin, const I *end, const I *section,
              I n_sections, int32_t *next, int32_t *first, double *best, int32_t *to, int32_t *node, uint64_t *known, uint64_t *room,
              Other *others, const Rows *rows) {
    Cut c = {.trie = trie, .nodes = nodes, .lone = lone, .x = x, .best = best, .to = to, .node = node, .known = known, .others = others};
    I found = 0, size = 0;
    compared = x;
    for (I i = 0; i < n_sections; i++) first[i] = -1;
    for (I i = n - 1; i >= 0; i--) { /* chains from the first unit of a section to its last */
        next[i] = first[section[i]];
        first[section[i]] = (int32_t)i;
    }
    for (I i = 0; i < n; i++) {
        if (first[section[i]] != (int32_t)i) continue;
        c.n_known = c.n_others = 0;
        for (int32_t u = (int32_t)i; u >= 0; u = next[u]) cut(&c, begin[u], end[u]);
        sort_known(known, room, c.n_known);
        if (c.n_others > 1) qsort(others, (size_t)c.n_others, sizeof *others, by_text);
        for (I k = 0, o = 0, same; k < c.n_known || o < c.n_others;) {
            I at = 0, length = 0, is_other = k == c.n_known;
            if (k < c.n_known) at = (I)(known[k] & 0xFFFFFFFF), length = (I)(known[k] >> 32 & 0xFFF);
            if (!is_other && o < c.n_others) {
                Other word = {0, at, length};
                for (I j = 0; j < 3; j++) word.head = word.head << 21 | (j < length ? x[at + j] : 0);
                is_other = by_text(others + o, &word) < 0;
            }
            if (is_other) {
                at = others[o].at, length = others[o].n;
                for (same = 1; o + same < c.n_others && !by_text(others + o, others + o + same); same++) {}
                o += same;
            } else {
                for (same = 1; k + same < c.n_known && known[k + same] >> 44 == known[k] >> 44; same++) {}
                k += same;
            }
            rows->first[found] = (int32_t)i;
            rows->count[found] = (int32_t)same;
            rows->offsets[found++] = (int32_t)size;
            size += put_text(x, at, at + length, rows->text + size);
        }
    }
    rows->offsets[found] = (int32_t)size;
    return found;
}
