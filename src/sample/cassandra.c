/* Random rows of Cassandra 3.0 and ScyllaDB, version 4 of the protocol, which all of them speak.
 *
 * Rows lie around a ring of tokens, 64 bits of a hash of the partition key. A random token leads to the partition at or
 * after it, and of that the first row is read, as JSON: partitions behind a gap in the ring are a little likelier, and
 * of a partition of many rows one is drawn. Tables whose partition key is more than two columns are left alone.
 * Consistency is ONE, so that one replica answers. A SELECT writes nothing. */
#include "probe/cql_talk.h"
#include "probe/name.h"
#include "sample/draw.h"

#include <stdio.h>

enum { NAME_MAX_BYTES = 48 * 4, KEY_COLUMNS_MAX = 2, COLUMNS_MAX = 1000 };

#define HEAD(op) "\x04\0\0\x01" op
/* QUERY: the statement in parts [3, last), then consistency ONE and how many rows at most. */
#define QUERY(ask_name, reason, last, rows, ...)                                                   \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { ASK_BYTES(HEAD("\x07")), ASK_BE(4, 2, (last) + 1, 0), ASK_BE(4, 3, (last), 0), __VA_ARGS__,       \
                   ASK_BYTES("\0\x01\x04" rows) },                                                 \
    }
#define PART_TABLE                                                                                 \
    ASK_HOLE("keyspace", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\".\""),                         \
    ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED)

static const struct ask STARTUP = {
    .name = "sample.cassandra.startup",
    .why = "opens a session without saying who asks",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES(HEAD("\x01") "\0\0\0\x16" "\0\x01\0\x0b" "CQL_VERSION" "\0\x05" "3.0.0") },
};
static const struct ask TABLES =
    QUERY("sample.cassandra.tables", "names of keyspaces and tables", 4, "\0\0\x13\x88",
          ASK_BYTES("SELECT keyspace_name, table_name FROM system_schema.tables"));
