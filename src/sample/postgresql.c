/* Random rows of PostgreSQL 9.5 and later, protocol 3.0, simple queries.
 *
 * TABLESAMPLE draws: rows one by one (BERNOULLI) where the table is small enough to be read through,
 * else pages (SYSTEM), about one row of each, which a random number chooses. No sort, so nothing
 * spills into a temporary file; LIMIT is twice what is expected, so that it does not favour the
 * front of the table. Each table has a READ ONLY transaction of its own, with a limit on its time,
 * that is rolled back.
 *
 * The row comes as one text, cut by the server; the names of its columns from a query of no rows.
 * What a read leaves behind, as any SELECT does: statistics of reads, and hint bits. */
#include "base/reader.h"
#include "probe/name.h"
#include "sample/draw.h"

#include <stdio.h>

enum {
    MESSAGE_MAX = 1024 * 1024,
    HELLO_MESSAGES_MAX = 64,
    ANSWER_MESSAGES_MAX = 2 * SAMPLE_RECORDS_MAX + 64,
    CELLS_MAX = 5,
    TABLES_MAX = 1000,
    COLUMNS_MAX = 1600, /* PostgreSQL's own limit */
    DATABASES_MAX = 12, /* each takes a connection */
    NAME_MAX_BYTES = 63,
    READ_THROUGH_BYTES = 64 * 1024 * 1024,
};

static const struct ask SSL_REQUEST = {
    .name = "sample.postgresql.ssl_request",
    .why = "the session of a sample runs inside TLS where the first one did",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("\0\0\0\x08\x04\xd2\x16\x2f") },
};
static const struct ask STARTUP = {
    .name = "sample.postgresql.startup",
    .why = "opens a session as user postgres without a password, in one database",
    .class = ASK_SAMPLE,
    .parts = { ASK_BE(4, 1, 4, 4), ASK_BYTES("\0\x03\0\0user\0postgres\0database\0"),
               ASK_HOLE("database", NAME_MAX_BYTES, HOLE_JSON), ASK_BYTES("\0\0") },
};
#define QUERY(ask_name, reason, sql)                                                               \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { ASK_BYTES("Q"), ASK_BE(4, 2, 3, 4), ASK_BYTES(sql "\0") },                      \
    }
/* A query of one table: the names stand in parts 3 and 5. */
#define TABLE_QUERY(ask_name, reason, before, after)                                               \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { ASK_BYTES("Q"), ASK_BE(4, 2, 7, 4), ASK_BYTES(before " FROM ONLY \""),          \
                   ASK_HOLE("schema", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\".\""),            \
                   ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\" " after "\0") },  \
    }
#define DRAW_QUERY(ask_name, reason, method)                                                       \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { ASK_BYTES("Q"), ASK_BE(4, 2, 13, 4),                                            \
                   ASK_BYTES("SELECT left((ajar.*)::text, 65536) FROM ONLY \""),                   \
                   ASK_HOLE("schema", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\".\""),            \
                   ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED),                                 \
                   ASK_BYTES("\" AS ajar TABLESAMPLE " method " ("),                               \
                   ASK_HOLE("percent", 16, HOLE_NAME), ASK_BYTES(") WHERE random() < "),           \
                   ASK_HOLE("share", 16, HOLE_NAME), ASK_BYTES(" LIMIT "),                         \
                   ASK_HOLE("limit", 8, HOLE_NAME), ASK_BYTES("\0") },                             \
    }

static const struct ask DATABASES =
    QUERY("sample.postgresql.databases", "names of the databases that may be entered",
          "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate "
          "ORDER BY pg_database_size(oid) DESC LIMIT 100");
static const struct ask TABLES =
    QUERY("sample.postgresql.tables", "names, estimated rows, pages and sizes of the tables",
          "SELECT n.nspname, c.relname, CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint END, "
          "pg_relation_size(c.oid) / current_setting('block_size')::int, pg_relation_size(c.oid) "
          "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
          "AND n.nspname NOT LIKE 'pg_toast%' ORDER BY 5 DESC LIMIT 1000");
static const struct ask BEGIN = QUERY("sample.postgresql.begin", "a transaction that cannot write",
                                      "BEGIN TRANSACTION READ ONLY");
