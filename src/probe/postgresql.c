/* PostgreSQL wire protocol 3.0 (PostgreSQL 7.4 to 18; also CockroachDB, YugabyteDB, PgBouncer).
 *
 * The handle: "I am postgres, let me into postgres", with no password. A server whose pg_hba.conf
 * says `trust` answers AuthenticationOk; any other answer is a lock. TLS is asked for first, inside
 * the protocol (SSLRequest), because a `hostssl` line opens only there; a refusal that names the
 * encryption is tried once more without it (`hostnossl`).
 *
 * Proof 1 is AuthenticationOk without a password, proof 2 that a catalog query is answered. Only
 * catalogs and statistics are read: names, sizes and the planner's own row estimates. Counts are
 * therefore estimates; a table that was never analysed has no count rather than zero. */
#include "base/reader.h"
#include "probe/name.h"
#include "probe/probe.h"

enum {
    PG_MESSAGE_MAX = 64 * 1024, /* one message; real ones here stay below 2 KiB */
    PG_HELLO_MESSAGES_MAX = 64, /* between startup and ReadyForQuery: about 15 are usual */
    PG_ROWS_MAX = 1000,         /* the LIMIT of every query */
    PG_CELLS_MAX = 6,
    PG_DATABASES_MAX = 32,
    PG_NAME_MAX = 63, /* NAMEDATALEN - 1 */
};

static const struct ask PG_SSL_REQUEST =
    ASK_FIXED("postgresql.ssl_request", "whether the server offers TLS inside the protocol",
              "\0\0\0\x08\x04\xd2\x16\x2f");

static const struct ask PG_STARTUP = {
    .name = "postgresql.startup",
    .why = "opens a session as user postgres without a password; the answer says what is asked for",
    .parts = { ASK_BE(4, 1, 4, 4), ASK_BYTES("\0\x03\0\0user\0postgres\0database\0"),
               ASK_HOLE("database", PG_NAME_MAX, HOLE_JSON), ASK_BYTES("\0\0") },
};

static const struct ask PG_TERMINATE =
    ASK_FIXED("postgresql.terminate", "ends the session politely", "X\0\0\0\x04");

/* One simple Query message. */
#define PG_QUERY(ask_name, reason, sql)                                                            \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BYTES("Q"), ASK_BE(4, 2, 3, 4), ASK_BYTES(sql "\0") },                      \
    }

static const struct ask PG_DATABASES =
    PG_QUERY("postgresql.databases", "names and sizes of the databases: the second proof",
             "SELECT datname, CASE WHEN has_database_privilege(oid, 'CONNECT') "
             "THEN pg_database_size(oid) END FROM pg_catalog.pg_database "
             "WHERE datallowconn AND NOT datistemplate ORDER BY 2 DESC NULLS LAST LIMIT 1000");

static const struct ask PG_DATABASE_NAMES =
    PG_QUERY("postgresql.database_names", "names of the databases, where sizes are not supported",
             "SELECT datname, NULL FROM pg_catalog.pg_database LIMIT 1000");

/* Rows as the planner sees them: density at the last analyse times the size now; the statistics
 * collector's count where the table was never analysed; nothing where neither knows a table that
 * takes space. Partitioned parents are left out: their estimate repeats their partitions'. */
static const struct ask PG_TABLES =
    PG_QUERY("postgresql.tables", "names, estimated rows and sizes of the tables of one database",
             "SELECT t.schemaname, t.relname, t.n, t.bytes, count(*) OVER (), sum(t.n) OVER () "
             "FROM (SELECT s.schemaname, s.relname, pg_total_relation_size(c.oid) AS bytes, CASE "
             "WHEN c.reltuples > 0 AND c.relpages > 0 THEN round(c.reltuples::float8 / c.relpages "
             "* (pg_relation_size(c.oid) / current_setting('block_size')::int))::bigint "
             "WHEN s.n_live_tup > 0 THEN s.n_live_tup WHEN pg_relation_size(c.oid) = 0 THEN 0 END "
             "AS n FROM pg_catalog.pg_stat_user_tables s "
             "JOIN pg_catalog.pg_class c ON c.oid = s.relid WHERE c.relkind <> 'p') t "
             "ORDER BY 4 DESC NULLS LAST LIMIT 1000");

static const struct ask PG_TABLE_NAMES =
    PG_QUERY("postgresql.table_names", "names of the tables, where statistics are not supported",
             "SELECT schemaname, tablename, NULL, NULL, NULL, NULL FROM pg_catalog.pg_tables "
             "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'crdb_internal', "
             "'pg_extension') LIMIT 1000");

