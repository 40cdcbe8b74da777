/* MongoDB wire protocol (MongoDB, Percona Server, FerretDB, DocumentDB). OP_MSG first; servers
 * before 3.6 hang up on it and are asked again by OP_QUERY, which servers from 5.1 on refuse. Every command
 * says that a secondary may answer, and a server that wants an API version gets one.
 *
 * MongoDB has no handle to try: a session without a login is simply open or not. `hello` and
 * `buildInfo` answer everybody and prove nothing. listDatabases names the databases, of which a locked
 * server may give an empty list with ok:1; what decides is that the collections of one are listed, or,
 * where there is none or the member serves no data (an arbiter, a set that was never initiated), that
 * getLog gives the server's own log: both take rights that nobody has without a login.
 *
 * Names and counters only: listDatabases, listCollections (names), dataSize, dbStats. */
#include "probe/mongodb_wire.h"
#include "probe/name.h"
#include "probe/probe.h"
#include "record/peer.h"

enum {
    MG_DATABASES_MAX = 64,
    MG_PEERS_NAMED = 32,
    MG_PEERS_BYTES = 2048,
    MG_COLLECTIONS_MAX = 200, /* asked for statistics, in all databases together */
};

struct talk {
    struct mg mg;
    struct span hello;           /* document */
    struct span databases;       /* the array of listDatabases, or its front */
    const struct mg_command *listed; /* what gave it */
    bool list_cut;               /* it is a front */
    size_t measured;             /* collections asked for statistics */
    bool partial;                /* something could not be counted */
    struct span denied;          /* the reply to a later command, where it was refused for want of a login */
    const char *proof_ask;       /* what proved rights, and its answer */
    struct span proof;
};

static enum wire_dress dress_of(const struct wire *w)
{
    return wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
}

/* ---- who is it ------------------------------------------------------------------------- */

/* hello by OP_MSG, isMaster where that is unknown, OP_QUERY where OP_MSG ends the connection. */
static bool mg_hello(struct talk *t)
{
    struct mg *m = &t->mg;
    struct span reply = mg_ask(m, &MG_HELLO);
    if (reply.len && mg_wants_api(reply)) {
        m->dress = MG_WITH_API;
        reply = mg_ask(m, &MG_HELLO);
    } else if (reply.len && mg_is_unknown(reply)) {
        wire_ask(m->w, &MG_IS_MASTER_NOW);
        reply = mg_read(m);
    }
    enum wire_fault f = wire_fault(m->w);
    if (!reply.len && (f == WIRE_CLOSED || f == WIRE_RESET)) {
        m->dress = MG_OLD;
        if (!wire_again(m->w, dress_of(m->w)))
            return false;
        reply = mg_ask(m, &MG_HELLO);
    }
    t->hello = reply;
    return reply.len > 0;
}

static bool mg_is_primary(const struct talk *t)
{
    return bson_true(t->hello, "isWritablePrimary") || bson_true(t->hello, "ismaster");
}

/* The part that the member plays, or NULL. */
static const char *mg_role(const struct talk *t)
{
    if (span_is(bson_text(t->hello, "msg"), "isdbgrid"))
        return "router";
    if (mg_is_primary(t))
        return "primary";
    if (bson_true(t->hello, "secondary"))
        return "secondary";
    if (bson_true(t->hello, "arbiterOnly"))
        return "arbiter";
    if (bson_true(t->hello, "isreplicaset"))
        return "uninitiated"; /* of a replica set that does not exist yet */
    return NULL;
}

/* The members of its replica set, as clients should reach them. */
static void mg_peers(const struct talk *t, struct observation *o, const char *ask)
{
    static const char *const LISTS[] = { "hosts", "passives", "arbiters" };
    uint8_t text[MG_PEERS_BYTES];
    struct writer out = writer_over(text, sizeof(text));
    size_t named = 0;
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        struct span list = bson_inside(t->hello, LISTS[i]);
        struct verdict v;
        struct bson_item item;
        struct reader r = bson_enter(&v, list);
        while (list.len && named < MG_PEERS_NAMED && bson_next(&r, &item)) {
            struct span one = item.bytes;
            struct peer_place p;
            if (item.type != BSON_TEXT || !peer_next(&one, &p))
                continue;
            peer_put(&out, p.host, p.port);
            named++;
        }
    }
    if (writer_ok(&out) && writer_span(&out).len)
        fact_text(o, "peers", writer_span(&out), ask, t->hello);
}

