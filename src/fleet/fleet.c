/* Collecting: from visits, in any order, to deployments with their traits.
 *
 * Held for one deployment: 96 bytes and 8 for each trait that it has; for one trait 48 bytes and, once
 * a second deployment has it, its text; and the hash tables. A host with 16 traits of which 4 are its
 * own comes to about 450 bytes, and as much again while it is grouped. All of it is counted against
 * FLEET_BYTES_MAX. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/writer.h"
#include "fleet/fleet_inside.h"

enum { POOL_FIRST = 64, NAME_MAX_BYTES = 254, SEEN_BYTES_MAX = 16 * 1024 * 1024 };

/* ---- memory ---- */

void *fleets_alloc(struct fleets *f, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count ? count : 1, size, &bytes) || bytes > FLEET_BYTES_MAX - f->bytes)
        return NULL;
    void *at = calloc(1, bytes);
    if (at)
        f->bytes += bytes;
    return at;
}

void fleets_release(struct fleets *f, void *at, size_t count, size_t size)
{
    if (at)
        f->bytes -= (count ? count : 1) * size;
    free(at);
}

bool fleets_grow(struct fleets *f, void **at, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return true;
    size_t wider = *cap ? *cap + *cap / 2 : POOL_FIRST;
    if (wider < need)
        wider = need;
    if (wider >= NO_INDEX || (wider - *cap) > (FLEET_BYTES_MAX - f->bytes) / size)
        return false;
    void *moved = realloc(*at, wider * size);
    if (!moved)
        return false;
    f->bytes += (wider - *cap) * size;
    *at = moved;
    *cap = wider;
    return true;
}

#define POOL_ROOM(f, pool, more)                                                                   \
    fleets_grow((f), (void **)&(pool)->at, &(pool)->cap, (pool)->len + (more), sizeof(*(pool)->at))

struct fleets *fleets_new(uint64_t seed)
{
    struct fleets *f = calloc(1, sizeof(*f));
    struct random r = { seed };
    if (f) {
        f->key0 = random_next(&r);
        f->key1 = random_next(&r);
        arena_init(&f->seen_arena, SEEN_BYTES_MAX);
        services_init(&f->seen, &f->seen_arena, seed);
    }
    return f;
}

void fleets_free(struct fleets *f)
{
    if (!f)
        return;
    free(f->deployments.at);
    free(f->traits.at);
    free(f->links.at);
    free(f->texts.at);
    free(f->by_address.slots);
    free(f->by_trait.slots);
    free(f->numbers);
    free(f->members);
    free(f->starts);
    free(f->listed);
    arena_release(&f->seen_arena);
    free(f);
}

/* ---- hash indexes over the pools ---- */

/* Room for one more; `hash_at` says where an entry belongs. At most half full. */
static bool index_room(struct fleets *f, struct index *x, size_t used,
                       uint64_t (*hash_at)(const struct fleets *f, size_t i))
{
    if ((used + 1) * 2 <= x->cap)
        return true;
    size_t cap = x->cap ? x->cap * 2 : 256;
    uint32_t *slots = fleets_alloc(f, cap, sizeof(*slots));
    if (!slots)
        return false;
    for (size_t i = 0; i < used; i++) {
        size_t at = hash_at(f, i) & (cap - 1);
        while (slots[at])
            at = (at + 1) & (cap - 1);
        slots[at] = (uint32_t)i + 1;
    }
    fleets_release(f, x->slots, x->cap, x->slots ? sizeof(*slots) : 0);
    x->slots = slots;
    x->cap = cap;
    return true;
}

static uint64_t hash_address(const struct fleets *f, const struct address *a)
{
    return siphash(f->key0, f->key1 ^ a->family, span_of(a->bytes, sizeof(a->bytes)));
}

static uint64_t deployment_hash(const struct fleets *f, size_t i)
{
    return hash_address(f, &f->deployments.at[i].address);
}

static uint64_t trait_hash(const struct fleets *f, size_t i)
{
    return f->traits.at[i].hash;
}

