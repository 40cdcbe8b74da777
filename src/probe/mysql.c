/* MySQL client/server protocol 4.1 (MySQL, MariaDB, Percona, TiDB, OceanBase; Sphinx and Manticore
 * speak a part of it).
 *
 * The handle: user root with an empty answer to the server's challenge, which is what the protocol
 * itself sends for an account without a password. Where the greeting offers TLS, the login runs
 * inside it. Every login is finished: the server counts aborted handshakes and blocks an address
 * after 100 of them (error 1129).
 *
 * Proof 1 is the OK packet, proof 2 that information_schema answers. Only information_schema is
 * read; table_rows is the engine's own estimate. CLIENT_LOCAL_FILES is never offered, so that a
 * server which asks for a file of ours (packet 0xfb) breaks the protocol. */
#include "base/reader.h"
#include "probe/name.h"
#include "probe/probe.h"

enum {
    MY_PACKET_MAX = 64 * 1024, /* one packet; real ones here stay below 1 KiB */
    MY_VERSION_MAX = 128,
    MY_COLUMNS_MAX = 64, /* Manticore's status tables have 2, ours 1 to 5 */
    MY_CELLS_MAX = 5,
    MY_ROWS_MAX = 1000, /* the LIMIT of the listing */
    MY_INDEXES_MAX = 100,
    MY_LOGIN_PACKETS_MAX = 4,
    MY_PEEK_MIN = 5, /* length, sequence number, first byte */

    MY_CAN_TLS = 0x800, /* CLIENT_SSL */
};

/* What the client says it can do: LONG_PASSWORD, LONG_FLAG, PROTOCOL_41, TRANSACTIONS,
 * SECURE_CONNECTION and PLUGIN_AUTH; in TLS also SSL. Then the largest packet (16 MiB), the
 * collation (utf8_general_ci) and 23 zeros. */
#define MY_ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define MY_ABILITIES "\x05\xa2\x08\0" "\0\0\0\x01" "\x21" MY_ZEROS
#define MY_ABILITIES_TLS "\x05\xaa\x08\0" "\0\0\0\x01" "\x21" MY_ZEROS
#define MY_ROOT "root\0" "\0" "mysql_native_password\0"

#define MY_PACKET(ask_name, reason, sequence, payload)                                             \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(3, 2, 3, 0), ASK_BYTES(sequence), ASK_BYTES(payload) },                  \
    }
#define MY_QUERY(ask_name, reason, sql) MY_PACKET(ask_name, reason, "\0", "\x03" sql)

static const struct ask MY_TLS_REQUEST =
    MY_PACKET("mysql.tls_request", "asks for TLS, which the greeting offered", "\x01",
              MY_ABILITIES_TLS);
static const struct ask MY_LOGIN =
    MY_PACKET("mysql.login", "user root with an empty answer: the first proof", "\x01",
              MY_ABILITIES MY_ROOT);
static const struct ask MY_LOGIN_TLS =
    MY_PACKET("mysql.login_tls", "the same inside TLS", "\x02", MY_ABILITIES_TLS MY_ROOT);
static const struct ask MY_EMPTY =
    ASK_FIXED("mysql.empty", "no password either, where the server asks by another method",
              "\0\0\0\x03");
static const struct ask MY_EMPTY_TLS =
    ASK_FIXED("mysql.empty_tls", "the same inside TLS", "\0\0\0\x04");
static const struct ask MY_QUIT =
    ASK_FIXED("mysql.quit", "ends the session politely", "\x01\0\0\0\x01");

#define MY_DATA_TABLES                                                                             \
    " FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN "     \
    "('mysql', 'information_schema', 'performance_schema', 'sys')"

static const struct ask MY_TOTALS =
    MY_QUERY("mysql.totals", "how many tables, rows and bytes: the second proof",
             "SELECT COUNT(DISTINCT table_schema), COUNT(*), SUM(table_rows), "
             "SUM(data_length + index_length)" MY_DATA_TABLES);
static const struct ask MY_TABLES =
    MY_QUERY("mysql.tables", "names, estimated rows, sizes and creation times of the tables",
             "SELECT table_schema, table_name, table_rows, data_length + index_length, "
             "UNIX_TIMESTAMP(create_time)" MY_DATA_TABLES " ORDER BY 4 DESC LIMIT 1000");
static const struct ask MY_RIGHTS =
    MY_QUERY("mysql.rights", "whether the session could change data: read from its own privileges",
             "SELECT @@global.read_only, SUM(privilege_type = 'INSERT'), "
             "SUM(privilege_type = 'SUPER') FROM information_schema.user_privileges WHERE grantee "
             "= CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')");
