/* Prints how well and how fast fleets are found: `make bench-fleet`.
 *
 *     bench-fleet            both worlds over ten seeds, then 100,000 deployments
 *     bench-fleet SEED       one seed of both, every fleet with the true design of each member
 *     bench-fleet FROM TO    other seeds of both */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "measure.h"

enum { SEEDS = 10, DEPLOYMENTS = 1000, DESIGNS = 40, MANY = 100000, MANY_DESIGNS = 2000 };

static const char *const WORLDS[] = { [WORLD_USUAL] = "usual", [WORLD_OTHER] = "held out" };

/* Over all seeds of one world. */
struct summary {
    double precision, recall, all;          /* means */
    double precision_least, recall_least;
    size_t seeds;
};

static void add(struct summary *s, const struct sim_result *r)
{
    double p = sim_precision(r), q = sim_recall_shown(r);
    s->precision_least = s->seeds && s->precision_least < p ? s->precision_least : p;
    s->recall_least = s->seeds && s->recall_least < q ? s->recall_least : q;
    s->precision += p;
    s->recall += q;
    s->all += sim_recall(r);
    s->seeds++;
}

static bool show(const struct sim_plan *plan, struct buf *out, struct summary *sum)
{
    struct sim_result r;
    if (!sim_measure(plan, &r, out))
        return false;
    printf("%-9s seed %2llu  %6zu deployments %5zu designs  %5zu fleets  precision %.4f  recall %.4f (all members"
           " %.4f)  %.2f s %6zu kB  %llu comparisons\n",
           WORLDS[plan->world], (unsigned long long)plan->seed, r.deployments, r.designs_true, r.fleets,
           sim_precision(&r), sim_recall_shown(&r), sim_recall(&r), r.seconds, r.measure.bytes / 1024,
           (unsigned long long)r.measure.comparisons);
    if (sum)
        add(sum, &r);
    return true;
}

static bool show_world(enum sim_world world, uint64_t first, uint64_t last, struct buf *out)
{
    struct summary s = { 0 };
    bool ok = true;
    for (uint64_t seed = first; ok && seed <= last; seed++)
        ok = show(&(struct sim_plan){ world, seed, DEPLOYMENTS, DESIGNS }, out, &s);
    if (ok && s.seeds > 1)
        printf("%-9s %zu seeds  precision %.4f (least %.4f)  recall %.4f (least %.4f), of all members %.4f\n",
               WORLDS[world], s.seeds, s.precision / (double)s.seeds, s.precision_least, s.recall / (double)s.seeds,
               s.recall_least, s.all / (double)s.seeds);
    return ok;
}

int main(int argc, char **argv)
{
    struct buf out;
    struct rusage u;
    uint64_t first = 1, last = SEEDS;
    bool ok = true;
    buf_init(&out, 1 << 28);
    if (argc > 1) {
        ok = span_u64(span_str(argv[1]), 1u << 30, &first);
        last = first;
    }
    if (argc > 2)
        ok = ok && span_u64(span_str(argv[2]), 1u << 30, &last);
    for (int world = 0; ok && world < 2; world++)
        ok = show_world((enum sim_world)world, first, last, argc == 2 ? &out : NULL);
    for (int world = 0; ok && argc == 1 && world < 2; world++)
        ok = show(&(struct sim_plan){ (enum sim_world)world, 1, MANY, MANY_DESIGNS }, NULL, NULL);
    fwrite(out.at, 1, out.len, stdout);
    buf_release(&out);
    getrusage(RUSAGE_SELF, &u);
    printf("largest resident size %ld kB\n", u.ru_maxrss);
    return ok ? 0 : 1;
}
