/* What a rule may ask about an observation: its own properties, facts by key, and a few values
 * worked out from the facts of a certificate. A value that is not known is VALUE_NONE, never 0:
 * a rule must not conclude from what nobody said. The words are listed in doc/rules.md. */
#include "rules/rule.h"

enum { DAY_MS = 86400000 };

struct field_name {
    const char *word;
    enum field_id id;
};

static const struct field_name FIELDS[] = {
    { "product", FIELD_PRODUCT },
    { "kind", FIELD_KIND },
    { "outcome", FIELD_OUTCOME },
    { "via", FIELD_VIA },
    { "tls", FIELD_TLS },
    { "service", FIELD_SERVICE },
    { "endpoint", FIELD_ENDPOINT },
    { "address", FIELD_ADDRESS },
    { "address.class", FIELD_ADDRESS_CLASS },
    { "port", FIELD_PORT },
    { "name", FIELD_NAME },
    { "collections", FIELD_COLLECTIONS },
    { "collections.names", FIELD_COLLECTION_NAMES },
    { "records", FIELD_RECORDS },
    { "bytes", FIELD_BYTES },
    { "cert.days_left", FIELD_CERT_DAYS_LEFT },
    { "cert.expired_days", FIELD_CERT_EXPIRED_DAYS },
    { "cert.starts_in_days", FIELD_CERT_STARTS_IN_DAYS },
    { "cert.life_days", FIELD_CERT_LIFE_DAYS },
    { "cert.share_left", FIELD_CERT_SHARE_LEFT },
    { "lifecycle.state", FIELD_LIFECYCLE_STATE },
    { "lifecycle.cycle", FIELD_LIFECYCLE_CYCLE },
    { "lifecycle.since", FIELD_LIFECYCLE_SINCE },
    { "lifecycle.newer", FIELD_LIFECYCLE_NEWER },
    { "lifecycle.by", FIELD_LIFECYCLE_BY },
    { "lifecycle.how", FIELD_LIFECYCLE_HOW },
    { "lifecycle.source", FIELD_LIFECYCLE_SOURCE },
    { "lifecycle.table", FIELD_LIFECYCLE_TABLE },
    { "version.distribution", FIELD_VERSION_DISTRIBUTION },
    { "version.vendor", FIELD_VERSION_VENDOR },
    { "exploited.cve", FIELD_EXPLOITED_CVE },
    { "exploited.all", FIELD_EXPLOITED_ALL },
    { "exploited.count", FIELD_EXPLOITED_COUNT },
    { "exploited.added", FIELD_EXPLOITED_ADDED },
    { "exploited.ransomware", FIELD_EXPLOITED_RANSOMWARE },
    { "exploited.range", FIELD_EXPLOITED_RANGE },
    { "exploited.condition", FIELD_EXPLOITED_CONDITION },
    { "exploited.distribution", FIELD_EXPLOITED_DISTRIBUTION },
    { "exploited.table", FIELD_EXPLOITED_TABLE },
};

bool field_compile(struct arena *a, const struct place *p, const struct node *at, struct span word,
                   struct field *ret)
{
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
        if (span_is(word, FIELDS[i].word)) {
            *ret = (struct field){ .id = FIELDS[i].id };
            return true;
        }
    enum field_id id = FIELD_FACT;
    if (span_starts(word, SPAN("front."))) {
        id = FIELD_FRONT_FACT;
        word = span_from(word, sizeof("front.") - 1);
    }
    if (!fact_key_ok(word))
        return place_error(p, at,
                           "'%.*s' is no fact: lower-case words joined by dots (doc/facts.md)",
                           SPAN_FMT(span_first(word, 80)));
    const char *key = arena_str(a, word);
    if (!key)
        return place_error(p, at, "out of memory");
    *ret = (struct field){ .id = id, .key = key };
    return true;
}

static const struct observation *seen_front(const struct visit *v, const struct observation *o)
{
    if (!o->via)
        return NULL;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *other = &v->observations.at[i];
        if (!other->via && other->product && strcmp(other->product, o->via) == 0)
            return other;
    }
    return NULL;
}

static const struct observation *seen_service(const struct visit *v, const struct observation *o)
{
    if (o->kind != KIND_TLS)
        return NULL;
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind != KIND_TLS && !v->observations.at[i].via)
            return &v->observations.at[i];
    return NULL;
}

