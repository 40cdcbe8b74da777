/* The estimate of loss. Of the connections that were answered, some were answered at the first SYN (c1), some at the
 * second (c2) and so on up to the number of SYNs that the wait holds. Those that were answered later, or never, are
 * not seen; but if a share q of all SYNs fails (it or its answer is lost), then each c is q times the one before,
 * so q = (c2 + c3 + ...) / (c1 + c2 + ... but for the last). With a loss of p each way q = 1 - (1 - p)^2.
 *
 * A decision needs a bound rather than an estimate: one loss more than was seen is assumed. With nothing seen that is
 * "all is lost", so the first networks of a scan are asked twice; after some thirty answers without a loss they are
 * not any more. A network's own count is mixed with the whole scan's, which weighs as much as OWN_WEIGHT answers. */
#include "sweep/path.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum {
    SETS = 4096,
    WAYS = 4,
    PATHS = SETS * WAYS,
    OWN_WEIGHT = 8,
    SYNS_MAX = 6,
    MARGIN_LEAST_MS = 100,
    SYNS_LOSSY = 3,
    ABSENT = 4096,
};

/* How many SYNs failed among those whose failing can be seen. */
struct tally {
    double failed, seen;
};

struct path {
    struct address network; /* family 0: free */
    uint64_t answered_at;   /* in the order of all answers */
    struct tally tally;
    double trip_ms, varies_ms; /* smoothed (RFC 6298); trip_ms is negative where none was measured */
    uint32_t services[SYNS_MAX + 1]; /* by how many SYNs the first wait for each would have held */
};

struct paths {
    pthread_mutex_t lock;
    int64_t ceiling_ms;
    uint64_t key0, key1, answers;
    struct tally tally;
    double forgotten[SYNS_MAX + 1]; /* services of networks that are not known any more */
    struct address absent[ABSENT]; /* each at the one place that its hash gives it; family 0: free */
    struct path at[PATHS]; /* sets of WAYS */
};

