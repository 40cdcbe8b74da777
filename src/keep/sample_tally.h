/* How many stores were sampled and how many were not, and why. */
#ifndef AJAR_KEEP_SAMPLE_TALLY_H
#define AJAR_KEEP_SAMPLE_TALLY_H

#include "base/buf.h"
#include "record/record.h"

enum { TALLY_REASONS_MAX = 12, TALLY_REASON_BYTES = 128 };

struct sample_tally {
    uint64_t stores, records, refused;
    struct {
        char why[TALLY_REASON_BYTES];
        size_t len;
        uint64_t count;
    } reasons[TALLY_REASONS_MAX]; /* of the refused; those beyond the last are counted in `refused` only */
};

void sample_tally_add(struct sample_tally *t, const struct visit *v);
/* One line, escaped; nothing where no observation spoke of samples. */
void sample_tally_put(const struct sample_tally *t, struct buf *out);

#endif
