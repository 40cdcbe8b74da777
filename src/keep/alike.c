#include "keep/alike.h"

void alike_members(void *fleets, size_t fleet, bool (*each)(void *self, const struct fleet_member *m), void *self)
{
    fleets_members(fleets, fleet, each, self);
}

bool alike_report(struct fleets *fleets, struct store *s, const struct report *report, void *state, int64_t now_ms,
                  struct buf *out, struct error *e)
{
    struct arena a;
    struct fleet_list found;
    if (!report->fleets)
        return true;
    arena_init(&a, ALIKE_BYTES_MAX);
    bool ok = (fleets && fleets_find(fleets, &a, &found)) ||
              error_set(e, "no memory for grouping what is set up alike");
    ok = ok && store_fleets_name(s, found.list.at, found.list.len, alike_members, fleets, now_ms, e);
    if (ok)
        report->fleets(state, found.list.at, found.list.len, out);
    arena_release(&a);
    return ok;
}
