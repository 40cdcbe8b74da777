/* Three layers of the same thing: the earliest time at which the next connection may start, for
 * the whole scan, for a network, for an address. That time moves on by one interval a connection, from where it
 * was and not from now, which is how a late start is made up for; it is never further behind than the credit.
 * An entry is forgotten once its time has passed, credit included, and nobody talks to it or waits for it.
 * Addresses and networks lie in tables of their own: looking one up never drops the other.
 *
 * Of each address one endpoint is on its way at most: it talks, or it waits for its time in a heap, or for another of
 * its network that stands in the heap for all of them. The others queue behind it, first come, first served, so that
 * the places of an address begin in ascending order, which is what lets it be put last (silent.h): all of it before
 * a place has begun then, nothing after it has. Once that is decided, those of an address that drops what it gets let
 * the next one pass as soon as they have started. */
#include "sweep/pace.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"
#include "sweep/silent.h"

enum {
    BUCKETS = 8192,
    NONE = -1,
    SILENT_MAX = 65536, /* addresses that may be put last; 3 MB */
    WINDOW_MS = 2500, /* longer than an unknown address is waited for */
    FETCHED_MAX = 64,
    DRY_MS = 5, /* between two looks whether a source that is slow has something */
    PASSED_OVER_MAX = 8192, /* places in one call, so that the lock is free again after a millisecond or two */
};

/* An address or a network that was asked lately. */
struct lately {
    struct lately *next; /* in its bucket */
    struct address key;
    double free_at_ms;   /* the next connection may start then */
    bool stands;         /* one of its endpoints stands in the heap, or waits for its network, for all of them */
    bool talks;          /* an address: a visit that does not go beside others is out */
    bool answered;       /* an address: at some port, lately */
    unsigned silent;     /* an address: so many ports gave no answer, SILENT_PORTS at most */
    int queue, last;     /* the endpoints that wait for the end of that, the first NONE where there is none */
};

struct table_of_lately {
    struct lately *buckets[BUCKETS];
};

struct waiting {
    struct turn turn;
    double ready_ms; /* in the heap */
    bool for_network; /* it stands there for all that wait for its network */
    int next;        /* in a queue, or in the list of unused ones */
};

struct pacer {
    pthread_mutex_t lock;
    struct pace_limits limits;
    struct pace_source source;
    uint64_t key0, key1;
    double all_free_at_ms; /* negative before the first call */
    struct table_of_lately addresses, networks;
    struct lately *unused;
    struct waiting *waiting;
    int unused_waiting;  /* the first, or NONE: as many wait as may */
    int *heap;           /* indexes of waiting endpoints, the soonest first */
    size_t heap_len, waiting_len;
    bool drained; /* the source has no more */
    int64_t dry_until_ms; /* it has nothing yet */
    struct silents *silents; /* NULL: nobody is put last */
    bool second;        /* pass */
    int64_t window_ms;  /* since then */
    uint64_t window_starts;
};

