/* Apache ZooKeeper, client port: the four-letter words and the jute protocol.
 *
 * The conversation: "srvr" (in the default whitelist since 3.5.3) is answered with version, mode
 * and node count, or with "... is not executed because it is not in the whitelist.", which
 * identifies as well. Then, on a second connection, a session with an empty password is opened, the
 * children of "/", its ACL and theirs are asked for, and the session is closed. A third connection asks
 * "mntr", which some servers allow and which tells the size of the data.
 *
 * A session alone proves nothing: a server that enforces authentication grants one too and refuses
 * the first request with -124. Nor does the list of the top nodes, which takes the right to read "/" and
 * nothing else: open takes a node whose rules let anyone read it, or a list with none. Where the list is
 * refused, nodes that many have are asked for. Names of top nodes are read, never the data of a node, but for
 * the server's own list of the members of its ensemble, where it says that it is one of several; no
 * watch is set. The server logs the beginning and the end of a session as it logs a change: this is the one
 * trace that a visit leaves in it. Messages are a 32-bit big-endian length and jute
 * (zookeeper.jute and ZooDefs of 3.8). */
#include "base/reader.h"
#include "probe/probe.h"
#include "probe/zookeeper_config.h"

enum {
    WORDS_MAX_BYTES = 16 * 1024,
    MNTR_MAX_BYTES = 128 * 1024, /* 3.8 sends about 20 KiB */
    LINES_MAX = 4096,
    FRAME_MAX_BYTES = 256 * 1024,
    FRAMES_SKIPPED_MAX = 8,      /* notifications and pings between request and answer */
    CHILDREN_LISTED_MAX = 100,
    ACLS_MAX = 64,
    NAME_MAX_BYTES = 1024,
    CONFIG_MAX_BYTES = 16 * 1024,
    NODES_MAX = 16,              /* top nodes whose rules are asked for */
    USUAL_NODES = 10,
    STAT_BYTES = 68,

    XID_CHILDREN = 1,
    XID_ACL = 2,
    XID_CONFIG = 4,
    XID_NODE_ACL = 5,
    XID_USUAL = 16,
    ERR_NO_AUTH = -102,
    ERR_AUTH_FAILED = -115,
    ERR_SESSION_REQUIRES_AUTH = -124, /* SESSIONCLOSEDREQUIRESASLAUTH */
    PERM_READ = 1,
    PERM_WRITE = 2,
    PERM_CREATE = 4,
};

static const struct ask ZOOKEEPER_SRVR =
    ASK_FIXED("zookeeper.srvr", "states version, mode and the number of nodes", "srvr");
static const struct ask ZOOKEEPER_MNTR =
    ASK_FIXED("zookeeper.mntr", "states the size of the data where it is allowed", "mntr");
