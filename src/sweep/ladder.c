/* The ladder of ladder.h. Each rung either identifies the service, which ends the climb, or leaves
 * the next rung a fresh connection. */
#include "sweep/climb.h"

#include "tls/tls.h"

enum {
    BANNER_NEAR_MS = 150, /* loopback; a banner that comes later is heard after the line, too */
    BANNER_FAR_MS = 700,
    SETTLE_MS = 200,      /* for the rest of an answer whose first bytes nobody recognises, and two round trips more: */
    SETTLE_MOST_MS = 900, /* who writes it in two pieces holds the second back until the first is there (RFC 896) */
    GREETING_MS = 5000,   /* where the port says that the peer speaks first: a MySQL looks up our name before */
    LINE_PERCENT = 36,
    HTTP_PERCENT = 40,
    WHOLE_PERCENT = 100,
    HINTS_MAX = 3,
    MOMENT_MS = 50,
    UNASKED_BYTES_MAX = 4096,
};

static const struct ask PING = ASK_FIXED("ladder.ping", "a harmless line that text protocols, HTTP and TLS "
                                                        "each answer in their own way", "PING\r\n");
const struct ask LADDER_HANDSHAKE = { .name = "tls.handshake",
                                      .why = "the handshake that OpenSSL makes: no client certificate, and the "
                                             "name that was asked for as server name" };

const struct ask *const LADDER_ASKS[] = { &PING, &LADDER_HANDSHAKE, NULL };

static void mark(uint64_t *set, const uint16_t *ports)
{
    for (size_t i = 0; ports[i]; i++)
        set[ports[i] / 64] |= (uint64_t)1 << ports[i] % 64;
}

static void unmark(uint64_t *set, const uint16_t *ports)
{
    for (size_t i = 0; ports[i]; i++)
        set[ports[i] / 64] &= ~((uint64_t)1 << ports[i] % 64);
}

static bool marked(const uint64_t *set, uint16_t port)
{
    return set[port / 64] >> port % 64 & 1;
}

void ladder_init(struct ladder *l, const struct catalog *catalog, const struct probe *const *probes)
{
    static const uint16_t HTTPS[] = { 443, 8443, 9443, 0 }, HTTP[] = { 80, 8000, 8080, 8888, 0 };
    memset(l, 0, sizeof(*l));
    l->catalog = catalog;
    l->probes = probes;
    mark(l->http_ports, HTTPS);
    mark(l->http_ports, HTTP);
    mark(l->clear_ports, HTTP);
    for (size_t i = 0; i < catalog_count(catalog); i++) {
        mark(l->http_ports, catalog_product(catalog, i)->ports);
        mark(l->clear_ports, catalog_product(catalog, i)->ports);
        mark(l->http_ports, catalog_product(catalog, i)->tls_ports);
        mark(l->tls_ports, catalog_product(catalog, i)->tls_ports);
    }
    /* A port at which servers of a wire protocol usually are: a ClientHello would be an error in their log. */
    for (; probes[l->probe_count]; l->probe_count++)
        if (probes[l->probe_count]->transport == TRANSPORT_TCP)
            unmark(l->tls_ports, probes[l->probe_count]->ports);
    mark(l->tls_ports, HTTPS);
    unmark(l->clear_ports, HTTPS);
    for (size_t i = 0; i < l->probe_count; i++)
        if (probes[i]->transport == TRANSPORT_TCP)
            mark(l->tls_ports, probes[i]->tls_ports);
}

/* ---- what all rungs share ---------------------------------------------------------------- */

/* Longer patience gives every wait as much more; shorter takes none of it. */
int64_t climb_scaled(const struct climber *c, int64_t ms)
{
    int64_t patience_ms = wire_limits_of(c->wire)->patience_ms;
    return patience_ms > WIRE_PATIENCE_MS ? ms * patience_ms / WIRE_PATIENCE_MS : ms;
}

bool climb_fresh(struct climber *c)
{
    if (c->used && !wire_again(c->wire, c->dress))
        return false;
    c->used = false;
    return wire_ok(c->wire);
}

int64_t climb_share(const struct climber *c, int64_t percent)
{
    int64_t most = wire_limits_of(c->wire)->patience_ms;
    int64_t ms = wire_time_left(c->wire) * percent / 100;
    return ms < MOMENT_MS ? MOMENT_MS : ms < most ? ms : most;
}

