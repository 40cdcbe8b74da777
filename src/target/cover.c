/* A cover is made by a sweep over the sorted ends of all pieces: between two neighbouring ends the
 * set of claims is constant, and what they claim together is settled there once, label by label.
 *
 * Pieces with equal ports, label and skip share one claim with a counter, so that a hundred
 * thousand overlapping targets with default ports are one claim and not a hundred thousand. */
#include "target/cover.h"

#include <stdlib.h>

enum { SCRATCH_MAX = 1024 * 1024 * 1024, BITMAP_WORDS = PORT_END / 64 };

struct cover_claim {
    const struct ports *ports;
    const struct label *label;
    const char *skip;
    size_t order;  /* of creation */
    size_t active; /* pieces that cover the present interval */
    size_t place;  /* in sweep.active, while active > 0 */
};

struct cover_piece {
    u128 first, last;
    struct cover_claim *claim;
    uint8_t family;
};

void cover_begin(struct cover_builder *b, struct port_sets *sets)
{
    *b = (struct cover_builder){ .sets = sets };
    arena_init(&b->scratch, SCRATCH_MAX);
    buf_init(&b->pieces, SCRATCH_MAX);
    table_init(&b->claims, &b->scratch, 0);
}

static bool is_claim(const struct cover_claim *c, const struct ports *ports,
                     const struct label *label, const char *skip)
{
    return c && c->ports == ports && c->label == label && c->skip == skip;
}

static struct cover_claim *claim_of(struct cover_builder *b, const struct ports *ports,
                                    const struct label *label, const char *skip)
{
    const void *identity[3] = { ports, label, skip };
    struct cover_claim *c = table_get(&b->claims, span_of(identity, sizeof(identity)));
    if (c)
        return c;
    c = ARENA_NEW(&b->scratch, struct cover_claim);
    struct span key = arena_copy(&b->scratch, span_of(identity, sizeof(identity)));
    if (!c || key.len == 0 || !table_put(&b->claims, key, c))
        return NULL;
    *c = (struct cover_claim){
        .ports = ports, .label = label, .skip = skip, .order = b->claim_count++
    };
    return c;
}

bool cover_add(struct cover_builder *b, const struct range *r, const struct ports *ports,
               const struct label *label, const char *skip)
{
    if (ports->len == 0)
        return true;
    const struct ports *shared = port_sets_intern(b->sets, ports);
    if (!shared)
        return false;
    if (!is_claim(b->recent, shared, label, skip))
        b->recent = claim_of(b, shared, label, skip);
    struct cover_piece piece = { r->first, r->last, b->recent, r->family };
    if (b->recent)
        buf_put(&b->pieces, span_of(&piece, sizeof(piece)));
    return b->recent && buf_ok(&b->pieces);
}

struct sweep {
    struct cover_builder *builder;
    struct cover_piece *starts; /* by (family, first) */
    struct cover_piece **ends;  /* by (family, last) */
    size_t count;
    LIST_OF(struct cover_claim *) active;
    struct buf groups;          /* of struct cover_group */
    bool alone;              /* the last interval has one group */
    uint64_t *taken, *fresh; /* bitmaps of ports */
    uint32_t *list;          /* room for every port */
};

