#include "keep/endings.h"

static uint64_t sum(const uint64_t *counts, size_t n)
{
    uint64_t all = 0;
    for (size_t i = 1; i < n; i++) /* the first stands for none */
        all += counts[i];
    return all;
}

static void put_parts(struct buf *out, const uint64_t *counts, size_t n, bool closed)
{
    const char *before = " (";
    for (size_t i = 1; i < n; i++) {
        if (!counts[i])
            continue;
        buf_printf(out, "%s%s %llu", before, closed ? proof_name((enum proof)i) : unseen_name((enum unseen)i),
                   (unsigned long long)counts[i]);
        before = ", ";
    }
    buf_byte(out, ')');
}

bool endings_remark(const struct scan_endings *e, char text[static ENDINGS_TEXT_MAX], struct remark *ret)
{
    struct buf out = { .at = (uint8_t *)text, .cap = ENDINGS_TEXT_MAX, .max = ENDINGS_TEXT_MAX };
    uint64_t closed = sum(e->closed, PROOF_COUNT), unseen = sum(e->unseen, UNSEEN_COUNT);
    if (closed) {
        buf_printf(&out, "%llu %s closed", (unsigned long long)closed,
                   closed == 1 ? "finding of an earlier scan is" : "findings of earlier scans are");
        put_parts(&out, e->closed, PROOF_COUNT, true);
    }
    if (unseen) {
        buf_printf(&out, "%s%llu %s not seen", closed ? "; " : "", (unsigned long long)unseen,
                   unseen == 1 ? "open one was" : "open ones were");
        put_parts(&out, e->unseen, UNSEEN_COUNT, false);
    }
    *ret = (struct remark){ .kind = REMARK_HISTORY, .about = SPAN("the store"), .text = buf_span(&out),
                            .count = closed + unseen };
    return closed + unseen > 0 && buf_ok(&out);
}