static const struct ask MY_WHO =
    MY_QUERY("mysql.who", "whose rights the session has, where it is listed with none",
             "SELECT CURRENT_USER()");
static const struct ask MY_INDEXES =
    MY_QUERY("mysql.search_indexes", "Sphinx and Manticore: names of the indexes, the second proof",
             "SHOW TABLES");
static const struct ask MY_INDEX_STATUS = {
    .name = "mysql.search_index_status",
    .why = "Sphinx and Manticore: documents and bytes of one index",
    .parts = { ASK_LE(3, 2, 5, 0), ASK_BYTES("\0"), ASK_BYTES("\x03SHOW INDEX "),
               ASK_HOLE("index", 64, HOLE_NAME), ASK_BYTES(" STATUS") },
};

/* ---- packets --------------------------------------------------------------------------- */

static struct span my_read(struct wire *w)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, 4));
    uint32_t len = reader_le24(&r);
    if (wire_ok(w) && (len == 0 || len > MY_PACKET_MAX))
        wire_fail(w);
    return wire_ok(w) ? wire_need(w, len) : SPAN_NONE;
}

/* A length-encoded integer; 0xfb (NULL) and 0xff are none. */
static uint64_t my_lenenc(struct reader *r)
{
    uint8_t first = reader_u8(r);
    if (first < 0xfb)
        return first;
    if (first == 0xfc)
        return reader_le16(r);
    if (first == 0xfd)
        return reader_le24(r);
    if (first == 0xfe)
        return reader_le64(r);
    reader_fail(r, "this is no length");
    return 0;
}

struct my_error {
    uint16_t code;
    struct span text, whole;
};

/* An ERR packet; the SQL state is there once the client has spoken 4.1. */
static bool my_error_parse(struct span packet, struct my_error *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    if (reader_u8(&r) != 0xff)
        reader_fail(&r, "no ERR packet");
    uint16_t code = reader_le16(&r);
    if (reader_sees(&r, SPAN("#")))
        reader_skip(&r, 6);
    struct span text = reader_rest(&r);
    if (!reader_ok(&r) || code < 1000 || text.len == 0)
        return false;
    *ret = (struct my_error){ code, text, packet };
    return true;
}

struct my_greeting {
    struct span version, salt, plugin, whole;
    uint32_t abilities;
};

/* Protocol::HandshakeV10. Older servers end early; what is not there stays empty. */
static bool my_greeting_parse(struct span packet, struct my_greeting *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    struct my_greeting g = { .whole = packet };
    if (reader_u8(&r) != 10)
        reader_fail(&r, "another version of the protocol");
    g.version = reader_cstr(&r, MY_VERSION_MAX);
    reader_skip(&r, 4);
    g.salt = reader_take(&r, 8);
    reader_skip(&r, 1);
    g.abilities = reader_le16(&r);
    if (reader_more(&r)) {
        reader_skip(&r, 3);
        g.abilities |= (uint32_t)reader_le16(&r) << 16;
        size_t salt_len = reader_u8(&r);
        reader_skip(&r, 10);
        reader_skip(&r, salt_len > 21 ? salt_len - 8 : 13);
        if (reader_more(&r)) {
            g.plugin = reader_rest(&r);
            g.plugin = span_first(g.plugin, span_index(g.plugin, 0));
        }
    }
    if (!reader_ok(&r) || g.version.len == 0)
        return false;
    for (size_t i = 0; i < g.version.len; i++)
        if (g.version.at[i] < 0x20 || g.version.at[i] > 0x7e)
            return false;
    *ret = g;
    return true;
}

static bool mysql_recognises(struct span first)
{
    struct verdict v;
    struct reader r = reader_over(&v, first);
    struct my_greeting g;
    struct my_error e;
    uint32_t len = reader_le24(&r);
    uint8_t sequence = reader_u8(&r);
    struct span packet = span_first(reader_rest(&r), len);
    if (!reader_ok(&r) || sequence != 0 || packet.len != len)
        return false;
    return my_greeting_parse(packet, &g) || my_error_parse(packet, &e);
}

/* ---- the door -------------------------------------------------------------------------- */

enum my_answer { MY_NOTHING, MY_TURNED_AWAY, MY_GREETED, MY_IN, MY_DENIED, MY_ASKED };

struct my {
    struct wire *w;
    bool tls_tried;
    struct my_greeting greeting;
    struct my_error error;
    struct span plugin; /* the method that the server asks by */
    struct span proof;  /* the packet that decided */
};

