/* Riak KV, its Protocol Buffers interface (docs.riak.com, "Protocol Buffers Client API").
 *
 *     > RpbGetServerInfoReq                         < node and version; or "Security is enabled, please STARTTLS first"
 *       RpbGetBucketReq of one that cannot exist    < the settings that any bucket has; or an error
 *
 * Where security is on, nothing is answered before a login inside TLS; where it is off, nobody has rights and
 * all are let do all. Buckets are not listed: that walks through every key.
 *
 * Both are sent at once: the second holds the end of a line, so that a web server, which may have this port,
 * refuses them instead of waiting for more.
 *
 * A message is a length (be32) that counts its code, the code, and Protocol Buffers. */
#include "base/reader.h"
#include "base/varint.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { ERROR = 0, SERVER_INFO = 8, BUCKET = 20, WIRE_VARINT = 0, WIRE_BYTES = 2 };

static const struct ask RIAK_INFO = ASK_FIXED("riak.info",
    "states node and version; and whether settings of a bucket that cannot exist are told",
    "\0\0\0\x01\x07" "\0\0\0\x27\x13" "\x0a\x24" "ajar-no-such-bucket-5d1f9b3ca27e8046");

static const struct frame_form RIAK_FORM = { .head = 5, .width = 4, .counted = 1, .most = 64 * 1024 };

/* The text of field `number`; false where the message is none. */
static bool riak_text(struct span message, uint64_t number, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, message);
    *ret = SPAN_NONE;
    while (reader_more(&r)) {
        uint64_t key = reader_varint(&r);
        if ((key & 7) == WIRE_VARINT) {
            reader_varint(&r);
        } else if ((key & 7) == WIRE_BYTES) {
            struct span text = reader_take(&r, reader_varint(&r));
            if (key >> 3 == number)
                *ret = text;
        } else {
            reader_fail(&r, "a field of no kind");
        }
    }
    return reader_ok(&r);
}

static bool riak_read(struct wire *w, uint8_t *ret_code, struct span *ret_body)
{
    struct frame f;
    if (!frame_read(w, &RIAK_FORM, &f))
        return false;
    *ret_code = f.head.at[4];
    *ret_body = f.body;
    return true;
}

static enum outcome riak_refused(struct observation *o, struct span body)
{
    struct span why;
    if (!riak_text(body, 1, &why))
        return OUTCOME_UNCLEAR;
    fact_text(o, "error", why, RIAK_INFO.name, why);
    if (!span_has(why, "ecurity is enabled") && !span_has(why, "ermission denied"))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), RIAK_INFO.name, why);
    return OUTCOME_LOCKED;
}

static enum outcome riak_run(struct wire *w, struct observation *o)
{
    uint8_t code = 0;
    struct span body, node, version, why;
    if (wire_heard(w).len || !wire_ask(w, &RIAK_INFO) || !riak_read(w, &code, &body))
        return OUTCOME_NOT_MINE;
    if (code == ERROR && riak_text(body, 1, &why) && span_has(why, "STARTTLS")) {
        o->product = "riak";
        return riak_refused(o, body);
    }
    if (code != SERVER_INFO || !riak_text(body, 1, &node) || !riak_text(body, 2, &version) || version.len == 0 ||
        span_index(node, '@') == node.len)
        return OUTCOME_NOT_MINE;
    o->product = "riak";
    fact_text(o, "version", version, RIAK_INFO.name, version);
    fact_text(o, "node", node, RIAK_INFO.name, node);
    if (!riak_read(w, &code, &body))
        return OUTCOME_UNCLEAR;
    if (code == ERROR)
        return riak_refused(o, body);
    if (code != BUCKET || !riak_text(body, 1, &why) || why.len == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), RIAK_INFO.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_RIAK;
const struct probe PROBE_RIAK = {
    .name = "riak",
    .title = "Riak KV",
    .products = { "riak" },
    .kind = KIND_STORE,
    .ports = { 8087 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE | REACT_HANGUP, .tls = REACT_SILENCE | REACT_HANGUP,
                .http = REACT_SILENCE | REACT_HANGUP },
    .rank = 10,
    .proof = "the settings of a bucket are told, which need a login where security is on",
    .counts = "nothing: to list buckets walks through every key",
    .asks = { &RIAK_INFO },
    .run = riak_run,
};
