/* RethinkDB, the port of its drivers (rethinkdb.com, "Writing RethinkDB drivers"; ql2.proto).
 *
 *     > version 0.4, a key of no bytes, JSON        < "SUCCESS\0", or "ERROR: ..."
 *     > START table_config, server_status, info     < {"t": 1, "r": [...]}
 *
 * The key is the one that a server without a password has: none. From 2.3 on it stands for the user "admin", who
 * alone may read the database "rethinkdb", which holds the names of tables: its answer decides. The tables'
 * numbers of documents are its own estimates. No table of anybody's is read.
 *
 * A query is a number (le64), a length (le32) and JSON; so is an answer. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/name.h"
#include "probe/probe.h"
#include "text/node.h"

enum { GREETING_MAX = 512, SUCCESS_ATOM = 1, SUCCESS_PARTIAL = 3, TABLES_ASKED = 24 };

static const struct ask RETHINKDB_HELLO = ASK_FIXED("rethinkdb.hello", "whether who has no key is let in",
    "\x20\x2d\x0c\x40" "\0\0\0\0" "\xc7\x70\x69\x7e");

#define QUERY(ask_name, reason, number, text) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BYTES(number "\0\0\0\0\0\0\0"), ASK_LE(4, 2, 3, 0), ASK_BYTES(text) } }
#define TABLE(name) "[15,[[14,[\"rethinkdb\"]],\"" name "\"]]"
static const struct ask RETHINKDB_TABLES = QUERY("rethinkdb.tables", "names databases and tables, for administrators",
    "\x01", "[1,[33,[" TABLE("table_config") ",\"db\",\"name\"]],{}]");
static const struct ask RETHINKDB_STATUS = QUERY("rethinkdb.status", "states version and names of the servers", "\x02",
    "[1,[33,[" TABLE("server_status") ",\"name\",{\"process\":{\"version\":true}}]],{}]");
/* [92: object to what follows its INFO, 79]: only the estimates leave the server. */
static const struct ask RETHINKDB_SIZE = {
    .name = "rethinkdb.size",
    .why = "how many documents a listed table has, by the server's estimate",
    .parts = { ASK_BYTES("\x03\0\0\0\0\0\0\0"), ASK_LE(4, 2, 7, 0), ASK_BYTES("[1,[31,[[79,[[15,[[14,[\""),
               ASK_HOLE("database", 128, HOLE_NAME), ASK_BYTES("\"]],\""), ASK_HOLE("table", 128, HOLE_NAME),
               ASK_BYTES("\"]]]],\"doc_count_estimates\"]],{}]") },
};

static const struct frame_form RETHINKDB_FORM = { .head = 12, .at = 8, .width = 4, .little = true, .most = 512 * 1024 };

/* What it says to a line, and to "GET /" on this port. */
static bool rethinkdb_recognises(struct span first)
{
    return span_starts(first, SPAN("ERROR: ")) && span_has(first, "This port is for RethinkDB queries");
}

/* The list "r" of an answer to query `number`; NULL where it failed, *ret_error: the kind of answer. */
static const struct node *rethinkdb_ask(struct wire *w, const struct ask *a, const struct span *args, size_t arg_count,
                                        uint64_t number, const struct node **ret_answer)
{
    struct verdict v;
    struct error e;
    struct frame f;
    *ret_answer = NULL;
    if (!wire_ask_with(w, a, args, arg_count) || !frame_read(w, &RETHINKDB_FORM, &f))
        return NULL;
    struct reader r = reader_over(&v, f.head);
    if (reader_le64(&r) != number) {
        wire_fail(w);
        return NULL;
    }
    *ret_answer = json_parse(wire_arena(w), f.body, &e);
    const struct node *kind = node_get(*ret_answer, "t"), *list = node_get(*ret_answer, "r");
    bool good = kind && kind->is_integer && kind->integer >= SUCCESS_ATOM && kind->integer <= SUCCESS_PARTIAL;
    return good && list && list->kind == NODE_LIST ? list : NULL;
}

static void rethinkdb_status(struct wire *w, struct observation *o)
{
    const struct node *answer;
    const struct node *list = rethinkdb_ask(w, &RETHINKDB_STATUS, NULL, 0, 2, &answer);
    const struct node *first = list ? list->first : NULL;
    if (first && first->kind == NODE_LIST) /* a table's rows may come as one array */
        list = first, first = first->first;
    if (!first)
        return;
    /* "rethinkdb 2.4.2~0bookworm (CLANG 14.0.6)" */
    struct span full = node_text(node_get(node_get(first, "process"), "version")), rest = full;
    struct span word = span_cut(&rest, ' ');
    struct span version = span_is(word, "rethinkdb") ? span_cut(&rest, ' ') : word;
    version = span_cut(&version, '~');
    if (version.len)
        fact_text(o, "version", version, RETHINKDB_STATUS.name, full);
    if (full.len)
        fact_text(o, "version.full", full, RETHINKDB_STATUS.name, full);
    fact_number(o, "nodes", (int64_t)list->count, RETHINKDB_STATUS.name, SPAN_NONE);
}