static enum my_answer my_greet(struct my *m)
{
    struct span head = wire_peek(m->w, MY_PEEK_MIN);
    if (!wire_ok(m->w) || head.at[3] != 0 || (head.at[4] != 10 && head.at[4] != 0xff))
        return MY_NOTHING;
    struct span packet = my_read(m->w);
    if (!wire_ok(m->w))
        return MY_NOTHING;
    if (my_error_parse(packet, &m->error))
        return MY_TURNED_AWAY;
    if (!my_greeting_parse(packet, &m->greeting))
        return MY_NOTHING;
    m->plugin = m->greeting.plugin;
    return MY_GREETED;
}

/* Sends the login and follows the server through at most one change of method. */
static enum my_answer my_login(struct my *m)
{
    bool in_tls = m->tls_tried && wire_in_tls(m->w);
    wire_ask(m->w, in_tls ? &MY_LOGIN_TLS : &MY_LOGIN);
    bool switched = false;
    for (unsigned i = 0; i < MY_LOGIN_PACKETS_MAX; i++) {
        struct span packet = my_read(m->w);
        if (!wire_ok(m->w))
            return MY_GREETED;
        m->proof = packet;
        if (packet.at[0] == 0 && packet.len >= 7)
            return MY_IN;
        if (my_error_parse(packet, &m->error))
            return MY_DENIED;
        if (packet.at[0] == 0x01 && packet.len == 2 && packet.at[1] == 3)
            continue; /* caching_sha2_password: known, the OK packet follows */
        if (packet.at[0] == 0x01 || packet.at[0] == 0x02)
            return MY_ASKED;
        if (packet.at[0] != 0xfe || switched)
            break;
        switched = true;
        struct span name = span_from(packet, 1);
        m->plugin = span_first(name, span_index(name, 0));
        if (packet.len == 1) {
            m->plugin = SPAN("mysql_old_password");
            return MY_ASKED;
        }
        wire_ask(m->w, in_tls ? &MY_EMPTY_TLS : &MY_EMPTY);
    }
    wire_fail(m->w);
    return MY_GREETED;
}

/* Greeting, TLS where it is offered, login. Where the handshake fails, the login goes without. */
static enum my_answer my_enter(struct my *m)
{
    enum my_answer answer = my_greet(m);
    if (answer != MY_GREETED)
        return answer;
    if (!(m->greeting.abilities & MY_CAN_TLS) || wire_in_tls(m->w))
        return my_login(m);
    m->tls_tried = true;
    if (wire_ask(m->w, &MY_TLS_REQUEST) && !wire_heard(m->w).len && wire_start_tls(m->w)) {
        answer = my_login(m);
        if (answer != MY_GREETED)
            return answer;
    }
    struct my_greeting first = m->greeting;
    if (!wire_again(m->w, WIRE_PLAIN) || my_greet(m) != MY_GREETED) {
        m->greeting = first;
        return MY_GREETED;
    }
    return my_login(m);
}

/* ---- result sets ----------------------------------------------------------------------- */

struct my_row {
    struct span cell[MY_CELLS_MAX]; /* empty for NULL */
};

struct my_rows {
    LIST_OF(struct my_row) list;
};

