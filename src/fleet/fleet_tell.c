/* A group as a finding: who is in it, what they share, what it is called. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/random.h"
#include "fleet/fleet_inside.h"

/* Public constants: a fleet's fingerprint is a name, not a secret. Changing one breaks decisions. */
static const uint64_t FLEET_KEYS[2][2] = {
    { 0x616a61722f666c65u, 0x65742f31286f6666u }, /* "ajar/fle", "et/1(off" */
    { 0x7365742075702061u, 0x6c696b652c206279u }, /* "set up a", "like, by" */
};

enum {
    SCORED_MEMBERS = 256, /* of a group, each against */
    SCORED_AGAINST = 8,
    SHOWN_NAMES = 8,
    SHOWN_PORTS = 12,
    SHOWN_HEADERS = 3,
    REASON_BYTES_MAX = 512,
    MEMBER_BYTES_MAX = 64 * 1024,
};

struct held {
    uint32_t trait, count;
};

/* One group being told. */
struct group {
    const struct fleets *f;
    const uint32_t *members;
    size_t size;
    struct held *held; /* traits with how many have them, ascending */
    size_t held_count;
    struct arena *arena;
    struct fleet *fleet;
    float strength[FLEET_REASONS_MAX];
};

static const struct deployment *member_of(const struct group *g, size_t i)
{
    return &g->f->deployments.at[g->members[i]];
}

static struct span text_of(const struct fleets *f, uint32_t trait)
{
    const struct trait *t = &f->traits.at[trait];
    return t->text == NO_INDEX ? SPAN_NONE : span_of(f->texts.at + t->text, t->text_len);
}

static bool holds(const struct fleets *f, const struct deployment *d, uint32_t trait)
{
    size_t low = 0, high = d->trait_count;
    while (low < high) {
        size_t at = (low + high) / 2;
        uint32_t is = f->numbers[d->traits + at];
        if (is == trait)
            return true;
        if (is < trait)
            low = at + 1;
        else
            high = at;
    }
    return false;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Counts who has what. The lists are freed by the caller. */
static bool count_held(struct group *g)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < g->size; i++)
        n += member_of(g, i)->trait_count;
    uint32_t *all = calloc(n + 1, sizeof(*all));
    g->held = calloc(n + 1, sizeof(*g->held));
    if (all && g->held) {
        for (size_t i = 0; i < g->size; i++) {
            const struct deployment *d = member_of(g, i);
            memcpy(all + at, g->f->numbers + d->traits, d->trait_count * sizeof(*all));
            at += d->trait_count;
        }
        qsort(all, n, sizeof(*all), by_number);
        for (size_t i = 0; i < n; i++) {
            if (!i || all[i] != all[i - 1])
                g->held[g->held_count++].trait = all[i];
            g->held[g->held_count - 1].count++;
        }
    }
    bool ok = all && g->held;
    free(all);
    return ok;
}

/* How many members answer a slot at all, at least: the sum for slots with one answer each. */
static bool is_core(const struct group *g, const struct held *h)
{
    return h->count > 1 && h->count * 2 >= g->size;
}

/* ---- reasons ---- */

static void add_reason(struct group *g, const char *trait, struct span value, size_t shared_by, float strength)
{
    struct fleet *fleet = g->fleet;
    strength *= (float)shared_by / (float)g->size;
    if (!value.len || fleet->reasons.len >= FLEET_REASONS_MAX)
        return;
    struct fleet_reason *r = list_add(g->arena, &fleet->reasons);
    if (!r)
        return;
    size_t at = fleet->reasons.len - 1;
    for (; at > 0 && g->strength[at - 1] < strength; at--) {
        fleet->reasons.at[at] = fleet->reasons.at[at - 1];
        g->strength[at] = g->strength[at - 1];
    }
    fleet->reasons.at[at] = (struct fleet_reason){ trait, arena_copy(g->arena, value), shared_by };
    g->strength[at] = strength;
}

