/* AMQP 0-9-1 (its specification of 2008), as RabbitMQ and others speak it; who speaks 1.0 only is named.
 *
 * The client sends "AMQP" and a version; a server of another version answers with its own and hangs up. Else
 * it starts: a frame with what it is (a table: product, version) and the ways to log in that it takes. Where
 * ANONYMOUS is not among them everybody must log in. Where it is, it is taken: Tune follows, then a virtual
 * host is opened, "/", for which a user needs a right: OpenOk is the proof. No channel is opened, no queue
 * named. Close ends it. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    METHOD = 1,
    FRAME_END = 0xce,
    START = 0x000a000a,
    TUNE = 0x000a001e,
    OPEN_OK = 0x000a0029,
    CLOSE = 0x000a0032,
    FIELDS_MAX = 200,
    FRAMES_MAX = 4,
    NOT_ALLOWED = 530,
    ACCESS_REFUSED = 403,
};

#define FRAME(length, body) "\x01\0\0\0\0\0" length body "\xce"
static const struct ask AMQP_HELLO = ASK_FIXED("amqp.hello", "whether it speaks AMQP 0-9-1", "AMQP\0\0\x09\x01");
static const struct ask AMQP_ANONYMOUS =
    ASK_FIXED("amqp.anonymous", "comes in without a name, which was offered",
              FRAME("\x1c", "\0\x0a\0\x0b" "\0\0\0\0" "\x09" "ANONYMOUS" "\0\0\0\0" "\x05" "en_US"));
static const struct ask AMQP_OPEN =
    ASK_FIXED("amqp.open", "whether the virtual host / may be entered",
              FRAME("\x0c", "\0\x0a\0\x1f" "\0\x01" "\0\0\x10\0" "\0\0")
              FRAME("\x08", "\0\x0a\0\x28" "\x01/" "\0" "\0"));
static const struct ask AMQP_CLOSE =
    ASK_FIXED("amqp.close", "ends the session", FRAME("\x0b", "\0\x0a\0\x32" "\0\xc8" "\0" "\0\0\0\0"));

/* Type, channel, be32 of the body, which a closing byte follows. */
static const struct frame_form AMQP_FORM =
    { .head = 7, .at = 3, .width = 4, .counted = -1, .least = 5, .most = 64 * 1024 };

static bool amqp_recognises(struct span first)
{
    return first.len >= 8 && span_starts(first, SPAN("AMQP")) && first.at[4] < 4;
}

/* The next method: its number, and a reader over its arguments. */
static bool amqp_method(struct wire *w, struct verdict *v, uint32_t *ret_method, struct reader *ret)
{
    struct frame f;
    for (size_t i = 0; i < FRAMES_MAX && frame_read(w, &AMQP_FORM, &f); i++) {
        if (f.body.at[f.body.len - 1] != FRAME_END)
            return wire_fail(w);
        if (f.head.at[0] != METHOD)
            continue;
        *ret = reader_over(v, span_first(f.body, f.body.len - 1));
        *ret_method = reader_be32(ret);
        return reader_ok(ret) ? true : wire_fail(w);
    }
    return false;
}

/* A field table: of the values only texts are kept; tables, booleans and texts are all that brokers put here. */
static void amqp_properties(struct reader *r, struct span *ret_product, struct span *ret_version,
                            struct span *ret_cluster)
{
    struct reader table = reader_sub(r, reader_be32(r));
    for (size_t i = 0; reader_more(&table); i++) {
        struct span name = reader_take(&table, reader_u8(&table));
        uint8_t type = reader_u8(&table);
        struct span text = SPAN_NONE;
        if (type == 'S' || type == 'F' || type == 'A')
            text = reader_take(&table, reader_be32(&table));
        else if (type == 't' || type == 'b' || type == 'B')
            reader_skip(&table, 1);
        else if (type == 'I' || type == 'i' || type == 'f')
            reader_skip(&table, 4);
        else if (type == 'l' || type == 'L' || type == 'd' || type == 'T')
            reader_skip(&table, 8);
        else if (type != 'V' || i == FIELDS_MAX)
            reader_fail(&table, "a field of a kind that nobody puts here");
        if (span_is(name, "product"))
            *ret_product = text;
        if (span_is(name, "version"))
            *ret_version = text;
        if (span_is(name, "cluster_name"))
            *ret_cluster = text;
    }
}

