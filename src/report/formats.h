/* The descriptors that reports.def names, and what the formats share. The room's own header. */
#ifndef AJAR_REPORT_FORMATS_H
#define AJAR_REPORT_FORMATS_H

#include "report/report.h"

#define REPORT(name) extern const struct report report_##name;
#include "report/reports.def"
#undef REPORT

/* The observation that the finding speaks of, or NULL. */
const struct observation *report_seen(const struct visit *v, const struct finding *f);
/* The certificate that the endpoint showed, or NULL. */
const struct observation *report_certificate(const struct visit *v);

/* "2022-07-01T00:00:00Z" without printf; years outside 0..9999 are clamped. */
void put_time(struct buf *out, int64_t wall_ms);
/* One decimal place, rounded, "." whatever the locale: 123.4. Not finite or negative reads 0.0. */
void put_tenths(struct buf *out, double value);
/* A share from 0 to 1 with four decimal places: 0.0125. */
void put_share(struct buf *out, double share);

#endif
