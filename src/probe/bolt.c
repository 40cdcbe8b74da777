/* Bolt: Neo4j, Memgraph (neo4j.com/docs/bolt, "Bolt Protocol").
 *
 *     > magic, four versions       < the one that it speaks
 *     > HELLO                      < SUCCESS: who it is, and which version
 *     > LOGON scheme "none"        < SUCCESS, or FAILURE ...Security.Unauthorized (up to 5.0 it is part of HELLO)
 *     > RUN, PULL                  < RECORD ..., SUCCESS
 *
 * The scheme "none" is what the protocol has for visitors without a name. Who was let in may still have no rights,
 * and is then shown a graph without nodes. So open takes a node that was counted, or, of an empty graph, an
 * answer to how many users there are, which is refused to all but administrators.
 *
 * Neo4j answers count(n) and count(r) out of its count store, where a number stands beside each label: it reads
 * no node (Neo4j Cypher manual, "NodeCountFromCountStore"). Memgraph has no such store and would walk through them
 * all, so it is asked for its storage's own figures, to which one needs the right STATS. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/probe.h"

enum {
    CHUNKS_MAX = 64,
    MESSAGE_MAX_BYTES = 64 * 1024,
    RECORDS_MAX = 1000,
    DEPTH_MAX = 8,
    PLANNING_MS = 8000, /* a Neo4j that was just started plans its first statement for seconds */
    TAG_SUCCESS = 0x70, TAG_RECORD = 0x71, TAG_IGNORED = 0x7e, TAG_FAILURE = 0x7f,
};

/* ---- what is asked ------------------------------------------------------------------------------ */

static const struct ask BOLT_VERSIONS = ASK_FIXED("bolt.versions",
    "which of 5.1 to 5.8, 4.0 to 4.4, 3 and 1 it speaks",
    "\x60\x60\xb0\x17" "\0\x07\x08\x05" "\0\x04\x04\x04" "\0\0\0\x03" "\0\0\0\x01");

#define AGENT "\x8auser_agent\x88" "ajar/0.1"
#define NO_NAME "\x86scheme\x84none"
static const struct ask BOLT_HELLO = ASK_FIXED("bolt.hello", "states who it is; before any login",
    "\0\x30\xb1\x01\xa2" AGENT "\x8a" "bolt_agent\xa1\x87product\x84" "ajar\0\0");
static const struct ask BOLT_LOGON = ASK_FIXED("bolt.logon", "whether visitors without a name are let in",
    "\0\x0f\xb1\x6a\xa1" NO_NAME "\0\0");
static const struct ask BOLT_HELLO_4 = ASK_FIXED("bolt.hello4", "the same two, of before 5.1",
    "\0\x23\xb1\x01\xa2" AGENT NO_NAME "\0\0");
static const struct ask BOLT_INIT = ASK_FIXED("bolt.init", "the same, of before 3",
    "\0\x18\xb2\x01\x88" "ajar/0.1\xa1" NO_NAME "\0\0");

#define NODES "MATCH (n) RETURN count(n)"
#define RELATIONS "MATCH ()-[r]->() RETURN count(r)"
#define LABELS "CALL db.labels()"
#define USERS "SHOW USERS YIELD user RETURN count(*)"
#define STORAGE "SHOW STORAGE INFO"
/* RUN with the mode "r", which makes the server refuse whatever would write; PULL of a thousand. */
#define RUN_4(ask_name, reason, text) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BE(2, 1, 5, 0), ASK_BYTES("\xb3\x10\xd0"), ASK_BE(1, 3, 4, 0), ASK_BYTES(text), \
                 ASK_BYTES("\xa0\xa1\x84mode\x81r"), ASK_BYTES("\0\0" "\0\x08\xb1\x3f\xa1\x81n\xc9\x03\xe8" "\0\0") } }
#define RUN_3(ask_name, reason, text) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BE(2, 1, 5, 0), ASK_BYTES("\xb3\x10\xd0"), ASK_BE(1, 3, 4, 0), ASK_BYTES(text), \
                 ASK_BYTES("\xa0\xa1\x84mode\x81r"), ASK_BYTES("\0\0" "\0\x02\xb0\x3f" "\0\0") } }
#define RUN_1(ask_name, reason, text) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BE(2, 1, 5, 0), ASK_BYTES("\xb2\x10\xd0"), ASK_BE(1, 3, 4, 0), ASK_BYTES(text), \
                 ASK_BYTES("\xa0"), ASK_BYTES("\0\0" "\0\x02\xb0\x3f" "\0\0") } }
