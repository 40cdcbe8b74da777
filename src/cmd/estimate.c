#include "cmd/estimate.h"

#include <stdio.h>

#include "base/say.h"

#include "sweep/knock.h"
#include "sweep/silent.h"
#include "target/crowd.h"

enum { NEAR_PER_SECOND = 2000, DURATION_TEXT = 32 };

/* A connection that nobody answers is waited for two seconds at most. The end of a scan waits for its last
 * conversations, which are short where everybody answers. */
static const double SILENT_S = 2, END_S = 3, ANSWERED_END_S = 0.5;
/* What conversations and second tries add to the paces. */
static const double BESIDES = 1.1;
/* Of the addresses, as many answer in the middle one of the figures: ten of a /24. */
static const double SOME_SHARE = 1.0 / 25;
/* Two rounds of single packets, and the wait after them. */
static const double KNOCK_END_S = (KNOCK_GAP_US + KNOCK_LAST_US) / 1e6;
/* Where figures are as near as this, one is enough. */
static const double NEARLY = 1.5;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* What the paces make of a plan, and of the part of it that is asked. */
struct load {
    struct pace_limits pace;
    double all, net, address; /* endpoints: of all, of the densest network, of the densest address */
    double silent_s;          /* a connection that nobody answers */
    double knocks_s;          /* 0: every endpoint is visited */
};

/* An address where nobody answers: some ports one after the other, then the rest beside each other. */
static double silent_address(const struct load *l)
{
    double first = l->address < SILENT_PORTS ? l->address : SILENT_PORTS;
    return first * l->silent_s + (l->address - first) / (l->pace.address_per_second * PACE_SILENT_ADDRESS_SHARE);
}

/* Where `share` of the addresses answer at every port, be it by a refusal, and the others at none. */
static double with_share(const struct load *l, double share)
{
    double silent = 1 - share, price = 1 - l->pace.silent_discount;
    double all = l->all * (silent * price + share) / l->pace.all_per_second;
    double net = l->net * (silent / PACE_SILENT_SHARE + share) / l->pace.net_per_second;
    double live = share > 0 ? l->address / l->pace.address_per_second : 0;
    double end = silent > 0 ? END_S : ANSWERED_END_S;
    if (l->knocks_s > 0) {
        double heard = larger(l->all * share / l->pace.all_per_second, l->net * share / l->pace.net_per_second);
        return larger(l->knocks_s, larger(heard, live)) + end;
    }
    return larger(larger(larger(all, net), live) * BESIDES, silent > 0 ? silent_address(l) : 0) + end;
}

struct scan_estimate scan_estimate(const struct plan *p, const struct scan_options *o, uint64_t endpoints,
                                   double knock_per_second)
{
    struct crowd c = crowd_of(p);
    double asked = (double)endpoints - (double)plan_skipped(p) * (double)endpoints / (double)(p->total ? p->total : 1);
    double share = c.far + c.near > 0 && asked > 0 ? asked / (c.far + c.near) : 0;
    double near_s = asked > 0 ? asked / NEAR_PER_SECOND + ANSWERED_END_S : 0;
    share = share < 1 ? share : 1;
    if (c.far <= 0)
        return (struct scan_estimate){ .none_s = near_s, .some_s = near_s, .all_s = near_s, .near = true };
    struct load l = { .pace = scan_pace(o),
                      .all = c.far * share,
                      .net = c.net * share,
                      .address = larger(c.address * share, 1),
                      .silent_s = o->timeout_s < SILENT_S ? o->timeout_s : SILENT_S };
    if (knock_per_second > 0)
        l.knocks_s = l.all / knock_per_second + KNOCK_END_S;
    return (struct scan_estimate){ .none_s = with_share(&l, 0),
                                   .some_s = with_share(&l, SOME_SHARE),
                                   .all_s = with_share(&l, 1),
                                   .one_address = c.net <= c.address && c.far <= c.address };
}

static const char *duration(double seconds, char text[DURATION_TEXT])
{
    if (seconds < 1.5)
        snprintf(text, DURATION_TEXT, _("a second"));
    else if (seconds < 300)
        snprintf(text, DURATION_TEXT, _("%.0f s"), seconds);
    else if (seconds < 5400)
        snprintf(text, DURATION_TEXT, _("%.0f min"), seconds / 60);
    else if (seconds < 2 * 86400)
        snprintf(text, DURATION_TEXT, _("%.1f h"), seconds / 3600);
    else
        snprintf(text, DURATION_TEXT, _("%.1f days"), seconds / 86400);
    return text;
}

void scan_estimate_put(const struct scan_estimate *e, struct buf *out)
{
    char none[DURATION_TEXT], some[DURATION_TEXT], all[DURATION_TEXT];
    duration(e->none_s, none);
    duration(e->some_s, some);
    duration(e->all_s, all);
    double least = smaller(e->none_s, smaller(e->some_s, e->all_s));
    double most = larger(e->none_s, larger(e->some_s, e->all_s));
    if (most <= least * NEARLY)
        buf_printf(out, _("about %s"), duration((most + least) / 2, some));
    else if (e->one_address)
        buf_printf(out, _("about %s where nobody answers, %s where somebody does"), none, all);
    else
        buf_printf(out, _("about %s where nobody answers, %s where one address in 25 does, %s where all do"), none,
                   some, all);
}