struct paths *paths_new(int64_t ceiling_ms, uint64_t seed, struct error *e)
{
    struct paths *p = calloc(1, sizeof(*p));
    struct random r = { seed };
    if (!p) {
        error_set(e, "no memory for what is known of networks");
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    p->ceiling_ms = ceiling_ms;
    p->key0 = random_next(&r);
    p->key1 = random_next(&r);
    return p;
}

void paths_free(struct paths *p)
{
    if (!p)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct address network_of(const struct address *a)
{
    struct address net = { .family = a->family };
    memcpy(net.bytes, a->bytes, a->family == 4 ? 3 : 8);
    return net;
}

/* The network's entry, or NULL; with `make`, one that takes the place of the network that answered longest ago. */
static struct path *find(struct paths *p, const struct address *a, bool make)
{
    struct address net = network_of(a);
    struct path *set = &p->at[siphash(p->key0, p->key1, span_of(&net, sizeof(net))) % SETS * WAYS], *oldest = set;
    for (struct path *at = set; at < set + WAYS; at++) {
        if (address_compare(&at->network, &net) == 0)
            return at;
        if (at->answered_at < oldest->answered_at)
            oldest = at;
    }
    if (!make)
        return NULL;
    for (int i = 0; i <= SYNS_MAX; i++)
        p->forgotten[i] += oldest->services[i];
    *oldest = (struct path){ .network = net, .trip_ms = -1 };
    return oldest;
}

/* The share of SYNs that fails on the way to this network: at worst where it has shown life, else as was seen
 * elsewhere, so that space where nobody lives costs no more than it must. */
static double failing_towards(const struct paths *p, const struct path *path)
{
    if (!path)
        return p->tally.failed / (p->tally.seen + OWN_WEIGHT);
    double all = (p->tally.failed + 1) / (p->tally.seen + 1);
    all = all > 1 ? 1 : all;
    double own = (path->tally.failed + OWN_WEIGHT * all) / (path->tally.seen + OWN_WEIGHT);
    return own > 1 ? 1 : own;
}

/* How long the answer to one SYN may take. */
static int64_t trip_allowed(const struct path *path)
{
    if (!path || path->trip_ms < 0)
        return PATH_TRIP_UNKNOWN_MS;
    double margin = 4 * path->varies_ms;
    int64_t ms = (int64_t)(path->trip_ms + (margin > MARGIN_LEAST_MS ? margin : MARGIN_LEAST_MS));
    return ms < PATH_TRIP_LEAST_MS ? PATH_TRIP_LEAST_MS : ms;
}

/* Whether two SYNs may both fail, where a chance of one in PATH_MISSED_OF is the most that is taken. */
static bool is_lossy(const struct paths *p, const struct path *path)
{
    double failing = failing_towards(p, path);
    return failing * failing * PATH_MISSED_OF > 1;
}

static int64_t patience(const struct paths *p, const struct path *path)
{
    int again = is_lossy(p, path) ? SYNS_LOSSY - 1 : 1;
    int64_t ms = again * PATH_AGAIN_MS + trip_allowed(path);
    return ms < p->ceiling_ms ? ms : p->ceiling_ms;
}

/* How many SYNs had the time to be answered within a wait. */
static int syns_within(const struct path *path, int64_t waited_ms)
{
    int64_t left_ms = waited_ms - trip_allowed(path);
    int64_t n = left_ms < 0 ? 1 : 1 + left_ms / PATH_AGAIN_MS;
    return n > SYNS_MAX ? SYNS_MAX : (int)n;
}

static bool is_worth_another(const struct paths *p, const struct path *path, int syns)
{
    return path && pow(failing_towards(p, path), syns) * PATH_MISSED_OF > 1;
}

static struct address *absent_place(struct paths *p, const struct address *a)
{
    return &p->absent[siphash(p->key0, p->key1, span_of(a, sizeof(*a))) % ABSENT];
}

static bool is_absent(struct paths *p, const struct address *a)
{
    return address_compare(absent_place(p, a), a) == 0;
}

void paths_note_absent(struct paths *p, const struct address *a)
{
    pthread_mutex_lock(&p->lock);
    *absent_place(p, a) = *a;
    pthread_mutex_unlock(&p->lock);
}

bool paths_is_absent(struct paths *p, const struct address *a)
{
    pthread_mutex_lock(&p->lock);
    bool absent = is_absent(p, a);
    pthread_mutex_unlock(&p->lock);
    return absent;
}

int64_t paths_patience(struct paths *p, const struct address *a)
{
    pthread_mutex_lock(&p->lock);
    int64_t ms = patience(p, find(p, a, false));
    if (is_absent(p, a) && ms > PATH_ABSENT_MS)
        ms = PATH_ABSENT_MS;
    pthread_mutex_unlock(&p->lock);
    return ms;
}

bool paths_again(struct paths *p, const struct address *a, int64_t waited_ms)
{
    pthread_mutex_lock(&p->lock);
    const struct path *path = find(p, a, false);
    bool again = is_worth_another(p, path, syns_within(path, waited_ms));
    pthread_mutex_unlock(&p->lock);
    return again;
}

bool paths_lossy(struct paths *p, const struct address *a)
{
    pthread_mutex_lock(&p->lock);
    bool lossy = p->tally.failed > 0 && is_lossy(p, find(p, a, false));
    pthread_mutex_unlock(&p->lock);
    return lossy;
}

static void count(struct tally *t, unsigned resent, int syns)
{
    if (syns < 2)
        return; /* who needed a second SYN would not have been seen */
    t->failed += resent > 0;
    t->seen += (int)resent < syns - 1;
}

static void smooth(struct path *path, double trip_ms)
{
    if (path->trip_ms < 0) {
        path->trip_ms = trip_ms;
        path->varies_ms = trip_ms / 2;
        return;
    }
    path->varies_ms += (fabs(path->trip_ms - trip_ms) - path->varies_ms) / 4;
    path->trip_ms += (trip_ms - path->trip_ms) / 8;
}

void paths_answered(struct paths *p, const struct address *a, unsigned resent, int64_t trip_ms, bool accepted)
{
    pthread_mutex_lock(&p->lock);
    struct path *path = find(p, a, false);
    if (is_absent(p, a))
        absent_place(p, a)->family = 0;
    int syns = syns_within(path, patience(p, path));
    path = path ? path : find(p, a, true);
    path->answered_at = ++p->answers;
    count(&p->tally, resent, syns);
    count(&path->tally, resent, syns);
    if (trip_ms >= 0)
        smooth(path, (double)trip_ms);
    path->services[syns] += accepted;
    pthread_mutex_unlock(&p->lock);
}

/* How many like those that were heard were not, where each had so many SYNs: for one that is heard there are
 * unheard / (1 - unheard) that are not. */
static double unheard_beside(double services, double failing, int syns)
{
    double unheard = pow(failing, syns);
    return services * unheard / (1 - unheard);
}

struct paths_sum paths_sum(struct paths *p)
{
    struct paths_sum sum = { 0 };
    pthread_mutex_lock(&p->lock);
    double failing = p->tally.seen > 0 ? p->tally.failed / p->tally.seen : 0;
    failing = failing > 0.99 ? 0.99 : failing;
    sum.loss = 1 - sqrt(1 - failing);
    for (int n = 1; n <= SYNS_MAX; n++) {
        sum.missed += unheard_beside(p->forgotten[n], failing, n);
        for (const struct path *at = p->at; at < p->at + PATHS; at++)
            if (at->services[n])
                sum.missed += unheard_beside(at->services[n], failing, is_worth_another(p, at, n) ? 2 * n : n);
    }
    pthread_mutex_unlock(&p->lock);
    return sum;
}