enum reaction climb_reaction(const struct climber *c)
{
    if (wire_first(c->wire).len)
        return REACT_BYTES;
    switch (wire_fault(c->wire)) {
    case WIRE_CLOSED:
        return REACT_CLOSE;
    case WIRE_RESET:
        return REACT_RESET;
    case WIRE_FINE:
    case WIRE_TIMEOUT:
        return REACT_SILENCE;
    default:
        return 0;
    }
}

void climb_greeted(struct climber *c, const char *to, struct span said)
{
    if (c->greeting_to || said.len == 0)
        return;
    c->greeting = arena_copy(c->visit->arena, span_first(said, WIRE_FIRST_BYTES));
    c->greeting_to = to;
}

bool climb_probe(struct climber *c, size_t index)
{
    const struct probe *p = c->ladder->probes[index];
    if (c->tried[index])
        return false;
    c->tried[index] = c->used = true;
    size_t before = c->visit->observations.len;
    struct observation *o = visit_observe(c->visit, p->name, p->kind);
    if (!o)
        return false;
    o->at_ms = wire_now(c->wire);
    o->tls = wire_in_tls(c->wire);
    o->outcome = p->run(c->wire, o);
    if (o->outcome != OUTCOME_NOT_MINE)
        return true;
    c->visit->observations.len = before;
    c->silent += climb_reaction(c) == REACT_SILENCE;
    wire_unknown(c->wire);
    return false;
}

static int64_t settle_ms(const struct climber *c)
{
    int64_t ms = SETTLE_MS + 2 * wire_trip_ms(c->wire);
    return ms < SETTLE_MOST_MS ? ms : SETTLE_MOST_MS;
}

/* Who it is by its first bytes, and the conversation with it. `greeted`: the bytes are a banner
 * that its probe reads itself; else they answered a question, and the probe gets a new connection,
 * unless it would only ask the same again. */
static bool run_recognised(struct climber *c, struct span first, bool greeted, bool *ret_known)
{
    *ret_known = false;
    for (size_t i = 0; i < c->ladder->probe_count; i++) {
        const struct probe *p = c->ladder->probes[i];
        if (c->tried[i] || !p->recognises || !p->recognises(first))
            continue;
        *ret_known = true;
        bool goes_on = greeted || (c->line_waits && p->takes_line);
        if (!goes_on && !climb_fresh(c))
            return false;
        c->line_waits = false;
        wire_known(c->wire);
        if (climb_probe(c, i))
            return true;
        greeted = false;
    }
    return false;
}

static bool run_http(struct climber *c)
{
    if (c->tried_http)
        return false;
    c->tried_http = c->used = true;
    if (http_visit(c->wire, c->ladder->catalog, c->visit, c->ladder->leavings) != OUTCOME_NOT_MINE)
        return true;
    bool known;
    struct span said = arena_copy(c->visit->arena, wire_first(c->wire));
    c->seen.http = (uint8_t)climb_reaction(c);
    climb_greeted(c, "http", said);
    wire_unknown(c->wire);
    return run_recognised(c, said, false, &known);
}

/* ---- rung 1: what the port hints at -------------------------------------------------------- */

static bool has_port(const uint16_t *ports, uint16_t port)
{
    while (*ports && *ports != port)
        ports++;
    return *ports != 0;
}

/* The untried probe of the highest rank whose port it is; probe_count where there is none. */
static size_t best_hint(const struct climber *c)
{
    size_t best = c->ladder->probe_count;
    uint16_t port = c->visit->endpoint.port;
    for (size_t i = 0; i < c->ladder->probe_count; i++) {
        const struct probe *p = c->ladder->probes[i];
        bool better = best == c->ladder->probe_count || p->rank > c->ladder->probes[best]->rank;
        if (better && !c->tried[i] && (has_port(p->ports, port) || has_port(p->tls_ports, port)))
            best = i;
    }
    return best;
}

/* Among how many the time that is left is shared: what the port hints at, and where that is more than two, the rungs
 * after it as one more. None of them, silent to the end, may use up the time of the others. */
