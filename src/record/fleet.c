#include "record/fleet.h"

#include <stdio.h>

struct span fleet_title(const struct fleet *f, char text[static FLEET_TITLE_MAX])
{
    int n = f->open      ? snprintf(text, FLEET_TITLE_MAX, "%zu set up alike; %zu open", f->member_count, f->open)
            : f->partial ? snprintf(text, FLEET_TITLE_MAX, "%zu set up alike; none open, %zu tell metadata",
                                    f->member_count, f->partial)
                         : snprintf(text, FLEET_TITLE_MAX, "%zu set up alike; none open", f->member_count);
    return span_of(text, (size_t)n);
}
