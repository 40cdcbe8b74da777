/* Proxies of HTTP that relay: Squid, tinyproxy, Privoxy and their like (RFC 9110 9.3.6, "CONNECT").
 *
 * Nothing may be led to anybody else. So a tunnel is asked for to the proxy's own address and port, which is in the
 * scope and listens; and, inside it, for the same once more, for a web server may answer 200 to whatever it is asked:
 * only what relays leads to somebody who answers like a proxy. 407 wants a login. Any other refusal may be about the
 * port or the address, and decides nothing.
 *
 * Squid as it comes leads tunnels to port 443 alone, and says so by its own error page. Then its own address is asked
 * for as a page: who answers "the address is wrong" (ERR_INVALID_URL) is Squid itself, behind Squid. */
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 4096, LINES_MAX = 64, VERSION_MAX = 20, MORE_MS = 200 };

static const struct ask PROXY_CONNECT = {
    .name = "proxy.self",
    .why = "whether it leads on: to its own address and port, and nowhere else",
    .parts = { ASK_BYTES("CONNECT "), ASK_HOLE("its own address and port", ENDPOINT_TEXT_MAX, HOLE_HOST),
               ASK_BYTES(" HTTP/1.1\r\nHost: "), ASK_HOLE("its own address and port", ENDPOINT_TEXT_MAX, HOLE_HOST),
               ASK_BYTES("\r\n\r\n") },
};
static const struct ask PROXY_PAGE = {
    .name = "proxy.own-page",
    .why = "the same as a page, where it leads tunnels to one port only",
    .parts = { ASK_BYTES("GET http://"), ASK_HOLE("its own address and port", ENDPOINT_TEXT_MAX, HOLE_HOST),
               ASK_BYTES("/ HTTP/1.1\r\nHost: "), ASK_HOLE("its own address and port", ENDPOINT_TEXT_MAX, HOLE_HOST),
               ASK_BYTES("\r\nConnection: close\r\n\r\n") },
};

struct proxy_head {
    unsigned status;
    struct span first, software, squid_error;
    bool body, wants_login;
};

static bool proxy_field(struct span line, const char *name, struct span *ret)
{
    struct span rest = line, key = span_cut(&rest, ':');
    if (!span_eq_nocase(key, span_str(name)))
        return false;
    *ret = span_trim(rest);
    return true;
}

/* The head of an answer. False where there is none. */
static bool proxy_head(struct wire *w, struct proxy_head *ret)
{
    struct span line = wire_line(w, LINE_MAX_BYTES), unused;
    uint64_t status = 0;
    *ret = (struct proxy_head){ .first = line };
    if (!wire_ok(w) || !span_starts(line, SPAN("HTTP/1.")) || !span_u64(span_sub(line, 9, 3), 599, &status) ||
        status < 100)
        return false;
    ret->status = (unsigned)status;
    for (size_t i = 0; i < LINES_MAX; i++) {
        line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w) || line.len == 0)
            return wire_ok(w);
        ret->body |= proxy_field(line, "Content-Length", &unused) || proxy_field(line, "Transfer-Encoding", &unused);
        ret->wants_login |= proxy_field(line, "Proxy-Authenticate", &unused);
        if (!proxy_field(line, "Proxy-Agent", &ret->software) && !ret->software.len)
            proxy_field(line, "Server", &ret->software);
        proxy_field(line, "X-Squid-Error", &ret->squid_error);
    }
    return false;
}

static bool proxy_ask(struct wire *w, const struct ask *a, struct proxy_head *ret)
{
    char own[ENDPOINT_TEXT_MAX];
    struct endpoint e = *wire_endpoint(w);
    struct span args[2] = { span_str(endpoint_text(&e, own)), span_str(own) };
    wire_ask_with(w, a, args, 2);
    return proxy_head(w, ret);
}

