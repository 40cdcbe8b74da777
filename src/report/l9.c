/* Events in l9format, the JSON Lines that LeakIX's tools (l9explore, l9filter) pass on: one event a
 * service, "leak" where it was open or told metadata, else "service"; what a scan proved closed is a
 * "service" of the stage and tag "closed". What Ajar never has stays
 * empty: no credentials, no answer of a record. An unknown count is 0 there, as in the original. */
#include "report/finding_json.h"
#include "report/formats.h"
#include "report/unknown.h"
#include "report/words.h"
#include "text/dn.h"

enum { SUMMARY_BYTES_MAX = JSON_TEXT_MAX + 1024, CLOSED_BYTES_MAX = 4 << 20 };

static const struct finding_view *worst_of(const struct observation *o, const struct finding_view *f, size_t findings)
{
    const struct finding_view *worst = NULL;
    for (size_t i = 0; i < findings; i++)
        if (f[i].seen == o && (!worst || f[i].finding->severity > worst->finding->severity))
            worst = &f[i];
    return worst;
}

static bool is_ransomed(const struct observation *o, const struct finding_view *f, size_t findings)
{
    for (size_t i = 0; i < findings; i++)
        if (f[i].seen == o && strcmp(f[i].finding->rule, "ransom-note") == 0)
            return true;
    return false;
}

static int64_t known(int64_t n)
{
    return n > 0 ? n : 0;
}

static int64_t fact_integer(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type != FACT_TEXT ? f->number : 0;
}

static void common_name(struct json *j, struct span subject)
{
    struct buf name;
    buf_init(&name, JSON_TEXT_MAX);
    dn_common_name(&name, span_first(subject, JSON_TEXT_MAX));
    json_text(j, "cn", buf_span(&name));
    buf_release(&name);
}

static void moment(struct json *j, const char *key, const struct observation *o, const char *fact)
{
    const struct fact *f = fact_get(o, fact);
    if (f && f->type == FACT_TIME)
        json_time(j, key, f->number);
    else
        json_str(j, key, "0001-01-01T00:00:00Z");
}

static void certificate(struct json *j, const struct observation *c)
{
    struct span names = fact_get_text(c, "cert.names");
    json_object(j, "certificate");
    common_name(j, fact_get_text(c, "cert.subject"));
    json_array(j, "domain");
    while (names.len)
        json_text(j, NULL, span_trim(span_cut(&names, ',')));
    json_close(j);
    json_text(j, "fingerprint", fact_get_text(c, "cert.sha256"));
    json_text(j, "key_algo", fact_get_text(c, "cert.key_type"));
    json_i64(j, "key_size", fact_integer(c, "cert.key_bits"));
    json_text(j, "issuer_name", fact_get_text(c, "cert.issuer"));
    moment(j, "not_before", c, "cert.not_before");
    moment(j, "not_after", c, "cert.not_after");
    const struct fact *until = fact_get(c, "cert.not_after");
    json_bool(j, "valid", until && until->type == FACT_TIME && until->number > c->at_ms &&
                fact_integer(c, "cert.name_match") && !fact_integer(c, "cert.self_signed"));
    json_close(j);
}

static void tls(struct json *j, const struct observation *o, const struct observation *c)
{
    json_object(j, "ssl");
    json_bool(j, "detected", c != NULL);
    json_bool(j, "enabled", o->tls);
    json_str(j, "jarm", "");
    json_text(j, "cypher_suite", c ? fact_get_text(c, "tls.cipher") : SPAN_NONE);
    json_text(j, "version", c ? fact_get_text(c, "tls.version") : SPAN_NONE);
    if (c)
        certificate(j, c);
    json_close(j);
}

static void service(struct json *j, const struct observation *o)
{
    json_object(j, "service");
    json_object(j, "credentials");
    json_bool(j, "noauth", o->outcome == OUTCOME_OPEN);
    json_str(j, "username", "");
    json_str(j, "password", "");
    json_str(j, "key", "");
    json_close(j);
    json_object(j, "software");
    json_str(j, "name", o->product);
    json_text(j, "version", fact_get_text(o, "version"));
    json_text(j, "os", fact_get_text(o, "os"));
    json_array(j, "modules");
    json_close(j);
    json_str(j, "fingerprint", "");
    json_close(j);
    json_close(j);
}

static void leak(struct json *j, const struct observation *o, const struct finding_view *view, bool ransomed)
{
    json_object(j, "leak");
    json_str(j, "stage", !view ? "" : view->open ? "open" : "closed");
    json_str(j, "type", view ? view->finding->rule : "");
    json_str(j, "severity", view ? severity_name(view->finding->severity) : "");
    json_object(j, "dataset");
    json_i64(j, "rows", known(o->records));
    json_i64(j, "files", 0);
    json_i64(j, "size", known(o->bytes));
    json_i64(j, "collections", known(o->collection_count));
    json_bool(j, "infected", ransomed);
    json_close(j);
    json_close(j);
}

/* HTTP is not said of an observation; the probe's facts give it away. */
static bool is_http(const struct observation *o)
{
    return o->kind == KIND_WEB || o->kind == KIND_DASHBOARD || o->via || fact_get(o, "http.status");
}

