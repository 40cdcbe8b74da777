/* Memcached, the text protocol and (where text is refused) the binary one.
 *
 * The conversation: "version" is answered "VERSION 1.6.18", or "CLIENT_ERROR unauthenticated" where
 * the server runs with -Y. "stats" is answered with STAT lines up to END: item count and bytes.
 * A server with SASL (-S) or -B binary reads text as half a binary header and stays silent, so on
 * a second connection it gets a binary VERSION (told to anyone) and a binary STAT, which answers
 * status 0x20 where a login is needed.
 *
 * Open takes two proofs: the version and the statistics, which a server with a login refuses. A proxy may
 * hang up on the statistics or tell its own: then a key that cannot exist is asked for, and END is the
 * answer of those who may read. No key of anybody's is ever named or listed. */
#include "base/reader.h"
#include "probe/memcached_stats.h"
#include "probe/probe.h"

enum {
    LINE_MAX_BYTES = 512,
    STATS_MAX = 1000,       /* lines or packets; 1.6 sends about 90 */
    BIN_HEADER = 24,
    BIN_BODY_MAX = 1024,
    BIN_MAGIC = 0x81,
    BIN_VERSION = 0x0b,
    BIN_STAT = 0x10,
    BIN_AUTH_ERROR = 0x20,
    BIN_NO_ACCESS = 0x24, /* Couchbase: known, and without the right */
};

static const struct ask MEMCACHED_VERSION =
    ASK_FIXED("memcached.version", "states the version", "version\r\n");
static const struct ask MEMCACHED_STATS =
    ASK_FIXED("memcached.stats", "counts items and bytes; refused without a login", "stats\r\n");
static const struct ask MEMCACHED_GET =
    ASK_FIXED("memcached.get", "whether a key that cannot exist may be read, where the statistics are not told",
              "get ajar:no-such-key:5d1f9b3ca27e8046\r\n");
static const struct ask MEMCACHED_QUIT =
    ASK_FIXED("memcached.quit", "ends the session", "quit\r\n");
static const struct ask MEMCACHED_BINARY_VERSION =
    ASK_FIXED("memcached.binary-version", "states the version where text is not spoken",
              "\x80\x0b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
static const struct ask MEMCACHED_BINARY_STAT =
    ASK_FIXED("memcached.binary-stat", "counts items and bytes; refused without a login",
              "\x80\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
static const struct ask MEMCACHED_BINARY_QUIT =
    ASK_FIXED("memcached.binary-quit", "ends the session",
              "\x80\x17\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

#define TOO_MANY "ERROR Too many open connections"

static bool memcached_recognises(struct span first)
{
    return span_is(first, "ERROR\r\n") || span_starts(first, SPAN(TOO_MANY "\r\n")) ||
           span_starts(first, SPAN("CLIENT_ERROR unauthenticated\r\n"));
}

static enum outcome memcached_locked(struct observation *o, const char *auth, const struct ask *a,
                                     struct span proof)
{
    fact_text(o, "auth", span_str(auth), a->name, proof);
    return OUTCOME_LOCKED;
}

/* "STAT name value" lines up to END. False where the answer is none such, which says why in
 * *ret_refusal. */
static bool stats_read(struct wire *w, struct memcached_stats *s, struct span *ret_refusal)
{
    for (size_t i = 0; i < STATS_MAX; i++) {
        struct span line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w))
            return false;
        if (span_is(line, "END"))
            return s->count > 0;
        *ret_refusal = line;
        if (!span_starts(line, SPAN("STAT ")))
            return false;
        struct span value = span_from(line, 5);
        struct span name = span_cut(&value, ' ');
        memcached_stats_add(s, name, value, line);
    }
    return wire_fail(w);
}

/* The statistics were refused for another reason than a login, or are a proxy's. */
static enum outcome memcached_by_key(struct wire *w, struct observation *o, enum wire_dress dress)
{
    if (!wire_ok(w) && !wire_again(w, dress))
        return OUTCOME_UNCLEAR;
    wire_ask(w, &MEMCACHED_GET);
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (span_is(line, "CLIENT_ERROR unauthenticated"))
        return memcached_locked(o, "password", &MEMCACHED_GET, line);
    if (!span_is(line, "END"))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), MEMCACHED_GET.name, line);
    return OUTCOME_OPEN;
}

/* `is_named`: the version said that it is memcached. */
static enum outcome memcached_stats(struct wire *w, struct observation *o, enum wire_dress dress, bool is_named)
{
    struct memcached_stats stats;
    struct span refusal = SPAN_NONE;

    memcached_stats_init(&stats);
    wire_ask(w, &MEMCACHED_STATS);
    if (!stats_read(w, &stats, &refusal)) {
        if (wire_ok(w) && span_is(refusal, "CLIENT_ERROR unauthenticated"))
            return memcached_locked(o, "password", &MEMCACHED_STATS, refusal);
        return is_named ? memcached_by_key(w, o, dress) : OUTCOME_UNCLEAR;
    }
    if (stats.python)
        fact_text(o, "decoy", SPAN("the statistics hold a Python word, as the qeeqbox decoy's do"),
                  MEMCACHED_STATS.name, stats.items_proof);
    if (!fact_get(o, "version"))
        memcached_version_fact(o, stats.version, &MEMCACHED_STATS, stats.version);
    enum outcome outcome = memcached_stats_conclude(&stats, o, &MEMCACHED_STATS);
    return outcome == OUTCOME_UNCLEAR && is_named ? memcached_by_key(w, o, dress) : outcome;
}

/* One answer of the binary protocol; *ret_status and *ret_key_len come from its header. Returns the
 * body with the extras cut off, where key and value follow each other. */
