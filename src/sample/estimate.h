/* From a random sample to the whole: how many records hold something, and how many persons they
 * speak of. Pure arithmetic, with 95 % intervals. */
#ifndef AJAR_SAMPLE_ESTIMATE_H
#define AJAR_SAMPLE_ESTIMATE_H

#include <stdint.h>

struct estimate {
    double low, value, high;
};

/* `hits` of `drawn` random records hold it, out of `total`: Wilson's interval of the share, narrowed
 * by what was drawn of a small total, times the total. Never below `hits`, never above what can be
 * left; exact where everything was drawn. */
struct estimate estimate_records(uint64_t hits, uint64_t drawn, uint64_t total);

/* Distinct persons: `hits` of the drawn records named one, and `distinct` of these names differed.
 * Names that came twice tell how many records a person has (as if each had equally many): if D
 * persons share M records, of which h were drawn, D (1 - (1 - h/M)^(M/D)) of them are seen. The
 * interval is that of the number of repeats (Poisson) and that of M together. Where no name came
 * twice, the upper end is one person a record. */
struct estimate estimate_persons(uint64_t hits, double distinct, uint64_t drawn, uint64_t total);

/* Spreads `wanted` draws over `count` collections by the square root of their sizes, so that small
 * ones are seen and large ones count; none gets more than it holds, each that holds a record gets
 * one as long as there are draws. */
void estimate_allot(const uint64_t *sizes, uint32_t *ret, uint32_t count, uint32_t wanted);

#endif