static const struct ask LIMIT_TIME = QUERY("sample.postgresql.limit_time",
                                           "the server ends what takes more than 5 seconds",
                                           "SET LOCAL statement_timeout = 5000");
static const struct ask LIMIT_LOCKS = QUERY("sample.postgresql.limit_locks",
                                            "the server does not wait for what others lock",
                                            "SET LOCAL lock_timeout = 500");
static const struct ask COLUMNS = TABLE_QUERY("sample.postgresql.columns", "names of the columns of one table",
                                              "SELECT *", "LIMIT 0");
static const struct ask ROWS_ONE_BY_ONE =
    DRAW_QUERY("sample.postgresql.rows", "random rows of a small table", "BERNOULLI");
static const struct ask ROWS_BY_PAGE =
    DRAW_QUERY("sample.postgresql.pages", "a random row of each of some random pages of a large table", "SYSTEM");
static const struct ask ROLLBACK = QUERY("sample.postgresql.rollback", "ends the transaction", "ROLLBACK");
static const struct ask TERMINATE = {
    .name = "sample.postgresql.terminate",
    .why = "ends the session politely",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("X\0\0\0\x04") },
};

/* ---- messages -------------------------------------------------------------------------- */

struct message {
    uint8_t type;
    struct span body;
};

static bool read_message(struct wire *w, struct message *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, 5));
    *m = (struct message){ .type = reader_u8(&r) };
    uint32_t len = reader_be32(&r);
    if (!wire_ok(w))
        return false;
    if (len < 4 || len > MESSAGE_MAX)
        return wire_fail(w);
    if (len > 4)
        m->body = wire_need(w, len - 4);
    return wire_ok(w);
}

struct row {
    struct span cell[CELLS_MAX];
};

static bool row_parse(struct span body, size_t columns, struct row *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    *ret = (struct row){ { SPAN_NONE } };
    if (reader_be16(&r) != columns)
        reader_fail(&r, "another number of columns than was asked for");
    for (size_t i = 0; i < columns && reader_ok(&r); i++) {
        uint32_t len = reader_be32(&r);
        if (len != UINT32_MAX)
            ret->cell[i] = reader_take(&r, len);
    }
    reader_end(&r);
    return reader_ok(&r);
}

struct rows {
    LIST_OF(struct row) list;
    struct span description; /* of the columns */
};

/* A whole answer. False where the server refused (the session goes on) or the wire faulted. */
static bool read_answer(struct draw *d, size_t columns, size_t rows_max, struct rows *ret)
{
    struct message m;
    bool refused = false;
    *ret = (struct rows){ 0 };
    for (size_t i = 0; i < ANSWER_MESSAGES_MAX && read_message(d->wire, &m); i++) {
        struct row row, *at;
        switch (m.type) {
        case 'Z':
            return !refused;
        case 'D':
            if (ret->list.len == rows_max || !row_parse(m.body, columns, &row) ||
                !(at = list_add(&d->batch, &ret->list)))
                return wire_fail(d->wire);
            *at = row;
            break;
        case 'T':
            ret->description = m.body;
            break;
        case 'E':
            refused = true;
            break;
        case 'C':
        case 'I':
        case 'N':
        case 'S':
            break;
        default:
            return wire_fail(d->wire);
        }
    }
    return wire_fail(d->wire);
}

static bool command(struct draw *d, const struct ask *a)
{
    struct rows rows;
    wire_ask(d->wire, a);
    return read_answer(d, 0, 0, &rows);
}

/* ---- the session ------------------------------------------------------------------------- */

static bool enter(struct draw *d, struct span database)
{
    struct message m;
    struct wire *w = d->wire;
    if (!wire_again(w, WIRE_PLAIN))
        return false;
    if (d->seen->tls) {
        wire_ask(w, &SSL_REQUEST);
        if (!span_is(wire_need(w, 1), "S") || wire_heard(w).len || !wire_start_tls(w))
            return false;
    }
    wire_ask_with(w, &STARTUP, &database, 1);
    bool trusted = false;
    for (unsigned i = 0; i < HELLO_MESSAGES_MAX && read_message(w, &m); i++) {
        if (m.type == 'R')
            trusted = span_eq(m.body, span_of("\0\0\0\0", 4));
        if (m.type == 'E' || (m.type == 'R' && !trusted))
            return false;
        if (m.type == 'Z')
            return trusted;
    }
    return false;
}