/* The deployment of an address, made where there is none; NO_INDEX where there is no room. */
static uint32_t deployment_at(struct fleets *f, const struct address *a)
{
    struct address key = { .family = a->family };
    memcpy(key.bytes, a->bytes, a->family == 4 ? 4 : 16);
    uint64_t hash = hash_address(f, &key);
    if (f->by_address.cap) {
        size_t mask = f->by_address.cap - 1;
        for (size_t at = hash & mask; f->by_address.slots[at]; at = (at + 1) & mask) {
            uint32_t i = f->by_address.slots[at] - 1;
            if (address_compare(&f->deployments.at[i].address, &key) == 0)
                return i;
        }
    }
    if (f->deployments.len >= FLEET_DEPLOYMENTS_MAX ||
        !index_room(f, &f->by_address, f->deployments.len, deployment_hash) ||
        !POOL_ROOM(f, &f->deployments, 1))
        return NO_INDEX;
    uint32_t i = (uint32_t)f->deployments.len++;
    f->deployments.at[i] = (struct deployment){ .address = key, .traits = NO_INDEX,
                                                .product = NO_INDEX, .version = NO_INDEX, .severity = -1,
                                                .records = { COUNT_UNKNOWN, COUNT_UNKNOWN },
                                                .bytes = { COUNT_UNKNOWN, COUNT_UNKNOWN } };
    size_t at = hash & (f->by_address.cap - 1);
    while (f->by_address.slots[at])
        at = (at + 1) & (f->by_address.cap - 1);
    f->by_address.slots[at] = i + 1;
    return i;
}

/* ---- traits ---- */

static uint32_t keep_text(struct fleets *f, struct span text, size_t max)
{
    text = span_first(text, max);
    if (!POOL_ROOM(f, &f->texts, text.len))
        return NO_INDEX;
    uint32_t at = (uint32_t)f->texts.len;
    if (text.len)
        memcpy(f->texts.at + at, text.at, text.len);
    f->texts.len += text.len;
    return at;
}

static uint32_t trait_number(struct fleets *f, const struct trait_seen *t)
{
    uint64_t slot = siphash(f->key0 + (uint64_t)t->kind, f->key1, t->slot);
    uint64_t hash = siphash(slot, f->key1 + t->port, t->text);
    if (f->by_trait.cap) {
        size_t mask = f->by_trait.cap - 1;
        for (size_t at = hash & mask; f->by_trait.slots[at]; at = (at + 1) & mask)
            if (f->traits.at[f->by_trait.slots[at] - 1].hash == hash)
                return f->by_trait.slots[at] - 1;
    }
    if (!index_room(f, &f->by_trait, f->traits.len, trait_hash) || !POOL_ROOM(f, &f->traits, 1))
        return NO_INDEX;
    uint32_t i = (uint32_t)f->traits.len++;
    f->traits.at[i] = (struct trait){ .hash = hash, .slot_hash = slot, .text = NO_INDEX, .port = t->port,
                                      .kind = (uint8_t)t->kind, .class = (uint8_t)t->class };
    size_t at = hash & (f->by_trait.cap - 1);
    while (f->by_trait.slots[at])
        at = (at + 1) & (f->by_trait.cap - 1);
    f->by_trait.slots[at] = i + 1;
    return i;
}

/* The text of a trait is only ever shown where several have it, except of products and versions.
 * Where the answer says little without the question, that stands before it. */
static void trait_text(struct fleets *f, uint32_t i, const struct trait_seen *t)
{
    uint8_t text[TRAIT_TEXT_MAX];
    struct writer w = writer_over(text, sizeof(text));
    struct trait *x = &f->traits.at[i];
    bool wanted = x->holders > 1 || t->kind == TRAIT_PRODUCT || t->kind == TRAIT_VERSION;
    if (!wanted || x->text != NO_INDEX)
        return;
    if (t->kind == TRAIT_HEADER || t->kind == TRAIT_VERSION) {
        writer_put(&w, span_first(t->slot, TRAIT_TEXT_MAX / 2));
        writer_str(&w, t->kind == TRAIT_HEADER ? ": " : " ");
    }
    writer_put(&w, span_first(t->text, TRAIT_TEXT_MAX - writer_span(&w).len));
    uint32_t at = keep_text(f, writer_span(&w), TRAIT_TEXT_MAX);
    x->text = at;
    x->text_len = at == NO_INDEX ? 0 : (uint8_t)writer_span(&w).len;
}

struct adding {
    struct fleets *fleets;
    uint32_t deployment;
    bool direct;
    uint32_t product, version; /* of this observation */
};

/* The link of the name with the largest hash, so that of many names always the same few are kept,
 * whatever order they come in: samples of two hosts with the same names are the same. */
static uint32_t largest_name(const struct fleets *f, const struct deployment *d)
{
    uint32_t largest = NO_INDEX;
    for (uint32_t at = d->traits; at != NO_INDEX; at = f->links.at[at].next) {
        const struct trait *t = &f->traits.at[f->links.at[at].trait];
        if (t->kind == TRAIT_NAMES &&
            (largest == NO_INDEX || t->hash > f->traits.at[f->links.at[largest].trait].hash))
            largest = at;
    }
    return largest;
}

