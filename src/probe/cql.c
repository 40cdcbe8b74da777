/* CQL: Cassandra, ScyllaDB and what speaks like them (native_protocol_v3 to v5.spec, in its sources).
 *
 *     > OPTIONS          < SUPPORTED: what it is; or an error in the newest version that it knows
 *     > STARTUP          < READY: nobody is asked for a name; or AUTHENTICATE, with the name of the method
 *     > SELECT from system.local, peers_v2, size_estimates, system_schema.tables
 *     > SELECT * FROM a table of somebody's LIMIT 0
 *     > SELECT from system_schema.columns, where that table may be read
 *
 * The catalog is shown to whoever is in, rights or none. So the last question decides: Cassandra looks at the
 * right to read a table first, and then says that a limit must be positive. Nothing is read. Where nobody has
 * made a table, one of the server's own that is kept from those without rights is asked the same way; not all
 * of them are (system_traces is shown to everybody).
 *
 * In version 5 all behind STARTUP is cut into frames with checksums (its section 2); a request for a
 * table by its name would need one that is computed, so that version is spoken only where no older one is,
 * and the server's own table decides. */
#include "base/buf.h"
#include "base/list.h"
#include "probe/cql_talk.h"
#include "probe/name.h"
#include "probe/probe.h"
#include "record/field_names.h"

enum {
    TABLES_TRIED = 6,
    PEERS_NAMED = 16,
    OPTIONS_MAX = 64,
    FRAMES_MAX = 16,
    FRAME_WHOLE = 1 << 17,
};

/* ---- what is asked ------------------------------------------------------------------------------ */

#define V3 "\x03"
#define V4 "\x04"
#define V5 "\x05"
#define ONE_ROW "\0\0\0\x01"
#define MANY_ROWS "\0\0\x13\x88"
#define LOCAL "SELECT release_version, cluster_name, data_center FROM system.local"
#define PEERS "SELECT native_address, native_port FROM system.peers_v2"
#define SCYLLA "SELECT version FROM system.versions"
#define TABLES "SELECT keyspace_name, table_name FROM system_schema.tables"
#define TABLES_2 "SELECT keyspace_name, columnfamily_name FROM system.schema_columnfamilies"
#define COLUMNS "SELECT keyspace_name, column_name FROM system_schema.columns"
#define COLUMNS_2 "SELECT keyspace_name, column_name FROM system.schema_columns"
#define SIZES "SELECT keyspace_name, table_name, partitions_count, mean_partition_size FROM system.size_estimates"
#define NONE "SELECT id FROM system.compaction_history LIMIT 0"

#define WHY_LOCAL "states version and cluster"
#define WHY_PEERS "where clients reach the other nodes; from 4.0 on"
#define WHY_SCYLLA "states the version of ScyllaDB"
#define WHY_TABLES "names keyspaces and tables, out of the catalog"
#define WHY_TABLES_2 "the same, of before 3.0"
#define WHY_COLUMNS "names of the columns, which tell what kinds of data there are"
#define WHY_SIZES "estimates how many partitions this node has, and how large"
#define WHY_NONE "whether a table of the server's own may be read; no row of it is asked for"
#define WHY_TABLE "whether a table may be read; no row of it is asked for"

/* QUERY, the statement, consistency ONE, at most so many rows. */
#define QUERY(version, ask_name, reason, text, rows) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BYTES(version "\0\0\x01\x07"), ASK_BE(4, 2, 5, 0), ASK_BE(4, 3, 4, 0), ASK_BYTES(text), \
                 ASK_BYTES("\0\x01\x04" rows) } }
#define QUERY_TABLE(version, ask_name) \
    { .name = (ask_name), .why = WHY_TABLE, \
      .parts = { ASK_BYTES(version "\0\0\x01\x07"), ASK_BE(4, 2, 9, 0), ASK_BE(4, 3, 8, 0), \
                 ASK_BYTES("SELECT * FROM \""), ASK_HOLE("keyspace", 256, HOLE_QUOTED), ASK_BYTES("\".\""), \
                 ASK_HOLE("table", 256, HOLE_QUOTED), ASK_BYTES("\" LIMIT 0"), ASK_BYTES("\0\x01\x04" ONE_ROW) } }