/* "squid/5.7", "tinyproxy/1.11.1". */
static bool proxy_names(struct observation *o, struct span software)
{
    static const char *const KNOWN[] = { "squid", "tinyproxy" };
    struct span rest = software, name = span_cut(&rest, '/');
    size_t n = 0;
    while (n < rest.len && n < VERSION_MAX && (ascii_is_digit(rest.at[n]) || rest.at[n] == '.'))
        n++;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        if (!span_eq_nocase(name, span_str(KNOWN[i])))
            continue;
        o->product = KNOWN[i];
        if (n)
            fact_text(o, "version", span_first(rest, n), PROXY_CONNECT.name, software);
        return true;
    }
    return false;
}

static enum outcome proxy_open(struct observation *o, const struct ask *a, struct span proof)
{
    fact_text(o, "auth", SPAN("none"), a->name, proof);
    return OUTCOME_OPEN;
}

static enum outcome proxy_login(struct observation *o, const struct ask *a, const struct proxy_head *h)
{
    fact_text(o, "auth", SPAN("password"), a->name, h->first);
    return OUTCOME_LOCKED;
}

/* Whether it went and found nobody: behind a router its own address may lead nowhere. Its rules had let the visitor
 * pass. */
static bool proxy_tried(const struct proxy_head *h)
{
    return (h->status == 503 && span_starts(h->squid_error, SPAN("ERR_CONNECT_FAIL"))) ||
           (span_has(h->first, " 500 Unable to connect") && span_starts(h->software, SPAN("tinyproxy")));
}

/* Squid refused the tunnel: its own address as a page. */
static enum outcome proxy_page(struct wire *w, struct observation *o)
{
    struct proxy_head h;
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    if (!wire_again(w, dress) || !proxy_ask(w, &PROXY_PAGE, &h))
        return OUTCOME_UNCLEAR;
    if (h.status == 407 && h.wants_login)
        return proxy_login(o, &PROXY_PAGE, &h);
    return span_starts(h.squid_error, SPAN("ERR_INVALID_URL")) ? proxy_open(o, &PROXY_PAGE, h.squid_error) :
        OUTCOME_UNCLEAR;
}

static enum outcome proxy_run(struct wire *w, struct observation *o)
{
    struct proxy_head h, inner;
    if (wire_heard(w).len || !proxy_ask(w, &PROXY_CONNECT, &h))
        return OUTCOME_NOT_MINE;
    o->product = "http-proxy";
    proxy_names(o, h.software);
    if (h.status == 407 && h.wants_login)
        return proxy_login(o, &PROXY_CONNECT, &h);
    if (h.status == 403 && h.squid_error.len)
        return proxy_page(w, o);
    if (proxy_tried(&h))
        return proxy_open(o, &PROXY_CONNECT, h.first);
    if (h.status != 200 || h.body || wire_hears_more(w, MORE_MS) || !wire_ok(w))
        return OUTCOME_NOT_MINE;
    /* tinyproxy lets nobody come back by itself, and says so inside the tunnel. */
    bool led = proxy_ask(w, &PROXY_CONNECT, &inner) && inner.status == 200 && !inner.body;
    if (!led && !(inner.status == 400 && proxy_names(o, inner.software)))
        return OUTCOME_NOT_MINE;
    return proxy_open(o, &PROXY_CONNECT, h.first);
}

extern const struct probe PROBE_PROXY;
const struct probe PROBE_PROXY = {
    .name = "proxy",
    .title = "HTTP proxies that relay: Squid, tinyproxy",
    .products = { "http-proxy", "squid", "tinyproxy" },
    .kind = KIND_REMOTE,
    .ports = { 3128, 3129, 8118, 8888 },
    .at_home = true,
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES, .http = REACT_BYTES }, /* Squid 5.7 */
    .reacts_too = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_BYTES }, /* tinyproxy 1.11 */
    .rank = 35,
    .proof = "it leads to its own address for a client without a login",
    .counts = "nothing",
    .asks = { &PROXY_CONNECT, &PROXY_PAGE },
    .run = proxy_run,
};
