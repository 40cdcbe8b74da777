/* MySQL client/server protocol 4.1 (MySQL, MariaDB, Percona, TiDB, OceanBase, Doris, StarRocks; Sphinx and
 * Manticore speak a part of it).
 *
 *     < greeting: version, challenge      > SSLRequest, and TLS begins, where it is offered
 *     > login: root, an empty answer      < OK, or an error
 *     > queries of information_schema     < names, sizes, estimates, rights
 *     > COM_QUIT
 *
 * How it gets in, and whom it is tried as: mysql_door.c. Proof 1 is the OK packet, proof 2 a right to read
 * (mysql_count.c): every account may log in and sees the schema of what it has a right to, which may be
 * nothing. */
#include "probe/mysql_count.h"
#include "probe/mysql_door.h"

enum { MY_TLS_DEMANDED = 3159 }; /* ER_SECURE_TRANSPORT_REQUIRED */

static const struct ask MY_QUIT =
    ASK_FIXED("mysql.quit", "ends the session politely", "\x01\0\0\0\x01");

static bool mysql_recognises(struct span first)
{
    struct my_packet p;
    struct my_greeting g;
    struct my_error e;
    return my_first(first, &p) && p.sequence == 0 && (my_greeting_parse(p.body, &g) || my_error_parse(p.body, &e));
}

/* Leading digits and points: "10.11.19" out of "10.11.19-MariaDB-0+deb12u1". */
static struct span my_digits(struct span s)
{
    size_t n = 0;
    while (n < s.len && (ascii_is_digit(s.at[n]) || s.at[n] == '.'))
        n++;
    return span_first(s, n);
}

/* The version after a mark such as "-TiDB-v", or an empty span. */
static struct span my_after(struct span s, const char *mark)
{
    size_t at = span_find(s, span_str(mark));
    return at == SIZE_MAX ? SPAN_NONE : my_digits(span_from(s, at + strlen(mark)));
}

/* "6.2.12 dc5144d35@230822" (Manticore); Sphinx names its release instead. */
static bool my_is_manticore(struct span version)
{
    size_t at = span_index(version, '@');
    return at < version.len && at > 0 && my_digits(span_from(version, at + 1)).len >= 6;
}

/* Which product the greeting names; *version becomes that product's own version. */
static const char *my_product(struct span full, struct span *version)
{
    *version = my_digits(full);
    if (span_has(full, "MariaDB")) {
        /* Servers before 11 put 5.5.5- in front, for old replicas. */
        if (span_starts(full, SPAN("5.5.5-")))
            *version = my_digits(span_from(full, 6));
        return "mariadb";
    }
    if (span_has(full, "-TiDB-")) {
        *version = my_after(full, "-TiDB-v");
        return "tidb";
    }
    if (span_has(full, "OceanBase")) {
        *version = my_after(full, "OceanBase-v");
        return "oceanbase";
    }
    if (span_has(full, "itess")) {
        *version = my_after(full, "itess-");
        return "vitess";
    }
    if (span_has(full, "-release"))
        return "sphinx";
    return my_is_manticore(full) ? "manticore" : "mysql";
}

static void my_greeting_facts(const struct my *m, struct observation *o)
{
    const struct my_greeting *g = &m->greeting;
    struct span version;
    o->product = my_product(g->version, &version);
    if (version.len)
        fact_text(o, "version", version, NULL, g->whole);
    fact_text(o, "version.full", g->version, NULL, g->whole);
    /* Whether TLS is offered or demanded, the answer to the login tells. */
    bool can_tls = g->abilities & MY_CAN_TLS;
    if (!can_tls || (m->best.answer > MY_GREETED && m->best.error.code != MY_TLS_DEMANDED))
        fact_text(o, "encryption", can_tls ? SPAN("offered") : SPAN("none"), NULL, g->whole);
    /* Decoys answer with constants: Dionaea's salt, OpenCanary's configured version. */
    if (span_is(g->salt, "aaaaaaaa"))
        fact_text(o, "decoy", SPAN("the challenge is the constant that Dionaea sends"), NULL,
                  g->whole);
    else if (span_is(g->version, "5.5.43-0ubuntu0.14.04.1"))
        fact_text(o, "decoy", SPAN("the version is the one that OpenCanary shows by default"), NULL,
                  g->whole);
}

/* Refusals that mean a lock: wrong or missing credentials (1045, 1698, 4151), an account that is locked
 * (3118), an old hash (1251, 1275), a method that the server lacks (1524), no right to a database (1044),
 * an address that may not come (1130), TLS first (3159). No lock are too many connections (1040) and an
 * address that is blocked for handshakes that broke (1129): others are let in meanwhile. */
static bool my_is_lock(uint16_t code)
{
    static const uint16_t LOCKS[] = { 1044, 1045, 1130, 1251, 1275, 1524, 1698, 3118, 3159, 4151 };
    for (size_t i = 0; i < sizeof(LOCKS) / sizeof(LOCKS[0]); i++)
        if (LOCKS[i] == code)
            return true;
    return false;
}