struct pacer *pacer_new(const struct pace_limits *limits, const struct pace_source *source,
                        size_t waiting_max, uint64_t seed, struct error *e)
{
    struct pacer *p = calloc(1, sizeof(*p));
    struct random r = { seed };
    if (p) {
        p->waiting = calloc(waiting_max, sizeof(*p->waiting));
        p->heap = calloc(waiting_max, sizeof(*p->heap));
    }
    if (!p || !p->waiting || !p->heap ||
        (source->again && !(p->silents = silents_new(SILENT_MAX, random_next(&r), e)))) {
        error_set(e, "no memory for the pace of %zu waiting endpoints", waiting_max);
        if (p)
            free(p->waiting), free(p->heap);
        free(p);
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    p->limits = *limits;
    p->source = *source;
    p->key0 = random_next(&r);
    p->key1 = random_next(&r);
    p->all_free_at_ms = -1;
    p->unused_waiting = NONE;
    for (size_t i = waiting_max; i > 0; i--) {
        p->waiting[i - 1].next = p->unused_waiting;
        p->unused_waiting = (int)(i - 1);
    }
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
    for (size_t i = 0; i < BUCKETS; i++) {
        free_chain(p->addresses.buckets[i]);
        free_chain(p->networks.buckets[i]);
    }
    free_chain(p->unused);
    silents_free(p->silents);
    pthread_mutex_destroy(&p->lock);
    free(p->waiting);
    free(p->heap);
    free(p);
}

static struct address network_of(const struct address *a)
{
    struct address net = *a;
    size_t keep = a->family == 4 ? 3 : 8;
    memset(net.bytes + keep, 0, sizeof(net.bytes) - keep);
    return net;
}

static bool is_over(const struct lately *l, int64_t now_ms)
{
    return !l->stands && !l->talks && l->queue == NONE && l->free_at_ms <= (double)(now_ms - PACE_CREDIT_MS);
}

/* The entry for a key, which stays until the next call for the same table; made where `make` says so, and
 * without credit then. Old entries of the same bucket are dropped on the way. NULL where there is none, or no
 * memory: then there is no pace to keep for it yet. */
static struct lately *entry(struct pacer *p, struct table_of_lately *t, const struct address *key, int64_t now_ms,
                            bool make)
{
    struct span bytes = span_of(key, sizeof(*key));
    struct lately **at = &t->buckets[siphash(p->key0, p->key1, bytes) % BUCKETS];
    while (*at) {
        struct lately *l = *at;
        if (address_compare(&l->key, key) == 0)
            return l;
        if (is_over(l, now_ms)) {
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
        *l = (struct lately){ .key = *key, .queue = NONE, .free_at_ms = (double)now_ms };
        *at = l;
    }
    return l;
}

static struct lately *address_entry(struct pacer *p, const struct endpoint *e, int64_t now_ms, bool make)
{
    return entry(p, &p->addresses, &e->address, now_ms, make);
}

static struct lately *network_entry(struct pacer *p, const struct endpoint *e, int64_t now_ms, bool make)
{
    struct address net = network_of(&e->address);
    return entry(p, &p->networks, &net, now_ms, make);
}

static double later(double a, double b)
{
    return a > b ? a : b;
}

/* A time that was free at `free_at_ms`, after one more connection. */
static double charged(double free_at_ms, int64_t now_ms, double cost_ms)
{
    return later(free_at_ms, (double)(now_ms - PACE_CREDIT_MS)) + cost_ms;
}

/* Whether its endpoints go beside each other: some ports gave no answer, and it will not be put last any more. */
static bool goes_beside(const struct pacer *p, const struct lately *address)
{
    return address && address->silent >= SILENT_PORTS && (p->second || address->answered);
}

/* What a connection costs an address that is likely not to answer it, of one that it answers. */
static double address_share(const struct pacer *p, const struct lately *address)
{
    return goes_beside(p, address) ? 1.0 / PACE_SILENT_ADDRESS_SHARE : 1;
}

/* Books one connection that starts at now_ms or as soon as all three layers allow it; returns when that is.
 * `share` of it is what it costs its network; less than 1 where it may turn out that nobody answers. `own` is that of
 * its address. */
static double book(struct pacer *p, const struct endpoint *e, int64_t now_ms, double share, double own)
{
    struct lately *a = address_entry(p, e, now_ms, true), *n = network_entry(p, e, now_ms, true);
    double at = later((double)now_ms, p->all_free_at_ms);
    at = later(at, later(a ? a->free_at_ms : 0, n ? n->free_at_ms : 0));
    double price = share < 1 ? 1 - p->limits.silent_discount : 1;
    p->all_free_at_ms = charged(p->all_free_at_ms, now_ms, price * 1000 / p->limits.all_per_second);
    if (a)
        a->free_at_ms = at + own * 1000 / p->limits.address_per_second;
    if (n)
        n->free_at_ms = charged(n->free_at_ms, now_ms, share * 1000 / p->limits.net_per_second);
    return at;
}

static bool has_pace(const struct endpoint *e)
{
    return address_class(&e->address) != ADDRESS_LOOPBACK;
}

/* ---- waiting --------------------------------------------------------------------------- */

static bool sooner(const struct pacer *p, int a, int b)
{
    return p->waiting[a].ready_ms < p->waiting[b].ready_ms;
}

static void heap_push(struct pacer *p, int index, double ready_ms)
{
    size_t at = p->heap_len++;
    p->waiting[index].ready_ms = ready_ms;
    for (; at && sooner(p, index, p->heap[(at - 1) / 2]); at = (at - 1) / 2)
        p->heap[at] = p->heap[(at - 1) / 2];
    p->heap[at] = index;
}

static int heap_pop(struct pacer *p)
{
    int top = p->heap[0], last = p->heap[--p->heap_len];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < p->heap_len && sooner(p, p->heap[child + 1], p->heap[child]))
            child++;
        if (child >= p->heap_len || !sooner(p, p->heap[child], last))
            break;
        p->heap[at] = p->heap[child];
        at = child;
    }
    p->heap[at] = last;
    return top;
}

static void forget(struct pacer *p, int index)
{
    p->waiting[index].next = p->unused_waiting;
    p->unused_waiting = index;
    p->waiting_len--;
}

