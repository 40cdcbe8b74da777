/* The descriptors that reports.def names, and what the formats share. The room's own header. */
#ifndef AJAR_REPORT_FORMATS_H
#define AJAR_REPORT_FORMATS_H

#include "report/report.h"

#define REPORT(name) extern const struct report report_##name;
#include "report/reports.def"
#undef REPORT

/* The certificate that the endpoint showed, or NULL. */
const struct observation *report_certificate(const struct visit *v);

#endif