static bool begin(struct draw *d)
{
    return command(d, &BEGIN) && command(d, &LIMIT_TIME) && command(d, &LIMIT_LOCKS);
}

/* ---- one table ------------------------------------------------------------------------- */

struct columns {
    struct span name[COLUMNS_MAX];
    size_t len;
};

/* RowDescription: for each column a name, then 18 bytes about its type. */
static bool columns_parse(struct span body, struct columns *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    size_t count = reader_be16(&r);
    if (count > COLUMNS_MAX)
        reader_fail(&r, "more columns than a table can have");
    ret->len = 0;
    for (size_t i = 0; i < count && reader_ok(&r); i++) {
        ret->name[i] = reader_cstr(&r, 4 * NAME_MAX_BYTES);
        reader_skip(&r, 18);
        ret->len = i + 1;
    }
    reader_end(&r);
    return reader_ok(&r);
}

/* One field of a row as text: `(1,"a ""b""",)`, written to *out; *at is moved past it and its comma.
 * Doubled quotes and backslashes stand for one. */
static struct span row_field(struct span text, size_t *at, uint8_t **out)
{
    bool quoted = false;
    const uint8_t *start = *out;
    for (; *at < text.len; (*at)++) {
        uint8_t c = text.at[*at];
        bool doubled = quoted && *at + 1 < text.len && text.at[*at + 1] == c && (c == '"' || c == '\\');
        if (doubled) {
            (*at)++;
        } else if (c == '"') {
            quoted = !quoted;
            continue;
        } else if (!quoted && (c == ',' || c == ')')) {
            break;
        }
        *(*out)++ = c;
    }
    (*at)++;
    return span_of(start, (size_t)(*out - start));
}

static void take_row(struct draw *d, const struct columns *columns, struct span text)
{
    size_t at = 1;
    uint8_t *out = arena_alloc(&d->batch, text.len + 1);
    draw_record(d);
    if (!out || !span_starts(text, SPAN("(")))
        return;
    for (size_t i = 0; i < columns->len && at < text.len; i++) {
        struct span value = row_field(text, &at, &out);
        if (value.len)
            draw_value(d, columns->name[i], value);
    }
    d->sums.cut += at < text.len || !span_ends(text, SPAN(")"));
}

struct table_about {
    struct span schema, name;
    uint64_t rows, pages, bytes;
    bool rows_known;
};

/* Asks for about `wanted` rows of a table, and for at most twice as many. */
static bool ask_rows(struct draw *d, const struct table_about *t, uint32_t wanted)
{
    char percent[17], share[17], limit[9];
    double want = 1.1 * wanted, pages = t->pages ? (double)t->pages : 1;
    double part = t->rows_known && t->rows ? want / (double)t->rows : 1, chosen = 1;
    const struct ask *a = &ROWS_ONE_BY_ONE;
    if (t->bytes > READ_THROUGH_BYTES && t->rows_known) {
        a = &ROWS_BY_PAGE;
        part = want / pages;
        chosen = pages / (double)t->rows;
    }
    (void)snprintf(percent, sizeof(percent), "%.9f", part >= 1 ? 100 : part < 1e-9 ? 1e-7 : 100 * part);
    (void)snprintf(share, sizeof(share), "%.9f", chosen > 1 ? 1 : chosen);
    (void)snprintf(limit, sizeof(limit), "%u", 2 * wanted);
    struct span args[] = { t->schema, t->name, span_str(percent), span_str(share), span_str(limit) };
    return wire_ask_with(d->wire, a, args, 5);
}

static bool may_ask(const struct table_about *t)
{
    uint8_t scratch[4 * NAME_MAX_BYTES + 128];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    struct span args[] = { t->schema, t->name };
    return ask_render(&COLUMNS, args, 2, &trial);
}

