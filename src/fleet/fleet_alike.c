/* How alike two deployments are: a sum of evidence, in nats.
 *
 * An agreement is worth -log(p), where p is the chance that another design has the same value. What
 * is known before a scan (p0, by kind and class) and what the scan shows (in how many designs the
 * value occurs) are mixed as if PRIOR_DESIGNS had been seen before. Designs, not deployments, are
 * counted: a thousand members of one fleet make a value no commoner. A contradiction costs; where
 * one of the two says nothing, nothing is concluded, since a locked door hides what stands behind. */
#include <math.h>
#include <stdlib.h>

#include "fleet/fleet_inside.h"

enum { SETTLED_HOLDERS = 3, IN_COMMON_TENTHS = 6, ROTATING_SHARE = 8 /* at most one in so many */ };

static const float PRIOR_DESIGNS = 20;

/* Of many designs that run a product, two deployments that run it are rarely of one: the odds are
 * against them before anything else is looked at. A product's weight is what it costs. */
static const float ODDS_SHARE = 1;
/* As many designs of a product are taken to exist before any is known: what the first round joins wrongly
 * looks like one design to the next. */
static const float FIRST_DESIGNS = 20;

/* What it costs to have no product in common; what the key of one design weighs at least. */
static const float NO_PRODUCT = 4, SETTLED_WEIGHT = 5;

/* With this share of the names in common, all are taken to be. A name that one host alone has says
 * less against it than one that others have. */
static const float NAMES_COMMON = 0.5F, NAME_ALONE = 0.4F;

static const float P0[TRAIT_KINDS][4] = {
    /*                  own      usual   stock  shared */
    [TRAIT_PRODUCT] = { 0.5F,    0.5F,   0.5F,  0.5F },
    [TRAIT_KEY] =     { 0.0005F, 0.01F,  0.5F,  0.25F },
    [TRAIT_SUBJECT] = { 0.003F,  0.2F,   0.5F,  0.25F },
    [TRAIT_NAMES] =   { 0.004F,  0.05F,  0.5F,  0.5F },
    [TRAIT_CLUSTER] = { 0.005F,  0.1F,   0.6F,  0.5F },
    [TRAIT_UUID] =    { 0.0001F, 0.01F,  0.5F,  0.5F },
    [TRAIT_HEADER] =  { 0.005F,  0.05F,  0.4F,  0.5F },
    [TRAIT_PORT] =    { 0.02F,   0.15F,  0.6F,  0.5F },
    [TRAIT_VERSION] = { 0.1F,    0.1F,   0.15F, 0.1F },
    [TRAIT_DRESS] =   { 0.5F,    0.5F,   0.6F,  0.5F },
};

/* Ceilings of what one kind can add, so that many small agreements of one kind prove no more than
 * they should: headers of one page are not independent of each other. */
static const float KEY_MAX = 12, SUBJECT_MAX = 6, NAMES_MAX = 12, CLUSTER_MAX = 7, UUID_MAX = 12, HEADER_MAX = 9,
                   PORT_MAX = 3, VERSION_MAX = 1.5F, DRESS_MAX = 0.5F, OTHER_NAME = 2;

static float least(float a, float b)
{
    return a < b ? a : b;
}

/* ---- weights ---- */

struct design_counts {
    uint32_t *of_trait, *of_slot;
    uint32_t *seen_trait, *seen_slot; /* the last design that counted, + 1 */
    uint32_t *held, *held_most;       /* members of this design, and of the design with the most */
};

static void count_trait(const struct fleets *f, struct design_counts *c, uint32_t trait, uint32_t design)
{
    uint32_t slot = f->traits.at[trait].slot;
    if (c->seen_trait[trait] != design + 1) {
        c->seen_trait[trait] = design + 1;
        c->of_trait[trait]++;
    }
    if (c->seen_slot[slot] != design + 1) {
        c->seen_slot[slot] = design + 1;
        c->of_slot[slot]++;
    }
}

/* A design's own values are those that several of its members have: one odd member does not make a
 * value common. */
