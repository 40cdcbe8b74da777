#include "target/crowd.h"

enum { NET_ADDRESSES = 256 };

/* The network and the address that the last group touched. */
struct counting {
    struct crowd crowd;
    u128 net_at, address_at;
    uint8_t family;
    double net, address;
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
static void count_group(struct counting *c, const struct cover_group *g)
{
    double ports = (double)g->ports->len, addresses = (double)(g->last - g->first) + 1;
    double in_net = g->family == 4 && addresses > NET_ADDRESSES ? NET_ADDRESSES : addresses;
    bool same_net = g->family == c->family && net_of(g, g->first) == c->net_at;
    bool same_address = g->family == c->family && g->first == c->address_at;
    c->net = (same_net ? c->net : 0) + in_net * ports;
    c->address = (same_address ? c->address : 0) + ports;
    c->crowd.net = larger(c->crowd.net, c->net);
    c->crowd.address = larger(c->crowd.address, c->address);
    c->crowd.far += addresses * ports;
    c->family = g->family;
    c->address_at = g->first;
    if (net_of(g, g->last) != net_of(g, g->first) && !same_net)
        c->net = 0; /* it goes on into another network, of which it fills a part only */
    c->net_at = net_of(g, g->last);
}

struct crowd crowd_of(const struct plan *p)
{
    struct counting c = { 0 };
    for (size_t i = 0; i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        struct address first = address_from(g->family, g->first);
        if (g->skip)
            continue;
        if (address_class(&first) == ADDRESS_LOOPBACK)
            c.crowd.near += ((double)(g->last - g->first) + 1) * (double)g->ports->len;
        else
            count_group(&c, g);
    }
    return c.crowd;
}
