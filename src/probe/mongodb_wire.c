/* Asks and replies. Every reply is checked whole at its top level before anything of it is used. */
#include "probe/mongodb_wire.h"

enum {
    MG_HEADER_BYTES = 16,
    MG_REPLY_MAX = 2 * 1024 * 1024,   /* 20,000 databases take 1.4 MiB */
    MG_CUT_BYTES = 1024 * 1024,       /* of a longer one */
    MG_LONGEST = 48 * 1000 * 1000,    /* the protocol's own ceiling */
    MG_OP_REPLY = 1,
    MG_OP_MSG = 2013,
    MG_UNAUTHORIZED = 13,
    MG_AUTHENTICATION_FAILED = 18,
    MG_COMMAND_NOT_FOUND = 59,
    MG_API_VERSION_MISSING = 498870,
};

/* Request 1 answers none; OP_MSG, no flags, one body section. */
#define MG_MSG_HEAD "\x01\0\0\0" "\0\0\0\0" "\xdd\x07\0\0" "\0\0\0\0" "\0"
/* OP_QUERY 2004 on a database's $cmd: a secondary may answer (flag 2), skip 0, return 1. */
#define MG_QUERY_HEAD "\x01\0\0\0" "\0\0\0\0" "\xd4\x07\0\0" "\x04\0\0\0"
#define MG_QUERY_TAIL ".$cmd\0" "\0\0\0\0" "\xff\xff\xff\xff"
#define MG_ADMIN "\x02$db\0\x06\0\0\0" "admin\0"
/* A secondary answers only those who say that it may. */
#define MG_ANYWHERE "\x03$readPreference\0\x22\0\0\0" "\x02mode\0\x13\0\0\0" "secondaryPreferred\0" "\0"
/* For servers that are told to answer nobody who does not name one (5.0). */
#define MG_API "\x02" "apiVersion\0\x02\0\0\0" "1\0"

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

/* One command in its three dresses. */
#define MG_THREE(command, now, with_api, old) \
    const struct mg_command command = { .in = { &(now), &(with_api), &(old) } }

const struct ask MG_HELLO_NOW = MG_ADMIN_MSG(
    "mongodb.hello", "who answers, and in which role",
    MG_INT("hello", "\x01"));
const struct ask MG_HELLO_API = MG_ADMIN_MSG(
    "mongodb.hello_api", "the same for servers that want an API version",
    MG_INT("hello", "\x01") MG_API);
const struct ask MG_HELLO_OLD = MG_ADMIN_QUERY(
    "mongodb.old_is_master", "the same for servers before 3.6",
    MG_INT("isMaster", "\x01"));
MG_THREE(MG_HELLO, MG_HELLO_NOW, MG_HELLO_API, MG_HELLO_OLD);

const struct ask MG_IS_MASTER_NOW = MG_ADMIN_MSG(
    "mongodb.is_master", "the same for servers that do not know hello", MG_INT("isMaster", "\x01"));

const struct ask MG_BUILD_INFO_NOW = MG_ADMIN_MSG(
    "mongodb.build_info", "the exact version",
    MG_INT("buildInfo", "\x01"));
const struct ask MG_BUILD_INFO_API = MG_ADMIN_MSG(
    "mongodb.build_info_api", "the same for servers that want an API version",
    MG_INT("buildInfo", "\x01") MG_API);
const struct ask MG_BUILD_INFO_OLD = MG_ADMIN_QUERY(
    "mongodb.old_build_info", "the same for servers before 3.6",
    MG_INT("buildInfo", "\x01"));
MG_THREE(MG_BUILD_INFO, MG_BUILD_INFO_NOW, MG_BUILD_INFO_API, MG_BUILD_INFO_OLD);

const struct ask MG_DATABASES_NOW = MG_ADMIN_MSG(
    "mongodb.list_databases", "names and sizes of the databases",
    MG_INT("listDatabases", "\x01") MG_ANYWHERE);
const struct ask MG_DATABASES_API = MG_ADMIN_MSG(
    "mongodb.list_databases_api", "the same for servers that want an API version",
    MG_INT("listDatabases", "\x01") MG_ANYWHERE MG_API);
const struct ask MG_DATABASES_OLD = MG_ADMIN_QUERY(
    "mongodb.old_list_databases", "the same for servers before 3.6",
    MG_INT("listDatabases", "\x01"));
