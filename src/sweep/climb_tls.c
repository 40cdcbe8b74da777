/* The rung of TLS. A server that OpenSSL cannot shake hands with is asked once more by a hello of
 * our own: at once where it answered in TLS or where the port says TLS, else when nothing else was
 * found, since most that hang up on a ClientHello speak no TLS at all. */
#include "sweep/climb.h"

#include "tls/tls.h"

enum { AFTER_SILENCE_PERCENT = 12, HANDSHAKE_PERCENT = 35, WHOLE_PERCENT = 100 };

static bool is_tls_port(const struct climber *c)
{
    uint16_t port = c->visit->endpoint.port;
    return c->ladder->tls_ports[port / 64] >> port % 64 & 1;
}

static int64_t patience_of(const struct climber *c)
{
    if (c->alert || is_tls_port(c))
        return climb_share(c, WHOLE_PERCENT);
    return climb_share(c, c->seen.line == REACT_SILENCE ? AFTER_SILENCE_PERCENT : HANDSHAKE_PERCENT);
}

/* A TLS service of which only the lock is known. */
static bool state_locked(struct climber *c, const char *auth, const char *ask)
{
    struct observation *o = visit_observe(c->visit, "tls-service", KIND_WEB);
    if (!o)
        return false;
    o->outcome = OUTCOME_LOCKED;
    o->tls = true;
    o->at_ms = wire_now(c->wire);
    fact_text(o, "auth", span_str(auth), ask, SPAN_NONE);
    return true;
}

/* By a hello of our own: the certificate of a server that speaks only what OpenSSL has forgotten, or
 * the proof that a key is wanted which both sides have beforehand. */
static bool own_hello(struct climber *c)
{
    struct wire_tls shown;
    c->used = c->asked_own_hello = true;
    if (tls_observe_obsolete(c->wire, c->ladder->trust, c->visit, &shown)) {
        c->dress = WIRE_IN_TLS;
        if (shown.client_cert_asked)
            state_locked(c, "client certificate", TLS_ASK_OBSOLETE);
        return true;
    }
    c->alert |= shown.alerted;
    return shown.alerted && tls_wants_psk(c->wire) && state_locked(c, "pre-shared key", TLS_ASK_PSK);
}

static bool refused(struct climber *c)
{
    const struct wire_tls *tls = wire_tls_refused(c->wire);
    bool in_tls = wire_fault(c->wire) == WIRE_TLS;
    c->alert |= in_tls;
    if (in_tls && tls && tls->client_cert_asked) {
        state_locked(c, "client certificate", LADDER_HANDSHAKE.name);
        tls_state(c->visit, tls, c->ladder->trust, wire_now(c->wire));
        return true;
    }
    bool hangs_up = c->seen.tls & REACT_HANGUP;
    return (in_tls || (hangs_up && is_tls_port(c))) && own_hello(c);
}

static enum reaction reaction_to_hello(const struct wire *w)
{
    switch (wire_fault(w)) {
    case WIRE_TLS:
    case WIRE_MALFORMED:
        return REACT_BYTES;
    case WIRE_CLOSED:
        return REACT_CLOSE;
    case WIRE_RESET:
        return REACT_RESET;
    case WIRE_TIMEOUT:
        return REACT_SILENCE;
    default:
        return 0;
    }
}

bool climb_tls(struct climber *c)
{
    wire_patience(c->wire, patience_of(c));
    c->used = true;
    if (!wire_dress(c->wire)) {
        c->seen.tls = (uint8_t)reaction_to_hello(c->wire);
        return refused(c);
    }
    struct climber inside = { .ladder = c->ladder, .wire = c->wire, .visit = c->visit, .dress = WIRE_IN_TLS,
                              .tried = arena_alloc(c->visit->arena, c->ladder->probe_count + 1) };
    if (!inside.tried)
        return true;
    memset(inside.tried, 0, c->ladder->probe_count + 1);
    bool found = climb_inside_tls(&inside);
    bool locked = !found && !inside.greeting_to && wire_tls(c->wire)->client_cert_asked;
    /* Who expects TLS and nothing else refuses a line in clear. Who waits for more of it speaks in clear, too. */
    if (locked && c->seen.line == REACT_SILENCE)
        return false;
    /* A server that asks for a client certificate and then says nothing is locked, whatever it is. */
    if (locked)
        state_locked(c, "client certificate", LADDER_HANDSHAKE.name);
    *c = inside;
    return true;
}

bool climb_tls_wants_last(const struct climber *c)
{
    return c->dress == WIRE_PLAIN && !c->asked_own_hello && !c->over && c->seen.tls & REACT_HANGUP &&
           !(c->seen.line & REACT_BYTES);
}

bool climb_tls_at_last(struct climber *c)
{
    if (!climb_tls_wants_last(c))
        return false;
    wire_allow(c->wire, LADDER_LAST_CONNECTIONS);
    return own_hello(c);
}
