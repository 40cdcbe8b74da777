/* STOMP 1.0 to 1.2 (stomp.github.io), which ActiveMQ, RabbitMQ and others speak. The client sends CONNECT
 * without a login; the server answers CONNECTED and who it is, or ERROR. Frames end in a NUL. Nothing is
 * subscribed to, since a broker makes the queue that is named; DISCONNECT ends it. What is said of OpenWire of
 * brokers that let the nameless in and grant them nothing is so here as well. */
#include "base/reader.h"
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 4096, LINES_MAX = 64 };

static const struct ask STOMP_CONNECT =
    ASK_FIXED("stomp.connect", "asks to be let in without a login",
              "CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0");
static const struct ask STOMP_DISCONNECT = ASK_FIXED("stomp.disconnect", "ends the session", "DISCONNECT\n\n\0");

/* "ActiveMQ/5.17.2", "RabbitMQ/3.10.8". */
static void stomp_server(struct observation *o, struct span server)
{
    struct span rest = server;
    struct span name = span_cut(&rest, '/');
    o->product = span_is(name, "ActiveMQ") ? "activemq" : span_is(name, "RabbitMQ") ? "rabbitmq" : "stomp";
    if (rest.len && ascii_is_digit(rest.at[0]))
        fact_text(o, "version", span_cut(&rest, ' '), STOMP_CONNECT.name, server);
}

static bool says_login(struct span text)
{
    return span_has(text, "password") || span_has(text, "Bad CONNECT") || span_has(text, "Access refused") ||
           span_has(text, "uthenticat");
}

static enum outcome stomp_run(struct wire *w, struct observation *o)
{
    struct span server = SPAN_NONE, message = SPAN_NONE;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &STOMP_CONNECT);
    struct span command = wire_line(w, LINE_MAX_BYTES);
    bool connected = span_is(command, "CONNECTED");
    if (!wire_ok(w) || (!connected && !span_is(command, "ERROR")))
        return OUTCOME_NOT_MINE;
    size_t i = 0;
    for (; i < LINES_MAX; i++) {
        struct span value = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w))
            return OUTCOME_NOT_MINE;
        if (value.len == 0)
            break;
        struct span key = span_cut(&value, ':');
        server = span_is(key, "server") ? value : server;
        message = span_is(key, "message") ? value : message;
    }
    if (i == LINES_MAX)
        return OUTCOME_NOT_MINE;
    stomp_server(o, server);
    fact_text(o, "protocol", SPAN("STOMP"), STOMP_CONNECT.name, command);
    if (connected) {
        fact_text(o, "auth", SPAN("none"), STOMP_CONNECT.name, command);
        wire_bye(w, &STOMP_DISCONNECT);
        return OUTCOME_OPEN;
    }
    if (!says_login(message))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), STOMP_CONNECT.name, message);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_STOMP;
const struct probe PROBE_STOMP = {
    .name = "stomp",
    .title = "STOMP brokers (ActiveMQ and others)",
    .products = { "stomp", "activemq", "rabbitmq" },
    .kind = KIND_QUEUE,
    .ports = { 61613 },
    .tls_ports = { 61614 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_SILENCE },
    .rank = 30,
    .proof = "CONNECT without a login is answered by CONNECTED",
    .counts = "nothing",
    .asks = { &STOMP_CONNECT, &STOMP_DISCONNECT },
    .run = stomp_run,
};
