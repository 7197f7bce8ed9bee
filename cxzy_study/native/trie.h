/* Words as a trie: children in a hash table, those of the root by their first character. Most questions are answered by
   one bit: whether there may be such a child at all. */
#ifndef CXZY_TRIE_H
#define CXZY_TRIE_H
#include "machine.h"

typedef struct {
    uint64_t *table; /* parent << 40 | character << 24 | child; 0 for none */
    uint8_t *filter; /* as many bytes as the table has places */
    int32_t *first;  /* (65536) child of the root, 0 for none */
    int32_t *words;  /* of each node: the word that ends there, -1 for none */
    I shift;         /* 64 less the table's bits */
    uint32_t *starts; /* STARTS bits by the first two characters of words, then 65536 by the only one */
} Trie;

enum { START_BITS = 17, STARTS = 1 << START_BITS };

static inline uint32_t start_of(X a, X b) { return ((uint32_t)a << 16 ^ (uint32_t)b) * 0x9E3779B1u >> (32 - START_BITS); }
static inline int bit(const uint32_t *bits, uint32_t i) { return bits[i >> 5] >> (i & 31) & 1; }

/* Whether a word may begin at `a` of a text that ends at `hi`: quick, and no where it cannot. */
static inline int may_start(const Trie *trie, const X *x, I a, I hi) {
    return (a + 1 < hi && bit(trie->starts, start_of(x[a], x[a + 1]))) || bit(trie->starts, STARTS + (x[a] & 0xFFFF));
}

/* Where in [lo, hi) one may, of one character only if `lone`; how many such places. No branch depends on the text. */
static inline I starts(const Trie *trie, const X *x, I lo, I hi, int lone, int32_t *places) {
    const uint32_t *const bits = trie->starts;
    I n = 0;
    for (I a = lo; a + 1 < hi; a++) {
        places[n] = (int32_t)(a - lo);
        n += bit(bits, start_of(x[a], x[a + 1])) | (lone && bit(bits, STARTS + (x[a] & 0xFFFF)));
    }
    if (hi > lo && may_start(trie, x, hi - 1, hi)) places[n++] = (int32_t)(hi - 1 - lo);
    return n;
}

static inline uint64_t hash(int32_t node, X c) { return ((uint64_t)node << 16 | c) * 0x9E3779B97F4A7C15u; }

/* The place of the child of `node` by c, or the empty one where it belongs. */
static inline uint64_t *place(const Trie *trie, uint64_t h, int32_t node, X c) {
    uint64_t mask = ((uint64_t)1 << (64 - trie->shift)) - 1, at = h >> trie->shift, key = (uint64_t)node << 16 | c;
    while (trie->table[at] && trie->table[at] >> 24 != key) at = (at + 1) & mask;
    return trie->table + at;
}

/* The child of `node` (0: the root) by c, 0 for none. */
static inline int32_t child(const Trie *trie, int32_t node, X c) {
    if (c > 0xFFFF) return 0;
    if (!node) return trie->first[c];
    uint64_t h = hash(node, c), known = h >> (trie->shift - 3);
    if (!(trie->filter[known >> 3] >> (known & 7) & 1)) return 0;
    return (int32_t)(*place(trie, h, node, c) & 0xFFFFFF);
}

/* The word that is [a, b), -1 for none. */
static inline int32_t lookup(const Trie *trie, const X *x, I a, I b) {
    int32_t node = 0;
    if (a >= b) return -1;
    for (; a < b; a++)
        if (!(node = child(trie, node, x[a]))) return -1;
    return trie->words[node];
}

#endif