static void mg_hello_facts(const struct talk *t, struct observation *o)
{
    const char *ask = mg_name(&t->mg, &MG_HELLO), *role = mg_role(t);
    int64_t wire_version = bson_number(t->hello, "maxWireVersion", COUNT_UNKNOWN);
    struct span set = bson_text(t->hello, "setName");
    if (wire_version >= 0)
        fact_number(o, "protocol.version", wire_version, ask, t->hello);
    if (set.len)
        fact_text(o, "cluster", set, ask, t->hello);
    if (role)
        fact_text(o, "role", span_str(role), ask, t->hello);
    mg_peers(t, o, ask);
}

/* buildInfo needs no login up to 8.0. FerretDB tells its own version beside MongoDB's. */
static void mg_version_facts(struct mg *m, struct observation *o)
{
    struct span reply = mg_ask(m, &MG_BUILD_INFO);
    const char *ask = mg_name(m, &MG_BUILD_INFO);
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

static void mg_collection(struct talk *t, struct observation *o, struct span database,
                          struct span listed)
{
    int64_t records = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
    struct span name = bson_text(listed, "name");
    bool view = span_is(bson_text(listed, "type"), "view");
    if (view || name.len == 0 || span_starts(name, SPAN("system.")))
        return;
    if (t->measured < MG_COLLECTIONS_MAX && wire_ok(t->mg.w)) {
        struct span args[] = { database, name, database };
        struct span old_args[] = { database, database, name };
        struct span stats = mg_ask_with(&t->mg, &MG_DATA_SIZE, t->mg.dress == MG_OLD ? old_args : args, 3);
        t->measured++;
        if (mg_is_ok(stats)) {
            records = bson_number(stats, "numObjects", COUNT_UNKNOWN);
            bytes = bson_number(stats, "size", COUNT_UNKNOWN);
        }
        t->partial = t->partial || !wire_ok(t->mg.w); /* broken off, not refused */
    } else {
        t->partial = true;
    }
    observation_collect(o, name_within(o->arena, database, name),
                        records < 0 ? COUNT_UNKNOWN : records, bytes < 0 ? COUNT_UNKNOWN : bytes,
                        COUNT_UNKNOWN);
}

static void mg_proven(struct talk *t, const struct mg_command *c, struct span reply)
{
    if (t->proof_ask)
        return;
    t->proof_ask = mg_name(&t->mg, c);
    t->proof = reply;
}

static void mg_denied(struct talk *t, struct span reply)
{
    if (reply.len && mg_is_lock(reply))
        t->denied = reply;
}

/* Adds what dbStats says beyond what was counted one by one since `collections` and `records`. */
static void mg_rest(struct talk *t, struct observation *o, struct span database, int64_t collections,
                    int64_t records)
{
    struct span stats = mg_ask_with(&t->mg, &MG_DB_STATS, &database, 1);
    int64_t there = bson_number(stats, "collections", COUNT_UNKNOWN);
    if (!mg_is_ok(stats) || there < 0) {
        mg_denied(t, stats);
        return;
    }
    int64_t more = there - (o->collection_count - collections);
    int64_t known = o->records < 0 ? 0 : o->records;
    int64_t objects = bson_number(stats, "objects", 0) - (known - records);
    if (more > 0 && more < INT32_MAX)
        o->collection_count += more;
    if (objects > 0 && objects < INT64_MAX / 2048)
        o->records = known + objects;
    mg_proven(t, &MG_DB_STATS, stats);
}

/* The collections of one database. An empty list may be a filtered one and proves nothing. */
static void mg_count_database(struct talk *t, struct observation *o, struct span database)
{
    struct verdict v;
    struct bson_item item;
    struct span reply = mg_ask_with(&t->mg, &MG_LIST_COLLECTIONS, &database, 1);
    struct span cursor = bson_inside(reply, "cursor"), batch = bson_inside(cursor, "firstBatch");
    int64_t collections = o->collection_count < 0 ? 0 : o->collection_count;
    int64_t records = o->records < 0 ? 0 : o->records;
    bool before = t->partial, more = bson_number(cursor, "id", 0) != 0, named = false;
    o->collection_count = collections;
    if (!mg_is_ok(reply) || batch.len == 0) {
        mg_denied(t, reply);
        t->partial = true;
        if (wire_ok(t->mg.w))
            mg_rest(t, o, database, collections, records);
        return;
    }
    t->partial = more;
    struct reader r = bson_enter(&v, batch);
    while (bson_next(&r, &item)) {
        if (item.type != BSON_DOCUMENT)
            continue;
        named = named || bson_text(item.bytes, "name").len;
        mg_collection(t, o, database, item.bytes);
    }
    if (named && reader_ok(&r))
        mg_proven(t, &MG_LIST_COLLECTIONS, reply);
    if (t->partial && wire_ok(t->mg.w))
        mg_rest(t, o, database, collections, records);
    t->partial = t->partial || before || !reader_ok(&r);
}

static struct reader mg_enter_list(const struct talk *t, struct verdict *v)
{
    return t->list_cut ? bson_enter_front(v, t->databases) : bson_enter(v, t->databases);
}

/* Databases, their sizes on disk, their collections. */
static void mg_count(struct talk *t, struct observation *o)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = mg_enter_list(t, &v);
    int64_t databases = 0, bytes = COUNT_UNKNOWN;
    t->partial = t->list_cut;
    while (bson_next(&r, &item)) {
        struct span name = bson_text(item.bytes, "name");
        if (item.type != BSON_DOCUMENT || name.len == 0 || mg_is_own(name))
            continue;
        int64_t size = bson_number(item.bytes, "sizeOnDisk", COUNT_UNKNOWN);
        if (size >= 0 && size < INT64_MAX / 2048)
            bytes = (bytes < 0 ? 0 : bytes) + size;
        if (++databases > MG_DATABASES_MAX || !wire_ok(t->mg.w))
            t->partial = true;
        else
            mg_count_database(t, o, name);
    }
    fact_number(o, "databases", databases, mg_name(&t->mg, t->listed), t->databases);
    if (databases == 0) {
        o->collection_count = o->records = 0;
        bytes = 0;
    }
    if (bytes >= 0)
        o->bytes = bytes;
    if (t->partial)
        fact_bool(o, "counts.partial", true, mg_name(&t->mg, &MG_LIST_COLLECTIONS), SPAN_NONE);
}

