#include "report/view.h"

#include <string.h>

static bool is_seen(const struct observation *o, const struct finding *f)
{
    bool same_via = o->via && f->via ? strcmp(o->via, f->via) == 0 : !o->via && !f->via;
    return same_via && o->product && f->product && strcmp(o->product, f->product) == 0;
}

static const struct observation *seen_in(const struct visit *v, const struct finding *f)
{
    if (f->seen < v->observations.len && is_seen(&v->observations.at[f->seen], f))
        return &v->observations.at[f->seen];
    for (size_t i = 0; i < v->observations.len; i++)
        if (is_seen(&v->observations.at[i], f))
            return &v->observations.at[i];
    return NULL;
}

struct finding_view view_of_visit(const struct visit *v, const struct finding *f)
{
    const struct observation *o = seen_in(v, f);
    bool service = o && o->kind != KIND_TLS && (unsigned)o->outcome <= OUTCOME_UNCLEAR;
    return (struct finding_view){
        .finding = f,
        .seen = o,
        .collections = service ? o->collection_count : COUNT_UNKNOWN,
        .records = service ? o->records : COUNT_UNKNOWN,
        .bytes = service ? o->bytes : COUNT_UNKNOWN,
        .at_least = service && counts_are_partial(o),
        .verdict = service ? outcome_name(o->outcome) : NULL,
        .transport = o ? transport_name(&f->endpoint, o) : NULL,
        .judged = true,
        .open = true,
        .at_ms = f->life.unseen ? f->life.seen_ms : o && o->at_ms > 0 ? o->at_ms : COUNT_UNKNOWN,
        .closed_ms = COUNT_UNKNOWN,
        .unseen = (enum unseen)f->life.unseen,
        .unseen_detail = f->life.unseen_detail,
        .life = f->life,
        .accepted_until_ms = f->accepted_until_ms,
        .accepted_why = f->accepted_why,
    };
}

struct finding_view view_of_stored(const struct stored_finding *f)
{
    bool accepted = f->accepted_until_ms > 0;
    return (struct finding_view){
        .finding = &f->finding,
        .collections = COUNT_UNKNOWN,
        .records = f->records,
        .bytes = f->bytes,
        .open = f->exposure.closed_ms < 0,
        .at_ms = f->exposure.seen_ms,
        .closed_ms = f->exposure.closed_ms,
        .proof = f->exposure.proof,
        .proof_detail = f->exposure.proof_detail,
        .unseen = f->unseen,
        .unseen_detail = f->unseen_detail,
        .life = { .known = true, .first_ms = f->first_ms, .opened_ms = f->exposure.opened_ms, .reopened = f->reopened },
        .accepted_until_ms = accepted ? f->accepted_until_ms : 0,
        .accepted_why = accepted ? f->accepted_why : SPAN_NONE,
    };
}