static int by_first(const void *one, const void *two)
{
    const struct cover_piece *a = one, *b = two;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static int by_last(const void *one, const void *two)
{
    const struct cover_piece *a = *(struct cover_piece *const *)one, *b = *(struct cover_piece *const *)two;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return (a->last > b->last) - (a->last < b->last);
}

static size_t label_number(const struct label *l)
{
    return l ? l->number : 0;
}

/* Label by label; of one label what is asked first, then by age. */
static int by_rank(const void *one, const void *two)
{
    const struct cover_claim *a = *(struct cover_claim *const *)one,
                             *b = *(struct cover_claim *const *)two;
    size_t first = label_number(a->label), second = label_number(b->label);
    int skip = (a->skip != NULL) - (b->skip != NULL);
    if (first != second)
        return first < second ? -1 : 1;
    return skip ? skip : (a->order > b->order) - (a->order < b->order);
}

static bool put_group(struct sweep *s, const struct cover_group *g)
{
    buf_put(&s->groups, span_of(g, sizeof(*g)));
    return buf_ok(&s->groups);
}

static size_t group_count(const struct sweep *s)
{
    return s->groups.len / sizeof(struct cover_group);
}

/* After the groups of an interval: where it has one only, and the interval before had one that is the
 * same, they are one group. `put` is how many it has. */
static void join_before(struct sweep *s, size_t put)
{
    bool was_alone = s->alone;
    s->alone = put == 1;
    if (!was_alone || !s->alone || group_count(s) < 2)
        return;
    struct cover_group *before = (struct cover_group *)(void *)s->groups.at + group_count(s) - 2, *last = before + 1;
    if (before->family != last->family || before->last + 1 != last->first || before->ports != last->ports ||
        before->label != last->label || before->skip != last->skip)
        return;
    before->last = last->last;
    s->groups.len -= sizeof(*last);
}

/* Adds those of the claim's ports that nobody took yet to `fresh`. */
static void take_ports(struct sweep *s, const struct ports *ports)
{
    for (size_t i = 0; i < ports->len; i++) {
        uint32_t port = ports_at(ports, i);
        uint64_t bit = 1ull << (port % 64);
        if (!(s->taken[port / 64] & bit))
            s->fresh[port / 64] |= bit;
        s->taken[port / 64] |= bit;
    }
}

/* The set in `fresh`, interned; empties the bitmap. NULL where memory is out. */
static const struct ports *fresh_ports(struct sweep *s)
{
    struct ports p = { s->list, 0 };
    for (size_t word = 0; word < BITMAP_WORDS; word++) {
        for (uint64_t bits = s->fresh[word]; bits; bits &= bits - 1)
            s->list[p.len++] = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits));
        s->fresh[word] = 0;
    }
    if (p.len == PORTS_BOTH || (p.len == PORTS_ALL && s->list[p.len - 1] == PORTS_ALL))
        p.at = NULL;
    return port_sets_intern(s->builder->sets, &p);
}

/* Settles what the claims at[0..len) of one label, in rank order, ask on an interval. */
static bool put_label(struct sweep *s, struct cover_group g, struct cover_claim *const *at, size_t len)
{
    while (!at[0]->skip && at[len - 1]->skip)
        len--;
    if (len > 1)
        memset(s->taken, 0, BITMAP_WORDS * sizeof(*s->taken));
    g.label = at[0]->label;
    for (size_t i = 0; i < len;) {
        g.skip = at[i]->skip;
        g.ports = at[i]->ports;
        if (len == 1)
            return put_group(s, &g);
        for (; i < len && at[i]->skip == g.skip; i++)
            take_ports(s, at[i]->ports);
        g.ports = fresh_ports(s);
        if (!g.ports || (g.ports->len && !put_group(s, &g)))
            return false;
    }
    return true;
}

static bool put_interval(struct sweep *s, uint8_t family, u128 first, u128 last)
{
    struct cover_group g = { .first = first, .last = last, .family = family };
    struct cover_claim **at = s->active.at;
    size_t len = s->active.len, before = group_count(s);
    if (len > 1)
        qsort(at, len, sizeof(struct cover_claim *), by_rank);
    for (size_t i = 0, n; i < len; i += n) {
        at[i]->place = i;
        for (n = 1; i + n < len && at[i + n]->label == at[i]->label; n++)
            at[i + n]->place = i + n;
        if (!put_label(s, g, at + i, n))
            return false;
    }
    join_before(s, group_count(s) - before);
    return true;
}

static bool enter(struct sweep *s, struct cover_claim *c)
{
    if (c->active++)
        return true;
    struct cover_claim **slot = list_add(&s->builder->scratch, &s->active);
    if (!slot)
        return false;
    *slot = c;
    c->place = s->active.len - 1;
    return true;
}

static void leave(struct sweep *s, struct cover_claim *c)
{
    if (--c->active)
        return;
    struct cover_claim *last = s->active.at[--s->active.len];
    s->active.at[c->place] = last;
    last->place = c->place;
}

/* Walks all intervals. `in` pieces have been entered and `out` left; pieces of one family that
 * are under way are entered and not left. */
