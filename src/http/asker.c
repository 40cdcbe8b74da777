/* See asker.h. */
#include "http/asker.h"

void asker_note(struct asker *a, const struct request *r, struct response *answer)
{
    if (!answer || a->refusal)
        return;
    if (answer->status == 401 || answer->status == 403 || (answer->status == 400 && r->rights))
        a->refusal = answer;
}

static const struct kept_answer *find_kept(const struct asker *a, const struct request *r,
                                           struct span name)
{
    for (size_t i = 0; i < a->kept.len; i++) {
        const struct kept_answer *k = &a->kept.at[i];
        if (k->same == r->same && span_eq(k->base, a->base) && span_eq(k->name, name))
            return k;
    }
    return NULL;
}

struct response *asker_get(struct asker *a, const struct request *r, struct span name)
{
    const struct kept_answer *known = find_kept(a, r, name);
    a->unheard = (!known || !known->response) && !a->is_example;
    if (known) {
        asker_note(a, r, known->response);
        return known->response;
    }
    if (a->cached_only || a->budget == 0 || a->kept.len == ANSWERS_KEPT_MAX) {
        a->missing = r;
        return NULL;
    }
    struct kept_answer *slot = list_add(a->arena, &a->kept);
    if (!slot)
        return NULL;
    *slot = (struct kept_answer){ r->same, name, a->base, NULL };
    size_t at = a->kept.len - 1;
    a->budget--;
    struct response *answer = a->fetch(a, r, name);
    a->kept.at[at].response = answer;
    a->unheard = !answer && !a->is_example;
    if (!answer)
        return NULL;
    if (a->work) {
        answer->work = a->work;
        response_decode(answer, a->work);
    }
    a->odd |= answer->odd;
    asker_note(a, r, answer);
    return answer;
}

void asker_keep(struct asker *a, struct response *answer)
{
    for (size_t i = 0; i < a->kept.len; i++)
        if (a->kept.at[i].response == answer)
            return;
    struct kept_answer *slot = answer ? list_add(a->arena, &a->kept) : NULL;
    if (!slot)
        return;
    *slot = (struct kept_answer){ .response = answer };
    a->odd |= answer->odd;
}

bool asker_cut(const struct asker *a)
{
    for (size_t i = 0; i < a->kept.len; i++)
        if (a->kept.at[i].response && a->kept.at[i].response->cut)
            return true;
    return false;
}
