/* The registry of report formats, a plain list made from reports.def, and what every format is
 * handed in the same way. */
#include "report/report.h"

#include <stdlib.h>

#include "report/formats.h"
#include "report/unknown.h"

enum { VIEWS_ON_STACK = 8 }; /* more than nearly every endpoint has */

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

void report_tell_visit(const struct report *r, void *state, const struct visit *v, const struct finding *f,
                       size_t findings, struct buf *out)
{
    struct finding_view few[VIEWS_ON_STACK], *views = few;
    struct finding unknown;
    struct buf why;
    if (findings >= VIEWS_ON_STACK)
        views = calloc(findings + 1, sizeof(*views));
    if (!views) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < findings; i++)
        views[i] = view_of_visit(v, &f[i]);
    buf_init(&why, UNKNOWN_WORDS_MAX);
    if (r->with_unknown && unknown_finding(v, &why, &unknown))
        views[findings++] = view_of_visit(v, &unknown);
    r->visit(state, v, views, findings, out);
    buf_release(&why);
    if (views != few)
        free(views);
}

const struct observation *report_certificate(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}
