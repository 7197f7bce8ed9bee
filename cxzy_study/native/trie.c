/* Making tries; reading a dictionary; cutting texts into words and counting them. */
#include "trie.h"

static int32_t new_node(Trie *trie, I *n_nodes) {
    trie->words[*n_nodes] = -1;
    return (int32_t)(*n_nodes)++;
}

/* The child of a node, made if need be. */
static int32_t make_child(Trie *trie, int32_t node, X c, I *n_nodes) {
    if (!node) return trie->first[c] ? trie->first[c] : (trie->first[c] = new_node(trie, n_nodes));
    uint64_t h = hash(node, c), known = h >> (trie->shift - 3), *at = place(trie, h, node, c);
    if (*at) return (int32_t)(*at & 0xFFFFFF);
    int32_t made = new_node(trie, n_nodes);
    *at = ((uint64_t)node << 16 | c) << 24 | (uint64_t)made;
    trie->filter[known >> 3] |= (uint8_t)(1 << (known & 7));
    return made;
}

static I common(const X *x, I a, I b, I c, I d) { /* how many characters [a, b) and [c, d) begin with in common */
    I n = 0;
    while (a + n < b && c + n < d && x[a + n] == x[c + n]) n++;
    return n;
}

/* How many nodes a trie of n words has, if they are sorted; not fewer, if not. Word i is [ends[i - 1], ends[i]) of x. */
I count_nodes(I n, const X *x, const I *ends) {
    I nodes = 1;
    for (I i = 0; i < n; i++) {
        I a = i ? ends[i - 1] : 0;
        nodes += ends[i] - a - (i ? common(x, i > 1 ? ends[i - 2] : 0, a, a, ends[i]) : 0);
    }
    return nodes;
}

/* Fill a trie, given empty, with n words, and return how many nodes it has; the nodes of words that `order` has first, if
   there is an order, are together. Words with characters beyond U+FFFF are left out. */
I build(Trie *trie, I n, const X *x, const I *ends, const I *order) {
    enum { DEEP = 64 };
    int32_t path[DEEP] = {0}; /* nodes of the word before */
    I nodes = 1, from = 0, known = 0;
    trie->words[0] = -1;
    for (I at = 0, k; at < n; at++) {
        I i = order ? order[at] : at, a = i ? ends[i - 1] : 0;
        for (k = a; k < ends[i] && x[k] <= 0xFFFF; k++) {}
        if (k < ends[i]) continue;
        I same = least(known, common(x, from, from + known, a, ends[i]));
        int32_t node = same ? path[same - 1] : 0;
        for (k = a + same; k < ends[i]; k++) {
            node = make_child(trie, node, x[k], &nodes);
            if (k - a < DEEP) path[k - a] = node;
        }
        trie->words[node] = (int32_t)i;
        if (a < ends[i]) {
            uint32_t start = ends[i] - a > 1 ? start_of(x[a], x[a + 1]) : STARTS + x[a];
            trie->starts[start >> 5] |= (uint32_t)1 << (start & 31);
        }
        from = a;
        known = least(DEEP, ends[i] - a);
    }
    return nodes;
}

/* Read a dictionary in UTF-8: on each line a word, a space, its count, and more. Words go to x, one after the other, and
   where each ends to `ends`. Returns how many there are. */
I read_dictionary(const uint8_t *text, I size, X *x, I *ends, I *counts) {
    I n = 0, end = 0;
    for (I at = 0; at < size; n++) {
        while (at < size && text[at] != ' ') {
            X c = text[at++];
            int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
            if (more) c &= 0x3Fu >> more;
            for (; more && at < size; more--) c = c << 6 | (text[at++] & 0x3F);
            x[end++] = c;
        }
        ends[n] = end;
        counts[n] = 0;
        for (at++; at < size && is_digit(text[at]); at++) counts[n] = 10 * counts[n] + text[at] - '0';
        while (at < size && text[at++] != '\n') {}
    }
    return n;
}

static int is_after(const X *x, const I *ends, I i, I j) { /* whether word i comes after word j */
    I a = i ? ends[i - 1] : 0, b = j ? ends[j - 1] : 0, n = common(x, a, ends[i], b, ends[j]);
    if (a + n == ends[i] || b + n == ends[j]) return a + n < ends[i];
    return x[a + n] > x[b + n];
}

/* The order of n words, nearly sorted as they are: stretches in order are joined two by two. `order` and `room` hold n each,
   the answer is in `order`. */
static void sort_words(I n, const X *x, const I *ends, int32_t *order, int32_t *room) {
    for (I i = 0; i < n; i++) order[i] = (int32_t)i;
    for (I joined = 1; joined;) {
        joined = 0;
        for (I a = 0, b, c, k; a < n; a = c) {
            for (b = a + 1; b < n && !is_after(x, ends, order[b - 1], order[b]); b++) {}
            for (c = least(n, b + 1); c < n && !is_after(x, ends, order[c - 1], order[c]); c++) {}
            if (b >= n) break;
            joined = 1;
            memcpy(room + a, order + a, (size_t)(c - a) * sizeof *order);
            I i = a, j = b;
            for (k = a; k < c; k++) order[k] = i < b && (j == c || !is_after(x, ends, room[i], room[j])) ? room[i++] : room[j++];
        }
    }
}

/* Write n words in order to `out`, where each ends to `out_ends`, and the number that it had to `order`; returns how many.
   Of equal words the last of the first `own` counts, others only if there is none among those. */
I arrange_words(I n, I own, const X *x, const I *ends, int32_t *order, int32_t *room, X *out, I *out_ends) {
    I kept = 0, end = 0;
    sort_words(n, x, ends, order, room);
    for (I i = 0; i < n; i++) {
        I w = order[i], a = w ? ends[w - 1] : 0, size = ends[w] - a;
        if (kept && i && !is_after(x, ends, w, order[i - 1]) && !is_after(x, ends, order[i - 1], w)) {
            if (w < own) order[kept - 1] = (int32_t)w;
            continue;
        }
        memcpy(out + end, x + a, (size_t)size * sizeof(X));
        out_ends[kept] = end += size;
        order[kept++] = (int32_t)w;
    }
    return kept;
}