static unsigned sharers(const struct climber *c)
{
    unsigned count = 0;
    uint16_t port = c->visit->endpoint.port;
    for (size_t i = 0; i < c->ladder->probe_count && count < HINTS_MAX; i++) {
        const struct probe *p = c->ladder->probes[i];
        count += !c->tried[i] && (has_port(p->ports, port) || has_port(p->tls_ports, port));
    }
    count += marked(c->ladder->http_ports, port);
    return count > 2 ? count + 1 : count;
}

/* Where the port says that the peer speaks first, it is given time to: nothing is said until then. */
static bool hint_is_silent(struct climber *c, const struct probe *p, unsigned shared_by)
{
    int64_t ms = climb_scaled(c, GREETING_MS), share = wire_time_left(c->wire) / shared_by;
    if (!p->peer_first || wire_hears(c->wire, ms < share ? ms : share))
        return false;
    c->used = !wire_ok(c->wire);
    c->quiet = true;
    return true;
}

static bool hinted(struct climber *c)
{
    size_t index;
    unsigned shared_by = sharers(c);
    for (int i = 0; i < HINTS_MAX && (index = best_hint(c)) < c->ladder->probe_count; i++, shared_by--) {
        if (!climb_fresh(c))
            return false;
        if (hint_is_silent(c, c->ladder->probes[index], shared_by)) {
            c->tried[index] = true;
            c->silent++;
            continue;
        }
        wire_patience(c->wire, climb_share(c, WHOLE_PERCENT / shared_by));
        if (climb_probe(c, index))
            return true;
        c->quiet |= climb_reaction(c) == REACT_SILENCE;
    }
    if (!marked(c->ladder->http_ports, c->visit->endpoint.port) || !climb_fresh(c))
        return false;
    wire_patience(c->wire, climb_share(c, WHOLE_PERCENT / shared_by));
    if (run_http(c))
        return true;
    c->quiet |= c->seen.http == REACT_SILENCE;
    return false;
}

/* ---- rungs 2 and 3: what it says unasked, and to the line ----------------------------------- */

/* Reads on until the first bytes are recognised or nothing more comes: an answer may arrive in
 * pieces. *ret_said: what came, in the arena. */
static bool settle(struct climber *c, bool greeted, struct span *ret_said)
{
    for (;;) {
        bool known;
        *ret_said = arena_copy(c->visit->arena, span_first(wire_heard(c->wire), WIRE_FIRST_BYTES));
        if (run_recognised(c, *ret_said, greeted, &known))
            return true;
        bool enough = known || (!greeted && http_recognises(*ret_said));
        bool all = ret_said->len == 0 || ret_said->len == WIRE_FIRST_BYTES;
        if (enough || all || !wire_hears_more(c->wire, settle_ms(c)))
            return false;
    }
}

static bool is_of_web(struct span said)
{
    static const char *const WEB[] = { "HTTP", "html", "HTML", "Bad Request", "bad request" };
    for (size_t i = 0; i < sizeof(WEB) / sizeof(WEB[0]); i++)
        if (span_has(said, WEB[i]))
            return true;
    return false;
}

/* Whether the bytes are plain lines of a protocol that is clearly not HTTP. */
static bool is_other_text(struct span said)
{
    for (size_t i = 0; i < said.len; i++) {
        uint8_t b = said.at[i];
        if ((b < ' ' && b != '\r' && b != '\n' && b != '\t') || b > '~')
            return false;
    }
    return said.len >= 2 && said.at[0] != '<' && !is_of_web(said);
}

static bool is_alert(struct span said)
{
    return said.len >= 2 && said.at[0] == 0x15 && said.at[1] == 0x03;
}

/* What came unasked and looks like HTTP is no answer to us: it is read away, and only what comes
 * after a question of ours is judged. */
static bool run_unasked_http(struct climber *c, int64_t wait_ms)
{
    c->over = true; /* unless it lets itself be asked */
    if (!climb_fresh(c))
        return false;
    if (wire_hears(c->wire, wait_ms)) {
        while (wire_heard(c->wire).len < UNASKED_BYTES_MAX && wire_hears_more(c->wire, settle_ms(c)))
            ;
        wire_some(c->wire, UNASKED_BYTES_MAX);
    }
    return wire_ok(c->wire) && run_http(c);
}

