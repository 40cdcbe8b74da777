/* What several report formats need: finding the observation behind a finding. */
#include "report/formats.h"

static bool is_seen(const struct observation *o, const struct finding *f)
{
    bool same_via = o->via && f->via ? strcmp(o->via, f->via) == 0 : !o->via && !f->via;
    return same_via && o->product && f->product && strcmp(o->product, f->product) == 0;
}

const struct observation *report_seen(const struct visit *v, const struct finding *f)
{
    if (f->seen < v->observations.len && is_seen(&v->observations.at[f->seen], f))
        return &v->observations.at[f->seen];
    for (size_t i = 0; i < v->observations.len; i++)
        if (is_seen(&v->observations.at[i], f))
            return &v->observations.at[i];
    return NULL;
}

const struct observation *report_certificate(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}
