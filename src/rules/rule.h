/* A rule as it is judged: compiled once from YAML, immutable afterwards, shared by threads. The
 * room's own header: nothing outside rules includes it.
 *
 * Everything that a visit costs is decided here: a field is an enum or an interned fact key, a
 * condition is a small tree of bounded depth, a template is a list of pieces. No YAML node and no
 * name of an operator is looked at while judging. */
#ifndef AJAR_RULES_RULE_H
#define AJAR_RULES_RULE_H

#include "rules/judge.h"
#include "rules/severity.h"
#include "rules/template.h"

enum {
    RULES_MAX = 512,
    EVIDENCE_MAX = 16,
    NAMED_MAX = 64, /* fact keys that one rule speaks of */
};

/* What is written to close it. `live`: something in it is replaced, see fix_render(). */
struct fix {
    struct span product; /* empty: the block for all others */
    struct span text;
    bool live;
};

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

enum { KIND_COUNT = KIND_LAST + 1, OUTCOME_COUNT = OUTCOME_UNCLEAR + 1 };

struct rules {
    LIST_OF(struct rule) list;
    const struct providers *providers; /* or NULL */
    /* Rules that can apply, by what was seen: a visit looks at nothing else. */
    struct { const struct rule **at; size_t len; } by[KIND_COUNT][OUTCOME_COUNT];
};

/* Compiles one YAML text, which must live as long as the arena, as must `file`, which names it in errors. */
bool rule_compile(struct arena *a, const char *file, struct span yaml, const struct providers *p, struct rule *ret,
                  struct error *e);
bool rules_index(struct arena *a, struct rules *r);

/* Whether fix_render() would replace anything in this text. */
bool fix_is_live(struct span text);
/* The text with {port}, {address}, {endpoint}, {name} and {product} replaced, and {firewall}, {login-proxy} and
 * {tls-proxy}, each at most once, by the lines that they stand for; lives in `a`. The text as it is where there was
 * no room. */
struct span fix_render(const struct fix *fix, const struct visit *v, const char *product, struct arena *a);

/* Judges one rule alone; true and a finding where it applies. *ret_full is set where the arena
 * had no room. */
bool rule_judge(const struct rule *r, const struct subject *s, struct arena *a, struct finding *ret,
                bool *ret_full);

#endif
