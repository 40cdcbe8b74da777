/* MongoDB wire protocol (MongoDB, Percona Server, FerretDB, DocumentDB). OP_MSG first; servers
 * before 3.6 hang up on it and are asked again by OP_QUERY, which servers from 5.1 on refuse.
 *
 * MongoDB has no handle to try: a session without a login is simply open or not. `hello` and
 * `buildInfo` answer everybody and prove nothing. Proof 1 is listDatabases with ok:1 and at least
 * one name; a locked server may answer ok:1 with an empty list, so an empty list proves nothing
 * and getLog, which needs the right to read the server's log, decides. Proof 2 is that the
 * collections of a database are listed, or that there is nothing but the server's own databases.
 *
 * Names and counters only: listDatabases, listCollections (names), dataSize, dbStats. */
#include "probe/bson.h"
#include "probe/name.h"
#include "probe/probe.h"

enum {
    MG_HEADER_BYTES = 16,
    MG_REPLY_MAX = 1024 * 1024,
    MG_DATABASES_MAX = 64,
    MG_COLLECTIONS_MAX = 200, /* asked for statistics, in all databases together */
    MG_NAME_MAX = 255,
    MG_OP_REPLY = 1,
    MG_OP_MSG = 2013,
    MG_UNAUTHORIZED = 13,
    MG_AUTHENTICATION_FAILED = 18,
    MG_COMMAND_NOT_FOUND = 59,
};

/* Request 1 answers none; OP_MSG, no flags, one body section. */
#define MG_MSG_HEAD "\x01\0\0\0" "\0\0\0\0" "\xdd\x07\0\0" "\0\0\0\0" "\0"
/* OP_QUERY 2004 on a database's $cmd: no flags, skip 0, return 1. */
#define MG_QUERY_HEAD "\x01\0\0\0" "\0\0\0\0" "\xd4\x07\0\0" "\0\0\0\0"
#define MG_QUERY_TAIL ".$cmd\0" "\0\0\0\0" "\xff\xff\xff\xff"
#define MG_ADMIN "\x02$db\0\x06\0\0\0" "admin\0"

/* A command on the admin database with nothing to fill in. */
#define MG_ADMIN_MSG(ask_name, reason, items)                                                      \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(4, 1, 4, 4), ASK_BYTES(MG_MSG_HEAD), ASK_LE(4, 3, 4, 4),                 \
                   ASK_BYTES(items MG_ADMIN "\0") },                                               \
    }
#define MG_ADMIN_QUERY(ask_name, reason, items)                                                    \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(4, 1, 4, 4), ASK_BYTES(MG_QUERY_HEAD "admin" MG_QUERY_TAIL),             \
                   ASK_LE(4, 3, 4, 4), ASK_BYTES(items "\0") },                                    \
    }
/* A command on one database. */
#define MG_MSG(ask_name, reason, items)                                                            \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(4, 1, 7, 4), ASK_BYTES(MG_MSG_HEAD), ASK_LE(4, 3, 7, 4),                 \
                   ASK_BYTES(items "\x02$db\0"), ASK_LE(4, 5, 6, 1),                               \
                   ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("\0\0") },               \
    }
#define MG_QUERY(ask_name, reason, items)                                                          \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(4, 1, 6, 4), ASK_BYTES(MG_QUERY_HEAD),                                   \
                   ASK_HOLE("database", MG_NAME_MAX, HOLE_JSON), ASK_BYTES(MG_QUERY_TAIL),         \
                   ASK_LE(4, 5, 6, 4), ASK_BYTES(items "\0") },                                    \
    }

#define MG_INT(key, value) "\x10" key "\0" value "\0\0\0"
#define MG_LIST_COLLECTIONS                                                                        \
    MG_INT("listCollections", "\x01") "\x08nameOnly\0\x01" "\x03" "cursor\0\x14\0\0\0"             \
    "\x10" "batchSize\0\xe8\x03\0\0" "\0"

static const struct ask MG_HELLO = MG_ADMIN_MSG("mongodb.hello", "who answers, and in which role",
                                                MG_INT("hello", "\x01"));
