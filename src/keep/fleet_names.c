#include "keep/fleet_names.h"

void fleet_names_members(void *fleets, size_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                         void *self)
{
    fleets_members(fleets, fleet, each, self);
}

bool fleet_names_report(struct fleets *fleets, struct store *s, const struct report *report, void *state,
                        int64_t now_ms, struct buf *out, struct error *e)
{
    struct arena a;
    struct fleet_list found;
    if (!report->fleets)
        return true;
    arena_init(&a, FLEETS_BYTES_MAX);
    bool ok = (fleets && fleets_find(fleets, &a, &found)) ||
              error_set(e, "no memory for grouping what is set up alike");
    ok = ok && store_fleets_name(s, found.list.at, found.list.len, fleet_names_members, fleets, now_ms, e);
    if (ok)
        report->fleets(state, found.list.at, found.list.len, out);
    arena_release(&a);
    return ok;
}