static bool replace_name(struct fleets *f, struct deployment *d, uint32_t trait)
{
    uint32_t largest = largest_name(f, d);
    if (largest == NO_INDEX || f->traits.at[f->links.at[largest].trait].hash <= f->traits.at[trait].hash)
        return false;
    f->traits.at[f->links.at[largest].trait].holders--;
    f->links.at[largest].trait = trait;
    return true;
}

static void add_trait(void *self, const struct trait_seen *t)
{
    struct adding *a = self;
    struct fleets *f = a->fleets;
    uint32_t i = trait_number(f, t);
    struct deployment *d = &f->deployments.at[a->deployment];
    if (i == NO_INDEX)
        return;
    if (t->kind == TRAIT_PRODUCT)
        a->product = i;
    if (t->kind == TRAIT_VERSION)
        a->version = i;
    for (uint32_t at = d->traits; at != NO_INDEX; at = f->links.at[at].next)
        if (f->links.at[at].trait == i)
            return;
    bool is_name = t->kind == TRAIT_NAMES;
    if (is_name && d->name_count >= NAMES_PER_DEPLOYMENT_MAX) {
        if (!replace_name(f, d, i))
            return;
    } else {
        if (d->trait_count >= TRAITS_PER_DEPLOYMENT_MAX || !POOL_ROOM(f, &f->links, 1))
            return;
        f->links.at[f->links.len] = (struct trait_link){ i, d->traits };
        d->traits = (uint32_t)f->links.len++;
        d->trait_count++;
        d->name_count = (uint8_t)(d->name_count + is_name);
    }
    f->traits.at[i].holders++;
    trait_text(f, i, t);
}

/* ---- visits ---- */

static int64_t sum(int64_t a, int64_t b)
{
    int64_t s;
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return __builtin_add_overflow(a, b, &s) ? INT64_MAX : s;
}

/* The door: a dashboard with a store behind it, else a store, else a dashboard, else what there is. */
static uint8_t door_rank(const struct visit *v, const struct observation *o)
{
    if (o->via || o->kind == KIND_WEB || o->kind == KIND_TLS || o->kind == KIND_UNKNOWN)
        return 0;
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].via && strcmp(v->observations.at[i].via, o->product) == 0)
            return 4;
    return o->kind == KIND_STORE ? 3 : o->kind == KIND_DASHBOARD ? 2 : 1;
}

static uint8_t rank_of(enum outcome o)
{
    static const uint8_t RANKS[] = { [OUTCOME_OPEN] = 5, [OUTCOME_PARTIAL] = 4, [OUTCOME_LOCKED] = 3,
                                     [OUTCOME_UNCLEAR] = 2, [OUTCOME_IDENTIFIED] = 1 };
    return (size_t)o < sizeof(RANKS) ? RANKS[o] : 0;
}

/* Of one place, what was asked by a name goes before the bare address, and of names the smaller: whatever order
 * they come in, the door is the same. */
static bool goes_before(const struct fleets *f, const struct deployment *d, struct span name)
{
    struct span had = d->name == NO_INDEX ? SPAN_NONE : span_of(f->texts.at + d->name, d->name_len);
    size_t shorter = name.len < had.len ? name.len : had.len;
    if (!name.len || !had.len)
        return name.len > had.len;
    int order = memcmp(name.at, had.at, shorter);
    return order ? order < 0 : name.len < had.len;
}

static void take_door(struct fleets *f, struct deployment *d, const struct visit *v, uint8_t rank,
                      const struct adding *a)
{
    struct span name = span_first(span_str(v->endpoint.name), NAME_MAX_BYTES);
    uint32_t port = endpoint_port(&v->endpoint);
    bool better = rank > d->door_rank || (rank == d->door_rank && port < d->port) ||
                  (rank == d->door_rank && port == d->port && goes_before(f, d, name));
    if (!rank || !better || a->product == NO_INDEX)
        return;
    d->door_rank = rank;
    d->port = port;
    d->product = a->product;
    d->version = a->version;
    d->name = name.len ? keep_text(f, name, NAME_MAX_BYTES) : NO_INDEX;
    d->name_len = d->name == NO_INDEX ? 0 : (uint32_t)name.len;
}

static void take_observation(struct fleets *f, uint32_t at, const struct visit *v,
                             const struct observation *o)
{
    struct adding a = { f, at, !o->via, NO_INDEX, NO_INDEX };
    traits_of(o, v->endpoint.port, add_trait, &a);
    struct deployment *d = &f->deployments.at[at];
    if (a.product == NO_INDEX)
        return;
    if (rank_of(o->outcome) > rank_of((enum outcome)d->outcome))
        d->outcome = (uint8_t)o->outcome;
    if (o->kind != KIND_TLS && services_add(&f->seen, v, o)) {
        d->records[o->via != NULL] = sum(d->records[o->via != NULL], o->records);
        d->bytes[o->via != NULL] = sum(d->bytes[o->via != NULL], o->bytes);
    }
    take_door(f, d, v, door_rank(v, o), &a);
}

