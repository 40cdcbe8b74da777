/* The row of a service that nobody knows: what it said, how it took our questions, and which
 * protocols were not asked. So a user can tell what it is. */
#include "sweep/climb.h"

#include "base/buf.h"
#include "tls/tls.h"

static const char *reaction_name(enum reaction r)
{
    switch (r) {
    case REACT_BYTES:
        return "bytes";
    case REACT_CLOSE:
        return "closes";
    case REACT_RESET:
        return "resets";
    default:
        return "silent";
    }
}

static void state_reaction(struct observation *o, const char *key, uint8_t seen, const char *ask)
{
    if (seen)
        fact_text(o, key, span_str(reaction_name(seen)), ask, SPAN_NONE);
}

/* The names of all protocols that were left out, the likeliest first in no way: in order of the table. */
static void state_unasked(const struct climber *c, struct observation *o)
{
    struct buf names;
    buf_init(&names, FACT_TEXT_MAX);
    for (size_t i = 0; i < c->ladder->probe_count; i++) {
        const struct probe *p = c->ladder->probes[i];
        if (c->tried[i] || p->peer_first)
            continue;
        if (names.len)
            buf_byte(&names, ',');
        buf_str(&names, p->name);
    }
    if (names.len)
        fact_text(o, "unasked", buf_span(&names), NULL, SPAN_NONE);
    buf_release(&names);
}

void climb_state_unknown(const struct climber *c)
{
    const struct wire_tls *refused = wire_tls_refused(c->wire);
    struct observation *o = visit_observe(c->visit, "unknown", KIND_UNKNOWN);
    if (!o)
        return;
    o->outcome = OUTCOME_IDENTIFIED;
    o->tls = c->dress == WIRE_IN_TLS;
    o->at_ms = wire_now(c->wire);
    if (c->greeting_to) {
        fact_text(o, "greeting", c->greeting, NULL, SPAN_NONE);
        fact_text(o, "greeting.to", span_str(c->greeting_to), NULL, SPAN_NONE);
    }
    state_reaction(o, "reacts.line", c->seen.line, "ladder.ping");
    state_reaction(o, "reacts.tls", c->seen.tls, LADDER_HANDSHAKE.name);
    state_reaction(o, "reacts.http", c->seen.http, NULL);
    if (c->alert && refused && refused->alerted)
        fact_number(o, "tls.alert", refused->alert, LADDER_HANDSHAKE.name, SPAN_NONE);
    state_unasked(c, o);
}