static const struct ask ZOOKEEPER_CONNECT =
    ASK_FIXED("zookeeper.connect", "opens a session without a password: the server logs its beginning and its end",
              "\0\0\0\x2d" "\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\x0f\xa0" "\0\0\0\0\0\0\0\0"
              "\0\0\0\x10" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x01");
static const struct ask ZOOKEEPER_CHILDREN =
    ASK_FIXED("zookeeper.children", "names the top nodes: refused where a login is needed",
              "\0\0\0\x0e" "\0\0\0\x01" "\0\0\0\x0c" "\0\0\0\x01/" "\0");
static const struct ask ZOOKEEPER_ACL =
    ASK_FIXED("zookeeper.acl", "states who may change the top node",
              "\0\0\0\x0d" "\0\0\0\x02" "\0\0\0\x06" "\0\0\0\x01/");
static const struct ask ZOOKEEPER_NODE_ACL = {
    .name = "zookeeper.node_acl",
    .why = "states who may read a top node, and asks for nothing that is in it",
    .parts = { ASK_BE(4, 1, 5, 0), ASK_BYTES("\0\0\0\x05" "\0\0\0\x06"), ASK_BE(4, 3, 5, 0), ASK_BYTES("/"),
               ASK_HOLE("top node", NAME_MAX_BYTES, HOLE_ANY) },
};
static const struct ask ZOOKEEPER_CONFIG =
    ASK_FIXED("zookeeper.config", "lists the members of the ensemble: the server's own node, and no other's data",
              "\0\0\0\x1e" "\0\0\0\x04" "\0\0\0\x04" "\0\0\0\x11/zookeeper/config" "\0");
#define USUAL_ACL(length, xid, path_length, node) \
    "\0\0\0" length "\0\0\0" xid "\0\0\0\x06" "\0\0\0" path_length "/" node
static const struct ask ZOOKEEPER_USUAL =
    ASK_FIXED("zookeeper.usual", "the same of nodes that many have, where the list is refused",
              USUAL_ACL("\x14", "\x10", "\x08", "brokers")
              USUAL_ACL("\x13", "\x11", "\x07", "config")
              USUAL_ACL("\x12", "\x12", "\x06", "kafka")
              USUAL_ACL("\x12", "\x13", "\x06", "hbase")
              USUAL_ACL("\x11", "\x14", "\x05", "solr")
              USUAL_ACL("\x17", "\x15", "\x0b", "clickhouse")
              USUAL_ACL("\x12", "\x16", "\x06", "dubbo")
              USUAL_ACL("\x15", "\x17", "\x09", "services")
              USUAL_ACL("\x16", "\x18", "\x0a", "hadoop-ha")
              USUAL_ACL("\x12", "\x19", "\x06", "storm"));
static const struct ask ZOOKEEPER_CLOSE =
    ASK_FIXED("zookeeper.close", "ends the session", "\0\0\0\x08" "\0\0\0\x03" "\xff\xff\xff\xf5");

/* The value after `name` at the start of a line, or an empty span. */
static struct span line_value(struct span text, struct span name, struct span *ret_line)
{
    for (size_t i = 0; text.len && i < LINES_MAX; i++) {
        struct span line = span_cut(&text, '\n');
        if (!span_starts(line, name))
            continue;
        *ret_line = line;
        return span_trim(span_from(line, name.len));
    }
    return SPAN_NONE;
}

/* "3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on ..." -> "3.8.0"; an "-alpha" or
 * "-beta" before the revision stays. */
static struct span version_short(struct span text)
{
    struct span version = span_cut(&text, ',');
    for (size_t i = version.len; i > 0; i--)
        if (version.at[i - 1] == '-')
            return span_first(version, i - 1);
    return version;
}

/* Without a last line that its end is missing of: it was cut on its way. */
static struct span whole_lines(struct span text)
{
    while (text.len && text.at[text.len - 1] != '\n')
        text.len--;
    return text;
}

/* What "srvr" tells. False where this is no ZooKeeper. */
static bool srvr_facts(struct observation *o, struct span text)
{
    const char *ask = ZOOKEEPER_SRVR.name;
    struct span line = SPAN_NONE;
    uint64_t n;

    if (span_has(text, "srvr is not executed because it is not in the whitelist")) {
        fact_text(o, "srvr", SPAN("not in the whitelist"), ask, text);
        return true;
    }
    if (span_starts(text, SPAN("This ZooKeeper instance is not currently serving requests"))) {
        fact_text(o, "srvr", SPAN("not serving requests"), ask, text);
        return true;
    }
    text = whole_lines(text);
    struct span version = line_value(text, SPAN("Zookeeper version:"), &line);
    if (version.len == 0)
        return false;
    fact_text(o, "version", version_short(version), ask, line);
    struct span mode = line_value(text, SPAN("Mode:"), &line);
    if (mode.len)
        fact_text(o, "mode", mode, ask, line);
    if (span_u64(line_value(text, SPAN("Connections:"), &line), INT64_MAX, &n))
        fact_number(o, "clients", (int64_t)n, ask, line);
    if (span_u64(line_value(text, SPAN("Node count:"), &line), INT64_MAX, &n)) {
        fact_number(o, "nodes", (int64_t)n, ask, line);
        o->records = (int64_t)n;
    }
    return true;
}

/* One message, its length checked and cut off; empty, and the wire faulted, where there is none. */
static struct span frame_read(struct wire *w)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, wire_need(w, 4));
    uint32_t len = reader_be32(&r);

    if (!wire_ok(w))
        return SPAN_NONE;
    if (!reader_ok(&r) || len == 0 || len > FRAME_MAX_BYTES) {
        wire_fail(w);
        return SPAN_NONE;
    }
    return wire_need(w, len);
}

/* ConnectResponse: protocolVersion, timeOut, sessionId, passwd[16], readOnly since 3.4. A timeout
 * of 0 means that there is no session. */
static bool session_open(struct wire *w, bool *ret_read_only)
{
    struct verdict verdict;

    wire_ask(w, &ZOOKEEPER_CONNECT);
    struct reader r = reader_over(&verdict, frame_read(w));
    if (!wire_ok(w))
        return false;
    uint32_t protocol = reader_be32(&r);
    uint32_t timeout_ms = reader_be32(&r);
    reader_skip(&r, 8);
    uint32_t password_len = reader_be32(&r);
    reader_skip(&r, 16);
    uint8_t read_only = reader_more(&r) ? reader_u8(&r) : 0;
    reader_end(&r);
    if (!reader_ok(&r) || protocol != 0 || password_len != 16)
        return wire_fail(w);
    *ret_read_only = read_only == 1;
    return timeout_ms > 0 && timeout_ms <= INT32_MAX;
}