static bool run(struct sweep *s)
{
    size_t in = 0, out = 0;
    u128 x = 0;
    while (out < s->count) {
        uint8_t family = s->ends[out]->family;
        if (in == out)
            x = s->starts[in].first;
        while (in < s->count && s->starts[in].family == family && s->starts[in].first == x)
            if (!enter(s, s->starts[in++].claim))
                return false;
        u128 y = s->ends[out]->last;
        if (in < s->count && s->starts[in].family == family && s->starts[in].first <= y)
            y = s->starts[in].first - 1;
        if (!put_interval(s, family, x, y))
            return false;
        while (out < in && s->ends[out]->last == y && s->ends[out]->family == family)
            leave(s, s->ends[out++]->claim);
        x = y + 1;
    }
    return true;
}

static bool prepare(struct sweep *s)
{
    struct arena *a = &s->builder->scratch;
    s->ends = arena_array(a, s->count ? s->count : 1, sizeof(*s->ends));
    s->taken = arena_array(a, BITMAP_WORDS, sizeof(*s->taken));
    s->fresh = arena_array(a, BITMAP_WORDS, sizeof(*s->fresh));
    s->list = arena_array(a, PORTS_BOTH, sizeof(*s->list));
    if (!s->ends || !s->taken || !s->fresh || !s->list)
        return false;
    if (s->count) {
        qsort(s->starts, s->count, sizeof(*s->starts), by_first);
        for (size_t i = 0; i < s->count; i++)
            s->ends[i] = &s->starts[i];
        qsort(s->ends, s->count, sizeof(*s->ends), by_last);
    }
    return true;
}

bool cover_end(struct cover_builder *b, struct arena *a, struct cover *ret, struct error *e)
{
    struct sweep s = { .builder = b,
                       .starts = (struct cover_piece *)(void *)b->pieces.at,
                       .count = b->pieces.len / sizeof(*s.starts) };
    struct cover c = { 0 };
    buf_init(&s.groups, SCRATCH_MAX);
    bool ok = prepare(&s) && run(&s);
    arena_release(&b->scratch);
    buf_release(&b->pieces);
    if (ok && group_count(&s)) {
        c.len = group_count(&s);
        c.at = arena_array(a, c.len, sizeof(*c.at));
        ok = c.at != NULL;
        if (ok)
            memcpy(c.at, s.groups.at, s.groups.len);
    }
    buf_release(&s.groups);
    if (!ok)
        return error_set(e, "not enough memory for the targets");
    *ret = c;
    return true;
}

bool cover_number(struct cover *c, struct error *e)
{
    const uint64_t max = (uint64_t)INT64_MAX;
    c->total = 0;
    for (size_t i = 0; i < c->len; i++) {
        struct cover_group *g = &c->at[i];
        u128 more = g->last - g->first;
        u128 endpoints = more > max ? (u128)max + 1 : (more + 1) * g->ports->len;
        if (endpoints > max - c->total)
            return error_set(e, "more endpoints than can be counted; name smaller ranges");
        g->start = c->total;
        c->total += (uint64_t)endpoints;
    }
    return true;
}

const struct cover_group *cover_endpoint(const struct cover *c, uint64_t index,
                                         struct endpoint *ret)
{
    size_t low = 0, high = c->len;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (c->at[middle].start <= index)
            low = middle;
        else
            high = middle;
    }
    const struct cover_group *g = &c->at[low];
    uint64_t offset = index - g->start;
    *ret = (struct endpoint){
        .address = address_from(g->family, g->first + offset / g->ports->len),
        .name = g->label ? g->label->name : NULL,
        .path = g->label ? g->label->path : NULL,
    };
    endpoint_set_port(ret, ports_at(g->ports, offset % g->ports->len));
    return g;
}

size_t cover_from(const struct cover *c, uint8_t family, u128 value)
{
    size_t low = 0, high = c->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct cover_group *g = &c->at[middle];
        if (g->family < family || (g->family == family && g->last < value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct cover_group *cover_find(const struct cover *c, const struct address *a, uint32_t port)
{
    u128 value = address_value(a);
    for (size_t i = cover_from(c, a->family, value); i < c->len; i++) {
        const struct cover_group *g = &c->at[i];
        if (g->family != a->family || g->first > value)
            return NULL;
        if (ports_has(g->ports, port))
            return g;
    }
    return NULL;
}