MG_THREE(MG_LIST_DATABASES, MG_DATABASES_NOW, MG_DATABASES_API, MG_DATABASES_OLD);

const struct ask MG_GET_LOG_NOW = MG_ADMIN_MSG(
    "mongodb.get_log", "whether the server's log is readable: decides where the databases do not",
    "\x02getLog\0\x10\0\0\0startupWarnings\0");
const struct ask MG_GET_LOG_API = MG_ADMIN_MSG(
    "mongodb.get_log_api", "the same for servers that want an API version",
    "\x02getLog\0\x10\0\0\0startupWarnings\0" MG_API);
const struct ask MG_GET_LOG_OLD = MG_ADMIN_QUERY(
    "mongodb.old_get_log", "the same for servers before 3.6",
    "\x02getLog\0\x10\0\0\0startupWarnings\0");
MG_THREE(MG_GET_LOG, MG_GET_LOG_NOW, MG_GET_LOG_API, MG_GET_LOG_OLD);

/* Without the sizes, whose sum takes a server with thousands of databases longer than anyone waits. */
const struct ask MG_NAMES_NOW = MG_ADMIN_MSG(
    "mongodb.database_names", "names of the databases, where their sizes take too long",
    MG_INT("listDatabases", "\x01") "\x08nameOnly\0\x01" MG_ANYWHERE);
const struct ask MG_NAMES_API = MG_ADMIN_MSG(
    "mongodb.database_names_api", "the same for servers that want an API version",
    MG_INT("listDatabases", "\x01") "\x08nameOnly\0\x01" MG_ANYWHERE MG_API);
MG_THREE(MG_DATABASE_NAMES, MG_NAMES_NOW, MG_NAMES_API, MG_DATABASES_OLD);

#define LIST_COLLECTIONS                                                                           \
    MG_INT("listCollections", "\x01") "\x08nameOnly\0\x01" "\x03" "cursor\0\x14\0\0\0"             \
    "\x10" "batchSize\0\xe8\x03\0\0" "\0"

const struct ask MG_COLLECTIONS_NOW = MG_MSG(
    "mongodb.list_collections", "names of the collections: only with rights to the database",
    LIST_COLLECTIONS MG_ANYWHERE);
const struct ask MG_COLLECTIONS_API = MG_MSG(
    "mongodb.list_collections_api", "the same for servers that want an API version",
    LIST_COLLECTIONS MG_ANYWHERE MG_API);
const struct ask MG_COLLECTIONS_OLD = MG_QUERY(
    "mongodb.old_list_collections", "the same for servers 3.0 to 3.4",
    LIST_COLLECTIONS);
MG_THREE(MG_LIST_COLLECTIONS, MG_COLLECTIONS_NOW, MG_COLLECTIONS_API, MG_COLLECTIONS_OLD);

const struct ask MG_DB_STATS_NOW = MG_MSG(
    "mongodb.db_stats", "how many collections and objects a large database has",
    MG_INT("dbStats", "\x01") MG_ANYWHERE);
const struct ask MG_DB_STATS_API = MG_MSG(
    "mongodb.db_stats_api", "the same for servers that want an API version",
    MG_INT("dbStats", "\x01") MG_ANYWHERE MG_API);
const struct ask MG_DB_STATS_OLD = MG_QUERY(
    "mongodb.old_db_stats", "the same for servers before 3.6",
    MG_INT("dbStats", "\x01"));
MG_THREE(MG_DB_STATS, MG_DB_STATS_NOW, MG_DB_STATS_API, MG_DB_STATS_OLD);

/* Not collStats: its answer takes 12 KiB a collection, this one 100 bytes. `estimate` makes it read
 * the collection's own counters instead of its documents. */
#define DATA_SIZE(ask_name, reason, more)                                                          \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_LE(4, 1, 12, 4), ASK_BYTES(MG_MSG_HEAD), ASK_LE(4, 3, 12, 4),               \
                   ASK_BYTES("\x02" "dataSize\0"), ASK_LE(4, 5, 8, 1),                             \
                   ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("."),                    \
                   ASK_HOLE("collection", MG_NAME_MAX, HOLE_ANY),                                  \
                   ASK_BYTES("\0\x08" "estimate\0\x01" more "\x02$db\0"), ASK_LE(4, 10, 11, 1),     \
                   ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("\0\0") },               \
    }
