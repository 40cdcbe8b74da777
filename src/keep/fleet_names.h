/* Fleets between the room that finds them, the store that knows their names, and a report. */
#ifndef AJAR_KEEP_FLEET_NAMES_H
#define AJAR_KEEP_FLEET_NAMES_H

#include "fleet/fleet.h"
#include "report/report.h"
#include "store/store.h"

enum { FLEETS_BYTES_MAX = 512 << 20 };

/* A store_members_of() over `fleets`, a struct fleets. */
void fleet_names_members(void *fleets, size_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                         void *self);

/* Groups what was seen and reports it under the names that the store knows; nothing where the format
 * has no place for fleets. To be called once. False and a sentence where memory or the store fails. */
bool fleet_names_report(struct fleets *fleets, struct store *s, const struct report *report, void *state,
                        int64_t now_ms, struct buf *out, struct error *e);

#endif
