/* Apache RocketMQ: name servers and brokers, by its remoting protocol (rocketmq.apache.org; RequestCode.java).
 *
 *     > 206, names of all topics          < of a name server: {"topicList": [...]}; of a broker: code 3, not supported
 *     > 106, the cluster                  < of a name server: its brokers, by address
 *     > 21, topics and settings           < of a broker: {"topicConfigTable": {...}}; or a refusal of its rules
 *     > 28, figures                       < of a broker: {"table": {"brokerVersionDesc": "V5_1_4", ...}}
 *
 * Name servers know no login up to 5.4; brokers refuse those who sign nothing where rules are on. Nothing else is
 * asked: a neighbour of these numbers, 25, changes the broker's settings.
 *
 * A message is its length, the length of its head (be32; in the first byte how that is written, 0 for JSON), the
 * head, and a body. Bodies are not always strict JSON (a number as a key). */
#include "base/buf.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"
#include "text/node.h"

enum {
    CODE_OK = 0, CODE_ERROR = 1, CODE_UNSUPPORTED = 3, CODE_DENIED = 16,
    TOPICS_MAX = 20000, PEERS_MAX = 16, OWNERS_MAX = 64,
};

#define REQUEST(ask_name, reason, code, head_length, length) \
    ASK_FIXED(ask_name, reason, "\0\0\0" length "\0\0\0" head_length "{\"code\":" code \
              ",\"language\":\"OTHER\",\"version\":0,\"opaque\":1,\"flag\":0,\"serializeTypeCurrentRPC\":\"JSON\"}")
static const struct ask ROCKETMQ_NAMES =
    REQUEST("rocketmq.names", "names the topics; of a name server", "206", "\x60", "\x64");
static const struct ask ROCKETMQ_CLUSTER =
    REQUEST("rocketmq.cluster", "names the brokers; of a name server", "106", "\x60", "\x64");
static const struct ask ROCKETMQ_TOPICS =
    REQUEST("rocketmq.topics", "names the topics; of a broker", "21", "\x5f", "\x63");
static const struct ask ROCKETMQ_FIGURES =
    REQUEST("rocketmq.figures", "states version and figures; of a broker", "28", "\x5f", "\x63");

static const struct frame_form ROCKETMQ_FORM = { .head = 4, .width = 4, .least = 8, .most = 1024 * 1024 };

struct reply {
    int64_t code;
    struct span remark, body;
};

static bool rocketmq_reply(struct arena *a, struct span message, struct reply *ret)
{
    struct verdict v;
    struct error e;
    struct reader r = reader_over(&v, message);
    uint32_t head = reader_be32(&r); /* its first byte is 0: JSON */
    struct span text = reader_take(&r, head);
    const struct node *n = reader_ok(&r) ? json_parse(a, text, &e) : NULL;
    const struct node *code = node_get(n, "code"), *opaque = node_get(n, "opaque"), *flag = node_get(n, "flag");
    bool answers = code && code->is_integer && opaque && opaque->is_integer && opaque->integer == 1 && flag &&
                   flag->is_integer && flag->integer & 1 && node_get(n, "language");
    *ret = (struct reply){ answers ? code->integer : -1, node_text(node_get(n, "remark")), reader_rest(&r) };
    return answers;
}

static bool rocketmq_ask(struct wire *w, const struct ask *a, struct reply *ret)
{
    struct frame f;
    *ret = (struct reply){ .code = -1 };
    return wire_ask(w, a) && frame_read(w, &ROCKETMQ_FORM, &f) &&
           (rocketmq_reply(wire_arena(w), f.body, ret) || wire_fail(w));
}

/* Those that it makes for itself, for retries and for what could not be delivered. */
static bool rocketmq_is_own(struct span topic)
{
    static const char *const OWN[] = { "SELF_TEST_TOPIC", "TBW102", "BenchmarkTest", "OFFSET_MOVED_EVENT",
                                       "SCHEDULE_TOPIC_XXXX", "DefaultCluster" };
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        if (span_is(topic, OWN[i]))
            return true;
    return span_starts(topic, SPAN("rmq_sys_")) || span_starts(topic, SPAN("RMQ_SYS_")) ||
           span_starts(topic, SPAN("%"));
}

