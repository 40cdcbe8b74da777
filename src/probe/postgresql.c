/* PostgreSQL wire protocol 3.0 (PostgreSQL 7.4 to 18; also CockroachDB, YugabyteDB, PgBouncer and
 * others that speak it).
 *
 *     > SSLRequest                        < S (TLS begins) or N
 *     > startup: postgres into postgres   < AuthenticationOk, parameters, ReadyForQuery
 *     > catalog queries                   < names, sizes, estimates, rights
 *     > Terminate, and the same for each database
 *
 * How it gets in, and what is tried where it is refused: postgresql_door.c.
 *
 * Proof 1 is AuthenticationOk without a password, proof 2 that the session may read a table or owns the
 * server (postgresql_count.c): a session alone lists every name to any role, and reads nothing. Only
 * catalogs and statistics are read. Counts are estimates; a table that was never analysed has no
 * count rather than zero. */
#include "probe/postgresql_count.h"
#include "probe/postgresql_door.h"

enum {
    PG_VISIT_BYTES = 2100,  /* what one more database costs, at most, by a connection of its own */
    PG_USERS_MAX = 4,       /* names that a pooler listed and that are tried */
    PG_POOLS_TRIED_MAX = 3, /* databases behind a pooler at which they are */
};

static const struct ask PG_POOLS =
    PG_QUERY("postgresql.pools", "PgBouncer's console: names of the databases that it leads to", "SHOW DATABASES");
static const struct ask PG_USERS =
    PG_QUERY("postgresql.users", "PgBouncer's console: names of the users that it knows", "SHOW USERS");

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

/* ---- counting -------------------------------------------------------------------------- */

/* Goes into one more database on a connection of its own, where the visit affords another. */
static bool pg_visit(struct pg *p, struct observation *o, struct span name, struct pg_rights *rights,
                     struct field_names *columns)
{
    if (!wire_affords(p->w, PG_VISIT_BYTES)) {
        p->left_out++;
        return false;
    }
    struct pg_entry e = { .role = p->best.role, .user = p->best.user, .database = name };
    return pg_enter(p, &e) == PG_READY && pg_count_database(p->w, o, name, rights, columns);
}

/* Whether all was counted, and how many databases a visit had no connections or bytes left for. */
static void pg_state_whole(const struct pg *p, struct observation *o, bool whole, const char *ask)
{
    if (!whole)
        fact_bool(o, "counts.partial", true, ask, SPAN_NONE);
    if (p->left_out)
        fact_number(o, "databases.unasked", p->left_out, ask, SPAN_NONE);
}

static bool pg_is_console(const struct pg *p)
{
    return span_is(p->best.database, "pgbouncer") && span_has(p->best.server_version, "bouncer");
}

/* Who gets through the pooler: the name that opened the console, postgres, or one that it lists. */
static bool pg_find_user(struct pg *p, struct span database, const struct pg_rows *users)
{
    struct pg_entry e = p->best;
    for (size_t i = 0; i <= users->list.len && i <= PG_USERS_MAX && !pg_is_busy(&e); i++) {
        if (!wire_affords(p->w, PG_VISIT_BYTES))
            break;
        struct span user = i ? users->list.at[i - 1].cell[0] : SPAN("postgres");
        e = (struct pg_entry){ .role = &PG_ROLE_LISTED, .user = user, .database = database };
        if (pg_enter(p, &e) != PG_READY)
            continue;
        p->best.role = e.role;
        p->best.user = user;
        return true;
    }
    return false;
}

/* The databases that the console leads to. False where none could be entered. */
static bool pg_count_behind(struct pg *p, struct observation *o, struct pg_rights *rights, struct field_names *columns)
{
    struct pg_rows pools = { 0 }, users = { 0 };
    if (!pg_query(p->w, &PG_POOLS, PG_ANY_COLUMNS, &pools))
        return false;
    if (!pg_query(p->w, &PG_USERS, PG_ANY_COLUMNS, &users) && !wire_ok(p->w))
        return false;
    bool whole = true, entered = false;
    fact_number(o, "databases", pools.list.len ? (int64_t)pools.list.len - 1 : 0, PG_POOLS.name, SPAN_NONE);
    for (size_t i = 0; i < pools.list.len; i++) {
        struct span name = pools.list.at[i].cell[0];
        if (span_is(name, "pgbouncer"))
            continue;
        bool in = false;
        if (entered)
            in = pg_visit(p, o, name, rights, columns);
        else if (i < PG_POOLS_TRIED_MAX && (entered = pg_find_user(p, name, &users)))
            in = pg_count_database(p->w, o, name, rights, columns);
        whole = whole && in;
    }
    pg_state_whole(p, o, whole, PG_POOLS.name);
    return entered;
}

