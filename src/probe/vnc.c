/* VNC: the RFB protocol (RFC 6143; versions 3.3, 3.7, 3.8 and what Apple and RealVNC make of them).
 *
 * The server speaks first: "RFB 003.008\n". The client answers with a version, the server with the kinds of
 * security that it offers (in 3.3 with the one that it wants). Where "None" is among them it is chosen: 3.8 says
 * whether that is right. Then ClientInit asks to share the desktop, so that nobody who is there is sent away, and
 * ServerInit states its size and name: that answer is the proof. No picture is asked for, no key is sent. */
#include "base/buf.h"
#include "base/reader.h"
#include "probe/probe.h"

enum {
    VERSION_BYTES = 12,
    SERVER_INIT_BYTES = 24,
    NAME_MAX_BYTES = 1024,
    REASON_MAX_BYTES = 1024,
    SECURITY_NONE = 1,
};

static const struct ask VNC_3_8 = ASK_FIXED("vnc.version38", "speaks version 3.8", "RFB 003.008\n");
static const struct ask VNC_3_7 = ASK_FIXED("vnc.version37", "speaks version 3.7", "RFB 003.007\n");
static const struct ask VNC_3_3 = ASK_FIXED("vnc.version33", "speaks version 3.3", "RFB 003.003\n");
static const struct ask VNC_NONE =
    ASK_FIXED("vnc.none", "chooses to come in without a secret, which was offered", "\x01");
static const struct ask VNC_INIT =
    ASK_FIXED("vnc.init", "asks for size and name of the desktop, and leaves it to those who are there", "\x01");

static bool vnc_recognises(struct span first)
{
    return first.len >= VERSION_BYTES && span_starts(first, SPAN("RFB 0")) && first.at[7] == '.' &&
           first.at[VERSION_BYTES - 1] == '\n';
}

struct vnc {
    struct wire *w;
    struct observation *o;
    unsigned minor;
    const struct ask *said; /* the version that was spoken */
};

static const char *security_name(uint8_t kind)
{
    switch (kind) {
    case SECURITY_NONE: return "none";
    case 2: return "VNC password";
    case 5: case 6: case 13: case 129: case 130: case 133: return "RSA-AES";
    case 16: return "Tight";
    case 18: return "TLS";
    case 19: return "VeNCrypt";
    case 20: return "SASL";
    case 22: return "xvp";
    case 30: case 33: case 35: case 36: return "Apple";
    case 113: return "MS-Logon";
    default: return "another";
    }
}

/* "Too many authentication failures" and its like: who it is, and no more. */
static enum outcome vnc_turned_away(struct vnc *v)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, wire_need(v->w, 4));
    uint32_t len = reader_be32(&r);
    if (wire_ok(v->w) && len && len <= REASON_MAX_BYTES) {
        struct span reason = wire_need(v->w, len);
        if (wire_ok(v->w))
            fact_text(v->o, "refused", reason, v->said->name, reason);
    }
    return OUTCOME_UNCLEAR;
}

static enum outcome vnc_enter(struct vnc *v)
{
    struct verdict verdict;
    wire_ask(v->w, &VNC_INIT);
    struct span init = wire_need(v->w, SERVER_INIT_BYTES);
    struct reader r = reader_over(&verdict, init);
    uint16_t width = reader_be16(&r), height = reader_be16(&r);
    reader_skip(&r, 16); /* how a pixel is written */
    uint32_t len = reader_be32(&r);
    if (!wire_ok(v->w) || !reader_ok(&r) || len > NAME_MAX_BYTES)
        return OUTCOME_UNCLEAR;
    struct span name = len ? wire_need(v->w, len) : SPAN_NONE;
    if (!wire_ok(v->w))
        return OUTCOME_UNCLEAR;
    const char *size = arena_printf(v->o->arena, "%ux%u", width, height);
    fact_text(v->o, "desktop", name, VNC_INIT.name, name);
    fact_text(v->o, "desktop.size", span_str(size), VNC_INIT.name, init);
    fact_text(v->o, "auth", SPAN("none"), VNC_INIT.name, init);
    return OUTCOME_OPEN;
}