#define WHY_NODES "how many nodes there are, out of the count store"
#define WHY_RELATIONS "how many relationships there are, out of the count store"
#define WHY_LABELS "names of labels"
static const struct ask BOLT_NODES_4 = RUN_4("bolt.nodes4", WHY_NODES, NODES);
static const struct ask BOLT_NODES_3 = RUN_3("bolt.nodes3", WHY_NODES, NODES);
static const struct ask BOLT_NODES_1 = RUN_1("bolt.nodes1", WHY_NODES, NODES);
static const struct ask BOLT_RELATIONS_4 = RUN_4("bolt.relations4", WHY_RELATIONS, RELATIONS);
static const struct ask BOLT_RELATIONS_3 = RUN_3("bolt.relations3", WHY_RELATIONS, RELATIONS);
static const struct ask BOLT_RELATIONS_1 = RUN_1("bolt.relations1", WHY_RELATIONS, RELATIONS);
static const struct ask BOLT_LABELS_4 = RUN_4("bolt.labels4", WHY_LABELS, LABELS);
static const struct ask BOLT_LABELS_3 = RUN_3("bolt.labels3", WHY_LABELS, LABELS);
static const struct ask BOLT_LABELS_1 = RUN_1("bolt.labels1", WHY_LABELS, LABELS);
static const struct ask BOLT_USERS = RUN_4("bolt.users", "how many users there are, for administrators only",
                                           USERS);
static const struct ask BOLT_STORAGE = RUN_4("bolt.storage", "figures of Memgraph's storage, by the right STATS",
                                             STORAGE);
static const struct ask BOLT_GOODBYE = ASK_FIXED("bolt.goodbye", "ends the session", "\0\x02\xb0\x02\0\0");

/* ---- PackStream (its own chapter there) --------------------------------------------------------- */

enum pack_kind { PACK_OTHER, PACK_NUMBER, PACK_TEXT, PACK_LIST, PACK_MAP, PACK_STRUCT };

struct pack {
    enum pack_kind kind;
    int64_t number; /* the number, or how many elements, pairs or fields */
    struct span text;
    uint8_t tag; /* PACK_STRUCT */
};

static struct pack pack_many(enum pack_kind kind, uint64_t n)
{
    return (struct pack){ .kind = kind, .number = (int64_t)n };
}

static struct pack pack_text(struct reader *r, enum pack_kind kind, uint64_t len)
{
    return (struct pack){ .kind = kind, .text = reader_take(r, len) };
}

static struct pack pack_number(uint64_t raw, unsigned bits)
{
    int64_t n = bits == 64 ? (int64_t)raw : (int64_t)(raw << (64 - bits)) >> (64 - bits);
    return (struct pack){ .kind = PACK_NUMBER, .number = n };
}

/* One value; of a list, a map or a structure the head only. */
static struct pack pack_next(struct reader *r)
{
    uint8_t b = reader_u8(r);
    switch (b & 0xf0u) {
    case 0x80: return pack_text(r, PACK_TEXT, b & 15u);
    case 0x90: return pack_many(PACK_LIST, b & 15u);
    case 0xa0: return pack_many(PACK_MAP, b & 15u);
    case 0xb0: return (struct pack){ .kind = PACK_STRUCT, .number = b & 15, .tag = reader_u8(r) };
    case 0xf0: return pack_number(b, 8);
    }
    if (b < 0x80)
        return pack_number(b, 8);
    switch (b) {
    case 0xc0: case 0xc2: case 0xc3: return (struct pack){ .kind = PACK_OTHER };
    case 0xc1: reader_skip(r, 8); return (struct pack){ .kind = PACK_OTHER };
    case 0xc8: return pack_number(reader_u8(r), 8);
    case 0xc9: return pack_number(reader_be16(r), 16);
    case 0xca: return pack_number(reader_be32(r), 32);
    case 0xcb: return pack_number(reader_be64(r), 64);
    case 0xcc: return pack_text(r, PACK_OTHER, reader_u8(r));
    case 0xcd: return pack_text(r, PACK_OTHER, reader_be16(r));
    case 0xce: return pack_text(r, PACK_OTHER, reader_be32(r));
    case 0xd0: return pack_text(r, PACK_TEXT, reader_u8(r));
    case 0xd1: return pack_text(r, PACK_TEXT, reader_be16(r));
    case 0xd2: return pack_text(r, PACK_TEXT, reader_be32(r));
    case 0xd4: return pack_many(PACK_LIST, reader_u8(r));
    case 0xd5: return pack_many(PACK_LIST, reader_be16(r));
    case 0xd6: return pack_many(PACK_LIST, reader_be32(r));
    case 0xd8: return pack_many(PACK_MAP, reader_u8(r));
    case 0xd9: return pack_many(PACK_MAP, reader_be16(r));
    case 0xda: return pack_many(PACK_MAP, reader_be32(r));
    default: reader_fail(r, "a byte that begins no value"); return (struct pack){ .kind = PACK_OTHER };
    }
}

