/* The order of questions, against services that live in memory: who is recognised where, and what
 * was said before that. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "sweep/ladder.c"

#include "base/buf.h"
#include "tls/tls.h"
#include "unit/tls/certificates.h"

enum { SAID_MAX = 1 << 16, ROUND_TRIP_MS = 40, CONNECTIONS_ALL = 64 };

struct host;

/* A service: what it says first, and what it answers to all that was said on this connection. */
struct service {
    const char *greeting;
    size_t greeting_len;       /* 0: it is text */
    int64_t greeting_ms;       /* so long after the connection was accepted */
    int64_t delay_ms;          /* so long after what was said */
    /* Appends to h->out; may set h->hung_up. */
    void (*answer)(struct host *h);
    bool tls;                  /* speaks only inside TLS */
    bool clear;                /* and in clear all the same */
    bool client_cert_asked;
    enum wire_fault handshake; /* how it ends; WIRE_FINE: in TLS, or malformed where it has none */
    struct wire_tls refused;   /* what a handshake that fails shows */
    struct span certificate;
    struct span own_hello, psk_hello; /* the answers to the ClientHellos of ours */
};

struct host {
    struct wire_back back; /* first member */
    const struct service *service;
    enum wire_fault connects[4]; /* how the first connections end; WIRE_FINE: they are accepted */
    unsigned connections, handshakes;
    int64_t now_ms;
    struct buf in, out; /* of the running connection */
    struct buf said;    /* all that was ever said */
    size_t given;
    int64_t ready_ms;   /* what is in `out` arrives then */
    bool in_tls, hung_up, resets;
    struct arena arena;
    struct visit visit;
    struct endpoint endpoint;
};

static void close_answer(struct host *h)
{
    h->hung_up = true;
}

static void greet(struct host *h)
{
    const char *text = h->service->greeting;
    if (text)
        buf_put(&h->out, h->service->greeting_len ? span_of(text, h->service->greeting_len) : span_str(text));
}

static enum wire_fault host_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    (void)e;
    enum wire_fault f = h->connections < 4 ? h->connects[h->connections] : WIRE_FINE;
    h->connections++;
    buf_reset(&h->in);
    buf_reset(&h->out);
    h->given = 0;
    h->in_tls = h->hung_up = h->resets = false;
    if (f == WIRE_CONNECT_TIMEOUT)
        h->now_ms = deadline_ms;
    h->now_ms += f == WIRE_FINE ? ROUND_TRIP_MS : 0;
    h->ready_ms = h->now_ms + h->service->greeting_ms;
    if (f == WIRE_FINE && !h->service->tls)
        greet(h);
    return f;
}

static enum wire_fault host_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    (void)deadline_ms;
    buf_put(&h->said, s);
    if (h->hung_up)
        return WIRE_FINE;
    buf_put(&h->in, s);
    if (h->out.len == h->given)
        h->ready_ms = h->now_ms + ROUND_TRIP_MS + h->service->delay_ms;
    if (span_starts(s, SPAN("\x16\x03")) && h->service->own_hello.len) {
        bool psk = s.len == TLS_ASKS[1]->parts[0].bytes.len;
        buf_put(&h->out, psk ? h->service->psk_hello : h->service->own_hello);
        h->hung_up = true;
    } else if (h->service->tls && !h->service->clear && !h->in_tls) {
        buf_put(&h->out, SPAN("\x15\x03\x01\x00\x02\x02\x46")); /* alert: protocol version */
        h->hung_up = true;
    } else {
        h->service->answer(h);
    }
    return WIRE_FINE;
}

static enum wire_fault host_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    bool waits = h->out.len > h->given || h->hung_up;
    if (waits && h->ready_ms <= deadline_ms) {
        h->now_ms = h->ready_ms > h->now_ms ? h->ready_ms : h->now_ms;
        *ret = span_from(buf_span(&h->out), h->given);
        h->given = h->out.len;
        return ret->len ? WIRE_FINE : h->resets ? WIRE_RESET : WIRE_CLOSED;
    }
    if (deadline_ms > h->now_ms)
        h->now_ms = deadline_ms;
    return WIRE_TIMEOUT;
}

static enum wire_fault host_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                      struct wire_tls *ret, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    (void)e, (void)a;
    if (h->service->handshake == WIRE_TIMEOUT)
        h->now_ms = deadline_ms;
    *ret = h->service->refused;
    if (h->service->handshake != WIRE_FINE || !h->service->tls)
        return h->service->handshake == WIRE_FINE ? WIRE_MALFORMED : h->service->handshake;
    h->now_ms += ROUND_TRIP_MS;
    h->ready_ms = h->now_ms;
    h->handshakes++;
    h->in_tls = true;
    *ret = (struct wire_tls){ .version = "TLSv1.3", .cipher = "C", .client_cert_asked = h->service->client_cert_asked };
    if (h->service->certificate.len)
        ret->chain[ret->chain_len++] = h->service->certificate;
    greet(h);
    if (h->service->client_cert_asked && h->service->answer == close_answer)
        h->hung_up = true;
    return WIRE_FINE;
}

