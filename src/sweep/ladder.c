/* The ladder of ladder.h. Each rung either identifies the service, which ends the climb, or leaves
 * the next rung a fresh connection. */
#include "sweep/ladder.h"

#include "tls/tls.h"

enum {
    BANNER_NEAR_MS = 600, /* loopback */
    BANNER_FAR_MS = 1500,
    GUESS_NEAR_MS = 1000, /* patience where the port hints at nothing */
    GUESS_FAR_MS = 2500,
};

static const struct ask PING = ASK_FIXED("ladder.ping", "a harmless line that text protocols, HTTP and TLS "
                                                        "each answer in their own way", "PING\r\n");
static const struct ask HANDSHAKE = { .name = "tls.handshake",
                                      .why = "the handshake that OpenSSL makes: no client certificate, and the "
                                             "name that was asked for as server name" };

const struct ask *const LADDER_ASKS[] = { &PING, &HANDSHAKE, NULL };

struct climber {
    const struct ladder *ladder;
    struct wire *wire;
    struct visit *visit;
    enum wire_dress dress;
    bool used;              /* the connection has seen a question */
    bool stranger;          /* it spoke, and nothing that we know */
    uint32_t tried;         /* probes that said "not mine", by index in PROBES */
    bool tried_http;
};

static void mark(uint64_t *set, const uint16_t *ports)
{
    for (size_t i = 0; ports[i]; i++)
        set[ports[i] / 64] |= (uint64_t)1 << ports[i] % 64;
}

static bool marked(const uint64_t *set, uint16_t port)
{
    return set[port / 64] >> port % 64 & 1;
}

void ladder_init(struct ladder *l, const struct catalog *catalog)
{
    static const uint16_t HTTPS[] = { 443, 8443, 9443, 0 }, HTTP[] = { 80, 8000, 8080, 8888, 0 };
    memset(l, 0, sizeof(*l));
    l->catalog = catalog;
    mark(l->tls_ports, HTTPS);
    mark(l->http_ports, HTTPS);
    mark(l->http_ports, HTTP);
    for (size_t i = 0; PROBES[i]; i++)
        mark(l->tls_ports, PROBES[i]->tls_ports);
    for (size_t i = 0; i < catalog_count(catalog); i++) {
        mark(l->http_ports, catalog_product(catalog, i)->ports);
        mark(l->http_ports, catalog_product(catalog, i)->tls_ports);
        mark(l->tls_ports, catalog_product(catalog, i)->tls_ports);
    }
}

/* A connection that has seen no question of ours, in the dress of this climb. */
static bool fresh(struct climber *c)
{
    if (c->used && !wire_again(c->wire, c->dress))
        return false;
    c->used = false;
    return wire_ok(c->wire);
}

static bool run_probe(struct climber *c, size_t index)
{
    const struct probe *p = PROBES[index];
    if (c->tried >> index & 1)
        return false;
    c->tried |= (uint32_t)1 << index;
    c->used = true;
    size_t before = c->visit->observations.len;
    struct observation *o = visit_observe(c->visit, p->name, p->kind);
    if (!o)
        return false;
    o->at_ms = wire_now(c->wire);
    o->tls = wire_in_tls(c->wire);
    o->outcome = p->run(c->wire, o);
    if (o->outcome == OUTCOME_NOT_MINE) {
        c->visit->observations.len = before;
        return false;
    }
    return true;
}

static bool run_http(struct climber *c)
{
    if (c->tried_http)
        return false;
    c->tried_http = c->used = true;
    return http_visit(c->wire, c->ladder->catalog, c->visit) != OUTCOME_NOT_MINE;
}

static bool has_port(const uint16_t *ports, uint16_t port)
{
    while (*ports && *ports != port)
        ports++;
    return *ports != 0;
}

static bool hinted(struct climber *c)
{
    uint16_t port = c->visit->endpoint.port;
    for (size_t i = 0; PROBES[i]; i++) {
        bool hint = has_port(PROBES[i]->ports, port) || has_port(PROBES[i]->tls_ports, port);
        if (hint && fresh(c) && run_probe(c, i))
            return true;
    }
    return marked(c->ladder->http_ports, port) && fresh(c) && run_http(c);
}

/* Who it is by its first bytes, and the conversation with it. `greeted`: the bytes are a banner
 * that its probe reads itself; else they answered our line, and the probe gets a new connection. */