static void queue_up(struct pacer *p, struct lately *l, int index)
{
    p->waiting[index].next = NONE;
    *(l->queue == NONE ? &l->queue : &p->waiting[l->last].next) = index;
    l->last = index;
}

/* Takes the first that waits there; NONE where nobody does. */
static int queue_next(struct pacer *p, struct lately *l)
{
    int index = l ? l->queue : NONE;
    if (index != NONE)
        l->queue = p->waiting[index].next;
    return index;
}

/* Who stood in the heap for its network goes: the next one takes its place. */
static void promote(struct pacer *p, int goes, int64_t now_ms)
{
    if (!p->waiting[goes].for_network)
        return;
    struct lately *n = network_entry(p, &p->waiting[goes].turn.endpoint, now_ms, false);
    int index = queue_next(p, n);
    p->waiting[goes].for_network = false;
    if (n)
        n->stands = index != NONE;
    if (index != NONE) {
        p->waiting[index].for_network = true;
        heap_push(p, index, n->free_at_ms);
    }
}

/* One that stands for its address has to wait for the end of a conversation that began after it came to stand there. */
static void step_back(struct pacer *p, int index, struct lately *address, int64_t now_ms)
{
    promote(p, index, now_ms);
    address->stands = false;
    queue_up(p, address, index);
}

/* True where the endpoint, which is the one of its address, may start now; else it waits where it belongs: behind those
 * that wait for its network already, also where that is free at this moment. */
static bool may_start(struct pacer *p, int index, int64_t now_ms)
{
    struct waiting *w = &p->waiting[index];
    struct lately *a = address_entry(p, &w->turn.endpoint, now_ms, false);
    struct lately *n = network_entry(p, &w->turn.endpoint, now_ms, false);
    bool is_free = !n || n->free_at_ms <= (double)now_ms;
    if (a && a->talks) {
        step_back(p, index, a, now_ms);
    } else if (a && a->free_at_ms > (double)now_ms) {
        heap_push(p, index, a->free_at_ms);
    } else if (is_free && (!n || !n->stands || w->for_network)) {
        return true;
    } else if (n->stands && !w->for_network) {
        queue_up(p, n, index);
    } else {
        n->stands = w->for_network = true;
        heap_push(p, index, n->free_at_ms);
    }
    return false;
}

static bool is_put_off(const struct pacer *p, const struct turn *t)
{
    return p->silents && silents_has(p->silents, &t->endpoint.address, t->place);
}

/* One that has just come goes its way, or queues behind the one of its address that does. */
static void arrive(struct pacer *p, int index, int64_t now_ms)
{
    struct lately *a = address_entry(p, &p->waiting[index].turn.endpoint, now_ms, true);
    if (a && p->second && is_put_off(p, &p->waiting[index].turn))
        a->silent = SILENT_PORTS;
    if (a && (a->stands || a->talks)) {
        queue_up(p, a, index);
        return;
    }
    if (a)
        a->stands = true;
    heap_push(p, index, a ? a->free_at_ms : (double)now_ms);
}

/* The one of an address that went its way is through: the next that waits there goes. */
static void pass_on(struct pacer *p, const struct endpoint *e, int64_t now_ms)
{
    struct lately *a = address_entry(p, e, now_ms, false);
    int index = queue_next(p, a);
    if (a)
        a->stands = index != NONE;
    if (index != NONE)
        heap_push(p, index, a->free_at_ms);
}

static bool is_known(const struct pacer *p, const struct endpoint *e, const char **ret_why)
{
    return p->source.known && p->source.known(p->source.known_self, e, ret_why);
}

/* PACE_WAIT where none of them may start yet. What is known is left out here and not where it is fetched: so the places
 * of an address come in their order, and what is put off when it turns out silent was not told of before. */
static enum pace_answer take_waiting(struct pacer *p, int64_t now_ms, struct turn *ret, const char **ret_why)
{
    while (p->heap_len && p->waiting[p->heap[0]].ready_ms <= (double)now_ms) {
        int index = heap_pop(p);
        bool known = is_known(p, &p->waiting[index].turn.endpoint, ret_why);
        if (!known && !may_start(p, index, now_ms))
            continue;
        promote(p, index, now_ms);
        *ret = p->waiting[index].turn;
        forget(p, index);
        if (known)
            pass_on(p, &ret->endpoint, now_ms);
        return known ? PACE_SKIP : PACE_GO;
    }
    return PACE_WAIT;
}

/* The source begins anew where something was put off in the first pass: as soon as that is over, or when what is left
 * of it is too little for the rate. */