static void put_endpoint(struct json *j, const struct visit *v, const struct observation *o)
{
    char address[ADDRESS_TEXT_MAX], port[8];
    struct buf digits = { .at = (uint8_t *)port, .cap = sizeof(port), .max = sizeof(port) };
    bool http = is_http(o);
    buf_u64(&digits, v->endpoint.port);
    json_str(j, "ip", address_text(&v->endpoint.address, address));
    json_text(j, "host", span_str(v->endpoint.name));
    json_text(j, "port", buf_span(&digits));
    json_array(j, "transport");
    json_str(j, NULL, v->endpoint.transport == TRANSPORT_UDP ? "udp" : "tcp");
    if (o->tls)
        json_str(j, NULL, "tls");
    if (http)
        json_str(j, NULL, "http");
    json_close(j);
    json_str(j, "protocol", http ? o->tls ? "https" : "http" : o->product);
}

/* The format has no place for owners and for time but its tags. */
static void tags_of(struct json *j, const struct finding_view *v)
{
    static const char *const KEYS[] = { "owner:", "tier:", "contact:" };
    const struct span values[] = { v->finding->owner, v->finding->tier, v->finding->contact };
    struct buf tag;
    if (!v->open)
        json_str(j, NULL, "closed");
    json_str(j, NULL, proof_name(v->proof));
    if (v->life.known && (v->life.is_new || v->life.reopened))
        json_str(j, NULL, v->life.is_new ? "new" : "reopened");
    if (v->unseen != UNSEEN_NOT)
        json_str(j, NULL, "not-seen");
    if (v->accepted_until_ms > 0)
        json_str(j, NULL, "accepted");
    buf_init(&tag, JSON_TEXT_MAX + 16);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (!values[i].len)
            continue;
        buf_reset(&tag);
        buf_str(&tag, KEYS[i]);
        buf_put(&tag, span_first(values[i], JSON_TEXT_MAX));
        json_text(j, NULL, buf_span(&tag));
    }
    buf_release(&tag);
}

static void put_summary(struct json *j, const struct observation *o, const struct finding_view *view)
{
    struct buf words;
    buf_init(&words, SUMMARY_BYTES_MAX);
    if (view && !view->open) {
        words_closed(&words, view, in_english);
        buf_str(&words, " Before: ");
    }
    if (view)
        buf_put(&words, span_first(view->finding->why, JSON_TEXT_MAX));
    else if (o->kind == KIND_UNKNOWN)
        unknown_words(&words, o, in_english);
    json_text(j, "summary", buf_span(&words));
    buf_release(&words);
}

static void event(struct buf *out, const struct visit *v, const struct observation *o,
                  const struct finding_view *f, size_t findings)
{
    const struct finding_view *view = worst_of(o, f, findings);
    bool leaks = o->outcome == OUTCOME_OPEN || o->outcome == OUTCOME_PARTIAL;
    struct json line = json_visible_over(out), *j = &line;
    json_object(j, NULL);
    json_str(j, "event_type", leaks ? "leak" : "service");
    json_str(j, "event_source", "ajar");
    json_array(j, "event_pipeline");
    json_str(j, NULL, "ajar");
    json_close(j);
    json_str(j, "event_fingerprint", view ? view->finding->fingerprint : "");
    put_endpoint(j, v, o);
    json_object(j, "http");
    json_str(j, "root", v->endpoint.path ? v->endpoint.path : "");
    json_str(j, "url", "");
    json_i64(j, "status", fact_integer(o, "http.status"));
    json_i64(j, "length", 0);
    json_close(j);
    put_summary(j, o, view);
    json_time(j, "time", o->at_ms);
    tls(j, o, report_certificate(v));
    service(j, o);
    leak(j, o, view, is_ransomed(o, f, findings));
    json_array(j, "tags");
    if (o->via)
        json_str(j, NULL, "via");
    json_str(j, NULL, o->via);
    if (view)
        tags_of(j, view);
    json_close(j);
    json_line(j);
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)state;
    (void)run;
    (void)out;
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    (void)state;
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind != KIND_TLS)
            event(out, v, &v->observations.at[i], f, findings);
}

/* A service that leaks no more, under the fingerprint of its leak. What it is now is another event. */
static void closed(void *state, const struct finding_view *f, struct buf *out)
{
    struct arena a;
    struct visit v;
    struct finding_view here = *f;
    (void)state;
    arena_init(&a, CLOSED_BYTES_MAX);
    visit_init(&v, &a, &f->finding->endpoint);
    struct observation *o = visit_observe(&v, f->finding->product, KIND_STORE);
    if (o) {
        o->via = f->finding->via;
        o->outcome = OUTCOME_UNCLEAR;
        o->records = f->records;
        o->bytes = f->bytes;
        o->at_ms = f->closed_ms;
        fact_text(o, "version", f->finding->version, NULL, SPAN_NONE);
        here.seen = o;
        event(out, &v, o, &here, 1);
    } else {
        out->failed = true;
    }
    arena_release(&a);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    (void)state;
    (void)s;
    (void)out;
}

const struct report report_l9 = {
    .name = "l9",
    .about = "l9format events, JSON Lines, for the tools of LeakIX",
    .begin = begin,
    .visit = visit,
    .closed = closed,
    .end = end,
};
