/* Reads INFO: 200 lines "name:value" under headings, of which Ajar looks at 27. */
#include "probe/redis_info.h"

#include "base/writer.h"
#include "record/peer.h"

enum {
    MODULES_MAX_BYTES = 512,
    PEERS_NAMED = 32,
    PEERS_BYTES = 2048,
    MASTER_MAX_BYTES = 264, /* a DNS name and a port */
};

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
    while (rest.len) {
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
        fact_text(o, key, info->value[f], REDIS_INFO_ASK, info->line[f]);
}

static void info_fact_number(const struct info *info, struct observation *o, const char *key,
                             enum field f)
{
    uint64_t n;
    if (info_number(info, f, INT64_MAX, &n))
        fact_number(o, key, (int64_t)n, REDIS_INFO_ASK, info->line[f]);
}

static void info_fact_bool(const struct info *info, struct observation *o, const char *key,
                           enum field f)
{
    uint64_t n;
    if (info_number(info, f, 1, &n))
        fact_bool(o, key, n == 1, REDIS_INFO_ASK, info->line[f]);
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
        fact_text(o, "version", version, REDIS_INFO_ASK, info->line[f]);
}

static bool info_follows(const struct info *info)
{
    return span_is(info->value[F_ROLE], "slave") || span_is(info->value[F_ROLE], "replica");
}

static void info_role(const struct info *info, struct observation *o)
{
    struct span role = info->value[F_ROLE];
    if (role.len == 0)
        return;

    bool follows = info_follows(info);
    fact_text(o, "role", follows ? SPAN("replica") : role, REDIS_INFO_ASK, info->line[F_ROLE]);

    uint8_t name[MASTER_MAX_BYTES];
    struct writer master = writer_over(name, sizeof(name));
    writer_put(&master, info->value[F_MASTER_HOST]);
    writer_str(&master, ":");
    writer_put(&master, info->value[F_MASTER_PORT]);
    if (follows && info->value[F_MASTER_HOST].len && writer_ok(&master))
        fact_text(o, "master", writer_span(&master), REDIS_INFO_ASK,
                  info->line[F_MASTER_HOST]);
}

/* The value of a word of "ip=10.0.0.6,port=6379,state=online"; empty where it is not among them. */
static struct span info_word(struct span words, struct span key)
{
    while (words.len) {
        struct span word = span_cut(&words, ',');
        if (span_starts(word, key))
            return span_from(word, key.len);
    }
    return SPAN_NONE;
}

/* Replicas that a primary names ("slave0:ip=10.0.0.6,port=6379,..."), and the
 * masters that a Sentinel watches ("master0:name=m,...,address=10.0.0.5:6379,..."). */
static void info_peers(const struct info *info, struct observation *o)
{
    uint8_t text[PEERS_BYTES];
    struct writer out = writer_over(text, sizeof(text));
    struct span rest = info->body, proof = SPAN_NONE;
    for (size_t named = 0; rest.len && named < PEERS_NAMED;) {
        struct span line = next_line(&rest), words = line, key = span_cut(&words, ':'), address;
        uint64_t port;
        bool replica = span_starts(key, SPAN("slave")) && key.len > 5 && ascii_is_digit(key.at[5]);
        bool master = span_starts(key, SPAN("master")) && key.len > 6 && ascii_is_digit(key.at[6]);
        if (!replica && !master)
            continue;
        address = master ? info_word(words, SPAN("address=")) : info_word(words, SPAN("ip="));
        size_t colon = address.len;
        while (master && colon && address.at[colon - 1] != ':')
            colon--;
        struct span number = master ? span_from(address, colon) : info_word(words, SPAN("port="));
        if (!span_u64(number, UINT16_MAX, &port) || (master && !colon))
            continue;
        peer_put(&out, master ? span_first(address, colon - 1) : address, port);
        proof = proof.len ? proof : line;
        named++;
    }
    if (writer_ok(&out) && writer_span(&out).len)
        fact_text(o, "peers", writer_span(&out), REDIS_INFO_ASK, proof);
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
    fact_time(o, "started", now_ms - (int64_t)uptime_s * 1000, REDIS_INFO_ASK,
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
        fact_text(o, "modules", writer_span(&w), REDIS_INFO_ASK, proof);
}

/* RedisHoneyPot answers every visitor with these constants. */
static void info_decoy(const struct info *info, struct observation *o)
{
    bool run = span_is(info->value[F_RUN_ID], "41be2f14e917b27b95ab0fe58f90d9521661dcd1");
    bool build = span_is(info->value[F_BUILD], "5e44a839a3d17a99") &&
                 span_is(info->value[F_CONFIG], "/etc/redis/conf/redis.conf");
    if (run || build)
        fact_text(o, "decoy", SPAN("INFO carries the constant ids of RedisHoneyPot"),
                  REDIS_INFO_ASK, info->line[run ? F_RUN_ID : F_BUILD]);
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

static bool info_is_sentinel(const struct info *info)
{
    return span_is(info->value[F_MODE], "sentinel") || span_is(info->value[F_SERVER_MODE], "sentinel");
}

/* Redis and what was forked from its source look at the rights of a command before they look at
 * anything else (processCommand() in server.c since 6.0; before it there was one password). */
static bool info_checks_rights_first(const struct info *info)
{
    return !info->value[F_DRAGONFLY].len && !info->value[F_KVROCKS].len && !info->value[F_GARNET].len;
}

static void info_counts(const struct info *info, struct observation *o, bool cut)
{
    uint64_t bytes;
    enum field size = info->value[F_DISK].len ? F_DISK : F_MEMORY;

    if (info_is_sentinel(info)) {
        info_sentinel(info, o);
    } else {
        info_keyspace(info, o);
        if (info_number(info, size, INT64_MAX, &bytes))
            o->bytes = (int64_t)bytes;
    }
    if (cut)
        fact_bool(o, "counts.partial", true, REDIS_INFO_ASK, SPAN_NONE);
}

/* Without the piece of a line at its end. */
static struct span whole_lines(struct span body)
{
    while (body.len && body.at[body.len - 1] != '\n')
        body.len--;
    return body;
}

bool redis_info_facts(struct observation *o, struct span body, bool cut, int64_t now_ms,
                      struct redis_info *ret)
{
    struct info info = { 0 };

    if (!info_parse(&info, cut ? whole_lines(body) : body))
        return false;
    info_product(&info, o);
    info_fact_text(&info, o, "mode", info.value[F_MODE].len ? F_MODE : F_SERVER_MODE);
    info_role(&info, o);
    info_peers(&info, o);
    info_started(&info, o, now_ms);
    info_fact_text(&info, o, "os", F_OS);
    info_fact_text(&info, o, "id", F_RUN_ID);
    info_fact_number(&info, o, "clients", F_CLIENTS);
    info_fact_number(&info, o, "replicas", F_REPLICAS);
    info_fact_bool(&info, o, "cluster", F_CLUSTER);
    if (span_is(info.value[F_LOADING], "1"))
        info_fact_bool(&info, o, "loading", F_LOADING);
    info_modules(&info, o);
    info_decoy(&info, o);
    info_counts(&info, o, cut);
    *ret = (struct redis_info){
        .sentinel = info_is_sentinel(&info), .follows = info_follows(&info),
        .rights_before_state = info_checks_rights_first(&info), .role = info.value[F_ROLE],
        .read_only = info.value[F_READ_ONLY], .proof = span_first(body, PROOF_MAX),
    };
    return true;
}
