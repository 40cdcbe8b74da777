/* The live side: one HTTP conversation over a wire.
 *
 * The connection is kept as long as the server allows and opened again, in the same dress, where it
 * does not. An answer is asked for once a visit. Redirects are never followed; a base path is only
 * taken from one that stays on the host, and then fills a declared hole.
 *
 * A port that answers in clear may still be one for TLS: web servers explain themselves to those who
 * come without it, in any words, language and status, or redirect to themselves. So where the clear
 * answer says so, TLS is tried before anything else is asked, and where no entry knows the server, after. What an entry
 * knew by its clear root stays that where TLS shows nobody.
 *
 * A server that no entry knows is a stranger yet: what is tried on it, TLS included, ends with the time and the
 * connections of finding out who it is. */
#include <stdio.h>

#include "http/engine.h"
#include "http/url.h"

enum { TLS_SIGN_SEARCH_MAX = 8192 };

struct live {
    struct asker asker; /* first member */
    struct wire *wire;
    enum wire_dress dress;
    bool alive; /* the connection can carry a request */
    bool used;  /* and has carried one already */
    bool h2;    /* the peer spoke HTTP/2 in answer to HTTP/1.1 */
    bool tls_later;   /* TLS is yet to be tried, where nothing else is found */
    int64_t last_ms;  /* how long the newest answer took, with the connection that it needed */
    char host[HOST_HOLE_MAX + 1];
};

/* What Host says (RFC 9110 7.2): the name that was asked for, else the address; the port unless it
 * is the scheme's own. */
static void set_host(struct live *l)
{
    const struct endpoint *e = wire_endpoint(l->wire);
    char address[ADDRESS_TEXT_MAX], port[8] = "";
    bool usual = e->port == (l->asker.tls ? 443 : 80);
    bool bracket = !e->name && e->address.family == 6;
    if (!usual)
        (void)snprintf(port, sizeof(port), ":%u", e->port);
    (void)snprintf(l->host, sizeof(l->host), "%s%s%s%s", bracket ? "[" : "",
                   e->name ? e->name : address_text(&e->address, address), bracket ? "]" : "",
                   port);
    l->asker.host = span_str(l->host);
}

static void set_dress(struct live *l)
{
    l->asker.tls = wire_in_tls(l->wire);
    l->dress = l->asker.tls ? WIRE_IN_TLS : WIRE_PLAIN;
    set_host(l);
}

/* The head of a frame of HTTP/2 (RFC 9113 4.1) with which a server begins or gives up: SETTINGS or
 * GOAWAY on stream 0. */
static bool is_h2(struct span first)
{
    enum { FRAME_HEAD = 9, LENGTH_MAX = 16384, SETTINGS = 4, GOAWAY = 7 };
    if (first.len < FRAME_HEAD)
        return false;
    size_t length = (size_t)first.at[0] << 16 | (size_t)first.at[1] << 8 | first.at[2];
    bool stream_0 = span_eq(span_sub(first, 5, 4), span_of("\0\0\0\0", 4));
    return stream_0 && length <= LENGTH_MAX &&
           ((first.at[3] == SETTINGS && length % 6 == 0 && first.at[4] <= 1) ||
            (first.at[3] == GOAWAY && length >= 8 && first.at[4] == 0));
}

/* Whether the newest answer's time, and a connection, are left; the same again where TLS is yet to be tried. */
static bool live_spares(struct asker *self, bool likely)
{
    const struct live *l = (const struct live *)self;
    bool keeps = l->tls_later && !likely;
    unsigned connections = (l->alive ? 0 : 1) + (keeps ? 1 : 0);
    int64_t ms = keeps ? 2 * l->last_ms : l->last_ms;
    return wire_who_ms(l->wire) > ms && wire_who_connections(l->wire) >= connections;
}

/* One request and its answer. A kept connection that the server closed meanwhile is opened once
 * more: nothing was answered on it, and no request changes anything (RFC 9110 9.2.2). */