static void host_close(struct wire_back *back)
{
    ((struct host *)back)->hung_up = true;
}

static int64_t host_now(struct wire_back *back)
{
    return ((struct host *)back)->now_ms;
}

/* ---- climbing ---------------------------------------------------------------------------------- */

static struct ladder the_ladder;
static struct arena catalog_arena;
static struct buf old_handshake; /* ServerHello and Certificate in one record */

static struct host *host_new(const struct service *service, uint16_t port)
{
    struct host *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    h->back = (struct wire_back){ .connect = host_connect, .send = host_send, .recv = host_recv,
                                  .start_tls = host_start_tls, .close = host_close, .now_ms = host_now };
    h->service = service;
    h->now_ms = 1000;
    h->endpoint = (struct endpoint){ .address = { 4, { 10, 0, 0, 1 } }, .port = port };
    buf_init(&h->in, SAID_MAX);
    buf_init(&h->out, SAID_MAX);
    buf_init(&h->said, SAID_MAX);
    arena_init(&h->arena, 12 << 20);
    visit_init(&h->visit, &h->arena, &h->endpoint);
    return h;
}

static bool is_declared(const struct ask *a)
{
    for (size_t i = 0; LADDER_ASKS[i]; i++)
        if (LADDER_ASKS[i] == a)
            return true;
    for (size_t i = 0; TLS_ASKS[i]; i++)
        if (TLS_ASKS[i] == a)
            return true;
    for (size_t p = 0; PROBES[p]; p++)
        for (size_t i = 0; PROBES[p]->asks[i]; i++)
            if (PROBES[p]->asks[i] == a)
                return true;
    const struct ask *listed;
    for (size_t i = 0; (listed = catalog_ask(the_ladder.catalog, i)); i++)
        if (listed == a)
            return true;
    return false;
}

static void hear_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    (void)self, (void)e, (void)bytes;
    if (!is_declared(a))
        fail_msg("%s is not declared", a->name);
}

/* With what a scan gives for this patience (--timeout). */
static bool climb_with(struct host *h, int64_t patience_ms)
{
    struct wire_limits limits = wire_limits_for(patience_ms);
    struct wire_ear ear = { .sent = hear_sent };
    struct wire *w = wire_new(&h->arena, &h->back, &h->endpoint, &limits, &CLOCK_SYSTEM, &ear);
    bool lost = ladder_climb(&the_ladder, w, &h->visit);
    wire_end(w);
    assert_true(h->connections <= CONNECTIONS_ALL);
    return lost;
}

static bool climb_to(struct host *h)
{
    return climb_with(h, WIRE_PATIENCE_MS);
}

static struct host *climb_at(const struct service *service, uint16_t port)
{
    struct host *h = host_new(service, port);
    climb_to(h);
    return h;
}

static void leave(struct host *h)
{
    buf_release(&h->in);
    buf_release(&h->out);
    buf_release(&h->said);
    arena_release(&h->arena);
    free(h);
}

static const struct observation *observed(const struct host *h, const char *product)
{
    for (size_t i = 0; i < h->visit.observations.len; i++)
        if (strcmp(h->visit.observations.at[i].product, product) == 0)
            return &h->visit.observations.at[i];
    fail_msg("%s was not recognised on port %u (%zu observations, said: %.*s)", product, h->endpoint.port,
             h->visit.observations.len, SPAN_FMT(span_first(buf_span(&h->said), 300)));
    return NULL;
}

static void assert_never_said(const struct host *h, const char *what)
{
    if (span_has(buf_span(&h->said), what))
        fail_msg("\"%s\" was said on port %u", what, h->endpoint.port);
}

/* ---- services ---------------------------------------------------------------------------------- */

static bool heard(const struct host *h, const char *text)
{
    return span_has(buf_span(&h->in), text);
}

static void redis_answer(struct host *h)
{
    static const char INFO[] = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\n";
    if (heard(h, "HTTP/") || heard(h, "Host:")) { /* "Possible SECURITY ATTACK detected" */
        h->hung_up = true;
        return;
    }
    if (heard(h, "PING\r\n"))
        buf_str(&h->out, "+PONG\r\n");
    else if (heard(h, "INFO\r\n"))
        buf_printf(&h->out, "$%zu\r\n%s\r\n", sizeof(INFO) - 1, INFO);
    else if (heard(h, "EXISTS "))
        buf_str(&h->out, ":0\r\n$-1\r\n");
    else if (heard(h, "QUIT\r\n"))
        buf_str(&h->out, "+OK\r\n"), h->hung_up = true;
    else
        buf_str(&h->out, "-ERR unknown command 'x', with args beginning with: \r\n");
    buf_reset(&h->in);
}

