/* NBD, block devices over the network (the protocol document of nbd, proto.md in its sources).
 *
 * The server speaks first: "NBDMAGIC", "IHAVEOPT" and its flags. After the client's flags it takes options,
 * each a magic number, the option, a length; it answers each by a magic number, the option, the kind of the
 * answer, a length. LIST names the exports; INFO of an export is answered with its size and flags to those who
 * might go on and use it, so that this answer is the proof. STARTTLS goes on inside TLS where that is wanted.
 * ABORT ends it. No block is read.
 *
 * Servers of before 2013 ("NBDMAGIC" and another number) say size and flags at once: whoever comes is in. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/probe.h"

enum {
    GREETING_BYTES = 18,
    REPLY_HEAD_BYTES = 20,
    BODY_MAX_BYTES = 8192,
    NAME_MAX_BYTES = 4096 - 64,
    REPLIES_MAX = 200,
    EXPORTS_ASKED = 16,
    INFO_BYTES = 12,

    OPT_STARTTLS = 5,
    OPT_LIST = 3,
    OPT_INFO = 6,
    REP_ACK = 1,
    REP_SERVER = 2,
    REP_INFO = 3,
    FLAG_READ_ONLY = 2,
};
#define REP_ERR_POLICY 0x80000002u
#define REP_ERR_TLS_REQD 0x80000005u
#define REP_ERR_UNSUP 0x80000001u
#define REPLY_MAGIC 0x0003e889045565a9u

#define OPTION(code, length) "IHAVEOPT\0\0\0" code "\0\0\0" length
static const struct ask NBD_FLAGS = ASK_FIXED("nbd.flags", "speaks the newer form of the protocol", "\0\0\0\x03");
static const struct ask NBD_LIST = ASK_FIXED("nbd.list", "names the exports", OPTION("\x03", "\0"));
static const struct ask NBD_TLS =
    ASK_FIXED("nbd.starttls", "goes on inside TLS where that is wanted", OPTION("\x05", "\0"));
static const struct ask NBD_INFO = {
    .name = "nbd.info",
    .why = "states the size of a listed export to those who may use it",
    .parts = { ASK_BYTES("IHAVEOPT\0\0\0\x06"), ASK_BE(4, 2, 5, 0), ASK_BE(4, 3, 4, 0),
               ASK_HOLE("export", NAME_MAX_BYTES, HOLE_ANY), ASK_BYTES("\0\0") },
};
static const struct ask NBD_ABORT = ASK_FIXED("nbd.abort", "ends the session", OPTION("\x02", "\0"));

static bool nbd_recognises(struct span first)
{
    return span_starts(first, SPAN("NBDMAGICIHAVEOPT")) ||
           span_starts(first, SPAN("NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53"));
}

struct nbd_reply {
    uint32_t kind;
    struct span body;
};

/* The next answer to an option. False, and the wire faulted, where there is none. */
static bool nbd_reply(struct wire *w, uint32_t option, struct nbd_reply *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, REPLY_HEAD_BYTES));
    uint64_t magic = reader_be64(&r);
    uint32_t of = reader_be32(&r);
    ret->kind = reader_be32(&r);
    uint32_t len = reader_be32(&r);
    if (!wire_ok(w))
        return false;
    if (!reader_ok(&r) || magic != REPLY_MAGIC || of != option || len > BODY_MAX_BYTES)
        return wire_fail(w);
    ret->body = len ? wire_need(w, len) : SPAN_NONE;
    return wire_ok(w);
}

