/* A rule as it is judged: compiled once from YAML, immutable afterwards, shared by threads. The
 * room's own header: nothing outside judge includes it.
 *
 * Everything that a visit costs is decided here: a field is an enum or an interned fact key, a
 * condition is a small tree of bounded depth, a template is a list of pieces. No YAML node and no
 * name of an operator is looked at while judging. */
#ifndef AJAR_RULES_RULE_H
#define AJAR_RULES_RULE_H

#include "rules/judge.h"
#include "rules/tables.h"
#include "text/node.h"

enum {
    RULES_MAX = 512,
    CONDITION_DEPTH_MAX = 8,
    GLOB_BYTES_MAX = 128,
    NAME_MATCHED_MAX = 256, /* bytes of a foreign name that a pattern looks at */
    WHY_BYTES_MAX = 2048,
    EVIDENCE_MAX = 16,
    NAMED_MAX = 64, /* fact keys that one rule speaks of */
};

/* Where a rule file is wrong: put in front of every error of the loader. */
struct place {
    const char *file;
    struct error *error;
};

/* "rules/x.yaml:12: severity: ...". Returns false. */
[[gnu::format(printf, 3, 4)]] bool place_error(const struct place *p, const struct node *at,
                                               const char *format, ...);

/* One observation with what its rules may ask about. */
struct subject {
    const struct visit *visit;
    const struct observation *seen;
    const struct observation *front;   /* the dashboard it was seen through, or NULL */
    const struct observation *service; /* for a certificate: what answers on that port, or NULL */
    int64_t now_ms;
    enum address_class where;
    struct version_verdict version; /* all zero where the rules have no tables */
};

struct subject subject_of(const struct visit *v, const struct observation *o, int64_t now_ms);

enum value_type { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_TIME, VALUE_NAMES };

struct value {
    enum value_type type;
    struct span text;
    int64_t number; /* VALUE_NUMBER, VALUE_BOOL, VALUE_TIME (wall ms) */
};

enum field_id {
    FIELD_FACT,       /* a fact of the observation; key in struct field */
    FIELD_FRONT_FACT, /* the same fact of the dashboard in front */
    FIELD_PRODUCT, FIELD_KIND, FIELD_OUTCOME, FIELD_VIA, FIELD_TLS, FIELD_SERVICE,
    FIELD_ENDPOINT, FIELD_ADDRESS, FIELD_ADDRESS_CLASS, FIELD_PORT, FIELD_NAME,
    FIELD_COLLECTIONS, FIELD_COLLECTION_NAMES, FIELD_RECORDS, FIELD_BYTES,
    FIELD_CERT_DAYS_LEFT, FIELD_CERT_EXPIRED_DAYS, FIELD_CERT_STARTS_IN_DAYS,
    FIELD_CERT_LIFE_DAYS, FIELD_CERT_SHARE_LEFT,
    FIELD_LIFECYCLE_STATE, FIELD_LIFECYCLE_CYCLE, FIELD_LIFECYCLE_SINCE, FIELD_LIFECYCLE_NEWER,
    FIELD_LIFECYCLE_BY, FIELD_LIFECYCLE_HOW, FIELD_LIFECYCLE_SOURCE, FIELD_LIFECYCLE_TABLE,
    FIELD_VERSION_DISTRIBUTION, FIELD_VERSION_VENDOR,
    FIELD_EXPLOITED_CVE, FIELD_EXPLOITED_ALL, FIELD_EXPLOITED_COUNT, FIELD_EXPLOITED_ADDED,
    FIELD_EXPLOITED_RANSOMWARE, FIELD_EXPLOITED_RANGE, FIELD_EXPLOITED_CONDITION,
    FIELD_EXPLOITED_DISTRIBUTION, FIELD_EXPLOITED_TABLE,
};

struct field {
    enum field_id id;
    const char *key; /* FIELD_FACT, FIELD_FRONT_FACT */
};

/* False, and the error set, where the word is no field name. */
bool field_compile(struct arena *a, const struct place *p, const struct node *at, struct span word,
                   struct field *ret);
/* `scratch` holds text that has to be made (an address, an endpoint). */
struct value field_value(const struct field *f, const struct subject *s,
                         char scratch[static ENDPOINT_TEXT_MAX]);

struct glob {
    struct span text; /* lower-case; * is any bytes, ? is one */
    uint8_t first;    /* the byte a match must start with, or 0 */
};