static const struct ask MG_IS_MASTER = MG_ADMIN_MSG(
    "mongodb.is_master", "the same for servers that do not know hello", MG_INT("isMaster", "\x01"));
static const struct ask MG_BUILD_INFO = MG_ADMIN_MSG("mongodb.build_info", "the exact version",
                                                     MG_INT("buildInfo", "\x01"));
static const struct ask MG_LIST_DATABASES =
    MG_ADMIN_MSG("mongodb.list_databases", "names and sizes of the databases: the first proof",
                 MG_INT("listDatabases", "\x01"));
static const struct ask MG_GET_LOG =
    MG_ADMIN_MSG("mongodb.get_log",
                 "whether the server's log is readable: decides on an empty list",
                 "\x02getLog\0\x10\0\0\0startupWarnings\0");
static const struct ask MG_COLLECTIONS =
    MG_MSG("mongodb.list_collections", "names of the collections: the second proof",
           MG_LIST_COLLECTIONS);
static const struct ask MG_DB_STATS =
    MG_MSG("mongodb.db_stats", "how many collections and objects a large database has",
           MG_INT("dbStats", "\x01"));
/* Not collStats: its answer takes 12 KiB a collection, this one 100 bytes. `estimate` makes it read
 * the collection's own counters instead of its documents. */
static const struct ask MG_DATA_SIZE = {
    .name = "mongodb.data_size",
    .why = "how many documents and bytes one collection has, from its counters",
    .parts = { ASK_LE(4, 1, 12, 4), ASK_BYTES(MG_MSG_HEAD), ASK_LE(4, 3, 12, 4),
               ASK_BYTES("\x02" "dataSize\0"), ASK_LE(4, 5, 8, 1),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("."),
               ASK_HOLE("collection", MG_NAME_MAX, HOLE_ANY),
               ASK_BYTES("\0\x08" "estimate\0\x01" "\x02$db\0"), ASK_LE(4, 10, 11, 1),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("\0\0") },
};

static const struct ask MG_OLD_IS_MASTER = MG_ADMIN_QUERY(
    "mongodb.old_is_master", "who answers, for servers before 3.6", MG_INT("isMaster", "\x01"));
static const struct ask MG_OLD_BUILD_INFO = MG_ADMIN_QUERY(
    "mongodb.old_build_info", "the exact version, for servers before 3.6",
    MG_INT("buildInfo", "\x01"));
static const struct ask MG_OLD_LIST_DATABASES =
    MG_ADMIN_QUERY("mongodb.old_list_databases", "the first proof, for servers before 3.6",
                   MG_INT("listDatabases", "\x01"));
static const struct ask MG_OLD_GET_LOG =
    MG_ADMIN_QUERY("mongodb.old_get_log", "decides where the list is empty, for servers before 3.6",
                   "\x02getLog\0\x10\0\0\0startupWarnings\0");
static const struct ask MG_OLD_COLLECTIONS =
    MG_QUERY("mongodb.old_list_collections", "the second proof, for servers 3.0 to 3.4",
             MG_LIST_COLLECTIONS);
static const struct ask MG_OLD_DB_STATS =
    MG_QUERY("mongodb.old_db_stats", "collections and objects of a database, before 3.6",
             MG_INT("dbStats", "\x01"));
static const struct ask MG_OLD_DATA_SIZE = {
    .name = "mongodb.old_data_size",
    .why = "documents and bytes of one collection, for servers before 3.6",
    .parts = { ASK_LE(4, 1, 11, 4), ASK_BYTES(MG_QUERY_HEAD),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_JSON), ASK_BYTES(MG_QUERY_TAIL),
               ASK_LE(4, 5, 11, 4), ASK_BYTES("\x02" "dataSize\0"), ASK_LE(4, 7, 10, 1),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("."),
               ASK_HOLE("collection", MG_NAME_MAX, HOLE_ANY),
               ASK_BYTES("\0\x08" "estimate\0\x01\0") },
};

/* Each command in its two dresses. */
struct mg_command {
    const struct ask *now, *old;
};

