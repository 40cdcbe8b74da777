/* See index.h.
 *
 * Each set of tests has one clue, the rarest that it can have, and the clue a row (clue, request, entry) that says
 * whom it concerns. What needs another reading than "no clue, no match" is concerned by every answer to its requests
 * (ALWAYS): `not`, which holds where a test fails, and requests that name a collection. An `all` is as its first part:
 * where that fails, nobody looks at the rest.
 *
 * The head of an answer is read as lines "NAME:VALUE" between line ends, the name in small letters, "status" and
 * "title" among them. A field that is really called so is a clue too many, which costs a look and decides nothing. */
#include "http/index.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/pattern.h"

enum {
    BODY_LITERAL_MAX = 24, /* bytes; of a longer one the front is looked for */
    HEAD_LITERAL_MAX = 40,
    ALWAYS = 0, /* the clue that every answer has */
};

/* Whom a clue concerns where the answer to a request has it. */
struct concern {
    unsigned clue, request, entry; /* clue: ALWAYS, that of a literal of the body, of the head behind those */
};

/* Whose a port is, or a mark of a base path. */
struct owner {
    unsigned what, entry;
};

struct owners {
    LIST_OF(struct owner) list;
};

enum { READS_BODY = 1, READS_TITLE = 2 };

struct index {
    const struct catalog *catalog;
    const struct automaton *body, *head, *marks;
    LIST_OF(struct concern) concerns; /* sorted */
    const size_t *from;               /* by clue: where its concerns begin, and those of the next */
    struct owners ports, marked;      /* sorted */
    const struct span *mark_texts;    /* by number, from 1 */
    struct hopes *hopes;              /* by number of the request */
    uint8_t *reads;                   /* likewise: what of an answer clues may be in, beside its fields */
    uint64_t *always;                 /* entries that every answer concerns */
};

struct uses {
    LIST_OF(unsigned) list; /* by number: how many tests could be known by it */
};

struct building {
    struct arena *arena;
    struct index *index;
    struct literals body, head, marks;
    struct uses body_uses, head_uses;
    size_t entry;
    bool failed;
};

/* ---- the literals of tests ---------------------------------------------------------------------- */

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
    if (len == digits || len > BODY_LITERAL_MAX)
        return 0; /* perhaps the index of a list */
    memcpy(bytes, path.at + from, len);
    return len;
}

static void count_use(struct building *b, struct uses *u, unsigned number)
{
    while (!b->failed && u->list.len <= number) {
        unsigned *slot = list_add(b->arena, &u->list);
        b->failed = !slot;
    }
    if (!b->failed)
        u->list.at[number]++;
}

static void number_body(struct building *b, struct test *t)
{
    uint8_t bytes[PATTERN_MAX];
    struct span literal = SPAN_NONE;
    bool exact = false;
    switch (t->kind) {
    case TEST_BODY:
        exact = pattern_literal(t->pattern, bytes, &literal) && literal.len <= BODY_LITERAL_MAX;
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
        return;
    }
    t->literal = literals_number(&b->body, literal, BODY_LITERAL_MAX);
    t->exact = exact && t->literal;
    count_use(b, &b->body_uses, t->literal);
}

/* The line of the head for which a pattern on a field, or on the title, stands: "\nserver:Apache". */
static unsigned number_line(struct building *b, struct span name, bool prefix, struct span pattern)
{
    uint8_t line[HEAD_LITERAL_MAX], bytes[PATTERN_MAX];
    struct span front = prefix ? SPAN_NONE : pattern_front(pattern, bytes), inside;
    size_t n = 0;
    line[n++] = '\n';
    for (size_t i = 0; i < name.len && n < sizeof(line); i++)
        line[n++] = ascii_lower(name.at[i]);
    if (!prefix && n < sizeof(line))
        line[n++] = ':';
    for (size_t i = 0; i < front.len && n < sizeof(line); i++)
        line[n++] = front.at[i];
    if (!prefix && !front.len && (pattern_literal(pattern, bytes, &inside), inside.len > name.len))
        return literals_number(&b->head, inside, HEAD_LITERAL_MAX);
    return literals_number(&b->head, span_of(line, n), HEAD_LITERAL_MAX);
}

static unsigned number_status(struct building *b, unsigned status)
{
    char line[24];
    int n = snprintf(line, sizeof(line), "\nstatus:%u\n", status);
    return literals_number(&b->head, span_of(line, (size_t)n), HEAD_LITERAL_MAX);
}

static unsigned head_number(struct building *b, const struct test *t)
{
    if (t->kind == TEST_HEADER)
        return number_line(b, t->at, t->prefix, t->pattern);
    return t->kind == TEST_TITLE ? number_line(b, SPAN("title"), false, t->pattern) : 0;
}

