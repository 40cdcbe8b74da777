/* What speaks CQL shares: the messages of versions 3 and 4, and rows. Private to src/probe/cql*.c and
 * src/sample/cassandra.c. */
#ifndef AJAR_PROBE_CQL_TALK_H
#define AJAR_PROBE_CQL_TALK_H

#include "base/reader.h"
#include "probe/frame.h"

enum {
    CQL_OP_ERROR = 0, CQL_OP_READY = 2, CQL_OP_AUTHENTICATE = 3, CQL_OP_SUPPORTED = 6, CQL_OP_RESULT = 8,
    CQL_ERROR_PROTOCOL = 0x000a, CQL_ERROR_DENIED = 0x2100, CQL_ERROR_INVALID = 0x2200,
    CQL_CELLS_MAX = 8,
    CQL_ROWS_MAX = 5000,
    CQL_MESSAGE_MAX_BYTES = 1024 * 1024,
};

extern const struct frame_form CQL_FORM;

struct cql_message {
    uint8_t version, flags, op;
    struct span body;
};

struct span cql_string(struct reader *r);
/* Passes over a list of strings. */
void cql_strings(struct reader *r);
/* False where this is no answer to request 1. Warnings are passed over. */
bool cql_head(struct span head, struct span body, struct cql_message *ret);
bool cql_read(struct wire *w, struct cql_message *ret);
/* An error's code; 0 where it is none. */
uint32_t cql_error(const struct cql_message *m, struct span *ret_text);

struct cql_rows {
    struct reader r; /* at the first row */
    uint32_t count, columns;
    bool more;
};

/* The rows of a RESULT of `columns` columns of plain types; 0: however many there are, and no row is looked at. */
bool cql_rows(const struct cql_message *m, struct verdict *v, uint32_t columns, struct cql_rows *ret);
/* The next row's values; an absent one is empty. */
void cql_row(struct cql_rows *rows, struct span value[static CQL_CELLS_MAX]);

#endif
