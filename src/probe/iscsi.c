/* iSCSI (RFC 7143): disks over the network.
 *
 * A login for discovery, by a name of ours and without a secret, is answered with success, or with 2.1 where a secret
 * is wanted. SendTargets then names the targets and where they listen. The list is filtered by the server as it likes
 * and names targets that want a secret, too: it decides nothing. Open takes a target to which a session may be had in
 * the same way, each on a connection of its own; it ends with a logout, before any command to a disk. A target that
 * keeps a list of initiators refuses ours (2.2). */
#include "base/buf.h"
#include "base/list.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    HEAD_BYTES = 48,
    BODY_MAX_BYTES = 64 * 1024,
    NAME_MAX_BYTES = 223, /* RFC 7143 4.2.7.1 */
    TARGETS_MAX = 1000,
    TARGETS_ASKED = 8,
    PEERS_NAMED = 16,
    LOGIN_ANSWER = 0x23,
    TEXT_ANSWER = 0x24,
    FINAL = 0x80,
    WANTS_SECRET = 0x0201,
    NOT_ALLOWED = 0x0202,
};

/* Behind the length: our half of the session's name, no session yet, the numbers of task, connection, command and
 * status. */
#define LOGIN_HEAD \
    "\x80" "ajar\x01\0\0" "\0\0\0\x01\0\x01\0\0" "\0\0\0\x01\0\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define INITIATOR "InitiatorName=iqn.2026-01.example.ajar:asks"
