/* How one gets in, as postgresql_door.h promises.
 *
 * The handle: "I am postgres, let me into postgres", with no password. A server whose pg_hba.conf
 * says `trust` answers AuthenticationOk. That file has a line for each dress, database, role and
 * address, so one refusal says little about the next door. Tried in turn, until one opens:
 *
 *     1. role postgres, database postgres, inside TLS where SSLRequest is granted (`hostssl`)
 *     2. the same without TLS (`hostnossl`)
 *     3. database template1, which every cluster has: postgres may be missing, or guarded alone
 *     4. role root: the administrator of CockroachDB and RisingWave, and a name that few others have.
 *        A server that trusts it before it finds that there is no such role trusts every name, and is
 *        then asked for the administrators that other products ship (ROLES)
 *     5. role crate, where all of these are refused without a question
 *
 * A pooler that does not know the database is asked for its console, which lists those it has. All is
 * decided by SQLSTATE, never by text: the text is in the server's own language. What is no refusal (too
 * many clients, starting up) ends the talk as unclear. */
#include "probe/postgresql_door.h"

enum { PG_HELLO_MESSAGES_MAX = 64 }; /* between startup and ReadyForQuery: about 15 are usual */

const struct ask PG_SSL_REQUEST =
    ASK_FIXED("postgresql.ssl_request", "whether the server offers TLS inside the protocol",
              "\0\0\0\x08\x04\xd2\x16\x2f");

#define PG_STARTUP_AS(ask_name, role, reason)                                                      \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BE(4, 1, 4, 4), ASK_BYTES("\0\x03\0\0user\0" role "\0database\0"),          \
                   ASK_HOLE("database", PG_NAME_MAX, HOLE_JSON), ASK_BYTES("\0\0") },              \
    }

/* The administrators that products ship without a password of their own, the likeliest first. */
const struct ask PG_STARTUP =
    PG_STARTUP_AS("postgresql.startup", "postgres",
                  "opens a session as user postgres without a password; the answer says what is asked for");
const struct ask PG_STARTUP_ROOT =
    PG_STARTUP_AS("postgresql.startup_root", "root", "the same as root, whom CockroachDB lets in when insecure");
const struct ask PG_STARTUP_ADMIN =
    PG_STARTUP_AS("postgresql.startup_admin", "admin", "the same as admin, where every name is let in");
const struct ask PG_STARTUP_YUGABYTE =
    PG_STARTUP_AS("postgresql.startup_yugabyte", "yugabyte", "the same as YugabyteDB's administrator");
const struct ask PG_STARTUP_ENTERPRISEDB =
    PG_STARTUP_AS("postgresql.startup_enterprisedb", "enterprisedb", "the same as EDB's administrator");
const struct ask PG_STARTUP_GPADMIN =
    PG_STARTUP_AS("postgresql.startup_gpadmin", "gpadmin", "the same as Greenplum's administrator");
const struct ask PG_STARTUP_GAUSSDB =
    PG_STARTUP_AS("postgresql.startup_gaussdb", "gaussdb", "the same as openGauss' administrator");
const struct ask PG_STARTUP_CRATE =
    PG_STARTUP_AS("postgresql.startup_crate", "crate", "the same as CrateDB's administrator");
const struct ask PG_STARTUP_PGBOUNCER =
    PG_STARTUP_AS("postgresql.startup_pgbouncer", "pgbouncer", "PgBouncer's own administrator, for its console");
const struct ask PG_STARTUP_LISTED = {
    .name = "postgresql.startup_listed",
    .why = "the same as a user whom the pooler's console listed",
    .parts = { ASK_BE(4, 1, 6, 4), ASK_BYTES("\0\x03\0\0user\0"), ASK_HOLE("user", PG_NAME_MAX, HOLE_JSON),
               ASK_BYTES("\0database\0"), ASK_HOLE("database", PG_NAME_MAX, HOLE_JSON), ASK_BYTES("\0\0") },
};

const struct ask PG_TERMINATE =
    ASK_FIXED("postgresql.terminate", "ends the session politely", "X\0\0\0\x04");

/* ---- one entry ------------------------------------------------------------------------- */