struct amqp_start {
    struct span product, version, cluster, mechanisms;
};

static bool amqp_start(struct wire *w, struct amqp_start *ret)
{
    struct verdict v;
    struct reader r;
    uint32_t method;
    if (!amqp_method(w, &v, &method, &r) || method != START)
        return false;
    uint8_t major = reader_u8(&r);
    reader_skip(&r, 1);
    amqp_properties(&r, &ret->product, &ret->version, &ret->cluster);
    ret->mechanisms = reader_take(&r, reader_be32(&r));
    reader_take(&r, reader_be32(&r));
    reader_end(&r);
    return reader_ok(&r) && major == 0 && ret->mechanisms.len;
}

static enum outcome amqp_enter(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct reader r;
    uint32_t method = 0;
    wire_ask(w, &AMQP_ANONYMOUS);
    if (amqp_method(w, &v, &method, &r) && method == TUNE) {
        wire_ask(w, &AMQP_OPEN);
        if (amqp_method(w, &v, &method, &r) && method == OPEN_OK) {
            fact_text(o, "auth", SPAN("none"), AMQP_OPEN.name, SPAN_NONE);
            wire_bye(w, &AMQP_CLOSE);
            return OUTCOME_OPEN;
        }
    }
    uint16_t code = wire_ok(w) && method == CLOSE ? reader_be16(&r) : 0;
    if (code != NOT_ALLOWED && code != ACCESS_REFUSED)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), AMQP_ANONYMOUS.name, SPAN_NONE);
    return OUTCOME_LOCKED;
}

/* Whether a word is among those of a list with spaces. */
static bool amqp_offers(struct span list, const char *word)
{
    while (list.len)
        if (span_is(span_cut(&list, ' '), word))
            return true;
    return false;
}

static enum outcome amqp_run(struct wire *w, struct observation *o)
{
    struct amqp_start start = { 0 };
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &AMQP_HELLO);
    struct span front = wire_peek(w, 8);
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;
    o->product = "amqp";
    if (amqp_recognises(front)) {
        bool one = front.at[5] == 1;
        fact_text(o, "protocol", one ? SPAN("AMQP 1.0") : SPAN("AMQP 0"), AMQP_HELLO.name, front);
        return OUTCOME_IDENTIFIED;
    }
    if (!amqp_start(w, &start))
        return OUTCOME_NOT_MINE;
    if (span_is(start.product, "RabbitMQ"))
        o->product = "rabbitmq";
    fact_text(o, "protocol", SPAN("AMQP 0-9-1"), AMQP_HELLO.name, front);
    if (start.version.len)
        fact_text(o, "version", start.version, AMQP_HELLO.name, start.version);
    if (start.cluster.len)
        fact_text(o, "cluster", start.cluster, AMQP_HELLO.name, start.cluster);
    if (amqp_offers(start.mechanisms, "ANONYMOUS"))
        return amqp_enter(w, o);
    fact_text(o, "auth", SPAN("password"), AMQP_HELLO.name, start.mechanisms);
    fact_text(o, "mechanisms", start.mechanisms, AMQP_HELLO.name, start.mechanisms);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_AMQP;
const struct probe PROBE_AMQP = {
    .name = "amqp",
    .title = "AMQP brokers (RabbitMQ and others)",
    .products = { "amqp", "rabbitmq" },
    .kind = KIND_QUEUE,
    .ports = { 5672 },
    .tls_ports = { 5671 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_BYTES | REACT_CLOSE, .http = REACT_BYTES },
    .rank = 60,
    .proof = "a virtual host is opened for who comes as ANONYMOUS",
    .counts = "nothing",
    .asks = { &AMQP_HELLO, &AMQP_ANONYMOUS, &AMQP_OPEN, &AMQP_CLOSE },
    .recognises = amqp_recognises,
    .run = amqp_run,
};