/* ---- messages -------------------------------------------------------------------------- */

struct pg_message {
    uint8_t type;
    struct span body;
};

static bool pg_read(struct wire *w, struct pg_message *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, 5));
    *m = (struct pg_message){ .type = reader_u8(&r) };
    uint32_t len = reader_be32(&r);
    if (!wire_ok(w))
        return false;
    if (len < 4 || len > PG_MESSAGE_MAX)
        return wire_fail(w);
    if (len > 4)
        m->body = wire_need(w, len - 4);
    return wire_ok(w);
}

/* ErrorResponse and NoticeResponse: fields of one type byte and one C string, ended by a NUL. */
struct pg_error {
    struct span code, message;
};

static bool pg_error_parse(struct span body, struct pg_error *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct pg_error e = { SPAN_NONE, SPAN_NONE };
    uint8_t field;
    while ((field = reader_u8(&r)) != 0) {
        struct span text = reader_cstr(&r, PG_MESSAGE_MAX);
        if (field == 'C')
            e.code = text;
        else if (field == 'M')
            e.message = text;
    }
    reader_end(&r);
    if (!reader_ok(&r) || e.code.len != 5 || e.message.len == 0)
        return false;
    *ret = e;
    return true;
}

/* PostgreSQL hangs up on a line of text; PgBouncer answers a whole ErrorResponse. */
static bool postgresql_recognises(struct span first)
{
    struct verdict v;
    struct reader r = reader_over(&v, first);
    struct pg_error e;
    uint8_t type = reader_u8(&r);
    uint32_t len = reader_be32(&r);
    struct span body = reader_rest(&r);
    return reader_ok(&r) && type == 'E' && len == first.len - 1 && pg_error_parse(body, &e);
}

/* What an Authentication message asks for, "none" for AuthenticationOk; NULL where it is none. */
static const char *pg_auth_parse(struct span body)
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

/* ---- the door -------------------------------------------------------------------------- */

enum pg_answer {
    PG_NOTHING, /* no whole message of this protocol came */
    PG_ASKED,   /* a password or another proof of identity is asked for */
    PG_REFUSED, /* an error before any authentication */
    PG_TRUSTED, /* AuthenticationOk, and then an error or a broken connection */
    PG_READY,   /* AuthenticationOk, and the session is open */
};

struct pg {
    struct wire *w;
    bool upgrade;            /* ask for TLS inside the protocol on each connection */
    enum wire_dress dress;   /* how the first connection came */
    const char *encryption;  /* what SSLRequest was answered with; NULL where it was not asked */
    const char *auth;        /* newest Authentication message */
    struct span proof;       /* its message, or that of the error */
    struct pg_error error;
    bool has_error;
    struct span server_version, crdb_version, superuser, read_only, standby;
};

/* Asks for TLS. False where the peer answers something that no PostgreSQL says, or is gone. */
static bool pg_dress(struct pg *p)
{
    if (!p->upgrade)
        return true;
    wire_ask(p->w, &PG_SSL_REQUEST);
    struct span answer = wire_need(p->w, 1);
    if (!wire_ok(p->w))
        return false;
    if (answer.at[0] == 'S') {
        p->encryption = "offered";
        /* What waits here was sent before TLS and could be smuggled in (CVE-2021-23222). */
        if (wire_heard(p->w).len)
            return wire_fail(p->w);
        if (wire_start_tls(p->w))
            return true;
        p->upgrade = false;
        return wire_again(p->w, WIRE_PLAIN);
    }
    p->upgrade = false;
    if (answer.at[0] == 'N') {
        p->encryption = "none";
        return true;
    }
    /* Servers before 7.4, and some poolers, answer an ErrorResponse and close. */
    return answer.at[0] == 'E' ? wire_again(p->w, WIRE_PLAIN) : wire_fail(p->w);
}

static void pg_parameter(struct pg *p, struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct span name = reader_cstr(&r, 256), value = reader_cstr(&r, 1024);
    reader_end(&r);
    if (!reader_ok(&r))
        return;
    if (span_is(name, "server_version"))
        p->server_version = value;
    else if (span_is(name, "crdb_version"))
        p->crdb_version = value;
    else if (span_is(name, "is_superuser"))
        p->superuser = value;
    else if (span_is(name, "default_transaction_read_only"))
        p->read_only = value;
    else if (span_is(name, "in_hot_standby"))
        p->standby = value;
}

