#include "report/remarks.h"

#include "text/escape.h"

void remarks_add(struct remarks *to, struct arena *a, struct buf *scratch, const struct remark *r, tongue *in)
{
    to->incomplete |= r->incomplete;
    buf_reset(scratch);
    escape_tty(scratch, span_first(r->about, REMARK_ABOUT_MAX));
    if (r->about.len)
        buf_str(scratch, ": ");
    size_t before = scratch->len;
    struct span made = span_first(r->text, REMARK_TEXT_MAX);
    if (in == in_english)
        buf_put(scratch, made);
    else
        say_made(scratch, NULL, made);
    struct span said = arena_copy(a, span_from(buf_span(scratch), before));
    scratch->len = before;
    escape_tty(scratch, said);
    struct span text = arena_copy(a, buf_span(scratch));
    struct span *slot = text.len && to->kept.len < REMARKS_KEPT_MAX ? list_add(a, &to->kept) : NULL;
    if (slot)
        *slot = text;
    else
        to->left++;
    buf_reset(scratch);
}
