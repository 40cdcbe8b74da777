/* JSON Lines, schema ajar/1: one object a line, written as visits come in, nothing kept. The shapes
 * are in doc/output.md and doc/output.schema.json; a field that is not known is null or absent as
 * said there, so that a reader can rely on the rest.
 *
 * A buffer that is full says so (buf_ok), so that half a line is never taken for a whole one. */
#include "base/hex.h"
#include "report/finding_json.h"
#include "report/formats.h"

static struct json line_of(struct buf *out, const char *type)
{
    struct json j = json_over(out);
    json_object(&j, NULL);
    json_str(&j, "type", type);
    return j;
}

static void endpoint_only(struct json *j, const struct endpoint *e)
{
    char where[ENDPOINT_TEXT_MAX];
    json_str(j, "endpoint", endpoint_text(e, where));
}

static void address_and_port(struct json *j, const struct endpoint *e)
{
    char address[ADDRESS_TEXT_MAX];
    endpoint_only(j, e);
    json_str(j, "address", address_text(&e->address, address));
    json_u64(j, "port", e->port);
}

/* What it was asked for as, where that is more than its address. */
static void asked_as(struct json *j, const struct endpoint *e)
{
    json_str(j, "name", e->name);
    json_str(j, "path", e->path);
}

static void facts(struct json *j, const struct observation *o)
{
    json_object(j, "facts");
    for (size_t i = 0; i < o->facts.len; i++)
        if (fact_key_ok(span_str(o->facts.at[i].key)))
            json_fact(j, o->facts.at[i].key, &o->facts.at[i]);
    json_close(j);
}

static void proofs(struct json *j, const struct observation *o)
{
    json_array(j, "proof");
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        if (!f->ask && !f->proof.len)
            continue;
        json_object(j, NULL);
        json_text(j, "fact", span_str(f->key));
        json_text_or_null(j, "ask", span_str(f->ask));
        json_bytes(j, "shows", span_first(f->proof, PROOF_MAX));
        json_close(j);
    }
    json_close(j);
}

static void collection_list(struct json *j, const struct observation *o)
{
    json_array(j, "collection_list");
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        json_object(j, NULL);
        json_text(j, "name", c->name);
        json_known(j, "records", c->records);
        json_known(j, "bytes", c->bytes);
        if (c->created_ms >= 0)
            json_time(j, "created", c->created_ms);
        json_close(j);
    }
    json_close(j);
}

static void service_line(struct buf *out, const struct endpoint *e, const struct observation *o)
{
    struct json j = line_of(out, "service");
    address_and_port(&j, e);
    asked_as(&j, e);
    json_str(&j, "transport", transport_name(e, o));
    json_text(&j, "product", span_str(o->product));
    json_str(&j, "kind", kind_name(o->kind));
    json_text_or_null(&j, "version", fact_get_text(o, "version"));
    json_str(&j, "verdict", outcome_name(o->outcome));
    json_str(&j, "via", o->via);
    json_known(&j, "collections", o->collection_count);
    json_known(&j, "records", o->records);
    json_known(&j, "bytes", o->bytes);
    collection_list(&j, o);
    facts(&j, o);
    proofs(&j, o);
    json_time(&j, "at", o->at_ms);
    json_line(&j);
}

/* ---- certificates ---- */

/* Null where it was not stated, or as another type. */
static void stated(struct json *j, const char *key, const struct observation *o, const char *fact, enum fact_type type)
{
    const struct fact *f = fact_get(o, fact);
    if (f && f->type == type)
        json_fact(j, key, f);
    else
        json_null(j, key);
}

/* "a.example, b.example" -> ["a.example","b.example"] */
static void cert_names(struct json *j, const struct observation *o)
{
    struct span names = fact_get_text(o, "cert.names");
    json_array(j, "names");
    while (names.len) {
        struct span name = span_trim(span_cut(&names, ','));
        if (name.len)
            json_text(j, NULL, name);
    }
    json_close(j);
}

static void days_left(struct json *j, const struct observation *o)
{
    const struct fact *until = fact_get(o, "cert.not_after");
    int64_t left, day = 86400000;
    if (!until || until->type != FACT_TIME || __builtin_sub_overflow(until->number, o->at_ms, &left))
        json_null(j, "days_left");
    else
        json_i64(j, "days_left", left / day - (left % day < 0));
}

static void certificate_line(struct buf *out, const struct endpoint *e, const struct observation *o)
{
    struct json j = line_of(out, "certificate");
    address_and_port(&j, e);
    asked_as(&j, e);
    stated(&j, "subject", o, "cert.subject", FACT_TEXT);
    cert_names(&j, o);
    stated(&j, "issuer", o, "cert.issuer", FACT_TEXT);
    stated(&j, "serial", o, "cert.serial", FACT_TEXT);
    stated(&j, "not_before", o, "cert.not_before", FACT_TIME);
    stated(&j, "not_after", o, "cert.not_after", FACT_TIME);
    stated(&j, "key", o, "cert.key", FACT_TEXT);
    stated(&j, "signature", o, "cert.signature", FACT_TEXT);
    stated(&j, "spki_sha256", o, "cert.spki_sha256", FACT_TEXT);
    stated(&j, "sha256", o, "cert.sha256", FACT_TEXT);
    stated(&j, "self_signed", o, "cert.self_signed", FACT_BOOL);
    stated(&j, "name_match", o, "cert.name_match", FACT_BOOL);
    days_left(&j, o);
    stated(&j, "tls_version", o, "tls.version", FACT_TEXT);
    stated(&j, "cipher", o, "tls.cipher", FACT_TEXT);
    json_time(&j, "at", o->at_ms);
    json_line(&j);
}

