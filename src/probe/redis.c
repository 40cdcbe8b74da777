/* Redis and its kin (Valkey, KeyDB, Dragonfly, Kvrocks, Garnet, Redict, Redis Sentinel), RESP2.
 *
 * The conversation: the line PING is answered "+PONG", "-NOAUTH ..." (a password is set) or
 * "-DENIED ..." (protected mode, which the server says unasked and then closes). Then go out together INFO,
 * whose answer is one bulk string of "name:value" lines, and two commands on a key that cannot
 * exist (redis_rights.h): what they are answered decides. Where INFO is renamed away or refused, DBSIZE
 * still counts the keys, after a SELECT of each usual database, and HELLO (6.0) tells the
 * version. An open member of a cluster is asked where the others are. QUIT goes out without
 * waiting for its answer.
 *
 * Open takes two proofs: a PING that nobody asked a password for, and a read that is answered as it is to those who
 * may read. INFO and DBSIZE prove nothing: a user for health checks may have them and no data, and the
 * other way round. Only counts and settings are read, never a key name. Nothing here sends an
 * HTTP-looking line: Redis logs those as an attack. */
#include "probe/probe.h"
#include "probe/redis_cluster.h"
#include "probe/redis_rights.h"

enum {
    INFO_MAX_BYTES = 1024 * 1024, /* 3 to 7 KiB, and 30 to 60 a database or a Sentinel's master */
    DATABASES_USUAL = 16,         /* the default of the setting `databases` */
    HELLO_PAIRS_MAX = 16,         /* Redis 7 tells seven */
    HELLO_WORD_MAX = 256,
};

static const struct ask REDIS_PING =
    ASK_FIXED("redis.ping", "is answered only where no password is needed", "PING\r\n");
static const struct ask REDIS_INFO =
    ASK_FIXED(REDIS_INFO_ASK, "states version, role, memory and keys for each database", "INFO\r\n");
static const struct ask REDIS_PING_ARRAY =
    ASK_FIXED("redis.ping_array", "the same for proxies that know RESP arrays only",
              "*1\r\n$4\r\nPING\r\n");
static const struct ask REDIS_DBSIZE =
    ASK_FIXED("redis.dbsize", "counts the keys of database 0 where INFO is renamed", "DBSIZE\r\n");
/* One past the usual 16, whose answer tells whether there are more. */
static const struct ask REDIS_DATABASES =
    ASK_FIXED("redis.databases", "counts the keys of the other databases where INFO is renamed",
              "SELECT 1\r\nDBSIZE\r\nSELECT 2\r\nDBSIZE\r\nSELECT 3\r\nDBSIZE\r\n"
              "SELECT 4\r\nDBSIZE\r\nSELECT 5\r\nDBSIZE\r\nSELECT 6\r\nDBSIZE\r\n"
              "SELECT 7\r\nDBSIZE\r\nSELECT 8\r\nDBSIZE\r\nSELECT 9\r\nDBSIZE\r\n"
              "SELECT 10\r\nDBSIZE\r\nSELECT 11\r\nDBSIZE\r\nSELECT 12\r\nDBSIZE\r\n"
              "SELECT 13\r\nDBSIZE\r\nSELECT 14\r\nDBSIZE\r\nSELECT 15\r\nDBSIZE\r\n"
              "SELECT 16\r\nDBSIZE\r\n");
static const struct ask REDIS_HELLO =
    ASK_FIXED("redis.hello", "states version and role where INFO is renamed", "HELLO\r\n");
static const struct ask REDIS_QUIT = ASK_FIXED("redis.quit", "ends the session", "QUIT\r\n");

/* What the first line says about the door. */
enum greeting { GREETING_STRANGER, GREETING_PONG, GREETING_BUSY, GREETING_LOCKED, GREETING_DENIED,
                GREETING_FULL };

/* Each error carries the text that only this family writes, so that another protocol's "-ERR"
 * (POP3, NATS) is not taken for it. "operation not permitted" is NOAUTH of Redis before 2.6. */
