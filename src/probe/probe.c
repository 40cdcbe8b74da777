/* The list of wire protocols, from probes.def. */
#include "probe/probe.h"

#define PROBE(name) extern const struct probe PROBE_##name;
#include "probe/probes.def"
#undef PROBE

const struct probe *const PROBES[] = {
#define PROBE(name) &PROBE_##name,
#include "probe/probes.def"
#undef PROBE
    NULL,
};

const struct probe *probe_by_name(struct span name)
{
    for (size_t i = 0; PROBES[i]; i++)
        if (span_is(name, PROBES[i]->name))
            return PROBES[i];
    return NULL;
}
