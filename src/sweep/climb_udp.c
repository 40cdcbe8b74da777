/* One endpoint over UDP. There is no connection, no banner and no neutral question: a server answers its own protocol
 * or nothing. So what the port hints at is asked; where it hints at nothing, somebody named it, and every protocol
 * whose servers move is asked, once. Silence says nothing: not that the port is shut, nor that nobody is there. */
#include "sweep/climb.h"

enum { CLIMB_UDP_SPARE = 4 /* sockets beyond one a protocol: for who needs a second */ };

static bool has_port(const struct probe *p, uint16_t port)
{
    size_t i = 0;
    while (p->ports[i] && p->ports[i] != port)
        i++;
    return p->ports[i] != 0;
}

/* The untried protocol of the highest rank that this is the time for; probe_count where there is none. */
static size_t best(const struct climber *c, bool hinted)
{
    const struct ladder *l = c->ladder;
    size_t found = l->probe_count;
    for (size_t i = 0; i < l->probe_count; i++) {
        const struct probe *p = l->probes[i];
        bool wanted = hinted ? has_port(p, c->visit->endpoint.port) : !p->at_home;
        if (!c->tried[i] && wanted && (found == l->probe_count || p->rank > l->probes[found]->rank))
            found = i;
    }
    return found;
}

/* True where there is no point in asking on: it was found, or this port is shut, or cannot be reached. */
static bool ask(struct climber *c, size_t index, int64_t patience_ms)
{
    if (!wire_again(c->wire, WIRE_PLAIN))
        return true;
    wire_patience(c->wire, patience_ms);
    if (climb_probe(c, index))
        return true;
    climb_greeted(c, c->ladder->probes[index]->name, wire_first(c->wire));
    enum wire_fault f = wire_fault(c->wire);
    return f == WIRE_REFUSED || f == WIRE_UNREACHABLE || f == WIRE_LOCAL || f == WIRE_MEMORY;
}

static size_t count_left(const struct climber *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->ladder->probe_count; i++)
        n += !c->tried[i] && !c->ladder->probes[i]->at_home;
    return n;
}

static void climb(struct climber *c)
{
    size_t none = c->ladder->probe_count;
    bool hinted = best(c, true) < none;
    if (!hinted)
        wire_tries(c->wire, 1); /* WIRE_DATAGRAMS_MAX is for all of them together */
    for (size_t index = best(c, hinted); index < none; index = best(c, hinted)) {
        size_t left = hinted ? 1 : count_left(c);
        if (ask(c, index, climb_share(c, (int64_t)(100 / left))))
            return;
    }
}

static void conclude(struct climber *c, enum wire_fault f)
{
    struct visit *v = c->visit;
    bool found = v->observations.len > 0;
    v->answered = found || c->greeting_to;
    v->refused = !v->answered && f == WIRE_REFUSED;
    v->end = !v->answered && (f == WIRE_LOCAL || f == WIRE_MEMORY) ? END_FAILED : END_DONE;
    if (found)
        return;
    if (v->answered) {
        v->why = "it speaks a protocol that Ajar does not know";
        climb_state_unknown(c);
        return;
    }
    bool told = f == WIRE_REFUSED || f == WIRE_UNREACHABLE || v->end == END_FAILED;
    v->why = told ? wire_fault_text(f) : "nothing was heard, which over UDP says nothing";
}

void climb_udp(const struct ladder *l, struct wire *w, struct visit *v)
{
    struct climber c = { .ladder = l, .wire = w, .visit = v, .dress = WIRE_PLAIN,
                         .tried = arena_alloc(v->arena, l->probe_count + 1) };
    v->end = END_FAILED;
    v->why = wire_fault_text(WIRE_MEMORY);
    if (!c.tried)
        return;
    for (size_t i = 0; i < l->probe_count; i++)
        c.tried[i] = l->probes[i]->transport != TRANSPORT_UDP;
    v->why = NULL;
    wire_identify(w, LADDER_WHO_MS, (unsigned)l->probe_count + CLIMB_UDP_SPARE);
    climb(&c);
    conclude(&c, wire_fault(w));
    if (arena_failed(v->arena)) {
        v->end = END_FAILED;
        v->why = wire_fault_text(WIRE_MEMORY);
    }
}