/* The peer speaks first: its probe, or nobody that we know; not a byte is said to a stranger. */
static bool take_banner(struct climber *c, int64_t wait_ms)
{
    struct span said;
    if (settle(c, true, &said))
        return true;
    climb_greeted(c, "connect", said);
    c->used = c->over = true;
    return http_recognises(said) && run_unasked_http(c, wait_ms);
}

static bool take_answer(struct climber *c)
{
    struct span said;
    if (settle(c, false, &said))
        return true;
    c->web = is_of_web(said);
    if (http_recognises(said)) {
        if (!climb_fresh(c))
            return false;
        wire_known(c->wire);
        return run_http(c);
    }
    if (!is_alert(said)) {
        climb_greeted(c, "line", said);
        c->over = is_other_text(said);
    }
    c->alert |= is_alert(said);
    return false;
}

static bool sniff(struct climber *c)
{
    bool near = address_class(&c->visit->endpoint.address) == ADDRESS_LOOPBACK;
    int64_t wait_ms = c->quiet ? 0 : climb_scaled(c, near ? BANNER_NEAR_MS : BANNER_FAR_MS);
    if (!climb_fresh(c))
        return false;
    if (wire_hears(c->wire, wait_ms))
        return take_banner(c, wait_ms);
    if (!wire_ok(c->wire)) { /* it hung up unasked: perhaps it waits for nobody */
        c->used = true;
        if (!climb_fresh(c))
            return false;
    }
    c->used = true;
    bool answered = wire_ask(c->wire, &PING) && wire_hears(c->wire, climb_share(c, LINE_PERCENT));
    c->seen.line = (uint8_t)climb_reaction(c);
    c->line_waits = answered;
    bool found = answered && take_answer(c);
    c->line_waits = false;
    return found;
}

/* ---- the climb ------------------------------------------------------------------------------- */

static bool ask_http(struct climber *c)
{
    if (!climb_fresh(c))
        return false;
    wire_patience(c->wire, climb_share(c, HTTP_PERCENT));
    return run_http(c);
}

/* A web server by what it said to the line, which was silent to a request: its first page may be made when somebody
 * first asks for one. Once more, for as long as there is time. */
static bool ask_http_again(struct climber *c)
{
    if (!c->web || c->over || c->seen.http != REACT_SILENCE || !climb_fresh(c))
        return false;
    c->tried_http = false;
    wire_patience(c->wire, wire_time_left(c->wire));
    return run_http(c);
}

bool climb_inside_tls(struct climber *c)
{
    bool deep = !wire_tls(c->wire)->client_cert_asked;
    if (hinted(c) || sniff(c))
        return true;
    return deep && ((!c->over && ask_http(c)) || ask_http_again(c) || climb_guess(c));
}

/* Whether something was found that had been left behind on a web server. */
static bool has_left(const struct observation *o)
{
    for (size_t i = 0; i < o->facts.len; i++) {
        const char *key = o->facts.at[i].key;
        if (strncmp(key, "left.", 5) == 0 && strcmp(key, "left.asked") != 0 && strcmp(key, "left.unasked") != 0)
            return true;
    }
    return false;
}

/* Whether nothing was found but a web server that no entry knows, and on it nothing. */
static bool is_nobody(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (strcmp(o->product, "web") != 0 || o->outcome != OUTCOME_IDENTIFIED || has_left(o))
            return false;
    }
    return true;
}

/* The first `count` observations, where others came after them. */
static void forget_first(struct visit *v, size_t count)
{
    struct observation *at = v->observations.at;
    size_t left = v->observations.len - count;
    if (left == 0)
        return;
    memmove(at, at + count, left * sizeof(at[0]));
    v->observations.len = left;
}

/* Some take TLS at every port (proxies do), have nothing to say in it, and speak in clear. Where products speak so at
 * this port, it is asked in clear as well; who is nobody there either stays what TLS showed. */
