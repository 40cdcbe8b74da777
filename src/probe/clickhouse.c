/* ClickHouse's native protocol (port 9000; 9440 inside TLS), as clickhouse-client speaks it.
 *
 *     > Hello: client, revision 54213, no database, user default, no password
 *     < Hello: server, version, revision, time zone        or Exception: code, text, stack trace
 *     > Query, and an empty block of data for it
 *     < Data (a block of columns), Progress, ProfileInfo ... EndOfStream     or Exception
 *
 * The handle is the user `default`, which every installation has without a password until somebody sets
 * one; before version 20 the configuration that was shipped held a second, `readonly`. The revision is that
 * of 2017: later servers speak it to old clients, without settings as text, low-cardinality columns or
 * chunks. Nothing is compressed.
 *
 * Proof 1 is the server's Hello, proof 2 a grant to read. system.tables shows a user only what it may see,
 * and anybody may ask for it: an empty list proves nothing. From version 20 on SHOW GRANTS decides; before,
 * the databases that the user may enter. Names, rows and bytes come from system.tables and system.parts,
 * by the query that is asked over HTTP, too (catalog/clickhouse.yaml). */
#include "base/list.h"
#include "base/reader.h"
#include "probe/probe.h"
#include "record/field_names.h"
#include "record/peer.h"

enum {
    CH_NAME_MAX = 256,          /* of a server, time zone, column or type */
    CH_TEXT_MAX = 16 * 1024,    /* one value or message */
    CH_TRACE_MAX = 64 * 1024,   /* stack trace of an exception */
    CH_NESTED_MAX = 8,          /* exceptions inside one */
    CH_COLUMNS_MAX = 3,         /* ours have 1 to 3 */
    CH_ROWS_MAX = 1000,         /* the LIMIT of the listing */
    CH_BLOCK_ROWS_MAX = 10000,  /* SHOW GRANTS has no LIMIT */
    CH_PACKETS_MAX = 4096,      /* of one answer: mostly Progress */
    CH_BLOCK_FIELDS_MAX = 8,
    CH_PEERS_BYTES = 2048,
    CH_REVISION_FIRST = 50264, /* the oldest that its source still speaks with; other protocols count from 0 */
    CH_REVISION_TIMEZONE = 54058, /* from here on Hello names the time zone */
    CH_REVISION_TOTAL_ROWS = 51554,
    CH_REVISION_BLOCK_INFO = 51903,
    CH_REVISION = 54213,
    CH_MAJOR_GRANTS = 20, /* the version that brought them */
};

#define CH_REVISION_BYTES "\xc5\xa7\x03"
/* Hello: client `ajar` 1.0 of that revision. */
#define CH_CLIENT "\0\x04" "ajar\x01\0" CH_REVISION_BYTES

static const struct ask CH_HELLO =
    ASK_FIXED("clickhouse-native.hello", "opens a session as user default without a password: the first proof",
              CH_CLIENT "\0" "\x07" "default" "\0");
static const struct ask CH_HELLO_SYSTEM =
    ASK_FIXED("clickhouse-native.hello_system", "the same in database system, where the user's own is missing",
              CH_CLIENT "\x06" "system" "\x07" "default" "\0");
static const struct ask CH_HELLO_READONLY =
    ASK_FIXED("clickhouse-native.hello_readonly",
              "the same as user readonly, whom old versions ship without a password",
              CH_CLIENT "\0" "\x08" "readonly" "\0");

/* Query: no name; asked by `ajar` over TCP for nobody else; no settings; to the end; not compressed. */
#define CH_QUERY_HEAD                                                                              \
    "\x01\0" "\x01\0\0\x09" "0.0.0.0:0" "\x01\0\0\x04" "ajar\x01\0" CH_REVISION_BYTES "\0" "\0\x02\0"
/* Then the text behind its length, in two bytes of seven bits, and a block of no rows. */
#define CH_QUERY(ask_name, reason, sql)                                                            \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BYTES(CH_QUERY_HEAD),                                                       \
                   { .kind = PART_BYTES,                                                           \
                     .bytes = { (const uint8_t[]){ 0x80 | (sizeof(sql) - 1) % 128,                 \
                                                   (sizeof(sql) - 1) / 128 }, 2 } },               \
                   ASK_BYTES(sql), ASK_BYTES("\x02\0\x01\0\x02\xff\xff\xff\xff\0\0\0") },          \
    }