static bool run_recognised(struct climber *c, struct span first, bool greeted)
{
    for (size_t i = 0; PROBES[i]; i++) {
        if (!PROBES[i]->recognises || !PROBES[i]->recognises(first))
            continue;
        if ((greeted || fresh(c)) && run_probe(c, i))
            return true;
        return false;
    }
    if (http_recognises(first))
        return fresh(c) && run_http(c);
    bool alert = first.len >= 2 && first.at[0] == 0x15 && first.at[1] == 0x03;
    c->stranger = !alert;
    return false;
}

static bool is_near(const struct climber *c)
{
    return address_class(&c->visit->endpoint.address) == ADDRESS_LOOPBACK;
}

static bool sniff(struct climber *c)
{
    if (!fresh(c))
        return false;
    int64_t wait_ms = is_near(c) ? BANNER_NEAR_MS : BANNER_FAR_MS;
    if (wire_hears(c->wire, wait_ms))
        return run_recognised(c, wire_heard(c->wire), true);
    c->used = true;
    if (wire_ask(c->wire, &PING) && wire_hears(c->wire, wait_ms))
        return run_recognised(c, wire_heard(c->wire), false);
    return false;
}

static bool guess(struct climber *c)
{
    if (fresh(c) && run_http(c))
        return true;
    for (size_t i = 0; PROBES[i]; i++)
        if (!PROBES[i]->peer_first && !(c->tried >> i & 1) && fresh(c) && run_probe(c, i))
            return true;
    return false;
}

/* Rungs 1 to 3, and 5 and 6 where `deep`. */
static bool climb_inside(struct climber *c, bool deep)
{
    if (hinted(c))
        return true;
    wire_patience(c->wire, is_near(c) ? GUESS_NEAR_MS : GUESS_FAR_MS);
    if (sniff(c) || c->stranger)
        return !c->stranger;
    return deep && guess(c);
}

/* A server that asks for a client certificate and then hangs up is locked, whatever it is. */
static void note_client_certificate(struct climber *c)
{
    const struct wire_tls *tls = wire_tls(c->wire);
    struct observation *o;
    if (!tls || !tls->client_cert_asked || !(o = visit_observe(c->visit, "tls-service", KIND_WEB)))
        return;
    o->outcome = OUTCOME_LOCKED;
    o->tls = true;
    o->at_ms = wire_now(c->wire);
    fact_text(o, "auth", SPAN("client certificate"), HANDSHAKE.name, SPAN_NONE);
}

static bool climb_tls(const struct climber *outer, bool *ret_handshake)
{
    struct climber c = { .ladder = outer->ladder, .wire = outer->wire, .visit = outer->visit, .dress = WIRE_IN_TLS };
    *ret_handshake = wire_again(c.wire, WIRE_IN_TLS);
    if (!*ret_handshake)
        return wire_fault(c.wire) == WIRE_TLS && tls_observe_obsolete(c.wire, c.visit);
    const struct wire_tls *tls = wire_tls(c.wire);
    if (climb_inside(&c, !tls->client_cert_asked))
        return true;
    note_client_certificate(&c);
    return c.visit->observations.len > 0;
}

static void climb(struct climber *c)
{
    bool handshake = false;
    bool tls_first = marked(c->ladder->tls_ports, c->visit->endpoint.port);
    if (tls_first && (climb_tls(c, &handshake) || handshake))
        return;
    c->used = tls_first;
    if (climb_inside(c, false) || c->stranger)
        return;
    if (!tls_first && (climb_tls(c, &handshake) || handshake))
        return;
    c->used = true;
    guess(c);
}

static void end_unopened(struct visit *v, enum wire_fault f)
{
    v->why = wire_fault_text(f);
    v->refused = f == WIRE_REFUSED;
    v->end = f == WIRE_LOCAL || f == WIRE_MEMORY ? END_FAILED : END_DONE;
}

bool ladder_climb(const struct ladder *l, struct wire *w, struct visit *v)
{
    struct climber c = { .ladder = l, .wire = w, .visit = v, .dress = WIRE_PLAIN };
    bool retried = !wire_again(w, WIRE_PLAIN) && wire_fault(w) == WIRE_CONNECT_TIMEOUT;
    if (retried)
        wire_again(w, WIRE_PLAIN);
    if (!wire_ok(w)) {
        end_unopened(v, wire_fault(w));
        return retried && wire_fault(w) == WIRE_REFUSED;
    }
    v->answered = true;
    v->end = END_DONE;
    climb(&c);
    if (v->observations.len == 0)
        v->why = c.stranger ? "it speaks a protocol that Ajar does not know" : "it answered no question of Ajar";
    if (wire_tls(w))
        tls_observe(w, v);
    if (arena_failed(v->arena)) {
        v->end = END_FAILED;
        v->why = wire_fault_text(WIRE_MEMORY);
    }
    return retried;
}
