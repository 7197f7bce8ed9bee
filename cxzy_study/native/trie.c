/* Making tries, and cutting texts into words. */
#include "trie.h"

/* The node of the word [a, b), made if need be; the trie must have room for its characters. */
static int32_t add_word(Trie *trie, const X *x, I a, I b, I *n_nodes) {
    int32_t node = 0;
    for (; a < b; a++) {
        X c = x[a] & 0xFFFF;
        uint64_t h = hash(node, c), bit = h >> (trie->shift - 3), *at = node ? place(trie, h, node, c) : NULL;
        int32_t next = node ? (int32_t)(*at & 0xFFFFFF) : trie->first[c];
        if (!next) {
            next = (int32_t)(*n_nodes)++;
            trie->words[next] = -1;
            if (node) *at = ((uint64_t)node << 16 | c) << 24 | (uint64_t)next;
            else trie->first[c] = next;
            trie->filter[bit >> 3] |= (uint8_t)(1 << (bit & 7));
        }
        node = next;
    }
    return node;
}

/* Fill a trie, given empty, with n words; word i is [ends[i - 1], ends[i]) of x. Those with characters beyond
   U+FFFF are left out. */
I build(Trie *trie, I n, const X *x, const I *ends) {
    I nodes = 1;
    trie->words[0] = -1;
    for (I i = 0, k; i < n; i++) {
        for (k = i ? ends[i - 1] : 0; k < ends[i] && x[k] <= 0xFFFF; k++) {}
        if (k == ends[i]) trie->words[add_word(trie, x, i ? ends[i - 1] : 0, ends[i], &nodes)] = (int32_t)i;
    }
    return nodes;
}

static int is_han(X c) { return c >= 0x3400 && c <= 0x9FFF; }
static int is_link(X c) { return c == '.' || c == ',' || c == ':' || c == '/' || c == '\'' || c == '%' || c == '-'; }

/* The words of n stretches of x, as cxzy_study.text.words.Segmenter cuts them, without signs and spaces. A word of the
   dictionary is known by its number there; any other by its number in `others`, which is filled, plus `known`. `weights`
   are the logarithms of the words' shares, of each node of the trie, NaN where no word ends; `best`, `to` and `node_of`
   have room for the longest stretch and one more. Returns how many
   words were written, with the stretch of each, or -1 if there is no more room. */
I segment(const Trie *trie, const double *weights, double lone, I known, Trie *others, I *n_others, I *n_nodes, I most_nodes, I *other_at,
          I *other_end, const X *x, I n, const I *begin, const I *end, double *best, int32_t *to, int32_t *node_of, int32_t *word, int32_t *of, I size) {
    I found = 0;
    for (I i = 0; i < n; i++) {
        if (found + end[i] - begin[i] > size || *n_nodes + end[i] - begin[i] >= most_nodes) return -1;
        for (I a = begin[i], b; a < end[i]; a = b) {
            b = a + 1;
            if (is_han(x[a])) {
                while (b < end[i] && is_han(x[b])) b++;
                best[b - a] = 0.0;
                for (I k = b - 1; k >= a; k--) {
                    int32_t node = 0, last = trie->first[x[k]];
                    double top = -1e300;
                    I stop = 0;
                    for (I j = k; j < b && (node = child(trie, node, x[j])); j++) {
                        double p = weights[node] + best[j + 1 - a];
                        if (p >= top) top = p, stop = j + 1, last = node;
                    }
                    if (!stop) top = lone + best[k + 1 - a], stop = k + 1;
                    best[k - a] = top;
                    node_of[k - a] = last;
                    to[k - a] = (int32_t)(stop - a);
                }
            } else if (is_latin(x[a])) {
                for (;;) {
                    while (b < end[i] && is_latin(x[b])) b++;
                    I next = b;
                    while (next < end[i] && is_link(x[next])) next++;
                    if (next == end[i] || !is_latin(x[next])) break;
                    b = next;
                }
                if (b < end[i] && x[b] == '%') b++;
                to[0] = (int32_t)(b - a);
            } else {
                continue;
            }
            for (I k = a; k < b; k = a + to[k - a]) {
                I stop = a + to[k - a];
                int32_t w = is_han(x[a]) ? trie->words[node_of[k - a]] : -1;
                if (w < 0) {
                    int32_t node = add_word(others, x, k, stop, n_nodes);
                    if (others->words[node] < 0) {
                        others->words[node] = (int32_t)*n_others;
                        other_at[*n_others] = k;
                        other_end[(*n_others)++] = stop;
                    }
                    w = (int32_t)known + others->words[node];
                }
                word[found] = w;
                of[found++] = (int32_t)i;
            }
        }
    }
    return found;
}