static struct span binary_read(struct wire *w, uint8_t opcode, uint16_t *ret_status,
                               size_t *ret_key_len)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, wire_need(w, BIN_HEADER));

    if (!wire_ok(w))
        return SPAN_NONE;
    bool mine = reader_u8(&r) == BIN_MAGIC && reader_u8(&r) == opcode;
    size_t key_len = reader_be16(&r);
    size_t extras_len = reader_u8(&r);
    reader_skip(&r, 1); /* data type: always 0 */
    uint16_t status = reader_be16(&r);
    size_t body_len = reader_be32(&r);
    if (!reader_ok(&r) || !mine || body_len > BIN_BODY_MAX || key_len + extras_len > body_len) {
        wire_fail(w);
        return SPAN_NONE;
    }
    struct span body = wire_need(w, body_len);
    if (!wire_ok(w))
        return SPAN_NONE;
    *ret_status = status;
    *ret_key_len = key_len;
    return span_from(body, extras_len);
}

static enum outcome memcached_binary_stats(struct wire *w, struct observation *o)
{
    struct memcached_stats stats;
    uint16_t status = 0;
    size_t key_len = 0;

    memcached_stats_init(&stats);
    wire_ask(w, &MEMCACHED_BINARY_STAT);
    for (size_t i = 0; i < STATS_MAX; i++) {
        struct span body = binary_read(w, BIN_STAT, &status, &key_len);
        if (!wire_ok(w))
            return OUTCOME_UNCLEAR;
        if (status == BIN_AUTH_ERROR || status == BIN_NO_ACCESS)
            return memcached_locked(o, "sasl", &MEMCACHED_BINARY_STAT, body);
        if (status != 0)
            return OUTCOME_UNCLEAR;
        if (key_len == 0)
            return memcached_stats_conclude(&stats, o, &MEMCACHED_BINARY_STAT);
        memcached_stats_add(&stats, span_first(body, key_len), span_from(body, key_len), body);
    }
    wire_fail(w);
    return OUTCOME_UNCLEAR;
}

/* On a fresh connection, after text met silence or a close. */
static enum outcome memcached_binary(struct wire *w, struct observation *o)
{
    uint16_t status = 1;
    size_t key_len = 0;

    wire_ask(w, &MEMCACHED_BINARY_VERSION);
    struct span version = binary_read(w, BIN_VERSION, &status, &key_len);
    if (!wire_ok(w) || status != 0 || key_len != 0)
        return OUTCOME_NOT_MINE;
    o->product = "memcached";
    fact_text(o, "protocol", SPAN("binary"), MEMCACHED_BINARY_VERSION.name, version);
    memcached_version_fact(o, version, &MEMCACHED_BINARY_VERSION, version);
    enum outcome outcome = memcached_binary_stats(w, o);
    wire_bye(w, &MEMCACHED_BINARY_QUIT);
    return outcome;
}

/* Whether text met silence, as a server that speaks binary only shows it. */
static bool memcached_is_mute(const struct wire *w)
{
    enum wire_fault f = wire_fault(w);
    return (f == WIRE_TIMEOUT || f == WIRE_CLOSED || f == WIRE_RESET) && wire_heard(w).len == 0;
}

static enum outcome memcached_run(struct wire *w, struct observation *o)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;

    bool spoke_first = wire_heard(w).len > 0; /* memcached does so only to turn somebody away */
    if (spoke_first && !span_starts(wire_heard(w), SPAN(TOO_MANY)))
        return OUTCOME_NOT_MINE;
    if (!spoke_first)
        wire_ask(w, &MEMCACHED_VERSION);
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (memcached_is_mute(w))
        return wire_again(w, dress) ? memcached_binary(w, o) : OUTCOME_NOT_MINE;
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;

    enum outcome outcome;
    o->product = "memcached";
    if (span_starts(line, SPAN("VERSION "))) {
        memcached_version_fact(o, span_trim(span_from(line, 8)), &MEMCACHED_VERSION, line);
        outcome = memcached_stats(w, o, dress, true);
    } else if (span_is(line, "CLIENT_ERROR unauthenticated")) {
        outcome = memcached_locked(o, "password", &MEMCACHED_VERSION, line);
    } else if (span_is(line, TOO_MANY)) {
        fact_text(o, "refused", SPAN("the server takes no more clients"), MEMCACHED_VERSION.name, line);
        return OUTCOME_UNCLEAR;
    } else if (span_is(line, "ERROR") && wire_again(w, dress)) {
        /* No memcached lacks "version": what answers "stats" all the same only plays one. */
        outcome = memcached_stats(w, o, dress, false);
        if (outcome != OUTCOME_OPEN)
            return OUTCOME_NOT_MINE;
    } else {
        return OUTCOME_NOT_MINE;
    }
    wire_bye(w, &MEMCACHED_QUIT);
    return outcome;
}

extern const struct probe PROBE_MEMCACHED;
const struct probe PROBE_MEMCACHED = {
    .name = "memcached",
    .title = "Memcached",
    .products = { "memcached", "dragonfly" },
    .kind = KIND_STORE,
    .reacts = { .line = REACT_BYTES | REACT_SILENCE, .tls = REACT_BYTES | REACT_CLOSE,
                .http = REACT_BYTES | REACT_CLOSE },
    .rank = 40,
    .ports = { 11211 },
    .tls_ports = { 11212 },
    .proof = "version and stats, or a read of a key that cannot exist, are answered without a login",
    .counts = "items and the bytes they take",
    .asks = { &MEMCACHED_VERSION, &MEMCACHED_STATS, &MEMCACHED_GET, &MEMCACHED_QUIT, &MEMCACHED_BINARY_VERSION,
              &MEMCACHED_BINARY_STAT, &MEMCACHED_BINARY_QUIT },
    .recognises = memcached_recognises,
    .run = memcached_run,
};