static void count_group(const struct fleets *f, struct design_counts *c, size_t g)
{
    uint32_t size = f->starts[g + 1] - f->starts[g], enough = size >= 6 ? size / 4 : 1;
    for (uint32_t m = f->starts[g]; m < f->starts[g + 1]; m++) {
        const struct deployment *d = &f->deployments.at[f->members[m]];
        for (size_t i = 0; i < d->trait_count; i++)
            if (++c->held[f->numbers[d->traits + i]] == enough)
                count_trait(f, c, f->numbers[d->traits + i], (uint32_t)g);
    }
    for (uint32_t m = f->starts[g]; m < f->starts[g + 1]; m++) {
        const struct deployment *d = &f->deployments.at[f->members[m]];
        for (size_t i = 0; i < d->trait_count; i++) {
            uint32_t t = f->numbers[d->traits + i];
            c->held_most[t] = c->held[t] > c->held_most[t] ? c->held[t] : c->held_most[t];
            c->held[t] = 0;
        }
    }
}

static void count_designs(const struct fleets *f, struct design_counts *c, const uint32_t *group,
                          size_t groups)
{
    for (size_t g = 0; g < groups; g++)
        count_group(f, c, g);
    uint32_t design = (uint32_t)groups;
    for (size_t n = 0; n < f->deployments.len; n++) {
        const struct deployment *d = &f->deployments.at[n];
        if (d->product == NO_INDEX || group[n] != NO_INDEX)
            continue;
        for (size_t i = 0; i < d->trait_count; i++)
            count_trait(f, c, f->numbers[d->traits + i], design);
        design++;
    }
}

struct key_use {
    uint32_t trait, product;
};

static int by_use(const void *left, const void *right)
{
    const struct key_use *a = left, *b = right;
    if (a->trait != b->trait)
        return a->trait < b->trait ? -1 : 1;
    return a->product < b->product ? -1 : a->product > b->product;
}

static size_t list_key_uses(const struct fleets *f, struct key_use *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < f->deployments.len; i++) {
        const struct deployment *d = &f->deployments.at[i];
        const uint32_t *at = f->numbers + d->traits;
        for (size_t k = 0; k < d->trait_count; k++) {
            const struct trait *t = &f->traits.at[at[k]];
            if (t->kind != TRAIT_KEY || t->class == CLASS_STOCK || t->holders < SETTLED_HOLDERS)
                continue;
            /* Products come first among the numbers. */
            for (size_t p = 0; p < k && f->traits.at[at[p]].kind == TRAIT_PRODUCT; p++, n++)
                if (ret)
                    ret[n] = (struct key_use){ at[k], at[p] };
        }
    }
    return n;
}

/* A key that several hosts have is the key of a design. One whose holders have no product in common
 * belongs to a gateway or to the whole organisation, as a wildcard's does. */
static bool settle_keys(struct fleets *f)
{
    size_t n = list_key_uses(f, NULL);
    struct key_use *uses = fleets_alloc(f, n, sizeof(*uses));
    if (!uses)
        return false;
    list_key_uses(f, uses);
    qsort(uses, n, sizeof(*uses), by_use);
    for (size_t from = 0, to; from < n; from = to) {
        size_t most = 0, trait_end = from;
        for (; trait_end < n && uses[trait_end].trait == uses[from].trait; trait_end = to) {
            for (to = trait_end; to < n && uses[to].trait == uses[from].trait &&
                                 uses[to].product == uses[trait_end].product;
                 to++)
                continue;
            most = to - trait_end > most ? to - trait_end : most;
        }
        to = trait_end;
        struct trait *t = &f->traits.at[uses[from].trait];
        if (most * 10 < (size_t)t->holders * IN_COMMON_TENTHS)
            t->class = CLASS_SHARED;
        t->settled = t->class == CLASS_OWN || t->class == CLASS_USUAL;
    }
    fleets_release(f, uses, n, sizeof(*uses));
    return true;
}

/* Where most holders of a value are of one group, those outside may well be members that were not
 * recognised: they count less as designs of their own, lest a group that is found in parts make its
 * own values look common. A settled key stays what it is. */
static float designs_with(const struct trait *t, const struct design_counts *c, size_t i)
{
    float seen = c->of_trait[i] ? (float)c->of_trait[i] : 1;
    float outside = t->holders ? 1 - (float)c->held_most[i] / (float)t->holders : 1;
    if (t->settled)
        return 1;
    if (t->kind == TRAIT_PRODUCT)
        return seen;
    seen = 1 + (seen - 1) * least(1, 2 * outside);
    return seen < (float)t->spread ? (float)t->spread : seen;
}

struct seen_with {
    uint32_t trait, identity;
};