/* After AuthenticationOk: parameters until the session is ready. */
static enum pg_answer pg_settle(struct pg *p)
{
    struct pg_message m;
    for (unsigned i = 0; i < PG_HELLO_MESSAGES_MAX && pg_read(p->w, &m); i++) {
        if (m.type == 'S') {
            pg_parameter(p, m.body);
        } else if (m.type == 'Z') {
            return m.body.len == 1 ? PG_READY : PG_TRUSTED;
        } else if (m.type == 'E') {
            p->has_error = pg_error_parse(m.body, &p->error);
            return PG_TRUSTED;
        } else if (m.type != 'K' && m.type != 'N') {
            break;
        }
    }
    return PG_TRUSTED;
}

/* Startup on the running connection, up to the answer that decides. */
static enum pg_answer pg_enter(struct pg *p, struct span database)
{
    struct pg_message m = { 0 };
    p->has_error = false;
    if (!pg_dress(p) || !wire_ask_with(p->w, &PG_STARTUP, &database, 1))
        return PG_NOTHING;
    for (unsigned i = 0; i < 4 && pg_read(p->w, &m) && (m.type == 'N' || m.type == 'v'); i++)
        continue;
    if (!wire_ok(p->w))
        return PG_NOTHING;
    p->proof = m.body;
    if (m.type == 'E') {
        p->has_error = pg_error_parse(m.body, &p->error);
        return p->has_error ? PG_REFUSED : PG_NOTHING;
    }
    const char *auth = m.type == 'R' ? pg_auth_parse(m.body) : NULL;
    if (!auth) {
        wire_fail(p->w);
        return PG_NOTHING;
    }
    p->auth = auth;
    return strcmp(auth, "none") == 0 ? pg_settle(p) : PG_ASKED;
}

/* The first entry. Where TLS breaks before a word was said (a client certificate is demanded), or
 * where the refusal names the encryption, the same is tried once without TLS. */
static enum pg_answer pg_knock(struct pg *p)
{
    enum pg_answer answer = pg_enter(p, SPAN("postgres"));
    if (!p->upgrade || !wire_in_tls(p->w))
        return answer;
    bool named = answer == PG_REFUSED && span_is(p->error.code, "28000") &&
                 (span_has(p->error.message, "SSL encryption") ||
                  span_has(p->error.message, "SSL on"));
    if (answer != PG_NOTHING && !named)
        return answer;
    p->upgrade = false;
    if (!wire_again(p->w, WIRE_PLAIN))
        return answer;
    struct pg before = *p;
    enum pg_answer second = pg_enter(p, SPAN("postgres"));
    if (second != PG_NOTHING || answer == PG_NOTHING)
        return second;
    *p = before;
    return answer;
}

/* ---- result sets ----------------------------------------------------------------------- */

struct pg_row {
    struct span cell[PG_CELLS_MAX]; /* empty for NULL */
};

struct pg_rows {
    LIST_OF(struct pg_row) list;
};

