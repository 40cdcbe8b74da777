/* Prometheus' text exposition format, version 0.0.4: `name{label="value"} 12.5 [timestamp]`, one
 * sample a line. Read-only helpers over a body of foreign bytes; nothing is allocated. */
#ifndef AJAR_HTTP_METRICS_H
#define AJAR_HTTP_METRICS_H

#include "base/span.h"

struct sample {
    struct span name, labels; /* labels: what stands between the braces */
    double value;
};

/* Whether any sample has that name. */
bool metrics_has(struct span body, struct span name);
/* The sum of all samples of a name, as a whole number. False where there is none, or where the sum
 * is no number between 0 and 2^53. */
bool metrics_sum(struct span body, struct span name, int64_t *ret);
/* A label of the first sample of a name, still escaped; an empty span where there is none. */
struct span metrics_label(struct span body, struct span name, struct span label);

#endif