static void draw_table(struct draw *d, struct span shown, const struct table_about *t, uint32_t wanted)
{
    struct span args[] = { t->schema, t->name };
    struct rows rows;
    struct columns *columns = ARENA_NEW(wire_arena(d->wire), struct columns);
    draw_collection(d, shown, t->rows_known ? (int64_t)t->rows : COUNT_UNKNOWN, true);
    bool ok = columns && may_ask(t) && begin(d) && wire_ask_with(d->wire, &COLUMNS, args, 2) &&
              read_answer(d, 0, 0, &rows) && columns_parse(rows.description, columns) &&
              ask_rows(d, t, wanted) && read_answer(d, 1, 2 * wanted, &rows);
    if (ok) {
        rows.list.len = draw_some(d, rows.list.at, sizeof(*rows.list.at), rows.list.len, wanted);
        for (size_t i = 0; i < rows.list.len && draw_wants(d); i++)
            take_row(d, columns, rows.list.at[i].cell[0]);
    } else {
        draw_skip(d, may_ask(t) ? "the server did not draw from it"
                                : "its name holds a quote or a control character");
    }
    if (wire_ok(d->wire) && may_ask(t))
        command(d, &ROLLBACK);
    draw_judge(d);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* Copies what the answers of the catalog said, for the batch is emptied before each table. */
static size_t list_tables(struct draw *d, struct table_about *tables)
{
    struct rows rows;
    struct arena *a = wire_arena(d->wire);
    size_t count = 0;
    wire_ask(d->wire, &TABLES);
    if (!read_answer(d, 5, TABLES_MAX, &rows))
        return 0;
    for (size_t i = 0; i < rows.list.len; i++) {
        const struct span *cell = rows.list.at[i].cell;
        struct table_about *t = &tables[count];
        *t = (struct table_about){ .schema = arena_copy(a, cell[0]), .name = arena_copy(a, cell[1]) };
        t->rows_known = span_u64(cell[2], INT64_MAX, &t->rows);
        if (span_u64(cell[3], UINT32_MAX, &t->pages) && span_u64(cell[4], INT64_MAX, &t->bytes))
            count++;
    }
    return count;
}

static void draw_database(struct draw *d, struct span database, const uint32_t *plan, size_t planned_count)
{
    struct table_about *tables = arena_array(wire_arena(d->wire), TABLES_MAX, sizeof(*tables));
    size_t count = tables ? list_tables(d, tables) : 0;
    for (size_t i = 0; i < count && wire_ok(d->wire); i++) {
        struct arena *a = wire_arena(d->wire);
        struct span name = name_within(a, name_within(a, database, tables[i].schema), tables[i].name);
        uint32_t wanted = draw_planned(d, plan, planned_count, name);
        if (wanted)
            draw_table(d, name, &tables[i], wanted);
    }
}

static const char *postgresql_draw(struct draw *d)
{
    struct rows rows;
    size_t planned_count, count = 0;
    struct span names[DATABASES_MAX];
    uint32_t *plan = draw_plan(d, NULL, &planned_count);
    if (!plan || !enter(d, SPAN("postgres")))
        return "it did not let itself be asked again";
    wire_ask(d->wire, &DATABASES);
    if (!read_answer(d, 1, 100, &rows))
        return "it did not name its databases";
    for (size_t i = 0; i < rows.list.len && count < DATABASES_MAX; i++)
        names[count++] = rows.list.at[i].cell[0];
    for (size_t i = 0; i < count; i++) {
        uint8_t scratch[256];
        struct writer trial = writer_over(scratch, sizeof(scratch));
        if (!ask_render(&STARTUP, &names[i], 1, &trial))
            continue;
        wire_bye(d->wire, &TERMINATE);
        if (enter(d, names[i]))
            draw_database(d, names[i], plan, planned_count);
    }
    wire_bye(d->wire, &TERMINATE);
    return NULL;
}

const struct sampler SAMPLER_POSTGRESQL = {
    .products = { "postgresql" },
    .how = "TABLESAMPLE",
    .asks = { &SSL_REQUEST, &STARTUP, &DATABASES, &TABLES, &BEGIN, &LIMIT_TIME, &LIMIT_LOCKS, &COLUMNS,
              &ROWS_ONE_BY_ONE, &ROWS_BY_PAGE, &ROLLBACK, &TERMINATE },
    .draw = postgresql_draw,
};