/* The trait of a kind that most members have, or NULL. */
static const struct held *top_of(const struct group *g, enum trait_kind kind, const struct held *other_than)
{
    const struct held *top = NULL;
    for (size_t i = 0; i < g->held_count; i++)
        if (g->f->traits.at[g->held[i].trait].kind == kind && &g->held[i] != other_than &&
            (!top || g->held[i].count > top->count))
            top = &g->held[i];
    return top && top->count > 1 ? top : NULL;
}

static void tell_key(struct group *g)
{
    const struct held *key = top_of(g, TRAIT_KEY, NULL), *second = key ? top_of(g, TRAIT_KEY, key) : NULL;
    const struct held *subject = top_of(g, TRAIT_SUBJECT, NULL);
    if (key)
        add_reason(g, "certificate key", text_of(g->f, key->trait), key->count, g->f->traits.at[key->trait].weight);
    if (second)
        add_reason(g, "certificate key", text_of(g->f, second->trait), second->count, 0.5F);
    if (subject)
        add_reason(g, "certificate name", text_of(g->f, subject->trait), subject->count,
                   0.5F * g->f->traits.at[subject->trait].weight);
}

static void tell_top(struct group *g, enum trait_kind kind, const char *trait)
{
    const struct held *top = top_of(g, kind, NULL);
    if (top && is_core(g, top))
        add_reason(g, trait, text_of(g->f, top->trait), top->count, g->f->traits.at[top->trait].weight);
}

/* What most members have of one kind, as one reason; `enough` of it makes a member share it. */
static void tell_set(struct group *g, enum trait_kind kind, const char *trait, size_t shown, bool half)
{
    struct buf text;
    const struct held *core[TRAITS_PER_DEPLOYMENT_MAX];
    size_t n = 0, shared_by = 0;
    float strength = 0;
    buf_init(&text, REASON_BYTES_MAX);
    for (size_t i = 0; i < g->held_count && n < TRAITS_PER_DEPLOYMENT_MAX; i++) {
        const struct trait *t = &g->f->traits.at[g->held[i].trait];
        if (t->kind != kind || !is_core(g, &g->held[i]))
            continue;
        strength += t->class == CLASS_STOCK ? t->weight / 4 : t->weight;
        if (n < shown) {
            buf_str(&text, n ? ", " : "");
            if (kind == TRAIT_PORT)
                buf_printf(&text, "%u ", t->port);
            buf_put(&text, text_of(g->f, g->held[i].trait));
        }
        core[n++] = &g->held[i];
    }
    if (n > shown)
        buf_str(&text, ", ...");
    for (size_t i = 0; i < g->size && n; i++) {
        size_t has = 0;
        for (size_t k = 0; k < n; k++)
            has += holds(g->f, member_of(g, i), core[k]->trait);
        shared_by += half ? has * 2 >= n : has == n;
    }
    if (n && shared_by > 1 && buf_ok(&text))
        add_reason(g, trait, buf_span(&text), shared_by, strength > 8 ? 8 : strength);
    buf_release(&text);
}

/* One reason each: a title and a realm are different things to look for. */
static void tell_headers(struct group *g)
{
    const struct held *shown[SHOWN_HEADERS] = { NULL };
    size_t n = 0;
    for (; n < SHOWN_HEADERS; n++) {
        const struct held *best = NULL;
        for (size_t i = 0; i < g->held_count; i++) {
            const struct trait *t = &g->f->traits.at[g->held[i].trait];
            bool taken = t->kind != TRAIT_HEADER || t->class == CLASS_STOCK || !is_core(g, &g->held[i]);
            for (size_t k = 0; k < n; k++)
                taken |= shown[k] == &g->held[i];
            if (!taken && (!best || t->weight > g->f->traits.at[best->trait].weight))
                best = &g->held[i];
        }
        if (!best)
            return;
        shown[n] = best;
        add_reason(g, "headers", text_of(g->f, best->trait), best->count, g->f->traits.at[best->trait].weight);
    }
}