static void maybe_begin_second(struct pacer *p, int64_t now_ms)
{
    if (!p->drained || p->second || !p->silents)
        return;
    bool is_over = p->waiting_len == 0, is_long = now_ms - p->window_ms >= WINDOW_MS;
    double wanted = p->limits.all_per_second * (double)(now_ms - p->window_ms) / 1000;
    bool is_little = is_long && (double)p->window_starts < wanted / 2;
    if (is_long) {
        p->window_ms = now_ms;
        p->window_starts = 0;
    }
    if (!is_over && !(is_little && silents_any(p->silents)))
        return;
    p->second = true;
    if (!silents_freeze(p->silents))
        return;
    p->drained = false;
    p->source.again(p->source.self);
}

/* The next that is to be asked in this pass. False at its end, or with *ret_pause where there was enough passed over
 * for once. */
static bool next_of_pass(struct pacer *p, struct turn *ret, const char **ret_skip, bool *ret_pause)
{
    for (unsigned passed = 0; passed < PASSED_OVER_MAX; passed++) {
        *ret_skip = NULL;
        ret->has_answered = ret->beside = false;
        if (!p->source.next(p->source.self, ret, ret_skip))
            return false;
        if (*ret_skip ? !p->second : is_put_off(p, ret) == p->second)
            return true;
    }
    *ret_pause = true;
    return false;
}

static void let_in(struct pacer *p, const struct turn *t, int64_t now_ms)
{
    int index = p->unused_waiting;
    p->unused_waiting = p->waiting[index].next;
    p->waiting[index].turn = *t;
    p->waiting[index].for_network = false;
    p->waiting_len++;
    arrive(p, index, now_ms);
}

/* Fetches from the source what there is room for, a few at a time: where all addresses of a network have somebody
 * waiting they take turns, and none is left with a long queue of its own at the end. PACE_WAIT where nothing is to be
 * told of what came. */
static enum pace_answer fetch(struct pacer *p, int64_t now_ms, struct turn *ret, double *soonest, const char **ret_why)
{
    for (unsigned i = 0; i < FETCHED_MAX && !p->drained && p->unused_waiting != NONE; i++) {
        const char *skip = NULL;
        bool pause = false;
        if (!next_of_pass(p, ret, &skip, &pause)) {
            bool pending = !pause && p->source.pending && p->source.pending(p->source.self);
            p->drained = !pause && !pending;
            p->dry_until_ms = pending ? now_ms + DRY_MS : 0;
            *soonest = pause ? (double)now_ms : *soonest;
            break;
        }
        if (skip) {
            *ret_why = skip;
            return PACE_SKIP;
        }
        if (!has_pace(&ret->endpoint))
            return is_known(p, &ret->endpoint, ret_why) ? PACE_SKIP : PACE_GO;
        let_in(p, ret, now_ms);
    }
    return PACE_WAIT;
}

static double sooner_of(double a, double b)
{
    return a < b ? a : b;
}

static enum pace_answer choose(struct pacer *p, int64_t now_ms, struct turn *ret, double *soonest,
                               const char **ret_why)
{
    if (p->all_free_at_ms < 0) {
        p->all_free_at_ms = (double)now_ms;
        p->window_ms = now_ms;
    }
    if (p->all_free_at_ms > (double)now_ms) {
        *soonest = p->all_free_at_ms;
        return PACE_WAIT;
    }
    maybe_begin_second(p, now_ms);
    enum pace_answer answer = fetch(p, now_ms, ret, soonest, ret_why);
    if (answer != PACE_WAIT)
        return answer;
    answer = take_waiting(p, now_ms, ret, ret_why);
    if (answer != PACE_WAIT)
        return answer;
    if (p->waiting_len == 0 && p->drained && (p->second || !p->silents))
        return PACE_END;
    if (p->heap_len && p->waiting[p->heap[0]].ready_ms < *soonest)
        *soonest = p->waiting[p->heap[0]].ready_ms;
    if (!p->drained && p->unused_waiting != NONE)
        *soonest = p->dry_until_ms <= now_ms ? (double)now_ms : sooner_of((double)p->dry_until_ms, *soonest);
    return PACE_WAIT;
}

/* It starts now; where its address is silent the next one need not wait for its end. */
static void set_out(struct pacer *p, struct turn *t, int64_t now_ms)
{
    struct lately *a = address_entry(p, &t->endpoint, now_ms, true);
    book(p, &t->endpoint, now_ms, 1.0 / PACE_SILENT_SHARE, a && a->answered ? 1 : address_share(p, a));
    t->beside = goes_beside(p, a);
    if (t->beside) {
        pass_on(p, &t->endpoint, now_ms);
    } else if (a) {
        a->stands = false;
        a->talks = true;
    }
}

