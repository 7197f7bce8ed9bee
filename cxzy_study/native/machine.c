/* The machine: a backtracking matcher that tries what Python's re tries, in the same order. */
#include "machine.h"

enum { ACCEPT, CHAR, SET, SPLIT, JUMP, GREEDY, LAZY, SAVE, BEGIN, END, AHEAD, BEHIND, BRANCH, GROUP };
enum { AGAIN, LESS, MORE, UNDO, WAYS, LOOK };

#define PUSH(a, b, c, d)                                                                             \
    do {                                                                                             \
        if (top >= limit) return m->full = 1, -1;                                                    \
        top[0] = (a), top[1] = (int32_t)(b), top[2] = (int32_t)(c), top[3] = (int32_t)(d), top += 4; \
    } while (0)
#define ROW(which) (m->sets + (I)(which)*m->words)
/* Whether what begins with a character of a set may begin at a place; without a set anything may. */
#define MAY(which, place) ((which) < 0 || has(ROW(which), (T)((place) < hi ? t[place] : m->width - 1)))

I run(Machine *m, const T *t, I at, I lo, I hi, I pc, int whole) {
    const int32_t *code = m->code, *ways = m->ways;
    int32_t *top = m->stack, *limit = m->stack + 4 * (MOST - 2), *look = NULL;
    I *g = m->g;
    for (;;) {
        const int32_t *op = code + pc;
        I to, end;
        int32_t way;
        switch (op[0]) {
        case CHAR:
            do {
                if (at >= hi || t[at] != op[1]) goto fail;
                at++;
                op += 2;
            } while (op[0] == CHAR);
            pc = op - code;
            continue;
        case SET:
            if (at >= hi || !has(ROW(op[1]), t[at])) goto fail;
            at++;
            pc += 2;
            continue;
        case BRANCH:
            way = m->branches[op[1] * m->width + (at < hi ? t[at] : m->width - 1)];
            if (ways[way] < 0) goto fail;
            if (ways[way + 1] >= 0) PUSH(WAYS, way + 1, at, 0);
            pc = ways[way];
            continue;
        case JUMP:
            pc = op[1];
            continue;
        case SPLIT:
            if (!MAY(op[3], at)) {
                pc = op[2];
                continue;
            }
            if (MAY(op[4], at)) PUSH(AGAIN, op[2], at, 0);
            pc = op[1];
            continue;
        case GREEDY:
            end = least(hi, at + op[3]);
            for (to = at; to < end && has(ROW(op[1]), t[to]); to++) {}
            if (to - at < op[2]) goto fail;
            pc += 4;
            if (to - at > op[2]) PUSH(LESS, pc, to, at + op[2]);
            at = to;
            continue;
        case LAZY:
            end = least(hi, at + op[2]);
            for (to = at; to < end && has(ROW(op[1]), t[to]); to++) {}
            if (to - at < op[2]) goto fail;
            if (op[3] > op[2]) PUSH(MORE, pc, to, least(hi, at + op[3]));
            at = to;
            pc += 4;
            continue;
        case SAVE:
            PUSH(UNDO, op[1], g[op[1]], 0);
            g[op[1]] = at;
            pc += 2;
            continue;
        case BEGIN:
            if (at != lo) goto fail;
            pc++;
            continue;
        case END:
            if (at != hi) goto fail;
            pc++;
            continue;
        case AHEAD:
        case BEHIND:
            /* What is looked at is tried on the same stack, from here up; what it did is then forgotten. */
            to = op[0] == AHEAD ? at : at - op[4];
            if (to < lo || !MAY(op[3], to)) {
                pc = op[2];
                if (op[1]) goto fail;
                continue;
            }
            PUSH(LOOK, pc, at, look ? look - m->stack : -1);
            look = top - 4;
            at = to;
            pc += 5;
            continue;
        case GROUP:
            to = g[op[1] + 1] - g[op[1]];
            if (g[op[1]] < 0 || to < 0 || at + to > hi || memcmp(t + g[op[1]], t + at, (size_t)to * sizeof(T))) goto fail;
            at += to;
            pc += 2;
            continue;
        default: /* ACCEPT */
            if (look) {
                const int32_t *asked = code + look[1];
                at = look[2];
                top = look;
                look = look[3] < 0 ? NULL : m->stack + look[3];
                pc = asked[2];
                if (!asked[1]) goto fail;
                continue;
            }
            if (!whole || at == hi) return at;
        }
    fail:
        for (;;) {
            if (top == m->stack) return -1;
            int32_t *last = top - 4;
            switch (last[0]) {
            case UNDO:
                g[last[1]] = last[2];
                top = last;
                continue;
            case AGAIN:
                pc = last[1];
                at = last[2];
                top = last;
                break;
            case LESS:
                pc = last[1];
                at = --last[2];
                if (at == last[3]) top = last;
                break;
            case WAYS:
                pc = ways[last[1]];
                at = last[2];
                if (ways[last[1] + 1] < 0) top = last;
                else last[1]++;
                break;
            case LOOK: {
                const int32_t *asked = code + last[1];
                at = last[2];
                top = last;
                look = last[3] < 0 ? NULL : m->stack + last[3];
                pc = asked[2];
                if (asked[1]) continue;
                break;
            }
            default: /* MORE */
                at = last[2];
                if (at >= last[3] || !has(ROW(code[last[1] + 1]), t[at])) {
                    top = last;
                    continue;
                }
                last[2] = (int32_t)++at;
                pc = last[1] + 4;
            }
            break;
        }
    }
}

/* Every match in a text of n characters, as finditer gives them: the first 8 groups of each. The text is looked at
   beforehand, if so wanted (1), and where any pattern may begin is noted (2). */
I find_all(Machine *m, I pattern, const T *t, I n, I look, I (*out)[16]) {
    I found = 0, at = 0, empty_at = -1;
    m->seen = ~(uint64_t)0;
    m->from = m->until = 0;
    m->scan = look > 1 ? ~(uint64_t)0 : 0;
    if (look) glance(m, t, 0, n);
    while (at <= n && search(m, t, (int)pattern, at, 0, n)) {
        I a = m->g[0], b = m->g[1];
        if (a == b && a == empty_at) {
            at = a + 1;
            continue;
        }
        memcpy(out[found++], m->g, 16 * sizeof(I));
        empty_at = b;
        at = b > a ? b : b + 1;
    }
    return found;
}

/* What two tables have for each of n characters; one beyond U+FFFF is the replacement character. */
void look_up(const X *x, I n, const T *classes, T *t, const X *folded, X *out) {
    for (I i = 0; i < n && t; i++) t[i] = classes[x[i] > 0xFFFF ? 0xFFFD : x[i]];
    for (I i = 0; i < n && out; i++) out[i] = folded[x[i] > 0xFFFF ? 0xFFFD : x[i]];
}

/* Some linkers want a module to have this; the kernel is loaded by ctypes, and importing it as a module fails. */
void *PyInit__kernel(void) { return NULL; }