static void tell_reasons(struct group *g)
{
    tell_key(g);
    tell_set(g, TRAIT_NAMES, "collection names", SHOWN_NAMES, true);
    tell_top(g, TRAIT_UUID, "cluster");
    tell_top(g, TRAIT_CLUSTER, "cluster name");
    tell_headers(g);
    tell_set(g, TRAIT_PORT, "ports", SHOWN_PORTS, false);
    const struct held *version = top_of(g, TRAIT_VERSION, NULL);
    if (version && is_core(g, version))
        tell_set(g, TRAIT_VERSION, "product and version", SHOWN_PORTS, false);
    else
        tell_set(g, TRAIT_PRODUCT, "product", SHOWN_PORTS, false);
}

/* ---- members ---- */

static uint8_t badness(enum outcome o)
{
    return o == OUTCOME_OPEN ? 3 : o == OUTCOME_PARTIAL ? 2 : o == OUTCOME_LOCKED ? 0 : 1;
}

/* What is seen through a dashboard may be what is seen directly, so that only the larger counts. */
static int64_t larger(const int64_t of[2])
{
    return of[0] > of[1] ? of[0] : of[1];
}

struct sorting {
    const struct deployment *at;
};

static int worst_first(const void *left, const void *right)
{
    const struct deployment *a = ((const struct sorting *)left)->at, *b = ((const struct sorting *)right)->at;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    uint8_t bad_a = badness((enum outcome)a->outcome), bad_b = badness((enum outcome)b->outcome);
    if (bad_a != bad_b)
        return bad_a > bad_b ? -1 : 1;
    if (larger(a->records) != larger(b->records))
        return larger(a->records) > larger(b->records) ? -1 : 1;
    return address_compare(&a->address, &b->address);
}

static struct fleet_member member_told(const struct group *g, const struct deployment *d)
{
    const struct fleets *f = g->f;
    struct span product = text_of(f, d->product);
    struct fleet_member m = {
        .endpoint = { .address = d->address },
        .product = arena_str(g->arena, product),
        .outcome = (enum outcome)d->outcome,
        .records = larger(d->records),
        .bytes = larger(d->bytes),
        .severity = d->severity < 0 ? SEVERITY_INFO : (enum severity)d->severity,
    };
    endpoint_set_port(&m.endpoint, d->port);
    if (d->name_len)
        m.endpoint.name = arena_str(g->arena, span_of(f->texts.at + d->name, d->name_len));
    /* The text of a version begins with its product. */
    if (d->version != NO_INDEX)
        m.version = arena_copy(g->arena, span_from(text_of(f, d->version), product.len + 1));
    if (d->severity >= 0)
        hex_encode(d->worst, 16, m.worst);
    return m;
}

static int64_t sum(int64_t a, int64_t b)
{
    int64_t s;
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return __builtin_add_overflow(a, b, &s) ? INT64_MAX : s;
}

static bool tell_members(struct group *g)
{
    struct fleet *fleet = g->fleet;
    struct sorting *order = calloc(g->size, sizeof(*order));
    if (!order)
        return false;
    fleet->records = fleet->bytes = COUNT_UNKNOWN;
    fleet->member_count = g->size;
    for (size_t i = 0; i < g->size; i++) {
        const struct deployment *d = order[i].at = member_of(g, i);
        fleet->open += d->outcome == OUTCOME_OPEN;
        fleet->partial += d->outcome == OUTCOME_PARTIAL;
        fleet->locked += d->outcome == OUTCOME_LOCKED;
        fleet->records = sum(fleet->records, larger(d->records));
        fleet->bytes = sum(fleet->bytes, larger(d->bytes));
        if (d->severity > (int)fleet->severity)
            fleet->severity = (enum severity)d->severity;
    }
    qsort(order, g->size, sizeof(*order), worst_first);
    for (size_t i = 0; i < g->size && i < FLEET_MEMBERS_LISTED_MAX; i++) {
        struct fleet_member *m = list_add(g->arena, &fleet->members);
        if (m)
            *m = member_told(g, order[i].at);
    }
    free(order);
    return true;
}

static void tell_title(struct group *g)
{
    char text[FLEET_TITLE_MAX];
    g->fleet->title = arena_copy(g->arena, fleet_title(g->fleet, text));
}

/* ---- score ---- */

