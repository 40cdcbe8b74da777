/* The registry of report formats: a plain list, made from reports.def. */
#include "report/report.h"

#include "report/formats.h"

#define REPORT(name) &report_##name,
const struct report *const REPORTS[] = {
#include "report/reports.def"
    NULL
};
#undef REPORT

const struct report *report_by_name(const char *name)
{
    for (size_t i = 0; REPORTS[i]; i++)
        if (strcmp(REPORTS[i]->name, name) == 0)
            return REPORTS[i];
    return NULL;
}
