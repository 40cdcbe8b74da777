#include "record/remark.h"

static const char *const KINDS[] = {
    [REMARK_UNRESOLVED] = "unresolved", [REMARK_CUT] = "cut",       [REMARK_MIDDLEBOX] = "middlebox",
    [REMARK_LOSS] = "loss",             [REMARK_BUDGET] = "budget", [REMARK_SCOPE] = "scope",
    [REMARK_HISTORY] = "history",       [REMARK_FOLLOWED] = "followed",
};

const char *remark_kind_name(enum remark_kind k)
{
    return (unsigned)k < sizeof(KINDS) / sizeof(KINDS[0]) ? KINDS[k] : "unknown";
}

static void put_le(struct buf *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_byte(out, (uint8_t)(value >> 8 * i));
}

void remark_encode(struct buf *out, const struct remark *r)
{
    struct span about = span_first(r->about, REMARK_ABOUT_MAX), text = span_first(r->text, REMARK_TEXT_MAX);
    put_le(out, (uint64_t)r->kind, 1);
    put_le(out, r->incomplete, 1);
    put_le(out, r->count, 8);
    put_le(out, about.len, 1);
    buf_put(out, about);
    put_le(out, text.len, 2);
    buf_put(out, text);
}

bool remark_decode(struct reader *r, struct remark *ret)
{
    uint8_t kind = reader_u8(r), incomplete = reader_u8(r);
    if (kind > REMARK_FOLLOWED || incomplete > 1)
        reader_fail(r, "no remark");
    ret->kind = (enum remark_kind)kind;
    ret->incomplete = incomplete == 1;
    ret->count = reader_le64(r);
    ret->about = reader_take(r, reader_u8(r));
    ret->text = reader_take(r, reader_le16(r));
    if (ret->text.len > REMARK_TEXT_MAX)
        reader_fail(r, "a remark is longer than its limit");
    reader_end(r);
    return reader_ok(r);
}
