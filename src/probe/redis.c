/* Redis and its kin (Valkey, KeyDB, Dragonfly, Kvrocks, Garnet, Redict, Redis Sentinel), RESP2.
 *
 * The conversation: the line PING is answered "+PONG", "-NOAUTH ..." (a password is set) or
 * "-DENIED ..." (protected mode, which the server says unasked and then closes). INFO is answered
 * with one bulk string of "name:value" lines: version, role, memory and "dbN:keys=..." lines.
 * Where INFO is renamed away or refused, DBSIZE still counts the keys, after a SELECT of each usual
 * database, and HELLO (6.0) tells the version. QUIT goes out without waiting for its answer.
 *
 * Open takes two proofs: a PING that nobody asked a password for, and INFO (or DBSIZE) answered.
 * Only counts and settings are read, never a key name. Nothing here sends an HTTP-looking line:
 * Redis logs those as an attack. */
#include "base/reader.h"
#include "probe/probe.h"

enum {
    LINE_MAX_BYTES = 2048,       /* "-DENIED ..." of Redis 7 is about 1,000 bytes */
    INFO_MAX_BYTES = 64 * 1024,  /* the default sections are 3 to 7 KiB */
    INFO_LINES_MAX = 4096,
    MODULES_MAX_BYTES = 512,
    MASTER_MAX_BYTES = 264,      /* a DNS name and a port */
    DATABASES_USUAL = 16,        /* the default of the setting `databases` */
    HELLO_PAIRS_MAX = 16,        /* Redis 7 tells seven */
    HELLO_WORD_MAX = 256,
};

static const struct ask REDIS_PING =
    ASK_FIXED("redis.ping", "is answered only where no password is needed", "PING\r\n");
static const struct ask REDIS_INFO =
    ASK_FIXED("redis.info", "states version, role, memory and keys for each database", "INFO\r\n");
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

/* The lines of INFO that Ajar reads. */
enum field { F_NONE, F_REDIS, F_VALKEY, F_DRAGONFLY, F_KVROCKS, F_GARNET, F_REDICT, F_MVCC,
             F_EXECUTABLE, F_MODE, F_SERVER_MODE, F_ROLE, F_READ_ONLY, F_OS, F_RUN_ID, F_BUILD,
             F_CONFIG, F_UPTIME, F_USEC, F_CLIENTS, F_MEMORY, F_DISK, F_REPLICAS, F_MASTER_HOST,
             F_MASTER_PORT, F_LOADING, F_CLUSTER, F_MASTERS, FIELD_COUNT };

#define FIELD(name) { (const uint8_t *)(name), sizeof(name) - 1 }
static const struct span FIELDS[FIELD_COUNT] = {
    [F_REDIS] = FIELD("redis_version"),
    [F_VALKEY] = FIELD("valkey_version"),
    [F_DRAGONFLY] = FIELD("dragonfly_version"),
    [F_KVROCKS] = FIELD("kvrocks_version"),
    [F_GARNET] = FIELD("garnet_version"),
    [F_REDICT] = FIELD("redict_version"),
    [F_MVCC] = FIELD("mvcc_depth"),
    [F_EXECUTABLE] = FIELD("executable"),
    [F_MODE] = FIELD("redis_mode"),
    [F_SERVER_MODE] = FIELD("server_mode"),
    [F_ROLE] = FIELD("role"),
    [F_READ_ONLY] = FIELD("slave_read_only"),
    [F_OS] = FIELD("os"),
    [F_RUN_ID] = FIELD("run_id"),
    [F_BUILD] = FIELD("redis_build_id"),
    [F_CONFIG] = FIELD("config_file"),
    [F_UPTIME] = FIELD("uptime_in_seconds"),
    [F_USEC] = FIELD("server_time_usec"),
    [F_CLIENTS] = FIELD("connected_clients"),
    [F_MEMORY] = FIELD("used_memory"),
    [F_DISK] = FIELD("used_db_size"),
    [F_REPLICAS] = FIELD("connected_slaves"),
    [F_MASTER_HOST] = FIELD("master_host"),
    [F_MASTER_PORT] = FIELD("master_port"),
    [F_LOADING] = FIELD("loading"),
    [F_CLUSTER] = FIELD("cluster_enabled"),
    [F_MASTERS] = FIELD("sentinel_masters"),
};

