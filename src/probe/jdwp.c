/* The debugger's port of a Java machine (JDWP, "Java Debug Wire Protocol", Java 17): whoever reaches it runs code.
 *
 * Both sides say "JDWP-Handshake"; then the client sends commands with a head of 11 bytes. VirtualMachine.Version is
 * answered with a description, which is the proof: a port without a debugger's rights there is not. Dispose ends it.
 * While somebody is attached, others are not answered; a machine that was started to wait for a debugger
 * (suspend=y) runs on once one has come and gone. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { HANDSHAKE_BYTES = 14, TEXT_MAX_BYTES = 4096, PACKETS_MAX = 8, REPLY = 0x80 };

static const struct ask JDWP_HANDSHAKE =
    ASK_FIXED("jdwp.handshake", "whether it is a debugger's port", "JDWP-Handshake");
static const struct ask JDWP_VERSION =
    ASK_FIXED("jdwp.version", "states which Java machine it is", "\0\0\0\x0b\0\0\0\x01\0\x01\x01");
static const struct ask JDWP_DISPOSE =
    ASK_FIXED("jdwp.dispose", "ends the session; what it held runs on", "\0\0\0\x0b\0\0\0\x02\0\x01\x06");

/* be32 that counts itself, id, flags, then an error (answers) or a command (events). */
static const struct frame_form JDWP_FORM =
    { .head = 11, .at = 0, .width = 4, .counted = 11, .least = 0, .most = 16384 };

/* The answer to our command 1; events of the machine that come before it are passed over. */
static bool jdwp_answer(struct wire *w, struct span *ret)
{
    struct frame f;
    for (size_t i = 0; i < PACKETS_MAX && frame_read(w, &JDWP_FORM, &f); i++) {
        if (f.head.at[8] != REPLY)
            continue;
        if (!span_eq(span_sub(f.head, 4, 4), SPAN("\0\0\0\x01")) || f.head.at[9] || f.head.at[10])
            return false;
        *ret = f.body;
        return true;
    }
    return false;
}

static bool jdwp_facts(struct observation *o, struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct span about = reader_take(&r, reader_be32(&r));
    uint32_t major = reader_be32(&r), minor = reader_be32(&r);
    struct span version = reader_take(&r, reader_be32(&r)), name = reader_take(&r, reader_be32(&r));
    reader_end(&r);
    if (!reader_ok(&r) || version.len == 0 || about.len > TEXT_MAX_BYTES || major > 1000)
        return false;
    fact_text(o, "version", version, JDWP_VERSION.name, version);
    fact_text(o, "machine", name, JDWP_VERSION.name, name);
    const char *protocol = arena_printf(o->arena, "%u.%u", major, minor);
    fact_text(o, "protocol.version", span_str(protocol), JDWP_VERSION.name, SPAN_NONE);
    return true;
}

static enum outcome jdwp_run(struct wire *w, struct observation *o)
{
    struct span body;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &JDWP_HANDSHAKE);
    struct span hand = wire_need(w, HANDSHAKE_BYTES);
    if (!wire_ok(w) || !span_is(hand, "JDWP-Handshake"))
        return OUTCOME_NOT_MINE;
    wire_ask(w, &JDWP_VERSION);
    /* An echo says the handshake as well. */
    if (!jdwp_answer(w, &body))
        return OUTCOME_NOT_MINE;
    o->product = "jdwp";
    if (!jdwp_facts(o, body))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), JDWP_VERSION.name, body);
    wire_bye(w, &JDWP_DISPOSE);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_JDWP;
const struct probe PROBE_JDWP = {
    .name = "jdwp",
    .title = "Java debuggers' ports (JDWP)",
    .products = { "jdwp" },
    .kind = KIND_REMOTE,
    .ports = { 5005, 8787, 4000 },
    .reacts = { .line = REACT_CLOSE, .tls = REACT_RESET, .http = REACT_RESET },
    .rank = 40,
    .proof = "a command is answered",
    .counts = "nothing",
    .asks = { &JDWP_HANDSHAKE, &JDWP_VERSION, &JDWP_DISPOSE },
    .run = jdwp_run,
};
