/* Grouping without comparing everything with everything.
 *
 * Deployments that show exactly the same are one profile. Profiles that share a trait of their own
 * stand in one bucket; buckets are gone through from the rarest on, a bucket of up to BUCKET_WHOLE
 * pair by pair, a larger one between neighbours in two orders and a few far ones, and no profile is
 * compared more than COMPARED_MAX times. Pairs that are alike become edges; along them, most alike
 * first, groups grow, but two groups only become one where their members are alike on average:
 * a chain of look-alikes does not join two designs. Two rounds: the first knows only what is
 * usual in the world, the second also how many designs of this scan share a value. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "fleet/fleet_inside.h"

enum {
    BUCKET_WHOLE = 24,
    NEIGHBOURS = 6,
    FAR_PICKS = 4,
    COMPARED_MAX = 160,
    EDGES_MAX = 24,  /* of one profile */
    SAMPLES = 6,     /* members of a group that stand for it */
    WALKS_MAX = 4,
    MOVES_MAX = 4,   /* other groups that a profile is held against */
};

static const float LINK_MEAN_MIN = 3.0F, MOVE_MARGIN = 0.75F;

struct edge {
    uint32_t a, b;
    float total;
};

struct profile {
    uint64_t hash;
    uint32_t deployment, first, count; /* of `members`, sorted by profile */
    uint32_t sign[2];                  /* orders of large buckets */
    uint16_t compared, edges;
};

struct grouping {
    struct fleets *f;
    struct profile *profiles;
    uint32_t *members; /* deployments by profile */
    size_t count, member_count;
    uint32_t *bucket_starts, *buckets; /* profiles by trait */
    size_t bucket_total;
    uint64_t *compared; /* direct-mapped memory of pairs */
    size_t compared_cap;
    POOL_OF(struct edge) edges;
    uint32_t *parent, *size, (*samples)[SAMPLES];
    uint32_t *group_of; /* of each deployment */
};

static const struct deployment *deployment_of(const struct grouping *g, uint32_t profile)
{
    return &g->f->deployments.at[g->profiles[profile].deployment];
}

static struct alike compare(struct grouping *g, uint32_t a, uint32_t b)
{
    g->f->comparisons++;
    return alike_of(g->f, deployment_of(g, a), deployment_of(g, b));
}

/* ---- profiles ---- */

static int by_hash(const void *left, const void *right)
{
    const struct profile *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->deployment < b->deployment ? -1 : a->deployment > b->deployment;
}

static uint64_t profile_hash(const struct fleets *f, const struct deployment *d)
{
    return siphash(f->key0, f->key1, span_of(f->numbers + d->traits, d->trait_count * sizeof(uint32_t)));
}

/* The smallest number of its own in one of the kinds: equal for neighbours worth comparing. */
static uint32_t sign_of(const struct fleets *f, const struct deployment *d, unsigned kinds)
{
    for (size_t i = 0; i < d->trait_count; i++) {
        const struct trait *t = &f->traits.at[f->numbers[d->traits + i]];
        if ((kinds >> t->kind & 1) && t->class == CLASS_OWN && t->holders > 1)
            return f->numbers[d->traits + i];
    }
    return NO_INDEX;
}

static bool make_profiles(struct grouping *g)
{
    struct fleets *f = g->f;
    size_t n = 0, all = f->deployments.len;
    g->profiles = fleets_alloc(f, all, sizeof(*g->profiles));
    g->members = fleets_alloc(f, all, sizeof(*g->members));
    if (!g->profiles || !g->members)
        return false;
    for (size_t i = 0; i < all; i++)
        if (f->deployments.at[i].product != NO_INDEX)
            g->profiles[n++] = (struct profile){ .hash = profile_hash(f, &f->deployments.at[i]),
                                                 .deployment = (uint32_t)i };
    qsort(g->profiles, n, sizeof(*g->profiles), by_hash);
    for (size_t i = 0; i < n; i++) {
        struct profile p = g->profiles[i];
        g->members[i] = p.deployment;
        if (!g->count || g->profiles[g->count - 1].hash != p.hash) {
            const struct deployment *d = &f->deployments.at[p.deployment];
            p.first = (uint32_t)i;
            p.sign[0] = sign_of(f, d, 1u << TRAIT_NAMES);
            p.sign[1] = sign_of(f, d, 1u << TRAIT_KEY | 1u << TRAIT_CLUSTER | 1u << TRAIT_HEADER);
            g->profiles[g->count++] = p;
        }
        g->profiles[g->count - 1].count++;
    }
    g->member_count = n;
    return true;
}