static bool pg_row_parse(struct span body, size_t columns, struct pg_row *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct pg_row row = { { SPAN_NONE } };
    if (reader_be16(&r) != columns)
        reader_fail(&r, "another number of columns than was asked for");
    for (size_t i = 0; i < columns && reader_ok(&r); i++) {
        uint32_t len = reader_be32(&r);
        if (len != UINT32_MAX)
            row.cell[i] = reader_take(&r, len);
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = row;
    return true;
}

/* Asks and reads a whole result set. False where the server refused the query (the session then
 * goes on) or the wire faulted. */
static bool pg_query(struct pg *p, const struct ask *a, size_t columns, struct pg_rows *ret)
{
    struct pg_message m;
    struct pg_rows rows = { 0 };
    bool described = false, complete = false, refused = false;
    wire_ask(p->w, a);
    for (size_t i = 0; i < PG_ROWS_MAX + 32 && pg_read(p->w, &m); i++) {
        if (m.type == 'Z') {
            *ret = rows;
            return described && complete && !refused;
        }
        if (m.type == 'D' && rows.list.len < PG_ROWS_MAX) {
            struct pg_row row, *at = NULL;
            if (described && pg_row_parse(m.body, columns, &row))
                at = list_add(wire_arena(p->w), &rows.list);
            if (!at)
                return wire_fail(p->w);
            *at = row;
            continue;
        }
        described = described || m.type == 'T';
        complete = complete || m.type == 'C';
        refused = refused || m.type == 'E';
        if (!span_has(SPAN("TCENS"), (char[]){ (char)m.type, 0 }))
            break;
    }
    return wire_fail(p->w);
}

static int64_t pg_number(struct span cell)
{
    uint64_t n;
    return span_u64(cell, INT64_MAX, &n) ? (int64_t)n : COUNT_UNKNOWN;
}

/* ---- counting -------------------------------------------------------------------------- */

/* Adds the tables of the database that the session is in. False where it does not list them. */
static bool pg_count_tables(struct pg *p, struct observation *o, struct span database)
{
    struct pg_rows rows = { 0 };
    if (!pg_query(p, &PG_TABLES, 6, &rows) &&
        (!wire_ok(p->w) || !pg_query(p, &PG_TABLE_NAMES, 6, &rows)))
        return false;
    int64_t listed = 0;
    for (size_t i = 0; i < rows.list.len; i++) {
        const struct pg_row *row = &rows.list.at[i];
        struct span schema = name_within(o->arena, database, row->cell[0]);
        struct span name = name_within(o->arena, schema, row->cell[1]);
        int64_t records = pg_number(row->cell[2]);
        observation_collect(o, name, records, pg_number(row->cell[3]), COUNT_UNKNOWN);
        listed += records > 0 ? records : 0;
    }
    if (rows.list.len < PG_ROWS_MAX)
        return true;
    int64_t tables = pg_number(rows.list.at[0].cell[4]);
    int64_t records = pg_number(rows.list.at[0].cell[5]);
    if (tables > PG_ROWS_MAX && tables < INT32_MAX)
        o->collection_count += tables - PG_ROWS_MAX;
    if (records > listed && records < INT64_MAX / 2 && o->records < INT64_MAX / 2)
        o->records += records - listed;
    return tables > 0;
}

/* Goes into one more database on a connection of its own. */
static bool pg_visit(struct pg *p, struct observation *o, struct span name)
{
    uint8_t scratch[2 * PG_NAME_MAX + 64];
    struct writer w = writer_over(scratch, sizeof(scratch));
    if (!ask_render(&PG_STARTUP, &name, 1, &w))
        return false;
    wire_bye(p->w, &PG_TERMINATE);
    if (!wire_again(p->w, p->dress) || pg_enter(p, name) != PG_READY)
        return false;
    return pg_count_tables(p, o, name);
}

/* The second proof and all counts. False where the catalogs do not answer. */
static bool pg_count(struct pg *p, struct observation *o)
{
    struct pg_rows rows = { 0 };
    if (!pg_query(p, &PG_DATABASES, 2, &rows) &&
        (!wire_ok(p->w) || !pg_query(p, &PG_DATABASE_NAMES, 2, &rows)))
        return false;
    fact_number(o, "databases", (int64_t)rows.list.len, PG_DATABASES.name,
                rows.list.len ? rows.list.at[0].cell[0] : SPAN_NONE);
    o->collection_count = o->records = 0;
    bool partial = !pg_count_tables(p, o, SPAN("postgres"));
    int64_t bytes = COUNT_UNKNOWN;
    for (size_t i = 0; i < rows.list.len; i++) {
        struct span name = rows.list.at[i].cell[0];
        int64_t size = pg_number(rows.list.at[i].cell[1]);
        if (size >= 0 && size < INT64_MAX / 2048)
            bytes = (bytes < 0 ? 0 : bytes) + size;
        if (!span_is(name, "postgres") && (i >= PG_DATABASES_MAX || !pg_visit(p, o, name)))
            partial = true;
    }
    if (bytes >= 0)
        o->bytes = bytes;
    if (partial)
        fact_bool(o, "counts.partial", true, PG_TABLES.name, SPAN_NONE);
    return true;
}

/* ---- conclusions ----------------------------------------------------------------------- */

/* "15.20" out of "15.20 (Debian 15.20-0+deb12u1)", "16beta1" as it is. */
static void pg_version_facts(const struct pg *p, struct observation *o)
{
    struct span full = p->server_version, version = full;
    size_t at;
    if (p->crdb_version.len) {
        o->product = "cockroachdb";
        full = version = p->crdb_version;
        at = span_find(full, SPAN(" v"));
        if (at != SIZE_MAX)
            version = span_from(full, at + 2);
    } else if ((at = span_find(full, SPAN("-YB-"))) != SIZE_MAX) {
        o->product = "yugabytedb";
        version = span_from(full, at + 4);
        version = span_cut(&version, '-');
    } else if ((at = span_find(full, SPAN("/bouncer"))) != SIZE_MAX) {
        o->product = "pgbouncer";
        version = span_first(full, at);
    }
    version = span_cut(&version, ' ');
    if (version.len == 0)
        return;
    fact_text(o, "version", version, PG_STARTUP.name, full);
    fact_text(o, "version.full", full, PG_STARTUP.name, full);
}

static void pg_session_facts(const struct pg *p, struct observation *o)
{
    bool super = span_is(p->superuser, "on");
    pg_version_facts(p, o);
    if (p->superuser.len)
        fact_bool(o, "superuser", super, PG_STARTUP.name, p->superuser);
    if (p->standby.len)
        fact_text(o, "role", span_is(p->standby, "on") ? SPAN("standby") : SPAN("primary"),
                  PG_STARTUP.name, p->standby);
    if (super && span_is(p->read_only, "off") && span_is(p->standby, "off"))
        fact_bool(o, "writable", true, PG_STARTUP.name, p->read_only);
    else if (span_is(p->read_only, "on") || span_is(p->standby, "on"))
        fact_bool(o, "writable", false, PG_STARTUP.name, p->read_only);
}

/* An error before authentication: class 28 is a lock, and so is PgBouncer's unknown user. */
static enum outcome pg_refusal(const struct pg *p, struct observation *o)
{
    struct span text = p->error.message;
    bool unknown_user = span_starts(text, SPAN("no such user"));
    if (unknown_user || span_starts(text, SPAN("no such database")) || span_has(text, "bouncer"))
        o->product = "pgbouncer";
    fact_text(o, "error", text, PG_STARTUP.name, p->proof);
    if (!unknown_user && !span_starts(p->error.code, SPAN("28")))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("rejected"), PG_STARTUP.name, p->proof);
    return OUTCOME_LOCKED;
}