static const struct ask COLUMNS =
    QUERY("sample.cassandra.columns", "which columns the partition key of one table is of", 8, "\0\0\x03\xe8",
          ASK_BYTES("SELECT column_name, kind, position FROM system_schema.columns WHERE keyspace_name = '"),
          ASK_HOLE("keyspace", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("' AND table_name = '"),
          ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("'"));
static const struct ask ROW =
    QUERY("sample.cassandra.row", "the row at a random token", 12, "\0\0\0\x01", ASK_BYTES("SELECT JSON * FROM \""),
          PART_TABLE, ASK_BYTES("\" WHERE token(\""), ASK_HOLE("column", NAME_MAX_BYTES, HOLE_QUOTED),
          ASK_BYTES("\") >= "), ASK_HOLE("token", 20, HOLE_NAME), ASK_BYTES(" LIMIT 1"));
static const struct ask ROW_OF_TWO =
    QUERY("sample.cassandra.row_of_two", "the same where the partition key is two columns", 14, "\0\0\0\x01",
          ASK_BYTES("SELECT JSON * FROM \""), PART_TABLE, ASK_BYTES("\" WHERE token(\""),
          ASK_HOLE("column", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\", \""),
          ASK_HOLE("column", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\") >= "), ASK_HOLE("token", 20, HOLE_NAME),
          ASK_BYTES(" LIMIT 1"));

struct table_about {
    struct span keyspace, name, shown;
    struct span key[KEY_COLUMNS_MAX];
    size_t key_len;
};

/* Rows in answer to an ask. False where the server refused or the wire faulted. */
static bool ask_rows(struct draw *d, const struct ask *a, const struct span *args, size_t count, uint32_t columns,
                     struct verdict *v, struct cql_rows *ret)
{
    struct cql_message m;
    return wire_ask_with(d->wire, a, args, count) && cql_read(d->wire, &m) && cql_rows(&m, v, columns, ret);
}

/* Fills the table's partition key, in its order. False where it is longer than is asked by. */
static bool find_key(struct draw *d, struct table_about *t)
{
    struct verdict v;
    struct cql_rows rows;
    struct span args[] = { t->keyspace, t->name };
    if (!ask_rows(d, &COLUMNS, args, 2, 3, &v, &rows) || rows.count > COLUMNS_MAX)
        return false;
    for (uint32_t i = 0; i < rows.count && reader_ok(&rows.r); i++) {
        struct span cell[CQL_CELLS_MAX];
        struct verdict place;
        cql_row(&rows, cell);
        struct reader position = reader_over(&place, cell[2]);
        uint32_t at = reader_be32(&position);
        if (!span_is(cell[1], "partition_key"))
            continue;
        if (!reader_ok(&position) || at >= KEY_COLUMNS_MAX)
            return false;
        t->key[at] = cell[0];
        t->key_len = at + 1 > t->key_len ? at + 1 : t->key_len;
    }
    return reader_ok(&rows.r) && t->key_len > 0 && t->key[0].len > 0 && t->key[t->key_len - 1].len > 0;
}

/* The row at or after a random token, or none where the ring ends first. False where the server refused. */
static bool draw_row(struct draw *d, const struct table_about *t)
{
    char token[21];
    struct verdict v;
    struct cql_rows rows;
    struct span cell[CQL_CELLS_MAX];
    struct error e;
    (void)snprintf(token, sizeof(token), "%lld", (long long)random_next(&d->random));
    struct span one[] = { t->keyspace, t->name, t->key[0], span_str(token) };
    struct span two[] = { t->keyspace, t->name, t->key[0], t->key[1], span_str(token) };
    bool ok = t->key_len == 1 ? ask_rows(d, &ROW, one, 4, 1, &v, &rows)
                              : ask_rows(d, &ROW_OF_TWO, two, 5, 1, &v, &rows);
    if (!ok || rows.count == 0)
        return ok;
    cql_row(&rows, cell);
    const struct node *document = reader_ok(&rows.r) ? json_parse(&d->batch, cell[0], &e) : NULL;
    draw_record(d);
    if (document)
        draw_node(d, SPAN_NONE, document);
    else
        d->sums.cut++;
    return true;
}

static bool may_ask(const struct table_about *t)
{
    uint8_t scratch[2 * NAME_MAX_BYTES + 256];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    struct span args[] = { t->keyspace, t->name };
    return ask_render(&COLUMNS, args, 2, &trial);
}

static void draw_table(struct draw *d, struct table_about *t, int64_t total, uint32_t wanted)
{
    draw_collection(d, t->shown, total, true);
    const char *why = !may_ask(t)       ? "its name holds a quote or a control character"
                      : !find_key(d, t) ? "its partition key is of more than two columns"
                                        : NULL;
    bool ok = true;
    /* Past the last token there is no row: as many tries again, so that a ring with a gap there is drawn from, too. */
    for (uint32_t i = 0; !why && ok && i < 2 * wanted && d->record < wanted && draw_wants(d); i++)
        ok = draw_row(d, t);
    if (!why && d->record == 0)
        why = ok ? "no row was found at random tokens" : "the server did not draw from it";
    if (why)
        draw_skip(d, why);
    draw_judge(d);
}

static bool enter(struct draw *d)
{
    struct cql_message m;
    return wire_again(d->wire, d->seen->tls ? WIRE_IN_TLS : WIRE_PLAIN) && wire_ask(d->wire, &STARTUP) &&
           cql_read(d->wire, &m) && m.op == CQL_OP_READY;
}

static const char *cassandra_draw(struct draw *d)
{
    struct verdict v;
    struct cql_rows rows;
    size_t count;
    uint32_t *plan = draw_plan(d, NULL, &count);
    if (!plan || !enter(d))
        return "it did not let itself be asked again in version 4 of its protocol";
    if (!ask_rows(d, &TABLES, NULL, 0, 2, &v, &rows))
        return "it did not name its tables";
    for (uint32_t i = 0; i < rows.count && reader_ok(&rows.r) && wire_ok(d->wire); i++) {
        struct span cell[CQL_CELLS_MAX];
        cql_row(&rows, cell);
        struct table_about t = { .keyspace = cell[0], .name = cell[1],
                                 .shown = name_within(wire_arena(d->wire), cell[0], cell[1]) };
        for (size_t k = 0; k < count; k++)
            if (plan[k] && span_eq(d->seen->collections.at[k].name, t.shown))
                draw_table(d, &t, d->seen->collections.at[k].records, plan[k]);
    }
    return NULL;
}

const struct sampler SAMPLER_CASSANDRA = {
    .products = { "cassandra", "scylladb" },
    .how = "the row at or after a random token",
    .asks = { &STARTUP, &TABLES, &COLUMNS, &ROW, &ROW_OF_TWO },
    .draw = cassandra_draw,
};