static bool my_row_parse(struct span packet, size_t columns, struct my_row *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    struct my_row row = { { SPAN_NONE } };
    for (size_t i = 0; i < columns && reader_ok(&r); i++) {
        struct span cell = SPAN_NONE;
        if (reader_sees(&r, SPAN("\xfb")))
            reader_skip(&r, 1);
        else
            cell = reader_take(&r, my_lenenc(&r));
        if (i < MY_CELLS_MAX)
            row.cell[i] = cell;
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = row;
    return true;
}

/* EOF packet, or an OK packet in its place. */
static bool my_is_eof(struct span packet)
{
    return packet.at[0] == 0xfe && packet.len < 9;
}

/* Reads a whole text result set of at least `least` columns. False where the server refused the
 * query (the session then goes on) or the wire faulted. */
static bool my_result(struct my *m, size_t least, struct my_rows *ret)
{
    struct my_error refused;
    struct my_rows rows = { 0 };
    struct span packet = my_read(m->w);
    if (!wire_ok(m->w) || my_error_parse(packet, &refused))
        return false;
    size_t columns = packet.len == 1 ? packet.at[0] : 0;
    if (columns < least || columns > MY_COLUMNS_MAX)
        return wire_fail(m->w);
    for (size_t i = 0; i <= columns && wire_ok(m->w); i++) {
        packet = my_read(m->w);
        if (wire_ok(m->w) && my_is_eof(packet) != (i == columns))
            return wire_fail(m->w);
    }
    for (;;) {
        packet = my_read(m->w);
        if (!wire_ok(m->w) || my_error_parse(packet, &refused))
            return false;
        if (my_is_eof(packet))
            break;
        struct my_row row, *at = NULL;
        if (rows.list.len < MY_ROWS_MAX && my_row_parse(packet, columns, &row))
            at = list_add(wire_arena(m->w), &rows.list);
        if (!at)
            return wire_fail(m->w);
        *at = row;
    }
    *ret = rows;
    return true;
}

/* A whole number; SUM() is written as a decimal without a fraction. */
static int64_t my_number(struct span cell)
{
    uint64_t n;
    return span_u64(cell, INT64_MAX / 2048, &n) ? (int64_t)n : COUNT_UNKNOWN;
}

/* ---- counting -------------------------------------------------------------------------- */

/* Every account is listed with a right, be it USAGE. Who is not listed has none of the accounts: the
 * server runs with skip-grant-tables, and says so by the name it gives to everybody ("@" in MariaDB
 * 10.11, "skip-grants user@skip-grants host" in MySQL 8). */
static void my_skips_grants(struct my *m, struct observation *o)
{
    struct my_rows rows = { 0 };
    wire_ask(m->w, &MY_WHO);
    if (!my_result(m, 1, &rows) || rows.list.len != 1)
        return;
    struct span who = rows.list.at[0].cell[0];
    if (!span_is(who, "@") && !span_starts(who, SPAN("skip-grants user@")))
        return;
    fact_bool(o, "superuser", true, MY_WHO.name, who);
    fact_bool(o, "writable", true, MY_WHO.name, who);
}

static void my_rights(struct my *m, struct observation *o)
{
    struct my_rows rows = { 0 };
    wire_ask(m->w, &MY_RIGHTS);
    if (!my_result(m, 3, &rows) || rows.list.len != 1)
        return;
    const struct my_row *row = &rows.list.at[0];
    int64_t insert = my_number(row->cell[1]), super = my_number(row->cell[2]);
    if (insert < 0 || super < 0) {
        my_skips_grants(m, o);
        return;
    }
    fact_bool(o, "superuser", super > 0, MY_RIGHTS.name, row->cell[2]);
    bool read_only = !span_is(row->cell[0], "0") && !span_is(row->cell[0], "OFF");
    if (insert > 0)
        fact_bool(o, "writable", !read_only || super > 0, MY_RIGHTS.name, row->cell[0]);
}

/* The second proof and all counts of a relational server. */
static bool my_count(struct my *m, struct observation *o)
{
    struct my_rows totals = { 0 }, tables = { 0 };
    wire_ask(m->w, &MY_TOTALS);
    if (!my_result(m, 4, &totals) || totals.list.len != 1)
        return false;
    const struct my_row *sum = &totals.list.at[0];
    fact_number(o, "databases", my_number(sum->cell[0]), MY_TOTALS.name, sum->cell[0]);
    wire_ask(m->w, &MY_TABLES);
    if (my_result(m, 5, &tables)) {
        for (size_t i = 0; i < tables.list.len; i++) {
            const struct my_row *row = &tables.list.at[i];
            int64_t created_s = my_number(row->cell[4]);
            observation_collect(o, name_within(o->arena, row->cell[0], row->cell[1]),
                                my_number(row->cell[2]), my_number(row->cell[3]),
                                created_s > 0 ? created_s * 1000 : COUNT_UNKNOWN);
        }
    }
    o->collection_count = my_number(sum->cell[1]);
    bool empty = o->collection_count == 0;
    o->records = empty ? 0 : my_number(sum->cell[2]);
    o->bytes = empty ? 0 : my_number(sum->cell[3]);
    if (wire_ok(m->w))
        my_rights(m, o);
    return true;
}

/* Documents and bytes of one Sphinx or Manticore index, a table of name and value. */
static void my_index_status(struct my *m, struct span index, int64_t *documents, int64_t *bytes)
{
    struct my_rows rows = { 0 };
    uint8_t scratch[128];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    if (!ask_render(&MY_INDEX_STATUS, &index, 1, &trial))
        return;
    wire_ask_with(m->w, &MY_INDEX_STATUS, &index, 1);
    if (!my_result(m, 2, &rows))
        return;
    for (size_t i = 0; i < rows.list.len; i++) {
        const struct my_row *row = &rows.list.at[i];
        if (span_is(row->cell[0], "indexed_documents"))
            *documents = my_number(row->cell[1]);
        else if (span_is(row->cell[0], "disk_bytes"))
            *bytes = my_number(row->cell[1]);
    }
}

static bool my_count_indexes(struct my *m, struct observation *o)
{
    struct my_rows rows = { 0 };
    wire_ask(m->w, &MY_INDEXES);
    if (!my_result(m, 1, &rows))
        return false;
    o->collection_count = 0;
    for (size_t i = 0; i < rows.list.len; i++) {
        int64_t documents = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
        if (i < MY_INDEXES_MAX && wire_ok(m->w))
            my_index_status(m, rows.list.at[i].cell[0], &documents, &bytes);
        observation_collect(o, rows.list.at[i].cell[0], documents, bytes, COUNT_UNKNOWN);
    }
    return true;
}

/* ---- conclusions ----------------------------------------------------------------------- */

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
    bool can_tls = g->abilities & MY_CAN_TLS;
    fact_text(o, "encryption", can_tls ? SPAN("offered") : SPAN("none"), NULL, g->whole);
    /* Decoys answer with constants: Dionaea's salt, OpenCanary's configured version. */
    if (span_is(g->salt, "aaaaaaaa"))
        fact_text(o, "decoy", SPAN("the challenge is the constant that Dionaea sends"), NULL,
                  g->whole);
    else if (span_is(g->version, "5.5.43-0ubuntu0.14.04.1"))
        fact_text(o, "decoy", SPAN("the version is the one that OpenCanary shows by default"), NULL,
                  g->whole);
}