/* AuthenticationOk and then an error: trust is proven where the error is about the role or the
 * database; a pooler that cannot reach its own server proves nothing about that server. */
static enum outcome pg_trust_then_error(const struct pg *p, struct observation *o)
{
    if (!p->has_error)
        return OUTCOME_UNCLEAR;
    fact_text(o, "error", p->error.message, PG_STARTUP.name, p->error.message);
    bool about_us = span_starts(p->error.code, SPAN("28")) || span_is(p->error.code, "3D000") ||
                    span_is(p->error.code, "42501");
    return about_us ? OUTCOME_OPEN : OUTCOME_UNCLEAR;
}

static enum outcome pg_conclude(struct pg *p, struct observation *o, enum pg_answer answer)
{
    if (p->encryption)
        fact_text(o, "encryption", span_str(p->encryption), PG_SSL_REQUEST.name, SPAN_NONE);
    if (answer == PG_REFUSED)
        return pg_refusal(p, o);
    fact_text(o, "auth", span_str(p->auth), PG_STARTUP.name, p->proof);
    if (answer == PG_ASKED)
        return OUTCOME_LOCKED;
    pg_session_facts(p, o);
    if (answer == PG_TRUSTED)
        return pg_trust_then_error(p, o);
    return pg_count(p, o) ? OUTCOME_OPEN : OUTCOME_UNCLEAR;
}

static enum outcome postgresql_run(struct wire *w, struct observation *o)
{
    struct pg p = {
        .w = w,
        .upgrade = !wire_in_tls(w),
        .dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN,
    };
    enum pg_answer answer = pg_knock(&p);
    if (answer == PG_NOTHING)
        return OUTCOME_NOT_MINE;
    o->product = "postgresql";
    o->tls = wire_in_tls(w);
    o->outcome = pg_conclude(&p, o, answer);
    wire_bye(w, &PG_TERMINATE);
    return o->outcome;
}

extern const struct probe PROBE_POSTGRESQL;
const struct probe PROBE_POSTGRESQL = {
    .name = "postgresql",
    .title = "PostgreSQL, CockroachDB, YugabyteDB, PgBouncer",
    .products = { "postgresql", "pgbouncer", "cockroachdb", "yugabytedb" },
    .kind = KIND_STORE,
    .ports = { 5432, 5433, 6432, 26257 },
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 90,
    .proof = "AuthenticationOk for user postgres without a password, then the catalogs answer",
    .counts = "databases, tables, the planner's row estimates and sizes on disk",
    .asks = { &PG_SSL_REQUEST, &PG_STARTUP, &PG_DATABASES, &PG_DATABASE_NAMES, &PG_TABLES,
              &PG_TABLE_NAMES, &PG_TERMINATE },
    .recognises = postgresql_recognises,
    .run = postgresql_run,
};
