/* A name counts by the dictionary of the classifier (data/detectors/fields.yaml). Names that it calls
 * weak ("XM") count only where others are sure, as a column of people's names beside their ID
 * numbers. Of several types that share a name the last one is meant: those of all countries come
 * after those of one. Devices and organisations are left out: a host.ip is in every log. */
#include "keep/personal.h"

#include <stdlib.h>

#include "base/buf.h"
#include "pii/detectors.h"

enum { KINDS_TOLD_MIN = 2 };

struct personal {
    struct detectors detectors;
};

struct told {
    const struct detectors *detectors;
    pii_set types;      /* by names that are sure, then also by weak ones */
    struct buf fields;  /* "GMSFHM, SJHM": the names that said so */
    int64_t count;
};

static struct personal *personal_new(struct error *e)
{
    struct personal *p = calloc(1, sizeof(*p));
    if (p && !detectors_init(&p->detectors, 20000101, e)) {
        free(p);
        return NULL;
    }
    if (!p)
        error_set(e, "no memory for the dictionary of field names");
    return p;
}

void personal_free(struct personal *p)
{
    if (!p)
        return;
    detectors_release(&p->detectors);
    free(p);
}

/* A damaged or masked number has the name of a whole one: what became of it, only values tell. */
static bool speaks_of_people(const struct told *t, unsigned type)
{
    enum pii_category c = detectors_category(t->detectors, type);
    const char *name = detectors_type_name(t->detectors, type);
    return c != DEVICE && c != ORGANISATION && c != SECRET && !strstr(name, "-masked") &&
           !strstr(name, "-damaged");
}

/* The one type that a set of hints is taken for, or PII_TYPES_MAX. */
static unsigned meant(const struct told *t, pii_set hints)
{
    unsigned found = PII_TYPES_MAX;
    while (hints) {
        unsigned type = pii_pop(&hints);
        if (speaks_of_people(t, type))
            found = type;
    }
    return found;
}

/* Of a weak name: rather what another name was sure of than something new. */
static unsigned guessed(const struct told *t, pii_set hints)
{
    unsigned known = meant(t, hints & t->types);
    return known == PII_TYPES_MAX ? meant(t, hints) : known;
}

/* "a.b" is told by its last part. */
static struct span last_part(struct span name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.at[i - 1] == '.')
            return span_from(name, i);
    return name;
}

static void tell_names(struct told *t, struct span names, bool weak)
{
    while (names.len) {
        struct span name = span_cut(&names, ',');
        if (name.len && name.at[0] == ' ')
            name = span_from(name, 1);
        struct name_hint hint = detectors_name(t->detectors, last_part(name));
        if (hint.negative)
            continue;
        unsigned sure = meant(t, hint.strong);
        unsigned type = sure == PII_TYPES_MAX && weak ? guessed(t, hint.weak) : sure;
        if (type == PII_TYPES_MAX)
            continue;
        t->types |= pii_bit(type);
        t->count++;
        if (t->fields.len)
            buf_str(&t->fields, ", ");
        buf_put(&t->fields, name);
    }
}

static size_t how_many(pii_set set)
{
    size_t n = 0;
    for (; set; n++)
        pii_pop(&set);
    return n;
}

/* One fact a category: `personal.identity` "resident ID number, passport number". The country in
 * brackets is left out: a name does not prove it. */
static void state_kinds(const struct told *t, struct observation *o)
{
    struct buf kinds;
    buf_init(&kinds, FACT_TEXT_MAX);
    for (unsigned c = IDENTITY; c <= ATTRIBUTE; c++) {
        buf_reset(&kinds);
        for (pii_set set = t->types; set;) {
            unsigned type = pii_pop(&set);
            struct span label = span_str(detectors_type_label(t->detectors, type));
            label = span_first(label, span_find(label, SPAN(" (")));
            if (detectors_category(t->detectors, type) != c ||
                span_find(buf_span(&kinds), label) != SIZE_MAX)
                continue;
            buf_str(&kinds, kinds.len ? ", " : "");
            buf_put(&kinds, label);
        }
        const char *key = arena_printf(o->arena, "personal.%s", pii_category_name(c));
        if (kinds.len && key && buf_ok(&kinds))
            fact_text(o, key, buf_span(&kinds), NULL, SPAN_NONE);
    }
    buf_release(&kinds);
}

static void tell(const struct personal *p, struct span names, struct observation *o)
{
    struct told t = { .detectors = &p->detectors };
    buf_init(&t.fields, 2 * FACT_TEXT_MAX);
    tell_names(&t, names, false);
    if (how_many(t.types) >= KINDS_TOLD_MIN) {
        t.count = 0;
        buf_reset(&t.fields);
        tell_names(&t, names, true);
        const struct fact *from = fact_get(o, "fields");
        fact_number(o, "personal.count", t.count, NULL, SPAN_NONE);
        if (buf_ok(&t.fields))
            fact_text(o, "personal.fields", buf_span(&t.fields), from->ask, from->proof);
        state_kinds(&t, o);
    }
    buf_release(&t.fields);
}

bool personal_tell(struct personal **p, struct visit *v, struct error *e)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        struct span names = fact_get_text(o, "fields");
        if (!names.len)
            continue;
        if (!*p && !(*p = personal_new(e)))
            return false;
        tell(*p, names, o);
    }
    return true;
}