#define STARTUP(version, ask_name) \
    ASK_FIXED(ask_name, "opens a session without saying who asks", \
              version "\0\0\x01\x01\0\0\0\x16" "\0\x01\0\x0b" "CQL_VERSION" "\0\x05" "3.0.0")

static const struct ask CQL_OPTIONS = ASK_FIXED("cql.options", "states what it supports; before any login",
                                                V4 "\0\0\x01\x05\0\0\0\0");
static const struct ask CQL_STARTUP_3 = STARTUP(V3, "cql.startup3");
static const struct ask CQL_STARTUP_4 = STARTUP(V4, "cql.startup4");
static const struct ask CQL_STARTUP_5 = STARTUP(V5, "cql.startup5");
static const struct ask CQL_LOCAL_3 = QUERY(V3, "cql.local3", WHY_LOCAL, LOCAL, ONE_ROW);
static const struct ask CQL_LOCAL_4 = QUERY(V4, "cql.local4", WHY_LOCAL, LOCAL, ONE_ROW);
static const struct ask CQL_PEERS_3 = QUERY(V3, "cql.peers3", WHY_PEERS, PEERS, MANY_ROWS);
static const struct ask CQL_PEERS_4 = QUERY(V4, "cql.peers4", WHY_PEERS, PEERS, MANY_ROWS);
static const struct ask CQL_SCYLLA_3 = QUERY(V3, "cql.scylla3", WHY_SCYLLA, SCYLLA, ONE_ROW);
static const struct ask CQL_SCYLLA_4 = QUERY(V4, "cql.scylla4", WHY_SCYLLA, SCYLLA, ONE_ROW);
static const struct ask CQL_TABLES_3 = QUERY(V3, "cql.tables3", WHY_TABLES, TABLES, MANY_ROWS);
static const struct ask CQL_TABLES_4 = QUERY(V4, "cql.tables4", WHY_TABLES, TABLES, MANY_ROWS);
static const struct ask CQL_TABLES_2_3 = QUERY(V3, "cql.old-tables3", WHY_TABLES_2, TABLES_2, MANY_ROWS);
static const struct ask CQL_TABLES_2_4 = QUERY(V4, "cql.old-tables4", WHY_TABLES_2, TABLES_2, MANY_ROWS);
static const struct ask CQL_COLUMNS_3 = QUERY(V3, "cql.columns3", WHY_COLUMNS, COLUMNS, MANY_ROWS);
static const struct ask CQL_COLUMNS_4 = QUERY(V4, "cql.columns4", WHY_COLUMNS, COLUMNS, MANY_ROWS);
static const struct ask CQL_COLUMNS_2_3 = QUERY(V3, "cql.old-columns3", WHY_COLUMNS, COLUMNS_2, MANY_ROWS);
static const struct ask CQL_COLUMNS_2_4 = QUERY(V4, "cql.old-columns4", WHY_COLUMNS, COLUMNS_2, MANY_ROWS);
static const struct ask CQL_SIZES_3 = QUERY(V3, "cql.sizes3", WHY_SIZES, SIZES, MANY_ROWS);
static const struct ask CQL_SIZES_4 = QUERY(V4, "cql.sizes4", WHY_SIZES, SIZES, MANY_ROWS);
static const struct ask CQL_NONE_3 = QUERY(V3, "cql.none3", WHY_NONE, NONE, ONE_ROW);
static const struct ask CQL_NONE_4 = QUERY(V4, "cql.none4", WHY_NONE, NONE, ONE_ROW);
static const struct ask CQL_TABLE_3 = QUERY_TABLE(V3, "cql.table3");
static const struct ask CQL_TABLE_4 = QUERY_TABLE(V4, "cql.table4");

/* Length and its CRC-24, a message of version 5 with flags of four bytes, its CRC-32. */
#define IN_FRAME(head, length, text, rows, sum) \
    head V5 "\0\0\x01\x07" length text "\0\x01" "\0\0\0\x04" rows sum