static void take_finding(struct deployment *d, const struct finding *found)
{
    uint8_t bytes[sizeof(d->worst)];
    if (!hex_decode(found->fingerprint, sizeof(bytes), bytes) || (int)found->severity < d->severity ||
        ((int)found->severity == d->severity && memcmp(bytes, d->worst, sizeof(bytes)) >= 0))
        return;
    d->severity = (int8_t)found->severity;
    memcpy(d->worst, bytes, sizeof(d->worst));
}

/* What nobody knows is like nothing. */
static bool any_known(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind != KIND_UNKNOWN)
            return true;
    return false;
}

void fleets_visit(struct fleets *f, const struct visit *v, const struct finding *found, size_t count)
{
    if (!f || !v->answered || !any_known(v) || f->numbers)
        return;
    uint32_t at = deployment_at(f, &v->endpoint.address);
    if (at == NO_INDEX) {
        f->left_out++;
        return;
    }
    for (size_t i = 0; i < v->observations.len; i++)
        take_observation(f, at, v, &v->observations.at[i]);
    for (size_t i = 0; i < count; i++)
        take_finding(&f->deployments.at[at], &found[i]);
}

/* ---- order ---- */

struct order {
    uint64_t slot_hash, hash;
    uint32_t old;
    uint8_t kind;
};

static int by_order(const void *left, const void *right)
{
    const struct order *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->slot_hash != b->slot_hash)
        return a->slot_hash < b->slot_hash ? -1 : 1;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Sorts the traits by kind, slot and hash; `fresh` gives the new number of each old one. */
static bool order_traits(struct fleets *f, uint32_t *fresh)
{
    size_t n = f->traits.len;
    struct order *o = fleets_alloc(f, n, sizeof(*o));
    struct trait *sorted = fleets_alloc(f, n, sizeof(*sorted));
    if (o && sorted) {
        for (size_t i = 0; i < n; i++)
            o[i] = (struct order){ f->traits.at[i].slot_hash, f->traits.at[i].hash, (uint32_t)i,
                                   f->traits.at[i].kind };
        if (n)
            qsort(o, n, sizeof(*o), by_order);
        for (size_t i = 0; i < n; i++) {
            bool same = i && o[i].kind == o[i - 1].kind && o[i].slot_hash == o[i - 1].slot_hash;
            f->slot_count += !same;
            sorted[i] = f->traits.at[o[i].old];
            sorted[i].slot = (uint32_t)f->slot_count - 1;
            fresh[o[i].old] = (uint32_t)i;
        }
        if (n)
            memcpy(f->traits.at, sorted, n * sizeof(*sorted));
    }
    bool ok = o && sorted;
    fleets_release(f, o, n, sizeof(*o));
    fleets_release(f, sorted, n, sizeof(*sorted));
    return ok;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Chains become runs of ascending numbers. */
static bool order_all(struct fleets *f)
{
    size_t traits = f->traits.len, used = 0;
    uint32_t *fresh = fleets_alloc(f, traits, sizeof(*fresh));
    f->numbers = fleets_alloc(f, f->links.len, sizeof(*f->numbers));
    bool ok = fresh && f->numbers && order_traits(f, fresh);
    for (size_t i = 0; ok && i < f->deployments.len; i++) {
        struct deployment *d = &f->deployments.at[i];
        size_t from = used;
        for (uint32_t at = d->traits; at != NO_INDEX; at = f->links.at[at].next)
            f->numbers[used++] = fresh[f->links.at[at].trait];
        if (used > from)
            qsort(f->numbers + from, used - from, sizeof(*f->numbers), by_number);
        d->traits = (uint32_t)from;
        if (d->product != NO_INDEX)
            d->product = fresh[d->product];
        if (d->version != NO_INDEX)
            d->version = fresh[d->version];
    }
    fleets_release(f, fresh, traits, sizeof(*fresh));
    return ok;
}

bool fleets_find(struct fleets *f, struct arena *a, struct fleet_list *ret)
{
    *ret = (struct fleet_list){ 0 };
    if (!f || f->numbers)
        return false;
    return order_all(f) && fleets_group(f) && fleets_tell(f, a, ret);
}

struct fleets_measure fleets_measure(const struct fleets *f)
{
    struct fleets_measure m = { .left_out = f->left_out, .bytes = f->bytes, .comparisons = f->comparisons };
    for (size_t i = 0; i < f->deployments.len; i++)
        m.deployments += f->deployments.at[i].product != NO_INDEX;
    return m;
}
