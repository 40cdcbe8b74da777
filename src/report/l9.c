/* Events in l9format, the JSON Lines that LeakIX's tools (l9explore, l9filter) pass on: one event a
 * service, "leak" where it was open or told metadata, else "service". What Ajar never has stays
 * empty: no credentials, no answer of a record. An unknown count is 0 there, as in the original. */
#include "report/formats.h"
#include "report/member.h"
#include "report/unknown.h"

static const struct finding *worst_of(const struct visit *v, const struct observation *o,
                                      const struct finding *f, size_t findings)
{
    const struct finding *worst = NULL;
    for (size_t i = 0; i < findings; i++)
        if (report_seen(v, &f[i]) == o && (!worst || f[i].severity > worst->severity))
            worst = &f[i];
    return worst;
}

static bool is_ransomed(const struct visit *v, const struct observation *o, const struct finding *f,
                        size_t findings)
{
    for (size_t i = 0; i < findings; i++)
        if (report_seen(v, &f[i]) == o && strcmp(f[i].rule, "ransom-note") == 0)
            return true;
    return false;
}

static int64_t known(int64_t n)
{
    return n > 0 ? n : 0;
}

/* The part after CN= of a distinguished name. */
static struct span common_name(struct span subject)
{
    size_t at = span_find(subject, SPAN("CN="));
    if (at == SIZE_MAX)
        return SPAN_NONE;
    struct span rest = span_from(subject, at + 3);
    return span_trim(span_cut(&rest, ','));
}

static int64_t fact_integer(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type != FACT_TEXT ? f->number : 0;
}

static void moment(struct buf *out, const char *key, const struct observation *o, const char *fact)
{
    const struct fact *f = fact_get(o, fact);
    if (f && f->type == FACT_TIME)
        member_time(out, key, f->number);
    else
        member_str(out, key, "0001-01-01T00:00:00Z");
}

static void certificate(struct buf *out, const struct observation *c)
{
    struct span names = fact_get_text(c, "cert.names");
    member_open(out, "certificate", '{');
    member_text(out, "cn", common_name(fact_get_text(c, "cert.subject")));
    member_open(out, "domain", '[');
    while (names.len)
        member_text(out, NULL, span_trim(span_cut(&names, ',')));
    member_close(out, ']');
    member_text(out, "fingerprint", fact_get_text(c, "cert.sha256"));
    member_text(out, "key_algo", fact_get_text(c, "cert.key_type"));
    member_i64(out, "key_size", fact_integer(c, "cert.key_bits"));
    member_text(out, "issuer_name", fact_get_text(c, "cert.issuer"));
    moment(out, "not_before", c, "cert.not_before");
    moment(out, "not_after", c, "cert.not_after");
    const struct fact *until = fact_get(c, "cert.not_after");
    member_bool(out, "valid", until && until->type == FACT_TIME && until->number > c->at_ms &&
                fact_integer(c, "cert.name_match") && !fact_integer(c, "cert.self_signed"));
    member_close(out, '}');
}

static void tls(struct buf *out, const struct observation *o, const struct observation *c)
{
    member_open(out, "ssl", '{');
    member_bool(out, "detected", c != NULL);
    member_bool(out, "enabled", o->tls);
    member_str(out, "jarm", "");
    member_text(out, "cypher_suite", c ? fact_get_text(c, "tls.cipher") : SPAN_NONE);
    member_text(out, "version", c ? fact_get_text(c, "tls.version") : SPAN_NONE);
    if (c)
        certificate(out, c);
    member_close(out, '}');
}

static void service(struct buf *out, const struct observation *o)
{
    member_open(out, "service", '{');
    member_open(out, "credentials", '{');
    member_bool(out, "noauth", o->outcome == OUTCOME_OPEN);
    member_str(out, "username", "");
    member_str(out, "password", "");
    member_str(out, "key", "");
    member_close(out, '}');
    member_open(out, "software", '{');
    member_str(out, "name", o->product);
    member_text(out, "version", fact_get_text(o, "version"));
    member_text(out, "os", fact_get_text(o, "os"));
    member_open(out, "modules", '[');
    member_close(out, ']');
    member_str(out, "fingerprint", "");
    member_close(out, '}');
    member_close(out, '}');
}

