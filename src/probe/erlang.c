/* A node of Erlang, where other nodes meet it (Erlang's distribution protocol, "Distribution Handshake", OTP 28;
 * before OTP 23 in the form of version 5). RabbitMQ, ejabberd, CouchDB and others are such nodes; epmd names their
 * ports.
 *
 * Messages are be16 of their length, then a letter. Who comes says his name and what he can do: 'N', flags (8
 * bytes), creation, the name. The node answers with a status: "sok", or why not; then with a challenge: 'N', what
 * both can do, the challenge, its creation, its name. An answer to it takes the cookie, which is a password: none is
 * ever sent, and this ends here. Whoever has the cookie runs code as the node does, so that it is locked, and steers
 * a machine.
 *
 * A node that is asked with less than it insists on refuses, and logs that; so all is offered that nodes of any
 * generation insist on or are told by. The name is the same each time, since each new one takes a place in the
 * node's table of atoms, which is never given back. Nodes before OTP 23 hang up on 'N', and are asked once more in
 * their own form. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { STATUS_MAX_BYTES = 1 + 32, MESSAGE_MAX_BYTES = 1024, NAME_MAX_BYTES = 255 + 1 + 255, OLD_VERSION = 5 };

/* Not "published": a hidden node, which others are not told of. */
#define NEW_FLAGS "\0\0\0\x6d\x07\xdf\x7f\xbc"
#define OLD_FLAGS "\x00\xdf\x7f\xbc"
#define OWN_NAME "ajar@ajar.invalid"

static const struct ask ERLANG_NAME =
    ASK_FIXED("erlang.name", "whether a node of Erlang meets others here",
              "\0\x20N" NEW_FLAGS "\0\0\0\x01" "\0\x11" OWN_NAME);
static const struct ask ERLANG_OLD_NAME =
    ASK_FIXED("erlang.old-name", "the same, as nodes before OTP 23 are asked", "\0\x18n\0\x05" OLD_FLAGS OWN_NAME);

static const struct frame_form ERLANG_FORM =
    { .head = 2, .at = 0, .width = 2, .least = 2, .most = MESSAGE_MAX_BYTES };

/* What tells a generation: capabilities that came with it (the same document, "Distribution Flags"; dist.h of its
 * emulator), the newest first. OTP 26 and 27 brought none. */
static const struct {
    uint64_t flag;
    unsigned otp;
} GENERATIONS[] = {
    { UINT64_C(1) << 38, 29 },  /* native records */
    { UINT64_C(1) << 37, 28 },  /* alternate actions of signals */
    { UINT64_C(1) << 26, 25 },  /* all that is mandatory in 25 */
    { UINT64_C(1) << 34, 24 },  /* wide identifiers */
    { UINT64_C(1) << 24, 23 },  /* this form of the handshake */
    { UINT64_C(1) << 23, 22 },  /* fragments */
    { UINT64_C(1) << 19, 21 },  /* senders are said */
    { UINT64_C(1) << 18, 19 },  /* long creations */
    { UINT64_C(1) << 17, 17 },  /* maps */
};

struct challenge {
    struct span name;
    uint64_t flags;
    uint32_t creation;
    bool old; /* which says no creation */
};

/* Whether it is a status, and which: the word after the letter ("named:" is for who asked to be given a name). */
static bool erlang_status(struct span body, struct span *ret_word)
{
    static const char *const WORDS[] = { "ok", "ok_simultaneous", "nok", "not_allowed", "alive" };
    if (body.len < 2 || body.len > STATUS_MAX_BYTES || body.at[0] != 's')
        return false;
    *ret_word = span_from(body, 1);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (span_is(*ret_word, WORDS[i]))
            return true;
    return false;
}

/* "rabbit@db1": what stands on both sides is printable. */
static bool erlang_is_name(struct span name)
{
    size_t at = span_index(name, '@');
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] == 0x7f)
            return false;
    return at > 0 && at + 1 < name.len && name.len <= NAME_MAX_BYTES;
}

static bool erlang_challenge(struct span body, struct challenge *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    uint8_t form = reader_u8(&r);
    if (form != 'N' && form != 'n')
        return false;
    ret->old = form == 'n';
    uint16_t version = ret->old ? reader_be16(&r) : OLD_VERSION;
    ret->flags = ret->old ? reader_be32(&r) : reader_be64(&r);
    reader_skip(&r, 4);
    ret->creation = ret->old ? 0 : reader_be32(&r);
    ret->name = reader_take(&r, ret->old ? reader_left(&r) : reader_be16(&r));
    /* The document lets more follow in this form, for times to come. */
    return reader_ok(&r) && version == OLD_VERSION && erlang_is_name(ret->name);
}

static void erlang_facts(struct observation *o, const struct challenge *c, const char *ask, struct span proof)
{
    fact_text(o, "node", c->name, ask, c->name);
    fact_text(o, "flags", span_str(arena_printf(o->arena, "0x%llx", (unsigned long long)c->flags)), ask, proof);
    if (!c->old)
        fact_number(o, "creation", c->creation, ask, proof);
    for (size_t i = 0; i < sizeof(GENERATIONS) / sizeof(GENERATIONS[0]); i++)
        if (c->flags & GENERATIONS[i].flag) {
            fact_number(o, "otp.least", GENERATIONS[i].otp, ask, proof);
            break;
        }
}

/* The status in answer to either form; *ret_by is the one that was answered. */
static bool erlang_meets(struct wire *w, struct span *ret_word, const struct ask **ret_by)
{
    struct frame f;
    *ret_by = &ERLANG_NAME;
    wire_ask(w, *ret_by);
    if (frame_read(w, &ERLANG_FORM, &f))
        return erlang_status(f.body, ret_word);
    bool hung_up = wire_fault(w) == WIRE_CLOSED || wire_fault(w) == WIRE_RESET;
    if (!hung_up || wire_heard(w).len || !wire_again(w, wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN))
        return false;
    *ret_by = &ERLANG_OLD_NAME;
    wire_ask(w, *ret_by);
    return frame_read(w, &ERLANG_FORM, &f) && erlang_status(f.body, ret_word);
}

static enum outcome erlang_run(struct wire *w, struct observation *o)
{
    struct span word;
    struct frame f;
    struct challenge c;
    const struct ask *by;
    if (wire_heard(w).len || !erlang_meets(w, &word, &by))
        return OUTCOME_NOT_MINE;
    o->product = "erlang";
    fact_text(o, "auth", SPAN("cookie"), by->name, word);
    fact_text(o, "status", word, by->name, word);
    /* It lets in whom it was told, and who asks is not among them. */
    if (span_is(word, "not_allowed"))
        return OUTCOME_LOCKED;
    /* Another of our name is just there. */
    if (!span_starts(word, SPAN("ok")) || !frame_read(w, &ERLANG_FORM, &f) || !erlang_challenge(f.body, &c))
        return OUTCOME_UNCLEAR;
    erlang_facts(o, &c, by->name, f.body);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_ERLANG;
const struct probe PROBE_ERLANG = {
    .name = "erlang",
    .title = "Erlang nodes (RabbitMQ, ejabberd, CouchDB and others)",
    .products = { "erlang" },
    .kind = KIND_REMOTE,
    .ports = { 25672 },
    .reacts = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_SILENCE },
    .rank = 25,
    .proof = "none: every node asks for its cookie",
    .counts = "nothing",
    .asks = { &ERLANG_NAME, &ERLANG_OLD_NAME },
    .run = erlang_run,
};
