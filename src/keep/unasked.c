/* Reasons come through the pipe, so they are escaped like any foreign text. */
#include "keep/unasked.h"

#include <stdio.h>

#include "base/say.h"
#include "report/words.h"
#include "text/escape.h"

static bool comes_before(const struct endpoint *a, const struct endpoint *b)
{
    int order = address_compare(&a->address, &b->address);
    return order < 0 || (order == 0 && endpoint_port(a) < endpoint_port(b));
}

void unasked_visit(struct unasked *u, const struct visit *v)
{
    if (v->end != END_FAILED)
        return;
    if (!u->failed || comes_before(&v->endpoint, &u->first)) {
        u->first = endpoint_bare(&v->endpoint);
        snprintf(u->why, sizeof(u->why), "%s", v->why ? v->why : "no reason was given");
    }
    u->failed++;
}

void unasked_remark(struct unasked *u, const struct remark *r)
{
    if (r->incomplete && !u->remark[0])
        snprintf(u->remark, sizeof(u->remark), "%.*s: %.*s", SPAN_FMT(span_first(r->about, 80)),
                 SPAN_FMT(span_first(r->text, 150)));
}

void unasked_put(const struct unasked *u, struct buf *out)
{
    char where[ENDPOINT_TEXT_MAX];
    if (!u->failed && !u->remark[0])
        return;
    buf_str(out, _("not all was looked at: "));
    if (u->failed) {
        buf_printf(out, say_many("%llu endpoint could not be asked (%s: ",
                                 "%llu endpoints could not be asked (%s and others: ",
                                 u->failed),
                   (unsigned long long)u->failed, endpoint_text(&u->first, where));
        words_made(out, NULL, span_str(u->why));
        buf_str(out, u->remark[0] ? _("); ") : _(")"));
    }
    words_made(out, NULL, span_str(u->remark));
}