static int by_trait(const void *left, const void *right)
{
    const struct seen_with *a = left, *b = right;
    if (a->trait != b->trait)
        return a->trait < b->trait ? -1 : 1;
    return a->identity < b->identity ? -1 : a->identity > b->identity;
}

static bool is_identity(const struct trait *t, enum trait_kind kind)
{
    return t->kind == kind && t->holders > 1 && (kind == TRAIT_KEY ? t->settled : t->class == CLASS_OWN);
}

static size_t list_seen_with(const struct fleets *f, enum trait_kind kind, struct seen_with *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < f->deployments.len; i++) {
        const struct deployment *d = &f->deployments.at[i];
        const uint32_t *at = f->numbers + d->traits;
        size_t id = 0;
        while (id < d->trait_count && !is_identity(&f->traits.at[at[id]], kind))
            id++;
        for (size_t k = 0; k < d->trait_count && id < d->trait_count; k++) {
            const struct trait *t = &f->traits.at[at[k]];
            if (t->class == CLASS_STOCK || t->holders < 4 || t->kind == TRAIT_KEY || t->kind == TRAIT_CLUSTER)
                continue;
            if (ret)
                ret[n] = (struct seen_with){ at[k], at[id] };
            n++;
        }
    }
    return n;
}

/* In how many designs a value occurs at least: with so many different keys (or own cluster names), each
 * on several hosts, it was seen. This does not hang on how well the groups are known. */
static bool spread_over(struct fleets *f, enum trait_kind kind)
{
    size_t n = list_seen_with(f, kind, NULL);
    struct seen_with *seen = fleets_alloc(f, n, sizeof(*seen));
    if (!seen)
        return false;
    list_seen_with(f, kind, seen);
    qsort(seen, n, sizeof(*seen), by_trait);
    for (size_t from = 0, to; from < n; from = to) {
        uint16_t designs = 0;
        for (size_t run = to = from; to < n && seen[to].trait == seen[from].trait; run = to) {
            while (to < n && seen[to].trait == seen[from].trait && seen[to].identity == seen[run].identity)
                to++;
            designs = (uint16_t)(designs + (to - run > 1 && designs < UINT16_MAX));
        }
        struct trait *t = &f->traits.at[seen[from].trait];
        t->spread = designs > t->spread ? designs : t->spread;
    }
    fleets_release(f, seen, n, sizeof(*seen));
    return true;
}

static void set_weight(struct trait *t, float seen, float slots)
{
    float p0 = P0[t->kind][t->class];
    float p = (seen - 1 + PRIOR_DESIGNS * p0) / (slots - 1 + PRIOR_DESIGNS);
    t->weight = p < 1 ? -logf(p) : 0;
    if (t->kind == TRAIT_PRODUCT)
        t->weight = ODDS_SHARE * logf(seen);
}

static void set_first_weight(struct trait *t)
{
    float seen = t->kind == TRAIT_PRODUCT ? FIRST_DESIGNS : t->spread > 1 ? (float)t->spread : 1;
    set_weight(t, seen, t->spread > 1 ? FIRST_DESIGNS + seen : seen);
}

bool alike_weigh(struct fleets *f, const uint32_t *group, size_t groups)
{
    size_t n = f->traits.len, slots = f->slot_count;
    if (!group) {
        if (!settle_keys(f) || !spread_over(f, TRAIT_KEY) || !spread_over(f, TRAIT_CLUSTER))
            return false;
        for (size_t i = 0; i < n; i++)
            set_first_weight(&f->traits.at[i]);
        return true;
    }
    struct design_counts c = { fleets_alloc(f, n, 4), fleets_alloc(f, slots, 4), fleets_alloc(f, n, 4),
                               fleets_alloc(f, slots, 4), fleets_alloc(f, n, 4), fleets_alloc(f, n, 4) };
    bool ok = c.of_trait && c.of_slot && c.seen_trait && c.seen_slot && c.held && c.held_most;
    if (ok) {
        count_designs(f, &c, group, groups);
        for (size_t i = 0; i < n; i++) {
            struct trait *t = &f->traits.at[i];
            float seen = designs_with(t, &c, i), all = (float)c.of_slot[t->slot];
            set_weight(t, seen, all > seen ? all : seen);
        }
    }
    fleets_release(f, c.of_trait, n, 4);
    fleets_release(f, c.of_slot, slots, 4);
    fleets_release(f, c.seen_trait, n, 4);
    fleets_release(f, c.seen_slot, slots, 4);
    fleets_release(f, c.held, n, 4);
    fleets_release(f, c.held_most, n, 4);
    return ok;
}