enum pace_answer pacer_next(struct pacer *p, int64_t now_ms, struct turn *ret, int64_t *ret_until_ms,
                            const char **ret_why)
{
    double soonest = (double)now_ms + 50;
    pthread_mutex_lock(&p->lock);
    enum pace_answer answer = choose(p, now_ms, ret, &soonest, ret_why);
    p->window_starts += answer == PACE_GO;
    if (answer == PACE_GO && has_pace(&ret->endpoint))
        set_out(p, ret, now_ms);
    pthread_mutex_unlock(&p->lock);
    *ret_until_ms = soonest > (double)now_ms ? (int64_t)__builtin_ceil(soonest) : now_ms + 1;
    return answer;
}

static int64_t one_more(struct pacer *p, int64_t now_ms, const struct endpoint *e, bool is_answered)
{
    if (!has_pace(e))
        return now_ms;
    pthread_mutex_lock(&p->lock);
    double own = is_answered ? 1 : address_share(p, address_entry(p, e, now_ms, false));
    double at = book(p, e, now_ms, is_answered ? 1 : 1.0 / PACE_SILENT_SHARE, own);
    pthread_mutex_unlock(&p->lock);
    return (int64_t)at;
}

int64_t pacer_again(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    return one_more(p, now_ms, e, true);
}

int64_t pacer_retry(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    return one_more(p, now_ms, e, false);
}

bool pacer_is_put_off(struct pacer *p, const struct turn *t)
{
    pthread_mutex_lock(&p->lock);
    bool is = is_put_off(p, t);
    pthread_mutex_unlock(&p->lock);
    return is;
}

/* Where the address is put last by that, what waits for it is let go: the second pass brings it again. */
void pacer_silent(struct pacer *p, int64_t now_ms, const struct turn *t)
{
    if (!has_pace(&t->endpoint) || !p->silents)
        return;
    pthread_mutex_lock(&p->lock);
    struct lately *a = address_entry(p, &t->endpoint, now_ms, false);
    if (a && a->silent < SILENT_PORTS)
        a->silent++;
    if (!t->beside && silents_note(p->silents, &t->endpoint.address, false, t->place + 1)) {
        for (int index = queue_next(p, a); index != NONE; index = queue_next(p, a))
            forget(p, index);
    }
    pthread_mutex_unlock(&p->lock);
}

void pacer_absent(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    if (!has_pace(e))
        return;
    pthread_mutex_lock(&p->lock);
    struct lately *a = address_entry(p, e, now_ms, false);
    if (a && a->free_at_ms > (double)now_ms)
        a->free_at_ms = (double)now_ms;
    pthread_mutex_unlock(&p->lock);
}

void pacer_answered(struct pacer *p, int64_t now_ms, const struct endpoint *e)
{
    if (!has_pace(e))
        return;
    pthread_mutex_lock(&p->lock);
    if (p->silents)
        silents_note(p->silents, &e->address, true, 0);
    struct lately *a = address_entry(p, e, now_ms, false), *n = network_entry(p, e, now_ms, true);
    if (goes_beside(p, a) && !a->answered)
        a->free_at_ms = later(a->free_at_ms, (double)now_ms + 1000 / p->limits.address_per_second);
    if (a)
        a->answered = true;
    if (n)
        n->free_at_ms = charged(n->free_at_ms, now_ms,
                                (1 - 1.0 / PACE_SILENT_SHARE) * 1000 / p->limits.net_per_second);
    p->all_free_at_ms = charged(p->all_free_at_ms, now_ms, p->limits.silent_discount * 1000 / p->limits.all_per_second);
    pthread_mutex_unlock(&p->lock);
}

bool pacer_speaks(struct pacer *p, int64_t now_ms, struct turn *t)
{
    if (!t->beside)
        return true;
    pthread_mutex_lock(&p->lock);
    struct lately *a = address_entry(p, &t->endpoint, now_ms, true);
    t->beside = a && a->talks;
    if (a)
        a->talks = true;
    pthread_mutex_unlock(&p->lock);
    return !t->beside;
}

/* The next one of this address, if any waits, is looked at again when the address is free. */
void pacer_done(struct pacer *p, int64_t now_ms, const struct turn *t)
{
    if (!has_pace(&t->endpoint) || t->beside)
        return;
    pthread_mutex_lock(&p->lock);
    struct lately *a = address_entry(p, &t->endpoint, now_ms, false);
    if (a)
        a->talks = false;
    if (!a || !a->stands)
        pass_on(p, &t->endpoint, now_ms);
    pthread_mutex_unlock(&p->lock);
}
