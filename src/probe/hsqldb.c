/* HSQLDB's own protocol (ClientConnection, Result and RowInputBinary of HSQLDB 2.3.4 to 2.7; numbers are big-endian).
 *
 *     > -2030400, the version of the protocol; CONNECT, length, database "", user "SA", password "", zone, 0
 *     < CONNECTACKNOWLEDGE, length, ..., 0      let in
 *       ERROR, length, text, state, code, 0     28000: refused; -458: no database by that name
 *     > EXECDIRECT, a SELECT of the names and sizes of tables
 *     < DATA, length, number, ..., what the columns are, then the rows: that number again, how many, 0, how many; of
 *       each column 1 and its bytes behind a length, or 0
 *
 * Every new database has the user SA without a password, who owns it; it is let in until somebody changes that. Another
 * version of the protocol is hung up on. What the columns are is passed over: the rows are where the number stands
 * again and all that follows is rows, to the last byte. */
#include "base/reader.h"
#include "probe/probe.h"

enum {
    HS_ERROR = 2, HS_DATA = 3, HS_LET_IN = 11,
    HS_MESSAGE_MAX = 256 * 1024, HS_TEXT_MAX = 4096, HS_ROWS_MAX = 500,
    HS_NO_DATABASE = -458,
};

#define HS_SQL \
    "SELECT TABLE_SCHEMA || '.' || TABLE_NAME, CAST(CARDINALITY AS VARCHAR(20)) " \
    "FROM INFORMATION_SCHEMA.SYSTEM_TABLESTATS " \
    "WHERE TABLE_SCHEMA NOT IN ('INFORMATION_SCHEMA', 'SYSTEM_LOBS') LIMIT 500"

static const struct ask HS_CONNECT =
    ASK_FIXED("hsqldb.connect", "whether the user that each new database has is let in without a password",
              "\xff\xe1\x04\xc0" "\x1f" "\0\0\0\x1d" "\0\0\0\0" "\0\0\0\x02" "SA"
              "\0\0\0\0" "\0\0\0\x03" "UTC" "\0\0\0\0" "\0");
static const struct ask HS_TABLES = { .name = "hsqldb.tables", .why = "names and counts the tables", .parts = {
    ASK_BYTES("\x22"), ASK_BE(4, 1, 6, 0), ASK_BYTES("\0\0\0\0" "\0\0\0\0" "\x02"), ASK_BE(4, 4, 5, 0),
    ASK_BYTES(HS_SQL), ASK_BYTES("\x02" "\0\0\x02"), ASK_BYTES("\0") } };
static const struct ask HS_BYE = ASK_FIXED("hsqldb.bye", "ends the session", "\x20" "\0\0\0\x04" "\0");

struct hs_message {
    uint8_t kind;
    struct span body; /* behind its length */
};

/* A message and the 0 that says that nothing belongs to it. */
static bool hs_read(struct wire *w, struct hs_message *ret)
{
    struct verdict v;
    struct reader head = reader_over(&v, wire_need(w, 5));
    uint8_t kind = reader_u8(&head);
    uint32_t len = reader_be32(&head);
    if (!reader_ok(&head) || len < 4 || len > HS_MESSAGE_MAX)
        return wire_ok(w) && wire_fail(w);
    struct span body = wire_need(w, len - 3);
    if (!wire_ok(w))
        return false;
    struct span end = span_from(body, body.len - 1);
    *ret = (struct hs_message){ kind, span_first(body, body.len - 1) };
    return end.at[0] == 0 || wire_fail(w);
}

static struct span hs_text(struct reader *r)
{
    uint32_t len = reader_be32(r);
    if (len > HS_TEXT_MAX)
        reader_fail(r, "a text that is too long");
    return reader_take(r, reader_ok(r) ? len : 0);
}

struct hs_error {
    struct span text, state;
    int32_t code;
};

static bool hs_error_parse(struct span body, struct hs_error *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct hs_error e = { .text = hs_text(&r), .state = hs_text(&r) };
    e.code = (int32_t)reader_be32(&r);
    reader_end(&r);
    *ret = e;
    return reader_ok(&r) && e.state.len == 5 && e.code < 0;
}