/* ---- two deployments ---- */

/* What they say in answer to one question. */
struct slot_sums {
    float shared, only_a, only_b;
    float own;    /* of the shared, what is not stock */
    float rarest, most; /* the smallest and the largest weight of what they share */
    bool agree;
    uint32_t settled_a, settled_b; /* holders of their keys, where those are settled */
    bool stock_a, stock_b;
};

struct evidence {
    float by_kind[TRAIT_KINDS], own, against;
    float shared_ports, other_ports;
    float odds; /* against, of the rarest product that both have */
    bool own_key; /* they share the key of one design */
    bool product, keys_differ, keys_differ_much, key_shared, subject_shared;
    bool one_settled, subjects_differ;
    unsigned products_missed;
};

static void sum_run(const struct fleets *f, const uint32_t *a, const uint32_t *a_end, const uint32_t *b,
                    const uint32_t *b_end, struct slot_sums *s)
{
    while (a < a_end || b < b_end) {
        bool both = a < a_end && b < b_end && *a == *b;
        bool from_a = both || b == b_end || (a < a_end && *a < *b);
        const struct trait *t = &f->traits.at[from_a ? *a : *b];
        float *into = both ? &s->shared : from_a ? &s->only_a : &s->only_b;
        *into += !both && t->holders == 1 ? NAME_ALONE * t->weight : t->weight;
        if (both) {
            s->rarest = s->agree ? least(s->rarest, t->weight) : t->weight;
            s->agree = true;
            s->most = t->weight > s->most ? t->weight : s->most;
        }
        if (both && t->class != CLASS_STOCK && t->class != CLASS_SHARED)
            s->own += t->weight;
        if (!both && from_a) {
            s->settled_a = t->settled && t->holders > s->settled_a ? t->holders : s->settled_a;
            s->stock_a |= t->class == CLASS_STOCK;
        } else if (!both) {
            s->settled_b = t->settled && t->holders > s->settled_b ? t->holders : s->settled_b;
            s->stock_b |= t->class == CLASS_STOCK;
        }
        a += both || from_a;
        b += both || !from_a;
    }
}

/* Sets of names. Names come in families (those of one application), so that the most telling counts
 * in full and the others by half. Some may be renamed, and a door that is half open shows only some:
 * a part counts almost like the whole, and nothing in common speaks against. */
static void add_names(struct evidence *e, const struct slot_sums *s)
{
    float less = least(s->only_a, s->only_b), all = s->shared + s->only_a + s->only_b;
    if (all <= 0)
        return;
    float common = 0.5F * (s->shared / all + s->shared / (s->shared + less + 0.01F));
    float known = least(1, common / NAMES_COMMON);
    float x = known * least(NAMES_MAX, 0.5F * (s->shared + s->most));
    e->by_kind[TRAIT_NAMES] += x - (1 - known) * least(3, less / 2);
    e->own += x * s->own / (s->shared + 0.01F);
}

static void add_agreement(struct evidence *e, enum trait_kind kind, const struct slot_sums *s,
                          float against, float against_stock)
{
    if (s->shared > 0) {
        e->by_kind[kind] += s->shared;
        e->own += s->own;
    } else {
        e->by_kind[kind] -= s->stock_a || s->stock_b ? against_stock : against;
    }
}

