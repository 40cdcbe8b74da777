/* Apache ZooKeeper, client port: the four-letter words and the jute protocol.
 *
 * The conversation: "srvr" (in the default whitelist since 3.5.3) is answered with version, mode
 * and node count, or with "... is not executed because it is not in the whitelist.", which
 * identifies as well. Then, on a second connection, a session with an empty password is opened, the
 * children of "/" and its ACL are asked for, and the session is closed. A third connection asks
 * "mntr", which some servers allow and which tells the size of the data.
 *
 * A session alone proves nothing: a server that enforces authentication grants one too and refuses
 * the first request with -124. Open takes the answer to getChildren2. Names of top nodes are read,
 * never the data of a node; no watch is set. Messages are a 32-bit big-endian length and jute
 * (zookeeper.jute and ZooDefs of 3.8). */
#include "base/reader.h"
#include "probe/probe.h"

enum {
    WORDS_MAX_BYTES = 16 * 1024,
    MNTR_MAX_BYTES = 128 * 1024, /* 3.8 sends about 20 KiB */
    LINES_MAX = 4096,
    FRAME_MAX_BYTES = 256 * 1024,
    FRAMES_SKIPPED_MAX = 8,      /* notifications and pings between request and answer */
    CHILDREN_LISTED_MAX = 100,
    ACLS_MAX = 64,
    NAME_MAX_BYTES = 1024,
    STAT_BYTES = 68,

    XID_CHILDREN = 1,
    XID_ACL = 2,
    ERR_NO_AUTH = -102,
    ERR_AUTH_FAILED = -115,
    ERR_SESSION_REQUIRES_AUTH = -124, /* SESSIONCLOSEDREQUIRESASLAUTH */
    PERM_WRITE = 2,
    PERM_CREATE = 4,
};

static const struct ask ZOOKEEPER_SRVR =
    ASK_FIXED("zookeeper.srvr", "states version, mode and the number of nodes", "srvr");
static const struct ask ZOOKEEPER_MNTR =
    ASK_FIXED("zookeeper.mntr", "states the size of the data where it is allowed", "mntr");
static const struct ask ZOOKEEPER_CONNECT =
    ASK_FIXED("zookeeper.connect", "opens a session without a password, on read-only servers too",
              "\0\0\0\x2d" "\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\x27\x10" "\0\0\0\0\0\0\0\0"
              "\0\0\0\x10" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x01");
static const struct ask ZOOKEEPER_CHILDREN =
    ASK_FIXED("zookeeper.children", "names the top nodes: refused where a login is needed",
              "\0\0\0\x0e" "\0\0\0\x01" "\0\0\0\x0c" "\0\0\0\x01/" "\0");
static const struct ask ZOOKEEPER_ACL =
    ASK_FIXED("zookeeper.acl", "states who may change the top node",
              "\0\0\0\x0d" "\0\0\0\x02" "\0\0\0\x06" "\0\0\0\x01/");
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

static bool is_locked(int32_t error)
{
    return error == ERR_NO_AUTH || error == ERR_AUTH_FAILED || error == ERR_SESSION_REQUIRES_AUTH;
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

/* What world:anyone may do with "/": vector of { perms, { scheme, id } }, then a Stat. */
static void acl_facts(struct wire *w, struct observation *o)
{
    struct verdict verdict;
    struct reader r;
    int32_t error;
    uint32_t anyone = 0;

    wire_ask(w, &ZOOKEEPER_ACL);
    if (!reply_read(w, XID_ACL, &verdict, &r, &error) || error != 0)
        return;
    struct span proof = span_of(r.at, reader_left(&r));
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
    if (reader_ok(&r))
        fact_bool(o, "writable", (anyone & (PERM_WRITE | PERM_CREATE)) != 0, ZOOKEEPER_ACL.name,
                  proof);
}

/* On a fresh connection. */
static enum outcome zookeeper_session(struct wire *w, struct observation *o)
{
    struct verdict verdict;
    struct reader body;
    int32_t error;
    bool read_only = false;

    if (!session_open(w, &read_only))
        return OUTCOME_UNCLEAR;
    wire_ask(w, &ZOOKEEPER_CHILDREN);
    if (!reply_read(w, XID_CHILDREN, &verdict, &body, &error))
        return OUTCOME_UNCLEAR;
    struct span proof = span_of(body.base, (size_t)(body.end - body.base));
    if (is_locked(error)) {
        fact_text(o, "auth", error == ERR_NO_AUTH ? SPAN("acl") : SPAN("sasl"),
                  ZOOKEEPER_CHILDREN.name, proof);
        return OUTCOME_LOCKED;
    }
    if (error != 0 || !children_read(w, o, body))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), ZOOKEEPER_CHILDREN.name, proof);
    if (read_only)
        fact_bool(o, "writable", false, ZOOKEEPER_CONNECT.name, SPAN_NONE);
    else
        acl_facts(w, o);
    wire_bye(w, &ZOOKEEPER_CLOSE);
    return OUTCOME_OPEN;
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
    .proof = "srvr names it and a session without a password lists the children of /",
    .counts = "nodes, their bytes where mntr is allowed, names of the top nodes but its own",
    .asks = { &ZOOKEEPER_SRVR, &ZOOKEEPER_CONNECT, &ZOOKEEPER_CHILDREN, &ZOOKEEPER_ACL,
              &ZOOKEEPER_CLOSE, &ZOOKEEPER_MNTR },
    .run = zookeeper_run,
};
