/* What the files about numbered formulas share: grammar.c (what a formula is made of), mentions.c (where formulas stand),
   parts.c (what spells one out) and formulas.c (a document's formulas, its rows). Each follows its namesake in
   cxzy_study/facts/ question by question; what none of them can decide makes its document `hard`. */
#ifndef CXZY_FORMULAS_H
#define CXZY_FORMULAS_H
#include "trie.h"

/* In the order of cxzy_study/facts/fast_formulas.py; the patterns for running text are the last. */
enum {
    HINT, NUMERIC, LED, AFTER, ON, QUOTES, ROLES, CONGRESS, SUMS, ONE_EACH, ROUND, GROUP_ONE, HEAD_TAIL, VERBS, RUN, BARE, OWNED,
    DESCRIBED, CALLED, ACTED, LEAD, PLACE_VERB, ONE, VERB, SUMMED, AT_END, ITEM_MARK, QUOTED, PATTERNS
};
enum { GROUPED, VERBAL, SUM, BARE_NUMBERS, SERIAL };                      /* shapes */
enum { TIME = 1, COUNTED = 2, PLAIN = 4, EACH = 8, NAMED = 16, TO = 32, EXCLUDED = 64 }; /* what a word of the grammar is */
enum {                                                                  /* what a character is */
    IS_DIGIT = 1, LETTER = 2, DECIMAL = 4, SPACE = 8, IN_WORD = 16, EDGE = 32, BEYOND = 64, IN_NUMBER = 128, TRAILING = 256,
    COUNTING = 512, BEGINS_KNOWN = 1024
};
enum { QUOTED_RULE, KNOWN_RULE, SERIES_RULE, REPEATED_RULE }; /* rules of mentions; those of the patterns follow */
enum { MOST_NUMBERS = 24, MOST_PARTS = 512, MOST_ITEMS = 4096 };

typedef struct {
    const X *x;
    I n;
} Word;

typedef struct {
    I a, b;
} Item;

typedef struct {
    int32_t n, n_heads, n_distinct, n_wanted, shape, measured;
    I announced, wanted[2];
    int32_t count[MOST_NUMBERS];  /* 0 where left open */
    X number[MOST_NUMBERS][2];    /* as written in the table, a zero behind one character */
    Word head[MOST_NUMBERS];
    uint8_t distinct[MOST_NUMBERS]; /* of heads that are alike the first */
} Formula;

typedef struct {
    const Trie *words; /* of the grammar */
    const uint8_t *kinds;
    const uint16_t *chars; /* of each character up to U+FFFF what it is */
    const Trie *known;
    const X *pool; /* of each known formula its numbers and its heads, each joined by `;` */
    const I *stops;
    const Trie *dated;
    const I *rules; /* of each pattern: its rule, whether a measured formula is none there, whether less is refused there */
    I n_patterns, doubled;
    uint64_t paired; /* patterns that ask for two numbers, one or two characters between them */
} Lexicon;

/* A text [lo, hi): a unit, or several of them joined. */
typedef struct {
    Machine *m;
    const Lexicon *lexicon;
    const X *x;
    const T *t;
    I lo, hi;
    int *hard;
} Reader;

static inline int what(const Reader *r, X c) { return r->lexicon->chars[c > 0xFFFF ? 0xFFFD : c]; }

static inline int any_is(const Reader *r, I a, I b, int kind) {
    for (; a < b; a++)
        if (what(r, r->x[a]) & kind) return 1;
    return 0;
}

static inline I find_word(const X *x, I a, I b, const Word *w) {
    for (I last = b - w->n; a <= last; a++)
        if (x[a] == *w->x && !memcmp(x + a, w->x, (size_t)w->n * sizeof(X))) return a;
    return -1;
}

static inline I find_last(const X *x, I a, I b, Word w) {
    for (I at = b - w.n; at >= a; at--)
        if (!memcmp(x + at, w.x, (size_t)w.n * sizeof(X))) return at;
    return -1;
}

/* How often a character stands there; four sums at a time, so that a compiler may do them at once. */
static inline I count_char(const X *x, I a, I b, X c) {
    uint32_t found[4] = {0, 0, 0, 0};
    for (; a + 4 <= b; a += 4)
        for (int k = 0; k < 4; k++) found[k] += x[a + k] == c;
    for (; a < b; a++) found[0] += x[a] == c;
    return (I)found[0] + found[1] + found[2] + found[3];
}

