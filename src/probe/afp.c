/* AFP, the shares of older Macs and their discs (Apple Filing Protocol Reference; DSI over TCP). FPGetSrvrInfo is
 * answered before any session: name and make of the machine, versions, and the ways to log in (UAMs).
 *
 * Where "No User Authent" is not among them there is no way in without a secret. Where it is, guests may log in; what
 * they then see, volume by volume, is not tried: it is called unclear. */
#include "base/buf.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { DSI_ANSWER = 1, DSI_STATUS = 3, NAMES_MAX = 32 };

static const struct ask AFP_STATUS = ASK_FIXED("afp.status",
                                               "names the server and its ways to log in; before any session",
                                               "\0\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0\0");

static const struct frame_form DSI_FORM = { .head = 16, .at = 8, .width = 4, .least = 12, .most = 64 * 1024 };

/* A string of one byte of length at that offset. False where it does not lie in the message. */
static bool afp_string(struct span body, size_t at, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, span_from(body, at));
    *ret = reader_take(&r, reader_u8(&r));
    return reader_ok(&r);
}

/* The strings that stand behind their number, joined by a comma. */
static bool afp_strings(struct span body, size_t at, struct buf *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, span_from(body, at));
    size_t count = reader_u8(&r);
    if (count > NAMES_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        buf_str(ret, i ? ", " : "");
        buf_put(ret, reader_take(&r, reader_u8(&r)));
    }
    return reader_ok(&r) && count > 0;
}

static bool afp_facts(struct observation *o, struct span body, bool *ret_guests)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct buf versions, uams;
    struct span machine, name;
    size_t machine_at = reader_be16(&r), versions_at = reader_be16(&r), uams_at = reader_be16(&r);
    buf_init(&versions, FACT_TEXT_MAX);
    buf_init(&uams, FACT_TEXT_MAX);
    bool whole = reader_ok(&r) && afp_string(body, 10, &name) && afp_string(body, machine_at, &machine) &&
                 afp_strings(body, versions_at, &versions) && afp_strings(body, uams_at, &uams) &&
                 span_has(buf_span(&versions), "AFP");
    if (whole) {
        *ret_guests = span_has(buf_span(&uams), "No User Authent");
        fact_text(o, "host", name, AFP_STATUS.name, body);
        fact_text(o, "software", machine, AFP_STATUS.name, machine);
        fact_text(o, "protocol.version", buf_span(&versions), AFP_STATUS.name, SPAN_NONE);
        fact_text(o, "mechanisms", buf_span(&uams), AFP_STATUS.name, SPAN_NONE);
    }
    buf_release(&versions);
    buf_release(&uams);
    return whole;
}

static enum outcome afp_run(struct wire *w, struct observation *o)
{
    struct frame f;
    bool guests = false;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &AFP_STATUS);
    if (!frame_read(w, &DSI_FORM, &f) || f.head.at[0] != DSI_ANSWER || f.head.at[1] != DSI_STATUS ||
        !span_eq(span_sub(f.head, 2, 6), SPAN("\0\x01\0\0\0\0")) || !afp_facts(o, f.body, &guests))
        return OUTCOME_NOT_MINE;
    o->product = "afp";
    if (guests)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), AFP_STATUS.name, f.body);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_AFP;
const struct probe PROBE_AFP = {
    .name = "afp",
    .title = "AFP shares (Netatalk, Time Capsule)",
    .products = { "afp" },
    .kind = KIND_FILES,
    .ports = { 548 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "none: guests may log in, and what they see is not tried",
    .counts = "nothing",
    .asks = { &AFP_STATUS },
    .run = afp_run,
};