static const struct ask ISCSI_DISCOVER = {
    .name = "iscsi.discover",
    .why = "a login for discovery, without a secret",
    .parts = { ASK_BYTES("\x43\x87\0\0\0"), ASK_BE(3, 3, 4, 0), ASK_BYTES(LOGIN_HEAD),
               ASK_BYTES(INITIATOR "\0SessionType=Discovery\0HeaderDigest=None\0DataDigest=None\0") },
};
static const struct ask ISCSI_TARGETS = {
    .name = "iscsi.targets",
    .why = "names the targets and where they listen",
    .parts = { ASK_BYTES("\x44\x80\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\x02\xff\xff\xff\xff\0\0\0\x01"),
               ASK_HOLE("status number", 4, HOLE_ANY),
               ASK_BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0SendTargets=All\0") },
};
static const struct ask ISCSI_ENTER = {
    .name = "iscsi.enter",
    .why = "whether a listed target opens a session without a secret; no command to a disk follows",
    /* What fills the text up to a multiple of four ends our name. */
    .parts = { ASK_BYTES("\x43\x87\0\0\0"), ASK_BE(3, 3, 8, 0), ASK_BYTES(LOGIN_HEAD), ASK_BYTES(INITIATOR),
               ASK_HOLE("filling", 3, HOLE_NAME),
               ASK_BYTES("\0SessionType=Normal\0HeaderDigest=None\0DataDigest=None\0TargetName="),
               ASK_HOLE("target", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\0") },
};
/* It acknowledges no status: a farewell need not. */
static const struct ask ISCSI_LOGOUT =
    ASK_FIXED("iscsi.logout", "ends the session",
              "\x46\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\0\x01\0\0\0\0\0\x01"
              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

static const struct frame_form ISCSI_FORM = { .head = HEAD_BYTES, .at = 5, .width = 3, .most = BODY_MAX_BYTES };

/* One message and what fills it up to 4 bytes. */
static bool iscsi_read(struct wire *w, uint8_t kind, struct frame *ret)
{
    if (!frame_read(w, &ISCSI_FORM, ret))
        return false;
    size_t filling = (4 - (ret->body.len & 3)) & 3;
    if (filling)
        wire_need(w, filling);
    if (!wire_ok(w))
        return false;
    return ret->head.at[0] == kind && ret->head.at[4] == 0 ? true : wire_fail(w);
}

/* The number of the next status, as it is sent. */
static struct span iscsi_next_status(struct wire *w, const struct frame *f)
{
    struct verdict v;
    uint8_t bytes[4];
    struct reader r = reader_over(&v, span_sub(f->head, 24, 4));
    struct writer out = writer_over(bytes, sizeof(bytes));
    writer_be(&out, reader_be32(&r) + 1u, 4);
    return arena_copy(wire_arena(w), writer_span(&out));
}

/* Class and detail of the answer to a login; -1 where there is none. A login that is to go on is none that ended. */
static int iscsi_login(struct wire *w, struct frame *ret)
{
    if (!iscsi_read(w, LOGIN_ANSWER, ret))
        return -1;
    int status = ret->head.at[36] << 8 | ret->head.at[37];
    return status == 0 && !(ret->head.at[1] & FINAL) ? -1 : status;
}

/* Names of targets, and their addresses apart. False where the text breaks its form. */
static bool iscsi_targets(struct wire *w, struct observation *o, struct span text)
{
    LIST_OF(struct span) names = { 0 };
    struct buf peers;
    struct verdict v;
    struct reader r = reader_over(&v, text);
    size_t told = 0;
    buf_init(&peers, FACT_TEXT_MAX);
    while (reader_more(&r)) {
        struct span line = reader_cstr(&r, NAME_MAX_BYTES + 300), key = span_cut(&line, '=');
        if (span_is(key, "TargetName") && line.len && line.len <= NAME_MAX_BYTES && names.len < TARGETS_MAX) {
            struct span *kept = list_add(wire_arena(w), &names);
            if (kept)
                *kept = line;
        }
        if (span_is(key, "TargetAddress") && told++ < PEERS_NAMED) {
            buf_str(&peers, peers.len ? " " : "");
            buf_put(&peers, span_cut(&line, ','));
        }
    }
    bool whole = reader_ok(&r) && names.len < TARGETS_MAX;
    if (whole) {
        for (size_t i = 0; i < names.len; i++)
            observation_collect(o, names.at[i], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        if (peers.len)
            fact_text(o, "peers", buf_span(&peers), ISCSI_TARGETS.name, text);
    }
    buf_release(&peers);
    return whole;
}

/* Asks for a session with one target; its status, or -1. */
static int iscsi_enter(struct wire *w, struct span target)
{
    struct frame f;
    size_t sent = ISCSI_ENTER.parts[3].bytes.len + ISCSI_ENTER.parts[5].bytes.len + target.len + 1;
    struct span args[] = { span_first(SPAN("xxx"), (4 - (sent & 3)) & 3), target };
    if (!wire_again(w, WIRE_PLAIN))
        return -1;
    wire_ask_with(w, &ISCSI_ENTER, args, 2);
    int status = iscsi_login(w, &f);
    if (status == 0)
        wire_ask(w, &ISCSI_LOGOUT);
    return status;
}

static enum outcome iscsi_enter_all(struct wire *w, struct observation *o)
{
    size_t open = 0, shut = 0, listed = o->collections.len, tried = 0;
    bool secret = false;
    for (; tried < listed && tried < TARGETS_ASKED; tried++) {
        int status = iscsi_enter(w, o->collections.at[tried].name);
        open += status == 0;
        secret |= status == WANTS_SECRET;
        shut += status == WANTS_SECRET || status == NOT_ALLOWED;
        if (status < 0)
            break;
    }
    if (open) {
        fact_text(o, "auth", SPAN("none"), ISCSI_ENTER.name, SPAN_NONE);
        if (tried == listed)
            fact_number(o, "collections.readable", (int64_t)open, ISCSI_ENTER.name, SPAN_NONE);
        return OUTCOME_OPEN;
    }
    if (listed == 0 || shut < listed)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", secret ? SPAN("password") : SPAN("rejected"), ISCSI_ENTER.name, SPAN_NONE);
    fact_text(o, "rights", SPAN("names of the targets"), ISCSI_TARGETS.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

static enum outcome iscsi_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &ISCSI_DISCOVER);
    int status = iscsi_login(w, &f);
    if (status < 0)
        return OUTCOME_NOT_MINE;
    o->product = "iscsi";
    if (status == WANTS_SECRET || status == NOT_ALLOWED) {
        fact_text(o, "auth", status == WANTS_SECRET ? SPAN("password") : SPAN("rejected"), ISCSI_DISCOVER.name, f.head);
        return OUTCOME_LOCKED;
    }
    if (status != 0) {
        fact_number(o, "error.code", status, ISCSI_DISCOVER.name, f.head);
        return OUTCOME_UNCLEAR;
    }
    struct span number = iscsi_next_status(w, &f);
    wire_ask_with(w, &ISCSI_TARGETS, &number, 1);
    if (!iscsi_read(w, TEXT_ANSWER, &f) || !(f.head.at[1] & FINAL) || !iscsi_targets(w, o, f.body))
        return OUTCOME_UNCLEAR;
    return iscsi_enter_all(w, o);
}

extern const struct probe PROBE_ISCSI;
const struct probe PROBE_ISCSI = {
    .name = "iscsi",
    .title = "iSCSI targets",
    .products = { "iscsi" },
    .kind = KIND_FILES,
    .ports = { 3260, 860 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_RESET, .http = REACT_SILENCE },
    .rank = 20,
    .proof = "a listed target opens a session without a secret; no command to a disk follows",
    .counts = "targets",
    .asks = { &ISCSI_DISCOVER, &ISCSI_TARGETS, &ISCSI_ENTER, &ISCSI_LOGOUT },
    .run = iscsi_run,
};