/* Recursion as deep as conditions nest: CONDITION_DEPTH_MAX. The catalog is still ours to write. */
static void number_tests(struct building *b, const struct condition *c)
{
    for (size_t i = 0; i < c->tests.len; i++) {
        struct test *t = &c->tests.at[i];
        number_body(b, t);
        if (t->kind == TEST_TITLE)
            b->index->reads[c->request->same->number] |= READS_TITLE;
        count_use(b, &b->head_uses, head_number(b, t));
        for (size_t k = 0; k < t->status_count; k++)
            (void)number_status(b, t->statuses[k]);
    }
    for (size_t i = 0; i < c->children.len; i++)
        number_tests(b, c->children.at[i]);
}

/* ---- whom what concerns ------------------------------------------------------------------------- */

static void concern(struct building *b, unsigned clue, const struct request *r)
{
    struct concern *slot = list_add(b->arena, &b->index->concerns);
    b->failed |= !slot;
    if (slot)
        *slot = (struct concern){ clue, r->same->number, (unsigned)b->entry };
    if (clue != ALWAYS && clue <= b->body.list.len)
        b->index->reads[r->same->number] |= READS_BODY;
}

static unsigned head_clue(const struct building *b, unsigned number)
{
    return number ? (unsigned)b->body.list.len + number : ALWAYS;
}

/* The clue of a set of tests: of all that each of them needs, what the fewest others need. */
static void concern_tests(struct building *b, const struct condition *c)
{
    unsigned best = ALWAYS, least = 0;
    const struct test *status = NULL;
    for (size_t i = 0; i < c->tests.len; i++) {
        const struct test *t = &c->tests.at[i];
        unsigned head = head_number(b, t);
        unsigned clue = t->literal ? t->literal : head_clue(b, head);
        unsigned uses = t->literal ? b->body_uses.list.at[t->literal] : b->head_uses.list.at[head];
        status = t->kind == TEST_STATUS ? t : status;
        if (clue != ALWAYS && (best == ALWAYS || uses < least)) {
            best = clue;
            least = uses;
        }
    }
    if (best != ALWAYS || !status)
        concern(b, best, c->request);
    else
        for (size_t i = 0; i < status->status_count; i++)
            concern(b, head_clue(b, number_status(b, status->statuses[i])), c->request);
}

static bool is_simple(const struct condition *c)
{
    bool simple = c->kind != CONDITION_NOT;
    if (c->kind == CONDITION_TESTS) {
        simple = c->tests.len && c->request && !c->request->named;
        for (size_t i = 0; i < c->tests.len; i++)
            simple = simple && c->tests.at[i].kind != TEST_BEHIND;
    }
    for (size_t i = 0; i < c->children.len; i++)
        simple = simple && is_simple(c->children.at[i]);
    return simple && (c->kind == CONDITION_TESTS || c->children.len);
}

/* The request that a simple condition waits for where nothing but the root was answered, and that does not concern it;
 * or NULL. As match.c goes through it: of an `any`, the last. */
static const struct request *waits_for(const struct index *x, const struct condition *c)
{
    const struct request *r = NULL;
    if (c->kind == CONDITION_TESTS)
        return c->request->same == x->catalog->web->requests.at[0]->same ? NULL : c->request;
    for (size_t i = 0; i < (c->kind == CONDITION_ALL ? 1 : c->children.len); i++) {
        const struct request *own = waits_for(x, c->children.at[i]);
        r = own ? own : r;
    }
    return r;
}

/* Where an `any` waits for several requests, it waits for another after each. */
static void concern_simple(struct building *b, const struct condition *c, bool wanders)
{
    size_t waiting = 0;
    if (c->kind == CONDITION_TESTS) {
        if (wanders)
            concern(b, ALWAYS, c->request);
        else
            concern_tests(b, c);
        return;
    }
    size_t parts = c->kind == CONDITION_ALL ? 1 : c->children.len;
    for (size_t i = 0; i < parts; i++)
        waiting += waits_for(b->index, c->children.at[i]) != NULL;
    for (size_t i = 0; i < parts; i++)
        concern_simple(b, c->children.at[i], wanders || waiting > 1);
}

static void concern_condition(struct building *b, const struct condition *c)
{
    if (is_simple(c))
        concern_simple(b, c, false);
    else
        entry_set_add(b->index->always, b->entry);
}

const struct request *index_hope(const struct index *x, size_t entry, const struct condition *c)
{
    const struct request *r = entry_set_has(x->always, entry) ? NULL : waits_for(x, c);
    return r && span_is(r->method, "GET") ? r : NULL;
}

/* ---- building ----------------------------------------------------------------------------------- */