/* All counts and rights of a server. False where the catalogs do not answer. */
static bool pg_count(struct pg *p, struct observation *o, struct pg_rights *rights, struct field_names *columns)
{
    struct pg_rows rows = { 0 };
    struct span first = p->best.database;
    if (!pg_list_databases(p->w, &rows))
        return false;
    fact_number(o, "databases", (int64_t)rows.list.len, PG_DATABASES.name,
                rows.list.len ? rows.list.at[0].cell[0] : SPAN_NONE);
    o->collection_count = o->records = 0;
    bool whole = pg_count_database(p->w, o, first, rights, columns);
    int64_t bytes = COUNT_UNKNOWN;
    for (size_t i = 0; i < rows.list.len; i++) {
        struct span name = rows.list.at[i].cell[0];
        int64_t size = pg_number(rows.list.at[i].cell[1]);
        if (size >= 0 && size < INT64_MAX / 2048)
            bytes = (bytes < 0 ? 0 : bytes) + size;
        if (!span_eq(name, first) && !pg_visit(p, o, name, rights, columns))
            whole = false;
    }
    if (bytes >= 0)
        o->bytes = bytes;
    pg_state_whole(p, o, whole, PG_TABLES.name);
    return true;
}

/* ---- conclusions ----------------------------------------------------------------------- */

/* "15.20" out of "15.20 (Debian 15.20-0+deb12u1)", "16beta1" as it is. */
static void pg_version_facts(const struct pg_entry *e, struct observation *o)
{
    struct span full = e->server_version, version = full;
    size_t at;
    if (e->crdb_version.len) {
        o->product = "cockroachdb";
        full = version = e->crdb_version;
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
    const char *ask = e->role ? e->role->ask->name : PG_STARTUP.name;
    fact_text(o, "version", version, ask, full);
    fact_text(o, "version.full", full, ask, full);
}

static void pg_session_facts(const struct pg_entry *e, struct observation *o)
{
    pg_version_facts(e, o);
    if (e->user.len && !span_is(e->user, "postgres"))
        fact_text(o, "user", e->user, e->role->ask->name, e->user);
    if (e->superuser.len && !span_has(e->server_version, "bouncer"))
        fact_bool(o, "superuser", span_is(e->superuser, "on"), e->role->ask->name, e->superuser);
    if (e->standby.len)
        fact_text(o, "role", span_is(e->standby, "on") ? SPAN("standby") : SPAN("primary"),
                  e->role->ask->name, e->standby);
}

/* An error before authentication: class 28 is a lock. PgBouncer's own 08P01 tells nothing by its code:
 * its two sentences are English wherever it runs. */
static enum outcome pg_refusal(const struct pg_entry *e, struct observation *o)
{
    struct span text = e->error.message;
    bool unknown_user = span_starts(text, SPAN("no such user"));
    if (unknown_user || span_starts(text, SPAN("no such database")) || span_has(text, "bouncer"))
        o->product = "pgbouncer";
    fact_text(o, "error", text, e->role->ask->name, e->proof);
    if (!unknown_user && !span_starts(e->error.code, SPAN("28")))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("rejected"), e->role->ask->name, e->proof);
    return OUTCOME_LOCKED;
}

/* AuthenticationOk and then an error. Open where two names that nobody has were let in: every name is;
 * or where the role exists and only a database of a known name does not. One such name alone may have a
 * line of its own. A pooler that cannot reach its server proves nothing about that server. */
static enum outcome pg_trust_then_error(const struct pg *p, struct observation *o)
{
    const struct pg_entry *e = &p->best;
    if (!e->has_error)
        return OUTCOME_UNCLEAR;
    fact_text(o, "error", e->error.message, e->role->ask->name, e->error.message);
    if (p->names_trusted > 1 || span_is(e->error.code, "3D000") || span_is(e->error.code, "55000"))
        return OUTCOME_OPEN;
    if (p->names_trusted == 1 && p->locked) {
        fact_text(o, "auth", SPAN("required"), e->role->ask->name, e->error.message);
        return OUTCOME_LOCKED;
    }
    return OUTCOME_UNCLEAR;
}