/* Passes over what is inside of a value whose head was read. */
static void pack_skip(struct reader *r, const struct pack *head)
{
    int64_t left[DEPTH_MAX] = { head->kind < PACK_LIST ? 0 : head->kind == PACK_MAP ? head->number * 2 : head->number };
    for (size_t depth = 0; reader_ok(r);) {
        if (left[depth] == 0) {
            if (depth-- == 0)
                return;
            continue;
        }
        left[depth]--;
        struct pack p = pack_next(r);
        if (p.kind < PACK_LIST)
            continue;
        if (++depth == DEPTH_MAX || p.number > MESSAGE_MAX_BYTES) {
            reader_fail(r, "it is nested too deep, or too much");
            return;
        }
        left[depth] = p.kind == PACK_MAP ? p.number * 2 : p.number;
    }
}

/* The text under a key, or under its other name, of a map that begins here; empty where there is none. */
static struct span pack_find(struct reader *r, const char *key, const char *too)
{
    struct span found = SPAN_NONE;
    struct pack map = pack_next(r);
    if (map.kind != PACK_MAP)
        reader_fail(r, "it is no map");
    for (int64_t i = 0; i < map.number && reader_more(r); i++) {
        struct pack name = pack_next(r), value = pack_next(r);
        if (name.kind != PACK_TEXT)
            reader_fail(r, "a key is no text");
        if (value.kind == PACK_TEXT && (span_is(name.text, key) || span_is(name.text, too)))
            found = value.text;
        pack_skip(r, &value);
    }
    return reader_ok(r) ? found : SPAN_NONE;
}

/* ---- messages ----------------------------------------------------------------------------------- */

struct message {
    uint8_t tag;
    struct span body; /* behind the structure's head */
};

/* One message out of its chunks; empty chunks before it keep the connection alive. */
static bool bolt_read(struct wire *w, struct message *ret)
{
    struct verdict v;
    uint8_t *all = NULL;
    size_t len = 0;
    for (size_t i = 0; i < CHUNKS_MAX; i++) {
        struct reader r = reader_over(&v, wire_need(w, 2));
        uint16_t n = reader_be16(&r);
        struct span chunk = n ? wire_need(w, n) : SPAN_NONE;
        if (!wire_ok(w) || len + n > MESSAGE_MAX_BYTES)
            return wire_fail(w);
        if (n == 0 && len == 0)
            continue;
        if (n == 0) {
            r = reader_over(&v, span_of(all, len));
            struct pack head = pack_next(&r);
            *ret = (struct message){ head.tag, reader_rest(&r) };
            bool known = head.tag >= TAG_SUCCESS && head.number <= 1;
            return reader_ok(&r) && head.kind == PACK_STRUCT && known ? true : wire_fail(w);
        }
        uint8_t *more = arena_alloc(wire_arena(w), len + n);
        if (!more)
            return wire_fail(w);
        if (len)
            memcpy(more, all, len);
        memcpy(more + len, chunk.at, n);
        all = more;
        len += n;
    }
    return wire_fail(w);
}

/* The error's code, under another name from 5.7 on: "Neo.ClientError.Security.Unauthorized". */
static struct span bolt_code(const struct message *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    return m->tag == TAG_FAILURE ? pack_find(&r, "code", "neo4j_code") : SPAN_NONE;
}

struct value {
    struct span name;  /* the first column, where it is text */
    int64_t number;    /* the last one, where it is a number; else -1 */
};

struct answer {
    LIST_OF(struct value) values;
    struct span code; /* of a failure */
    bool ok;          /* both SUCCESS, every record read */
};

static bool bolt_record(struct arena *a, const struct message *m, struct answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    struct pack list = pack_next(&r);
    struct value value = { SPAN_NONE, -1 };
    if (list.kind != PACK_LIST)
        return false;
    for (int64_t i = 0; i < list.number && reader_more(&r); i++) {
        struct pack p = pack_next(&r);
        if (i == 0 && p.kind == PACK_TEXT)
            value.name = p.text;
        value.number = p.kind == PACK_NUMBER && p.number >= 0 ? p.number : -1;
        pack_skip(&r, &p);
    }
    reader_end(&r);
    struct value *kept = reader_ok(&r) && ret->values.len < RECORDS_MAX ? list_add(a, &ret->values) : NULL;
    if (kept)
        *kept = value;
    return kept != NULL;
}