static void own(struct building *b, struct owners *o, unsigned what)
{
    struct owner *slot = list_add(b->arena, &o->list);
    b->failed |= !slot;
    if (slot)
        *slot = (struct owner){ what, (unsigned)b->entry };
}

static void number_entry(struct building *b, const struct entry *e)
{
    for (size_t i = 0; i < e->identify.len; i++)
        number_tests(b, e->identify.at[i]);
    if (e->suspect)
        number_tests(b, e->suspect);
    for (size_t i = 0; i < e->base_marks.len; i++) {
        unsigned mark = literals_number(&b->marks, e->base_marks.at[i], SIZE_MAX);
        b->failed |= !mark;
        own(b, &b->index->marked, mark);
    }
}

static void concern_entry(struct building *b, const struct entry *e)
{
    for (size_t i = 0; i < e->identify.len; i++)
        concern_condition(b, e->identify.at[i]);
    if (e->suspect)
        concern_condition(b, e->suspect);
    for (size_t i = 0; i < ENTRY_PORTS_MAX; i++) {
        if (e->ports[i])
            own(b, &b->index->ports, e->ports[i]);
        if (e->tls_ports[i])
            own(b, &b->index->ports, e->tls_ports[i]);
    }
}

static int compare_concerns(const void *a, const void *b)
{
    const struct concern *x = a, *y = b;
    if (x->clue != y->clue)
        return x->clue < y->clue ? -1 : 1;
    if (x->request != y->request)
        return x->request < y->request ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static int compare_owners(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;
    return x->what != y->what ? (x->what < y->what ? -1 : 1) : (x->entry > y->entry) - (x->entry < y->entry);
}

static void sort_owners(struct owners *o)
{
    if (o->list.len)
        qsort(o->list.at, o->list.len, sizeof(o->list.at[0]), compare_owners);
}

static bool sort_concerns(struct building *b)
{
    struct index *x = b->index;
    size_t clues = 1 + b->body.list.len + b->head.list.len, *from = arena_array(b->arena, clues + 1, sizeof(from[0]));
    if (!from)
        return false;
    if (x->concerns.len)
        qsort(x->concerns.at, x->concerns.len, sizeof(x->concerns.at[0]), compare_concerns);
    for (size_t i = 0; i < x->concerns.len; i++)
        from[x->concerns.at[i].clue + 1]++;
    for (size_t i = 0; i < clues; i++)
        from[i + 1] += from[i];
    x->from = from;
    return true;
}

/* Entry by entry, so that the hopes of each request are in the order of the entries. */
static bool gather_hopes(struct building *b)
{
    const struct catalog *c = b->index->catalog;
    struct hopes *hopes = b->index->hopes = arena_array(b->arena, c->request_count, sizeof(hopes[0]));
    if (!hopes)
        return false;
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct entry *e = c->entries.at[i];
        for (size_t k = 0; k < e->requests.len; k++)
            hopes[e->requests.at[k]->same->number].same = e->requests.at[k]->same;
        for (size_t k = 0; k < e->identify.len; k++) {
            const struct request *r = index_hope(b->index, i, e->identify.at[k]);
            if (!r)
                continue;
            struct hope *slot = list_add(b->arena, &hopes[r->same->number].list);
            if (!slot)
                return false;
            *slot = (struct hope){ (unsigned)i, r };
            hopes[r->same->number].weight += 1u + e->leaks;
        }
    }
    return true;
}

static bool gather(struct building *b)
{
    const struct catalog *c = b->index->catalog;
    for (b->entry = 0; b->entry < c->entries.len; b->entry++)
        number_entry(b, c->entries.at[b->entry]);
    for (b->entry = 0; b->entry < c->entries.len && !b->failed; b->entry++)
        concern_entry(b, c->entries.at[b->entry]);
    sort_owners(&b->index->ports);
    sort_owners(&b->index->marked);
    b->index->mark_texts = b->marks.list.at;
    return !b->failed && sort_concerns(b) && gather_hopes(b);
}

const struct index *index_build(struct arena *a, struct catalog *c)
{
    struct index *x = ARENA_NEW(a, struct index);
    struct building b = { .arena = a, .index = x };
    if (!x)
        return NULL;
    x->catalog = c;
    x->always = entry_set(a, c);
    x->reads = arena_array(a, c->request_count, sizeof(x->reads[0]));
    literals_init(&b.body, a);
    literals_init(&b.head, a);
    literals_init(&b.marks, a);
    if (!x->always || !x->reads || !gather(&b))
        return NULL;
    x->body = automaton_build(&b.body);
    x->head = automaton_build(&b.head);
    x->marks = automaton_build(&b.marks);
    return x->body && x->head && x->marks ? x : NULL;
}

const struct hopes *index_hopes(const struct index *x)
{
    return x->hopes;
}

/* ---- sets of entries ---------------------------------------------------------------------------- */