static enum greeting greeting_of(struct span line)
{
    static const struct {
        struct span starts;
        enum greeting means;
    } KNOWN[] = {
        { { (const uint8_t *)"-NOAUTH Authentication required", 31 }, GREETING_LOCKED },
        { { (const uint8_t *)"-NOAUTH HELLO must be called", 28 }, GREETING_LOCKED },
        { { (const uint8_t *)"-ERR operation not permitted", 28 }, GREETING_LOCKED },
        { { (const uint8_t *)"-DENIED ", 8 }, GREETING_DENIED },
        { { (const uint8_t *)"-NOPERM ", 8 }, GREETING_BUSY },
        { { (const uint8_t *)"-LOADING ", 9 }, GREETING_BUSY },
        { { (const uint8_t *)"-MISCONF ", 9 }, GREETING_BUSY },
        { { (const uint8_t *)"-MASTERDOWN ", 12 }, GREETING_BUSY },
        { { (const uint8_t *)"-BUSY ", 6 }, GREETING_BUSY },
        { { (const uint8_t *)"-ERR max number of clients", 26 }, GREETING_FULL },
        { { (const uint8_t *)"-ERR unknown command 'PING'", 27 }, GREETING_BUSY },
        { { (const uint8_t *)"-ERR unknown command `PING`", 27 }, GREETING_BUSY },
    };

    if (span_is(line, "+PONG"))
        return GREETING_PONG;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (span_starts(line, KNOWN[i].starts))
            return KNOWN[i].means;
    return GREETING_STRANGER;
}

static bool redis_recognises(struct span first)
{
    struct span rest = first;
    struct span line = span_cut(&rest, '\n');
    if (line.len == 0 || line.at[line.len - 1] != '\r')
        return false;
    line.len--;
    return greeting_of(line) != GREETING_STRANGER;
}

/* The databases after the first. What is refused or lies beyond the usual 16 makes the counts a
 * lower bound, unless the server says that there is no such database. */
