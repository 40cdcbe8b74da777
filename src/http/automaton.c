/* See automaton.h. It is a dense table, states times classes of bytes: bytes that no literal holds share one
 * class, and a step holds the row of the next state, so that no byte costs a multiplication. Behind a state
 * stand the literals that end there, the longest first; a literal that was seen once ends the walk over
 * them, since the shorter ones were seen with it. */
#include "http/automaton.h"

#include <stdlib.h>

static const uint32_t HIT = 1u << 31; /* a literal ends at that state */

enum { STATES_MAX = 60000 }; /* literals that find no room get no number */

struct automaton {
    uint8_t class_of[256]; /* 0: in no literal */
    size_t classes, states;
    size_t literals;      /* the numbers are 1 to this */
    uint32_t *next;       /* states times classes: the row of the next state, its first step; and HIT */
    uint16_t *ends;       /* the literal that ends at a state, or 0 */
    uint16_t *shorter;    /* the next state, by suffix, at which one ends; 0 = none */
};

void literals_init(struct literals *l, struct arena *a)
{
    *l = (struct literals){ .arena = a };
    table_init(&l->numbers, a, (uint64_t)(uintptr_t)l);
}

unsigned literals_number(struct literals *l, struct span literal, size_t max)
{
    literal = span_first(literal, max);
    void *known = table_get(&l->numbers, literal);
    if (known || literal.len == 0 || l->bytes + literal.len >= STATES_MAX)
        return (unsigned)(uintptr_t)known;
    struct span kept = arena_copy(l->arena, literal), *slot = list_add(l->arena, &l->list);
    if (!slot || !kept.at || !table_put(&l->numbers, kept, (void *)(uintptr_t)l->list.len)) {
        l->failed = true;
        return 0;
    }
    *slot = kept;
    l->bytes += kept.len;
    return (unsigned)l->list.len;
}

static void class_bytes(const struct literals *l, struct automaton *x)
{
    x->classes = 1;
    for (size_t i = 0; i < l->list.len; i++)
        for (size_t k = 0; k < l->list.at[i].len; k++) {
            uint8_t *c = &x->class_of[l->list.at[i].at[k]];
            if (*c == 0)
                *c = (uint8_t)x->classes++;
        }
}

static int compare(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static size_t common_front(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.at[n] == b.at[n])
        n++;
    return n;
}

/* How many states the tree needs: literals share those of their common fronts. 0 where the arena is full. */
static size_t count_states(const struct literals *l)
{
    struct span *sorted = arena_array(l->arena, l->list.len + 1, sizeof(sorted[0]));
    size_t states = 1;
    if (!sorted)
        return 0;
    for (size_t i = 0; i < l->list.len; i++)
        sorted[i + 1] = l->list.at[i]; /* behind the empty one */
    qsort(sorted, l->list.len + 1, sizeof(sorted[0]), compare);
    for (size_t i = 1; i <= l->list.len; i++)
        states += sorted[i].len - common_front(sorted[i - 1], sorted[i]);
    return states;
}

/* The tree of all literals; state 0 is its root. */
static bool plant(const struct literals *l, struct automaton *x)
{
    size_t most = count_states(l);
    x->states = 1;
    x->literals = l->list.len;
    x->next = arena_array(l->arena, most * x->classes, sizeof(x->next[0]));
    x->ends = arena_array(l->arena, most, sizeof(x->ends[0]));
    x->shorter = arena_array(l->arena, most, sizeof(x->shorter[0]));
    if (!most || !x->next || !x->ends || !x->shorter)
        return false;
    for (size_t i = 0; i < l->list.len; i++) {
        size_t state = 0;
        for (size_t k = 0; k < l->list.at[i].len; k++) {
            uint32_t *to = &x->next[state * x->classes + x->class_of[l->list.at[i].at[k]]];
            if (*to == 0)
                *to = (uint32_t)x->states++;
            state = *to;
        }
        x->ends[state] = (uint16_t)(i + 1);
    }
    return true;
}

/* Writes rows instead of states into the steps. */
static void number_rows(struct automaton *x)
{
    for (size_t i = 0; i < x->states * x->classes; i++) {
        uint32_t to = x->next[i];
        x->next[i] = to * (uint32_t)x->classes | (x->ends[to] || x->shorter[to] ? HIT : 0);
    }
}

/* Turns the tree into the automaton, level by level: where a state has no step, it takes that of its
 * longest suffix. */
static bool weave(struct arena *a, struct automaton *x)
{
    uint32_t *queue = arena_array(a, x->states, sizeof(queue[0]));
    uint32_t *suffix = arena_array(a, x->states, sizeof(suffix[0]));
    size_t head = 0, tail = 0;
    if (!queue || !suffix)
        return false;
    for (size_t c = 0; c < x->classes; c++)
        if (x->next[c])
            queue[tail++] = x->next[c];
    while (head < tail) {
        size_t state = queue[head++];
        x->shorter[state] = x->ends[suffix[state]] ? (uint16_t)suffix[state] : x->shorter[suffix[state]];
        for (size_t c = 0; c < x->classes; c++) {
            uint32_t *to = &x->next[state * x->classes + c];
            uint32_t other = x->next[suffix[state] * x->classes + c];
            if (*to) {
                suffix[*to] = other;
                queue[tail++] = *to;
            } else {
                *to = other;
            }
        }
    }
    number_rows(x);
    return true;
}

const struct automaton *automaton_build(struct literals *l)
{
    struct automaton *x = ARENA_NEW(l->arena, struct automaton);
    if (!x || l->failed)
        return NULL;
    class_bytes(l, x);
    return plant(l, x) && weave(l->arena, x) ? x : NULL;
}

size_t automaton_numbers(const struct automaton *x)
{
    return x->literals + 1;
}

static void note(const struct automaton *x, uint64_t *seen, size_t state)
{
    for (; state; state = x->shorter[state]) {
        unsigned literal = x->ends[state];
        if (literal && automaton_saw(seen, literal))
            return;
        if (literal)
            seen[literal / 64] |= (uint64_t)1 << literal % 64;
    }
}

bool automaton_begin(struct automaton_scan *s, const struct automaton *x, struct arena *a)
{
    *s = (struct automaton_scan){ .automaton = x };
    s->seen = arena_array(a, automaton_numbers(x) / 64 + 1, sizeof(s->seen[0]));
    return s->seen != NULL;
}

void automaton_read(struct automaton_scan *s, struct span piece)
{
    const struct automaton *x = s->automaton;
    uint32_t row = s->row;
    for (size_t i = 0; i < piece.len; i++) {
        row = x->next[row + x->class_of[piece.at[i]]];
        if (row & HIT) {
            row &= ~HIT;
            note(x, s->seen, row / x->classes);
        }
    }
    s->row = row;
}