const struct ask MG_DATA_SIZE_NOW = DATA_SIZE(
    "mongodb.data_size", "how many documents and bytes one collection has, from its counters", MG_ANYWHERE);
const struct ask MG_DATA_SIZE_API = DATA_SIZE(
    "mongodb.data_size_api", "the same for servers that want an API version", MG_ANYWHERE MG_API);
const struct ask MG_DATA_SIZE_OLD = {
    .name = "mongodb.old_data_size",
    .why = "documents and bytes of one collection, for servers before 3.6",
    .parts = { ASK_LE(4, 1, 11, 4), ASK_BYTES(MG_QUERY_HEAD),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_JSON), ASK_BYTES(MG_QUERY_TAIL),
               ASK_LE(4, 5, 11, 4), ASK_BYTES("\x02" "dataSize\0"), ASK_LE(4, 7, 10, 1),
               ASK_HOLE("database", MG_NAME_MAX, HOLE_ANY), ASK_BYTES("."),
               ASK_HOLE("collection", MG_NAME_MAX, HOLE_ANY),
               ASK_BYTES("\0\x08" "estimate\0\x01\0") },
};
MG_THREE(MG_DATA_SIZE, MG_DATA_SIZE_NOW, MG_DATA_SIZE_API, MG_DATA_SIZE_OLD);

/* ---- replies --------------------------------------------------------------------------- */

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

/* The length of the reply whose header comes next; 0, and the wire faulted, where it is none to us. */
static uint32_t mg_reply_length(struct mg *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_peek(m->w, MG_HEADER_BYTES));
    uint32_t len = reader_le32(&r);
    reader_skip(&r, 4);
    uint32_t answers = reader_le32(&r), op = reader_le32(&r);
    if (!wire_ok(m->w))
        return 0;
    if (len <= MG_HEADER_BYTES || len > (m->may_cut ? MG_LONGEST : MG_REPLY_MAX) || answers != 1 ||
        op != (m->dress == MG_OLD ? MG_OP_REPLY : MG_OP_MSG)) {
        wire_fail(m->w);
        return 0;
    }
    return len;
}

struct span mg_read(struct mg *m)
{
    struct verdict v;
    struct bson_item item;
    uint32_t len = mg_reply_length(m);
    m->cut = len > MG_REPLY_MAX;
    struct span message = len ? wire_need(m->w, m->cut ? MG_CUT_BYTES : len) : SPAN_NONE;
    struct reader r = reader_over(&v, span_from(message, MG_HEADER_BYTES));
    struct span body = mg_document(m->dress == MG_OLD ? mg_reply_body(&r) : mg_msg_body(&r));
    if (!wire_ok(m->w) || !reader_ok(&r) || (!m->cut && !bson_get(body, "ok", &item))) {
        wire_fail(m->w);
        return SPAN_NONE;
    }
    return body;
}

const char *mg_name(const struct mg *m, const struct mg_command *c)
{
    return c->in[m->dress]->name;
}

struct span mg_ask(struct mg *m, const struct mg_command *c)
{
    wire_ask(m->w, c->in[m->dress]);
    return mg_read(m);
}

struct span mg_ask_with(struct mg *m, const struct mg_command *c, const struct span *args, size_t n)
{
    uint8_t scratch[3 * MG_NAME_MAX + 256];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    const struct ask *a = c->in[m->dress];
    if (!ask_render(a, args, n, &trial))
        return SPAN_NONE;
    wire_ask_with(m->w, a, args, n);
    return mg_read(m);
}

bool mg_is_ok(struct span reply)
{
    return reply.len && bson_true(reply, "ok");
}

bool mg_is_lock(struct span reply)
{
    int64_t code = bson_number(reply, "code", 0);
    struct span text = bson_text(reply, "errmsg");
    return code == MG_UNAUTHORIZED || code == MG_AUTHENTICATION_FAILED ||
           span_has(text, "requires authentication") || span_has(text, "not authorized") ||
           span_starts(text, SPAN("unauthorized")) || span_starts(text, SPAN("need to login"));
}

bool mg_wants_api(struct span reply)
{
    return bson_number(reply, "code", 0) == MG_API_VERSION_MISSING;
}

bool mg_is_unknown(struct span reply)
{
    return bson_number(reply, "code", 0) == MG_COMMAND_NOT_FOUND;
}
