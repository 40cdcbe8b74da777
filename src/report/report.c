/* The registry of report formats, a plain list made from reports.def, and what every format is
 * handed in the same way. */
#include "report/report.h"

#include <stdlib.h>

#include "report/formats.h"
#include "report/unknown.h"

enum { VIEWS_ON_STACK = 8, NAMES_MAX = 200 }; /* more than nearly every endpoint has; of all formats */

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

const struct report *report_option(const char *name, struct error *e)
{
    const struct report *r = report_by_name(name);
    char room[NAMES_MAX];
    struct buf names = { .at = (uint8_t *)room, .cap = sizeof(room) - 1, .max = sizeof(room) - 1 };
    if (r)
        return r;
    for (size_t i = 0; REPORTS[i]; i++) {
        buf_str(&names, i == 0 ? "" : REPORTS[i + 1] ? ", " : " and ");
        buf_str(&names, REPORTS[i]->name);
    }
    room[names.len] = '\0';
    error_set(e, "--format %.40s: there are %s", name, room);
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