static void http_answer(struct host *h)
{
    static const char PAGE[] = "<html><title>hello</title></html>";
    if (!heard(h, "\r\n"))
        return;
    if (!heard(h, "HTTP/1.1\r\n")) {
        buf_str(&h->out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        h->hung_up = true;
        return;
    }
    bool root = span_starts(buf_span(&h->in), SPAN("GET / "));
    buf_printf(&h->out, "HTTP/1.1 %s\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n\r\n%s",
               root ? "200 OK" : "404 Not Found", root ? sizeof(PAGE) - 1 : 0, root ? PAGE : "");
    buf_reset(&h->in);
}

static void silent_answer(struct host *h)
{
    (void)h;
}

static void reset_answer(struct host *h)
{
    h->hung_up = h->resets = true;
}

/* ZooKeeper takes four letters, and hangs up on what it cannot read as a frame. */
static void zookeeper_answer(struct host *h)
{
    if (span_is(buf_span(&h->in), "srvr"))
        buf_str(&h->out, "Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC\n"
                         "Latency min/avg/max: 0/0.0/0\nReceived: 2\nSent: 1\nConnections: 1\nOutstanding: 0\nZxid: 0x5\n"
                         "Mode: standalone\nNode count: 7\n");
    h->hung_up = true;
}

static const struct service REDIS = { .answer = redis_answer };
static const struct service REDIS_TLS = { .answer = redis_answer, .tls = true };
static const struct service HTTP = { .answer = http_answer };
static const struct service HTTPS = { .answer = http_answer, .tls = true };
static const struct service ZOOKEEPER = { .answer = zookeeper_answer };

/* ---- what is recognised ------------------------------------------------------------------------- */

static void redis_where_it_belongs(void **state)
{
    struct host *h = climb_at(&REDIS, 6379);
    (void)state;
    const struct observation *o = observed(h, "redis");
    assert_int_equal(o->outcome, OUTCOME_OPEN);
    assert_int_equal(o->records, 3);
    assert_false(o->tls);
    assert_never_said(h, "HTTP/");
    assert_int_equal(h->connections, 1);
    assert_true(h->visit.answered);
    assert_int_equal(h->visit.end, END_DONE);
    leave(h);
}

/* HTTP is never sent to Redis, which would log it as an attack. */
static void redis_on_an_odd_port(void **state)
{
    static const uint16_t PORTS[] = { 12399, 22, 7000, 65535 };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&REDIS, PORTS[i]);
        assert_int_equal(observed(h, "redis")->outcome, OUTCOME_OPEN);
        assert_never_said(h, "HTTP/");
        leave(h);
    }
}

/* TLS comes first at ports of TLS, but not where servers of a wire protocol usually are in clear, whoever else may be there. */
static void no_hello_at_ports_of_plain_servers(void **state)
{
    static const uint16_t DRESSED[] = { 443, 8443, 636, 8883, 6380, 5671 }, PLAIN[] = { 9000, 3306, 5432, 6379, 27017 };
    const struct ladder *l = &the_ladder;
    (void)state;
    for (size_t i = 0; i < sizeof(DRESSED) / sizeof(DRESSED[0]); i++)
        assert_true(marked(l->tls_ports, DRESSED[i]));
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++)
        assert_false(marked(l->tls_ports, PLAIN[i]));
    assert_true(marked(l->http_ports, 9000));
}

/* Under every port that hints at another protocol. */
static void redis_under_any_hint(void **state)
{
    (void)state;
    for (size_t p = 0; PROBES[p]; p++) {
        for (size_t i = 0; PROBES[p]->ports[i]; i++) {
            struct host *h = climb_at(&REDIS, PROBES[p]->ports[i]);
            assert_int_equal(observed(h, "redis")->outcome, OUTCOME_OPEN);
            leave(h);
        }
        for (size_t i = 0; PROBES[p]->tls_ports[i]; i++) {
            struct host *h = climb_at(&REDIS, PROBES[p]->tls_ports[i]);
            assert_int_equal(observed(h, "redis")->outcome, OUTCOME_OPEN);
            leave(h);
        }
    }
    static const uint16_t WEB[] = { 80, 443, 8080, 8443, 9200, 5601 };
    for (size_t i = 0; i < sizeof(WEB) / sizeof(WEB[0]); i++) {
        struct host *h = climb_at(&REDIS, WEB[i]);
        assert_int_equal(observed(h, "redis")->outcome, OUTCOME_OPEN);
        leave(h);
    }
}

static void redis_in_tls(void **state)
{
    static const uint16_t PORTS[] = { 6380, 6379, 443, 12399 };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&REDIS_TLS, PORTS[i]);
        assert_true(observed(h, "redis")->tls);
        assert_true(h->handshakes > 0);
        leave(h);
    }
}