static const struct mg_command MG_ASK_BUILD_INFO = { &MG_BUILD_INFO, &MG_OLD_BUILD_INFO };
static const struct mg_command MG_ASK_DATABASES = { &MG_LIST_DATABASES, &MG_OLD_LIST_DATABASES };
static const struct mg_command MG_ASK_LOG = { &MG_GET_LOG, &MG_OLD_GET_LOG };
static const struct mg_command MG_ASK_COLLECTIONS = { &MG_COLLECTIONS, &MG_OLD_COLLECTIONS };
static const struct mg_command MG_ASK_DB_STATS = { &MG_DB_STATS, &MG_OLD_DB_STATS };
static const struct mg_command MG_ASK_DATA_SIZE = { &MG_DATA_SIZE, &MG_OLD_DATA_SIZE };

/* ---- replies --------------------------------------------------------------------------- */

struct mg {
    struct wire *w;
    bool old;              /* OP_QUERY */
    struct span hello;     /* document */
    struct span databases; /* the array of listDatabases */
    size_t measured;       /* collections asked for statistics */
    bool partial;          /* something could not be counted */
    bool denied;           /* a later command was refused for want of a login */
};

/* The body of OP_MSG: flags, then sections; kind 0 is the one document. */
static struct span mg_msg_body(struct reader *r)
{
    reader_skip(r, 4);
    if (reader_u8(r) != 0)
        reader_fail(r, "the first section is no body");
    return reader_rest(r);
}

/* OP_REPLY: flags, cursor, starting from, number returned (1), document. */
static struct span mg_reply_body(struct reader *r)
{
    reader_skip(r, 16);
    if (reader_le32(r) != 1)
        reader_fail(r, "not one document");
    return reader_rest(r);
}

/* The document at the front; OP_MSG may carry a checksum behind it. */
static struct span mg_document(struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    return span_first(body, reader_le32(&r));
}

/* One whole reply; its document is checked at the top level. */
static struct span mg_read(struct mg *m)
{
    struct verdict v;
    struct span head = wire_peek(m->w, MG_HEADER_BYTES);
    struct reader r = reader_over(&v, head);
    uint32_t len = reader_le32(&r);
    reader_skip(&r, 4);
    uint32_t answers = reader_le32(&r), op = reader_le32(&r);
    if (!wire_ok(m->w))
        return SPAN_NONE;
    if (len <= MG_HEADER_BYTES || len > MG_REPLY_MAX || answers != 1 ||
        op != (m->old ? MG_OP_REPLY : MG_OP_MSG)) {
        wire_fail(m->w);
        return SPAN_NONE;
    }
    r = reader_over(&v, span_from(wire_need(m->w, len), MG_HEADER_BYTES));
    struct span body = mg_document(m->old ? mg_reply_body(&r) : mg_msg_body(&r));
    struct bson_item item;
    if (!wire_ok(m->w) || !reader_ok(&r) || !bson_get(body, "ok", &item)) {
        wire_fail(m->w);
        return SPAN_NONE;
    }
    return body;
}

static struct span mg_ask(struct mg *m, const struct mg_command *c)
{
    wire_ask(m->w, m->old ? c->old : c->now);
    return mg_read(m);
}

static const char *mg_ask_name(const struct mg *m, const struct mg_command *c)
{
    return m->old ? c->old->name : c->now->name;
}

/* A command with names in it; an empty span where its holes refuse them. */
static struct span mg_ask_with(struct mg *m, const struct mg_command *c, const struct span *args,
                               size_t n)
{
    uint8_t scratch[3 * MG_NAME_MAX + 128];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    const struct ask *a = m->old ? c->old : c->now;
    if (!ask_render(a, args, n, &trial))
        return SPAN_NONE;
    wire_ask_with(m->w, a, args, n);
    return mg_read(m);
}

static bool mg_is_ok(struct span reply)
{
    return reply.len && bson_true(reply, "ok");
}