static void leak(struct buf *out, const struct observation *o, const struct finding *worst, bool ransomed)
{
    member_open(out, "leak", '{');
    member_str(out, "stage", worst ? "open" : "");
    member_str(out, "type", worst ? worst->rule : "");
    member_str(out, "severity", worst ? severity_name(worst->severity) : "");
    member_open(out, "dataset", '{');
    member_i64(out, "rows", known(o->records));
    member_i64(out, "files", 0);
    member_i64(out, "size", known(o->bytes));
    member_i64(out, "collections", known(o->collection_count));
    member_bool(out, "infected", ransomed);
    member_close(out, '}');
    member_close(out, '}');
}

/* HTTP is not said of an observation; the probe's facts give it away. */
static bool is_http(const struct observation *o)
{
    return o->kind == KIND_WEB || o->kind == KIND_DASHBOARD || o->via || fact_get(o, "http.status");
}

static void put_endpoint(struct buf *out, const struct visit *v, const struct observation *o)
{
    char address[ADDRESS_TEXT_MAX], port[8];
    struct buf digits = { .at = (uint8_t *)port, .cap = sizeof(port), .max = sizeof(port) };
    bool http = is_http(o);
    buf_u64(&digits, v->endpoint.port);
    member_str(out, "ip", address_text(&v->endpoint.address, address));
    member_text(out, "host", span_str(v->endpoint.name));
    member_text(out, "port", buf_span(&digits));
    member_open(out, "transport", '[');
    member_str(out, NULL, "tcp");
    if (o->tls)
        member_str(out, NULL, "tls");
    if (http)
        member_str(out, NULL, "http");
    member_close(out, ']');
    member_str(out, "protocol", http ? o->tls ? "https" : "http" : o->product);
}

/* The format has no place for owners and for time but its tags. */
static void tags_of(struct buf *out, const struct finding *f)
{
    static const char *const KEYS[] = { "owner:", "tier:", "contact:" };
    const struct span values[] = { f->owner, f->tier, f->contact };
    struct buf tag;
    if (f->life.known && (f->life.is_new || f->life.reopened))
        member_str(out, NULL, f->life.is_new ? "new" : "reopened");
    if (f->accepted_until_ms > 0)
        member_str(out, NULL, "accepted");
    buf_init(&tag, MEMBER_TEXT_MAX + 16);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (!values[i].len)
            continue;
        buf_reset(&tag);
        buf_str(&tag, KEYS[i]);
        buf_put(&tag, span_first(values[i], MEMBER_TEXT_MAX));
        member_text(out, NULL, buf_span(&tag));
    }
    buf_release(&tag);
}

static void put_summary(struct buf *out, const struct observation *o, const struct finding *worst)
{
    struct buf words;
    buf_init(&words, UNKNOWN_WORDS_MAX);
    if (o->kind == KIND_UNKNOWN)
        unknown_words(&words, o);
    member_text(out, "summary", worst ? worst->why : buf_span(&words));
    buf_release(&words);
}

static void event(struct buf *out, const struct visit *v, const struct observation *o,
                  const struct finding *f, size_t findings)
{
    const struct finding *worst = worst_of(v, o, f, findings);
    bool leaks = o->outcome == OUTCOME_OPEN || o->outcome == OUTCOME_PARTIAL;
    buf_byte(out, '{');
    member_str(out, "event_type", leaks ? "leak" : "service");
    member_str(out, "event_source", "ajar");
    member_open(out, "event_pipeline", '[');
    member_str(out, NULL, "ajar");
    member_close(out, ']');
    member_str(out, "event_fingerprint", worst ? worst->fingerprint : "");
    put_endpoint(out, v, o);
    member_open(out, "http", '{');
    member_str(out, "root", v->endpoint.path ? v->endpoint.path : "");
    member_str(out, "url", "");
    member_i64(out, "status", fact_integer(o, "http.status"));
    member_i64(out, "length", 0);
    member_close(out, '}');
    put_summary(out, o, worst);
    member_time(out, "time", o->at_ms);
    tls(out, o, report_certificate(v));
    service(out, o);
    leak(out, o, worst, is_ransomed(v, o, f, findings));
    member_open(out, "tags", '[');
    if (o->via)
        member_str(out, NULL, "via");
    member_str(out, NULL, o->via);
    if (worst)
        tags_of(out, worst);
    member_close(out, ']');
    buf_str(out, "}\n");
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)state;
    (void)run;
    (void)out;
}

static void visit(void *state, const struct visit *v, const struct finding *f, size_t findings,
                  struct buf *out)
{
    (void)state;
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind != KIND_TLS)
            event(out, v, &v->observations.at[i], f, findings);
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
    .end = end,
};