static const struct pg_role PG_ROLE_POSTGRES = { "postgres", &PG_STARTUP, NULL };
static const struct pg_role PG_ROLE_ROOT = { "root", &PG_STARTUP_ROOT, "dev" }; /* RisingWave's */
static const struct pg_role PG_ROLE_PGBOUNCER = { "pgbouncer", &PG_STARTUP_PGBOUNCER, NULL };
const struct pg_role PG_ROLE_LISTED = { NULL, &PG_STARTUP_LISTED, NULL };
static const struct pg_role ROLES[] = {
    { "admin", &PG_STARTUP_ADMIN, NULL },
    { "yugabyte", &PG_STARTUP_YUGABYTE, "yugabyte" },
    { "enterprisedb", &PG_STARTUP_ENTERPRISEDB, "edb" },
    { "gpadmin", &PG_STARTUP_GPADMIN, NULL },
    { "gaussdb", &PG_STARTUP_GAUSSDB, NULL },
};
static const struct pg_role PG_ROLE_CRATE = { "crate", &PG_STARTUP_CRATE, "doc" };

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

static void pg_parameter(struct pg_entry *e, struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct span name = reader_cstr(&r, 256), value = reader_cstr(&r, 1024);
    reader_end(&r);
    if (!reader_ok(&r))
        return;
    if (span_is(name, "server_version"))
        e->server_version = value;
    else if (span_is(name, "crdb_version"))
        e->crdb_version = value;
    else if (span_is(name, "is_superuser"))
        e->superuser = value;
    else if (span_is(name, "in_hot_standby"))
        e->standby = value;
}

/* After AuthenticationOk: parameters until the session is ready. */
static enum pg_answer pg_settle(struct wire *w, struct pg_entry *e)
{
    struct pg_message m;
    for (unsigned i = 0; i < PG_HELLO_MESSAGES_MAX && pg_read(w, &m); i++) {
        if (m.type == 'S') {
            pg_parameter(e, m.body);
        } else if (m.type == 'Z') {
            return m.body.len == 1 ? PG_READY : PG_TRUSTED;
        } else if (m.type == 'E') {
            e->has_error = pg_error_parse(m.body, &e->error);
            return PG_TRUSTED;
        } else if (m.type != 'K' && m.type != 'N') {
            break;
        }
    }
    return PG_TRUSTED;
}

/* Startup on the running connection, up to the answer that decides. */
static enum pg_answer pg_start(struct pg *p, struct pg_entry *e)
{
    struct pg_message m = { 0 };
    struct span names[] = { e->user, e->database };
    bool listed = e->role->name == NULL;
    p->used = true;
    if (!pg_dress(p) || !wire_ask_with(p->w, e->role->ask, listed ? names : names + 1, listed ? 2 : 1))
        return PG_NOTHING;
    e->tls = wire_in_tls(p->w);
    for (unsigned i = 0; i < 4 && pg_read(p->w, &m) && (m.type == 'N' || m.type == 'v'); i++)
        continue;
    if (!wire_ok(p->w))
        return PG_NOTHING;
    e->proof = m.body;
    if (m.type == 'E') {
        e->has_error = pg_error_parse(m.body, &e->error);
        return e->has_error ? PG_REFUSED : PG_NOTHING;
    }
    const char *auth = m.type == 'R' ? pg_auth_parse(m.body) : NULL;
    if (!auth) {
        wire_fail(p->w);
        return PG_NOTHING;
    }
    e->auth = auth;
    return strcmp(auth, "none") == 0 ? pg_settle(p->w, e) : PG_ASKED;
}

/* Whether names go into a startup message: what a peer listed may hold bytes that would end the field. */
static bool pg_fits(const struct pg_entry *e)
{
    uint8_t scratch[2 * PG_NAME_MAX + 64];
    struct writer w = writer_over(scratch, sizeof(scratch));
    struct span names[] = { e->user, e->database };
    return ask_render(&PG_STARTUP_LISTED, names, 2, &w);
}

/* Who is asked for a password and has none hangs up, as psql does: the server would take a farewell for an error. */
void pg_leave(struct pg *p)
{
    if (!p->asked)
        wire_bye(p->w, &PG_TERMINATE);
}

enum pg_answer pg_enter(struct pg *p, struct pg_entry *e)
{
    e->answer = PG_NOTHING;
    if (!pg_fits(e))
        return PG_NOTHING;
    if (p->used) {
        pg_leave(p);
        if (!wire_again(p->w, p->dress)) {
            p->broken = true;
            return PG_NOTHING;
        }
    }
    e->answer = pg_start(p, e);
    p->asked = e->answer == PG_ASKED;
    p->broken = p->broken || (e->answer != PG_READY && !wire_ok(p->w));
    return e->answer;
}

/* ---- the door -------------------------------------------------------------------------- */

