/* The messages of versions 3 and 4, as cql_talk.h promises. */
#include "probe/cql_talk.h"

enum {
    FLAG_WARNING = 4, FLAG_BETA = 0x10,
    RESULT_ROWS = 2,
    ROWS_GLOBAL = 1, ROWS_MORE = 2, ROWS_BARE = 4,
};

const struct frame_form CQL_FORM = { .head = 9, .at = 5, .width = 4, .most = CQL_MESSAGE_MAX_BYTES };

struct span cql_string(struct reader *r)
{
    return reader_take(r, reader_be16(r));
}

void cql_strings(struct reader *r)
{
    uint16_t n = reader_be16(r);
    for (uint16_t i = 0; i < n && reader_more(r); i++)
        cql_string(r);
}

bool cql_head(struct span head, struct span body, struct cql_message *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, head);
    uint8_t version = reader_u8(&r), flags = reader_u8(&r);
    uint16_t id = reader_be16(&r);
    *ret = (struct cql_message){ version & 0x7f, flags, reader_u8(&r), body };
    bool refused = ret->op == CQL_OP_ERROR && id == 0; /* what it could not read has no number */
    if (!reader_ok(&r) || !(version & 0x80) || ret->version < 3 || ret->version > 6 || (id != 1 && !refused) ||
        flags & ~(FLAG_WARNING | FLAG_BETA))
        return false;
    if (flags & FLAG_WARNING) {
        r = reader_over(&v, body);
        cql_strings(&r);
        ret->body = reader_rest(&r);
    }
    return reader_ok(&r);
}

bool cql_read(struct wire *w, struct cql_message *ret)
{
    struct frame f;
    *ret = (struct cql_message){ 0 };
    return frame_read(w, &CQL_FORM, &f) && (cql_head(f.head, f.body, ret) || wire_fail(w));
}

uint32_t cql_error(const struct cql_message *m, struct span *ret_text)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    uint32_t code = m->op == CQL_OP_ERROR ? reader_be32(&r) : 0;
    *ret_text = code ? cql_string(&r) : SPAN_NONE;
    return reader_ok(&r) ? code : 0;
}

/* Names and types of the columns: only plain types are asked for. */
static void cql_columns(struct reader *r, uint32_t columns, bool global)
{
    for (size_t i = 0; global && i < 2; i++)
        cql_string(r);
    for (uint32_t i = 0; i < columns && reader_more(r); i++) {
        for (size_t k = 0; !global && k < 2; k++)
            cql_string(r);
        cql_string(r);
        uint16_t type = reader_be16(r);
        if (type == 0 || type > 0x16)
            reader_fail(r, "a type that was not asked for");
    }
}

bool cql_rows(const struct cql_message *m, struct verdict *v, uint32_t columns, struct cql_rows *ret)
{
    struct reader r = reader_over(v, m->body);
    if (m->op != CQL_OP_RESULT || reader_be32(&r) != RESULT_ROWS)
        return false;
    uint32_t flags = reader_be32(&r), there = reader_be32(&r);
    if (flags & ~(uint32_t)(ROWS_GLOBAL | ROWS_MORE | ROWS_BARE) || there == 0 || (columns && there != columns))
        reader_fail(&r, "columns that were not asked for");
    if (flags & ROWS_MORE)
        reader_skip(&r, reader_be32(&r));
    if (!(flags & ROWS_BARE))
        cql_columns(&r, columns ? there : 0, (flags & ROWS_GLOBAL) != 0);
    *ret = (struct cql_rows){ r, columns ? reader_be32(&r) : 0, there, (flags & ROWS_MORE) != 0 };
    ret->r = r;
    if (ret->count > CQL_ROWS_MAX)
        reader_fail(&ret->r, "more rows than were asked for");
    return reader_ok(&ret->r);
}

void cql_row(struct cql_rows *rows, struct span value[static CQL_CELLS_MAX])
{
    for (uint32_t i = 0; i < rows->columns && i < CQL_CELLS_MAX; i++) {
        uint32_t len = reader_be32(&rows->r);
        value[i] = len > INT32_MAX ? SPAN_NONE : reader_take(&rows->r, len);
    }
}
