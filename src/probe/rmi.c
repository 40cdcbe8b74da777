/* The registry of Java's RMI ("Java Remote Method Invocation Specification", 10 and 8; Java Object
 * Serialization).
 *
 * The client sends "JRMI", version 2, the stream protocol; the server answers "N", the name and port that it
 * sees the client at; the client answers by its own, empty ones. Then a call of the registry's object:
 * operation 1, list(). It returns the names that are bound: anyone may have them, so that the registry is
 * identified, and its names are counted. What is behind a name is an endpoint of its own; none is looked up. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/probe.h"

enum { HOST_MAX_BYTES = 255, NAMES_MAX = 1000, NORMAL = 1, STRING = 0x74 };

static const struct ask RMI_HELLO = ASK_FIXED("rmi.hello", "whether it speaks Java's remote calls", "JRMI\0\x02K");
static const struct ask RMI_LIST =
    ASK_FIXED("rmi.list", "names what is registered", "\0\0\0\0\0\0" "P\xac\xed\0\x05w\x22" "\0\0\0\0\0\0\0\0"
              "\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0" "\0\0\0\x01" "\x44\x15\x4d\xc9\xd4\xe6\x3b\xdf");

/* ReturnData, a stream, a block of 15 bytes: a normal return and the number of the call. */
static bool rmi_returned(struct wire *w)
{
    struct span head = wire_need(w, 7);
    if (!wire_ok(w) || !span_eq(head, SPAN("Q\xac\xed\0\x05w\x0f")))
        return false;
    struct span block = wire_need(w, 15);
    return wire_ok(w) && block.at[0] == NORMAL;
}

/* An array of String, as its class is described once for all versions of Java. */
static bool rmi_names(struct wire *w, struct observation *o)
{
    static const char HEAD[] = "ur\0\x13[Ljava.lang.String;\xad\xd2\x56\xe7\xe9\x1d\x7b\x47\x02\0\0pxp";
    LIST_OF(struct span) names = { 0 };
    struct verdict v;
    struct span head = wire_need(w, sizeof(HEAD) - 1);
    struct reader r = reader_over(&v, wire_need(w, 4));
    uint32_t count = reader_be32(&r);
    if (!wire_ok(w) || !span_eq(head, span_of(HEAD, sizeof(HEAD) - 1)) || count > NAMES_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct reader one = reader_over(&v, wire_need(w, 3));
        uint8_t type = reader_u8(&one);
        uint16_t len = reader_be16(&one);
        if (!wire_ok(w) || type != STRING || len == 0)
            return false;
        struct span *kept = list_add(wire_arena(w), &names);
        if (!kept)
            return false;
        *kept = wire_need(w, len);
    }
    if (!wire_ok(w))
        return false;
    o->collection_count = 0;
    for (size_t i = 0; i < names.len; i++)
        observation_collect(o, names.at[i], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    return true;
}

static enum outcome rmi_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &RMI_HELLO);
    struct reader r = reader_over(&v, wire_need(w, 3));
    uint8_t acknowledged = reader_u8(&r);
    uint16_t len = reader_be16(&r);
    if (!wire_ok(w) || acknowledged != 'N' || len == 0 || len > HOST_MAX_BYTES)
        return OUTCOME_NOT_MINE;
    wire_need(w, len + 4u);
    if (!wire_ok(w))
        return OUTCOME_NOT_MINE;
    o->product = "rmi";
    wire_ask(w, &RMI_LIST);
    if (!rmi_returned(w))
        return OUTCOME_IDENTIFIED; /* calls of an object, and no registry; or one that tells not everybody */
    o->product = "rmi-registry";
    return rmi_names(w, o) ? OUTCOME_IDENTIFIED : OUTCOME_UNCLEAR;
}

extern const struct probe PROBE_RMI;
const struct probe PROBE_RMI = {
    .name = "rmi",
    .title = "Java RMI registry, JMX",
    .products = { "rmi", "rmi-registry" },
    .kind = KIND_COORDINATION,
    .ports = { 1099, 1098, 9010, 7199 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 30,
    .proof = "none: it names what is registered, and that is judged elsewhere",
    .counts = "names",
    .asks = { &RMI_HELLO, &RMI_LIST },
    .run = rmi_run,
};