/* The fields by the length of their name, F_NONE at the end: INFO has 200 lines and is read from
 * every Redis of a sweep, so most lines must fall out after one look. A unit test finds each field
 * here. */
enum { FIELD_LENGTH_MAX = 17, FIELDS_A_LENGTH_MAX = 5 };
static const uint8_t FIELDS_BY_LENGTH[FIELD_LENGTH_MAX + 1][FIELDS_A_LENGTH_MAX + 1] = {
    [2] = { F_OS },
    [4] = { F_ROLE },
    [6] = { F_RUN_ID },
    [7] = { F_LOADING },
    [10] = { F_MODE, F_MVCC, F_EXECUTABLE },
    [11] = { F_MEMORY, F_CONFIG, F_SERVER_MODE, F_MASTER_HOST, F_MASTER_PORT },
    [12] = { F_DISK },
    [13] = { F_REDIS },
    [14] = { F_VALKEY, F_GARNET, F_REDICT, F_BUILD },
    [15] = { F_KVROCKS, F_CLUSTER, F_READ_ONLY },
    [16] = { F_USEC, F_REPLICAS, F_MASTERS },
    [17] = { F_DRAGONFLY, F_UPTIME, F_CLIENTS },
};

struct info {
    struct span body;
    struct span line[FIELD_COUNT];  /* the whole line: the proof */
    struct span value[FIELD_COUNT];
    struct span keyspace, modules;  /* from the first line of the section to the end of the body */
    bool has_keyspace;              /* the section is there, though it may list no database */
};

static enum field field_of(struct span name)
{
    if (name.len > FIELD_LENGTH_MAX)
        return F_NONE;
    const uint8_t *f = FIELDS_BY_LENGTH[name.len];
    while (*f != F_NONE && !span_eq(name, FIELDS[*f]))
        f++;
    return *f;
}

