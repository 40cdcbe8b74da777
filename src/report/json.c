/* JSON Lines, schema ajar/1: one object a line, written as visits come in, nothing kept. The shapes
 * are in doc/output.md and doc/output.schema.json; a field that is not known is null or absent as
 * said there, so that a reader can rely on the rest.
 *
 * A buffer that is full says so (buf_ok), so that half a line is never taken for a whole one.
 * No printf: this runs once for every finding of a scan, in one thread. */
#include "report/formats.h"

#include "base/hex.h"
#include "text/amount.h"
#include "text/escape.h"

/* Whether each of 8 bytes is printable ASCII that a JSON string holds as it is; exact for "all
 * are", by the test for a zero byte in a word (Mycroft 1987). */
static bool all_plain(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, tops = ones * 0x80;
    uint64_t quote = w ^ ones * '"', back = w ^ ones * '\\', del = w ^ ones * 0x7f;
    return !((w | ((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) | ((back - ones) & ~back) |
              ((del - ones) & ~del)) & tops);
}

static bool is_plain(uint8_t c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static size_t plain_run(struct span s)
{
    size_t n = 0;
    uint64_t w;
    for (; s.len - n >= sizeof(w); n += sizeof(w)) {
        memcpy(&w, s.at + n, sizeof(w));
        if (!all_plain(w))
            break;
    }
    while (n < s.len && is_plain(s.at[n]))
        n++;
    return n;
}

/* Up to the next plain byte: holds whole UTF-8 sequences, since their bytes are never plain. */
static size_t odd_run(struct span s)
{
    size_t n = 0;
    while (n < s.len && !is_plain(s.at[n]))
        n++;
    return n;
}

/* The inside of a string. Plain runs are copied; all else goes through the escaper. */
static void inside(struct buf *out, struct span s)
{
    while (s.len) {
        size_t n = plain_run(s);
        buf_put(out, span_first(s, n));
        s = span_from(s, n);
        n = odd_run(s);
        escape_json(out, span_first(s, n));
        s = span_from(s, n);
    }
}

/* A quoted string; most are plain and go out in one piece. */
static void text(struct buf *out, struct span s)
{
    uint8_t *room = plain_run(s) == s.len ? buf_room(out, s.len + 2) : NULL;
    if (room) {
        room[0] = '"';
        if (s.len)
            memcpy(room + 1, s.at, s.len);
        room[s.len + 1] = '"';
        out->len += s.len + 2;
        return;
    }
    buf_byte(out, '"');
    inside(out, s);
    buf_byte(out, '"');
}

/* `key` is the literal text before the value: ,"name": */
#define KEY(out, key) buf_put((out), SPAN(key))

static void text_or_null(struct buf *out, struct span s)
{
    if (s.at)
        text(out, s);
    else
        buf_put(out, SPAN("null"));
}

static void count_or_null(struct buf *out, int64_t n)
{
    if (n < 0)
        buf_put(out, SPAN("null"));
    else
        buf_i64(out, n);
}

static void boolean(struct buf *out, bool yes)
{
    buf_put(out, yes ? SPAN("true") : SPAN("false"));
}

static void quoted_time(struct buf *out, int64_t wall_ms)
{
    buf_byte(out, '"');
    put_time(out, wall_ms);
    buf_byte(out, '"');
}

static void endpoint_only(struct buf *out, const struct endpoint *e)
{
    char where[ENDPOINT_TEXT_MAX];
    KEY(out, ",\"endpoint\":\"");
    buf_str(out, endpoint_text(e, where));
    buf_byte(out, '"');
}

/* What it was asked for as, where that is more than its address. */
static void asked_as(struct buf *out, const struct endpoint *e)
{
    if (e->name) {
        KEY(out, ",\"name\":");
        text(out, span_str(e->name));
    }
    if (e->path) {
        KEY(out, ",\"path\":");
        text(out, span_str(e->path));
    }
}

static void endpoint_parts(struct buf *out, const struct endpoint *e)
{
    char address[ADDRESS_TEXT_MAX];
    endpoint_only(out, e);
    KEY(out, ",\"address\":\"");
    buf_str(out, address_text(&e->address, address));
    KEY(out, "\",\"port\":");
    buf_u64(out, e->port);
    asked_as(out, e);
}

static void fact_value(struct buf *out, const struct fact *f)
{
    switch (f->type) {
    case FACT_TEXT:
        text(out, f->text);
        return;
    case FACT_NUMBER:
        buf_i64(out, f->number);
        return;
    case FACT_BOOL:
        boolean(out, f->number != 0);
        return;
    case FACT_TIME:
        quoted_time(out, f->number);
        return;
    }
    buf_put(out, SPAN("null"));
}

static void facts(struct buf *out, const struct observation *o)
{
    KEY(out, ",\"facts\":{");
    for (size_t i = 0; i < o->facts.len; i++) {
        if (i)
            buf_byte(out, ',');
        text(out, span_str(o->facts.at[i].key));
        buf_byte(out, ':');
        fact_value(out, &o->facts.at[i]);
    }
    buf_byte(out, '}');
}

/* Raw bytes, made visible, then put into a JSON string: "\\r\\n" reads \r\n again. */
static void shows(struct buf *out, struct span proof)
{
    uint8_t room[PROOF_MAX * 4];
    struct buf visible = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    proof = span_first(proof, PROOF_MAX);
    if (plain_run(proof) == proof.len) {
        text(out, proof);
        return;
    }
    buf_byte(out, '"');
    while (proof.len) {
        size_t n = plain_run(proof);
        buf_put(out, span_first(proof, n));
        proof = span_from(proof, n);
        n = odd_run(proof);
        buf_reset(&visible);
        escape_bytes(&visible, span_first(proof, n));
        inside(out, buf_span(&visible));
        proof = span_from(proof, n);
    }
    buf_byte(out, '"');
}

static void proofs(struct buf *out, const struct observation *o)
{
    bool first = true;
    KEY(out, ",\"proof\":[");
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        if (!f->ask && !f->proof.len)
            continue;
        if (!first)
            buf_byte(out, ',');
        first = false;
        KEY(out, "{\"fact\":");
        text(out, span_str(f->key));
        KEY(out, ",\"ask\":");
        text_or_null(out, span_str(f->ask));
        KEY(out, ",\"shows\":");
        shows(out, f->proof);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void collection_list(struct buf *out, const struct observation *o)
{
    KEY(out, ",\"collection_list\":[");
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        if (i)
            buf_byte(out, ',');
        KEY(out, "{\"name\":");
        text(out, c->name);
        KEY(out, ",\"records\":");
        count_or_null(out, c->records);
        KEY(out, ",\"bytes\":");
        count_or_null(out, c->bytes);
        if (c->created_ms >= 0) {
            KEY(out, ",\"created\":");
            quoted_time(out, c->created_ms);
        }
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void service_line(struct buf *out, const struct endpoint *e, const struct observation *o)
{
    const struct fact *version = fact_get(o, "version");
    KEY(out, "{\"type\":\"service\"");
    endpoint_parts(out, e);
    KEY(out, ",\"transport\":");
    buf_put(out, o->tls ? SPAN("\"tls\"") : SPAN("\"tcp\""));
    KEY(out, ",\"product\":");
    text(out, span_str(o->product));
    KEY(out, ",\"kind\":\"");
    buf_str(out, kind_name(o->kind));
    KEY(out, "\",\"version\":");
    text_or_null(out, version && version->type == FACT_TEXT ? version->text : SPAN_NONE);
    KEY(out, ",\"verdict\":\"");
    buf_str(out, outcome_name(o->outcome));
    buf_byte(out, '"');
    if (o->via) {
        KEY(out, ",\"via\":");
        text(out, span_str(o->via));
    }
    KEY(out, ",\"collections\":");
    count_or_null(out, o->collection_count);
    KEY(out, ",\"records\":");
    count_or_null(out, o->records);
    KEY(out, ",\"bytes\":");
    count_or_null(out, o->bytes);
    collection_list(out, o);
    facts(out, o);
    proofs(out, o);
    KEY(out, ",\"at\":");
    quoted_time(out, o->at_ms);
    KEY(out, "}\n");
}

/* ---- certificates ---- */

static void cert_text(struct buf *out, const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    text_or_null(out, f && f->type == FACT_TEXT ? f->text : SPAN_NONE);
}

static void cert_bool(struct buf *out, const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    if (f && f->type == FACT_BOOL)
        boolean(out, f->number != 0);
    else
        buf_put(out, SPAN("null"));
}

static void cert_date(struct buf *out, const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    if (f && f->type == FACT_TIME)
        quoted_time(out, f->number);
    else
        buf_put(out, SPAN("null"));
}

/* "a.example, b.example" -> ["a.example","b.example"] */
static void cert_names(struct buf *out, const struct observation *o)
{
    struct span names = fact_get_text(o, "cert.names");
    bool first = true;
    KEY(out, ",\"names\":[");
    while (names.len) {
        struct span name = span_trim(span_cut(&names, ','));
        if (name.len == 0)
            continue;
        if (!first)
            buf_byte(out, ',');
        first = false;
        text(out, name);
    }
    buf_byte(out, ']');
}

static void days_left(struct buf *out, const struct observation *o)
{
    const struct fact *until = fact_get(o, "cert.not_after");
    int64_t left, day = 86400000;
    if (!until || until->type != FACT_TIME ||
        __builtin_sub_overflow(until->number, o->at_ms, &left))
        buf_put(out, SPAN("null"));
    else
        buf_i64(out, left / day - (left % day < 0));
}

static void certificate_line(struct buf *out, const struct endpoint *e, const struct observation *o)
{
    KEY(out, "{\"type\":\"certificate\"");
    endpoint_parts(out, e);
    KEY(out, ",\"subject\":");
    cert_text(out, o, "cert.subject");
    cert_names(out, o);
    KEY(out, ",\"issuer\":");
    cert_text(out, o, "cert.issuer");
    KEY(out, ",\"serial\":");
    cert_text(out, o, "cert.serial");
    KEY(out, ",\"not_before\":");
    cert_date(out, o, "cert.not_before");
    KEY(out, ",\"not_after\":");
    cert_date(out, o, "cert.not_after");
    KEY(out, ",\"key\":");
    cert_text(out, o, "cert.key");
    KEY(out, ",\"signature\":");
    cert_text(out, o, "cert.signature");
    KEY(out, ",\"spki_sha256\":");
    cert_text(out, o, "cert.spki_sha256");
    KEY(out, ",\"sha256\":");
    cert_text(out, o, "cert.sha256");
    KEY(out, ",\"self_signed\":");
    cert_bool(out, o, "cert.self_signed");
    KEY(out, ",\"name_match\":");
    cert_bool(out, o, "cert.name_match");
    KEY(out, ",\"days_left\":");
    days_left(out, o);
    KEY(out, ",\"tls_version\":");
    cert_text(out, o, "tls.version");
    KEY(out, ",\"cipher\":");
    cert_text(out, o, "tls.cipher");
    KEY(out, ",\"at\":");
    quoted_time(out, o->at_ms);
    KEY(out, "}\n");
}

/* ---- findings ---- */

static void evidence(struct buf *out, const struct finding *f)
{
    KEY(out, ",\"evidence\":[");
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct fact *fact = &f->evidence.at[i];
        KEY(out, "{\"fact\":");
        text(out, span_str(fact->key));
        KEY(out, ",\"value\":");
        fact_value(out, fact);
        KEY(out, ",\"ask\":");
        text_or_null(out, span_str(fact->ask));
        KEY(out, ",\"shows\":");
        shows(out, fact->proof);
        buf_put(out, i + 1 < f->evidence.len ? SPAN("},") : SPAN("}"));
    }
    buf_byte(out, ']');
}

static void text_member(struct buf *out, struct span key, struct span s)
{
    if (!s.len)
        return;
    buf_put(out, key);
    text(out, s);
}

/* What the store knows of it; nothing of it where there is no store. */
static void life(struct buf *out, const struct finding *f)
{
    const struct finding_life *l = &f->life;
    if (l->known) {
        KEY(out, ",\"new\":");
        boolean(out, l->is_new);
        KEY(out, ",\"first_seen\":");
        quoted_time(out, l->first_ms);
        KEY(out, ",\"opened\":");
        quoted_time(out, l->opened_ms);
        KEY(out, ",\"reopened\":");
        buf_u64(out, l->reopened);
    }
    if (f->accepted_until_ms > 0) {
        KEY(out, ",\"accepted_until\":");
        quoted_time(out, f->accepted_until_ms);
        text_member(out, SPAN(",\"accepted_why\":"), f->accepted_why);
    }
}

static void whose(struct buf *out, const struct finding *f)
{
    text_member(out, SPAN(",\"owner\":"), f->owner);
    text_member(out, SPAN(",\"tier\":"), f->tier);
    text_member(out, SPAN(",\"contact\":"), f->contact);
    for (size_t i = 0; i < f->owners.len; i++) {
        const struct attribution *a = &f->owners.at[i];
        buf_put(out, i ? SPAN(",{\"who\":") : SPAN(",\"owners\":[{\"who\":"));
        text(out, a->who);
        KEY(out, ",\"how\":");
        text(out, span_str(a->how));
        KEY(out, ",\"strength\":\"");
        buf_str(out, strength_name(a->strength));
        buf_put(out, i + 1 < f->owners.len ? SPAN("\"}") : SPAN("\"}]"));
    }
}

static void since(struct buf *out, const struct finding *f)
{
    for (size_t i = 0; i < f->since.len; i++) {
        const struct since *s = &f->since.at[i];
        buf_put(out, i ? SPAN(",{\"at\":") : SPAN(",\"since\":[{\"at\":"));
        quoted_time(out, s->at_ms);
        KEY(out, ",\"source\":");
        text(out, span_str(s->source));
        KEY(out, ",\"strength\":\"");
        buf_str(out, strength_name(s->strength));
        KEY(out, "\",\"text\":");
        text(out, s->text);
        buf_put(out, i + 1 < f->since.len ? SPAN("}") : SPAN("}]"));
    }
}

static void finding_line(struct buf *out, const struct finding *f)
{
    KEY(out, "{\"type\":\"finding\",\"rule\":");
    text(out, span_str(f->rule));
    KEY(out, ",\"fingerprint\":\"");
    buf_str(out, f->fingerprint);
    KEY(out, "\",\"severity\":\"");
    buf_str(out, severity_name(f->severity));
    buf_byte(out, '"');
    endpoint_only(out, &f->endpoint);
    asked_as(out, &f->endpoint);
    KEY(out, ",\"product\":");
    text(out, span_str(f->product));
    KEY(out, ",\"version\":");
    text_or_null(out, f->version.len ? f->version : SPAN_NONE);
    if (f->via) {
        KEY(out, ",\"via\":");
        text(out, span_str(f->via));
    }
    KEY(out, ",\"title\":");
    text(out, span_str(f->title));
    KEY(out, ",\"why\":");
    text(out, f->why);
    KEY(out, ",\"fix\":");
    text(out, f->fix);
    life(out, f);
    whose(out, f);
    since(out, f);
    evidence(out, f);
    KEY(out, "}\n");
}

/* ---- fleets ---- */

static void reasons(struct buf *out, const struct fleet *f)
{
    KEY(out, ",\"reasons\":[");
    for (size_t i = 0; i < f->reasons.len; i++) {
        const struct fleet_reason *r = &f->reasons.at[i];
        buf_put(out, i ? SPAN(",{\"trait\":") : SPAN("{\"trait\":"));
        text(out, span_str(r->trait));
        KEY(out, ",\"value\":");
        text(out, r->value);
        KEY(out, ",\"shared_by\":");
        buf_u64(out, r->shared_by);
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
}

static void member(struct buf *out, const struct fleet_member *m)
{
    char where[ENDPOINT_TEXT_MAX], address[ADDRESS_TEXT_MAX];
    KEY(out, "{\"endpoint\":\"");
    buf_str(out, endpoint_text(&m->endpoint, where));
    KEY(out, "\",\"address\":\"");
    buf_str(out, address_text(&m->endpoint.address, address));
    KEY(out, "\",\"port\":");
    buf_u64(out, m->endpoint.port);
    KEY(out, ",\"product\":");
    text(out, span_str(m->product));
    KEY(out, ",\"version\":");
    text_or_null(out, m->version.len ? m->version : SPAN_NONE);
    KEY(out, ",\"verdict\":\"");
    buf_str(out, outcome_name(m->outcome));
    KEY(out, "\",\"records\":");
    count_or_null(out, m->records);
    KEY(out, ",\"bytes\":");
    count_or_null(out, m->bytes);
    if (m->worst[0]) {
        KEY(out, ",\"finding\":\"");
        buf_str(out, m->worst);
        KEY(out, "\",\"severity\":\"");
        buf_str(out, severity_name(m->severity));
        buf_byte(out, '"');
    }
    buf_byte(out, '}');
}

static void fleet_line(struct buf *out, const struct fleet *f)
{
    KEY(out, "{\"type\":\"fleet\",\"fingerprint\":\"");
    buf_str(out, f->fingerprint);
    KEY(out, "\",\"severity\":\"");
    buf_str(out, severity_name(f->severity));
    KEY(out, "\",\"product\":");
    text_or_null(out, span_str(f->product));
    KEY(out, ",\"score\":");
    put_share(out, f->score);
    KEY(out, ",\"title\":");
    text(out, f->title);
    KEY(out, ",\"members\":");
    buf_u64(out, f->member_count);
    KEY(out, ",\"open\":");
    buf_u64(out, f->open);
    KEY(out, ",\"partial\":");
    buf_u64(out, f->partial);
    KEY(out, ",\"locked\":");
    buf_u64(out, f->locked);
    KEY(out, ",\"records\":");
    count_or_null(out, f->records);
    KEY(out, ",\"bytes\":");
    count_or_null(out, f->bytes);
    if (f->accepted_until_ms > 0) {
        KEY(out, ",\"accepted_until\":");
        quoted_time(out, f->accepted_until_ms);
    }
    reasons(out, f);
    KEY(out, ",\"member_list\":[");
    for (size_t i = 0; i < f->members.len; i++) {
        if (i)
            buf_byte(out, ',');
        member(out, &f->members.at[i]);
    }
    KEY(out, "]}\n");
}

/* ---- the report ---- */

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    char seed[17];
    (void)state;
    hex_encode_u64(run->seed, seed);
    KEY(out, "{\"type\":\"run\",\"schema\":\"ajar/1\",\"version\":");
    text(out, span_str(run->ajar_version));
    KEY(out, ",\"started\":");
    quoted_time(out, run->started_ms);
    KEY(out, ",\"endpoints\":");
    buf_u64(out, run->endpoints);
    KEY(out, ",\"seed\":\"");
    buf_str(out, seed);
    KEY(out, "\"}\n");
}

static void visit(void *state, const struct visit *v, const struct finding *f, size_t findings,
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
    for (size_t i = 0; i < findings; i++)
        finding_line(out, &f[i]);
    if (v->end == END_DONE)
        return;
    KEY(out, "{\"type\":\"endpoint\"");
    endpoint_only(out, &v->endpoint);
    asked_as(out, &v->endpoint);
    KEY(out, ",\"end\":");
    buf_put(out, v->end == END_SKIPPED ? SPAN("\"skipped\"") : SPAN("\"failed\""));
    KEY(out, ",\"why\":");
    text(out, v->why ? span_str(v->why) : SPAN("unknown"));
    KEY(out, "}\n");
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    (void)state;
    KEY(out, "{\"type\":\"remark\",\"kind\":\"");
    buf_str(out, remark_kind_name(r->kind));
    KEY(out, "\",\"about\":");
    text(out, r->about);
    KEY(out, ",\"text\":");
    text(out, r->text);
    KEY(out, ",\"count\":");
    buf_u64(out, r->count);
    KEY(out, ",\"incomplete\":");
    boolean(out, r->incomplete);
    KEY(out, "}\n");
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        fleet_line(out, &list[i]);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    (void)state;
    KEY(out, "{\"type\":\"summary\",\"done\":");
    buf_u64(out, s->done);
    KEY(out, ",\"skipped\":");
    buf_u64(out, s->skipped);
    KEY(out, ",\"failed\":");
    buf_u64(out, s->failed);
    KEY(out, ",\"answered\":");
    buf_u64(out, s->answered);
    KEY(out, ",\"findings\":{");
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
        buf_byte(out, '"');
        buf_str(out, severity_name((enum severity)i));
        buf_put(out, SPAN("\":"));
        buf_u64(out, s->findings[i]);
        if (i > SEVERITY_INFO)
            buf_byte(out, ',');
    }
    KEY(out, "},\"seconds\":");
    put_tenths(out, (double)s->took_ms / 1000);
    KEY(out, ",\"rate\":");
    put_tenths(out, s->rate);
    KEY(out, ",\"loss\":");
    put_share(out, s->loss);
    KEY(out, ",\"missed\":");
    put_tenths(out, s->missed);
    KEY(out, ",\"interrupted\":");
    boolean(out, s->interrupted);
    KEY(out, "}\n");
}

const struct report report_json = {
    .name = "json",
    .about = "JSON Lines, one object a line (schema ajar/1)",
    .begin = begin,
    .visit = visit,
    .remark = remark,
    .fleets = fleets,
    .end = end,
};