static size_t words(const struct catalog *c)
{
    return c->entries.len / 64 + 1;
}

uint64_t *entry_set(struct arena *a, const struct catalog *c)
{
    return arena_array(a, words(c), sizeof(uint64_t));
}

size_t entry_set_next(const uint64_t *set, const struct catalog *c, size_t from)
{
    for (size_t i = from / 64; i < words(c); i++) {
        uint64_t rest = i == from / 64 ? set[i] >> from % 64 << from % 64 : set[i];
        if (rest)
            return i * 64 + (size_t)__builtin_ctzll(rest);
    }
    return c->entries.len;
}

/* ---- looking up --------------------------------------------------------------------------------- */

static void add_concerned(const struct index *x, size_t clue, unsigned request, uint64_t *set)
{
    size_t low = x->from[clue], high = x->from[clue + 1], end = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->concerns.at[middle].request < request)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < end && x->concerns.at[low].request == request; low++)
        entry_set_add(set, x->concerns.at[low].entry);
}

/* The clues of all literals that were seen; `before` is how many clues there are in front of theirs. */
static void add_seen(const struct index *x, const struct automaton *automaton, const uint64_t *seen, size_t before,
                     unsigned request, uint64_t *set)
{
    for (size_t i = 0; i <= automaton_numbers(automaton) / 64; i++)
        for (uint64_t rest = seen[i]; rest; rest &= rest - 1)
            add_concerned(x, before + i * 64 + (size_t)__builtin_ctzll(rest), request, set);
}

const uint64_t *index_seen(const struct index *x, struct arena *a, struct response *r)
{
    struct automaton_scan scan;
    if (r->seen || !automaton_begin(&scan, x->body, a))
        return r->seen;
    automaton_read(&scan, r->body);
    return r->seen = scan.seen;
}

static void read_lower(struct automaton_scan *scan, struct span text)
{
    uint8_t lower[HEAD_LITERAL_MAX];
    for (size_t at = 0; at < text.len; at += sizeof(lower)) {
        struct span piece = span_sub(text, at, sizeof(lower));
        for (size_t i = 0; i < piece.len; i++)
            lower[i] = ascii_lower(piece.at[i]);
        automaton_read(scan, span_of(lower, piece.len));
    }
}

static void read_head(struct automaton_scan *scan, struct response *r, bool title)
{
    char status[24];
    int n = snprintf(status, sizeof(status), "\nstatus:%u\n", r->status);
    automaton_read(scan, span_of(status, (size_t)n));
    for (size_t i = 0; i < r->headers.len; i++) {
        read_lower(scan, r->headers.at[i].name);
        automaton_read(scan, SPAN(":"));
        automaton_read(scan, r->headers.at[i].value);
        automaton_read(scan, SPAN("\n"));
    }
    if (title) {
        automaton_read(scan, SPAN("title:"));
        automaton_read(scan, response_title(r));
    }
}

void index_concerned(const struct index *x, struct arena *a, const struct request *asked, struct response *answer,
                     uint64_t *set)
{
    unsigned request = asked->same->number;
    struct automaton_scan head;
    for (size_t i = 0; i < words(x->catalog); i++)
        set[i] |= x->always[i];
    add_concerned(x, ALWAYS, request, set);
    if (!answer)
        return;
    const uint64_t *body = x->reads[request] & READS_BODY ? index_seen(x, a, answer) : NULL;
    if (body)
        add_seen(x, x->body, body, 0, request, set);
    if (!automaton_begin(&head, x->head, a))
        return;
    read_head(&head, answer, x->reads[request] & READS_TITLE);
    add_seen(x, x->head, head.seen, automaton_numbers(x->body) - 1, request, set);
}

/* Adds the entries that own it. */
static void add_owners(const struct owners *o, unsigned what, uint64_t *set)
{
    size_t low = 0, high = o->list.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->list.at[middle].what < what)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < o->list.len && o->list.at[low].what == what; low++)
        entry_set_add(set, o->list.at[low].entry);
}

void index_at_port(const struct index *x, uint16_t port, uint64_t *set)
{
    add_owners(&x->ports, port, set);
}

size_t index_marked(const struct index *x, struct arena *a, struct span path, uint64_t *set)
{
    struct automaton_scan scan;
    size_t first = path.len;
    if (!path.len || !automaton_begin(&scan, x->marks, a))
        return first;
    automaton_read(&scan, path);
    for (unsigned mark = 1; mark < automaton_numbers(x->marks); mark++) {
        if (!automaton_saw(scan.seen, mark))
            continue;
        size_t at = span_find(path, x->mark_texts[mark - 1]);
        first = at < first ? at : first;
        add_owners(&x->marked, mark, set);
    }
    return first;
}