static double score_of(const struct group *g)
{
    struct random r = { g->size };
    double total = 0;
    size_t n = 0, members = g->size < SCORED_MEMBERS ? g->size : SCORED_MEMBERS;
    for (size_t i = 0; i < members; i++) {
        size_t at = g->size <= SCORED_MEMBERS ? i : random_below(&r, g->size);
        size_t others = g->size - 1 < SCORED_AGAINST ? g->size - 1 : SCORED_AGAINST;
        for (size_t k = 0; k < others; k++, n++) {
            size_t other = others < SCORED_AGAINST ? (at + 1 + k) % g->size
                                                   : (at + 1 + random_below(&r, g->size - 1)) % g->size;
            total += alike_score(alike_of(g->f, member_of(g, at), member_of(g, other)).total);
        }
    }
    return n ? total / (double)n : 0;
}

/* ---- fingerprint ---- */

static uint64_t name_of_trait(const struct fleets *f, uint32_t trait)
{
    const struct trait *t = &f->traits.at[trait];
    return siphash(FLEET_KEYS[0][0] + t->kind, FLEET_KEYS[0][1] + t->port, text_of(f, trait));
}

/* The trait that stands for the design: of the first kind in this order of which half the members
 * show one of their own, that with the smallest name, so that it stays while members come and go. */
static uint32_t standing_for(const struct group *g)
{
    static const enum trait_kind ORDER[] = { TRAIT_KEY,    TRAIT_NAMES,   TRAIT_CLUSTER, TRAIT_HEADER,
                                             TRAIT_SUBJECT, TRAIT_PORT, TRAIT_UUID };
    for (size_t k = 0; k < sizeof(ORDER) / sizeof(*ORDER); k++) {
        uint32_t best = NO_INDEX;
        for (size_t i = 0; i < g->held_count; i++) {
            const struct held *h = &g->held[i];
            const struct trait *t = &g->f->traits.at[h->trait];
            if (t->kind != ORDER[k] || (t->class != CLASS_OWN && t->kind != TRAIT_PORT) || !is_core(g, h))
                continue;
            if (best == NO_INDEX || name_of_trait(g->f, h->trait) < name_of_trait(g->f, best))
                best = h->trait;
        }
        if (best != NO_INDEX)
            return best;
    }
    return NO_INDEX;
}

static uint32_t main_product(const struct group *g)
{
    const struct held *top = NULL;
    for (size_t i = 0; i < g->held_count; i++) {
        const struct held *h = &g->held[i];
        if (g->f->traits.at[h->trait].kind != TRAIT_PRODUCT)
            continue;
        if (!top || h->count > top->count ||
            (h->count == top->count && name_of_trait(g->f, h->trait) < name_of_trait(g->f, top->trait)))
            top = h;
    }
    return top ? top->trait : NO_INDEX;
}

/* `ordinal` tells apart what has the same name otherwise. */
static void fingerprint(const struct group *g, unsigned ordinal, char ret[static FINGERPRINT_MAX])
{
    struct buf text;
    uint8_t bytes[16];
    uint32_t product = main_product(g), trait = standing_for(g);
    buf_init(&text, 1024);
    if (product != NO_INDEX)
        buf_put(&text, text_of(g->f, product));
    buf_byte(&text, 0);
    if (trait != NO_INDEX) {
        buf_printf(&text, "%u %u ", g->f->traits.at[trait].kind, g->f->traits.at[trait].port);
        buf_put(&text, text_of(g->f, trait));
    }
    buf_printf(&text, "%c%u", 0, ordinal);
    for (int half = 0; half < 2; half++) {
        uint64_t h = siphash(FLEET_KEYS[half][0], FLEET_KEYS[half][1], buf_span(&text));
        for (int i = 0; i < 8; i++)
            bytes[half * 8 + i] = (uint8_t)(h >> (56 - 8 * i));
    }
    buf_release(&text);
    hex_encode(bytes, 16, ret);
}

/* ---- all ---- */

struct telling {
    struct fleet fleet;
    uint32_t group;
};

