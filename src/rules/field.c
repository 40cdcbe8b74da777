#include "rules/field.h"

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
};

/* False where no provider answers for the word. */
static bool compile_computed(const struct providers *p, struct span word, struct field *ret)
{
    *ret = (struct field){ .id = FIELD_COMPUTED };
    for (size_t i = 0; p && i < p->len; i++)
        for (const char *const *name = p->at[i].names; *name; name++, ret->slot++)
            if (span_is(word, *name)) {
                ret->key = p->at[i].from;
                return ret->slot < COMPUTED_MAX;
            }
    return false;
}

bool field_compile(struct mapper *m, const struct node *at, struct span word, struct field *ret)
{
    char shown[MAP_SHOWN_MAX];
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
        if (span_is(word, FIELDS[i].word)) {
            *ret = (struct field){ .id = FIELDS[i].id };
            return true;
        }
    if (compile_computed(m->self, word, ret))
        return true;
    *ret = (struct field){ .id = FIELD_FACT };
    if (span_starts(word, SPAN("front."))) {
        ret->id = FIELD_FRONT_FACT;
        word = span_from(word, sizeof("front.") - 1);
    }
    if (!fact_key_ok(word))
        return map_wrong(m, at, "\"%s\" is no fact: lower-case words joined by dots (doc/facts.md)",
                         map_shown(word, shown));
    ret->key = arena_str(m->arena, word);
    return ret->key || map_no_memory(m);
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

static size_t names_of(const struct provider *p)
{
    size_t n = 0;
    while (p->names[n])
        n++;
    return n;
}

bool subject_compute(struct subject *s, const struct providers *p, struct arena *a)
{
    size_t all = 0;
    for (size_t i = 0; p && i < p->len; i++)
        all += names_of(&p->at[i]);
    struct value *at = all ? arena_array(a, all, sizeof(*at)) : NULL;
    s->computed = at;
    for (size_t i = 0; at && i < p->len; at += names_of(&p->at[i]), i++)
        if (!p->at[i].tell(p->at[i].self, s->seen, s->now_ms, a, at))
            return false;
    return at || !all;
}

/* COUNT_UNKNOWN and anything else below zero is not known. */
static struct value value_count(int64_t n)
{
    return n < 0 ? value_none() : value_number(n);
}

static struct value value_fact(const struct observation *o, const char *key)
{
    const struct fact *f = o ? fact_get(o, key) : NULL;
    if (!f)
        return value_none();
    switch (f->type) {
    case FACT_TEXT:
        return (struct value){ .type = VALUE_TEXT, .text = f->text };
    case FACT_NUMBER:
        return value_number(f->number);
    case FACT_BOOL:
        return value_bool(f->number != 0);
    case FACT_TIME:
        return value_time(true, f->number);
    }
    return value_none();
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
    case FIELD_COMPUTED:
        return s->computed ? s->computed[f->slot] : value_none();
    case FIELD_PRODUCT:
        return value_text(o->product);
    case FIELD_KIND:
        return value_text(kind_name(o->kind));
    case FIELD_OUTCOME:
        return value_text(outcome_name(o->outcome));
    case FIELD_VIA:
        return value_text(o->via);
    case FIELD_TLS:
        return value_bool(o->tls);
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
        return o->collections.len ? (struct value){ .type = VALUE_NAMES } : value_none();
    case FIELD_RECORDS:
        return value_count(o->records);
    case FIELD_BYTES:
        return value_count(o->bytes);
    }
    return value_none();
}
