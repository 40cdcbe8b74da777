/* Three layers of the same thing: the earliest time at which the next connection may start, for
 * the whole scan, for a network, for an address. An entry is forgotten once its time has passed
 * and nobody talks to it. */
#include "sweep/pace.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"

enum { BUCKETS = 4096, LOOKS_A_CALL = 64 };

/* An address or a network that was asked lately. */
struct lately {
    struct lately *next; /* in its bucket */
    struct address key;
    double free_at_ms;   /* the next connection may start then */
    bool busy;           /* addresses: a conversation runs */
};

struct waiting {
    struct turn turn;
    double ready_ms;
};

struct pacer {
    pthread_mutex_t lock;
    struct pace_limits limits;
    struct pace_source source;
    uint64_t key0, key1;
    double all_free_at_ms;
    struct lately *buckets[BUCKETS];
    struct lately *unused;
    struct waiting *waiting; /* a ring, looked through a part at a time */
    size_t waiting_len, waiting_max, look_at;
    size_t busy;
    bool drained; /* the source has no more */
};

struct pacer *pacer_new(const struct pace_limits *limits, const struct pace_source *source,
                        size_t waiting_max, uint64_t seed, struct error *e)
{
    struct pacer *p = calloc(1, sizeof(*p));
    struct random r = { seed };
    if (p)
        p->waiting = calloc(waiting_max, sizeof(*p->waiting));
    if (!p || !p->waiting) {
        error_set(e, "no memory for the pace of %zu waiting endpoints", waiting_max);
        free(p);
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    p->limits = *limits;
    p->source = *source;
    p->waiting_max = waiting_max;
    p->key0 = random_next(&r);
    p->key1 = random_next(&r);
    return p;
}

static void free_chain(struct lately *l)
{
    while (l) {
        struct lately *next = l->next;
        free(l);
        l = next;
    }
}

void pacer_free(struct pacer *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        free_chain(p->buckets[i]);
    free_chain(p->unused);
    pthread_mutex_destroy(&p->lock);
    free(p->waiting);
    free(p);
}

static struct address network_of(const struct address *a)
{
    struct address net = *a;
    size_t keep = a->family == 4 ? 3 : 8;
    memset(net.bytes + keep, 0, sizeof(net.bytes) - keep);
    net.family = (uint8_t)(a->family + 100); /* a network is never mistaken for its first address */
    return net;
}

/* The entry for a key; made where `make` says so. Old entries of the same bucket are dropped on
 * the way. NULL where there is none, or no memory: then there is no pace to keep for it yet. */
static struct lately *entry(struct pacer *p, const struct address *key, int64_t now_ms, bool make)
{
    struct span bytes = span_of(key, sizeof(*key));
    struct lately **at = &p->buckets[siphash(p->key0, p->key1, bytes) % BUCKETS];
    while (*at) {
        struct lately *l = *at;
        if (address_compare(&l->key, key) == 0)
            return l;
        if (!l->busy && l->free_at_ms <= (double)now_ms) {
            *at = l->next;
            l->next = p->unused;
            p->unused = l;
        } else {
            at = &l->next;
        }
    }
    if (!make)
        return NULL;
    struct lately *l = p->unused;
    if (l)
        p->unused = l->next;
    else
        l = malloc(sizeof(*l));
    if (l) {
        *l = (struct lately){ .key = *key };
        *at = l;
    }
    return l;
}

/* When the address and its network are free; 0 = now. Infinity while a conversation runs. */
static double ready_at(struct pacer *p, const struct endpoint *e, int64_t now_ms)
{
    struct address net = network_of(&e->address);
    const struct lately *a = entry(p, &e->address, now_ms, false), *n = entry(p, &net, now_ms, false);
    double at = n ? n->free_at_ms : 0;
    if (a && a->busy)
        return __builtin_inf();
    return a && a->free_at_ms > at ? a->free_at_ms : at;
}

static double later(double a, double b)
{
    return a > b ? a : b;
}

/* Books one connection that starts at now_ms or as soon as all three layers allow it; returns
 * when that is. */
static double book(struct pacer *p, const struct endpoint *e, int64_t now_ms, bool busy)
{
    struct address net = network_of(&e->address);
    struct lately *a = entry(p, &e->address, now_ms, true), *n = entry(p, &net, now_ms, true);
    double at = later((double)now_ms, p->all_free_at_ms);
    at = later(at, later(a ? a->free_at_ms : 0, n ? n->free_at_ms : 0));
    p->all_free_at_ms = later(p->all_free_at_ms, (double)now_ms) + 1000 / p->limits.all_per_second;
    if (a) {
        a->free_at_ms = at + 1000 / p->limits.address_per_second;
        a->busy |= busy;
    }
    if (n)
        n->free_at_ms = later(n->free_at_ms, (double)now_ms) + 1000 / p->limits.net_per_second;
    return at;
}

static bool has_pace(const struct endpoint *e)
{
    return address_class(&e->address) != ADDRESS_LOOPBACK;
}

static void start(struct pacer *p, const struct endpoint *e, int64_t now_ms)
{
    p->busy++;
    if (has_pace(e))
        book(p, e, now_ms, true);
}

static bool take_waiting(struct pacer *p, int64_t now_ms, struct turn *ret, double *soonest)
{
    for (size_t i = 0; i < p->waiting_len && i < LOOKS_A_CALL; i++) {
        if (p->look_at >= p->waiting_len)
            p->look_at = 0;
        struct waiting *w = &p->waiting[p->look_at];
        if (w->ready_ms <= (double)now_ms)
            w->ready_ms = ready_at(p, &w->turn.endpoint, now_ms);
        if (w->ready_ms <= (double)now_ms) {
            *ret = w->turn;
            *w = p->waiting[--p->waiting_len];
            return true;
        }
        if (w->ready_ms == __builtin_inf())
            w->ready_ms = (double)now_ms + 50; /* look again soon: that conversation will end */
        if (w->ready_ms < *soonest)
            *soonest = w->ready_ms;
        p->look_at++;
    }
    return false;
}

static enum pace_answer choose(struct pacer *p, int64_t now_ms, struct turn *ret, double *soonest,
                               const char **ret_why)
{
    if (p->all_free_at_ms > (double)now_ms) {
        *soonest = p->all_free_at_ms;
        return PACE_WAIT;
    }
    if (take_waiting(p, now_ms, ret, soonest))
        return PACE_GO;
    while (!p->drained && p->waiting_len < p->waiting_max) {
        const char *skip = NULL;
        if (!p->source.next(p->source.self, ret, &skip)) {
            p->drained = true;
            break;
        }
        if (skip) {
            *ret_why = skip;
            return PACE_SKIP;
        }
        double at = has_pace(&ret->endpoint) ? ready_at(p, &ret->endpoint, now_ms) : 0;
        if (at <= (double)now_ms)
            return PACE_GO;
        p->waiting[p->waiting_len++] = (struct waiting){ *ret, at == __builtin_inf() ? (double)now_ms + 50 : at };
        if (p->waiting_len % LOOKS_A_CALL == 0) {
            *soonest = (double)now_ms + 1;
            return PACE_WAIT;
        }
    }
    return p->waiting_len == 0 && p->drained ? PACE_END : PACE_WAIT;
}

enum pace_answer pacer_next(struct pacer *p, int64_t now_ms, struct turn *ret, int64_t *ret_until_ms,
                            const char **ret_why)
{
    double soonest = (double)now_ms + 50;
    pthread_mutex_lock(&p->lock);
    enum pace_answer answer = choose(p, now_ms, ret, &soonest, ret_why);
    if (answer == PACE_GO)
        start(p, &ret->endpoint, now_ms);
    pthread_mutex_unlock(&p->lock);
    *ret_until_ms = soonest > (double)now_ms ? (int64_t)soonest : now_ms + 1;
    return answer;
}

int64_t pacer_again(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    if (!has_pace(e))
        return now_ms;
    pthread_mutex_lock(&p->lock);
    double at = book(p, e, now_ms, true);
    pthread_mutex_unlock(&p->lock);
    return (int64_t)at;
}

void pacer_done(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    pthread_mutex_lock(&p->lock);
    p->busy--;
    struct lately *a = has_pace(e) ? entry(p, &e->address, now_ms, false) : NULL;
    if (a)
        a->busy = false;
    pthread_mutex_unlock(&p->lock);
}