/* Names of clusters and of brokers, after each of which a topic is called. */
struct owners {
    struct span name[OWNERS_MAX];
    size_t len;
};

static void rocketmq_own(struct owners *owners, struct span name)
{
    if (name.len && owners->len < OWNERS_MAX)
        owners->name[owners->len++] = name;
}

/* From version 5 on, two of its topics say these names. */
static void rocketmq_owners(struct owners *owners, const struct node *topics, bool by_key)
{
    for (const struct node *at = topics->first; at; at = at->next) {
        struct span name = by_key ? at->key : node_text(at);
        if (span_starts(name, SPAN("rmq_sys_REVIVE_LOG_")))
            rocketmq_own(owners, span_from(name, 19));
        if (span_starts(name, SPAN("rmq_sys_SYNC_BROKER_MEMBER_")))
            rocketmq_own(owners, span_from(name, 27));
    }
}

static bool rocketmq_is_after(const struct owners *owners, struct span topic)
{
    for (size_t i = 0; i < owners->len; i++) {
        struct span name = owners->name[i];
        if (span_starts(topic, name) && (topic.len == name.len || span_is(span_from(topic, name.len), "_REPLY_TOPIC")))
            return true;
    }
    return false;
}

/* A list of names, or a map by names. */
static void rocketmq_collect(struct observation *o, const struct node *topics, bool by_key, struct owners *owners,
                             const char *ask)
{
    int64_t own = 0;
    size_t n = 0;
    rocketmq_owners(owners, topics, by_key);
    o->collection_count = 0;
    for (const struct node *at = topics->first; at && n < TOPICS_MAX; at = at->next, n++) {
        struct span name = by_key ? at->key : node_text(at);
        bool is_own = rocketmq_is_own(name) || rocketmq_is_after(owners, name);
        own += is_own;
        if (!is_own && name.len)
            observation_collect(o, name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    fact_number(o, "collections.system", own, ask, SPAN_NONE);
}

/* The text between the first quotes at or behind *at, which moves past them. */
static struct span quoted(struct span text, size_t *at)
{
    size_t from = *at + span_index(span_from(text, *at), '"') + 1;
    if (from >= text.len)
        return SPAN_NONE;
    size_t len = span_index(span_from(text, from), '"');
    *at = from + len + 1;
    return *at <= text.len ? span_sub(text, from, len) : SPAN_NONE;
}

/* Behind a key, the first text: {"brokerName":"one"}. */
static struct span rocketmq_text(struct span body, struct span key)
{
    size_t at = span_find(body, key);
    if (at >= body.len)
        return SPAN_NONE;
    at += key.len;
    return quoted(body, &at);
}

/* {"brokerAddrs":{0:"10.0.0.5:10911",1:"..."}, ...}: the addresses between those brackets. */
static void rocketmq_peers(struct observation *o, struct span body)
{
    struct buf names;
    buf_init(&names, FACT_TEXT_MAX);
    for (size_t i = 0; i < PEERS_MAX; i++) {
        size_t at = span_find(body, SPAN("\"brokerAddrs\":{"));
        if (at >= body.len)
            break;
        body = span_from(body, at + 15);
        struct span inside = span_first(body, span_index(body, '}'));
        for (size_t from = 0; from < inside.len;) {
            struct span peer = quoted(inside, &from);
            if (peer.len == 0)
                break;
            buf_str(&names, names.len ? ", " : "");
            buf_put(&names, peer);
        }
    }
    if (names.len)
        fact_text(o, "peers", buf_span(&names), ROCKETMQ_CLUSTER.name, SPAN_NONE);
    buf_release(&names);
}

static enum outcome rocketmq_refused(struct observation *o, const struct reply *r, const char *ask)
{
    bool rules = r->code == CODE_DENIED || (r->code == CODE_ERROR && (span_has(r->remark, "AclException") ||
                 span_has(r->remark, "AuthenticationException") || span_has(r->remark, "AuthorizationException")));
    if (r->remark.len)
        fact_text(o, "error", r->remark, ask, r->remark);
    if (!rules)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), ask, r->remark);
    return OUTCOME_LOCKED;
}

