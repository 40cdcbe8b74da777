/* The X window system (X11 protocol, "Connection Setup"). The client says its byte order, the version and no
 * cookie. The server answers 1 and who it is, its screens and more where it lets in; 0 and a reason where it
 * does not, 2 where it wants more. Who is let in may see the screen, read the keys and type: the answer is the
 * proof. Nothing else is asked, and the connection ends. */
#include "base/reader.h"
#include "probe/probe.h"

enum { HEAD_BYTES = 8, BODY_MAX_BYTES = 256 * 1024, FIXED_BYTES = 32, FAILED = 0, SUCCESS = 1, AUTHENTICATE = 2 };

static const struct ask X11_SETUP =
    ASK_FIXED("x11.setup", "asks to be let in without a cookie", "l\0\x0b\0\0\0\0\0\0\0\0\0");

/* X.Org counts in its release number: 12101007 is 21.1.7 (21 in the place of 1.21), 11906000 is 1.19.6. */
static void x11_version(struct observation *o, struct span vendor, uint32_t release)
{
    if (!span_has(vendor, "X.Org"))
        return;
    uint32_t major = release / 10000000, minor = release / 100000 % 100, patch = release / 1000 % 100;
    const char *text = minor >= 21 ? arena_printf(o->arena, "%u.%u.%u", minor, patch, release % 1000)
                                   : arena_printf(o->arena, "%u.%u.%u", major, minor, patch);
    fact_text(o, "version", span_str(text), X11_SETUP.name, vendor);
}

static enum outcome x11_inside(struct observation *o, struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    uint32_t release = reader_le32(&r);
    reader_skip(&r, 12);
    uint16_t vendor_len = reader_le16(&r);
    reader_skip(&r, 2);
    uint8_t screens = reader_u8(&r), formats = reader_u8(&r);
    reader_skip(&r, 10);
    struct span vendor = reader_take(&r, vendor_len);
    if (!reader_ok(&r) || screens == 0 || formats == 0)
        return OUTCOME_NOT_MINE;
    o->product = "x11";
    fact_text(o, "vendor", vendor, X11_SETUP.name, vendor);
    x11_version(o, vendor, release);
    fact_text(o, "auth", SPAN("none"), X11_SETUP.name, span_first(body, FIXED_BYTES));
    return OUTCOME_OPEN;
}

static enum outcome x11_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &X11_SETUP);
    struct reader r = reader_over(&v, wire_need(w, HEAD_BYTES));
    uint8_t status = reader_u8(&r), reason_len = reader_u8(&r);
    uint16_t major = reader_le16(&r), minor = reader_le16(&r);
    uint32_t len = 4u * reader_le16(&r);
    bool version = status == AUTHENTICATE || (major == 11 && minor == 0);
    if (!wire_ok(w) || status > AUTHENTICATE || !version || len == 0 || len > BODY_MAX_BYTES)
        return OUTCOME_NOT_MINE;
    struct span body = wire_need(w, len);
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;
    if (status == SUCCESS)
        return x11_inside(o, body);
    struct span reason = status == FAILED ? span_first(body, reason_len) : body;
    if (status == FAILED && (reason_len == 0 || reason_len > len))
        return OUTCOME_NOT_MINE;
    o->product = "x11";
    fact_text(o, "refused", span_trim(reason), X11_SETUP.name, reason);
    bool by_rights = span_has(reason, "uthoriz") || span_has(reason, "uthenti") || span_has(reason, "No protocol");
    if (status == FAILED && !by_rights)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("cookie"), X11_SETUP.name, reason);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_X11;
const struct probe PROBE_X11 = {
    .name = "x11",
    .title = "X11 displays",
    .products = { "x11" },
    .kind = KIND_REMOTE,
    .ports = { 6000, 6001, 6002, 6003, 6004, 6005, 6010, 6011 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 25,
    .proof = "the connection is set up without a cookie",
    .counts = "nothing",
    .asks = { &X11_SETUP },
    .run = x11_run,
};