struct subject subject_of(const struct visit *v, const struct observation *o, int64_t now_ms)
{
    return (struct subject){ .visit = v, .seen = o, .front = seen_front(v, o),
                             .service = seen_service(v, o), .now_ms = now_ms,
                             .where = address_class(&v->endpoint.address) };
}

static struct value value_text(const char *text)
{
    return (struct value){ .type = text ? VALUE_TEXT : VALUE_NONE, .text = span_str(text) };
}

static struct value value_number(int64_t n)
{
    return (struct value){ .type = VALUE_NUMBER, .number = n };
}

/* COUNT_UNKNOWN and anything else below zero is not known. */
static struct value value_count(int64_t n)
{
    return n < 0 ? (struct value){ 0 } : value_number(n);
}

static struct value value_fact(const struct observation *o, const char *key)
{
    const struct fact *f = o ? fact_get(o, key) : NULL;
    if (!f)
        return (struct value){ 0 };
    switch (f->type) {
    case FACT_TEXT:
        return (struct value){ .type = VALUE_TEXT, .text = f->text };
    case FACT_NUMBER:
        return value_number(f->number);
    case FACT_BOOL:
        return (struct value){ .type = VALUE_BOOL, .number = f->number != 0 };
    case FACT_TIME:
        return (struct value){ .type = VALUE_TIME, .number = f->number };
    }
    return (struct value){ 0 };
}

/* Times of a certificate are kept within years 0..9999, so that differences cannot overflow. */
static bool cert_time(const struct observation *o, const char *key, int64_t *ret_ms)
{
    const int64_t first = -62167219200000, last = 253402300799000;
    const struct fact *f = fact_get(o, key);
    if (!f || f->type != FACT_TIME)
        return false;
    *ret_ms = f->number < first ? first : f->number > last ? last : f->number;
    return true;
}

static struct value cert_value(enum field_id id, const struct subject *s)
{
    int64_t from, until;
    if (!cert_time(s->seen, "cert.not_before", &from) ||
        !cert_time(s->seen, "cert.not_after", &until))
        return (struct value){ 0 };
    int64_t left = until - s->now_ms, life = until - from;
    switch (id) {
    case FIELD_CERT_DAYS_LEFT:
        return value_number(left / DAY_MS - (left % DAY_MS < 0));
    case FIELD_CERT_EXPIRED_DAYS:
        return left < 0 ? value_number(-left / DAY_MS) : (struct value){ 0 };
    case FIELD_CERT_STARTS_IN_DAYS:
        if (from <= s->now_ms)
            return (struct value){ 0 };
        return value_number((from - s->now_ms + DAY_MS - 1) / DAY_MS);
    case FIELD_CERT_LIFE_DAYS:
        return life > 0 ? value_number((life + DAY_MS / 2) / DAY_MS) : (struct value){ 0 };
    case FIELD_CERT_SHARE_LEFT:
        if (life <= 0)
            return (struct value){ 0 };
        if (left <= 0 || left >= life)
            return value_number(left <= 0 ? 0 : 100);
        return value_number(left / (life / 100 ? life / 100 : 1));
    default:
        return (struct value){ 0 };
    }
}

static struct value value_time(bool known, int64_t wall_ms)
{
    return known ? (struct value){ .type = VALUE_TIME, .number = wall_ms } : (struct value){ 0 };
}

static struct value lifecycle_value(enum field_id id, const struct version_verdict *v)
{
    const struct lifecycle_answer *l = &v->lifecycle;
    switch (id) {
    case FIELD_LIFECYCLE_STATE:
        return value_text(v->known ? lifecycle_state_name(l->state) : NULL);
    case FIELD_LIFECYCLE_CYCLE:
        return value_text(l->cycle);
    case FIELD_LIFECYCLE_SINCE:
        return value_time(l->since_known, l->since_ms);
    case FIELD_LIFECYCLE_NEWER:
        return value_text(l->newer);
    case FIELD_LIFECYCLE_BY:
        return value_time(l->by_known, l->by_ms);
    case FIELD_LIFECYCLE_HOW:
        return value_text(l->how[0] ? l->how : NULL);
    case FIELD_LIFECYCLE_SOURCE:
        return value_text(l->source);
    case FIELD_LIFECYCLE_TABLE:
        return value_time(l->product, l->as_of_ms);
    case FIELD_VERSION_DISTRIBUTION:
        return value_text(v->version.distribution);
    case FIELD_VERSION_VENDOR:
        return value_text(v->version.vendor);
    default:
        return (struct value){ 0 };
    }
}