/* ---- buckets ---- */

static bool opens_bucket(const struct trait *t)
{
    return t->class != CLASS_STOCK && t->holders > 1 && t->kind != TRAIT_PRODUCT && t->kind != TRAIT_VERSION;
}

static bool make_buckets(struct grouping *g)
{
    struct fleets *f = g->f;
    size_t traits = f->traits.len;
    g->bucket_starts = fleets_alloc(f, traits + 1, sizeof(uint32_t));
    if (!g->bucket_starts)
        return false;
    for (int fill = 0; fill < 2; fill++) {
        for (uint32_t p = 0; p < g->count; p++) {
            const struct deployment *d = deployment_of(g, p);
            for (size_t i = 0; i < d->trait_count; i++) {
                uint32_t t = f->numbers[d->traits + i];
                if (!opens_bucket(&f->traits.at[t]))
                    continue;
                if (fill)
                    g->buckets[--g->bucket_starts[t]] = p;
                else
                    g->bucket_starts[t]++;
            }
        }
        if (fill)
            break;
        /* Each start is first the end of its bucket, and walks down as the bucket fills. */
        for (size_t t = 0; t < traits; t++)
            g->bucket_starts[t] = (uint32_t)(g->bucket_total += g->bucket_starts[t]);
        g->bucket_starts[traits] = (uint32_t)g->bucket_total;
        g->buckets = fleets_alloc(f, g->bucket_total, sizeof(uint32_t));
        if (!g->buckets)
            return false;
    }
    return true;
}

/* ---- edges ---- */

static bool was_compared(struct grouping *g, uint32_t a, uint32_t b)
{
    uint64_t pair = (uint64_t)(a < b ? a : b) << 32 | (a < b ? b : a);
    uint64_t *slot = &g->compared[(pair * 0x9e3779b97f4a7c15u >> 32) & (g->compared_cap - 1)];
    bool known = *slot == pair + 1;
    *slot = pair + 1;
    return known;
}

static void try_pair(struct grouping *g, uint32_t a, uint32_t b)
{
    struct profile *p = &g->profiles[a], *q = &g->profiles[b];
    if (a == b || (p->compared >= COMPARED_MAX && q->compared >= COMPARED_MAX) ||
        (p->edges >= EDGES_MAX && q->edges >= EDGES_MAX) || was_compared(g, a, b))
        return;
    p->compared++;
    q->compared++;
    struct alike l = compare(g, a, b);
    if (!is_alike(l))
        return;
    if (!fleets_grow(g->f, (void **)&g->edges.at, &g->edges.cap, g->edges.len + 1, sizeof(struct edge)))
        return;
    g->edges.at[g->edges.len++] = (struct edge){ a, b, l.total };
    p->edges++;
    q->edges++;
}

struct in_bucket {
    uint32_t sign, profile;
};

static int by_sign(const void *left, const void *right)
{
    const struct in_bucket *a = left, *b = right;
    if (a->sign != b->sign)
        return a->sign < b->sign ? -1 : 1;
    return a->profile < b->profile ? -1 : a->profile > b->profile;
}

static void go_through_large(struct grouping *g, const uint32_t *bucket, size_t n, struct in_bucket *scratch)
{
    struct random r = { g->f->key0 };
    for (size_t order = 0; order < 2; order++) {
        for (size_t i = 0; i < n; i++)
            scratch[i] = (struct in_bucket){ g->profiles[bucket[i]].sign[order], bucket[i] };
        qsort(scratch, n, sizeof(*scratch), by_sign);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 1; k <= NEIGHBOURS && i + k < n; k++)
                try_pair(g, scratch[i].profile, scratch[i + k].profile);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < FAR_PICKS; k++)
            try_pair(g, bucket[i], bucket[random_below(&r, n)]);
}