static void web_servers(void **state)
{
    static const uint16_t PORTS[] = { 80, 12399, 6379, 443 };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&HTTP, PORTS[i]);
        assert_int_equal(observed(h, "web")->outcome, OUTCOME_IDENTIFIED);
        assert_false(observed(h, "web")->tls);
        leave(h);
        h = climb_at(&HTTPS, PORTS[i]);
        assert_true(observed(h, "web")->tls);
        leave(h);
    }
}

/* HTTP, and waits on for a line that is one of it. */
static void patient_web_answer(struct host *h)
{
    struct span said = buf_span(&h->in);
    if (span_starts(said, SPAN("GET ")) || (heard(h, "\r\n") && !span_starts(said, SPAN("\x16\x03"))))
        http_answer(h);
}

/* Whoever else may be at a port of HTTP, the time is not spent on them alone. */
static void a_patient_web_server_under_any_hint(void **state)
{
    const struct service patient = { .answer = patient_web_answer, .delay_ms = 500, .handshake = WIRE_TIMEOUT };
    unsigned ports = 0;
    (void)state;
    for (unsigned port = 1; port < 65536; port++) {
        if (!marked(the_ladder.http_ports, (uint16_t)port))
            continue;
        struct host *h = climb_at(&patient, (uint16_t)port);
        observed(h, "web");
        leave(h);
        ports++;
    }
    assert_true(ports > 100);
}

static void traefik_answer(struct host *h)
{
    static const char OVERVIEW[] = "{\"http\":{\"routers\":{\"total\":2},\"services\":{\"total\":3}}}";
    bool root = span_starts(buf_span(&h->in), SPAN("GET / ")), overview = span_starts(buf_span(&h->in), SPAN("GET /api/overview "));
    if (!heard(h, "\r\n"))
        return;
    if (!h->in_tls && root)
        buf_str(&h->out, "HTTP/1.1 301 Moved\r\nLocation: /dashboard/\r\nContent-Length: 0\r\n\r\n");
    else if (!h->in_tls && overview)
        buf_printf(&h->out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", sizeof(OVERVIEW) - 1, OVERVIEW);
    else
        buf_str(&h->out, "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\r\n404 page not found\n");
    buf_reset(&h->in);
}

/* It takes TLS at every port, has nothing to say in it, and speaks in clear. */
static void nobody_in_tls_and_somebody_in_clear(void **state)
{
    static const uint16_t PORTS[] = { 8080, 9000 };
    const struct service both = { .answer = traefik_answer, .tls = true, .clear = true };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&both, PORTS[i]);
        assert_int_equal(observed(h, "traefik")->outcome, OUTCOME_OPEN);
        assert_false(observed(h, "traefik")->tls);
        assert_int_equal(h->visit.observations.len, 1);
        leave(h);
    }
}

static void forgetful_answer(struct host *h)
{
    bool root = span_starts(buf_span(&h->in), SPAN("GET / ")), git = span_starts(buf_span(&h->in), SPAN("GET /.git/HEAD "));
    if (h->in_tls && (root || git))
        buf_printf(&h->out, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/%s\r\nContent-Length: %d\r\n\r\n%s",
                   root ? "html" : "plain", root ? 5 : 21, root ? "hello" : "ref: refs/heads/main\n");
    else
        traefik_answer(h);
    buf_reset(&h->in);
}

/* What was found inside TLS is told, whoever is there in clear. */
static void a_finding_in_tls_stays(void **state)
{
    const struct service both = { .answer = forgetful_answer, .tls = true, .clear = true };
    (void)state;
    struct host *h = climb_at(&both, 8080);
    assert_non_null(fact_get(observed(h, "web"), "left.git"));
    leave(h);
}

/* Who is nobody in clear as well is told once, as what TLS showed. */
static void nobody_in_tls_nor_in_clear(void **state)
{
    struct service both = { .answer = http_answer, .tls = true };
    (void)state;
    for (size_t i = 0; i < 2; i++, both.clear = true) {
        struct host *h = climb_at(&both, 8080);
        assert_true(observed(h, "web")->tls);
        assert_int_equal(h->visit.observations.len, 1);
        leave(h);
    }
}

static const struct observation *unknown(const struct host *h)
{
    const struct observation *o = observed(h, "unknown");
    assert_int_equal(o->kind, KIND_UNKNOWN);
    assert_int_equal(o->outcome, OUTCOME_IDENTIFIED);
    assert_int_equal(h->visit.end, END_DONE);
    return o;
}

static void assert_fact(const struct observation *o, const char *key, const char *want)
{
    struct span got = fact_get_text(o, key);
    if (want ? !span_is(got, want) : fact_get(o, key) != NULL)
        fail_msg("%s is \"%.*s\", not \"%s\"", key, SPAN_FMT(got), want ? want : "absent");
}