static void my_error_facts(const struct my_entry *e, struct observation *o)
{
    const char *ask = e->ask ? e->ask->name : NULL;
    fact_number(o, "error.code", e->error.code, ask, e->error.whole);
    fact_text(o, "error", e->error.text, ask, e->error.whole);
}

static enum outcome my_refusal(const struct my *m, struct observation *o)
{
    const struct my_entry *e = &m->best;
    const char *ask = e->ask ? e->ask->name : NULL;
    my_error_facts(e, o);
    if (e->error.code == 1130 || e->error.code == 1698)
        fact_text(o, "auth", SPAN("rejected"), ask, e->error.whole);
    else if (ask && e->plugin.len)
        fact_text(o, "auth", e->plugin, ask, e->error.whole);
    if (e->error.code == MY_TLS_DEMANDED)
        fact_text(o, "encryption", SPAN("required"), ask, e->error.whole);
    /* TLS is demanded, and it was our handshake that failed: the door was not tried. */
    if (e->error.code == MY_TLS_DEMANDED && m->tls_failed)
        return OUTCOME_UNCLEAR;
    return my_is_lock(e->error.code) ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
}

static enum outcome my_conclude(struct my *m, struct observation *o)
{
    const struct my_entry *e = &m->best;
    if (e->answer == MY_TURNED_AWAY) {
        if (span_has(e->error.text, "MariaDB"))
            o->product = "mariadb";
        return my_refusal(m, o);
    }
    my_greeting_facts(m, o);
    /* What the other accounts were told decides nothing then. */
    if (m->broken && e->answer < MY_EXPIRED)
        return OUTCOME_UNCLEAR;
    if (e->answer == MY_DENIED)
        return my_refusal(m, o);
    if (e->answer == MY_GREETED)
        return OUTCOME_UNCLEAR;
    const char *ask = e->ask->name;
    if (e->answer == MY_ASKED) {
        fact_text(o, "auth", e->plugin, ask, e->proof);
        return OUTCOME_LOCKED;
    }
    fact_text(o, "auth", SPAN("none"), ask, e->proof);
    if (strcmp(e->user->name, "root") != 0)
        fact_text(o, "user", span_str(e->user->name), ask, e->proof);
    if (e->answer == MY_EXPIRED) {
        my_error_facts(e, o);
        fact_bool(o, "writable", true, ask, e->proof);
        return OUTCOME_OPEN;
    }
    bool search = strcmp(o->product, "sphinx") == 0 || strcmp(o->product, "manticore") == 0;
    return search ? my_count_indexes(m->w, o) : my_count(m->w, o);
}

static enum outcome mysql_run(struct wire *w, struct observation *o)
{
    struct my m = { .w = w };
    my_find_door(&m);
    if (m.best.answer == MY_NOTHING)
        return OUTCOME_NOT_MINE;
    o->product = "mysql";
    o->tls = m.best.tls || m.dress == WIRE_IN_TLS;
    enum outcome outcome = my_conclude(&m, o);
    if (m.best.answer == MY_IN)
        wire_bye(w, &MY_QUIT);
    return outcome;
}

static bool mysql_upgrade(struct wire *w)
{
    struct my_packet p;
    struct my_greeting g;
    return my_read(w, &p) && my_greeting_parse(p.body, &g) && g.abilities & MY_CAN_TLS &&
           wire_ask(w, &MY_TLS_REQUEST) && !wire_heard(w).len;
}

extern const struct probe PROBE_MYSQL;
const struct probe PROBE_MYSQL = {
    .name = "mysql",
    .title = "MySQL, MariaDB, TiDB, OceanBase, Vitess, Sphinx, Manticore",
    .products = { "mysql", "mariadb", "tidb", "oceanbase", "vitess", "sphinx", "manticore" },
    .kind = KIND_STORE,
    .rank = 98,
    .ports = { 3306, 3307, 4000, 9306, 9030, 2881 },
    .peer_first = true,
    .proof = "an account without a password gets in, and it has a right to read",
    .counts = "databases, tables, estimated rows and sizes from information_schema",
    .asks = { &MY_TLS_REQUEST, &MY_LOGIN, &MY_LOGIN_TLS, &MY_LOGIN_ANONYMOUS, &MY_LOGIN_ANONYMOUS_TLS,
              &MY_LOGIN_ADMIN, &MY_LOGIN_ADMIN_TLS, &MY_EMPTY[0], &MY_EMPTY[1], &MY_NUL[0], &MY_NUL[1], &MY_NUL[2],
              &MY_NUL[3], &MY_TOTALS, &MY_TABLES, &MY_COLUMNS, &MY_RIGHTS, &MY_GRANTS, &MY_READ_ONLY, &MY_WHO,
              &MY_ACCOUNTS,
              &MY_INDEXES, &MY_INDEX_STATUS, &MY_QUIT },
    .recognises = mysql_recognises,
    .run = mysql_run,
    .upgrade = mysql_upgrade,
};