/* Whether a refusal is for want of a login. Servers before 2.6 gave a sentence and no code. */
static bool mg_is_lock(struct span reply)
{
    int64_t code = bson_number(reply, "code", 0);
    struct span text = bson_text(reply, "errmsg");
    return code == MG_UNAUTHORIZED || code == MG_AUTHENTICATION_FAILED ||
           span_has(text, "requires authentication") || span_has(text, "not authorized") ||
           span_starts(text, SPAN("unauthorized")) || span_starts(text, SPAN("need to login"));
}

/* ---- who is it ------------------------------------------------------------------------- */

/* hello by OP_MSG, isMaster where that is unknown, OP_QUERY where OP_MSG ends the connection. */
static bool mg_hello(struct mg *m)
{
    wire_ask(m->w, &MG_HELLO);
    struct span reply = mg_read(m);
    if (reply.len && bson_number(reply, "code", 0) == MG_COMMAND_NOT_FOUND) {
        wire_ask(m->w, &MG_IS_MASTER);
        reply = mg_read(m);
    }
    enum wire_fault f = wire_fault(m->w);
    if (!reply.len && (f == WIRE_CLOSED || f == WIRE_RESET)) {
        m->old = true;
        if (!wire_again(m->w, wire_in_tls(m->w) ? WIRE_IN_TLS : WIRE_PLAIN))
            return false;
        wire_ask(m->w, &MG_OLD_IS_MASTER);
        reply = mg_read(m);
    }
    m->hello = reply;
    return reply.len > 0;
}

static void mg_hello_facts(const struct mg *m, struct observation *o)
{
    const char *ask = m->old ? MG_OLD_IS_MASTER.name : MG_HELLO.name;
    int64_t wire_version = bson_number(m->hello, "maxWireVersion", COUNT_UNKNOWN);
    struct span set = bson_text(m->hello, "setName");
    bool primary = bson_true(m->hello, "isWritablePrimary") || bson_true(m->hello, "ismaster");
    if (wire_version >= 0)
        fact_number(o, "protocol.version", wire_version, ask, m->hello);
    if (set.len)
        fact_text(o, "cluster", set, ask, m->hello);
    if (span_is(bson_text(m->hello, "msg"), "isdbgrid"))
        fact_text(o, "role", SPAN("router"), ask, m->hello);
    else if (primary || bson_true(m->hello, "secondary"))
        fact_text(o, "role", primary ? SPAN("primary") : SPAN("secondary"), ask, m->hello);
}

/* buildInfo needs no login up to 8.0. FerretDB tells its own version beside MongoDB's. */
static void mg_version_facts(struct mg *m, struct observation *o)
{
    struct span reply = mg_ask(m, &MG_ASK_BUILD_INFO);
    const char *ask = mg_ask_name(m, &MG_ASK_BUILD_INFO);
    struct span version = bson_text(reply, "version");
    if (!mg_is_ok(reply) || version.len == 0)
        return;
    struct span ferret = bson_text(reply, "ferretdbVersion");
    if (ferret.len == 0)
        ferret = bson_text(bson_inside(reply, "ferretdb"), "version");
    if (ferret.len) {
        o->product = "ferretdb";
        fact_text(o, "version.compatible", version, ask, reply);
        version = span_starts(ferret, SPAN("v")) ? span_from(ferret, 1) : ferret;
    } else if (bson_text(reply, "psmdbVersion").len) {
        fact_text(o, "software", SPAN("Percona Server for MongoDB"), ask, reply);
    }
    fact_text(o, "version", version, ask, reply);
    if (bson_text(reply, "gitVersion").len)
        fact_text(o, "build", bson_text(reply, "gitVersion"), ask, reply);
}

/* ---- counting -------------------------------------------------------------------------- */

static bool mg_is_own(struct span database)
{
    return span_is(database, "admin") || span_is(database, "local") || span_is(database, "config");
}