/* Refusals that mean a lock: wrong or missing credentials (1045, 1698, 1251, 1275, 3118, 4151),
 * an address that may not come (1129, 1130), TLS or a client certificate first (3159). */
static bool my_is_lock(uint16_t code)
{
    static const uint16_t LOCKS[] = { 1044, 1045, 1129, 1130, 1251, 1275, 1698, 3118, 3159, 4151 };
    for (size_t i = 0; i < sizeof(LOCKS) / sizeof(LOCKS[0]); i++)
        if (LOCKS[i] == code)
            return true;
    return false;
}

static enum outcome my_refusal(const struct my *m, struct observation *o, const char *ask)
{
    fact_number(o, "error.code", m->error.code, ask, m->error.whole);
    fact_text(o, "error", m->error.text, ask, m->error.whole);
    if (m->error.code == 1129 || m->error.code == 1130 || m->error.code == 1698)
        fact_text(o, "auth", SPAN("rejected"), ask, m->error.whole);
    else if (ask && m->plugin.len)
        fact_text(o, "auth", m->plugin, ask, m->error.whole);
    if (m->error.code == 3159)
        fact_text(o, "encryption", SPAN("required"), ask, m->error.whole);
    return my_is_lock(m->error.code) ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
}

static enum outcome my_conclude(struct my *m, struct observation *o, enum my_answer answer)
{
    const char *ask = wire_in_tls(m->w) && m->tls_tried ? MY_LOGIN_TLS.name : MY_LOGIN.name;
    if (answer == MY_TURNED_AWAY) {
        if (span_has(m->error.text, "MariaDB"))
            o->product = "mariadb";
        return my_refusal(m, o, NULL);
    }
    my_greeting_facts(m, o);
    if (answer == MY_DENIED)
        return my_refusal(m, o, ask);
    if (answer == MY_GREETED)
        return OUTCOME_UNCLEAR;
    if (answer == MY_ASKED) {
        fact_text(o, "auth", m->plugin, ask, m->proof);
        return OUTCOME_LOCKED;
    }
    fact_text(o, "auth", SPAN("none"), ask, m->proof);
    bool search = strcmp(o->product, "sphinx") == 0 || strcmp(o->product, "manticore") == 0;
    return (search ? my_count_indexes(m, o) : my_count(m, o)) ? OUTCOME_OPEN : OUTCOME_UNCLEAR;
}

static enum outcome mysql_run(struct wire *w, struct observation *o)
{
    struct my m = { .w = w };
    enum my_answer answer = my_enter(&m);
    if (answer == MY_NOTHING)
        return OUTCOME_NOT_MINE;
    o->product = "mysql";
    o->tls = wire_in_tls(w);
    o->outcome = my_conclude(&m, o, answer);
    if (answer == MY_IN)
        wire_bye(w, &MY_QUIT);
    return o->outcome;
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
    .proof = "user root gets in with an empty answer, then information_schema is answered",
    .counts = "databases, tables, estimated rows and sizes from information_schema",
    .asks = { &MY_TLS_REQUEST, &MY_LOGIN, &MY_LOGIN_TLS, &MY_EMPTY, &MY_EMPTY_TLS, &MY_TOTALS,
              &MY_TABLES, &MY_RIGHTS, &MY_WHO, &MY_INDEXES, &MY_INDEX_STATUS, &MY_QUIT },
    .recognises = mysql_recognises,
    .run = mysql_run,
};