/* A server that speaks first is heard out: not one byte is said to a stranger. */
static void strangers(void **state)
{
    static const char *const GREETINGS[] = { "HELLO stranger 1.0\r\n", "Welcome to Stranger\r\n",
                                             "@STR 1.0\n", "\xfe\xca\x01\xff\xfd\x1f" };
    (void)state;
    for (size_t i = 0; i < sizeof(GREETINGS) / sizeof(GREETINGS[0]); i++) {
        struct service s = { .greeting = GREETINGS[i], .answer = silent_answer };
        struct host *h = climb_at(&s, 12399);
        const struct observation *o = unknown(h);
        assert_fact(o, "greeting", GREETINGS[i]);
        assert_fact(o, "greeting.to", "connect");
        assert_fact(o, "reacts.line", NULL);
        assert_true(fact_get_text(o, "unasked").len > 0);
        assert_int_equal(h->said.len, 0);
        assert_int_equal(h->connections, 1);
        assert_string_equal(h->visit.why, "it speaks a protocol that Ajar does not know");
        leave(h);
    }
}

/* What it said is kept up to a ceiling, byte by byte. */
static void a_long_greeting(void **state)
{
    char greeting[2000];
    (void)state;
    memset(greeting, 'a', sizeof(greeting));
    greeting[0] = '\x1b', greeting[sizeof(greeting) - 1] = 0;
    struct service s = { .greeting = greeting, .answer = silent_answer };
    struct host *h = climb_at(&s, 12399);
    assert_int_equal(fact_get_text(unknown(h), "greeting").len, WIRE_FIRST_BYTES);
    assert_int_equal(fact_get_text(unknown(h), "greeting").at[0], 0x1b);
    leave(h);
}

static void a_greeting_identifies(void **state)
{
    /* MySQL's "too many connections", which comes unasked: ERR packet, code 1040. */
    static const char GREETING[] = "\x17\x01\x01\xff\x10\x04Too many connections";
    (void)state;
    struct service s = { .greeting = GREETING, .answer = silent_answer };
    struct host *h = climb_at(&s, 12399);
    assert_never_said(h, "PING");
    assert_never_said(h, "HTTP");
    leave(h);
}

static void a_client_that_speaks_first(void **state)
{
    struct host *h = climb_at(&ZOOKEEPER, 12399);
    (void)state;
    observed(h, "zookeeper");
    leave(h);
}

/* ---- what ends a climb ---------------------------------------------------------------------------- */

static void silence(void **state)
{
    static const uint16_t PORTS[] = { 12399, 6379, 443, 3306, 27017, 9200, 2181, 8883 };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        const struct service silent_in_tls_too = { .answer = silent_answer, .handshake = WIRE_TIMEOUT };
        struct host *h = climb_at(&silent_in_tls_too, PORTS[i]);
        assert_fact(unknown(h), "greeting", NULL);
        assert_fact(unknown(h), "reacts.line", "silent");
        assert_fact(unknown(h), "reacts.tls", "silent");
        assert_fact(unknown(h), "reacts.http", "silent");
        assert_string_equal(h->visit.why, "it answered no question of Ajar");
        assert_true(h->visit.answered);
        assert_true(h->connections <= LADDER_WHO_CONNECTIONS);
        if (h->now_ms > 1000 + ROUND_TRIP_MS + LADDER_WHO_MS)
            fail_msg("port %u: %lld ms", PORTS[i], (long long)h->now_ms - 1000);
        /* However the time was spent, the three likeliest were asked. */
        struct span unasked = fact_get_text(unknown(h), "unasked");
        size_t left = 0, all = 0;
        for (size_t p = 0; PROBES[p]; p++) {
            all += !PROBES[p]->peer_first;
            left += span_has(unasked, PROBES[p]->name);
        }
        if (all - left + (PORTS[i] == 3306) < LADDER_GUESSES)
            fail_msg("port %u: not asked: %.*s", PORTS[i], SPAN_FMT(unasked));
        leave(h);
    }
}

static void hanging_up(void **state)
{
    static const uint16_t PORTS[] = { 12399, 6379, 443, 3306, 27017, 9200 };
    static const enum wire_fault HANDSHAKES[] = { WIRE_CLOSED, WIRE_RESET };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++)
        for (size_t k = 0; k < 2; k++) {
            const struct service slammer = { .answer = k ? reset_answer : close_answer, .handshake = HANDSHAKES[k] };
            struct host *h = climb_at(&slammer, PORTS[i]);
            assert_fact(unknown(h), "reacts.line", k ? "resets" : "closes");
            assert_fact(unknown(h), "reacts.http", k ? "resets" : "closes");
            assert_string_equal(h->visit.why, "it answered no question of Ajar");
            assert_true(h->connections <= LADDER_WHO_CONNECTIONS);
            /* On 3306 it was first given time to greet. */
            assert_true(h->now_ms < 1000 + (PORTS[i] == 3306 ? 8000 : 2000));
            leave(h);
        }
}