static const struct ask CQL_LOCAL_5 = ASK_FIXED("cql.local5", WHY_LOCAL,
    IN_FRAME("\x5a\0\x02\x86\x3d\xe0", "\0\0\0\x51\0\0\0\x43", LOCAL, ONE_ROW, "\xa3\x92\x68\xdd"));
static const struct ask CQL_TABLES_5 = ASK_FIXED("cql.tables5", WHY_TABLES,
    IN_FRAME("\x51\0\x02\x78\x03\x35", "\0\0\0\x48\0\0\0\x3a", TABLES, MANY_ROWS, "\x8c\x29\x81\x49"));
static const struct ask CQL_SIZES_5 = ASK_FIXED("cql.sizes5", WHY_SIZES,
    IN_FRAME("\x79\0\x02\xfd\xa9\x79", "\0\0\0\x70\0\0\0\x62", SIZES, MANY_ROWS, "\x22\xce\x75\x07"));
static const struct ask CQL_COLUMNS_5 = ASK_FIXED("cql.columns5", WHY_COLUMNS,
    IN_FRAME("\x53\0\x02\x48\xc3\xe5", "\0\0\0\x4a\0\0\0\x3c", COLUMNS, MANY_ROWS, "\x55\x1a\xda\x74"));
static const struct ask CQL_NONE_5 = ASK_FIXED("cql.none5", WHY_NONE,
    IN_FRAME("\x47\0\x02\x8f\x31\x08", "\0\0\0\x3e\0\0\0\x30", NONE, ONE_ROW, "\x88\xd7\x5d\x09"));

/* The asks of one version. */
struct cql_words {
    uint8_t version;
    const struct ask *startup, *local, *peers, *scylla, *tables, *tables_2, *sizes, *none, *table, *columns,
        *columns_2;
};

static const struct cql_words CQL_WORDS[] = {
    { 4, &CQL_STARTUP_4, &CQL_LOCAL_4, &CQL_PEERS_4, &CQL_SCYLLA_4, &CQL_TABLES_4, &CQL_TABLES_2_4, &CQL_SIZES_4,
      &CQL_NONE_4, &CQL_TABLE_4, &CQL_COLUMNS_4, &CQL_COLUMNS_2_4 },
    { 3, &CQL_STARTUP_3, &CQL_LOCAL_3, &CQL_PEERS_3, &CQL_SCYLLA_3, &CQL_TABLES_3, &CQL_TABLES_2_3, &CQL_SIZES_3,
      &CQL_NONE_3, &CQL_TABLE_3, &CQL_COLUMNS_3, &CQL_COLUMNS_2_3 },
    { 5, &CQL_STARTUP_5, &CQL_LOCAL_5, NULL, NULL, &CQL_TABLES_5, NULL, &CQL_SIZES_5, &CQL_NONE_5, NULL,
      &CQL_COLUMNS_5, NULL },
};

/* ---- messages ----------------------------------------------------------------------------------- */

static const struct frame_form CQL_FORM_2 = { .head = 8, .at = 4, .width = 4, .most = CQL_MESSAGE_MAX_BYTES };

/* One frame of version 5; *ret_whole: it holds a whole message. */
static struct span cql_frame(struct wire *w, bool *ret_whole)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, 6));
    uint32_t head = reader_le24(&r);
    *ret_whole = (head & FRAME_WHOLE) != 0;
    struct span payload = wire_need(w, head & (FRAME_WHOLE - 1));
    wire_need(w, 4);
    return wire_ok(w) ? payload : SPAN_NONE;
}

/* A message that comes in frames: in one, or in several that hold nothing else. */
static bool cql_read_framed(struct wire *w, struct cql_message *ret)
{
    bool whole;
    uint32_t len;
    *ret = (struct cql_message){ 0 };
    struct span first = cql_frame(w, &whole), head = span_first(first, CQL_FORM.head);
    if (!wire_ok(w) || !frame_length(&CQL_FORM, head, &len) || first.len - head.len > len ||
        (whole && first.len - head.len != len))
        return wire_fail(w);
    uint8_t *body = arena_alloc(wire_arena(w), len + 1);
    if (!body)
        return wire_fail(w);
    size_t have = first.len - head.len;
    if (have)
        memcpy(body, first.at + head.len, have);
    for (size_t i = 0; have < len && i < FRAMES_MAX; i++) {
        struct span more = cql_frame(w, &whole);
        if (!wire_ok(w) || whole || more.len == 0 || more.len > len - have)
            return wire_fail(w);
        memcpy(body + have, more.at, more.len);
        have += more.len;
    }
    return have == len && cql_head(head, span_of(body, len), ret) ? true : wire_fail(w);
}