/* RUN and PULL: SUCCESS, records, SUCCESS; or FAILURE and IGNORED, behind which nothing more is answered. */
static bool bolt_ask(struct wire *w, const struct ask *a, struct answer *ret)
{
    struct message m;
    *ret = (struct answer){ .ok = false };
    if (!wire_ask(w, a))
        return false;
    wire_hears(w, PLANNING_MS);
    if (!bolt_read(w, &m))
        return false;
    if (m.tag != TAG_SUCCESS) {
        ret->code = bolt_code(&m);
        return false;
    }
    for (size_t i = 0; i <= RECORDS_MAX; i++) {
        if (!bolt_read(w, &m))
            return false;
        if (m.tag == TAG_SUCCESS)
            return ret->ok = true;
        if (m.tag != TAG_RECORD) {
            ret->code = bolt_code(&m);
            return false;
        }
        if (!bolt_record(wire_arena(w), &m, ret))
            return wire_fail(w);
    }
    return wire_fail(w);
}

/* ---- the conversation --------------------------------------------------------------------------- */

struct bolt_words {
    const struct ask *hello, *logon, *nodes, *relations, *labels, *users;
};

static const struct bolt_words
    BOLT_5 = { &BOLT_HELLO, &BOLT_LOGON, &BOLT_NODES_4, &BOLT_RELATIONS_4, &BOLT_LABELS_4, &BOLT_USERS },
    BOLT_4 = { &BOLT_HELLO_4, NULL, &BOLT_NODES_4, &BOLT_RELATIONS_4, &BOLT_LABELS_4, &BOLT_USERS },
    BOLT_3 = { &BOLT_HELLO_4, NULL, &BOLT_NODES_3, &BOLT_RELATIONS_3, &BOLT_LABELS_3, NULL },
    BOLT_1 = { &BOLT_INIT, NULL, &BOLT_NODES_1, &BOLT_RELATIONS_1, &BOLT_LABELS_1, NULL };

/* The version that it chose; NULL where it is none of those offered. */
static const struct bolt_words *bolt_version(struct span four)
{
    struct verdict v;
    struct reader r = reader_over(&v, four);
    uint16_t zero = reader_be16(&r);
    uint8_t minor = reader_u8(&r), major = reader_u8(&r);
    if (!reader_ok(&r) || zero != 0)
        return NULL;
    if (major == 5 && minor >= 1 && minor <= 8)
        return &BOLT_5;
    if (major == 4 && minor <= 4)
        return &BOLT_4;
    if (major == 3 && minor == 0)
        return &BOLT_3;
    return major == 1 && minor == 0 ? &BOLT_1 : NULL;
}

/* "Neo4j/5.15.0", of Memgraph "Neo4j/v5.11.0 compatible graph database server - Memgraph". */
static void bolt_server(struct observation *o, const struct message *m, const char *ask)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    struct span server = pack_find(&r, "server", "server"), rest = server;
    struct span name = span_cut(&rest, '/');
    if (span_has(server, "Memgraph")) {
        o->product = "memgraph";
        fact_text(o, "compatible", server, ask, server);
    } else if (span_is(name, "Neo4j") && rest.len) {
        o->product = "neo4j";
        fact_text(o, "version", rest, ask, server);
    }
}

/* Up to 5.0 who does not log in is told by the error's code only who refuses. */
static void bolt_refuser(struct observation *o, struct span code)
{
    if (span_starts(code, SPAN("Neo.")))
        o->product = "neo4j";
    if (span_starts(code, SPAN("Memgraph.")))
        o->product = "memgraph";
}

static bool bolt_is_named(const struct observation *o)
{
    return span_is(span_str(o->product), "neo4j") || span_is(span_str(o->product), "memgraph");
}

static bool bolt_is_login(struct span code)
{
    return span_ends(code, SPAN(".Security.Unauthorized")) || span_ends(code, SPAN(".Security.Unauthenticated"));
}

static enum outcome bolt_failed(struct observation *o, struct span code, const char *ask)
{
    if (code.len)
        fact_text(o, "error", code, ask, code);
    if (bolt_is_login(code)) {
        fact_text(o, "auth", SPAN("password"), ask, code);
        return OUTCOME_LOCKED;
    }
    return OUTCOME_UNCLEAR;
}

static enum outcome bolt_open(struct observation *o, const char *ask)
{
    fact_text(o, "auth", SPAN("none"), ask, SPAN_NONE);
    return OUTCOME_OPEN;
}

