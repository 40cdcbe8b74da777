#include "cmd/estimate.h"

enum { NET_ADDRESSES = 256, NEAR_PER_SECOND = 2000 };

/* A connection that nobody answers is waited for two seconds at most, mostly less; on a link that knows that nobody has
 * the address, a third of a second (measured: 20 s for 58 ports of a dead neighbour). The end of a scan waits for its
 * last conversations. */
static const double SILENT_S = 1.6, ABSENT_S = 0.35, END_S = 3;
/* Where figures are as near as this, one is enough. */
static const double NEARLY = 1.4;

/* What lies on one network and on one address, at most, in endpoints. */
struct crowd {
    double net, address, far, near;
    u128 net_at, address_at;
    uint8_t family;
    double net_now, address_now; /* of the network and address that the last group touched */
};

static u128 net_of(const struct cover_group *g, u128 address)
{
    return g->family == 4 ? address >> 8 : address >> 64;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Groups come by address; several labels may lie on the same one. */
static void count_group(struct crowd *c, const struct cover_group *g)
{
    double ports = (double)g->ports->len, addresses = (double)(g->last - g->first) + 1;
    double in_net = g->family == 4 && addresses > NET_ADDRESSES ? NET_ADDRESSES : addresses;
    bool same_net = g->family == c->family && net_of(g, g->first) == c->net_at;
    bool same_address = g->family == c->family && g->first == c->address_at;
    c->net_now = (same_net ? c->net_now : 0) + in_net * ports;
    c->address_now = (same_address ? c->address_now : 0) + ports;
    c->net = larger(c->net, c->net_now);
    c->address = larger(c->address, c->address_now);
    c->far += addresses * ports;
    c->family = g->family;
    c->address_at = g->first;
    if (net_of(g, g->last) != net_of(g, g->first) && !same_net)
        c->net_now = 0; /* it goes on into another network, of which it fills a part only */
    c->net_at = net_of(g, g->last);
}

struct scan_estimate scan_estimate(const struct plan *p, const struct scan_options *o, uint64_t endpoints)
{
    struct pace_limits pace = scan_pace(o);
    struct crowd c = { 0 };
    for (size_t i = 0; i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        struct address first = address_from(g->family, g->first);
        if (g->skip)
            continue;
        if (address_class(&first) == ADDRESS_LOOPBACK)
            c.near += ((double)(g->last - g->first) + 1) * (double)g->ports->len;
        else
            count_group(&c, g);
    }
    double asked = (double)endpoints - (double)plan_skipped(p) * (double)endpoints / (double)(p->total ? p->total : 1);
    double share = c.far + c.near > 0 && asked > 0 ? asked / (c.far + c.near) : 0;
    double silent_s = o->timeout_s < SILENT_S ? o->timeout_s : SILENT_S;
    share = share < 1 ? share : 1;
    double near_s = asked / NEAR_PER_SECOND;
    if (c.far <= 0)
        return (struct scan_estimate){ .few_s = near_s, .all_s = near_s, .near = true };
    double all = c.far * share / pace.all_per_second, quiet = all * (1 - pace.silent_discount);
    double address = c.address * share, silent = address * silent_s, refused = address / pace.address_per_second;
    double least = larger(c.net * share / (pace.net_per_second * PACE_SILENT_SHARE),
                          address * (silent_s < ABSENT_S ? silent_s : ABSENT_S));
    double most = larger(c.net * share / pace.net_per_second, larger(silent, refused));
    return (struct scan_estimate){ .few_s = larger(quiet, least) + END_S, .all_s = larger(all, most) + END_S };
}

static void put_duration(struct buf *out, double seconds)
{
    if (seconds < 1.5)
        buf_str(out, "a second");
    else if (seconds < 90)
        buf_printf(out, "%.0f s", seconds);
    else if (seconds < 5400)
        buf_printf(out, "%.0f min", seconds / 60);
    else if (seconds < 2 * 86400)
        buf_printf(out, "%.1f h", seconds / 3600);
    else
        buf_printf(out, "%.1f days", seconds / 86400);
}

void scan_estimate_put(const struct scan_estimate *e, struct buf *out)
{
    buf_str(out, "about ");
    if (e->all_s <= e->few_s * NEARLY) {
        put_duration(out, (e->all_s + e->few_s) / 2);
        return;
    }
    put_duration(out, e->few_s);
    buf_str(out, " to ");
    put_duration(out, e->all_s);
    buf_str(out, ", by how many hosts answer");
}