static int worst_fleet_first(const void *left, const void *right)
{
    const struct telling *a = left, *b = right;
    if (a->fleet.severity != b->fleet.severity)
        return a->fleet.severity > b->fleet.severity ? -1 : 1;
    if (a->fleet.open != b->fleet.open)
        return a->fleet.open > b->fleet.open ? -1 : 1;
    if (a->fleet.member_count != b->fleet.member_count)
        return a->fleet.member_count > b->fleet.member_count ? -1 : 1;
    return memcmp(a->fleet.fingerprint, b->fleet.fingerprint, FINGERPRINT_MAX);
}

static struct group group_at(const struct fleets *f, size_t i, struct arena *a, struct fleet *fleet)
{
    return (struct group){ .f = f, .members = f->members + f->starts[i], .size = f->starts[i + 1] - f->starts[i],
                           .arena = a, .fleet = fleet };
}

static bool tell_group(const struct fleets *f, struct arena *a, size_t i, struct telling *ret)
{
    struct group g = group_at(f, i, a, &ret->fleet);
    bool ok = count_held(&g) && tell_members(&g);
    if (ok) {
        tell_reasons(&g);
        tell_title(&g);
        ret->fleet.score = score_of(&g);
        ret->fleet.product = arena_str(a, text_of(f, main_product(&g)));
        ret->group = (uint32_t)i;
        fingerprint(&g, 0, ret->fleet.fingerprint);
    }
    free(g.held);
    return ok;
}

static int by_fingerprint(const void *left, const void *right)
{
    const struct telling *a = left, *b = right;
    int order = memcmp(a->fleet.fingerprint, b->fleet.fingerprint, FINGERPRINT_MAX);
    if (order)
        return order;
    if (a->fleet.member_count != b->fleet.member_count)
        return a->fleet.member_count > b->fleet.member_count ? -1 : 1;
    const struct fleet_member *m = a->fleet.members.at, *n = b->fleet.members.at;
    return m && n ? address_compare(&m->endpoint.address, &n->endpoint.address) : 0;
}

/* Two groups may stand for the same trait, as two products behind one key do in turn. The largest
 * keeps the plain name. */
static bool part_names(const struct fleets *f, struct telling *at, size_t n)
{
    bool ok = true;
    qsort(at, n, sizeof(*at), by_fingerprint);
    for (size_t from = 0, to; from < n && ok; from = to) {
        to = from + 1;
        while (to < n && memcmp(at[to].fleet.fingerprint, at[from].fleet.fingerprint, FINGERPRINT_MAX) == 0)
            to++;
        for (size_t i = from + 1; i < to && ok; i++) {
            struct group g = group_at(f, at[i].group, NULL, NULL);
            ok = count_held(&g);
            if (ok)
                fingerprint(&g, (unsigned)(i - from), at[i].fleet.fingerprint);
            free(g.held);
        }
    }
    return ok;
}

bool fleets_tell(struct fleets *f, struct arena *a, struct fleet_list *ret)
{
    size_t n = f->group_count;
    struct telling *told = calloc(n + 1, sizeof(*told));
    f->listed = fleets_alloc(f, n, sizeof(*f->listed));
    bool ok = told && f->listed;
    for (size_t i = 0; i < n && ok; i++)
        ok = tell_group(f, a, i, &told[i]);
    ok = ok && part_names(f, told, n);
    if (ok)
        qsort(told, n, sizeof(*told), worst_fleet_first);
    for (size_t i = 0; i < n && ok; i++) {
        struct fleet *slot = list_add(a, &ret->list);
        if (!slot)
            break;
        *slot = told[i].fleet;
        f->listed[f->listed_count++] = told[i].group;
    }
    free(told);
    return ok && !arena_failed(a);
}

void fleets_members(const struct fleets *f, size_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                    void *self)
{
    bool more = fleet < f->listed_count;
    uint32_t i = more ? f->listed[fleet] : 0;
    for (uint32_t m = more ? f->starts[i] : 0; more && m < f->starts[i + 1]; m++) {
        struct arena a;
        struct group g = { .f = f, .arena = &a };
        arena_init(&a, MEMBER_BYTES_MAX);
        struct fleet_member told = member_told(&g, &f->deployments.at[f->members[m]]);
        more = !arena_failed(&a) && each(self, &told);
        arena_release(&a);
    }
}