static enum outcome vnc_locked(struct vnc *v, struct span kinds)
{
    struct buf names;
    buf_init(&names, FACT_TEXT_MAX);
    for (size_t i = 0; i < kinds.len; i++) {
        const char *name = security_name(kinds.at[i]);
        if (names.len && !span_has(buf_span(&names), name))
            buf_str(&names, ", ");
        if (!span_has(buf_span(&names), name))
            buf_str(&names, name);
    }
    fact_text(v->o, "security", buf_span(&names), v->said->name, kinds);
    fact_text(v->o, "auth", SPAN("password"), v->said->name, kinds);
    buf_release(&names);
    return OUTCOME_LOCKED;
}

/* Up to 3.3 the server decides. */
static enum outcome vnc_3_3(struct vnc *v)
{
    struct verdict verdict;
    struct span said = wire_need(v->w, 4);
    struct reader r = reader_over(&verdict, said);
    uint32_t kind = reader_be32(&r);
    if (!wire_ok(v->w) || kind > UINT8_MAX)
        return OUTCOME_UNCLEAR;
    if (kind == 0)
        return vnc_turned_away(v);
    return kind == SECURITY_NONE ? vnc_enter(v) : vnc_locked(v, span_from(said, 3));
}

static enum outcome vnc_choose(struct vnc *v)
{
    struct span count = wire_need(v->w, 1);
    if (!wire_ok(v->w))
        return OUTCOME_UNCLEAR;
    if (count.at[0] == 0)
        return vnc_turned_away(v);
    struct span kinds = wire_need(v->w, count.at[0]);
    if (!wire_ok(v->w))
        return OUTCOME_UNCLEAR;
    if (span_index(kinds, SECURITY_NONE) == kinds.len)
        return vnc_locked(v, kinds);
    wire_ask(v->w, &VNC_NONE);
    struct span result = v->minor >= 8 ? wire_need(v->w, 4) : SPAN("\0\0\0\0");
    if (!wire_ok(v->w))
        return OUTCOME_UNCLEAR;
    return span_eq(result, SPAN("\0\0\0\0")) ? vnc_enter(v) : vnc_turned_away(v);
}

static enum outcome vnc_run(struct wire *w, struct observation *o)
{
    uint64_t major, minor;
    struct span line = wire_need(w, VERSION_BYTES);
    if (!wire_ok(w) || !vnc_recognises(line) || !span_u64(span_sub(line, 4, 3), 999, &major) ||
        !span_u64(span_sub(line, 8, 3), 999, &minor))
        return OUTCOME_NOT_MINE;
    struct vnc v = { .w = w, .o = o, .minor = major > 3 || minor >= 8 ? 8 : minor >= 7 ? 7 : 3 };
    v.said = v.minor == 8 ? &VNC_3_8 : v.minor == 7 ? &VNC_3_7 : &VNC_3_3;
    o->product = "vnc";
    fact_text(o, "protocol.version", span_sub(line, 4, 7), NULL, line);
    wire_ask(w, v.said);
    return v.minor == 3 ? vnc_3_3(&v) : vnc_choose(&v);
}

extern const struct probe PROBE_VNC;
const struct probe PROBE_VNC = {
    .name = "vnc",
    .title = "VNC servers",
    .products = { "vnc" },
    .kind = KIND_REMOTE,
    .ports = { 5900, 5901, 5902, 5903 },
    .peer_first = true,
    .rank = 50,
    .proof = "it lets in without a secret and states the desktop's size and name",
    .counts = "nothing",
    .asks = { &VNC_3_8, &VNC_3_7, &VNC_3_3, &VNC_NONE, &VNC_INIT },
    .recognises = vnc_recognises,
    .run = vnc_run,
};