static void mg_collection(struct mg *m, struct observation *o, struct span database,
                          struct span listed)
{
    int64_t records = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
    struct span name = bson_text(listed, "name");
    bool view = span_is(bson_text(listed, "type"), "view");
    if (view || name.len == 0 || span_starts(name, SPAN("system.")))
        return;
    if (m->measured < MG_COLLECTIONS_MAX && wire_ok(m->w)) {
        struct span args[] = { database, name, database };
        struct span old_args[] = { database, database, name };
        struct span stats = mg_ask_with(m, &MG_ASK_DATA_SIZE, m->old ? old_args : args, 3);
        m->measured++;
        if (mg_is_ok(stats)) {
            records = bson_number(stats, "numObjects", COUNT_UNKNOWN);
            bytes = bson_number(stats, "size", COUNT_UNKNOWN);
        }
    } else {
        m->partial = true;
    }
    observation_collect(o, name_within(o->arena, database, name),
                        records < 0 ? COUNT_UNKNOWN : records, bytes < 0 ? COUNT_UNKNOWN : bytes,
                        COUNT_UNKNOWN);
}

/* Adds what dbStats says beyond what was counted one by one since `collections` and `records`.
 * False where it does not answer. */
static bool mg_rest(struct mg *m, struct observation *o, struct span database, int64_t collections,
                    int64_t records)
{
    struct span stats = mg_ask_with(m, &MG_ASK_DB_STATS, &database, 1);
    if (!mg_is_ok(stats)) {
        m->denied = m->denied || (stats.len && mg_is_lock(stats));
        return false;
    }
    int64_t more = bson_number(stats, "collections", 0) - (o->collection_count - collections);
    int64_t known = o->records < 0 ? 0 : o->records;
    int64_t objects = bson_number(stats, "objects", 0) - (known - records);
    if (more > 0 && more < INT32_MAX)
        o->collection_count += more;
    if (objects > 0 && objects < INT64_MAX / 2048)
        o->records = known + objects;
    return true;
}

/* The collections of one database: the second proof. */
static bool mg_count_database(struct mg *m, struct observation *o, struct span database)
{
    struct verdict v;
    struct bson_item item;
    struct span reply = mg_ask_with(m, &MG_ASK_COLLECTIONS, &database, 1);
    struct span cursor = bson_inside(reply, "cursor"), batch = bson_inside(cursor, "firstBatch");
    int64_t collections = o->collection_count < 0 ? 0 : o->collection_count;
    int64_t records = o->records < 0 ? 0 : o->records;
    o->collection_count = collections;
    if (!mg_is_ok(reply) || batch.len == 0) {
        m->partial = true;
        return wire_ok(m->w) && mg_rest(m, o, database, collections, records);
    }
    bool before = m->partial, more = bson_number(cursor, "id", 0) != 0;
    m->partial = more;
    struct reader r = bson_enter(&v, batch);
    while (bson_next(&r, &item))
        if (item.type == BSON_DOCUMENT)
            mg_collection(m, o, database, item.bytes);
    if (m->partial && wire_ok(m->w))
        mg_rest(m, o, database, collections, records);
    m->partial = m->partial || before || !reader_ok(&r);
    return true;
}

/* Databases, their sizes on disk, their collections. True where the second proof was reached. */
static bool mg_count(struct mg *m, struct observation *o)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = bson_enter(&v, m->databases);
    int64_t databases = 0, bytes = COUNT_UNKNOWN;
    bool proven = false;
    while (bson_next(&r, &item)) {
        struct span name = bson_text(item.bytes, "name");
        if (item.type != BSON_DOCUMENT || name.len == 0 || mg_is_own(name))
            continue;
        int64_t size = bson_number(item.bytes, "sizeOnDisk", COUNT_UNKNOWN);
        if (size >= 0 && size < INT64_MAX / 2048)
            bytes = (bytes < 0 ? 0 : bytes) + size;
        if (++databases > MG_DATABASES_MAX || !wire_ok(m->w))
            m->partial = true;
        else
            proven = mg_count_database(m, o, name) || proven;
    }
    fact_number(o, "databases", databases, mg_ask_name(m, &MG_ASK_DATABASES), m->databases);
    if (databases == 0) {
        o->collection_count = o->records = 0;
        bytes = 0;
    }
    if (bytes >= 0)
        o->bytes = bytes;
    if (m->partial)
        fact_bool(o, "counts.partial", true, mg_ask_name(m, &MG_ASK_COLLECTIONS), SPAN_NONE);
    return proven || databases == 0;
}