static struct response *fetch(struct live *l, const struct request *r, struct span name)
{
    struct asker *self = &l->asker;
    struct span args[3] = { self->base };
    size_t count = 1;
    if (r->named)
        args[count++] = name;
    args[count++] = self->host;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!l->alive) {
            if (!wire_again(l->wire, l->dress))
                return NULL;
            l->alive = true;
            l->used = false;
        }
        bool stale = l->used;
        wire_ask_with(l->wire, r->ask, args, count);
        l->h2 |= is_h2(wire_peek(l->wire, 9));
        struct response *answer = NULL;
        if (!l->h2)
            answer = r->first ? response_read_front(l->wire, r->first) : response_read(l->wire, r->head);
        l->used = true;
        l->alive = answer && answer->keep_alive && wire_heard(l->wire).len == 0;
        if (answer) {
            answer->ask = r->ask->name;
            return answer;
        }
        enum wire_fault fault = wire_fault(l->wire);
        if (!stale || (fault != WIRE_CLOSED && fault != WIRE_RESET))
            return NULL;
    }
    return NULL;
}

static struct response *live_fetch(struct asker *self, const struct request *r, struct span name)
{
    struct live *l = (struct live *)self;
    int64_t before_ms = wire_who_ms(l->wire);
    wire_hurry(l->wire, self->hurries);
    struct response *answer = !self->hurries || before_ms > 0 ? fetch(l, r, name) : NULL;
    wire_hurry(l->wire, false);
    l->last_ms = before_ms - wire_who_ms(l->wire);
    return answer;
}

/* To a line that is no request of HTTP/1 some servers answer as HTTP/0.9 did: the page alone. */
static bool is_bare_page(struct span first)
{
    static const struct span starts[] = { SPAN("<!doctype html"), SPAN("<html") };
    struct span text = span_trim(first);
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (span_eq_nocase(span_first(text, starts[i].len), starts[i]))
            return true;
    return false;
}

bool http_recognises(struct span first)
{
    return span_starts(first, SPAN("HTTP/1.")) || span_starts(first, SPAN("HTTP/2")) ||
           is_h2(first) || is_bare_page(first);
}

static bool says_tls(struct span text)
{
    static const char *const signs[] = {
        "Client sent an HTTP request to an HTTPS server", /* Go */
        "The plain HTTP request was sent to HTTPS port",  /* nginx */
        "speaking plain HTTP to an SSL-enabled server",   /* Apache */
        "This combination of host and port requires TLS", /* Tomcat */
        "This web server is running in SSL mode",         /* Webmin */
    };
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (span_has(span_first(text, TLS_SIGN_SEARCH_MAX), signs[i]))
            return true;
    return false;
}

bool http_wants_tls(struct span response)
{
    if (response.len >= 3 && response.at[0] == 0x15 && response.at[1] == 0x03 &&
        response.at[2] <= 4)
        return true; /* a TLS alert in answer to plain text */
    return http_recognises(response) && says_tls(response);
}

/* Whether a server of another protocol says, in an HTTP answer, that HTTP is wrong here. */
static bool not_http_itself(struct span text)
{
    return span_has(span_first(text, TLS_SIGN_SEARCH_MAX),
                    "MongoDB over HTTP on the native driver port");
}

/* Whether an answer in clear says itself that the port is one for TLS. A 400 is a strange answer to a
 * plain "GET /". */
static bool points_to_tls(const struct live *l, const struct response *r)
{
    return r->status == 400 || says_tls(r->body) ||
           (r->status >= 300 && r->status <= 399 &&
            url_into_tls(response_header(r, "location"), l->asker.host, wire_endpoint(l->wire)->port));
}