/* The sum of the estimates for its shards; -1 where there is none. */
static int64_t rethinkdb_size(struct wire *w, struct span database, struct span table)
{
    const struct node *answer;
    const struct span args[] = { database, table };
    const struct node *list = rethinkdb_ask(w, &RETHINKDB_SIZE, args, 2, 3, &answer);
    const struct node *first = list ? list->first : NULL;
    if (first && first->kind == NODE_LIST)
        first = first->first;
    int64_t sum = first ? 0 : -1;
    for (; first; first = first->next)
        if (!first->is_integer || first->integer < 0 || __builtin_add_overflow(sum, first->integer, &sum))
            return -1;
    return sum;
}

/* Whether a name may stand in a query; names are letters, digits and _ or - there. */
static bool rethinkdb_is_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t b = name.at[i];
        if (!(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && !(b >= '0' && b <= '9') && b != '_' && b != '-')
            return false;
    }
    return name.len > 0 && name.len <= 128;
}

static void rethinkdb_collect(struct wire *w, struct observation *o, const struct node *tables)
{
    size_t asked = 0;
    bool partial = false;
    o->collection_count = 0;
    for (const struct node *at = tables->first; at; at = at->next) {
        struct span database = node_text(node_get(at, "db")), table = node_text(node_get(at, "name"));
        int64_t size = -1;
        if (table.len == 0)
            continue;
        if (wire_ok(w) && asked < TABLES_ASKED && rethinkdb_is_name(database) && rethinkdb_is_name(table)) {
            asked++;
            size = rethinkdb_size(w, database, table);
        }
        partial |= size < 0;
        observation_collect(o, name_within(wire_arena(w), database, table), size, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    if (partial)
        fact_bool(o, "counts.partial", true, RETHINKDB_SIZE.name, SPAN_NONE);
}

static enum outcome rethinkdb_inside(struct wire *w, struct observation *o)
{
    const struct node *answer;
    const struct node *list = rethinkdb_ask(w, &RETHINKDB_TABLES, NULL, 0, 1, &answer);
    const struct node *kind = node_get(answer, "t");
    if (!list)
        return OUTCOME_UNCLEAR;
    if (list->first && list->first->kind == NODE_LIST)
        list = list->first;
    if (kind && kind->integer == SUCCESS_PARTIAL)
        fact_bool(o, "counts.partial", true, RETHINKDB_TABLES.name, SPAN_NONE);
    rethinkdb_status(w, o);
    rethinkdb_collect(w, o, list);
    fact_text(o, "auth", SPAN("none"), RETHINKDB_TABLES.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

static enum outcome rethinkdb_run(struct wire *w, struct observation *o)
{
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &RETHINKDB_HELLO);
    struct span first = wire_need(w, 8);
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;
    if (span_eq(first, SPAN("SUCCESS\0"))) {
        o->product = "rethinkdb";
        return rethinkdb_inside(w, o);
    }
    if (!span_starts(first, SPAN("ERROR: ")))
        return OUTCOME_NOT_MINE;
    struct span rest = wire_until_close(w, GREETING_MAX);
    bool locked = span_has(rest, "authorization key") || span_has(rest, "assword");
    if (!wire_ok(w) || (!locked && !span_has(rest, "RethinkDB")))
        return OUTCOME_NOT_MINE;
    o->product = "rethinkdb";
    if (!locked)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), RETHINKDB_HELLO.name, rest);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_RETHINKDB;
const struct probe PROBE_RETHINKDB = {
    .name = "rethinkdb",
    .title = "RethinkDB",
    .products = { "rethinkdb" },
    .kind = KIND_STORE,
    .ports = { 28015 },
    .at_home = true,
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES, .http = REACT_BYTES },
    .rank = 20,
    .proof = "the table of tables is read, which only the administrator may",
    .counts = "tables, and their documents by the server's estimate",
    .asks = { &RETHINKDB_HELLO, &RETHINKDB_TABLES, &RETHINKDB_STATUS, &RETHINKDB_SIZE },
    .recognises = rethinkdb_recognises,
    .run = rethinkdb_run,
};