/* What the session may do decides; what it is told does not. */
static enum outcome pg_rights_decide(const struct pg_rights *r, struct observation *o)
{
    const char *ask = PG_RIGHTS.name;
    bool writes = r->superuser || r->writable > 0 || r->creates;
    if (!r->known)
        return OUTCOME_UNCLEAR;
    if (r->exact && (writes || r->relations > 0))
        fact_bool(o, "writable", writes && !r->recovery, ask, SPAN_NONE);
    if (r->readable < r->relations)
        fact_number(o, "collections.readable", r->readable, ask, SPAN_NONE);
    return r->superuser || r->readable > 0 ? OUTCOME_OPEN : OUTCOME_PARTIAL;
}

static enum outcome pg_conclude(struct pg *p, struct observation *o)
{
    const struct pg_entry *e = &p->best;
    struct pg_rights rights = { 0 };
    if (p->encryption)
        fact_text(o, "encryption", span_str(p->encryption), PG_SSL_REQUEST.name, SPAN_NONE);
    /* What the others said decides nothing then. */
    if (p->broken && e->answer != PG_READY)
        return OUTCOME_UNCLEAR;
    if (e->answer == PG_REFUSED)
        return pg_refusal(e, o);
    fact_text(o, "auth", span_str(e->auth), e->role->ask->name, e->proof);
    if (e->answer == PG_ASKED)
        return OUTCOME_LOCKED;
    pg_session_facts(e, o);
    if (e->answer == PG_TRUSTED)
        return pg_trust_then_error(p, o);
    struct field_names columns;
    bool console = pg_is_console(p);
    field_names_init(&columns, o->arena, (uint64_t)wire_now(p->w) ^ (uint64_t)(uintptr_t)p);
    if (console)
        o->collection_count = o->records = 0;
    bool counted = console ? pg_count_behind(p, o, &rights, &columns) : pg_count(p, o, &rights, &columns);
    field_names_state(&columns, o, PG_COLUMNS.name, SPAN_NONE);
    if (counted)
        return pg_rights_decide(&rights, o);
    if (console)
        o->collection_count = o->records = COUNT_UNKNOWN;
    return console && !p->broken && wire_ok(p->w) ? OUTCOME_PARTIAL : OUTCOME_UNCLEAR;
}

static enum outcome postgresql_run(struct wire *w, struct observation *o)
{
    struct pg p = {
        .w = w,
        .upgrade = !wire_in_tls(w),
        .dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN,
    };
    pg_find_door(&p);
    if (p.best.answer == PG_NOTHING)
        return OUTCOME_NOT_MINE;
    o->product = "postgresql";
    o->tls = p.best.tls;
    enum outcome outcome = pg_conclude(&p, o);
    pg_leave(&p);
    return outcome;
}

static bool postgresql_upgrade(struct wire *w)
{
    return wire_ask(w, &PG_SSL_REQUEST) && span_is(wire_need(w, 1), "S") && !wire_heard(w).len;
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
    .proof = "AuthenticationOk without a password, and the session may read a table or owns the server",
    .counts = "databases, tables, the planner's row estimates and sizes on disk; names of columns",
    .asks = { &PG_SSL_REQUEST, &PG_STARTUP, &PG_STARTUP_ROOT, &PG_STARTUP_ADMIN, &PG_STARTUP_YUGABYTE,
              &PG_STARTUP_ENTERPRISEDB, &PG_STARTUP_GPADMIN, &PG_STARTUP_GAUSSDB, &PG_STARTUP_CRATE,
              &PG_STARTUP_PGBOUNCER, &PG_STARTUP_LISTED, &PG_DATABASES, &PG_DATABASE_NAMES, &PG_TABLES,
              &PG_TABLE_NAMES, &PG_RIGHTS, &PG_ACCESSIBLE, &PG_COLUMNS, &PG_POOLS, &PG_USERS, &PG_TERMINATE },
    .recognises = postgresql_recognises,
    .run = postgresql_run,
    .upgrade = postgresql_upgrade,
};
