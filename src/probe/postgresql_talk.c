/* The messages of PostgreSQL's protocol 3.0, as postgresql_talk.h promises. */
#include "probe/postgresql_talk.h"

static const struct frame_form PG_FRAME = { .head = 5, .at = 1, .width = 4, .counted = 4, .most = PG_MESSAGE_MAX };

bool pg_read(struct wire *w, struct pg_message *m)
{
    struct frame f;
    *m = (struct pg_message){ 0 };
    if (!frame_read(w, &PG_FRAME, &f))
        return false;
    *m = (struct pg_message){ f.head.at[0], f.body };
    return true;
}

bool pg_error_parse(struct span body, struct pg_error *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct pg_error e = { SPAN_NONE, SPAN_NONE, SPAN_NONE };
    uint8_t field;
    while ((field = reader_u8(&r)) != 0) {
        struct span text = reader_cstr(&r, PG_MESSAGE_MAX);
        if (field == 'C')
            e.code = text;
        else if (field == 'M')
            e.message = text;
        else if (field == 'R')
            e.routine = text;
    }
    reader_end(&r);
    if (!reader_ok(&r) || e.code.len != 5 || e.message.len == 0)
        return false;
    *ret = e;
    return true;
}

const char *pg_auth_parse(struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    const char *word = NULL;
    switch (reader_be32(&r)) {
    case 0:
        word = "none";
        break;
    case 2:
        word = "kerberos";
        break;
    case 3:
        word = "cleartext";
        break;
    case 5:
        reader_skip(&r, 4);
        word = "md5";
        break;
    case 7:
        word = "gss";
        break;
    case 9:
        word = "sspi";
        break;
    case 10:
        /* openGauss gives the number to a method of its own: how the password is kept (4 bytes), salt (64),
         * token (8), and in newer versions the rounds (4). */
        if (reader_sees(&r, SPAN("\0"))) {
            size_t len = reader_rest(&r).len;
            word = len == 76 || len == 80 ? "sha256" : NULL;
            break;
        }
        word = span_starts(reader_rest(&r), SPAN("SCRAM-SHA-256")) ? "scram-sha-256" : "sasl";
        if (body.at && body.at[body.len - 1] != 0)
            reader_fail(&r, "the list of mechanisms has no end");
        break;
    default:
        break;
    }
    reader_end(&r);
    return reader_ok(&r) ? word : NULL;
}

bool pg_row_parse(struct span body, size_t columns, struct pg_row *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct pg_row row = { { SPAN_NONE } };
    size_t sent = reader_be16(&r);
    if (columns == PG_ANY_COLUMNS ? sent == 0 : sent != columns)
        reader_fail(&r, "another number of columns than was asked for");
    for (size_t i = 0; i < sent && reader_ok(&r); i++) {
        uint32_t len = reader_be32(&r);
        struct span cell = len != UINT32_MAX ? reader_take(&r, len) : SPAN_NONE;
        if (i < PG_CELLS_MAX)
            row.cell[i] = cell;
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = row;
    return true;
}

bool pg_query(struct wire *w, const struct ask *a, size_t columns, struct pg_rows *ret)
{
    struct pg_message m;
    struct pg_rows rows = { 0 };
    bool described = false, complete = false, refused = false;
    wire_ask(w, a);
    for (size_t i = 0; i < PG_ROWS_MAX + 32 && pg_read(w, &m); i++) {
        if (m.type == 'Z') {
            *ret = rows;
            return described && complete && !refused;
        }
        if (m.type == 'D' && rows.list.len < PG_ROWS_MAX) {
            struct pg_row row, *at = NULL;
            if (described && pg_row_parse(m.body, columns, &row))
                at = list_add(wire_arena(w), &rows.list);
            if (!at)
                return wire_fail(w);
            *at = row;
            continue;
        }
        described = described || m.type == 'T';
        complete = complete || m.type == 'C';
        refused = refused || m.type == 'E';
        if (!span_has(SPAN("TCENS"), (char[]){ (char)m.type, 0 }))
            break;
    }
    return wire_fail(w);
}

int64_t pg_number(struct span cell)
{
    uint64_t n;
    return span_u64(cell, INT64_MAX, &n) ? (int64_t)n : COUNT_UNKNOWN;
}