static void ask_clear_too(struct climber *c)
{
    struct visit *v = c->visit;
    size_t before = v->observations.len;
    if (!marked(c->ladder->clear_ports, v->endpoint.port) || !is_nobody(v) || !wire_again(c->wire, WIRE_PLAIN))
        return;
    wire_patience(c->wire, climb_share(c, HTTP_PERCENT));
    (void)http_visit(c->wire, c->ladder->catalog, v, c->ladder->leavings);
    if (is_nobody(v) && before > 0)
        v->observations.len = before;
    else
        forget_first(v, before);
}

/* With all protocols: some answer "GET /" as well as their own questions (Bolt, relays of HTTP). */
static void ask_behind_http(struct climber *c)
{
    size_t before = c->visit->observations.len;
    if (c->ladder->all_protocols && before > 0 && is_nobody(c->visit) && climb_guess_behind_http(c))
        forget_first(c->visit, before);
}

/* It hung up on the line, and spoke in clear during the handshake: perhaps it speaks first, later than we waited. */
static bool hear_late(struct climber *c)
{
    bool only_there = c->seen.tls & REACT_BYTES && !((c->seen.line | c->seen.http) & REACT_BYTES);
    if (c->over || c->alert || c->greeting_to || !only_there || !climb_fresh(c))
        return false;
    int64_t wait_ms = climb_share(c, LINE_PERCENT);
    if (wire_hears(c->wire, wait_ms))
        return take_banner(c, wait_ms);
    c->used = !wire_ok(c->wire);
    return false;
}

static bool climb(struct climber *c)
{
    bool tls_first = marked(c->ladder->tls_ports, c->visit->endpoint.port);
    if (tls_first && climb_tls(c)) {
        ask_clear_too(c);
        return true;
    }
    c->used |= tls_first;
    if (hinted(c) || sniff(c))
        return true;
    if (!c->over && !tls_first && climb_tls(c))
        return true;
    return (!c->over && ask_http(c)) || ask_http_again(c) || hear_late(c) || climb_guess(c) || climb_tls_at_last(c);
}

static void end_unopened(struct visit *v, enum wire_fault f)
{
    v->why = wire_fault_text(f);
    v->refused = f == WIRE_REFUSED;
    v->end = f == WIRE_LOCAL || f == WIRE_MEMORY ? END_FAILED : END_DONE;
}

static void climb_from(const struct ladder *l, struct wire *w, struct visit *v)
{
    struct climber c = { .ladder = l, .wire = w, .visit = v, .dress = WIRE_PLAIN,
                         .tried = arena_alloc(v->arena, l->probe_count + 1) };
    if (!c.tried)
        return;
    for (size_t i = 0; i <= l->probe_count; i++)
        c.tried[i] = i < l->probe_count && l->probes[i]->transport != TRANSPORT_TCP;
    wire_identify(w, climb_scaled(&c, LADDER_WHO_MS), LADDER_WHO_CONNECTIONS - 1 - LADDER_LAST_CONNECTIONS);
    climb(&c);
    ask_behind_http(&c);
    bool found = false;
    for (size_t i = 0; i < v->observations.len; i++)
        found |= v->observations.at[i].kind != KIND_TLS;
    if (!found && wire_fault(w) == WIRE_LOCAL) {
        v->end = END_FAILED; /* what it is was left open by us, not by the peer */
        v->why = wire_fault_text(WIRE_LOCAL);
    } else if (!found) {
        v->why = c.greeting_to ? "it speaks a protocol that Ajar does not know" : "it answered no question of Ajar";
        climb_state_unknown(&c);
    }
    if (wire_tls(w))
        tls_observe(w, l->trust, v);
}

bool ladder_climb(const struct ladder *l, struct wire *w, struct visit *v)
{
    if (v->endpoint.transport == TRANSPORT_UDP) {
        climb_udp(l, w, v);
        return false;
    }
    bool retried = !wire_again(w, WIRE_PLAIN) && wire_fault(w) == WIRE_CONNECT_TIMEOUT;
    if (retried)
        wire_again(w, WIRE_PLAIN);
    if (!wire_ok(w)) {
        end_unopened(v, wire_fault(w));
        return retried && wire_fault(w) == WIRE_REFUSED;
    }
    v->answered = true;
    v->end = END_DONE;
    climb_from(l, w, v);
    if (arena_failed(v->arena)) {
        v->end = END_FAILED;
        v->why = wire_fault_text(WIRE_MEMORY);
    }
    return retried;
}