/* The answer to request `xid`: its error code, and a reader over what follows the header. False
 * where it did not come whole. */
static bool reply_read(struct wire *w, uint32_t xid, struct verdict *verdict,
                       struct reader *ret_body, int32_t *ret_error)
{
    for (size_t i = 0; i < FRAMES_SKIPPED_MAX; i++) {
        struct reader r = reader_over(verdict, frame_read(w));
        if (!wire_ok(w))
            return false;
        uint32_t got = reader_be32(&r);
        reader_skip(&r, 8); /* zxid */
        int32_t error = (int32_t)reader_be32(&r);
        if (!reader_ok(&r))
            return wire_fail(w);
        if (got != xid)
            continue;
        *ret_body = r;
        *ret_error = error;
        return true;
    }
    return wire_fail(w);
}

/* Two passes over the same names: the first only checks, since no collection may come from a
 * message that turns out bad at its end. */
static bool children_read(struct wire *w, struct observation *o, struct reader body)
{
    struct reader listing = body;
    uint32_t count = reader_be32(&body);
    int64_t own = 0; /* "/zookeeper", where it keeps quotas and its configuration */

    for (uint32_t i = 0; i < count && reader_more(&body); i++) {
        struct span name = reader_take(&body, reader_be32(&body));
        if (name.len == 0 || name.len > NAME_MAX_BYTES)
            reader_fail(&body, "a node name is empty or too long");
    }
    reader_skip(&body, STAT_BYTES);
    reader_end(&body);
    if (!reader_ok(&body))
        return wire_fail(w);

    o->collection_count = 0;
    reader_skip(&listing, 4);
    for (uint32_t i = 0; i < count; i++) {
        struct span name = reader_take(&listing, reader_be32(&listing));
        if (span_is(name, "zookeeper"))
            own++;
        else if (i < CHILDREN_LISTED_MAX)
            observation_collect(o, name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    o->collection_count = (int64_t)count - own;
    fact_number(o, "collections.system", own, ZOOKEEPER_CHILDREN.name, SPAN_NONE);
    return true;
}

/* ---- rights ------------------------------------------------------------------------------ */

struct rights {
    size_t readable, refused; /* top nodes that world:anyone may read, or not */
    bool writable;            /* anyone may write to, or create below, a node that was looked at */
    struct span proof;        /* the rules of a node that anyone may read */
    const char *ask;
};

/* The rules of one node: vector of { perms, { scheme, id } }, then a Stat. Since 3.5 only those may read them who
 * may read the node (or administer it). False, and the wire faulted, where there is no whole answer. */
static bool acl_take(struct wire *w, uint32_t xid, uint32_t *ret_anyone, int32_t *ret_error, struct span *ret_proof)
{
    struct verdict verdict;
    struct reader r;
    uint32_t anyone = 0;

    if (!reply_read(w, xid, &verdict, &r, ret_error))
        return false;
    *ret_anyone = 0;
    *ret_proof = span_of(r.at, reader_left(&r));
    if (*ret_error != 0)
        return true;
    uint32_t count = reader_be32(&r);
    if (count > ACLS_MAX)
        reader_fail(&r, "too many access rules");
    for (uint32_t i = 0; i < count && reader_more(&r); i++) {
        uint32_t perms = reader_be32(&r);
        struct span scheme = reader_take(&r, reader_be32(&r));
        struct span id = reader_take(&r, reader_be32(&r));
        if (span_is(scheme, "world") && span_is(id, "anyone"))
            anyone |= perms;
    }
    reader_skip(&r, STAT_BYTES);
    reader_end(&r);
    if (!reader_ok(&r))
        return wire_fail(w);
    *ret_anyone = anyone;
    return true;
}

static void rights_learn(struct rights *t, const char *ask, uint32_t anyone, int32_t error, struct span proof)
{
    bool readable = error == 0 && (anyone & PERM_READ);
    if (readable && !t->readable) {
        t->proof = proof;
        t->ask = ask;
    }
    t->readable += readable;
    t->refused += !readable && (error == 0 || error == ERR_NO_AUTH);
    t->writable = t->writable || (error == 0 && (anyone & (PERM_WRITE | PERM_CREATE)));
}

/* Of the top nodes that were listed. */
static void rights_of_listed(struct wire *w, const struct observation *o, struct rights *t)
{
    uint32_t anyone;
    int32_t error;
    struct span proof;

    for (size_t i = 0; i < o->collections.len && i < NODES_MAX; i++) {
        struct span name = o->collections.at[i].name;
        if (!wire_ask_with(w, &ZOOKEEPER_NODE_ACL, &name, 1) || !acl_take(w, XID_NODE_ACL, &anyone, &error, &proof))
            return;
        rights_learn(t, ZOOKEEPER_NODE_ACL.name, anyone, error, proof);
    }
}

/* Of top nodes that many have, where the list is refused; what is there and shown becomes a collection. */
static void rights_of_usual(struct wire *w, struct observation *o, struct rights *t)
{
    static const char *const NAMES[USUAL_NODES] = { "brokers", "config", "kafka", "hbase", "solr",
                                                    "clickhouse", "dubbo", "services", "hadoop-ha", "storm" };
    uint32_t anyone;
    int32_t error;
    struct span proof;

    wire_ask(w, &ZOOKEEPER_USUAL);
    for (uint32_t i = 0; i < USUAL_NODES && acl_take(w, XID_USUAL + i, &anyone, &error, &proof); i++) {
        rights_learn(t, ZOOKEEPER_USUAL.name, anyone, error, proof);
        if (error == 0 && (anyone & PERM_READ))
            observation_collect(o, span_str(NAMES[i]), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
}

/* ---- members ------------------------------------------------------------------------------ */

/* Of one of several: where the others are. A server of before 3.5 has no such node. */
static void members_learn(struct wire *w, struct observation *o)
{
    struct verdict verdict;
    struct reader r;
    int32_t error;
    struct span mode = fact_get_text(o, "mode");

    if (!mode.len || span_is(mode, "standalone") || !wire_ask(w, &ZOOKEEPER_CONFIG) ||
        !reply_read(w, XID_CONFIG, &verdict, &r, &error) || error != 0)
        return;
    uint32_t len = reader_be32(&r);
    struct span config = reader_take(&r, len <= CONFIG_MAX_BYTES ? len : 0);
    reader_skip(&r, STAT_BYTES);
    reader_end(&r);
    if (reader_ok(&r))
        zookeeper_config_state(o, config, ZOOKEEPER_CONFIG.name);
}

/* ---- conclusions ------------------------------------------------------------------------- */

static void writable_fact(struct observation *o, bool read_only, bool writable, const char *ask, struct span proof)
{
    if (read_only)
        fact_bool(o, "writable", false, ZOOKEEPER_CONNECT.name, SPAN_NONE);
    else
        fact_bool(o, "writable", writable, ask, proof);
}

/* The list of the top nodes was given: names. Whether anyone may read one of them decides, and where there is
 * none, the list was all there is. */
static enum outcome listed(struct wire *w, struct observation *o, bool read_only, struct span list)
{
    struct rights t = { .ask = ZOOKEEPER_CHILDREN.name, .proof = list };
    uint32_t anyone;
    int32_t error;
    struct span top = SPAN_NONE;

    bool told = !read_only && wire_ask(w, &ZOOKEEPER_ACL) && acl_take(w, XID_ACL, &anyone, &error, &top) && error == 0;
    t.writable = told && (anyone & (PERM_WRITE | PERM_CREATE));
    rights_of_listed(w, o, &t);
    if (told || read_only)
        writable_fact(o, read_only, t.writable, ZOOKEEPER_ACL.name, top);
    if (t.readable || o->collections.len == 0) {
        fact_text(o, "auth", SPAN("none"), t.ask, t.proof);
        return OUTCOME_OPEN;
    }
    if (t.refused == 0 || !wire_ok(w))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), ZOOKEEPER_NODE_ACL.name, list);
    fact_text(o, "rights", SPAN("names of the top nodes"), ZOOKEEPER_CHILDREN.name, list);
    return OUTCOME_PARTIAL;
}

/* The list was refused by the rules of "/", which say nothing of the nodes below. */
static enum outcome unlisted(struct wire *w, struct observation *o, bool read_only, struct span refusal)
{
    struct rights t = { .readable = 0 };
    rights_of_usual(w, o, &t);
    if (!t.readable && !wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (!t.readable) {
        fact_text(o, "auth", SPAN("acl"), ZOOKEEPER_CHILDREN.name, refusal);
        return OUTCOME_LOCKED;
    }
    fact_text(o, "auth", SPAN("none"), t.ask, t.proof);
    writable_fact(o, read_only, t.writable, t.ask, t.proof);
    fact_bool(o, "counts.partial", true, ZOOKEEPER_CHILDREN.name, refusal);
    return OUTCOME_OPEN;
}

static enum outcome inside(struct wire *w, struct observation *o, bool read_only)
{
    struct verdict verdict;
    struct reader body;
    int32_t error;

    wire_ask(w, &ZOOKEEPER_CHILDREN);
    if (!reply_read(w, XID_CHILDREN, &verdict, &body, &error))
        return OUTCOME_UNCLEAR;
    struct span proof = span_of(body.base, (size_t)(body.end - body.base));
    if (error == ERR_NO_AUTH)
        return unlisted(w, o, read_only, proof);
    if (error == ERR_AUTH_FAILED || error == ERR_SESSION_REQUIRES_AUTH) {
        fact_text(o, "auth", SPAN("sasl"), ZOOKEEPER_CHILDREN.name, proof);
        return OUTCOME_LOCKED;
    }
    if (error != 0 || !children_read(w, o, body))
        return OUTCOME_UNCLEAR;
    return listed(w, o, read_only, proof);
}

/* On a fresh connection. The session is closed whatever it yields; where it cannot be, it ends by itself
 * after four seconds. */
static enum outcome zookeeper_session(struct wire *w, struct observation *o)
{
    bool read_only = false;

    if (!session_open(w, &read_only))
        return OUTCOME_UNCLEAR;
    enum outcome outcome = inside(w, o, read_only);
    if (outcome == OUTCOME_OPEN || outcome == OUTCOME_PARTIAL)
        members_learn(w, o);
    wire_bye(w, &ZOOKEEPER_CLOSE);
    return outcome;
}

/* On a fresh connection. True where the server told its inner counts. */
static bool mntr_facts(struct wire *w, struct observation *o)
{
    const char *ask = ZOOKEEPER_MNTR.name;
    struct span line = SPAN_NONE;
    uint64_t n;

    wire_ask(w, &ZOOKEEPER_MNTR);
    struct span text = whole_lines(wire_until_close(w, MNTR_MAX_BYTES));
    if (!wire_ok(w) || !span_starts(text, SPAN("zk_")))
        return false;
    struct span version = line_value(text, SPAN("zk_version\t"), &line);
    if (version.len && !fact_get(o, "version"))
        fact_text(o, "version", version_short(version), ask, line);
    struct span state = line_value(text, SPAN("zk_server_state\t"), &line);
    if (state.len)
        fact_text(o, "role", state, ask, line);
    if (span_u64(line_value(text, SPAN("zk_znode_count\t"), &line), INT64_MAX, &n)) {
        fact_number(o, "nodes", (int64_t)n, ask, line);
        o->records = (int64_t)n;
    }
    if (span_u64(line_value(text, SPAN("zk_approximate_data_size\t"), &line), INT64_MAX, &n))
        o->bytes = (int64_t)n;
    return true;
}

/* Mntr goes last: too long an answer breaks the byte budget, after which nothing can be asked. */
static enum outcome zookeeper_run(struct wire *w, struct observation *o)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;

    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE; /* ZooKeeper never speaks first */
    wire_ask(w, &ZOOKEEPER_SRVR);
    struct span text = wire_until_close(w, WORDS_MAX_BYTES);
    if (!wire_ok(w) || !srvr_facts(o, text))
        return OUTCOME_NOT_MINE;
    o->product = "zookeeper";
    if (!wire_again(w, dress))
        return OUTCOME_UNCLEAR;
    enum outcome outcome = zookeeper_session(w, o);
    if (wire_again(w, dress) && mntr_facts(w, o) && outcome == OUTCOME_LOCKED)
        return OUTCOME_PARTIAL;
    return outcome;
}

extern const struct probe PROBE_ZOOKEEPER;
const struct probe PROBE_ZOOKEEPER = {
    .name = "zookeeper",
    .title = "Apache ZooKeeper",
    .products = { "zookeeper" },
    .kind = KIND_COORDINATION,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 70,
    .ports = { 2181 },
    .tls_ports = { 2281 },
    .proof = "srvr names it and a session without a password is shown a top node that anyone may read",
    .counts = "nodes, their bytes where mntr is allowed, names of the top nodes but its own",
    .asks = { &ZOOKEEPER_SRVR, &ZOOKEEPER_CONNECT, &ZOOKEEPER_CHILDREN, &ZOOKEEPER_ACL,
              &ZOOKEEPER_NODE_ACL, &ZOOKEEPER_USUAL, &ZOOKEEPER_CONFIG, &ZOOKEEPER_CLOSE, &ZOOKEEPER_MNTR },
    .run = zookeeper_run,
};
