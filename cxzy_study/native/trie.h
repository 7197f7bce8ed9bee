/* Words as a trie: children in a hash table, those of the root by their first character. */
#ifndef CXZY_TRIE_H
#define CXZY_TRIE_H
#include "machine.h"

typedef struct {
    uint64_t *keys;  /* parent << 16 | character, 0 for none */
    int32_t *nodes;  /* child */
    int32_t *first;  /* (65536) child of the root, 0 for none */
    int32_t *words;  /* of each node: the word that ends there, -1 for none */
    I mask;          /* size of the table, less one */
} Trie;

static inline uint64_t slot(const Trie *trie, uint64_t key) {
    uint64_t h = (key * 0x9E3779B97F4A7C15u) >> 32;
    uint64_t at = h & (uint64_t)trie->mask;
    while (trie->keys[at] && trie->keys[at] != key) at = (at + 1) & (uint64_t)trie->mask;
    return at;
}

/* The child of `node` (0: the root) by c, 0 for none. */
static inline int32_t child(const Trie *trie, int32_t node, X c) {
    if (c > 0xFFFF) return 0;
    if (!node) return trie->first[c];
    return trie->nodes[slot(trie, (uint64_t)node << 16 | c)];
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