/* Number of the database and of the session, its name ("HSQLDB" and ten digits or so), properties, a number by
 * chance. */
static bool hs_let_in(struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    reader_skip(&r, 4 + 8);
    struct span name = hs_text(&r);
    (void)hs_text(&r);
    reader_skip(&r, 4);
    reader_end(&r);
    return reader_ok(&r) && span_starts(name, SPAN("HSQLDB"));
}

/* Rows of two texts up to the end of the message; handed to `o` where that is given. */
static bool hs_rows(struct span bytes, struct span number, struct observation *o)
{
    struct verdict v;
    struct reader r = reader_over(&v, bytes);
    reader_literal(&r, number);
    uint32_t count = reader_be32(&r);
    bool none_left_out = reader_be32(&r) == 0 && reader_be32(&r) == count;
    for (uint32_t i = 0; i < count && i < HS_ROWS_MAX && reader_ok(&r); i++) {
        uint64_t rows = 0;
        bool there = reader_u8(&r) == 1;
        struct span name = hs_text(&r);
        there = reader_u8(&r) == 1 && there;
        struct span digits = hs_text(&r);
        if (!reader_ok(&r) || !there || !span_u64(digits, INT64_MAX, &rows))
            return false;
        if (o)
            observation_collect(o, name, (int64_t)rows, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    reader_end(&r);
    return reader_ok(&r) && none_left_out && count <= HS_ROWS_MAX;
}

static bool hs_tables(struct span body, struct observation *o, size_t *ret_count)
{
    struct span number = span_first(body, 8);
    for (size_t at = 8; number.len == 8 && at + 8 <= body.len; at++) {
        struct span rest = span_from(body, at);
        if (!span_starts(rest, number) || !hs_rows(rest, number, NULL))
            continue;
        o->collection_count = 0;
        hs_rows(rest, number, o);
        *ret_count = (size_t)o->collection_count;
        return true;
    }
    return false;
}

static enum outcome hs_refused(struct observation *o, const struct hs_error *e)
{
    if (e->code != HS_NO_DATABASE && span_starts(e->state, SPAN("28"))) {
        fact_text(o, "auth", SPAN("password"), HS_CONNECT.name, e->text);
        return OUTCOME_LOCKED;
    }
    fact_text(o, "error", e->text, HS_CONNECT.name, e->text);
    return OUTCOME_UNCLEAR;
}

static enum outcome hsqldb_run(struct wire *w, struct observation *o)
{
    struct hs_message m;
    struct hs_error e;
    size_t count = 0;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &HS_CONNECT);
    if (!hs_read(w, &m))
        return OUTCOME_NOT_MINE;
    bool error = m.kind == HS_ERROR && hs_error_parse(m.body, &e);
    if (!error && (m.kind != HS_LET_IN || !hs_let_in(m.body)))
        return OUTCOME_NOT_MINE;
    o->product = "hsqldb";
    if (error)
        return hs_refused(o, &e);
    wire_ask(w, &HS_TABLES);
    if (!hs_read(w, &m) || m.kind != HS_DATA || !hs_tables(m.body, o, &count))
        return OUTCOME_UNCLEAR;
    fact_text(o, "user", SPAN("SA"), HS_CONNECT.name, SPAN_NONE);
    fact_text(o, "auth", SPAN("none"), HS_TABLES.name, span_first(m.body, PROOF_MAX));
    if (count == HS_ROWS_MAX)
        fact_bool(o, "counts.partial", true, HS_TABLES.name, SPAN_NONE);
    wire_bye(w, &HS_BYE);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_HSQLDB;
const struct probe PROBE_HSQLDB = {
    .name = "hsqldb",
    .title = "HSQLDB",
    .products = { "hsqldb" },
    .kind = KIND_STORE,
    .ports = { 9001 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "the user that each new database has is let in without a password, and is shown the tables",
    .counts = "tables, and their rows",
    .asks = { &HS_CONNECT, &HS_TABLES, &HS_BYE },
    .run = hsqldb_run,
};