static struct value exploited_value(enum field_id id, const struct version_verdict *v)
{
    const struct exploited_answer *x = &v->exploited;
    if (!x->of)
        return (struct value){ 0 };
    switch (id) {
    case FIELD_EXPLOITED_CVE:
        return value_text(x->of->cve);
    case FIELD_EXPLOITED_ALL:
        return value_text(x->all);
    case FIELD_EXPLOITED_COUNT:
        return value_number((int64_t)x->count);
    case FIELD_EXPLOITED_ADDED:
        return value_time(true, x->of->added_ms);
    case FIELD_EXPLOITED_RANSOMWARE:
        return x->of->ransomware ? (struct value){ .type = VALUE_BOOL, .number = 1 } : (struct value){ 0 };
    case FIELD_EXPLOITED_RANGE:
        return value_text(x->of->inferred ? "inferred" : "stated");
    case FIELD_EXPLOITED_CONDITION:
        return value_text(x->of->condition);
    case FIELD_EXPLOITED_DISTRIBUTION: /* a range of that very package already knows its fix */
        return value_text(x->of->package ? NULL : v->version.distribution);
    case FIELD_EXPLOITED_TABLE:
        return value_time(true, x->of->as_of_ms);
    default:
        return (struct value){ 0 };
    }
}

struct value field_value(const struct field *f, const struct subject *s,
                         char scratch[static ENDPOINT_TEXT_MAX])
{
    const struct observation *o = s->seen;
    const struct endpoint *e = &s->visit->endpoint;
    switch (f->id) {
    case FIELD_FACT:
        return value_fact(o, f->key);
    case FIELD_FRONT_FACT:
        return value_fact(s->front, f->key);
    case FIELD_PRODUCT:
        return value_text(o->product);
    case FIELD_KIND:
        return value_text(kind_name(o->kind));
    case FIELD_OUTCOME:
        return value_text(outcome_name(o->outcome));
    case FIELD_VIA:
        return value_text(o->via);
    case FIELD_TLS:
        return (struct value){ .type = VALUE_BOOL, .number = o->tls };
    case FIELD_SERVICE:
        return value_text(s->service ? s->service->product : NULL);
    case FIELD_ENDPOINT:
        return value_text(endpoint_text(e, scratch));
    case FIELD_ADDRESS:
        return value_text(address_text(&e->address, scratch));
    case FIELD_ADDRESS_CLASS:
        return value_text(address_class_name(s->where));
    case FIELD_PORT:
        return value_number(e->port);
    case FIELD_NAME:
        return value_text(e->name);
    case FIELD_COLLECTIONS:
        return value_count(o->collection_count);
    case FIELD_COLLECTION_NAMES:
        return o->collections.len ? (struct value){ .type = VALUE_NAMES } : (struct value){ 0 };
    case FIELD_RECORDS:
        return value_count(o->records);
    case FIELD_BYTES:
        return value_count(o->bytes);
    case FIELD_CERT_DAYS_LEFT:
    case FIELD_CERT_EXPIRED_DAYS:
    case FIELD_CERT_STARTS_IN_DAYS:
    case FIELD_CERT_LIFE_DAYS:
    case FIELD_CERT_SHARE_LEFT:
        return cert_value(f->id, s);
    case FIELD_LIFECYCLE_STATE:
    case FIELD_LIFECYCLE_CYCLE:
    case FIELD_LIFECYCLE_SINCE:
    case FIELD_LIFECYCLE_NEWER:
    case FIELD_LIFECYCLE_BY:
    case FIELD_LIFECYCLE_HOW:
    case FIELD_LIFECYCLE_SOURCE:
    case FIELD_LIFECYCLE_TABLE:
    case FIELD_VERSION_DISTRIBUTION:
    case FIELD_VERSION_VENDOR:
        return lifecycle_value(f->id, &s->version);
    case FIELD_EXPLOITED_CVE:
    case FIELD_EXPLOITED_ALL:
    case FIELD_EXPLOITED_COUNT:
    case FIELD_EXPLOITED_ADDED:
    case FIELD_EXPLOITED_RANSOMWARE:
    case FIELD_EXPLOITED_RANGE:
    case FIELD_EXPLOITED_CONDITION:
    case FIELD_EXPLOITED_DISTRIBUTION:
    case FIELD_EXPLOITED_TABLE:
        return exploited_value(f->id, &s->version);
    }
    return (struct value){ 0 };
}