static void go_through(struct grouping *g, uint32_t trait, struct in_bucket *scratch)
{
    const uint32_t *bucket = g->buckets + g->bucket_starts[trait];
    size_t n = g->bucket_starts[trait + 1] - g->bucket_starts[trait];
    if (n > BUCKET_WHOLE) {
        go_through_large(g, bucket, n, scratch);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            try_pair(g, bucket[i], bucket[k]);
}

struct bucket_size {
    uint32_t size, trait;
};

static int by_size(const void *left, const void *right)
{
    const struct bucket_size *a = left, *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->trait < b->trait ? -1 : a->trait > b->trait;
}

static bool make_edges(struct grouping *g)
{
    struct fleets *f = g->f;
    size_t traits = f->traits.len, n = 0;
    struct bucket_size *order = fleets_alloc(f, traits, sizeof(*order));
    struct in_bucket *scratch = fleets_alloc(f, g->count, sizeof(*scratch));
    if (order && scratch) {
        for (size_t t = 0; t < traits; t++) {
            uint32_t size = g->bucket_starts[t + 1] - g->bucket_starts[t];
            if (size > 1)
                order[n++] = (struct bucket_size){ size, (uint32_t)t };
        }
        qsort(order, n, sizeof(*order), by_size);
        memset(g->compared, 0, g->compared_cap * sizeof(*g->compared));
        for (size_t p = 0; p < g->count; p++)
            g->profiles[p].compared = g->profiles[p].edges = 0;
        g->edges.len = 0;
        for (size_t i = 0; i < n; i++)
            go_through(g, order[i].trait, scratch);
    }
    bool ok = order && scratch;
    fleets_release(f, order, traits, sizeof(*order));
    fleets_release(f, scratch, g->count, sizeof(*scratch));
    return ok;
}

/* ---- groups ---- */

static uint32_t root_of(struct grouping *g, uint32_t p)
{
    while (g->parent[p] != p)
        p = g->parent[p] = g->parent[g->parent[p]];
    return p;
}

static size_t sample_count(const uint32_t *samples)
{
    size_t n = 0;
    while (n < SAMPLES && samples[n] != NO_INDEX)
        n++;
    return n;
}

/* How alike two groups are on average over their members; `ret_good`: the share of pairs that are alike. */
static float mean_of(struct grouping *g, uint32_t a, uint32_t b, float *ret_good)
{
    float sum = 0, n = 0, good = 0;
    for (size_t i = 0; i < SAMPLES && g->samples[a][i] != NO_INDEX; i++)
        for (size_t k = 0; k < SAMPLES && g->samples[b][k] != NO_INDEX; k++) {
            uint32_t p = g->samples[a][i], q = g->samples[b][k];
            struct alike l = compare(g, p, q);
            float pairs = (float)g->profiles[p].count * (float)g->profiles[q].count;
            sum += pairs * l.total;
            good += is_alike(l) ? pairs : 0;
            n += pairs;
        }
    *ret_good = n > 0 ? good / n : 0;
    return n > 0 ? sum / n : LIKE_VETO;
}

/* Whether two groups are one design: alike on average, and not only for the sake of a few. */
static bool may_join(struct grouping *g, uint32_t a, uint32_t b)
{
    float good, mean = mean_of(g, a, b, &good);
    return mean >= LINK_MEAN_MIN && good >= 0.5F;
}

/* Both stay represented, about as they are large. */
static void join(struct grouping *g, uint32_t into, uint32_t from)
{
    uint32_t mixed[SAMPLES];
    size_t a = sample_count(g->samples[into]), b = sample_count(g->samples[from]), n = 0;
    size_t room = SAMPLES * (size_t)g->size[from] / (g->size[into] + g->size[from]);
    size_t take_b = b < SAMPLES - a ? b : SAMPLES - a;
    if (take_b < room)
        take_b = room < b ? room : b;
    for (size_t i = 0; i < take_b; i++)
        mixed[n++] = g->samples[from][i];
    for (size_t i = 0; i < a && n < SAMPLES; i++)
        mixed[n++] = g->samples[into][i];
    while (n < SAMPLES)
        mixed[n++] = NO_INDEX;
    memcpy(g->samples[into], mixed, sizeof(mixed));
    g->parent[from] = into;
    g->size[into] += g->size[from];
}

static int by_total(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    if (a->total != b->total)
        return a->total > b->total ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* A refusal holds until one of them has doubled. */
static bool was_refused(struct grouping *g, uint32_t a, uint32_t b)
{
    unsigned steps_a = 31 - (unsigned)__builtin_clz(g->size[a]), steps_b = 31 - (unsigned)__builtin_clz(g->size[b]);
    return was_compared(g, a | steps_a << 20, b | steps_b << 20);
}

/* Joins along all edges; true where any did. What was refused to a group that has changed since is
 * looked at again on the next walk. */
static bool walk_edges(struct grouping *g)
{
    bool joined = false;
    memset(g->compared, 0, g->compared_cap * sizeof(*g->compared));
    for (size_t i = 0; i < g->edges.len; i++) {
        uint32_t a = root_of(g, g->edges.at[i].a), b = root_of(g, g->edges.at[i].b);
        if (a == b || was_refused(g, a, b) || !may_join(g, a, b))
            continue;
        joined = true;
        if (g->size[a] < g->size[b])
            join(g, b, a);
        else
            join(g, a, b);
    }
    return joined;
}

static void grow_groups(struct grouping *g)
{
    for (uint32_t p = 0; p < g->count; p++) {
        g->parent[p] = p;
        g->size[p] = g->profiles[p].count;
        memset(g->samples[p], 0xff, sizeof(g->samples[p]));
        g->samples[p][0] = p;
    }
    if (g->edges.len)
        qsort(g->edges.at, g->edges.len, sizeof(struct edge), by_total);
    for (size_t walks = 0; walks < WALKS_MAX && walk_edges(g); walks++)
        continue;
}

/* ---- members that could belong to several ---- */

/* How alike one of a profile is to the members of a group, itself left out. */
static float held_against(struct grouping *g, uint32_t p, uint32_t root)
{
    float sum = 0, n = 0;
    for (size_t i = 0; i < SAMPLES && g->samples[root][i] != NO_INDEX; i++) {
        uint32_t q = g->samples[root][i];
        float members = (float)(g->profiles[q].count - (p == q));
        if (members > 0)
            sum += members * compare(g, p, q).total;
        n += members;
    }
    return n > 0 ? sum / n : LIKE_VETO;
}

struct choice {
    float own, best;
    uint32_t root, best_root, tried;
};

static void weigh_choice(struct grouping *g, struct choice *c, uint32_t p, uint32_t other)
{
    if (c[p].tried >= MOVES_MAX || g->size[other] == g->profiles[other].count)
        return;
    if (!c[p].tried++)
        c[p].own = held_against(g, p, c[p].root);
    float x = held_against(g, p, other);
    if (x > c[p].best) {
        c[p].best = x;
        c[p].best_root = other;
    }
}

static bool contradict(struct grouping *g, uint32_t a, uint32_t b)
{
    float good;
    return mean_of(g, a, b, &good) < 0;
}

/* A profile that is clearly more like another group goes there; one that is as much like its own as
 * like another that contradicts its own belongs to neither: better to name one member too few than
 * to close a wrong door. */
static bool settle(struct grouping *g, uint32_t *group)
{
    struct choice *c = fleets_alloc(g->f, g->count, sizeof(*c));
    if (!c)
        return false;
    for (uint32_t p = 0; p < g->count; p++)
        c[p] = (struct choice){ .best = LIKE_VETO, .root = root_of(g, p), .best_root = NO_INDEX };
    for (size_t i = 0; i < g->edges.len; i++) {
        uint32_t a = g->edges.at[i].a, b = g->edges.at[i].b;
        if (c[a].root == c[b].root)
            continue;
        weigh_choice(g, c, a, c[b].root);
        weigh_choice(g, c, b, c[a].root);
    }
    for (uint32_t p = 0; p < g->count; p++) {
        bool alone = g->size[c[p].root] == g->profiles[p].count && c[p].root == p;
        group[p] = c[p].root;
        if (c[p].best_root == NO_INDEX || c[p].best < LINK_MEAN_MIN)
            continue;
        if (c[p].best > c[p].own + MOVE_MARGIN && c[p].best >= LIKE_MIN)
            group[p] = c[p].best_root;
        else if (c[p].best > c[p].own - MOVE_MARGIN && !alone && contradict(g, c[p].root, c[p].best_root))
            group[p] = (uint32_t)g->count + p; /* by itself */
    }
    fleets_release(g->f, c, g->count, sizeof(*c));
    return true;
}

/* ---- out ---- */

struct placed {
    uint32_t group, deployment;
};

static int by_group(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return a->deployment < b->deployment ? -1 : a->deployment > b->deployment;
}

static void write_groups(struct grouping *g, struct placed *at, size_t n)
{
    struct fleets *f = g->f;
    size_t out = 0;
    f->group_count = 0;
    for (size_t i = 0; i < f->deployments.len; i++)
        g->group_of[i] = NO_INDEX;
    qsort(at, n, sizeof(*at), by_group);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && at[to].group == at[from].group; to++)
            continue;
        if (to - from < FLEET_MEMBERS_MIN)
            continue;
        f->starts[f->group_count] = (uint32_t)out;
        for (size_t i = from; i < to; i++) {
            f->members[out++] = at[i].deployment;
            g->group_of[at[i].deployment] = (uint32_t)f->group_count;
        }
        f->starts[++f->group_count] = (uint32_t)out;
    }
}

