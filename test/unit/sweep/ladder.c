/* The order of questions, against services that live in memory: who is recognised where, and what
 * was said before that. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "sweep/ladder.c"

#include "base/buf.h"

enum { SAID_MAX = 1 << 16 };

struct host;

/* A service: what it says first, and what it answers to all that was said on this connection. */
struct service {
    const char *greeting;
    /* Appends to h->out; may set h->hung_up. */
    void (*answer)(struct host *h);
    bool tls;                  /* speaks only inside TLS */
    bool client_cert_asked;
    struct span certificate;
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
    bool in_tls, hung_up;
    struct arena arena;
    struct visit visit;
    struct endpoint endpoint;
};

static enum wire_fault host_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    (void)e;
    enum wire_fault f = h->connections < 4 ? h->connects[h->connections] : WIRE_FINE;
    h->connections++;
    buf_reset(&h->in);
    buf_reset(&h->out);
    h->given = 0;
    h->in_tls = h->hung_up = false;
    if (f == WIRE_CONNECT_TIMEOUT)
        h->now_ms = deadline_ms;
    if (f == WIRE_FINE && h->service->greeting && !h->service->tls)
        buf_str(&h->out, h->service->greeting);
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
    if (h->service->tls && !h->in_tls) {
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
    *ret = span_from(buf_span(&h->out), h->given);
    h->given = h->out.len;
    if (ret->len)
        return WIRE_FINE;
    if (h->hung_up)
        return WIRE_CLOSED;
    if (deadline_ms > h->now_ms)
        h->now_ms = deadline_ms;
    return WIRE_TIMEOUT;
}

static enum wire_fault host_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                      struct wire_tls *ret, int64_t deadline_ms)
{
    struct host *h = (struct host *)back;
    (void)e, (void)a, (void)deadline_ms;
    if (!h->service->tls)
        return WIRE_TLS;
    h->handshakes++;
    h->in_tls = true;
    *ret = (struct wire_tls){ .version = "TLSv1.3", .cipher = "C", .client_cert_asked = h->service->client_cert_asked };
    if (h->service->certificate.len)
        ret->chain[ret->chain_len++] = h->service->certificate;
    if (h->service->greeting)
        buf_str(&h->out, h->service->greeting);
    if (h->service->client_cert_asked)
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

static bool climb_to(struct host *h)
{
    static const struct wire_limits LIMITS = { .connect_ms = 3000, .patience_ms = 5000, .session_ms = 60000, .budget_bytes = 1 << 20 };
    struct wire_ear ear = { .sent = hear_sent };
    struct wire *w = wire_new(&h->arena, &h->back, &h->endpoint, &LIMITS, &CLOCK_SYSTEM, &ear);
    bool lost = ladder_climb(&the_ladder, w, &h->visit);
    wire_end(w);
    assert_true(h->connections <= WIRE_CONNECTIONS_MAX);
    assert_true(h->now_ms <= 1000 + 60000);
    return lost;
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

static void close_answer(struct host *h)
{
    h->hung_up = true;
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
static const struct service SILENT = { .answer = silent_answer };
static const struct service SLAMMER = { .answer = close_answer };
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
    static const uint16_t PORTS[] = { 12345, 22, 7000, 65535 };
    (void)state;
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&REDIS, PORTS[i]);
        assert_int_equal(observed(h, "redis")->outcome, OUTCOME_OPEN);
        assert_never_said(h, "HTTP/");
        leave(h);
    }
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
    static const uint16_t PORTS[] = { 6380, 6379, 443, 12345 };
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
    static const uint16_t PORTS[] = { 80, 12345, 6379, 443 };
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

/* A server that speaks first is heard out: not one byte is said to a stranger. */
static void strangers(void **state)
{
    static const char *const GREETINGS[] = { "SSH-2.0-OpenSSH_9.2p1\r\n", "220 mail.example ESMTP\r\n",
                                             "RFB 003.008\n", "\xff\xfd\x01\xff\xfd\x1f" };
    (void)state;
    for (size_t i = 0; i < sizeof(GREETINGS) / sizeof(GREETINGS[0]); i++) {
        struct service s = { .greeting = GREETINGS[i], .answer = silent_answer };
        struct host *h = climb_at(&s, 12345);
        assert_int_equal(h->visit.observations.len, 0);
        assert_int_equal(h->said.len, 0);
        assert_int_equal(h->connections, 1);
        assert_string_equal(h->visit.why, "it speaks a protocol that Ajar does not know");
        assert_int_equal(h->visit.end, END_DONE);
        leave(h);
    }
}

static void a_greeting_identifies(void **state)
{
    /* MySQL's "too many connections", which comes unasked: ERR packet, code 1040. */
    static const char GREETING[] = "\x17\x01\x01\xff\x10\x04Too many connections";
    (void)state;
    struct service s = { .greeting = GREETING, .answer = silent_answer };
    struct host *h = climb_at(&s, 12345);
    assert_never_said(h, "PING");
    assert_never_said(h, "HTTP");
    leave(h);
}

static void a_client_that_speaks_first(void **state)
{
    struct host *h = climb_at(&ZOOKEEPER, 12345);
    (void)state;
    observed(h, "zookeeper");
    leave(h);
}

/* ---- what ends a climb ---------------------------------------------------------------------------- */

static void silence(void **state)
{
    (void)state;
    static const uint16_t PORTS[] = { 12345, 6379, 443 };
    for (size_t i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++) {
        struct host *h = climb_at(&SILENT, PORTS[i]);
        assert_int_equal(h->visit.observations.len, 0);
        assert_string_equal(h->visit.why, "it answered no question of Ajar");
        assert_true(h->visit.answered);
        leave(h);
        h = climb_at(&SLAMMER, PORTS[i]);
        assert_int_equal(h->visit.observations.len, 0);
        assert_string_equal(h->visit.why, "it answered no question of Ajar");
        leave(h);
    }
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

static void a_client_certificate_is_asked_for(void **state)
{
    struct service s = { .answer = close_answer, .tls = true, .client_cert_asked = true };
    (void)state;
    struct host *h = climb_at(&s, 443);
    const struct observation *o = observed(h, "tls-service");
    assert_int_equal(o->outcome, OUTCOME_LOCKED);
    assert_true(span_is(fact_get_text(o, "auth"), "client certificate"));
    leave(h);
}

static void memory_runs_out(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 400; n++) {
        struct host *h = host_new(&REDIS, 6379);
        static const struct wire_limits LIMITS = { .connect_ms = 3000, .patience_ms = 5000, .session_ms = 60000, .budget_bytes = 1 << 20 };
        struct wire *w = wire_new(&h->arena, &h->back, &h->endpoint, &LIMITS, &CLOCK_SYSTEM, NULL);
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
    ladder_init(&the_ladder, c);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    arena_release(&catalog_arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redis_where_it_belongs),
        cmocka_unit_test(redis_on_an_odd_port),
        cmocka_unit_test(redis_under_any_hint),
        cmocka_unit_test(redis_in_tls),
        cmocka_unit_test(web_servers),
        cmocka_unit_test(strangers),
        cmocka_unit_test(a_greeting_identifies),
        cmocka_unit_test(a_client_that_speaks_first),
        cmocka_unit_test(silence),
        cmocka_unit_test(closed_doors),
        cmocka_unit_test(a_client_certificate_is_asked_for),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
