/* Memcached over UDP (doc/protocol.txt, "UDP protocol"): the text protocol behind a head of eight bytes: request id,
 * number of this datagram, how many there are, 0. Off by default since 1.5.6, for a question of 15 bytes that bears a
 * forged sender floods whoever that is.
 *
 *     > (4a01 0 1 0) version     < (4a01 0 1 0) VERSION 1.6.18
 *     > (4a02 0 1 0) stats       < (4a02 0 2 0) STAT pid 42 ..., (4a02 1 2 0) ... END
 *
 * Proof 1 is the version, proof 2 the statistics, which a server with a login refuses. No key is ever asked for. */
#include "base/reader.h"
#include "probe/datagram.h"
#include "probe/memcached_stats.h"

enum { MU_HEAD = 8, MU_DATAGRAMS_MAX = 16, MU_STATS_MAX = 512, MU_LINE_MAX = 1024,
       MU_VERSION_ID = 0x4a01, MU_STATS_ID = 0x4a02 };

static const struct ask MU_VERSION = ASK_FIXED("memcached-udp.version", "states the version",
                                               "\x4a\x01\0\0\0\x01\0\0" "version\r\n");
static const struct ask MU_STATS = ASK_FIXED("memcached-udp.stats", "counts items and bytes; refused without a login",
                                             "\x4a\x02\0\0\0\x01\0\0" "stats\r\n");

struct mu_part {
    uint16_t id, number, count;
    struct span text;
};

static bool mu_parse(struct span datagram, struct mu_part *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct mu_part p = { .id = reader_be16(&r), .number = reader_be16(&r), .count = reader_be16(&r) };
    bool is_zero = reader_be16(&r) == 0;
    p.text = reader_rest(&r);
    *ret = p;
    return reader_ok(&r) && is_zero && p.count && p.count <= MU_DATAGRAMS_MAX && p.number < p.count && p.text.len;
}

static bool mu_is_version(struct span datagram)
{
    struct mu_part p;
    return mu_parse(datagram, &p) && p.id == MU_VERSION_ID && p.count == 1;
}

static bool mu_is_stats(struct span datagram)
{
    struct mu_part p;
    return mu_parse(datagram, &p) && p.id == MU_STATS_ID;
}

/* The whole answer to "stats", put together in its order; empty where a part is missing. *ret_bytes counts datagrams
 * whole. */
static struct span mu_answer(struct wire *w, size_t *ret_bytes)
{
    struct span parts[MU_DATAGRAMS_MAX] = { SPAN_NONE };
    size_t have = 0, count = 1, len = 0;
    *ret_bytes = 0;
    while (have < count) {
        struct span d = have ? wire_datagram_within(w, DATAGRAM_MORE_MS) : datagram_of(w, mu_is_stats);
        struct mu_part p;
        if (!d.len || !mu_parse(d, &p) || p.id != MU_STATS_ID || (have && p.count != count) || parts[p.number].len)
            return SPAN_NONE;
        count = p.count;
        parts[p.number] = p.text;
        have++;
        len += p.text.len;
        *ret_bytes += d.len;
    }
    uint8_t *whole = arena_array(wire_arena(w), len, 1);
    for (size_t i = 0, at = 0; whole && i < count; at += parts[i++].len)
        memcpy(whole + at, parts[i].at, parts[i].len);
    return whole ? span_of(whole, len) : SPAN_NONE;
}

/* "STAT name value" lines up to END. */
static bool mu_read(struct span text, struct memcached_stats *s)
{
    struct verdict v;
    struct reader r = reader_over(&v, text);
    for (size_t i = 0; i < MU_STATS_MAX; i++) {
        struct span line = reader_line(&r, MU_LINE_MAX);
        if (!reader_ok(&r))
            return false;
        if (span_is(line, "END"))
            return s->count > 0;
        if (!span_starts(line, SPAN("STAT ")))
            return false;
        struct span value = span_from(line, 5), name = span_cut(&value, ' ');
        memcached_stats_add(s, name, value, line);
    }
    return false;
}

static enum outcome mu_stats(struct wire *w, struct observation *o)
{
    struct memcached_stats stats;
    size_t bytes;
    memcached_stats_init(&stats);
    wire_ask(w, &MU_STATS);
    struct span text = mu_answer(w, &bytes);
    if (span_starts(text, SPAN("CLIENT_ERROR unauthenticated"))) {
        fact_text(o, "auth", SPAN("password"), MU_STATS.name, text);
        return OUTCOME_LOCKED;
    }
    if (!text.len || !mu_read(text, &stats))
        return OUTCOME_UNCLEAR;
    datagram_amplifies(w, o, bytes, &MU_STATS);
    return memcached_stats_conclude(&stats, o, &MU_STATS);
}

static enum outcome mu_run(struct wire *w, struct observation *o)
{
    struct mu_part p;
    wire_ask(w, &MU_VERSION);
    struct span d = datagram_of(w, mu_is_version);
    if (!d.len || !mu_parse(d, &p) || !span_ends(p.text, SPAN("\r\n")))
        return OUTCOME_NOT_MINE;
    o->product = "memcached";
    if (span_starts(p.text, SPAN("CLIENT_ERROR unauthenticated"))) {
        fact_text(o, "auth", SPAN("password"), MU_VERSION.name, p.text);
        return OUTCOME_LOCKED;
    }
    if (!span_starts(p.text, SPAN("VERSION ")))
        return OUTCOME_NOT_MINE;
    memcached_version_fact(o, span_trim(span_from(p.text, 8)), &MU_VERSION, p.text);
    return mu_stats(w, o);
}

extern const struct probe PROBE_MEMCACHED_UDP;
const struct probe PROBE_MEMCACHED_UDP = {
    .name = "memcached-udp",
    .title = "Memcached over UDP",
    .products = { "memcached", "dragonfly" },
    .kind = KIND_STORE,
    .transport = TRANSPORT_UDP,
    .ports = { 11211 },
    .rank = 80,
    .proof = "version and stats are answered without a login",
    .counts = "items and the bytes they take",
    .asks = { &MU_VERSION, &MU_STATS },
    .run = mu_run,
};