bool pg_is_busy(const struct pg_entry *e)
{
    struct span code = e->error.code;
    return e->has_error && (span_starts(code, SPAN("53")) || span_starts(code, SPAN("57")) ||
                            span_starts(code, SPAN("58")));
}

/* The role is let in, and not into this database: it is missing, not for this role, or closed. */
static bool pg_wants_another_database(const struct pg_entry *e)
{
    return e->has_error && (span_is(e->error.code, "3D000") || span_is(e->error.code, "42501") ||
                            span_is(e->error.code, "55000"));
}

/* A name is let in before it is found to be nobody's: the SQLSTATE of both is 28000. */
static bool pg_wants_another_role(const struct pg_entry *e)
{
    return e->answer == PG_TRUSTED && e->has_error && span_starts(e->error.code, SPAN("28"));
}

/* Tries one way in, and keeps what it says where that is more than what is known. True once there is
 * nothing left to try: a session is open, or the server is busy. */
static bool pg_try(struct pg *p, const struct pg_role *role, const char *database, struct pg_entry *e)
{
    *e = (struct pg_entry){ .role = role, .user = span_str(role->name), .database = span_str(database) };
    pg_enter(p, e);
    p->names_trusted += pg_wants_another_role(e);
    p->locked = p->locked || e->answer == PG_ASKED ||
                (e->answer == PG_REFUSED && span_starts(e->error.code, SPAN("28")));
    if (e->answer > p->best.answer)
        p->best = *e;
    return e->answer == PG_READY || pg_is_busy(e);
}

/* A role, and where its database is the trouble, the other databases that it may have. */
static bool pg_try_role(struct pg *p, const struct pg_role *role, struct pg_entry *e)
{
    const char *const databases[] = { "postgres", "template1", role->home };
    for (size_t i = 0; i < 3 && databases[i]; i++) {
        if (pg_try(p, role, databases[i], e))
            return true;
        if (e->answer != PG_TRUSTED || !pg_wants_another_database(e))
            return false;
    }
    return false;
}

/* The roles beside postgres. CrateDB refuses names that are nobody's before it asks for anything. */
static void pg_try_others(struct pg *p)
{
    struct pg_entry e;
    if (pg_try_role(p, &PG_ROLE_ROOT, &e))
        return;
    if (p->best.answer == PG_REFUSED)
        pg_try_role(p, &PG_ROLE_CRATE, &e);
    if (!pg_wants_another_role(&e))
        return;
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++)
        if (pg_try_role(p, &ROLES[i], &e))
            return;
}

/* The first entry. Where TLS breaks before a word was said (a client certificate is demanded), or the
 * entry is refused there, the same is tried without TLS; what is tried later goes in the dress that
 * answered more. True once there is nothing left to try. */
static bool pg_knock(struct pg *p)
{
    struct pg_entry e;
    if (pg_try(p, &PG_ROLE_POSTGRES, "postgres", &e))
        return true;
    if (!p->upgrade || !wire_in_tls(p->w) || e.answer == PG_TRUSTED)
        return false;
    p->upgrade = false;
    bool done = pg_try(p, &PG_ROLE_POSTGRES, "postgres", &e);
    p->upgrade = p->best.tls;
    return done;
}

/* The console of a pooler, for which every PgBouncer has the database pgbouncer. Anybody may see it
 * under auth_type=any, and the administrator that is called like it under auth_type=trust. */
static bool pg_try_console(struct pg *p)
{
    struct pg_entry e = { .role = &PG_ROLE_POSTGRES, .user = SPAN("postgres"), .database = SPAN("pgbouncer") };
    if (pg_enter(p, &e) != PG_READY) {
        e = (struct pg_entry){ .role = &PG_ROLE_PGBOUNCER, .user = SPAN("pgbouncer"), .database = SPAN("pgbouncer") };
        if (pg_enter(p, &e) != PG_READY)
            return false;
    }
    p->best = e;
    return true;
}

void pg_find_door(struct pg *p)
{
    struct pg_entry e;
    if (pg_knock(p) || p->best.answer == PG_NOTHING)
        return;
    bool stranger = p->best.answer == PG_REFUSED && p->best.error.routine.len == 0;
    if (stranger && pg_try_console(p))
        return;
    if (pg_wants_another_role(&p->best)) {
        pg_try_others(p);
        return;
    }
    bool shut = p->best.answer != PG_TRUSTED;
    if (!shut && !pg_wants_another_database(&p->best))
        return;
    if (!pg_try(p, &PG_ROLE_POSTGRES, "template1", &e) && shut)
        pg_try_others(p);
}