/* ---- conclusions ----------------------------------------------------------------------- */

/* Whether the array holds at least one database with a name, and is well formed as far as it came. */
static bool mg_has_names(const struct talk *t)
{
    struct verdict v;
    struct bson_item item;
    struct reader r = mg_enter_list(t, &v);
    bool named = false;
    while (bson_next(&r, &item))
        named = named || (item.type == BSON_DOCUMENT && bson_text(item.bytes, "name").len);
    return named && (reader_ok(&r) || t->list_cut);
}

/* The array at the front of { databases: [ ... }, which was cut somewhere behind it. */
static struct span mg_front_of_list(struct span reply)
{
    struct verdict v;
    struct reader r = reader_over(&v, reply);
    reader_skip(&r, 4);
    bool mine = reader_u8(&r) == BSON_ARRAY && span_is(reader_cstr(&r, BSON_KEY_MAX), "databases");
    return mine ? reader_rest(&r) : SPAN_NONE;
}

/* The databases; without their sizes, where those take too long. */
static struct span mg_list(struct talk *t)
{
    struct mg *m = &t->mg;
    m->may_cut = true;
    t->listed = &MG_LIST_DATABASES;
    struct span reply = mg_ask(m, t->listed);
    if (wire_fault(m->w) == WIRE_TIMEOUT && m->dress != MG_OLD && wire_again(m->w, dress_of(m->w))) {
        t->listed = &MG_DATABASE_NAMES;
        reply = mg_ask(m, t->listed);
    }
    m->may_cut = false;
    t->list_cut = m->cut && reply.len;
    t->databases = t->list_cut ? mg_front_of_list(reply) : bson_inside(reply, "databases");
    if (t->list_cut)
        wire_again(m->w, dress_of(m->w));
    return reply;
}

/* Everybody may do everything here. A secondary takes no writes; of an arbiter, which holds nothing that could be
 * written, and of a set that was never initiated nothing is said. */
