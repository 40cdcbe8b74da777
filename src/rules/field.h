/* What a rule may ask about an observation: its own properties, facts by key, and what providers work
 * out. The words are listed in doc/rules.md. The room's own header. */
#ifndef AJAR_RULES_FIELD_H
#define AJAR_RULES_FIELD_H

#include "rules/provider.h"
#include "text/mapper.h"

/* One observation with what its rules may ask about. */
struct subject {
    const struct visit *visit;
    const struct observation *seen;
    const struct observation *front;   /* the dashboard it was seen through, or NULL */
    const struct observation *service; /* for a certificate: what answers on that port, or NULL */
    int64_t now_ms;
    enum address_class where;
    const struct value *computed; /* by slot; NULL where there are no providers */
};

struct subject subject_of(const struct visit *v, const struct observation *o, int64_t now_ms);
/* Asks the providers (or NULL) about its observation; the values lie in the arena. False where that is full. */
bool subject_compute(struct subject *s, const struct providers *p, struct arena *a);

enum field_id {
    FIELD_FACT,       /* a fact of the observation; key in struct field */
    FIELD_FRONT_FACT, /* the same fact of the dashboard in front */
    FIELD_COMPUTED,   /* what a provider works out; slot in struct field */
    FIELD_PRODUCT, FIELD_KIND, FIELD_OUTCOME, FIELD_VIA, FIELD_TLS, FIELD_SERVICE,
    FIELD_ENDPOINT, FIELD_ADDRESS, FIELD_ADDRESS_CLASS, FIELD_PORT, FIELD_NAME,
    FIELD_COLLECTIONS, FIELD_COLLECTION_NAMES, FIELD_RECORDS, FIELD_BYTES,
};

struct field {
    enum field_id id;
    const char *key; /* FIELD_FACT, FIELD_FRONT_FACT; of FIELD_COMPUTED the fact that it is worked out from */
    unsigned slot;   /* FIELD_COMPUTED */
};

/* False, and the error set, where the word is no field name. The mapper's `self` is the struct providers that the
 * rules are loaded with, or NULL. */
bool field_compile(struct mapper *m, const struct node *at, struct span word, struct field *ret);
/* `scratch` holds text that has to be made (an address, an endpoint). */
struct value field_value(const struct field *f, const struct subject *s,
                         char scratch[static ENDPOINT_TEXT_MAX]);

#endif
