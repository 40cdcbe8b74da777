#include "cmd/estimate.h"

#include "base/say.h"
#include "sweep/knock.h"
#include "target/crowd.h"

enum { NEAR_PER_SECOND = 2000 };

/* A connection that nobody answers is waited for two seconds at most, mostly less; on a link that knows that nobody has
 * the address, a third of a second (measured: 20 s for 58 ports of a dead neighbour). The end of a scan waits for its
 * last conversations. */
static const double SILENT_S = 1.6, ABSENT_S = 0.35, END_S = 3;
/* Two rounds of single packets, and the wait after them. */
static const double KNOCK_END_S = (KNOCK_GAP_US + KNOCK_LAST_US) / 1e6;
/* Where figures are as near as this, one is enough. */
static const double NEARLY = 1.4;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

struct scan_estimate scan_estimate(const struct plan *p, const struct scan_options *o, uint64_t endpoints,
                                   double knock_per_second)
{
    struct pace_limits pace = scan_pace(o);
    struct crowd c = crowd_of(p);
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
    if (knock_per_second > 0) {
        double knocks = c.far * share / knock_per_second + KNOCK_END_S;
        return (struct scan_estimate){ .few_s = knocks, .all_s = larger(knocks, all) + END_S };
    }
    return (struct scan_estimate){ .few_s = larger(quiet, least) + END_S, .all_s = larger(all, most) + END_S };
}

static void put_duration(struct buf *out, double seconds)
{
    if (seconds < 1.5)
        buf_str(out, _("a second"));
    else if (seconds < 90)
        buf_printf(out, _("%.0f s"), seconds);
    else if (seconds < 5400)
        buf_printf(out, _("%.0f min"), seconds / 60);
    else if (seconds < 2 * 86400)
        buf_printf(out, _("%.1f h"), seconds / 3600);
    else
        buf_printf(out, _("%.1f days"), seconds / 86400);
}

void scan_estimate_put(const struct scan_estimate *e, struct buf *out)
{
    buf_str(out, _("about "));
    if (e->all_s <= e->few_s * NEARLY) {
        put_duration(out, (e->all_s + e->few_s) / 2);
        return;
    }
    put_duration(out, e->few_s);
    buf_str(out, _(" to "));
    put_duration(out, e->all_s);
    buf_str(out, _(", by how many hosts answer"));
}