/* What it says to a version that there is not, as that of "PING" and of "GET /". */
static bool cql_recognises(struct span first)
{
    struct frame f;
    struct cql_message m;
    struct span text;
    return frame_first(&CQL_FORM, first, &f) && cql_head(f.head, f.body, &m) &&
           cql_error(&m, &text) == CQL_ERROR_PROTOCOL && span_has(text, "protocol version");
}

/* ---- rows --------------------------------------------------------------------------------------- */

static int64_t cql_number(struct span value)
{
    struct verdict v;
    struct reader r = reader_over(&v, value);
    uint64_t n = reader_be64(&r);
    return reader_ok(&r) && n <= INT64_MAX ? (int64_t)n : 0;
}

/* ---- the conversation --------------------------------------------------------------------------- */

struct cql_table {
    struct span keyspace, name;
    int64_t partitions, bytes;
};

struct cql {
    struct wire *w;
    struct observation *o;
    const struct cql_words *words;
    LIST_OF(struct cql_table) tables;
    bool scylla, partial;
};

static bool cql_ask(struct cql *c, const struct ask *a, struct cql_message *ret)
{
    *ret = (struct cql_message){ 0 };
    if (!a || !wire_ask(c->w, a))
        return false;
    return c->words->version >= 5 ? cql_read_framed(c->w, ret) : cql_read(c->w, ret);
}

static void cql_local(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
    const char *ask = c->words->local->name;
    if (!cql_ask(c, c->words->local, &m) || !cql_rows(&m, &v, 3, &rows) || rows.count != 1)
        return;
    cql_row(&rows, value);
    if (!reader_ok(&rows.r))
        return;
    if (value[0].len)
        fact_text(c->o, c->scylla ? "version.compatible" : "version", value[0], ask, value[0]);
    if (value[1].len)
        fact_text(c->o, "cluster", value[1], ask, value[1]);
    if (value[2].len)
        fact_text(c->o, "datacenter", value[2], ask, value[2]);
}

/* "10.0.0.6:9042, 10.0.0.7:9042". Of before 4.0 there is no such table, and no port is told. */
static void cql_peers(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    struct buf peers;
    if (c->scylla || !cql_ask(c, c->words->peers, &m) || !cql_rows(&m, &v, 2, &rows))
        return;
    buf_init(&peers, FACT_TEXT_MAX);
    for (uint32_t i = 0; i < rows.count && reader_ok(&rows.r); i++) {
        struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
        struct verdict own;
        cql_row(&rows, value);
        struct reader port = reader_over(&own, value[1]);
        struct endpoint e = { .address = { value[0].len == 4 ? 4 : 6, { 0 } }, .port = (uint16_t)reader_be32(&port) };
        char text[ENDPOINT_TEXT_MAX];
        if ((value[0].len != 4 && value[0].len != 16) || !reader_ok(&port) || i >= PEERS_NAMED)
            continue;
        memcpy(e.address.bytes, value[0].at, value[0].len);
        buf_str(&peers, peers.len ? ", " : "");
        buf_str(&peers, endpoint_text(&e, text));
    }
    if (reader_ok(&rows.r) && peers.len)
        fact_text(c->o, "peers", buf_span(&peers), c->words->peers->name, SPAN_NONE);
    buf_release(&peers);
}

static void cql_scylla(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
    if (!c->scylla || !cql_ask(c, c->words->scylla, &m) || !cql_rows(&m, &v, 1, &rows) || rows.count != 1)
        return;
    cql_row(&rows, value);
    struct span rest = value[0];
    if (reader_ok(&rows.r) && value[0].len)
        fact_text(c->o, "version", span_cut(&rest, '-'), c->words->scylla->name, value[0]);
}

