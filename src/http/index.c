/* See index.h. The automaton is a dense table, states times classes of bytes: bytes that no literal holds
 * share one class, and a step holds the row of the next state, so that no byte costs a multiplication.
 * Behind a state stand the literals that end there, the longest first; a literal that was seen once ends
 * the walk over them, since the shorter ones were seen with it. */
#include "http/index.h"

#include "base/table.h"
#include "http/pattern.h"

static const uint32_t HIT = 1u << 31; /* a literal ends at that state */

enum {
    LITERAL_MAX = 24,   /* bytes; of a longer one the front is looked for */
    STATES_MAX = 60000, /* literals that find no room are not indexed: their tests always look */
};

struct index {
    uint8_t class_of[256]; /* 0: in no literal */
    size_t classes, states;
    size_t literals;      /* the numbers are 1 to this */
    uint32_t *next;       /* states times classes: the row of the next state, its first step; and HIT */
    uint16_t *ends;       /* the literal that ends at a state, or 0 */
    uint16_t *shorter;    /* the next state, by suffix, at which one ends; 0 = none */
};

struct building {
    struct arena *arena;
    struct index *index;
    struct table numbers; /* literal -> its number, as a pointer */
    LIST_OF(struct span) literals;
    size_t bytes; /* of all literals: the automaton has no more states */
    bool failed;
};

/* The number of a literal; a new one where it was not met yet, 0 where there is no room. */
static unsigned number_of(struct building *b, struct span literal)
{
    literal = span_first(literal, LITERAL_MAX);
    void *known = table_get(&b->numbers, literal);
    if (known || literal.len == 0 || b->bytes + literal.len >= STATES_MAX)
        return (unsigned)(uintptr_t)known;
    struct span kept = arena_copy(b->arena, literal), *slot = list_add(b->arena, &b->literals);
    if (!slot || !kept.at || !table_put(&b->numbers, kept, (void *)(uintptr_t)b->literals.len)) {
        b->failed = true;
        return 0;
    }
    *slot = kept;
    b->bytes += kept.len;
    return (unsigned)b->literals.len;
}

static bool is_plain(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == '-';
}

/* What a document must hold where something stands at a path: the end of its last key, without a quote, for XML has
 * none. Only of bytes that no writer of JSON escapes. */
static size_t key_literal(struct span path, uint8_t bytes[static PATTERN_MAX])
{
    size_t from = path.len, digits = 0;
    while (from > 0 && is_plain(path.at[from - 1]))
        digits += ascii_is_digit(path.at[--from]);
    size_t len = path.len - from;
    if (len == digits || len > LITERAL_MAX)
        return 0; /* perhaps the index of a list */
    memcpy(bytes, path.at + from, len);
    return len;
}

static void index_test(struct building *b, struct test *t)
{
    uint8_t bytes[PATTERN_MAX];
    struct span literal = SPAN_NONE;
    bool exact = false;
    switch (t->kind) {
    case TEST_BODY:
        exact = pattern_literal(t->pattern, bytes, &literal) && literal.len <= LITERAL_MAX;
        break;
    case TEST_JSON:
    case TEST_HAS:
    case TEST_LIST:
    case TEST_MAP:
        literal = span_of(bytes, key_literal(t->at, bytes));
        break;
    case TEST_METRIC:
        literal = t->at;
        break;
    case TEST_STATUS:
    case TEST_HEADER:
    case TEST_TITLE:
    case TEST_LACKS:
    case TEST_BEHIND:
        break;
    }
    t->literal = number_of(b, literal);
    t->exact = exact && t->literal;
}

/* Recursion as deep as conditions nest: CONDITION_DEPTH_MAX. The catalog is still ours to write. */
static void index_condition(struct building *b, const struct condition *c)
{
    for (size_t i = 0; i < c->tests.len; i++)
        index_test(b, &c->tests.at[i]);
    for (size_t i = 0; i < c->children.len; i++)
        index_condition(b, c->children.at[i]);
}

static void class_bytes(struct building *b)
{
    struct index *x = b->index;
    x->classes = 1;
    for (size_t i = 0; i < b->literals.len; i++)
        for (size_t k = 0; k < b->literals.at[i].len; k++) {
            uint8_t *c = &x->class_of[b->literals.at[i].at[k]];
            if (*c == 0)
                *c = (uint8_t)x->classes++;
        }
}

/* The tree of all literals; state 0 is its root. */
static bool plant(struct building *b)
{
    struct index *x = b->index;
    size_t most = 1 + b->bytes;
    x->states = 1;
    x->literals = b->literals.len;
    x->next = arena_array(b->arena, most * x->classes, sizeof(x->next[0]));
    x->ends = arena_array(b->arena, most, sizeof(x->ends[0]));
    x->shorter = arena_array(b->arena, most, sizeof(x->shorter[0]));
    if (!x->next || !x->ends || !x->shorter)
        return false;
    for (size_t i = 0; i < b->literals.len; i++) {
        size_t state = 0;
        for (size_t k = 0; k < b->literals.at[i].len; k++) {
            uint32_t *to = &x->next[state * x->classes + x->class_of[b->literals.at[i].at[k]]];
            if (*to == 0)
                *to = (uint32_t)x->states++;
            state = *to;
        }
        x->ends[state] = (uint16_t)(i + 1);
    }
    return true;
}

/* Writes rows instead of states into the steps. */
static void number_rows(struct index *x)
{
    for (size_t i = 0; i < x->states * x->classes; i++) {
        uint32_t to = x->next[i];
        x->next[i] = to * (uint32_t)x->classes | (x->ends[to] || x->shorter[to] ? HIT : 0);
    }
}

/* Turns the tree into the automaton, level by level: where a state has no step, it takes that of its
 * longest suffix. */
static bool weave(struct building *b)
{
    struct index *x = b->index;
    uint32_t *queue = arena_array(b->arena, x->states, sizeof(queue[0]));
    uint32_t *suffix = arena_array(b->arena, x->states, sizeof(suffix[0]));
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

const struct index *index_build(struct arena *a, struct catalog *c)
{
    struct building b = { .arena = a, .index = ARENA_NEW(a, struct index) };
    if (!b.index)
        return NULL;
    table_init(&b.numbers, a, (uint64_t)(uintptr_t)c);
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct entry *e = c->entries.at[i];
        for (size_t k = 0; k < e->identify.len; k++)
            index_condition(&b, e->identify.at[k]);
        if (e->suspect)
            index_condition(&b, e->suspect);
    }
    class_bytes(&b);
    return !b.failed && plant(&b) && weave(&b) ? b.index : NULL;
}

static void note(const struct index *x, uint64_t *seen, size_t state)
{
    for (; state; state = x->shorter[state]) {
        unsigned literal = x->ends[state];
        if (literal && index_saw(seen, literal))
            return;
        if (literal)
            seen[literal / 64] |= (uint64_t)1 << literal % 64;
    }
}

const uint64_t *index_scan(const struct index *x, struct arena *a, struct span body)
{
    uint64_t *seen = arena_array(a, x->literals / 64 + 1, sizeof(seen[0]));
    uint32_t row = 0;
    if (!seen)
        return NULL;
    for (size_t i = 0; i < body.len; i++) {
        row = x->next[row + x->class_of[body.at[i]]];
        if (row & HIT) {
            row &= ~HIT;
            note(x, seen, row / x->classes);
        }
    }
    return seen;
}