/* It is slow, not silent: found by default up to 2.5 s, and beyond with --timeout. */
static void slow_servers(void **state)
{
    static const struct {
        const struct service *service;
        const char *product;
        uint16_t port;
        int64_t delay_ms, patience_ms;
    } CASES[] = {
        { &HTTP, "web", 12399, 1300, 3000 },   { &HTTP, "web", 12399, 2500, 3000 },  { &HTTP, "web", 12399, 13000, 20000 },
        { &REDIS, "redis", 12399, 2500, 3000 }, { &REDIS, "redis", 12399, 13000, 20000 }, { &REDIS, "redis", 6379, 2900, 3000 },
        { &HTTP, "web", 9200, 2900, 3000 },    { &ZOOKEEPER, "zookeeper", 2181, 2900, 3000 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct service s = *CASES[i].service;
        s.delay_ms = CASES[i].delay_ms;
        struct host *h = host_new(&s, CASES[i].port);
        climb_with(h, CASES[i].patience_ms);
        observed(h, CASES[i].product);
        leave(h);
    }
}

/* A MySQL that looks up our name before it greets. */
static void slow_greeters(void **state)
{
    /* "Too many connections", ERR packet, code 1040. */
    static const char FULL[] = "\x17\x00\x00\x00\xff\x10\x04Too many connections";
    struct service s = { .greeting = FULL, .greeting_len = sizeof(FULL) - 1, .answer = silent_answer, .greeting_ms = 4000 };
    (void)state;
    struct host *h = climb_at(&s, 3306);
    observed(h, "mysql");
    assert_int_equal(h->said.len, 0);
    leave(h);
    h = host_new(&s, 12399);
    climb_with(h, 6000);
    observed(h, "mysql");
    leave(h);
}

static void cut_answer(struct host *h)
{
    buf_reset(&h->out);
    h->given = 0;
    h->hung_up = true;
}

/* It greets when the line has cost the first connection, and into the handshake: an ActiveMQ on a busy machine. */
static void greeters_that_are_late(void **state)
{
    static const char FULL[] = "\x17\x00\x00\x00\xff\x10\x04Too many connections";
    struct service s = { .greeting = FULL, .greeting_len = sizeof(FULL) - 1, .answer = cut_answer, .greeting_ms = 1200 };
    (void)state;
    struct host *h = climb_at(&s, 12399);
    observed(h, "mysql");
    assert_true(h->connections <= LADDER_WHO_CONNECTIONS);
    leave(h);
    s.handshake = WIRE_RESET; /* nothing says that it speaks */
    h = climb_at(&s, 12399);
    unknown(h);
    leave(h);
}

/* HTTP that came unasked is no answer to a question of ours. */
static void an_unasked_page(void **state)
{
    struct service s = { .greeting = "HTTP/1.1 200 OK\r\nServer: Elasticsearch\r\nContent-Length: 0\r\n\r\n", .answer = close_answer };
    (void)state;
    struct host *h = climb_at(&s, 12399);
    assert_fact(unknown(h), "greeting.to", "connect");
    assert_int_equal(h->visit.observations.len, 1);
    leave(h);
    s.answer = http_answer;
    h = climb_at(&s, 12399);
    assert_true(span_is(fact_get_text(observed(h, "web"), "http.server"), "nginx/1.22.1"));
    leave(h);
}

/* Bytes that nobody recognises, in answer to the line. Text of another protocol is left alone; what
 * is no text may be TLS or HTTP all the same. */
static void tell_answer(struct host *h)
{
    buf_str(&h->out, "500 command not understood\r\n");
    buf_reset(&h->in);
}

static void frame_answer(struct host *h)
{
    if (heard(h, "HTTP/1.1\r\n"))
        http_answer(h);
    else
        buf_put(&h->out, SPAN("\x84\x00\x00\x00\x00\x00\x00\x00\x05"));
}

static void strange_answers(void **state)
{
    const struct service text = { .answer = tell_answer }, frames = { .answer = frame_answer };
    (void)state;
    struct host *h = climb_at(&text, 12399);
    assert_fact(unknown(h), "greeting", "500 command not understood\r\n");
    assert_fact(unknown(h), "greeting.to", "line");
    assert_fact(unknown(h), "reacts.line", "bytes");
    assert_never_said(h, "GET /");
    assert_int_equal(h->connections, 1);
    leave(h);
    h = climb_at(&frames, 12399);
    observed(h, "web");
    leave(h);
}

static void closed_doors(void **state)
{
    static const struct {
        enum wire_fault first, second;
        unsigned connections;
        bool answered, refused, lost;
        enum end end;
    } CASES[] = {
        { WIRE_REFUSED, WIRE_FINE, 1, false, true, false, END_DONE },
        { WIRE_UNREACHABLE, WIRE_FINE, 1, false, false, false, END_DONE },
        { WIRE_CONNECT_TIMEOUT, WIRE_CONNECT_TIMEOUT, 2, false, false, false, END_DONE },
        { WIRE_CONNECT_TIMEOUT, WIRE_REFUSED, 2, false, true, true, END_DONE },
        { WIRE_CONNECT_TIMEOUT, WIRE_FINE, 0, true, false, true, END_DONE },
        { WIRE_LOCAL, WIRE_FINE, 1, false, false, false, END_FAILED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct host *h = host_new(&REDIS, 6379);
        h->connects[0] = CASES[i].first;
        h->connects[1] = CASES[i].second;
        assert_int_equal(climb_to(h), CASES[i].lost);
        assert_int_equal(h->visit.answered, CASES[i].answered);
        assert_int_equal(h->visit.refused, CASES[i].refused);
        assert_int_equal(h->visit.end, CASES[i].end);
        if (CASES[i].connections)
            assert_int_equal(h->connections, CASES[i].connections);
        if (!CASES[i].answered) {
            assert_int_equal(h->said.len, 0);
            assert_non_null(h->visit.why);
        }
        leave(h);
    }
}

/* This machine runs out of something in the middle: nothing is said of the peer. */
static void our_own_fault(void **state)
{
    const struct service slammer = { .answer = close_answer };
    (void)state;
    struct host *h = host_new(&slammer, 12399);
    h->connects[1] = h->connects[2] = h->connects[3] = WIRE_LOCAL;
    climb_to(h);
    assert_int_equal(h->visit.end, END_FAILED);
    assert_string_equal(h->visit.why, wire_fault_text(WIRE_LOCAL));
    assert_int_equal(h->visit.observations.len, 0);
    leave(h);
}

static void a_client_certificate_is_asked_for(void **state)
{
    struct service s = { .answer = close_answer, .tls = true, .client_cert_asked = true };
    (void)state;
    struct host *h = climb_at(&s, 443);
    const struct observation *o = observed(h, "tls-service");
    assert_int_equal(o->outcome, OUTCOME_LOCKED);
    assert_fact(o, "auth", "client certificate");
    leave(h);
    /* Up to TLS 1.2 the handshake itself fails. */
    static const uint16_t PORTS[] = { 443, 12399 };
    s.handshake = WIRE_TLS;
    s.refused = (struct wire_tls){ .version = "TLSv1.2", .cipher = "C", .client_cert_asked = true, .alerted = true, .alert = 40 };
    for (size_t i = 0; i < 2; i++) {
        h = climb_at(&s, PORTS[i]);
        assert_int_equal(observed(h, "tls-service")->outcome, OUTCOME_LOCKED);
        assert_fact(observed(h, "tls-service"), "auth", "client certificate");
        leave(h);
    }
}

/* Who asks for a certificate and speaks without one is not locked by it. */
static void a_client_certificate_that_is_not_needed(void **state)
{
    const struct service s = { .answer = tell_answer, .tls = true, .client_cert_asked = true };
    (void)state;
    struct host *h = climb_at(&s, 443);
    assert_true(unknown(h)->tls);
    assert_int_equal(h->visit.observations.len, 1);
    leave(h);
}

static void http_in_clear_only_answer(struct host *h)
{
    if (!h->in_tls && heard(h, "HTTP/1.1\r\n"))
        http_answer(h);
}

/* Who waits for more of a line in clear takes clear bytes as well: a certificate that is asked for inside TLS locks
 * nothing there. */
static void a_client_certificate_beside_an_open_door(void **state)
{
    struct service s = { .answer = http_in_clear_only_answer, .tls = true, .clear = true, .client_cert_asked = true };
    (void)state;
    struct host *h = climb_at(&s, 12399);
    assert_false(observed(h, "web")->tls);
    assert_true(h->connections <= LADDER_WHO_CONNECTIONS);
    leave(h);
    s.answer = silent_answer;
    h = climb_at(&s, 12399);
    assert_int_equal(unknown(h)->outcome, OUTCOME_IDENTIFIED);
    leave(h);
}

static const uint8_t ALERT[] = { 0x15, 3, 3, 0, 2, 2, 40 };
/* ServerHello, TLS 1.2, a suite with a pre-shared key. */
static const uint8_t PSK_HELLO[] = { 0x16, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r',
                                     'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 0, 0x00, 0x8d, 0 };

static void a_pre_shared_key_is_wanted(void **state)
{
    struct service s = { .answer = close_answer, .tls = true, .handshake = WIRE_TLS, .refused = { .alerted = true, .alert = 40 },
                         .psk_hello = span_of(PSK_HELLO, sizeof(PSK_HELLO)), .own_hello = span_of(ALERT, sizeof(ALERT)) };
    static const uint16_t PORTS[] = { 443, 12399, 8883 };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct host *h = climb_at(&s, PORTS[i]);
        assert_int_equal(observed(h, "tls-service")->outcome, OUTCOME_LOCKED);
        assert_fact(observed(h, "tls-service"), "auth", "pre-shared key");
        leave(h);
    }
    s.psk_hello = s.own_hello;
    struct host *h = climb_at(&s, 12399);
    assert_int_equal(fact_get(unknown(h), "tls.alert")->number, 40);
    leave(h);
}

/* Some servers reset where they share no suite with us: our own hello is tried all the same. */
static void a_reset_for_a_hello(void **state)
{
    static const uint16_t PORTS[] = { 443, 12399 };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct service s = { .answer = reset_answer, .handshake = WIRE_RESET, .own_hello = buf_span(&old_handshake) };
        struct host *h = climb_at(&s, PORTS[i]);
        observed(h, "certificate");
        assert_true(unknown(h)->tls);
        leave(h);
    }
}

static void memory_runs_out(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 400; n++) {
        struct host *h = host_new(&REDIS, 6379);
        struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
        struct wire *w = wire_new(&h->arena, &h->back, &h->endpoint, &limits, &CLOCK_SYSTEM, NULL);
        h->arena.fail_at = n;
        ladder_climb(&the_ladder, w, &h->visit);
        bool failed = arena_failed(&h->arena);
        if (failed)
            assert_int_equal(h->visit.end, END_FAILED);
        wire_end(w);
        leave(h);
        if (!failed)
            return;
    }
    fail_msg("a visit takes more allocations than it should");
}