/* The server's own keyspaces, those of DataStax among them. */
static bool cql_is_own(struct span keyspace)
{
    return span_is(keyspace, "system") || span_starts(keyspace, SPAN("system_")) ||
           span_starts(keyspace, SPAN("dse_")) || span_is(keyspace, "solr_admin");
}

/* False where the catalog was not shown. */
static bool cql_tables(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    struct span text;
    int64_t own = 0;
    const struct ask *a = c->words->tables;
    if (!cql_ask(c, a, &m))
        return false;
    if (cql_error(&m, &text) == CQL_ERROR_INVALID && !cql_ask(c, a = c->words->tables_2, &m))
        return false;
    if (!cql_rows(&m, &v, 2, &rows))
        return false;
    for (uint32_t i = 0; i < rows.count && reader_ok(&rows.r); i++) {
        struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
        cql_row(&rows, value);
        bool is_own = cql_is_own(value[0]);
        own += is_own;
        struct cql_table *t = is_own || !value[0].len ? NULL : list_add(wire_arena(c->w), &c->tables);
        if (t)
            *t = (struct cql_table){ value[0], value[1], 0, 0 };
    }
    if (!reader_ok(&rows.r))
        return false;
    c->partial |= rows.more;
    fact_number(c->o, "collections.system", own, a->name, SPAN_NONE);
    return true;
}

/* Adds an estimate for one range of tokens to its table. Tables come in the catalog's order, so that the
 * next is mostly the same one. */
static void cql_add(struct cql *c, size_t *at, struct span keyspace, struct span name, int64_t partitions, int64_t mean)
{
    int64_t bytes = 0;
    for (size_t tries = 0; tries < c->tables.len; tries++, *at = (*at + 1) % c->tables.len) {
        struct cql_table *t = &c->tables.at[*at];
        if (!span_eq(t->name, name) || !span_eq(t->keyspace, keyspace))
            continue;
        if (__builtin_mul_overflow(partitions, mean, &bytes) || __builtin_add_overflow(t->bytes, bytes, &t->bytes) ||
            __builtin_add_overflow(t->partitions, partitions, &t->partitions))
            t->bytes = t->partitions = INT64_MAX / 2;
        return;
    }
}

static void cql_sizes(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    size_t at = 0;
    if (c->tables.len == 0 || !cql_ask(c, c->words->sizes, &m) || !cql_rows(&m, &v, 4, &rows))
        return;
    struct cql_rows look = rows;
    for (uint32_t i = 0; i < look.count && reader_ok(&look.r); i++) {
        struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
        cql_row(&look, value);
    }
    if (!reader_ok(&look.r))
        return;
    for (uint32_t i = 0; i < rows.count; i++) {
        struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
        cql_row(&rows, value);
        cql_add(c, &at, value[0], value[1], cql_number(value[2]), cql_number(value[3]));
    }
}

/* An estimate of one node is a lower bound of the cluster; none at all says nothing yet. */
static void cql_count(struct cql *c)
{
    c->o->collection_count = 0;
    for (size_t i = 0; i < c->tables.len; i++) {
        const struct cql_table *t = &c->tables.at[i];
        struct span name = name_within(wire_arena(c->w), t->keyspace, t->name);
        bool known = t->partitions > 0;
        observation_collect(c->o, name, known ? t->partitions : COUNT_UNKNOWN, known ? t->bytes : COUNT_UNKNOWN,
                            COUNT_UNKNOWN);
        c->partial |= known;
    }
    if (c->partial)
        fact_bool(c->o, "counts.partial", true, c->words->tables->name, SPAN_NONE);
}

enum may { MAY_UNKNOWN, MAY_READ, MAY_NOT };

/* What a SELECT with the limit 0 was answered. */
static enum may cql_may(const struct cql_message *m, struct span *ret_proof)
{
    struct verdict v;
    struct cql_rows rows;
    switch (cql_error(m, ret_proof)) {
    case CQL_ERROR_DENIED:
        return MAY_NOT;
    case CQL_ERROR_INVALID:
        return span_has(*ret_proof, "LIMIT must be") ? MAY_READ : MAY_UNKNOWN;
    case 0:
        *ret_proof = span_first(m->body, 16);
        return cql_rows(m, &v, 0, &rows) ? MAY_READ : MAY_UNKNOWN;
    default:
        return MAY_UNKNOWN;
    }
}