#define CH_SYSTEM "('system','information_schema','INFORMATION_SCHEMA')"
#define CH_TABLES_AND_PARTS                                                                        \
    "(SELECT concat(database,'.',name) AS t FROM system.tables WHERE database NOT IN " CH_SYSTEM   \
    ") AS a ANY LEFT JOIN (SELECT concat(database,'.',table) AS t,sum(rows) AS r,sum(bytes) AS b " \
    "FROM system.parts WHERE active GROUP BY t) AS p USING t"

static const struct ask CH_VERSION =
    CH_QUERY("clickhouse-native.version", "the whole version", "SELECT version()");
static const struct ask CH_TOTALS =
    CH_QUERY("clickhouse-native.totals", "how many tables, rows and bytes the user may see",
             "SELECT count(),sum(r),sum(b) FROM " CH_TABLES_AND_PARTS);
static const struct ask CH_TABLES =
    CH_QUERY("clickhouse-native.tables", "names, rows and bytes of the tables, from the system tables",
             "SELECT t,r,b FROM " CH_TABLES_AND_PARTS " ORDER BY b DESC,t LIMIT 1000");
/* A name that many tables share says more of the server than one that a single table has. */
static const struct ask CH_COLUMNS =
    CH_QUERY("clickhouse-native.columns", "names of the columns, which tell what kinds of data there are",
             "SELECT name FROM system.columns WHERE database NOT IN " CH_SYSTEM
             " GROUP BY name ORDER BY count() DESC,name LIMIT 1000");
/* Those of the shipped configuration ("test_shard_localhost") lead nowhere. */
static const struct ask CH_CLUSTERS =
    CH_QUERY("clickhouse-native.clusters", "where the other servers of its clusters listen",
             "SELECT DISTINCT host_name,port FROM system.clusters WHERE is_local=0 AND cluster NOT LIKE 'test_%' "
             "ORDER BY host_name,port LIMIT 64");
static const struct ask CH_GRANTS =
    CH_QUERY("clickhouse-native.grants", "what the user may do: the second proof", "SHOW GRANTS");
static const struct ask CH_DATABASES =
    CH_QUERY("clickhouse-native.databases",
             "how many databases the user may enter: the second proof before version 20",
             "SELECT count() FROM system.databases WHERE name NOT IN " CH_SYSTEM);
static const struct ask CH_READONLY =
    CH_QUERY("clickhouse-native.readonly", "whether the user may write at all",
             "SELECT value FROM system.settings WHERE name='readonly'");

/* ---- values ---------------------------------------------------------------------------- */

/* Seven bits a byte, the lowest first; at most nine bytes. */
static uint64_t ch_varint(struct wire *w)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        struct span byte = wire_need(w, 1);
        if (!wire_ok(w))
            return 0;
        value |= (uint64_t)(byte.at[0] & 0x7f) << shift;
        if (!(byte.at[0] & 0x80))
            return value;
    }
    wire_fail(w);
    return 0;
}

/* A number that says how many follow. Above `max` it breaks the protocol. */
static size_t ch_count(struct wire *w, size_t max)
{
    uint64_t n = ch_varint(w);
    if (n <= max)
        return (size_t)n;
    wire_fail(w);
    return 0;
}

static struct span ch_string(struct wire *w, size_t max)
{
    size_t len = ch_count(w, max);
    return len && wire_ok(w) ? wire_need(w, len) : SPAN_NONE;
}

static uint64_t ch_fixed(struct wire *w, size_t width)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, width));
    return reader_le(&r, width);
}

/* ---- packets --------------------------------------------------------------------------- */

enum ch_packet {
    CH_PACKET_HELLO = 0,
    CH_PACKET_DATA = 1,
    CH_PACKET_EXCEPTION = 2,
    CH_PACKET_PROGRESS = 3,
    CH_PACKET_END = 5,
    CH_PACKET_PROFILE = 6,
    CH_PACKET_TOTALS = 7,
    CH_PACKET_EXTREMES = 8,
};

struct ch_error {
    uint32_t code;
    struct span text;
};