bool glob_compile(struct arena *a, const struct place *p, const struct node *at, struct glob *ret);
/* Whether the whole name (its first NAME_MATCHED_MAX bytes) fits, without regard to ASCII case. */
bool glob_fits(const struct glob *p, struct span name);

enum condition_op {
    CONDITION_ALL, CONDITION_ANY, CONDITION_NOT,
    CONDITION_IS, CONDITION_IS_NOT, CONDITION_IN, CONDITION_MATCHES,
    CONDITION_ABOVE, CONDITION_BELOW, CONDITION_AT_LEAST, CONDITION_EXISTS,
};

struct condition {
    enum condition_op op;
    struct condition *children, *next; /* ALL, ANY, NOT */
    struct field field;
    struct value *values;              /* IS, IS_NOT, IN, ABOVE, BELOW, AT_LEAST, EXISTS */
    struct glob *patterns;          /* MATCHES */
    size_t count;                      /* of values or patterns */
};

/* NULL and the error where the node is no condition. */
struct condition *condition_compile(struct arena *a, const struct place *p, const struct node *n);
bool condition_holds(const struct condition *c, const struct subject *s);
/* Appends the fact keys that the condition speaks of to `keys`, which has room for `max`. */
size_t condition_names(const struct condition *c, const char **keys, size_t len, size_t max);

enum format { FORMAT_DEFAULT, FORMAT_PLAIN, FORMAT_HUMAN, FORMAT_DATE, FORMAT_TIME, FORMAT_AGE,
              FORMAT_LIST, FORMAT_COUNT };

struct piece {
    struct span literal; /* field unused where this has bytes */
    struct field field;
    enum format format;
    struct span one, many; /* FORMAT_COUNT: the words for 1 and for the rest */
    unsigned section;      /* 0: always; else dropped together where one field of it is unknown */
};

struct template {
    LIST_OF(struct piece) pieces;
};

bool template_compile(struct arena *a, const struct place *p, const struct node *n,
                      struct template *ret);
/* Renders into the arena, cut at WHY_BYTES_MAX; an empty span where the arena is full. */
struct span template_render(const struct template *t, const struct subject *s, struct arena *a);
size_t template_names(const struct template *t, const char **keys, size_t len, size_t max);

/* What is written to close it. `live` says that {port}, {address}, {name}, {product} or {firewall} occurs. */
struct fix {
    struct span product; /* empty: the block for all others */
    struct span text;
    bool live;
};

struct step {
    struct condition *when;
    bool raises;      /* else it lowers */
    int by;           /* steps, with sign; 0: up or down to `to` */
    enum severity to;
};

enum weighing { WEIGH_NOTHING, WEIGH_PLACE, WEIGH_DATA };

struct severity_rule {
    enum severity base;
    enum weighing weigh;
    LIST_OF(struct step) steps; /* raises, then lowers, in the order of the file */
};

enum severity severity_judge(const struct severity_rule *r, const struct subject *s);

enum { ON_SERVICE = 1, ON_CERTIFICATE = 2, ON_BEHIND = 4 };

struct rule {
    const char *file, *id, *title;
    unsigned on;       /* of ON_... */
    unsigned kinds;    /* bit per enum kind */
    unsigned outcomes; /* bit per enum outcome */
    struct glob *products; /* product_count of them; none = every product */
    size_t product_count;
    struct condition *when;   /* or NULL */
    struct severity_rule severity;
    struct template why;
    LIST_OF(struct fix) fixes;
    const struct node *examples;
    const char **named; /* the fact keys that `when`, `severity` and `why` speak of */
    size_t named_count;
};

enum { KIND_COUNT = KIND_UNKNOWN + 1, OUTCOME_COUNT = OUTCOME_UNCLEAR + 1 };

struct rules {
    LIST_OF(struct rule) list;
    const struct tables *tables; /* or NULL */
    /* Rules that can apply, by what was seen: a visit looks at nothing else. */
    struct { const struct rule **at; size_t len; } by[KIND_COUNT][OUTCOME_COUNT];
};

/* Compiles one YAML text. `file` names it in errors and lives as long as the arena. */
bool rule_compile(struct arena *a, const char *file, struct span yaml, struct rule *ret,
                  struct error *e);
bool rules_index(struct arena *a, struct rules *r);

/* Judges one rule alone; true and a finding where it applies. *ret_full is set where the arena
 * had no room. */
bool rule_judge(const struct rule *r, const struct subject *s, struct arena *a, struct finding *ret,
                bool *ret_full);

#endif