static enum outcome bolt_memgraph(struct wire *w, struct observation *o)
{
    struct answer a;
    if (!bolt_ask(w, &BOLT_STORAGE, &a))
        return bolt_failed(o, a.code, BOLT_STORAGE.name);
    for (size_t i = 0; i < a.values.len; i++) {
        const struct value *v = &a.values.at[i];
        if (span_is(v->name, "vertex_count"))
            o->records = v->number;
        if (span_is(v->name, "edge_count") && v->number >= 0)
            fact_number(o, "relationships", v->number, BOLT_STORAGE.name, SPAN_NONE);
        if (span_is(v->name, "disk_usage"))
            o->bytes = v->number;
    }
    return a.values.len ? bolt_open(o, BOLT_STORAGE.name) : OUTCOME_UNCLEAR;
}

static void bolt_labels(struct wire *w, struct observation *o, const struct ask *ask)
{
    struct answer a;
    if (!bolt_ask(w, ask, &a))
        return;
    o->collection_count = 0;
    for (size_t i = 0; i < a.values.len; i++)
        observation_collect(o, a.values.at[i].name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
}

static enum outcome bolt_neo4j(struct wire *w, struct observation *o, const struct bolt_words *words)
{
    struct answer nodes, more, users;
    if (!bolt_ask(w, words->nodes, &nodes))
        return bolt_failed(o, nodes.code, words->nodes->name);
    int64_t count = nodes.values.len == 1 ? nodes.values.at[0].number : -1;
    if (count < 0)
        return OUTCOME_UNCLEAR;
    if (bolt_ask(w, words->relations, &more) && more.values.len == 1 && more.values.at[0].number >= 0)
        fact_number(o, "relationships", more.values.at[0].number, words->relations->name, SPAN_NONE);
    bolt_labels(w, o, words->labels);
    o->records = count;
    if (count > 0)
        return bolt_open(o, words->nodes->name);
    bool rules = words->users && wire_ok(w) && bolt_ask(w, words->users, &users) && users.values.len == 1;
    return rules ? bolt_open(o, words->users->name) : OUTCOME_UNCLEAR;
}

static enum outcome bolt_talk(struct wire *w, struct observation *o, const struct bolt_words *words)
{
    struct message m;
    const char *ask = words->hello->name;
    wire_ask(w, words->hello);
    if (!bolt_read(w, &m))
        return OUTCOME_NOT_MINE;
    if (m.tag == TAG_SUCCESS)
        bolt_server(o, &m, ask);
    else
        bolt_refuser(o, bolt_code(&m));
    if (!bolt_is_named(o))
        return OUTCOME_NOT_MINE;
    if (m.tag == TAG_SUCCESS && words->logon) {
        ask = words->logon->name;
        if (!wire_ask(w, words->logon) || !bolt_read(w, &m))
            return OUTCOME_UNCLEAR;
    }
    if (m.tag != TAG_SUCCESS)
        return bolt_failed(o, bolt_code(&m), ask);
    enum outcome outcome = span_is(span_str(o->product), "memgraph") ? bolt_memgraph(w, o) : bolt_neo4j(w, o, words);
    if (words != &BOLT_1)
        wire_bye(w, &BOLT_GOODBYE);
    return outcome;
}

static enum outcome bolt_run(struct wire *w, struct observation *o)
{
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &BOLT_VERSIONS);
    struct span four = wire_need(w, 4);
    const struct bolt_words *words = bolt_version(four);
    if (!words || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    return bolt_talk(w, o, words);
}

extern const struct probe PROBE_BOLT;
const struct probe PROBE_BOLT = {
    .name = "bolt",
    .title = "Neo4j, Memgraph",
    .products = { "neo4j", "memgraph" },
    .kind = KIND_STORE,
    .ports = { 7687 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_BYTES | REACT_CLOSE },
    .rank = 30,
    .proof = "a node was counted; or, of an empty graph, the users were; of Memgraph, the figures of its storage",
    .counts = "nodes as records; labels, and relationships",
    .asks = { &BOLT_VERSIONS, &BOLT_HELLO, &BOLT_LOGON, &BOLT_HELLO_4, &BOLT_INIT, &BOLT_NODES_4, &BOLT_RELATIONS_4,
              &BOLT_LABELS_4, &BOLT_USERS, &BOLT_STORAGE, &BOLT_NODES_3, &BOLT_RELATIONS_3, &BOLT_LABELS_3,
              &BOLT_NODES_1, &BOLT_RELATIONS_1, &BOLT_LABELS_1, &BOLT_GOODBYE },
    .run = bolt_run,
};