struct ch {
    struct wire *w;
    uint64_t major, minor, revision; /* revision: the lower of both sides */
    bool session;                    /* the server waits for a query */
    bool broken;                     /* the second way in broke off: it might have been open */
    enum wire_dress dress;           /* how the first connection came */
    const struct ask *hello; /* the one that was answered last */
    struct ch_error error;   /* newest exception; code 0: none */
};

/* What a server calls itself, and its exceptions, is plain text: other protocols' first bytes may look like a hello or
 * an exception up to here. */
static bool ch_is_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] < ' ' || name.at[i] > '~')
            return false;
    return name.len > 0;
}

/* An exception with those that it was made of; the outermost speaks. */
static bool ch_read_error(struct ch *c)
{
    struct ch_error first = { 0 };
    for (unsigned i = 0; i < CH_NESTED_MAX; i++) {
        uint32_t code = (uint32_t)ch_fixed(c->w, 4);
        struct span name = ch_string(c->w, CH_NAME_MAX); /* "DB::Exception" */
        struct span text = ch_string(c->w, CH_TEXT_MAX);
        ch_string(c->w, CH_TRACE_MAX);
        uint64_t more = ch_fixed(c->w, 1);
        if (!wire_ok(c->w))
            return false;
        if (!ch_is_name(name))
            return wire_fail(c->w);
        if (i == 0)
            first = (struct ch_error){ code, text };
        if (more == 0) {
            c->error = first;
            return first.code != 0 || wire_fail(c->w);
        }
    }
    return wire_fail(c->w);
}

struct ch_row {
    struct span text[CH_COLUMNS_MAX];   /* of String columns */
    int64_t number[CH_COLUMNS_MAX];     /* of the others; COUNT_UNKNOWN for NULL */
};

struct ch_rows {
    LIST_OF(struct ch_row) list;
};

/* Bytes of a whole number of this type; 0 where it is none. */
static size_t ch_width(struct span type)
{
    static const struct {
        const char *name;
        size_t width;
    } TYPES[] = { { "UInt64", 8 }, { "Int64", 8 }, { "UInt32", 4 }, { "Int32", 4 },
                  { "UInt16", 2 }, { "Int16", 2 }, { "UInt8", 1 },  { "Int8", 1 }, { "Bool", 1 } };
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (span_is(type, TYPES[i].name))
            return TYPES[i].width;
    return 0;
}

/* One column of a block, into the rows from `first` on; those beyond the list are read and left out. */
static bool ch_read_column(struct wire *w, size_t column, size_t rows, size_t first, struct ch_rows *into)
{
    ch_string(w, CH_NAME_MAX);
    struct span type = ch_string(w, CH_NAME_MAX), nulls = SPAN_NONE;
    bool nullable = span_starts(type, SPAN("Nullable(")) && span_ends(type, SPAN(")"));
    if (nullable)
        type = span_sub(type, 9, type.len - 10);
    size_t width = ch_width(type);
    if (!wire_ok(w) || (!width && !span_is(type, "String")))
        return wire_fail(w);
    if (nullable && rows)
        nulls = wire_need(w, rows);
    for (size_t i = 0; i < rows; i++) {
        struct ch_row spare, *row = first + i < into->list.len ? &into->list.at[first + i] : &spare;
        struct span text = width ? SPAN_NONE : ch_string(w, CH_TEXT_MAX);
        uint64_t number = width ? ch_fixed(w, width) : 0;
        if (!wire_ok(w))
            return false;
        bool null = nullable && nulls.at[i] != 0;
        row->text[column] = null ? SPAN_NONE : text;
        row->number[column] = null || !width || number > INT64_MAX / 2048 ? COUNT_UNKNOWN : (int64_t)number;
    }
    return true;
}

/* A block: a name, what is said of it, then column by column. */
static bool ch_read_block(struct ch *c, size_t columns, struct ch_rows *into)
{
    struct wire *w = c->w;
    size_t first = into->list.len;
    ch_string(w, CH_NAME_MAX);
    bool open = c->revision >= CH_REVISION_BLOCK_INFO;
    for (unsigned i = 0; open && wire_ok(w); i++) {
        uint64_t field = ch_varint(w);
        if (field > 2 || i == CH_BLOCK_FIELDS_MAX)
            return wire_fail(w);
        open = field != 0;
        if (open)
            ch_fixed(w, field == 1 ? 1 : 4);
    }
    size_t have = ch_count(w, CH_COLUMNS_MAX), rows = ch_count(w, CH_BLOCK_ROWS_MAX);
    if (!wire_ok(w) || (have != columns && (have || rows)))
        return wire_fail(w);
    for (size_t i = 0; i < rows && into->list.len < CH_ROWS_MAX; i++) {
        struct ch_row *row = list_add(wire_arena(w), &into->list);
        if (!row)
            return wire_fail(w);
        *row = (struct ch_row){ 0 };
    }
    for (size_t i = 0; i < have; i++)
        if (!ch_read_column(w, i, rows, first, into))
            return false;
    return true;
}