static void put_be(struct buf *b, size_t value, size_t width)
{
    while (width--)
        buf_byte(b, (uint8_t)(value >> 8 * width));
}

static void make_old_handshake(void)
{
    struct buf *b = &old_handshake;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    struct made m = { .subject = "old.example", .key = key };
    X509 *x = make(&m);
    struct span der = der_of(&catalog_arena, x);
    buf_init(b, 1 << 16);
    put_be(b, 0x160300, 3);
    put_be(b, 42 + 10 + der.len, 2);
    put_be(b, 0x02000026, 4); /* ServerHello, SSLv3, RC4 */
    put_be(b, 0x0300, 2);
    for (size_t i = 0; i < 33; i++)
        buf_byte(b, 0);
    put_be(b, 0x000500, 3);
    put_be(b, 11, 1); /* Certificate */
    put_be(b, der.len + 6, 3);
    put_be(b, der.len + 3, 3);
    put_be(b, der.len, 3);
    buf_put(b, der);
    X509_free(x);
    EVP_PKEY_free(key);
}

static int load(void **state)
{
    static const char *const DIRS[] = { "catalog" };
    struct error e;
    (void)state;
    arena_init(&catalog_arena, 64 << 20);
    const struct catalog *c = catalog_load(&catalog_arena, DIRS, 1, &e);
    if (!c) {
        print_error("%s\n", e.text);
        return 1;
    }
    ladder_init(&the_ladder, c, PROBES);
    make_old_handshake();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    arena_release(&catalog_arena);
    buf_release(&old_handshake);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redis_where_it_belongs),
        cmocka_unit_test(redis_on_an_odd_port),
        cmocka_unit_test(no_hello_at_ports_of_plain_servers),
        cmocka_unit_test(redis_under_any_hint),
        cmocka_unit_test(redis_in_tls),
        cmocka_unit_test(web_servers),
        cmocka_unit_test(a_patient_web_server_under_any_hint),
        cmocka_unit_test(nobody_in_tls_and_somebody_in_clear),
        cmocka_unit_test(a_finding_in_tls_stays),
        cmocka_unit_test(nobody_in_tls_nor_in_clear),
        cmocka_unit_test(strangers),
        cmocka_unit_test(a_greeting_identifies),
        cmocka_unit_test(a_client_that_speaks_first),
        cmocka_unit_test(a_long_greeting),
        cmocka_unit_test(silence),
        cmocka_unit_test(hanging_up),
        cmocka_unit_test(slow_servers),
        cmocka_unit_test(slow_greeters),
        cmocka_unit_test(greeters_that_are_late),
        cmocka_unit_test(an_unasked_page),
        cmocka_unit_test(strange_answers),
        cmocka_unit_test(closed_doors),
        cmocka_unit_test(our_own_fault),
        cmocka_unit_test(a_client_certificate_is_asked_for),
        cmocka_unit_test(a_client_certificate_that_is_not_needed),
        cmocka_unit_test(a_client_certificate_beside_an_open_door),
        cmocka_unit_test(a_pre_shared_key_is_wanted),
        cmocka_unit_test(a_reset_for_a_hello),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
