/* Columns of tables, as Arrow holds strings: all bytes one after the other, and where each begins; and the headings above. */
#include "machine.h"

/* n stretches of x as UTF-8; `out` has room for four bytes of each character. Returns how many were written. */
I utf8(const X *x, I n, const I *begin, const I *end, int32_t *offsets, uint8_t *out) {
    uint8_t *at = out;
    for (I i = 0; i < n; i++) {
        offsets[i] = (int32_t)(at - out);
        for (I k = begin[i]; k < end[i]; k++) {
            X c = x[k];
            if (c >= 0x800 && c < 0x10000) {
                at[0] = (uint8_t)(0xE0 | c >> 12);
                at[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
                at[2] = (uint8_t)(0x80 | (c & 0x3F));
                at += 3;
            } else if (c < 0x80) {
                *at++ = (uint8_t)c;
            } else if (c < 0x800) {
                *at++ = (uint8_t)(0xC0 | c >> 6);
                *at++ = (uint8_t)(0x80 | (c & 0x3F));
            } else {
                *at++ = (uint8_t)(0xF0 | c >> 18);
                *at++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
                *at++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
                *at++ = (uint8_t)(0x80 | (c & 0x3F));
            }
        }
    }
    offsets[n] = (int32_t)(at - out);
    return at - out;
}

/* Most strings are short: two moves that may overlap do for them. */
static inline void copy(uint8_t *to, const uint8_t *from, I size) {
    if (size >= 4 && size <= 8) {
        memcpy(to, from, 4);
        memcpy(to + size - 4, from + size - 4, 4);
    } else if (size > 8 && size <= 16) {
        memcpy(to, from, 8);
        memcpy(to + size - 8, from + size - 8, 8);
    } else {
        memcpy(to, from, (size_t)size);
    }
}

/* Of strings, string which[i] for each i; `out` has room for n of the longest. Returns how many bytes were written. */
I pick(const int32_t *from, const uint8_t *bytes, I n, const I *which, int32_t *offsets, uint8_t *out) {
    I at = 0;
    for (I i = 0; i < n; i++) {
        const uint8_t *string = bytes + from[which[i]];
        I size = from[which[i] + 1] - from[which[i]];
        offsets[i] = (int32_t)at;
        copy(out + at, string, size);
        at += size;
    }
    offsets[n] = (int32_t)at;
    return at;
}

static uint8_t *put_number(uint8_t *out, int32_t number) {
    uint8_t digits[12];
    int n = 0;
    do digits[n++] = (uint8_t)('0' + number % 10);
    while (number /= 10);
    while (n) *out++ = digits[--n];
    return out;
}

/* Of n stretches [start, end) of a text, none empty, the places in the page where their characters stand, `from` and `to` for
   each character, as `a-b;c-d`, one after the other; `offsets` tells where each begins. Returns the bytes written, or -1 if
   they are more than `size`. */
I write_spans(const int32_t *from, const int32_t *to, I n, const I *start, const I *end, int32_t *offsets, uint8_t *out, I size) {
    enum { LONGEST = 24 };
    uint8_t *at = out;
    for (I i = 0; i < n; i++) {
        offsets[i] = (int32_t)(at - out);
        for (I k = start[i], next; k < end[i]; k = next) {
            for (next = k + 1; next < end[i] && from[next] == to[next - 1]; next++) {}
            if (at - out + LONGEST > size) return -1;
            if (k > start[i]) *at++ = ';';
            at = put_number(at, from[k]);
            *at++ = '-';
            at = put_number(at, to[next - 1]);
        }
    }
    offsets[n] = (int32_t)(at - out);
    return at - out;
}

typedef struct {
    I heading, doc; /* doc: -1 where nothing is */
} Place;

static uint64_t mix(const X *s, I a, I b) {
    uint64_t h = 1469598103934665603u;
    for (; a < b; a++) h = (h ^ s[a]) * 1099511628211u;
    return h ^ h >> 29;
}

/* The place of a section among `size` (a power of two), or the one where it belongs. */
static Place *section(Place *places, I size, I doc, const X *s, const I *begin, const I *end, I a, I b) {
    I at = (I)(mix(s, a, b) & (uint64_t)(size - 1));
    for (; places[at].doc == doc; at = (at + 1) & (size - 1))
        if (same(s, begin[places[at].heading], end[places[at].heading], a, b)) break;
    return places + at;
}

/* Of each unit the nearest heading above it, -1 for none: the last one of its section, or of the nearest section around it,
   or else of section 0. Sections are stretches of s, parted by points. `places` has room for twice as many as a document
   has units, and is filled with -1. */
void parents(const X *s, I n, const I *doc, const I *heading, const I *begin, const I *end, Place *places, I size, I *out) {
    I zero = -1, empty = -1, any = 0;
    for (I i = 0; i < n; i++) {
        int first = !i || doc[i] != doc[i - 1];
        if (first) zero = empty = -1, any = 0;
        I a = begin[i], b = end[i];
        /* Between two headings every unit of one section has the same one above it. */
        if (!first && !heading[i] && !heading[i - 1] && a == begin[i - 1] && b == end[i - 1]) {
            out[i] = out[i - 1];
            continue;
        }
        Place *here = NULL;
        for (; any && b > a && !here;) {
            Place *place = section(places, size, doc[i], s, begin, end, a, b);
            if (place->doc == doc[i]) here = place;
            else
                for (b--; b > a && s[b] != '.'; b--) {}
        }
        out[i] = here ? here->heading : empty >= 0 ? empty : zero;
        if (!heading[i]) continue;
        if (begin[i] == end[i]) empty = i;
        here = section(places, size, doc[i], s, begin, end, begin[i], end[i]);
        *here = (Place){i, doc[i]};
        any = 1;
        if (end[i] - begin[i] == 1 && s[begin[i]] == '0') zero = i;
    }
}