/* The exports, whole or not at all. 0 where the answer is broken, else the kind of the last reply. */
static uint32_t nbd_list(struct wire *w, struct observation *o)
{
    LIST_OF(struct span) names = { 0 };
    struct nbd_reply reply;
    wire_ask(w, &NBD_LIST);
    for (size_t i = 0; i < REPLIES_MAX && nbd_reply(w, OPT_LIST, &reply); i++) {
        struct verdict v;
        struct reader r = reader_over(&v, reply.body);
        if (reply.kind == REP_ACK) {
            o->collection_count = 0;
            for (size_t k = 0; k < names.len; k++)
                observation_collect(o, names.at[k], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        }
        if (reply.kind != REP_SERVER)
            return reply.kind;
        struct span name = reader_take(&r, reader_be32(&r));
        struct span *kept = reader_ok(&r) && name.len <= NAME_MAX_BYTES ? list_add(wire_arena(w), &names) : NULL;
        if (!kept)
            break;
        *kept = name;
    }
    wire_fail(w);
    return 0;
}

/* Size and flags of one export; the kind of the last reply. */
static uint32_t nbd_info(struct wire *w, struct span name, uint64_t *ret_size, uint16_t *ret_flags)
{
    struct nbd_reply reply;
    bool told = false;
    wire_ask_with(w, &NBD_INFO, &name, 1);
    for (size_t i = 0; i < REPLIES_MAX && nbd_reply(w, OPT_INFO, &reply); i++) {
        struct verdict v;
        struct reader r = reader_over(&v, reply.body);
        if (reply.kind != REP_INFO)
            return reply.kind != REP_ACK || told ? reply.kind : 0;
        if (reader_be16(&r) != 0)
            continue;
        *ret_size = reader_be64(&r);
        *ret_flags = reader_be16(&r);
        reader_end(&r);
        told = reader_ok(&r) && reply.body.len == INFO_BYTES && *ret_size <= INT64_MAX;
        if (!told)
            break;
    }
    wire_fail(w);
    return 0;
}

static enum outcome nbd_refused(struct observation *o, uint32_t kind, const struct ask *a)
{
    if (kind != REP_ERR_TLS_REQD && kind != REP_ERR_POLICY)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", kind == REP_ERR_POLICY ? SPAN("rejected") : SPAN("tls"), a->name, SPAN_NONE);
    return OUTCOME_LOCKED;
}

/* Each listed export, or the one without a name where the list is empty or unknown to the server. */
static enum outcome nbd_exports(struct wire *w, struct observation *o)
{
    uint64_t size = 0;
    uint16_t flags = 0;
    uint32_t kind = 0;
    size_t listed = o->collections.len, open = 0;
    bool writable = false, unsized = false;
    int64_t sum = 0;
    for (size_t i = 0; i < (listed ? listed : 1) && i < EXPORTS_ASKED; i++) {
        struct span name = listed ? o->collections.at[i].name : SPAN_NONE;
        kind = nbd_info(w, name, &size, &flags);
        if (kind != REP_ACK)
            break;
        open++;
        writable |= !(flags & FLAG_READ_ONLY);
        sum = (int64_t)size > INT64_MAX - sum ? INT64_MAX : sum + (int64_t)size;
        unsized |= size == 0; /* nbd-server opens the file only for those who go on */
        if (listed && size)
            o->collections.at[i].bytes = (int64_t)size;
    }
    if (!open)
        return nbd_refused(o, kind, &NBD_INFO);
    if (!listed)
        observation_collect(o, SPAN_NONE, COUNT_UNKNOWN, size ? (int64_t)size : COUNT_UNKNOWN, COUNT_UNKNOWN);
    o->bytes = sum ? sum : COUNT_UNKNOWN;
    if (unsized || open < (listed ? listed : 1))
        fact_bool(o, "counts.partial", true, NBD_INFO.name, SPAN_NONE);
    fact_text(o, "auth", SPAN("none"), NBD_INFO.name, SPAN_NONE);
    fact_bool(o, "writable", writable, NBD_INFO.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

/* The list, inside TLS where it is refused without. */
static enum outcome nbd_talk(struct wire *w, struct observation *o)
{
    struct nbd_reply reply;
    uint32_t kind = nbd_list(w, o);
    if (kind == REP_ERR_TLS_REQD && !wire_in_tls(w)) {
        wire_ask(w, &NBD_TLS);
        if (!nbd_reply(w, OPT_STARTTLS, &reply))
            return OUTCOME_UNCLEAR;
        if (reply.kind != REP_ACK || !wire_start_tls(w))
            return nbd_refused(o, REP_ERR_TLS_REQD, &NBD_LIST);
        o->tls = true;
        kind = nbd_list(w, o);
    }
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (kind != REP_ACK && kind != REP_ERR_UNSUP && kind != REP_ERR_POLICY)
        return nbd_refused(o, kind, &NBD_LIST);
    return nbd_exports(w, o);
}

static enum outcome nbd_old(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct span head = wire_need(w, 28);
    struct reader r = reader_over(&v, head);
    reader_skip(&r, 16);
    uint64_t size = reader_be64(&r);
    uint32_t flags = reader_be32(&r);
    if (!wire_ok(w) || size > INT64_MAX)
        return OUTCOME_NOT_MINE;
    o->product = "nbd";
    observation_collect(o, SPAN_NONE, COUNT_UNKNOWN, (int64_t)size, COUNT_UNKNOWN);
    fact_text(o, "auth", SPAN("none"), NULL, head);
    fact_bool(o, "writable", !(flags & FLAG_READ_ONLY), NULL, head);
    return OUTCOME_OPEN;
}

static enum outcome nbd_run(struct wire *w, struct observation *o)
{
    struct span magic = wire_peek(w, 16);
    if (!wire_ok(w) || !nbd_recognises(magic))
        return OUTCOME_NOT_MINE;
    if (!span_ends(magic, SPAN("IHAVEOPT")))
        return nbd_old(w, o);
    wire_need(w, GREETING_BYTES);
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;
    o->product = "nbd";
    wire_ask(w, &NBD_FLAGS);
    enum outcome outcome = nbd_talk(w, o);
    wire_bye(w, &NBD_ABORT);
    return outcome;
}

extern const struct probe PROBE_NBD;
const struct probe PROBE_NBD = {
    .name = "nbd",
    .title = "NBD block devices",
    .products = { "nbd" },
    .kind = KIND_FILES,
    .ports = { 10809 },
    .peer_first = true,
    .rank = 20,
    .proof = "size and flags of an export are stated to a visitor who might go on and use it",
    .counts = "exports and their bytes",
    .asks = { &NBD_FLAGS, &NBD_LIST, &NBD_TLS, &NBD_INFO, &NBD_ABORT },
    .recognises = nbd_recognises,
    .run = nbd_run,
};