/* ---- fleets ---- */

static void reasons(struct json *j, const struct fleet *f)
{
    json_array(j, "reasons");
    for (size_t i = 0; i < f->reasons.len; i++) {
        const struct fleet_reason *r = &f->reasons.at[i];
        json_object(j, NULL);
        json_text(j, "trait", span_str(r->trait));
        json_text(j, "value", r->value);
        json_u64(j, "shared_by", r->shared_by);
        json_close(j);
    }
    json_close(j);
}

static void member(struct json *j, const struct fleet_member *m)
{
    json_object(j, NULL);
    address_and_port(j, &m->endpoint);
    json_text(j, "product", span_str(m->product));
    json_text_or_null(j, "version", m->version);
    json_str(j, "verdict", outcome_name(m->outcome));
    json_known(j, "records", m->records);
    json_known(j, "bytes", m->bytes);
    if (m->worst[0]) {
        json_str(j, "finding", m->worst);
        json_str(j, "severity", severity_name(m->severity));
    }
    json_close(j);
}

static void fleet_line(struct buf *out, const struct fleet *f)
{
    struct json j = line_of(out, "fleet");
    json_str(&j, "fingerprint", f->fingerprint);
    json_str(&j, "severity", severity_name(f->severity));
    json_text_or_null(&j, "product", span_str(f->product));
    json_share(&j, "score", f->score);
    json_text(&j, "title", f->title);
    json_u64(&j, "members", f->member_count);
    json_u64(&j, "open", f->open);
    json_u64(&j, "partial", f->partial);
    json_u64(&j, "locked", f->locked);
    json_known(&j, "records", f->records);
    json_known(&j, "bytes", f->bytes);
    if (f->accepted_until_ms > 0)
        json_time(&j, "accepted_until", f->accepted_until_ms);
    reasons(&j, f);
    json_array(&j, "member_list");
    for (size_t i = 0; i < f->members.len; i++)
        member(&j, &f->members.at[i]);
    json_line(&j);
}

/* ---- the report ---- */

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    char seed[17];
    struct json j = line_of(out, "run");
    (void)state;
    hex_encode_u64(run->seed, seed);
    json_str(&j, "schema", "ajar/1");
    json_text(&j, "version", span_str(run->ajar_version));
    json_time(&j, "started", run->started_ms);
    json_u64(&j, "endpoints", run->endpoints);
    json_str(&j, "seed", seed);
    json_text_or_null(&j, "host", run->host);
    json_text_or_null(&j, "command", run->command);
    json_array(&j, "targets");
    for (struct span left = run->targets; left.len;)
        json_text(&j, NULL, span_cut(&left, '\n'));
    json_close(&j);
    json_line(&j);
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    (void)state;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->kind == KIND_TLS)
            certificate_line(out, &v->endpoint, o);
        else
            service_line(out, &v->endpoint, o);
    }
    for (size_t i = 0; i < findings; i++) {
        struct json j = line_of(out, "finding");
        json_finding(&j, &f[i]);
        json_line(&j);
    }
    if (v->end == END_DONE)
        return;
    struct json j = line_of(out, "endpoint");
    endpoint_only(&j, &v->endpoint);
    asked_as(&j, &v->endpoint);
    json_str(&j, "end", v->end == END_SKIPPED ? "skipped" : "failed");
    json_str(&j, "why", v->why ? v->why : "unknown");
    json_line(&j);
}

/* Not of the type finding: who reads those counts what is open. */
static void closed(void *state, const struct finding_view *f, struct buf *out)
{
    struct json j = line_of(out, "closed");
    (void)state;
    json_finding(&j, f);
    json_line(&j);
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    struct json j = line_of(out, "remark");
    (void)state;
    json_str(&j, "kind", remark_kind_name(r->kind));
    json_text(&j, "about", r->about);
    json_text(&j, "text", r->text);
    json_u64(&j, "count", r->count);
    json_bool(&j, "incomplete", r->incomplete);
    json_line(&j);
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        fleet_line(out, &list[i]);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct json j = line_of(out, "summary");
    (void)state;
    json_u64(&j, "done", s->done);
    json_u64(&j, "skipped", s->skipped);
    json_u64(&j, "failed", s->failed);
    json_u64(&j, "answered", s->answered);
    json_object(&j, "findings");
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--)
        json_u64(&j, severity_name((enum severity)i), s->findings[i]);
    json_close(&j);
    json_tenths(&j, "seconds", (double)s->took_ms / 1000);
    json_tenths(&j, "rate", s->rate);
    json_share(&j, "loss", s->loss);
    json_tenths(&j, "missed", s->missed);
    json_bool(&j, "interrupted", s->interrupted);
    json_u64(&j, "unreached", s->unreached);
    json_text_or_null(&j, "trouble", span_str(s->trouble));
    json_line(&j);
}

const struct report report_json = {
    .name = "json",
    .about = "JSON Lines, one object a line (schema ajar/1)",
    .begin = begin,
    .visit = visit,
    .closed = closed,
    .remark = remark,
    .fleets = fleets,
    .end = end,
};