/* Deployments of one profile are members of one group only where the profile is like itself: where
 * it shows something of its own. */
static bool place_members(struct grouping *g)
{
    struct fleets *f = g->f;
    uint32_t *group = fleets_alloc(f, g->count, sizeof(*group));
    struct placed *at = fleets_alloc(f, g->member_count, sizeof(*at));
    bool ok = group && at && settle(g, group);
    size_t n = 0;
    for (uint32_t p = 0; ok && p < g->count; p++) {
        if (g->profiles[p].count > 1 && !is_alike(compare(g, p, p)))
            continue;
        for (uint32_t i = 0; i < g->profiles[p].count; i++)
            at[n++] = (struct placed){ group[p], g->members[g->profiles[p].first + i] };
    }
    if (ok)
        write_groups(g, at, n);
    fleets_release(f, group, g->count, sizeof(*group));
    fleets_release(f, at, g->member_count, sizeof(*at));
    return ok;
}

static bool group_round(struct grouping *g, bool first)
{
    if (!alike_weigh(g->f, first ? NULL : g->group_of, first ? 0 : g->f->group_count) || !make_edges(g))
        return false;
    grow_groups(g);
    return place_members(g);
}

static bool make_room(struct grouping *g)
{
    struct fleets *f = g->f;
    size_t all = f->deployments.len;
    g->compared_cap = 1 << 12;
    while (g->compared_cap < g->count * 16 && g->compared_cap < 1 << 21)
        g->compared_cap *= 2;
    g->compared = fleets_alloc(f, g->compared_cap, sizeof(*g->compared));
    g->parent = fleets_alloc(f, g->count, sizeof(*g->parent));
    g->size = fleets_alloc(f, g->count, sizeof(*g->size));
    g->samples = fleets_alloc(f, g->count, sizeof(*g->samples));
    g->group_of = fleets_alloc(f, all, sizeof(*g->group_of));
    f->members = fleets_alloc(f, all, sizeof(*f->members));
    f->starts = fleets_alloc(f, all + 1, sizeof(*f->starts));
    return g->compared && g->parent && g->size && g->samples && g->group_of && f->members && f->starts;
}

bool fleets_group(struct fleets *f)
{
    struct grouping g = { .f = f };
    size_t all = f->deployments.len;
    bool ok = make_profiles(&g) && make_buckets(&g) && make_room(&g) && group_round(&g, true) &&
              group_round(&g, false) && group_round(&g, false);
    fleets_release(f, g.profiles, all, sizeof(*g.profiles));
    fleets_release(f, g.members, all, sizeof(*g.members));
    fleets_release(f, g.bucket_starts, f->traits.len + 1, sizeof(uint32_t));
    fleets_release(f, g.buckets, g.bucket_total, sizeof(uint32_t));
    fleets_release(f, g.compared, g.compared_cap, sizeof(*g.compared));
    fleets_release(f, g.parent, g.count, sizeof(*g.parent));
    fleets_release(f, g.size, g.count, sizeof(*g.size));
    fleets_release(f, g.samples, g.count, sizeof(*g.samples));
    fleets_release(f, g.group_of, all, sizeof(*g.group_of));
    fleets_release(f, g.edges.at, g.edges.cap, g.edges.cap ? sizeof(struct edge) : 0);
    return ok;
}