/* The next line without its CRLF or LF. */
static struct span next_line(struct span *rest)
{
    struct span line = span_cut(rest, '\n');
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static void info_section(struct info *info, struct span heading, struct span rest)
{
    if (span_is(heading, "# Modules")) {
        info->modules = rest;
    } else if (span_is(heading, "# Keyspace")) {
        info->keyspace = rest;
        info->has_keyspace = true;
    }
}

/* The first of two equal names wins: later sections hold more that users can influence. */
static bool info_parse(struct info *info, struct span body)
{
    struct span rest = body;

    info->body = body;
    for (size_t lines = 0; rest.len; lines++) {
        if (lines == INFO_LINES_MAX)
            return false;
        struct span line = next_line(&rest);
        if (line.len && line.at[0] == '#')
            info_section(info, line, rest);
        size_t colon = span_index(span_first(line, FIELD_LENGTH_MAX + 1), ':');
        enum field f = field_of(span_first(line, colon));
        if (f == F_NONE || colon == line.len || info->line[f].len)
            continue;
        info->line[f] = line;
        info->value[f] = span_from(line, colon + 1);
    }
    return info->value[F_ROLE].len || info->value[F_REDIS].len || info->value[F_DRAGONFLY].len ||
           info->value[F_KVROCKS].len || info->value[F_GARNET].len || info->value[F_MEMORY].len;
}

static bool info_number(const struct info *info, enum field f, uint64_t max, uint64_t *ret)
{
    return span_u64(info->value[f], max, ret);
}

static void info_fact_text(const struct info *info, struct observation *o, const char *key,
                           enum field f)
{
    if (info->value[f].len)
        fact_text(o, key, info->value[f], REDIS_INFO.name, info->line[f]);
}

static void info_fact_number(const struct info *info, struct observation *o, const char *key,
                             enum field f)
{
    uint64_t n;
    if (info_number(info, f, INT64_MAX, &n))
        fact_number(o, key, (int64_t)n, REDIS_INFO.name, info->line[f]);
}

static void info_fact_bool(const struct info *info, struct observation *o, const char *key,
                           enum field f)
{
    uint64_t n;
    if (info_number(info, f, 1, &n))
        fact_bool(o, key, n == 1, REDIS_INFO.name, info->line[f]);
}

/* Which of the family it is. The forks keep stating a redis_version for old clients, so their own
 * field goes first; KeyDB has none and shows by its "# KeyDB" section or its program's name. */
static void info_product(const struct info *info, struct observation *o)
{
    static const struct {
        enum field f;
        const char *product;
    } FORKS[] = {
        { F_VALKEY, "valkey" }, { F_DRAGONFLY, "dragonfly" }, { F_KVROCKS, "kvrocks" },
        { F_GARNET, "garnet" }, { F_REDICT, "redict" },
    };
    enum field f = F_REDIS;

    o->product = "redis";
    for (size_t i = 0; i < sizeof(FORKS) / sizeof(FORKS[0]) && f == F_REDIS; i++) {
        if (info->value[FORKS[i].f].len == 0)
            continue;
        f = FORKS[i].f;
        o->product = FORKS[i].product;
    }
    if (f == F_REDIS && (info->value[F_MVCC].len ||
                         span_ends(info->value[F_EXECUTABLE], SPAN("keydb-server"))))
        o->product = "keydb";
    if (f != F_REDIS)
        info_fact_text(info, o, "compatible", F_REDIS);

    struct span version = info->value[f];
    if (f == F_DRAGONFLY && span_starts(version, SPAN("df-v")))
        version = span_from(version, 4);
    if (version.len)
        fact_text(o, "version", version, REDIS_INFO.name, info->line[f]);
}

/* A replica takes no writes from clients unless slave_read_only is 0. */
static void info_role(const struct info *info, struct observation *o)
{
    struct span role = info->value[F_ROLE];
    if (role.len == 0)
        return;

    bool follows = span_is(role, "slave") || span_is(role, "replica");
    fact_text(o, "role", follows ? SPAN("replica") : role, REDIS_INFO.name, info->line[F_ROLE]);
    if (span_is(role, "master"))
        fact_bool(o, "writable", true, REDIS_INFO.name, info->line[F_ROLE]);
    else if (follows && info->value[F_READ_ONLY].len)
        fact_bool(o, "writable", span_is(info->value[F_READ_ONLY], "0"), REDIS_INFO.name,
                  info->line[F_READ_ONLY]);

    uint8_t name[MASTER_MAX_BYTES];
    struct writer master = writer_over(name, sizeof(name));
    writer_put(&master, info->value[F_MASTER_HOST]);
    writer_str(&master, ":");
    writer_put(&master, info->value[F_MASTER_PORT]);
    if (follows && info->value[F_MASTER_HOST].len && writer_ok(&master))
        fact_text(o, "master", writer_span(&master), REDIS_INFO.name,
                  info->line[F_MASTER_HOST]);
}

/* The server's own clock is used where it is told (Redis 6.2 and later), so that a wrong clock on
 * either side does not shift the start. */
static void info_started(const struct info *info, struct observation *o, int64_t now_ms)
{
    uint64_t uptime_s, usec;
    if (!info_number(info, F_UPTIME, INT64_MAX / 1000000, &uptime_s))
        return;
    if (info_number(info, F_USEC, INT64_MAX, &usec))
        now_ms = (int64_t)(usec / 1000);
    fact_time(o, "started", now_ms - (int64_t)uptime_s * 1000, REDIS_INFO.name,
              info->line[F_UPTIME]);
}

/* "module:name=ReJSON,ver=20609,..." lines: a module that nobody installed is a trace of
 * a visit. */
static void info_modules(const struct info *info, struct observation *o)
{
    uint8_t names[MODULES_MAX_BYTES];
    struct writer w = writer_over(names, sizeof(names));
    struct span rest = info->modules;
    struct span proof = SPAN_NONE;

    while (rest.len) {
        struct span line = next_line(&rest);
        if (!span_starts(line, SPAN("module:name=")))
            break;
        struct span name = span_from(line, SPAN("module:name=").len);
        name = span_cut(&name, ',');
        if (w.len + name.len + 1 > w.cap)
            break;
        if (w.len)
            writer_u8(&w, ',');
        else
            proof = line;
        writer_put(&w, name);
    }
    if (w.len)
        fact_text(o, "modules", writer_span(&w), REDIS_INFO.name, proof);
}

/* RedisHoneyPot answers every visitor with these constants. */
static void info_decoy(const struct info *info, struct observation *o)
{
    bool run = span_is(info->value[F_RUN_ID], "41be2f14e917b27b95ab0fe58f90d9521661dcd1");
    bool build = span_is(info->value[F_BUILD], "5e44a839a3d17a99") &&
                 span_is(info->value[F_CONFIG], "/etc/redis/conf/redis.conf");
    if (run || build)
        fact_text(o, "decoy", SPAN("INFO carries the constant ids of RedisHoneyPot"),
                  REDIS_INFO.name, info->line[run ? F_RUN_ID : F_BUILD]);
}

/* "db0:keys=3,expires=0,avg_ttl=0": one collection a database that holds keys. Kvrocks counts only
 * when told to scan, so a zero of its means nothing. */
static void info_keyspace(const struct info *info, struct observation *o)
{
    struct span rest = info->keyspace;
    bool stale = info->value[F_KVROCKS].len > 0;

    if (!info->has_keyspace)
        return;
    if (!stale) {
        o->collection_count = 0;
        o->records = 0;
    }
    while (rest.len) {
        struct span line = next_line(&rest);
        struct span value = line;
        if (line.len == 0)
            break; /* the end of the section */
        struct span name = span_cut(&value, ':');
        uint64_t index, keys;
        if (!span_starts(name, SPAN("db")) || !span_u64(span_from(name, 2), UINT32_MAX, &index) ||
            !span_starts(value, SPAN("keys=")))
            continue;
        value = span_from(value, 5);
        if (!span_u64(span_cut(&value, ','), INT64_MAX / 2, &keys) || (keys == 0 && stale))
            continue;
        observation_collect(o, name, (int64_t)keys, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
}

/* A Sentinel holds no keys: what it coordinates are the masters it watches,
 * "master0:name=m,status=ok,address=127.0.0.1:6379,slaves=1,sentinels=1". */
static void info_sentinel(const struct info *info, struct observation *o)
{
    struct span rest = info->body;

    o->product = "redis-sentinel";
    o->kind = KIND_COORDINATION;
    o->collection_count = 0;
    while (rest.len) {
        struct span line = next_line(&rest);
        size_t at = span_find(line, SPAN(":name="));
        uint64_t index;
        if (!span_starts(line, SPAN("master")) || at == SIZE_MAX ||
            !span_u64(span_sub(line, 6, at - 6), UINT32_MAX, &index))
            continue;
        struct span name = span_from(line, at + SPAN(":name=").len);
        observation_collect(o, span_cut(&name, ','), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    info_fact_number(info, o, "masters", F_MASTERS);
}

static enum outcome info_conclude(struct wire *w, struct observation *o, struct span body)
{
    struct info info = { 0 };
    uint64_t bytes;

    if (!info_parse(&info, body))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), REDIS_INFO.name, span_first(body, PROOF_MAX));
    info_product(&info, o);
    info_fact_text(&info, o, "mode", info.value[F_MODE].len ? F_MODE : F_SERVER_MODE);
    info_role(&info, o);
    info_started(&info, o, wire_now(w));
    info_fact_text(&info, o, "os", F_OS);
    info_fact_text(&info, o, "id", F_RUN_ID);
    info_fact_number(&info, o, "clients", F_CLIENTS);
    info_fact_number(&info, o, "replicas", F_REPLICAS);
    info_fact_bool(&info, o, "cluster", F_CLUSTER);
    if (span_is(info.value[F_LOADING], "1"))
        info_fact_bool(&info, o, "loading", F_LOADING);
    info_modules(&info, o);
    info_decoy(&info, o);
    if (span_is(info.value[F_MODE], "sentinel") || span_is(info.value[F_SERVER_MODE], "sentinel")) {
        info_sentinel(&info, o);
        return OUTCOME_OPEN;
    }
    info_keyspace(&info, o);
    enum field size = info.value[F_DISK].len ? F_DISK : F_MEMORY;
    if (info_number(&info, size, INT64_MAX, &bytes))
        o->bytes = (int64_t)bytes;
    return OUTCOME_OPEN;
}

/* The password is asked for, or the ACL of the default user leaves nothing to visitors. */
static enum outcome redis_locked(struct observation *o, const char *auth, const struct ask *a,
                                 struct span proof)
{
    fact_text(o, "auth", span_str(auth), a->name, proof);
    return OUTCOME_LOCKED;
}

/* A number as RESP writes it, ":42". */
static bool resp_number(struct span line, uint64_t *ret)
{
    return span_starts(line, SPAN(":")) && span_u64(span_from(line, 1), INT64_MAX / 32, ret);
}

/* The databases after the first. What is refused or lies beyond the usual 16 makes the counts a
 * lower bound, unless the server says that there is no such database. */
static void databases_count(struct wire *w, struct observation *o)
{
    bool partial = false;

    wire_ask(w, &REDIS_DATABASES);
    for (unsigned i = 1; i <= DATABASES_USUAL; i++) {
        struct span select = wire_line(w, LINE_MAX_BYTES);
        struct span size = wire_line(w, LINE_MAX_BYTES);
        bool there = span_is(select, "+OK");
        uint64_t keys;
        if (!wire_ok(w) || !resp_number(size, &keys)) {
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
    struct span line = wire_line(w, LINE_MAX_BYTES);

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
    struct span head = wire_line(w, LINE_MAX_BYTES);
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
        if (span_is(name, "role") && span_is(value, "master"))
            fact_bool(o, "writable", true, REDIS_HELLO.name, value);
    }
}

/* INFO was refused with `refusal`. DBSIZE decides: where INFO is only renamed, the door is open;
 * where an ACL refuses INFO and lets DBSIZE through, it is locked and yet tells. */
static enum outcome redis_without_info(struct wire *w, struct observation *o, struct span refusal)
{
    bool by_acl = span_starts(refusal, SPAN("-NOPERM "));
    uint64_t keys;

    if (span_starts(refusal, SPAN("-NOAUTH ")))
        return redis_locked(o, "password", &REDIS_INFO, refusal);
    if (!by_acl && !span_starts(refusal, SPAN("-ERR unknown command")))
        return OUTCOME_UNCLEAR;
    fact_text(o, "info", by_acl ? SPAN("refused") : SPAN("renamed"), REDIS_INFO.name, refusal);

    wire_ask(w, &REDIS_DBSIZE);
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (span_starts(line, SPAN("-NOAUTH ")))
        return redis_locked(o, "password", &REDIS_DBSIZE, line);
    if (by_acl)
        fact_text(o, "auth", SPAN("acl"), REDIS_DBSIZE.name, line);
    if (!resp_number(line, &keys))
        return OUTCOME_UNCLEAR;
    if (!by_acl)
        fact_text(o, "auth", SPAN("none"), REDIS_DBSIZE.name, line);
    o->collection_count = 0;
    o->records = 0;
    if (keys > 0)
        observation_collect(o, SPAN("db0"), (int64_t)keys, COUNT_UNKNOWN, COUNT_UNKNOWN);
    databases_count(w, o);
    hello_facts(w, o); /* last, for it leaves bytes unread */
    return by_acl ? OUTCOME_PARTIAL : OUTCOME_OPEN;
}

static enum outcome redis_info(struct wire *w, struct observation *o)
{
    uint64_t len;

    wire_ask(w, &REDIS_INFO);
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (span_starts(line, SPAN("-")))
        return redis_without_info(w, o, line);
    if (!span_starts(line, SPAN("$")) || !span_u64(span_from(line, 1), INFO_MAX_BYTES, &len))
        return OUTCOME_UNCLEAR;
    struct span body = wire_need(w, (size_t)len + 2);
    if (!wire_ok(w) || !span_ends(body, SPAN("\r\n")))
        return OUTCOME_UNCLEAR;
    return info_conclude(w, o, span_first(body, (size_t)len));
}

static enum outcome redis_run(struct wire *w, struct observation *o)
{
    bool spoke_first = wire_heard(w).len > 0;
    enum outcome outcome = OUTCOME_UNCLEAR;

    if (!spoke_first)
        wire_ask(w, &REDIS_PING);
    struct span line = wire_line(w, LINE_MAX_BYTES);
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
        outcome = redis_info(w, o);
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
    .ports = { 6379, 26379, 6666 },
    .tls_ports = { 6380 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_SILENCE | REACT_BYTES, .http = REACT_CLOSE | REACT_BYTES },
    .rank = 100,
    .proof = "PING is answered +PONG and INFO (or DBSIZE) tells",
    .counts = "keys for each database, bytes of memory used",
    .asks = { &REDIS_PING, &REDIS_INFO, &REDIS_DBSIZE, &REDIS_HELLO, &REDIS_DATABASES, &REDIS_QUIT },
    .recognises = redis_recognises,
    .run = redis_run,
};