static enum outcome mg_open(const struct talk *t, struct observation *o)
{
    fact_text(o, "auth", SPAN("none"), t->proof_ask, t->proof);
    if (mg_is_primary(t))
        fact_bool(o, "writable", !bson_true(t->hello, "readOnly"), t->proof_ask, t->proof);
    else if (bson_true(t->hello, "secondary"))
        fact_bool(o, "writable", false, mg_name(&t->mg, &MG_HELLO), t->hello);
    return OUTCOME_OPEN;
}

static enum outcome mg_refused(const struct talk *t, struct observation *o, const struct mg_command *c,
                               struct span reply)
{
    struct span text = bson_text(reply, "errmsg");
    if (text.len)
        fact_text(o, "error", text, mg_name(&t->mg, c), reply);
    if (!reply.len || !mg_is_lock(reply))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("required"), mg_name(&t->mg, c), reply);
    return OUTCOME_LOCKED;
}

/* The lines of the log and their number: nothing that says yes to everything says that. */
static bool mg_is_log(struct span reply)
{
    return mg_is_ok(reply) && bson_inside(reply, "log").len &&
           bson_number(reply, "totalLinesWritten", -1) >= 0;
}

/* Nothing was proven by the databases: `list` is what they were answered with. */
static enum outcome mg_by_log(struct talk *t, struct observation *o, struct span list)
{
    struct span reply = mg_ask(&t->mg, &MG_GET_LOG);
    if (!mg_is_log(reply))
        return mg_refused(t, o, &MG_GET_LOG, reply);
    mg_proven(t, &MG_GET_LOG, reply);
    struct span text = bson_text(list, "errmsg");
    if (bson_true(t->hello, "arbiterOnly"))
        o->collection_count = o->records = o->bytes = 0; /* it holds no data, by definition */
    else if (text.len)
        fact_text(o, "refused", text, mg_name(&t->mg, t->listed), list);
    else if (!mg_has_names(t))
        o->collection_count = o->records = o->bytes = 0;
    return mg_open(t, o);
}

static enum outcome mg_conclude(struct talk *t, struct observation *o)
{
    struct span list = mg_list(t);
    if (list.len && !t->list_cut && !mg_is_ok(list) && mg_is_lock(list))
        return mg_refused(t, o, t->listed, list);
    if (mg_has_names(t))
        mg_count(t, o);
    if (t->proof_ask)
        return mg_open(t, o);
    if (!t->denied.len)
        return mg_by_log(t, o, list);
    mg_refused(t, o, &MG_LIST_COLLECTIONS, t->denied);
    return OUTCOME_PARTIAL; /* names are told, and nothing that they hold */
}

static enum outcome mongodb_run(struct wire *w, struct observation *o)
{
    struct talk t = { .mg = { .w = w } };
    if (!mg_hello(&t))
        return OUTCOME_NOT_MINE;
    o->product = "mongodb";
    o->tls = wire_in_tls(w);
    mg_hello_facts(&t, o);
    mg_version_facts(&t.mg, o);
    o->outcome = mg_conclude(&t, o);
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
    .reacts_too = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_CLOSE }, /* FerretDB 1.24 */
    .rank = 95,
    .proof = "the collections of a database, or else the server's own log, are given without a login",
    .counts = "databases, collections, documents and sizes from the collections' own counters",
    .asks = { &MG_HELLO_NOW, &MG_HELLO_API, &MG_HELLO_OLD, &MG_IS_MASTER_NOW, &MG_BUILD_INFO_NOW,
              &MG_BUILD_INFO_API, &MG_BUILD_INFO_OLD, &MG_DATABASES_NOW, &MG_DATABASES_API,
              &MG_DATABASES_OLD, &MG_NAMES_NOW, &MG_NAMES_API, &MG_GET_LOG_NOW, &MG_GET_LOG_API,
              &MG_GET_LOG_OLD, &MG_COLLECTIONS_NOW, &MG_COLLECTIONS_API, &MG_COLLECTIONS_OLD,
              &MG_DB_STATS_NOW, &MG_DB_STATS_API, &MG_DB_STATS_OLD, &MG_DATA_SIZE_NOW,
              &MG_DATA_SIZE_API, &MG_DATA_SIZE_OLD },
    .run = mongodb_run,
};
