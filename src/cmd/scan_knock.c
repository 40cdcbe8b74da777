#include "cmd/scan_knock.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "target/crowd.h"

enum {
    KNOWN_MAX = 1 << 26,
    NUMBER_BYTES = 32,
    HALF_OPEN_S = 120, /* that Linux keeps a tracked connection which nobody answers, by default */
};

/* ---- how fast ---- */

static uint64_t number_in(const char *path)
{
    char text[NUMBER_BYTES] = "";
    uint64_t n = 0;
    FILE *f = fopen(path, "re");
    if (f && fgets(text, sizeof(text), f))
        span_u64(span_trim(span_str(text)), UINT64_MAX, &n);
    if (f)
        fclose(f);
    return n;
}

/* Where this machine's firewall tracks connections, each packet takes an entry for HALF_OPEN_S: half of what there is
 * room for is ours at most. 0: nothing is tracked. */
static double tracking_limit(void)
{
    uint64_t max = number_in("/proc/sys/net/netfilter/nf_conntrack_max"),
             now = number_in("/proc/sys/net/netfilter/nf_conntrack_count");
    return now ? (double)max / 2 / HALF_OPEN_S : 0;
}

static double lower(double a, double b)
{
    return a < b ? a : b;
}

/* What the paces of networks and addresses make of the rate: the order is a random one, so each gets its share of
 * all. */
static double pace_of(const struct scan_options *o, const struct crowd *c)
{
    struct pace_limits pace = scan_pace(o);
    double rate = pace.all_per_second / (1 - pace.silent_discount);
    if (c->net > 0)
        rate = lower(rate, pace.net_per_second * PACE_SILENT_SHARE * c->far / c->net);
    if (c->address > 0)
        rate = lower(rate, pace.address_per_second * c->far / c->address);
    return rate;
}

/* ---- whether ---- */

static bool decide(struct scan_knock *k, const struct scan_options *o, const struct crowd *c, uint64_t endpoints)
{
    bool big = endpoints >= KNOCK_FROM && c->far >= c->near;
    k->why = o->knock == KNOCK_NEVER   ? "as --connect says"
                      : o->knock == KNOCK_ALWAYS ? "as --knock says"
                      : big                     ? "since there are 65536 endpoints or more"
                                                : "";
    if (o->knock == KNOCK_NEVER || (o->knock == KNOCK_WHERE_BIG && !big))
        return false;
    if (c->far > 0 && knock_socket_allowed())
        return true;
    k->refused = true;
    k->why = c->far > 0 ? "single packets need CAP_NET_RAW (root, or setcap cap_net_raw+ep); every endpoint is "
                          "visited instead"
                        : "loopback is not asked by single packets; every endpoint is visited";
    return false;
}

void scan_knock_decide(struct scan_knock *k, const struct scan_options *o, const struct plan *p, uint64_t endpoints)
{
    struct crowd c = crowd_of(p);
    *k = (struct scan_knock){ .why = "" };
    if (!(k->on = decide(k, o, &c, endpoints)))
        return;
    double tracked = tracking_limit();
    k->below_filters = tracked <= 0;
    k->per_second = pace_of(o, &c);
    k->answered_per_second = c.net > 0 ? scan_pace(o).net_per_second * c.far / c.net : 0;
    k->tracked = tracked > 0 && tracked < k->per_second;
    if (k->tracked)
        k->per_second = tracked;
}

/* ---- what is known ---- */

static uint64_t key_of(const struct endpoint *e)
{
    struct endpoint bare = endpoint_bare(e);
    uint8_t bytes[sizeof(bare.address.bytes) + 1 + 4] = { bare.address.family };
    uint32_t port = endpoint_port(&bare);
    memcpy(bytes + 1, bare.address.bytes, bare.address.family == 4 ? 4 : 16);
    memcpy(bytes + 1 + sizeof(bare.address.bytes), &port, sizeof(port));
    return siphash(1, 2, span_of(bytes, sizeof(bytes)));
}

struct loading {
    struct scan_knock *knock;
    size_t cap;
    bool failed;
};

static bool take(void *self, const struct endpoint *e)
{
    struct loading *l = self;
    struct scan_knock *k = l->knock;
    if (k->known_len == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 1024;
        uint64_t *wider = cap > KNOWN_MAX ? NULL : realloc(k->known, cap * sizeof(*wider));
        if (!wider)
            return !(l->failed = true);
        k->known = wider;
        l->cap = cap;
    }
    k->known[k->known_len++] = key_of(e);
    return true;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool scan_knock_load(struct scan_knock *k, struct store *s, struct error *e)
{
    struct loading l = { .knock = k };
    if (!store_endpoints(s, take, &l, e))
        return false;
    if (k->known_len)
        qsort(k->known, k->known_len, sizeof(*k->known), compare);
    return !l.failed || error_set(e, "no memory for the endpoints that are known already");
}

bool scan_knock_knows(void *self, const struct endpoint *e)
{
    const struct scan_knock *k = self;
    uint64_t key = k->known_len ? key_of(e) : 0;
    return k->known_len && bsearch(&key, k->known, k->known_len, sizeof(key), compare) != NULL;
}

/* ---- sockets ---- */

bool scan_knock_open(struct scan_knock *k, uint64_t seed, struct error *e)
{
    if (!(k->socket = knock_socket_open(seed, k->below_filters, e)))
        return false;
    if (knock_socket_drop_rights())
        return true;
    knock_socket_close(k->socket);
    k->socket = NULL;
    return error_set(e, "the right to send single packets cannot be given up");
}

void scan_knock_release(struct scan_knock *k)
{
    knock_socket_close(k->socket);
    free(k->known);
    *k = (struct scan_knock){ 0 };
}
