/* The live side: one HTTP conversation over a wire.
 *
 * The connection is kept as long as the server allows and opened again, in the same dress, where it
 * does not. An answer is asked for once a visit. Redirects are never followed; a base path is only
 * taken from one that stays on the host, and then fills declared holes. */
#include <stdio.h>

#include "http/engine.h"

enum { ANSWERS_KEPT_MAX = 96, TLS_SIGN_SEARCH_MAX = 8192 };

/* One answer of this visit; NULL: the peer failed, and is not asked again. */
struct kept_answer {
    const struct request *request;
    struct span name;
    unsigned depth;
    struct response *response;
};

struct live {
    struct asker asker; /* first member */
    struct wire *wire;
    enum wire_dress dress;
    bool alive; /* the connection can carry a request */
    bool used;  /* and has carried one already */
    char host[HOST_HOLE_MAX + 1];
    LIST_OF(struct kept_answer) kept;
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

static bool same_request(const struct request *a, const struct request *b)
{
    return span_eq(a->path, b->path) && span_eq(a->method, b->method) &&
           span_eq(a->accept, b->accept) && span_eq(a->headers, b->headers) &&
           span_eq(a->body, b->body);
}

static const struct kept_answer *find_kept(const struct live *l, const struct request *r,
                                           unsigned depth, struct span name)
{
    for (size_t i = 0; i < l->kept.len; i++) {
        const struct kept_answer *k = &l->kept.at[i];
        if (k->depth == depth && span_eq(k->name, name) &&
            (k->request == r || same_request(k->request, r)))
            return k;
    }
    return NULL;
}

static size_t fill_holes(const struct live *l, const struct request_form *f, struct span name,
                         struct span *args)
{
    for (size_t i = 0; i < f->role_count; i++) {
        switch (f->roles[i]) {
        case HOLE_ROLE_BASE_1:
            args[i] = l->asker.base[0];
            break;
        case HOLE_ROLE_BASE_2:
            args[i] = l->asker.base[1];
            break;
        case HOLE_ROLE_NAME:
            args[i] = name;
            break;
        case HOLE_ROLE_HOST:
            args[i] = l->asker.host;
            break;
        }
    }
    return f->role_count;
}

/* One request and its answer. A kept connection that the server closed meanwhile is opened once
 * more: nothing was answered on it, and no request changes anything (RFC 9110 9.2.2). */
static struct response *exchange(struct live *l, const struct request *r,
                                 const struct request_form *f, struct span name)
{
    struct span args[4];
    size_t count = fill_holes(l, f, name, args);
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!l->alive) {
            if (!wire_again(l->wire, l->dress))
                return NULL;
            l->alive = true;
            l->used = false;
        }
        bool stale = l->used;
        wire_ask_with(l->wire, f->ask, args, count);
        struct response *answer = response_read(l->wire, r->head);
        l->used = true;
        l->alive = answer && answer->keep_alive && wire_heard(l->wire).len == 0;
        if (answer) {
            answer->ask = f->ask->name;
            return answer;
        }
        enum wire_fault fault = wire_fault(l->wire);
        if (!stale || (fault != WIRE_CLOSED && fault != WIRE_RESET))
            return NULL;
    }
    return NULL;
}

static struct response *live_get(struct asker *self, const struct request *r, struct span name)
{
    struct live *l = (struct live *)self;
    unsigned depth = r->forms[self->base_depth].ask ? self->base_depth : 0;
    const struct kept_answer *known = find_kept(l, r, depth, name);
    if (known)
        return known->response;
    if (self->cached_only || self->budget == 0 || l->kept.len == ANSWERS_KEPT_MAX ||
        !r->forms[depth].ask)
        return NULL;
    self->budget--;
    struct response *answer = exchange(l, r, &r->forms[depth], name);
    struct kept_answer *slot = list_add(wire_arena(l->wire), &l->kept);
    if (slot)
        *slot = (struct kept_answer){ r, name, depth, answer };
    asker_note(self, r, answer);
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
           is_bare_page(first);
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

/* The port told us in clear that it wants TLS: asks again inside it. */
static struct response *root_in_tls(struct live *l, const struct request *root)
{
    if (!wire_again(l->wire, WIRE_IN_TLS))
        return NULL;
    l->alive = true;
    l->used = false;
    l->kept.len = 0;
    l->asker.refusal = NULL;
    set_dress(l);
    return l->asker.get(&l->asker, root, SPAN_NONE);
}

enum outcome http_visit(struct wire *w, const struct catalog *c, struct visit *v)
{
    struct live l = { .asker = { .get = live_get,
                                 .arena = wire_arena(w),
                                 .now_ms = wire_now(w),
                                 .budget = 2,
                                 .behind = OUTCOME_NOT_MINE },
                      .wire = w,
                      .alive = wire_ok(w) };
    const struct request *root = c->web->requests.at[0];
    set_dress(&l);
    struct response *first = l.asker.get(&l.asker, root, SPAN_NONE);
    if (first && !l.asker.tls && first->status == 400 && says_tls(first->body))
        first = root_in_tls(&l, root);
    if (!first || not_http_itself(first->body))
        return OUTCOME_NOT_MINE;
    return engine_visit(&l.asker, c, v, wire_endpoint(w)->port);
}