static enum outcome rocketmq_names(struct wire *w, struct observation *o, const struct reply *names)
{
    struct error e;
    struct reply cluster;
    const struct node *topics = node_get(json_parse(wire_arena(w), names->body, &e), "topicList");
    if (!topics || topics->kind != NODE_LIST)
        return OUTCOME_UNCLEAR;
    fact_text(o, "role", SPAN("name server"), ROCKETMQ_NAMES.name, SPAN_NONE);
    struct owners owners = { .len = 0 };
    if (rocketmq_ask(w, &ROCKETMQ_CLUSTER, &cluster) && cluster.code == CODE_OK) {
        struct span group = rocketmq_text(cluster.body, SPAN("\"cluster\":"));
        rocketmq_own(&owners, group);
        rocketmq_own(&owners, rocketmq_text(cluster.body, SPAN("\"brokerName\":")));
        rocketmq_peers(o, cluster.body);
        if (group.len)
            fact_text(o, "cluster", group, ROCKETMQ_CLUSTER.name, group);
    }
    rocketmq_collect(o, topics, false, &owners, ROCKETMQ_NAMES.name);
    fact_text(o, "auth", SPAN("none"), ROCKETMQ_NAMES.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

/* "V5_1_4", "V4_9_8_SNAPSHOT": numbers between lines. */
static struct span rocketmq_version(struct arena *a, struct span said)
{
    struct span copy = arena_copy(a, said.len && said.at[0] == 'V' ? span_from(said, 1) : SPAN_NONE);
    uint8_t *out = arena_alloc(a, copy.len + 1);
    size_t n = 0;
    for (; out && n < copy.len && (copy.at[n] == '_' || (copy.at[n] >= '0' && copy.at[n] <= '9')); n++)
        out[n] = copy.at[n] == '_' ? '.' : copy.at[n];
    while (n && out[n - 1] == '.')
        n--;
    return out ? span_of(out, n) : SPAN_NONE;
}

static enum outcome rocketmq_broker(struct wire *w, struct observation *o)
{
    struct error e;
    struct reply reply, figures;
    if (!rocketmq_ask(w, &ROCKETMQ_TOPICS, &reply))
        return OUTCOME_UNCLEAR;
    fact_text(o, "role", SPAN("broker"), ROCKETMQ_NAMES.name, SPAN_NONE);
    if (reply.code != CODE_OK)
        return rocketmq_refused(o, &reply, ROCKETMQ_TOPICS.name);
    const struct node *topics = node_get(json_parse(wire_arena(w), reply.body, &e), "topicConfigTable");
    if (!topics || topics->kind != NODE_MAP)
        return OUTCOME_UNCLEAR;
    struct owners owners = { .len = 0 };
    if (rocketmq_ask(w, &ROCKETMQ_FIGURES, &figures) && figures.code == CODE_OK) {
        struct span said = rocketmq_text(figures.body, SPAN("\"brokerVersionDesc\":"));
        struct span version = rocketmq_version(wire_arena(w), said);
        if (version.len)
            fact_text(o, "version", version, ROCKETMQ_FIGURES.name, version);
    }
    rocketmq_collect(o, topics, true, &owners, ROCKETMQ_TOPICS.name);
    fact_text(o, "auth", SPAN("none"), ROCKETMQ_TOPICS.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

static enum outcome rocketmq_run(struct wire *w, struct observation *o)
{
    struct reply reply;
    if (wire_heard(w).len || !rocketmq_ask(w, &ROCKETMQ_NAMES, &reply))
        return OUTCOME_NOT_MINE;
    o->product = "rocketmq";
    if (reply.code == CODE_OK)
        return rocketmq_names(w, o, &reply);
    return reply.code == CODE_UNSUPPORTED ? rocketmq_broker(w, o) : rocketmq_refused(o, &reply, ROCKETMQ_NAMES.name);
}

extern const struct probe PROBE_ROCKETMQ;
const struct probe PROBE_ROCKETMQ = {
    .name = "rocketmq",
    .title = "Apache RocketMQ",
    .products = { "rocketmq" },
    .kind = KIND_QUEUE,
    .ports = { 9876, 10911, 10909 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_BYTES | REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 20,
    .proof = "it lists its topics; where rules are on, to those only who sign",
    .counts = "topics but its own",
    .asks = { &ROCKETMQ_NAMES, &ROCKETMQ_CLUSTER, &ROCKETMQ_TOPICS, &ROCKETMQ_FIGURES },
    .run = rocketmq_run,
};