static void add_slot(struct evidence *e, enum trait_kind kind, const struct slot_sums *s)
{
    switch (kind) {
    case TRAIT_PRODUCT:
        if (s->agree) {
            e->odds = e->product ? least(e->odds, s->rarest) : s->rarest;
            e->product = true;
        }
        break;
    case TRAIT_KEY:
        e->key_shared |= s->shared > 0;
        e->own_key |= s->own > SETTLED_WEIGHT;
        if (s->shared <= 0 && s->settled_a && s->settled_b) {
            uint32_t less = s->settled_a < s->settled_b ? s->settled_a : s->settled_b;
            e->keys_differ = true;
            e->keys_differ_much |= less * ROTATING_SHARE >= s->settled_a + s->settled_b;
        }
        if (s->shared > 0)
            add_agreement(e, kind, s, 0, 0);
        else if (s->settled_a || s->settled_b) {
            e->one_settled = true;
            e->by_kind[kind] -= 1;
        }
        break;
    case TRAIT_SUBJECT:
        e->subject_shared |= s->own > 3;
        e->subjects_differ |= s->shared <= 0 && !s->stock_a && !s->stock_b;
        add_agreement(e, kind, s, 0.7F, 0);
        break;
    case TRAIT_NAMES:
        add_names(e, s);
        break;
    case TRAIT_CLUSTER:
        add_agreement(e, kind, s, 2, 1);
        break;
    case TRAIT_UUID:
        add_agreement(e, kind, s, 0, 0);
        break;
    case TRAIT_HEADER:
        add_agreement(e, kind, s, 1.5F, 0.7F);
        break;
    case TRAIT_PORT:
        e->shared_ports = s->shared;
        e->other_ports = s->only_a + s->only_b;
        break;
    case TRAIT_VERSION:
        add_agreement(e, kind, s, 0.7F, 0.7F);
        break;
    case TRAIT_DRESS:
        add_agreement(e, kind, s, 1.2F, 1.2F);
        break;
    case TRAIT_KINDS:
        break;
    }
}

static float held_in(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static struct alike conclude(struct evidence *e)
{
    struct alike l = { LIKE_VETO, 0 };
    /* Two keys, each of several hosts: two designs, unless both are for one and the same host name, as
     * while a certificate is being replaced; where the name says nothing, a rare key beside a common
     * one may be the new one too. */
    bool replaced = e->subject_shared || (!e->subjects_differ && !e->keys_differ_much);
    if ((!e->product && !e->own_key) || (e->keys_differ && !replaced))
        return l;
    float *k = e->by_kind;
    /* A door may be closed on either, so that what is left open are two different products. */
    if (!e->product)
        e->odds = NO_PRODUCT;
    float common = e->shared_ports / (e->shared_ports + e->other_ports + 0.01F);
    k[TRAIT_PORT] = held_in(0.5F * e->shared_ports * common - 0.25F * e->other_ports, -1.5F, PORT_MAX);
    /* A subject says little beside its key, which already agrees. */
    if (e->key_shared)
        k[TRAIT_SUBJECT] = 0;
    /* The key of one design here, another key for another name there: hardly a replaced one. */
    if (e->one_settled && e->subjects_differ)
        k[TRAIT_SUBJECT] -= OTHER_NAME;
    static const float LOW = -4;
    l.total = held_in(k[TRAIT_KEY], -1, KEY_MAX) + held_in(k[TRAIT_SUBJECT], -1 - OTHER_NAME, SUBJECT_MAX) +
              held_in(k[TRAIT_NAMES], LOW, NAMES_MAX) + held_in(k[TRAIT_CLUSTER], -2, CLUSTER_MAX) +
              held_in(k[TRAIT_UUID], 0, UUID_MAX) + held_in(k[TRAIT_HEADER], -3, HEADER_MAX) + k[TRAIT_PORT] +
              held_in(k[TRAIT_DRESS], -2, DRESS_MAX) +
              held_in(k[TRAIT_VERSION], -1.5F, VERSION_MAX) - e->odds;
    l.individual = e->own + held_in(k[TRAIT_PORT], 0, 2);
    return l;
}

struct alike alike_of(const struct fleets *f, const struct deployment *a, const struct deployment *b)
{
    struct evidence e = { 0 };
    const uint32_t *i = f->numbers + a->traits, *i_end = i + a->trait_count;
    const uint32_t *j = f->numbers + b->traits, *j_end = j + b->trait_count;
    while (i < i_end && j < j_end) {
        uint32_t slot_a = f->traits.at[*i].slot, slot_b = f->traits.at[*j].slot;
        uint32_t slot = slot_a < slot_b ? slot_a : slot_b;
        const uint32_t *a_from = i, *b_from = j;
        enum trait_kind kind = (enum trait_kind)f->traits.at[slot_a <= slot_b ? *i : *j].kind;
        while (i < i_end && f->traits.at[*i].slot == slot)
            i++;
        while (j < j_end && f->traits.at[*j].slot == slot)
            j++;
        if (i == a_from || j == b_from)
            continue;
        struct slot_sums s = { 0 };
        sum_run(f, a_from, i, b_from, j, &s);
        add_slot(&e, kind, &s);
    }
    return conclude(&e);
}

double alike_score(float total)
{
    return 1 / (1 + exp(-((double)total - 2) / 1.5));
}