static void ch_skip_progress(struct ch *c)
{
    ch_varint(c->w);
    ch_varint(c->w);
    if (c->revision >= CH_REVISION_TOTAL_ROWS)
        ch_varint(c->w);
}

/* Rows, blocks, bytes, whether a limit was applied, rows before it, whether that was counted. */
static void ch_skip_profile(struct ch *c)
{
    for (unsigned i = 0; i < 3; i++)
        ch_varint(c->w);
    ch_fixed(c->w, 1);
    ch_varint(c->w);
    ch_fixed(c->w, 1);
}

/* Reads the whole answer to a query, of so many columns. */
static bool ch_read_answer(struct ch *c, size_t columns, struct ch_rows *ret)
{
    struct ch_rows rows = { 0 }, unused = { 0 };
    for (unsigned i = 0; i < CH_PACKETS_MAX && wire_ok(c->w); i++) {
        switch (ch_varint(c->w)) {
        case CH_PACKET_DATA:
            ch_read_block(c, columns, &rows);
            break;
        case CH_PACKET_TOTALS:
        case CH_PACKET_EXTREMES:
            ch_read_block(c, columns, &unused);
            break;
        case CH_PACKET_PROGRESS:
            ch_skip_progress(c);
            break;
        case CH_PACKET_PROFILE:
            ch_skip_profile(c);
            break;
        case CH_PACKET_EXCEPTION:
            c->session = false;
            ch_read_error(c);
            return false;
        case CH_PACKET_END:
            *ret = rows;
            return wire_ok(c->w);
        default:
            return wire_fail(c->w);
        }
    }
    return wire_fail(c->w);
}

/* ---- the door -------------------------------------------------------------------------- */

/* Says hello on a connection that has seen no question. False where the peer speaks something else. */
static bool ch_greet(struct ch *c, const struct ask *hello)
{
    struct wire *w = c->w;
    c->hello = hello;
    c->error = (struct ch_error){ 0 };
    wire_ask(w, hello);
    uint64_t packet = ch_varint(w);
    if (!wire_ok(w))
        return false;
    if (packet == CH_PACKET_EXCEPTION)
        return ch_read_error(c);
    struct span name = packet == CH_PACKET_HELLO ? ch_string(w, CH_NAME_MAX) : SPAN_NONE;
    c->major = ch_varint(w);
    c->minor = ch_varint(w);
    c->revision = ch_varint(w);
    if (c->revision < CH_REVISION_FIRST)
        return wire_fail(w);
    if (c->revision > CH_REVISION)
        c->revision = CH_REVISION;
    if (c->revision >= CH_REVISION_TIMEZONE)
        ch_string(w, CH_NAME_MAX);
    if (!wire_ok(w) || !ch_is_name(name) || c->major > 10000 || c->minor > 10000)
        return wire_fail(w);
    c->session = true;
    return true;
}

/* Asks. False where the server answers an exception (c->error) or the wire faulted. Servers of 2018 do not
 * read the block behind a query that they refuse, and take it for the next one: an exception ends the
 * session, and whatever is asked then is asked in a new one. */
static bool ch_query(struct ch *c, const struct ask *a, size_t columns, struct ch_rows *ret)
{
    if (!c->session && (!wire_ok(c->w) || !wire_again(c->w, c->dress) || !ch_greet(c, c->hello) || !c->session))
        return false;
    c->error = (struct ch_error){ 0 };
    return wire_ask(c->w, a) && ch_read_answer(c, columns, ret);
}