/* Whether one of the tables may be read; where there is none, the server's own. */
static enum may cql_rights(struct cql *c, const char **ret_ask, struct span *ret_proof)
{
    struct cql_message m;
    enum may may = MAY_UNKNOWN;
    for (size_t i = 0; c->words->table && may != MAY_READ && i < c->tables.len && i < TABLES_TRIED; i++) {
        const struct span args[] = { c->tables.at[i].keyspace, c->tables.at[i].name };
        *ret_ask = c->words->table->name;
        if (!wire_ask_with(c->w, c->words->table, args, 2) || !cql_read(c->w, &m))
            return MAY_UNKNOWN;
        may = cql_may(&m, ret_proof);
    }
    if (may != MAY_UNKNOWN)
        return may;
    *ret_ask = c->words->none->name;
    return cql_ask(c, c->words->none, &m) ? cql_may(&m, ret_proof) : MAY_UNKNOWN;
}

/* Names of columns. Where it has more than one page of them, these are the first. */
static void cql_fields(struct cql *c)
{
    struct verdict v;
    struct cql_message m;
    struct cql_rows rows;
    struct span text;
    struct field_names names;
    const struct ask *a = c->words->columns;
    if (c->tables.len == 0 || !cql_ask(c, a, &m))
        return;
    if (cql_error(&m, &text) == CQL_ERROR_INVALID && !cql_ask(c, a = c->words->columns_2, &m))
        return;
    if (!cql_rows(&m, &v, 2, &rows))
        return;
    field_names_init(&names, wire_arena(c->w), (uint64_t)wire_now(c->w) ^ (uint64_t)(uintptr_t)c);
    for (uint32_t i = 0; i < rows.count && reader_ok(&rows.r); i++) {
        struct span value[CQL_CELLS_MAX] = { SPAN_NONE };
        cql_row(&rows, value);
        if (value[0].len && !cql_is_own(value[0]))
            field_names_note(&names, value[1]);
    }
    if (reader_ok(&rows.r))
        field_names_state(&names, c->o, a->name, SPAN_NONE);
    else
        field_names_drop(&names);
}

