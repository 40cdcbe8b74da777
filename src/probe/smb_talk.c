/* Messages of SMB 2 and 3 (MS-SMB2 2.2.1), one behind each head of four bytes (2.1). */
#include "probe/smb_talk.h"

#include "base/writer.h"

enum { PENDING_MAX = 4 };

static const struct frame_form SMB_FORM = { .head = 4, .at = 1, .width = 3, .least = SMB_HEAD_BYTES,
                                             .most = SMB_MESSAGE_MAX };

static bool smb_parse(struct span body, struct smb_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    reader_literal(&r, SPAN("\xfeSMB\x40\0"));
    reader_skip(&r, 2);
    ret->status = reader_le32(&r);
    ret->command = reader_le16(&r);
    reader_skip(&r, 2);
    bool answer = reader_le32(&r) & 1;
    reader_skip(&r, 16);
    ret->tree = reader_le32(&r);
    ret->session = reader_take(&r, 8);
    ret->whole = body;
    reader_skip(&r, 16);
    return reader_ok(&r) && answer;
}

bool smb_read(struct wire *w, struct smb_answer *ret)
{
    struct frame f;
    for (size_t i = 0; i < PENDING_MAX && frame_read(w, &SMB_FORM, &f); i++) {
        if (f.head.at[0] != 0 || !smb_parse(f.body, ret))
            break;
        if (ret->status != SMB_PENDING)
            return true;
    }
    return wire_fail(w);
}

struct reader smb_body(struct verdict *v, const struct smb_answer *a)
{
    return reader_over(v, span_from(a->whole, SMB_HEAD_BYTES));
}

struct span smb_at(const struct smb_answer *a, size_t offset, size_t len)
{
    struct span s = span_sub(a->whole, offset, len);
    return offset >= SMB_HEAD_BYTES && s.len == len ? s : SPAN_NONE;
}

struct span smb_number(struct smb *s)
{
    uint8_t bytes[8];
    struct writer out = writer_over(bytes, sizeof(bytes));
    writer_le(&out, s->next++, sizeof(bytes));
    return arena_copy(wire_arena(s->w), writer_span(&out));
}