/* ---- conclusions ----------------------------------------------------------------------- */

static enum outcome mg_refused(const struct mg *m, struct observation *o,
                               const struct mg_command *c, struct span reply)
{
    struct span text = bson_text(reply, "errmsg");
    if (text.len)
        fact_text(o, "error", text, mg_ask_name(m, c), reply);
    if (!reply.len || !mg_is_lock(reply))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("required"), mg_ask_name(m, c), reply);
    return OUTCOME_LOCKED;
}

/* Whether the array holds at least one database with a name, and is well formed. */
static bool mg_has_names(struct span databases)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = bson_enter(&v, databases);
    bool named = false;
    while (bson_next(&r, &item))
        named = named || (item.type == BSON_DOCUMENT && bson_text(item.bytes, "name").len);
    return named && reader_ok(&r);
}

static void mg_open_facts(const struct mg *m, struct observation *o, const struct mg_command *c,
                          struct span proof)
{
    const char *ask = mg_ask_name(m, c);
    fact_text(o, "auth", SPAN("none"), ask, proof);
    if (bson_true(m->hello, "isWritablePrimary") || bson_true(m->hello, "ismaster"))
        fact_bool(o, "writable", !bson_true(m->hello, "readOnly"), ask, proof);
}

static enum outcome mg_conclude(struct mg *m, struct observation *o)
{
    struct span reply = mg_ask(m, &MG_ASK_DATABASES);
    m->databases = bson_inside(reply, "databases");
    if (!mg_is_ok(reply))
        return mg_refused(m, o, &MG_ASK_DATABASES, reply);
    if (mg_has_names(m->databases)) {
        if (!mg_count(m, o))
            return m->denied ? OUTCOME_PARTIAL : OUTCOME_UNCLEAR;
        mg_open_facts(m, o, &MG_ASK_DATABASES, reply);
        return OUTCOME_OPEN;
    }
    reply = mg_ask(m, &MG_ASK_LOG);
    if (!mg_is_ok(reply))
        return mg_refused(m, o, &MG_ASK_LOG, reply);
    mg_open_facts(m, o, &MG_ASK_LOG, reply);
    o->collection_count = o->records = o->bytes = 0;
    return OUTCOME_OPEN;
}

static enum outcome mongodb_run(struct wire *w, struct observation *o)
{
    struct mg m = { .w = w };
    if (!mg_hello(&m))
        return OUTCOME_NOT_MINE;
    o->product = "mongodb";
    o->tls = wire_in_tls(w);
    mg_hello_facts(&m, o);
    mg_version_facts(&m, o);
    o->outcome = mg_conclude(&m, o);
    return o->outcome;
}

extern const struct probe PROBE_MONGODB;
const struct probe PROBE_MONGODB = {
    .name = "mongodb",
    .title = "MongoDB, Percona Server for MongoDB, FerretDB, DocumentDB",
    .products = { "mongodb", "ferretdb" },
    .kind = KIND_STORE,
    .ports = { 27017, 27018, 27019 },
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_BYTES },
    .rank = 95,
    .proof = "listDatabases names a database without a login, then its collections are listed",
    .counts = "databases, collections, documents and sizes from the collections' own counters",
    .asks = { &MG_HELLO, &MG_IS_MASTER, &MG_BUILD_INFO, &MG_LIST_DATABASES, &MG_GET_LOG,
              &MG_COLLECTIONS, &MG_DB_STATS, &MG_DATA_SIZE, &MG_OLD_IS_MASTER,
              &MG_OLD_BUILD_INFO, &MG_OLD_LIST_DATABASES, &MG_OLD_GET_LOG,
              &MG_OLD_COLLECTIONS, &MG_OLD_DB_STATS, &MG_OLD_DATA_SIZE },
    .run = mongodb_run,
};