static enum outcome cql_inside(struct cql *c)
{
    struct span proof = SPAN_NONE;
    const char *ask = NULL;
    cql_local(c);
    cql_peers(c);
    cql_scylla(c);
    if (!wire_ok(c->w) || !cql_tables(c))
        return OUTCOME_UNCLEAR;
    cql_sizes(c);
    cql_count(c);
    enum may may = wire_ok(c->w) ? cql_rights(c, &ask, &proof) : MAY_UNKNOWN;
    if (may == MAY_UNKNOWN)
        return OUTCOME_UNCLEAR;
    fact_text(c->o, "auth", may == MAY_READ ? SPAN("none") : SPAN("acl"), ask, proof);
    if (may == MAY_READ) {
        cql_fields(c);
        return OUTCOME_OPEN;
    }
    fact_text(c->o, "rights", SPAN("names of tables"), c->words->tables->name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

/* READY, or AUTHENTICATE with the method. */
static enum outcome cql_start(struct cql *c)
{
    struct cql_message m;
    struct verdict v;
    if (!wire_ask(c->w, c->words->startup) || !cql_read(c->w, &m))
        return OUTCOME_UNCLEAR;
    if (m.op == CQL_OP_READY)
        return cql_inside(c);
    struct reader r = reader_over(&v, m.body);
    struct span method = m.op == CQL_OP_AUTHENTICATE ? cql_string(&r) : SPAN_NONE;
    if (m.op != CQL_OP_AUTHENTICATE || !reader_ok(&r) || method.len == 0)
        return OUTCOME_UNCLEAR;
    fact_text(c->o, "auth", SPAN("password"), c->words->startup->name, method);
    fact_text(c->o, "mechanisms", method, c->words->startup->name, method);
    return OUTCOME_LOCKED;
}

/* SUPPORTED: a map of lists. False where it is none; *ret_scylla: its options are ScyllaDB's. */
static bool cql_supported(const struct cql_message *m, bool *ret_scylla)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    uint16_t n = reader_be16(&r);
    bool cql = false;
    if (m->op != CQL_OP_SUPPORTED || n > OPTIONS_MAX)
        return false;
    for (uint16_t i = 0; i < n && reader_more(&r); i++) {
        struct span key = cql_string(&r);
        cql_strings(&r);
        cql |= span_is(key, "CQL_VERSION");
        *ret_scylla |= span_starts(key, SPAN("SCYLLA_"));
    }
    reader_end(&r);
    return reader_ok(&r) && cql;
}

/* It refused version 4 in the one that it knows. */
static bool cql_other(struct cql *c, const struct cql_message *m, enum wire_dress dress)
{
    struct span text;
    if (cql_error(m, &text) != CQL_ERROR_PROTOCOL)
        return false;
    c->o->product = "cassandra";
    c->words = &CQL_WORDS[m->version <= 3 ? 1 : 2];
    return wire_again(c->w, dress);
}

/* Of before 2.1: heads are a byte shorter. What it is, and no more. */
static bool cql_is_old(struct wire *w)
{
    struct frame f;
    return frame_read(w, &CQL_FORM_2, &f) && f.head.at[3] == CQL_OP_ERROR && span_starts(f.body, SPAN("\0\0\0\x0a")) &&
           span_has(f.body, "protocol version");
}

static enum outcome cql_run(struct wire *w, struct observation *o)
{
    struct cql c = { .w = w, .o = o, .words = &CQL_WORDS[0] };
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    struct cql_message m;
    if (wire_heard(w).len || !wire_ask(w, &CQL_OPTIONS))
        return OUTCOME_NOT_MINE;
    struct span first = wire_peek(w, 1);
    if (first.len && (first.at[0] == 0x81 || first.at[0] == 0x82)) {
        o->product = "cassandra";
        return cql_is_old(w) ? OUTCOME_UNCLEAR : OUTCOME_NOT_MINE;
    }
    if (!cql_read(w, &m))
        return OUTCOME_NOT_MINE;
    if (cql_supported(&m, &c.scylla)) {
        o->product = c.scylla ? "scylladb" : "cassandra";
        return cql_start(&c);
    }
    if (cql_other(&c, &m, dress))
        return cql_start(&c);
    return o->product && !span_is(span_str(o->product), "cql") ? OUTCOME_UNCLEAR : OUTCOME_NOT_MINE;
}

extern const struct probe PROBE_CQL;
const struct probe PROBE_CQL = {
    .name = "cql",
    .title = "Cassandra, ScyllaDB",
    .products = { "cassandra", "scylladb" },
    .kind = KIND_STORE,
    .ports = { 9042 },
    .tls_ports = { 9142 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES, .http = REACT_BYTES },
    .rank = 40,
    .proof = "a listed table may be read, as a SELECT with the limit 0 shows; without one, a table of the server's own",
    .counts = "tables; partitions and bytes as the node estimates them; names of columns",
    .asks = { &CQL_OPTIONS, &CQL_STARTUP_4, &CQL_LOCAL_4, &CQL_PEERS_4, &CQL_SCYLLA_4, &CQL_TABLES_4, &CQL_TABLES_2_4,
              &CQL_SIZES_4, &CQL_NONE_4, &CQL_TABLE_4, &CQL_STARTUP_3, &CQL_LOCAL_3, &CQL_PEERS_3, &CQL_SCYLLA_3,
              &CQL_TABLES_3, &CQL_TABLES_2_3, &CQL_SIZES_3, &CQL_NONE_3, &CQL_TABLE_3, &CQL_STARTUP_5, &CQL_LOCAL_5,
              &CQL_TABLES_5, &CQL_SIZES_5, &CQL_NONE_5, &CQL_COLUMNS_3, &CQL_COLUMNS_4, &CQL_COLUMNS_2_3,
              &CQL_COLUMNS_2_4, &CQL_COLUMNS_5 },
    .recognises = cql_recognises,
    .run = cql_run,
};
