/* All that a scan came to, as text: two scans that must agree are compared by it. And the detectors that
 * the tests of a group share, in *state. */
#ifndef AJAR_UNIT_PII_TELL_H
#define AJAR_UNIT_PII_TELL_H

#include "base/buf.h"
#include "pii/pii.h"

/* Ends the scan. */
static inline void tell(struct ajar_pii_scan *scan, struct buf *out)
{
    struct ajar_pii_summary s;
    size_t count;
    (void)ajar_pii_scan_end(scan, NULL);
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    ajar_pii_summarise(scan, &s);
    buf_init(out, 1 << 20);
    buf_printf(out, "%llu records, %llu values, %zu fields, %.0f persons\n",
               (unsigned long long)s.records, (unsigned long long)s.values, s.fields,
               s.persons_known ? s.persons : -1);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s %s %d %u %d %d %u %u %u %llu %.9f %.3f %.3f\n", f[i].field, f[i].type,
                   (int)f[i].state, f[i].signals, f[i].in_text, f[i].test_data, f[i].passed,
                   f[i].shaped, f[i].sampled, (unsigned long long)f[i].hits, f[i].log10_odds,
                   f[i].distinct, f[i].distinct_high);
}

/* Of `s` in one write; `buffer` bytes a buffer, 0 for as many as usual. */
static inline void tell_text(struct ajar_pii *pii, struct span s, size_t buffer, struct buf *out)
{
    const struct ajar_pii_options options = { .buffer_bytes = buffer };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(pii, &options);
    ajar_pii_scan_write(scan, s.at, s.len);
    tell(scan, out);
    ajar_pii_scan_free(scan);
}

static inline int detectors_set_up(void **state)
{
    *state = ajar_pii_new(NULL);
    return *state ? 0 : -1;
}

static inline int detectors_tear_down(void **state)
{
    ajar_pii_free(*state);
    return 0;
}

#endif