/* Codes of ClickHouse's ErrorCodes.cpp. */
enum {
    CH_UNKNOWN_DATABASE = 81,
    CH_UNKNOWN_USER = 192,
    CH_WRONG_PASSWORD = 193,
    CH_REQUIRED_PASSWORD = 194,
    CH_IP_ADDRESS_NOT_ALLOWED = 195,
    CH_AUTHENTICATION_FAILED = 516,
};

static bool ch_is_about_the_user(uint32_t code)
{
    return code == CH_UNKNOWN_USER || code == CH_WRONG_PASSWORD || code == CH_REQUIRED_PASSWORD ||
           code == CH_AUTHENTICATION_FAILED;
}

/* The user is checked before its database: where that is missing, another is named. Where the user is
 * refused, the other one that was shipped is tried; a refusal of the address is one of all users. */
static bool ch_enter(struct ch *c)
{
    if (!ch_greet(c, &CH_HELLO))
        return false;
    struct ch_error first = c->error;
    const struct ask *next = c->error.code == CH_UNKNOWN_DATABASE ? &CH_HELLO_SYSTEM :
                             ch_is_about_the_user(c->error.code)  ? &CH_HELLO_READONLY :
                                                                    NULL;
    if (c->session || !next)
        return true;
    if (wire_again(c->w, c->dress) && ch_greet(c, next) && c->session)
        return true;
    c->broken = !wire_ok(c->w);
    c->hello = &CH_HELLO;
    c->error = first;
    return true;
}

/* The native port answers a client of HTTP, and so our neutral line, in words. */
static bool clickhouse_recognises(struct span first)
{
    return span_starts(first, SPAN("HTTP/1.0 400 ")) && span_has(first, "is for clickhouse-client program");
}

/* ---- rights ---------------------------------------------------------------------------- */

struct ch_rights {
    bool listed;      /* the server knows grants and told them */
    bool reads;       /* a table among those that it is shown */
    bool writes;
    bool everywhere;  /* reads whatever there is */
    bool by_role;
};

/* One right out of "SELECT(id, name), INSERT": up to a comma outside of parentheses. */
static struct span ch_next_right(struct span *list)
{
    size_t depth = 0, n = 0;
    while (n < list->len && (depth || list->at[n] != ',')) {
        depth += list->at[n] == '(';
        depth -= list->at[n] == ')' && depth;
        n++;
    }
    struct span right = span_trim(span_first(*list, n));
    *list = span_from(*list, n < list->len ? n + 1 : n);
    return right;
}

/* "reader, `night shift`": names of roles. What is no plain word stands in quotes. */
static bool ch_are_roles(struct span list)
{
    bool some = list.len > 0;
    while (list.len && some) {
        struct span name = ch_next_right(&list);
        bool quoted = name.len > 2 && span_starts(name, SPAN("`")) && span_ends(name, SPAN("`"));
        some = name.len > 0;
        for (size_t i = 0; i < name.len && !quoted; i++)
            some = some && (ascii_is_digit(name.at[i]) || name.at[i] == '_' ||
                            (ascii_lower(name.at[i]) >= 'a' && ascii_lower(name.at[i]) <= 'z'));
    }
    return some;
}

/* Whether the target of a grant, "shop.*" or "shop.sale", covers a table that the user is shown. Where not
 * all are listed, or the name is written in quotes, it may. */
static bool ch_covers(struct span target, const struct observation *o)
{
    bool whole = (int64_t)o->collections.len >= o->collection_count;
    size_t star = span_index(target, '*');
    if (!whole || span_has(target, "`"))
        return true;
    for (size_t i = 0; i < o->collections.len; i++) {
        struct span name = o->collections.at[i].name;
        if (star < target.len ? span_starts(name, span_first(target, star)) : span_eq(name, target))
            return true;
    }
    return false;
}