/* Asks the root again inside TLS, in the time that finding out has left. Where that leads nowhere, all is as it was. */
static bool root_in_tls(struct live *l, const struct request *root)
{
    l->tls_later = false;
    if (!live_spares(&l->asker, true))
        return false;
    struct live before = *l;
    l->dress = WIRE_IN_TLS;
    wire_hurry(l->wire, true);
    l->alive = wire_again(l->wire, WIRE_IN_TLS);
    wire_hurry(l->wire, false);
    l->used = false;
    if (l->alive) {
        memset(&l->asker.kept, 0, sizeof(l->asker.kept));
        l->asker.refusal = NULL;
        l->asker.odd = 0;
        l->asker.budget = STRANGER_REQUESTS_MAX;
        set_dress(l);
        l->asker.hurries = true;
        bool answered = l->asker.get(&l->asker, root, SPAN_NONE) != NULL;
        l->asker.hurries = false;
        if (answered)
            return true;
    }
    *l = before;
    l->alive = false;
    return false;
}

/* A server that speaks HTTP/2 and nothing else, in clear ("h2c") or inside TLS: named as such. */
static enum outcome name_h2(const struct live *l, const struct catalog *c, struct visit *v)
{
    struct observation *o = visit_observe(v, c->web->product.name, c->web->product.kind);
    if (!o)
        return OUTCOME_NOT_MINE;
    o->outcome = OUTCOME_IDENTIFIED;
    o->tls = l->asker.tls;
    o->at_ms = l->asker.now_ms;
    fact_text(o, "http.version", l->asker.tls ? SPAN("h2") : SPAN("h2c"), "http.root", SPAN_NONE);
    return o->outcome;
}

/* Looks inside TLS where the clear answer pointed there. A 400 alone is a weak sign: some servers answer so to a plain
 * "GET /", and a proxy that takes TLS at every port leads nowhere in it. So where no entry knows what is inside and one
 * knows the clear root, it is the clear one that is looked at. */
static struct found look_inside(struct live *l, const struct catalog *c, const struct request *root,
                                const struct response *first)
{
    uint16_t port = wire_endpoint(l->wire)->port;
    bool weak = first->status == 400 && !says_tls(first->body);
    struct live clear = *l;
    bool inside = root_in_tls(l, root);
    struct found found = look_find(&l->asker, c, port);
    if (!inside || found.entry || !weak || !look_knows_root(&clear.asker, c, port))
        return found;
    *l = clear;
    l->alive = false;
    return look_find(&l->asker, c, port);
}

static enum outcome talk(struct live *l, const struct catalog *c, struct visit *v)
{
    const struct request *root = c->web->requests.at[0];
    uint16_t port = wire_endpoint(l->wire)->port;
    struct response *first = l->asker.get(&l->asker, root, SPAN_NONE);
    if (!first && l->h2)
        return name_h2(l, c, v);
    if (!first || not_http_itself(first->body))
        return OUTCOME_NOT_MINE;
    /* Where this visit began inside TLS, that was looked at. */
    bool in_clear = !l->asker.tls && !wire_dressed(l->wire), tried = in_clear && points_to_tls(l, first);
    l->tls_later = in_clear && !tried;
    struct found found = tried ? look_inside(l, c, root, first) : look_find(&l->asker, c, port);
    if (!found.entry && in_clear && !tried && root_in_tls(l, root))
        found = look_find(&l->asker, c, port);
    return engine_run(&l->asker, c, &found, v);
}

enum outcome http_visit(struct wire *w, const struct catalog *c, struct visit *v, bool thorough)
{
    struct response_work work;
    struct span start = span_str(wire_endpoint(w)->path);
    struct live l = { .asker = { .get = asker_get,
                                 .fetch = live_fetch,
                                 .spares = live_spares,
                                 .arena = wire_arena(w),
                                 .work = &work,
                                 .index = c->index,
                                 .now_ms = wire_now(w),
                                 .budget = STRANGER_REQUESTS_MAX,
                                 .thorough = thorough,
                                 .start = start,
                                 .base = start,
                                 .behind = OUTCOME_NOT_MINE },
                      .wire = w,
                      .alive = wire_ok(w) };
    response_work_init(&work);
    set_dress(&l);
    enum outcome outcome = talk(&l, c, v);
    response_work_release(&work);
    return outcome;
}
