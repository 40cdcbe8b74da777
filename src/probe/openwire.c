/* OpenWire, the protocol of ActiveMQ's own clients ("OpenWire Version 2 Specification", activemq.apache.org).
 *
 * The server speaks first: a frame with "ActiveMQ", the version of the protocol and properties, its own
 * version among them. The client answers with version 1 and no wishes, so that all goes in the loose form,
 * then asks for a connection without a user. A response (30) lets in, an exception (31) does not: that is the
 * proof. No session is opened, no queue named, since a broker makes what is named. ShutdownInfo ends it.
 *
 * A broker that lets the nameless in and grants them nothing (anonymousAccessAllowed beside an authorization
 * map) looks like one that grants all. */
#include "base/hex.h"
#include "base/random.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { WIRE_FORMAT = 1, RESPONSE = 30, EXCEPTION = 31, FRAMES_MAX = 16, MAGIC_AT = 5, TEXT_MAX_BYTES = 255,
       ID_DIGITS = 16 };

static const struct ask OPENWIRE_HELLO =
    ASK_FIXED("openwire.hello", "speaks version 1, in the loose form",
              "\0\0\0\x0e" "\x01" "ActiveMQ" "\0\0\0\x01" "\0");
static const struct ask OPENWIRE_CONNECT = {
    .name = "openwire.connect",
    .why = "asks for a connection without a user, under a name that nobody has",
    .parts = { ASK_BE(4, 1, 6, 0), ASK_BYTES("\x03" "\0\0\0\x01" "\x01" "\x01\x78\x01\0\x14" "ajar"),
               ASK_HOLE("random client id", ID_DIGITS, HOLE_NAME), ASK_BYTES("\x01\0\x14" "ajar"),
               ASK_HOLE("random client id", ID_DIGITS, HOLE_NAME), ASK_BYTES("\0\0" "\0" "\0\0") },
};
static const struct ask OPENWIRE_BYE = ASK_FIXED("openwire.bye", "ends it", "\0\0\0\x06" "\x0b" "\0\0\0\x02" "\0");

/* be32 of the body, whose first byte is the type. */
static const struct frame_form OPENWIRE_FORM =
    { .head = 4, .at = 0, .width = 4, .least = 1, .most = 64 * 1024 };

static bool openwire_recognises(struct span first)
{
    return first.len > MAGIC_AT + 8 && first.at[4] == WIRE_FORMAT &&
           span_eq(span_sub(first, MAGIC_AT, 8), SPAN("ActiveMQ"));
}

/* A text among the properties: name, 9 (it is a string), length, value. */
static struct span openwire_property(struct span body, struct span name)
{
    struct verdict v;
    size_t at = span_find(body, name);
    if (at == SIZE_MAX)
        return SPAN_NONE;
    struct reader r = reader_over(&v, span_from(body, at + name.len));
    uint8_t type = reader_u8(&r);
    struct span text = reader_take(&r, reader_be16(&r));
    return reader_ok(&r) && type == 9 && text.len <= TEXT_MAX_BYTES ? text : SPAN_NONE;
}

static enum outcome openwire_enter(struct wire *w, struct observation *o)
{
    struct frame f;
    const struct endpoint *e = wire_endpoint(w);
    char id[ID_DIGITS + 1];
    hex_encode_u64(siphash((uint64_t)wire_now(w), e->port, span_of(e->address.bytes, sizeof(e->address.bytes))), id);
    struct span args[2] = { span_of(id, ID_DIGITS), span_of(id, ID_DIGITS) };
    wire_ask(w, &OPENWIRE_HELLO);
    wire_ask_with(w, &OPENWIRE_CONNECT, args, 2);
    for (size_t i = 0; i < FRAMES_MAX && frame_read(w, &OPENWIRE_FORM, &f); i++) {
        uint8_t type = f.body.at[0];
        if (type == RESPONSE && f.body.len == 10) {
            fact_text(o, "auth", SPAN("none"), OPENWIRE_CONNECT.name, f.body);
            wire_bye(w, &OPENWIRE_BYE);
            return OUTCOME_OPEN;
        }
        if (type == EXCEPTION) {
            if (!span_has(f.body, "SecurityException"))
                return OUTCOME_UNCLEAR;
            fact_text(o, "auth", SPAN("password"), OPENWIRE_CONNECT.name, f.body);
            return OUTCOME_LOCKED;
        }
    }
    return OUTCOME_UNCLEAR;
}

static enum outcome openwire_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (!openwire_recognises(wire_peek(w, MAGIC_AT + 9)) || !frame_read(w, &OPENWIRE_FORM, &f))
        return OUTCOME_NOT_MINE;
    struct span version = openwire_property(f.body, SPAN("ProviderVersion"));
    o->product = "activemq";
    fact_text(o, "protocol", SPAN("OpenWire"), NULL, f.body);
    if (version.len)
        fact_text(o, "version", version, NULL, version);
    return openwire_enter(w, o);
}

extern const struct probe PROBE_OPENWIRE;
const struct probe PROBE_OPENWIRE = {
    .name = "openwire",
    .title = "ActiveMQ (OpenWire)",
    .products = { "activemq" },
    .kind = KIND_QUEUE,
    .ports = { 61616 },
    .tls_ports = { 61617 },
    .peer_first = true,
    .rank = 40,
    .proof = "a connection without a user is accepted",
    .counts = "nothing",
    .asks = { &OPENWIRE_HELLO, &OPENWIRE_CONNECT, &OPENWIRE_BYE },
    .recognises = openwire_recognises,
    .run = openwire_run,
};