/* "GRANT SELECT, INSERT ON shop.* TO default WITH GRANT OPTION"; a role has no ON. */
static void ch_read_grant(struct span line, const struct observation *o, struct ch_rights *r)
{
    if (!span_starts(line, SPAN("GRANT ")))
        return;
    size_t on = span_find(line, SPAN(" ON ")), to = span_find(line, SPAN(" TO "));
    r->by_role = r->by_role || (on == SIZE_MAX && to != SIZE_MAX && to > 6 && ch_are_roles(span_sub(line, 6, to - 6)));
    if (on == SIZE_MAX || on < 6 || to == SIZE_MAX || to < on)
        return;
    struct span rights = span_sub(line, 6, on - 6), target = span_sub(line, on + 4, to - on - 4);
    if (span_starts(target, SPAN("system.")) || span_starts(target, SPAN("information_schema.")) ||
        span_starts(target, SPAN("INFORMATION_SCHEMA.")))
        return;
    static const char *const CHANGES[] = { "INSERT", "ALTER", "CREATE", "DROP", "TRUNCATE" };
    while (rights.len) {
        struct span right = ch_next_right(&rights);
        bool all = span_is(right, "ALL"), reads = all || span_starts(right, SPAN("SELECT"));
        r->reads = r->reads || (reads && (span_is(target, "*.*") || ch_covers(target, o)));
        r->everywhere = r->everywhere || (reads && span_is(target, "*.*"));
        r->writes = r->writes || all;
        for (size_t i = 0; i < sizeof(CHANGES) / sizeof(CHANGES[0]); i++)
            r->writes = r->writes || span_starts(right, span_str(CHANGES[i]));
    }
}

static void ch_read_rights(struct ch *c, const struct observation *o, struct ch_rights *r)
{
    struct ch_rows rows = { 0 };
    if (c->major >= CH_MAJOR_GRANTS && ch_query(c, &CH_GRANTS, 1, &rows)) {
        r->listed = true;
        for (size_t i = 0; i < rows.list.len; i++)
            ch_read_grant(rows.list.at[i].text[0], o, r);
        return;
    }
    if (!wire_ok(c->w) || !ch_query(c, &CH_DATABASES, 1, &rows) || rows.list.len != 1)
        return;
    r->reads = r->everywhere = r->writes = rows.list.at[0].number[0] > 0;
}

/* ---- counting -------------------------------------------------------------------------- */

/* False where the user may not even ask what it may see. */
static bool ch_count_tables(struct ch *c, struct observation *o)
{
    struct ch_rows totals = { 0 }, tables = { 0 };
    if (!ch_query(c, &CH_TOTALS, 3, &totals) || totals.list.len != 1) {
        if (c->error.code)
            fact_text(o, "refused", c->error.text, CH_TOTALS.name, c->error.text);
        return false;
    }
    if (totals.list.at[0].number[0] > 0 && ch_query(c, &CH_TABLES, 3, &tables))
        for (size_t i = 0; i < tables.list.len; i++) {
            const struct ch_row *row = &tables.list.at[i];
            observation_collect(o, row->text[0], row->number[1], row->number[2], COUNT_UNKNOWN);
        }
    o->collection_count = totals.list.at[0].number[0];
    o->records = totals.list.at[0].number[1];
    o->bytes = totals.list.at[0].number[2];
    return true;
}

static void ch_state_columns(struct ch *c, struct observation *o)
{
    struct ch_rows rows = { 0 };
    struct field_names names;
    if (!ch_query(c, &CH_COLUMNS, 1, &rows))
        return;
    field_names_init(&names, o->arena, (uint64_t)wire_now(c->w) ^ (uint64_t)(uintptr_t)c);
    for (size_t i = 0; i < rows.list.len; i++)
        field_names_note(&names, rows.list.at[i].text[0]);
    field_names_state(&names, o, CH_COLUMNS.name, SPAN_NONE);
}

static void ch_state_clusters(struct ch *c, struct observation *o)
{
    struct ch_rows rows = { 0 };
    uint8_t text[CH_PEERS_BYTES];
    struct writer out = writer_over(text, sizeof(text));
    if (!ch_query(c, &CH_CLUSTERS, 2, &rows))
        return;
    for (size_t i = 0; i < rows.list.len; i++)
        if (rows.list.at[i].number[1] > 0)
            peer_put(&out, rows.list.at[i].text[0], (uint64_t)rows.list.at[i].number[1]);
    if (writer_ok(&out) && out.len)
        fact_text(o, "peers", writer_span(&out), CH_CLUSTERS.name, SPAN_NONE);
}

static void ch_version_fact(struct ch *c, struct observation *o)
{
    struct ch_rows rows = { 0 };
    bool told = ch_query(c, &CH_VERSION, 1, &rows) && rows.list.len == 1 && rows.list.at[0].text[0].len;
    const char *short_one = arena_printf(o->arena, "%u.%u", (unsigned)c->major, (unsigned)c->minor);
    struct span version = told ? rows.list.at[0].text[0] : span_str(short_one);
    fact_text(o, "version", version, told ? CH_VERSION.name : c->hello->name, version);
}