static inline I count_word(const X *x, I a, I b, const Word *w) {
    I found = 0;
    if (w->n == 1) return count_char(x, a, b, *w->x);
    for (I at = a; (at = find_word(x, at, b, w)) >= 0; at += w->n) found++;
    return found;
}

static inline int same_word(const Word *v, const Word *w) { return v->n == w->n && !memcmp(v->x, w->x, (size_t)v->n * sizeof(X)); }

typedef struct {
    I a, b, unit, formula, family, found;
    int32_t rule, order;
} Mention;

enum { MOST_MENTIONS = 1 << 16, MOST_FOUND = 1 << 17, MOST_PLACES = 1 << 18, MOST_KEYS = 1 << 20, BUCKETS = 1 << 18, NAME_BUCKETS = 1 << 16, MOST_LOOKED = 50000000 };

typedef struct {
    I unit, a, b; /* within the unit */
} Place;

typedef struct {
    I places, n;
    int32_t source, complete;
    I parts[2], told[2]; /* where its cells stand in the text that is written, once they do */
} Found;

typedef struct {
    I a, b, parts, asked, known, cell;
} Family;

/* A formula in quotation marks; how often it stands in a stretch (the whole document: -1) and as a mention. */
typedef struct {
    I a, b, formula, next, stands, told, until, unit, sought;
} Name;

typedef struct {
    Formula formulas[MOST_MENTIONS + 1];
    Mention mentions[MOST_MENTIONS], before[MOST_MENTIONS], *sorted[MOST_MENTIONS];
    Name names[MOST_MENTIONS];
    Found found[MOST_FOUND];
    Place places[MOST_PLACES];
    Family families[MOST_MENTIONS];
    X keys[MOST_KEYS];
    int32_t buckets[BUCKETS], name_buckets[NAME_BUCKETS];
    uint64_t filter[16]; /* of the first characters of names */
    I n_names, looked, n_formulas, n_mentions, n_found, n_places, n_families, n_keys;
    int hard;
    uint8_t *taken, *again; /* of each character, of each unit: 0 between calls */
    X *joined;              /* room for the longest document */
    T *classes;
} Work;

typedef struct {
    const I *begin, *end, *heading, *depth;
    I first, last; /* its units */
    Reader all;
    Work *w;
} Document;

/* What follows is for these files alone: no other library's functions may take its place. */
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* grammar.c */
int kind_of(const Reader *r, I a, I b);
void begin_formula(Formula *f, int shape);
void add_number(const Reader *r, Formula *f, I a, I b);
void add_head(const Reader *r, Formula *f, I a, I b);
void finish_formula(Formula *f);
int read_spec(const Reader *r, I known, Formula *f);
int parse(const Reader *r, I a, I b, Formula *f);
int parse_bare(const Reader *r, I a, I b, Formula *f);
int is_formula(const Reader *r, const Formula *f, int quoted);
I strip_descriptor(const Reader *r, I a, I b);

/* parts.c */
typedef struct {
    I n;
    double fit;
    Item items[MOST_PARTS];
} Spelled;

typedef struct {
    const X *chars;
    int both, beyond; /* 以及 is one cut; everything that is in no word cuts */
} Cut;

I split_items(const Reader *r, I a, I b, const Cut *cut, I limit, Item *items);
Item trim(const Reader *r, I a, I b);
double match_heads(const X *x, const Item *items, I n, const Formula *f);
int spell_out(const Reader *r, I a, I b, const Formula *f, int exact, Spelled *best);
int are_alike(const X *x, const Item *items, I n, const Formula *f);
void clean_parts(const Reader *r, Item *items, I n, const Formula *f);
I bearing(const X *x, I a, I b, const Formula *f);
int may_fit(const X *x, I a, I b, const Formula *f);

/* mentions.c: those of units [first, last) */
void find_mentions(Work *w, const Reader *r, I first, I last, const I *begin, const I *end);

/* resolve.c */
enum { NOWHERE, BRACKET, BEHIND_IT, BEFORE_IT, NEXT, HEADINGS, DOCUMENT, ITSELF, GROUPS_OF_IT }; /* where parts are told */

I begin_found(Document *d, int source);
void add_place(Document *d, I unit, I a, I b);
I find_parts(Document *d, const Mention *m, const Mention *stop);
I find_anywhere(Document *d, I i, const Formula *f);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