static void databases_count(struct wire *w, struct observation *o)
{
    bool partial = false;

    wire_ask(w, &REDIS_DATABASES);
    for (unsigned i = 1; i <= DATABASES_USUAL; i++) {
        struct span select = wire_line(w, REDIS_LINE_MAX);
        struct span size = wire_line(w, REDIS_LINE_MAX);
        bool there = span_is(select, "+OK");
        uint64_t keys;
        if (!wire_ok(w) || !redis_number(size, &keys)) {
            partial = true;
            break;
        }
        if (!there || i == DATABASES_USUAL) {
            partial |= there || (!span_has(select, "DB index") && !span_has(select, "cluster mode"));
            continue;
        }
        if (keys == 0)
            continue;
        uint8_t name[8];
        struct writer text = writer_over(name, sizeof(name));
        writer_str(&text, "db");
        if (i >= 10)
            writer_u8(&text, '1');
        writer_u8(&text, (uint8_t)('0' + i % 10));
        observation_collect(o, writer_span(&text), (int64_t)keys, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    if (partial)
        fact_bool(o, "counts.partial", true, REDIS_DATABASES.name, SPAN_NONE);
}

/* One element of HELLO's answer: a bulk string, or a number as its digits. Empty, where it is
 * anything else. */
static struct span hello_word(struct wire *w)
{
    uint64_t len;
    struct span line = wire_line(w, REDIS_LINE_MAX);

    if (span_starts(line, SPAN(":")))
        return span_from(line, 1);
    if (!span_starts(line, SPAN("$")) || !span_u64(span_from(line, 1), HELLO_WORD_MAX, &len))
        return SPAN_NONE;
    struct span word = wire_need(w, (size_t)len + 2);
    return span_ends(word, SPAN("\r\n")) ? span_first(word, (size_t)len) : SPAN_NONE;
}

/* Names and values in turns, the list of modules last, which is not read. What was told before
 * anything out of place is kept: each pair is a whole message. */
static void hello_facts(struct wire *w, struct observation *o)
{
    wire_ask(w, &REDIS_HELLO);
    struct span head = wire_line(w, REDIS_LINE_MAX);
    if (!wire_ok(w) || !span_starts(head, SPAN("*")))
        return;
    for (size_t i = 0; i < HELLO_PAIRS_MAX; i++) {
        struct span name = hello_word(w);
        if (!wire_ok(w) || name.len == 0 || span_is(name, "modules"))
            return;
        struct span value = hello_word(w);
        if (!wire_ok(w) || value.len == 0)
            return;
        if (span_is(name, "server") && span_is(value, "valkey"))
            o->product = "valkey";
        if (span_is(name, "version"))
            fact_text(o, "version", value, REDIS_HELLO.name, value);
        if (span_is(name, "mode"))
            fact_text(o, "mode", value, REDIS_HELLO.name, value);
        if (span_is(name, "role"))
            fact_text(o, "role", value, REDIS_HELLO.name, value);
    }
}

/* The peer went without a word. */
static bool hung_up(const struct wire *w)
{
    return (wire_fault(w) == WIRE_CLOSED || wire_fault(w) == WIRE_RESET) && wire_heard(w).len == 0;
}

/* ---- INFO --------------------------------------------------------------------------------------- */

struct talk {
    struct wire *w;
    struct observation *o;
    enum wire_dress dress;
    struct span refusal;     /* INFO was refused with this line */
    bool told, counted, cut; /* INFO told, DBSIZE counted; the answer to INFO was left unread in part */
    bool proxy;              /* it takes RESP arrays only */
    bool parrot;             /* it answers INFO as it answers PING: whatever it is, no Redis */
    struct redis_info info;
    struct redis_rights rights;
};

/* The answer to INFO; what is longer than the ceiling is read up to it. False where it is none. */
static bool info_take(struct talk *t)
{
    uint64_t len;
    struct span line = wire_line(t->w, REDIS_LINE_MAX);

    if (!wire_ok(t->w))
        return false;
    if (span_starts(line, SPAN("-"))) {
        t->refusal = line;
        return true;
    }
    t->parrot = greeting_of(line) == GREETING_PONG;
    if (!span_starts(line, SPAN("$")) || !span_u64(span_from(line, 1), INT32_MAX, &len))
        return false;
    t->cut = len > INFO_MAX_BYTES;
    struct span body = wire_need(t->w, t->cut ? INFO_MAX_BYTES : (size_t)len + 2);
    if (!wire_ok(t->w) || (!t->cut && !span_ends(body, SPAN("\r\n"))))
        return false;
    body = span_first(body, (size_t)len);
    t->told = redis_info_facts(t->o, body, t->cut, wire_now(t->w), &t->info);
    return t->told;
}

/* INFO and the questions for rights in one go; the latter alone, where a proxy hangs up on INFO or
 * its answer was too long to be read. False where nothing can be said. */
static bool ask_all(struct talk *t)
{
    wire_ask(t->w, &REDIS_INFO);
    wire_ask(t->w, &REDIS_RIGHTS);
    bool ok = info_take(t);
    if (ok ? t->cut : hung_up(t->w)) {
        if (!wire_again(t->w, t->dress))
            return false;
        wire_ask(t->w, &REDIS_RIGHTS);
    } else if (!ok) {
        return false;
    }
    t->rights = redis_rights_take(t->w, t->info.sentinel);
    return wire_ok(t->w) || t->rights.read != REDIS_NONE;
}

/* INFO told nothing: the keys are counted one database after the other. */
static void count_without_info(struct talk *t)
{
    uint64_t keys;

    fact_text(t->o, "info", span_starts(t->refusal, SPAN("-NOPERM ")) ? SPAN("refused") : SPAN("renamed"),
              REDIS_INFO.name, t->refusal);
    wire_ask(t->w, &REDIS_DBSIZE);
    struct span line = wire_line(t->w, REDIS_LINE_MAX);
    t->counted = wire_ok(t->w) && redis_number(line, &keys);
    if (t->counted) {
        t->o->collection_count = 0;
        t->o->records = 0;
        if (keys > 0)
            observation_collect(t->o, SPAN("db0"), (int64_t)keys, COUNT_UNKNOWN, COUNT_UNKNOWN);
        databases_count(t->w, t->o);
    }
    if (t->counted || t->rights.read == REDIS_DONE)
        hello_facts(t->w, t->o); /* last, for it leaves bytes unread */
}

/* ---- conclusions ---------------------------------------------------------------------------------- */

static enum outcome redis_locked(struct observation *o, const char *auth, const struct ask *a,
                                 struct span proof)
{
    fact_text(o, "auth", span_str(auth), a->name, proof);
    return OUTCOME_LOCKED;
}

/* What a visitor may do where it is not all: "ping,info,scan". */
static void rights_fact(const struct talk *t)
{
    uint8_t text[96];
    struct writer w = writer_over(text, sizeof(text));
    const char *ask = t->rights.read_ask;
    if (!wire_ok(t->w))
        return; /* what was not asked would be missing in the list */
    bool some_keys = t->rights.read == REDIS_NO_KEY || ask == REDIS_EXISTS.name;
    writer_str(&w, "ping");
    writer_str(&w, t->told ? ",info" : "");
    writer_str(&w, t->counted ? ",dbsize" : "");
    writer_str(&w, t->rights.scan == REDIS_DONE ? ",scan" : "");
    writer_str(&w, ask == REDIS_READS.name ? ",some reads" : "");
    writer_str(&w, ask == REDIS_ELSEWHERE.name ? ",reads in some databases" : "");
    writer_str(&w, some_keys ? ",reads of some keys" : "");
    fact_text(t->o, "rights", writer_span(&w), t->rights.read_ask, t->rights.read_proof);
}

static enum outcome conclude(const struct talk *t)
{
    const struct redis_rights *r = &t->rights;
    bool tells = t->told || t->counted || r->scan == REDIS_DONE;

    if (r->broken && r->read != REDIS_DONE && r->read != REDIS_STATE && r->read != REDIS_PASSWORD)
        return OUTCOME_UNCLEAR;
    switch (r->read) {
    case REDIS_STATE:
        fact_text(t->o, "error", r->read_proof, r->read_ask, r->read_proof);
        if (!t->told || !t->info.rights_before_state)
            return OUTCOME_UNCLEAR;
        fact_text(t->o, "auth", SPAN("none"), r->read_ask, r->read_proof);
        return OUTCOME_OPEN;
    case REDIS_DONE:
        fact_text(t->o, "auth", SPAN("none"), r->read_ask, r->read_proof);
        if (!t->proxy && r->read_ask != REDIS_RIGHTS.name && r->read_ask != REDIS_SENTINEL.name)
            rights_fact(t);
        return OUTCOME_OPEN;
    case REDIS_NO_KEY:
    case REDIS_DENIED:
        fact_text(t->o, "auth", SPAN("acl"), r->read_ask, r->read_proof);
        rights_fact(t);
        if (tells)
            return OUTCOME_PARTIAL;
        return r->read == REDIS_DENIED ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
    case REDIS_PASSWORD:
        fact_text(t->o, "auth", SPAN("password"), r->read_ask, r->read_proof);
        return tells ? OUTCOME_PARTIAL : OUTCOME_LOCKED;
    case REDIS_NONE:
    case REDIS_READONLY:
    case REDIS_UNKNOWN:
    case REDIS_ODD:
        break;
    }
    if (r->read_proof.len)
        fact_text(t->o, "error", r->read_proof, r->read_ask, r->read_proof);
    return OUTCOME_UNCLEAR;
}

static enum outcome redis_inside(struct wire *w, struct observation *o)
{
    struct talk t = { .w = w, .o = o, .dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN };

    if (!ask_all(&t))
        return t.parrot ? OUTCOME_NOT_MINE : OUTCOME_UNCLEAR;
    if (t.refusal.len && t.rights.read != REDIS_PASSWORD)
        count_without_info(&t);
    redis_writable(o, &t.rights, &t.info);
    enum outcome outcome = conclude(&t);
    const struct fact *cluster = fact_get(o, "cluster");
    if (outcome == OUTCOME_OPEN && cluster && cluster->number)
        redis_cluster_peers(w, o);
    return outcome;
}

/* After PING met a hang-up: a proxy such as twemproxy takes RESP arrays only, hangs up on INFO too,
 * and passes reads on. */
static enum outcome redis_proxy(struct wire *w, struct observation *o)
{
    struct talk t = { .w = w, .o = o, .proxy = true };
    if (!wire_again(w, wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN))
        return OUTCOME_NOT_MINE;
    wire_ask(w, &REDIS_PING_ARRAY);
    struct span line = wire_line(w, REDIS_LINE_MAX);
    if (!wire_ok(w) || greeting_of(line) == GREETING_STRANGER)
        return OUTCOME_NOT_MINE;
    o->product = "redis";
    fact_text(o, "software", SPAN("a proxy that takes RESP arrays only"), REDIS_PING_ARRAY.name, line);
    if (greeting_of(line) == GREETING_LOCKED)
        return redis_locked(o, "password", &REDIS_PING_ARRAY, line);
    t.rights = redis_rights_of_proxy(w);
    return conclude(&t);
}

static enum outcome redis_run(struct wire *w, struct observation *o)
{
    bool answered = wire_heard(w).len > 0, spoke_first = answered && !wire_asked(w);
    enum outcome outcome = OUTCOME_UNCLEAR;

    if (!answered)
        wire_ask(w, &REDIS_PING);
    struct span line = wire_line(w, REDIS_LINE_MAX);
    if (!spoke_first && hung_up(w))
        return redis_proxy(w, o);
    enum greeting greeting = wire_ok(w) ? greeting_of(line) : GREETING_STRANGER;
    if (greeting == GREETING_STRANGER || (spoke_first && greeting == GREETING_PONG))
        return OUTCOME_NOT_MINE;

    o->product = "redis";
    switch (greeting) {
    case GREETING_DENIED:
        fact_bool(o, "protected_mode", true, REDIS_PING.name, line);
        return redis_locked(o, "protected-mode", &REDIS_PING, line);
    case GREETING_FULL:
        fact_text(o, "refused", SPAN("the server takes no more clients"), REDIS_PING.name, line);
        return OUTCOME_UNCLEAR;
    case GREETING_LOCKED:
        outcome = redis_locked(o, "password", &REDIS_PING, line);
        break;
    case GREETING_PONG:
    case GREETING_BUSY:
    case GREETING_STRANGER:
        outcome = redis_inside(w, o);
        break;
    }
    wire_bye(w, &REDIS_QUIT);
    return outcome;
}

extern const struct probe PROBE_REDIS;
const struct probe PROBE_REDIS = {
    .name = "redis",
    .title = "Redis, Valkey, KeyDB, Dragonfly, Sentinel",
    .products = { "redis", "valkey", "keydb", "dragonfly", "kvrocks", "garnet", "redict",
                  "redis-sentinel" },
    .kind = KIND_STORE,
    /* A proxy such as twemproxy hangs up on all that is no RESP array. */
    .reacts = { .line = REACT_BYTES | REACT_CLOSE, .tls = REACT_SILENCE | REACT_BYTES | REACT_CLOSE,
                .http = REACT_CLOSE | REACT_BYTES },
    .rank = 50,
    .ports = { 6379, 26379, 6666 },
    .tls_ports = { 6380 },
    .proof = "PING is answered +PONG, and a read of a key that cannot exist is answered to a visitor",
    .counts = "keys for each database, bytes of memory used",
    .asks = { &REDIS_PING, &REDIS_PING_ARRAY, &REDIS_INFO, &REDIS_RIGHTS, &REDIS_READS, &REDIS_SCAN,
              &REDIS_WRITE, &REDIS_ACL, &REDIS_EXISTS, &REDIS_ELSEWHERE, &REDIS_SENTINEL, &REDIS_CLUSTER,
              &REDIS_DBSIZE, &REDIS_HELLO, &REDIS_DATABASES, &REDIS_QUIT },
    .recognises = redis_recognises,
    .takes_line = true,
    .run = redis_run,
};