/* "... (version 23.8.2.7 (official build))" at the end of newer exceptions. */
static void ch_version_of_error(const struct ch *c, struct observation *o)
{
    size_t at = span_find(c->error.text, SPAN("(version "));
    struct span rest = at == SIZE_MAX ? SPAN_NONE : span_from(c->error.text, at + 9);
    size_t n = 0;
    while (n < rest.len && (ascii_is_digit(rest.at[n]) || rest.at[n] == '.'))
        n++;
    if (n)
        fact_text(o, "version", span_first(rest, n), c->hello->name, c->error.text);
}

/* ---- conclusions ----------------------------------------------------------------------- */

static enum outcome ch_refusal(const struct ch *c, struct observation *o)
{
    bool address = c->error.code == CH_IP_ADDRESS_NOT_ALLOWED;
    fact_number(o, "error.code", c->error.code, c->hello->name, c->error.text);
    fact_text(o, "error", c->error.text, c->hello->name, c->error.text);
    ch_version_of_error(c, o);
    if (!address && !ch_is_about_the_user(c->error.code))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", address ? SPAN("rejected") : SPAN("password"), c->hello->name, c->error.text);
    return OUTCOME_LOCKED;
}

static enum outcome ch_conclude(struct ch *c, struct observation *o)
{
    if (!c->session)
        return c->broken ? OUTCOME_UNCLEAR : ch_refusal(c, o);
    struct ch_rights rights = { 0 };
    struct ch_rows rows = { 0 };
    fact_text(o, "auth", SPAN("none"), c->hello->name, SPAN_NONE);
    if (c->hello == &CH_HELLO_READONLY)
        fact_text(o, "user", SPAN("readonly"), c->hello->name, SPAN_NONE);
    ch_version_fact(c, o);
    bool counted = wire_ok(c->w) && ch_count_tables(c, o);
    if (wire_ok(c->w))
        ch_read_rights(c, o, &rights);
    if (!wire_ok(c->w))
        return OUTCOME_UNCLEAR;
    if (ch_query(c, &CH_READONLY, 1, &rows) && rows.list.len == 1)
        fact_bool(o, "writable", rights.writes && span_is(rows.list.at[0].text[0], "0"), CH_READONLY.name,
                  rows.list.at[0].text[0]);
    bool sees = counted && o->collection_count > 0;
    bool reads = rights.everywhere || (sees && (rights.reads || rights.by_role));
    if (sees && reads && wire_ok(c->w))
        ch_state_columns(c, o);
    if (reads && wire_ok(c->w))
        ch_state_clusters(c, o);
    return reads ? OUTCOME_OPEN : OUTCOME_PARTIAL;
}

static enum outcome clickhouse_run(struct wire *w, struct observation *o)
{
    struct ch c = { .w = w, .dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN };
    if (!ch_enter(&c))
        return OUTCOME_NOT_MINE;
    return ch_conclude(&c, o);
}

extern const struct probe PROBE_CLICKHOUSE;
const struct probe PROBE_CLICKHOUSE = {
    .name = "clickhouse",
    .title = "ClickHouse (native protocol)",
    .products = { "clickhouse" },
    .kind = KIND_STORE,
    .ports = { 9000 },
    .tls_ports = { 9440 },
    /* Words where it has a port for HTTP, too; else it hangs up on both texts. */
    .reacts = { .line = REACT_BYTES | REACT_CLOSE, .tls = REACT_BYTES, .http = REACT_BYTES | REACT_CLOSE },
    .rank = 72,
    .proof = "a user without a password is let in, and its grants let it read",
    .counts = "tables outside the system databases; rows and bytes of their active parts; names of columns",
    .asks = { &CH_HELLO, &CH_HELLO_SYSTEM, &CH_HELLO_READONLY, &CH_VERSION, &CH_TOTALS, &CH_TABLES, &CH_COLUMNS,
              &CH_CLUSTERS, &CH_GRANTS, &CH_DATABASES, &CH_READONLY },
    .recognises = clickhouse_recognises,
    .run = clickhouse_run,
};
