/* Holding the catalog against answers: conditions and sources of values. Where an answer comes from
 * is hidden behind an asker, so the same code runs against a live server, through a dashboard and
 * over the examples in the catalog's files. */
#ifndef AJAR_HTTP_MATCH_H
#define AJAR_HTTP_MATCH_H

#include "http/asker.h"

/* A condition on a request that names a collection holds where it holds for one of the first
 * OVER_COLLECTION_MAX collections that the server listed and that are not the product's own. */
bool condition_met(struct asker *a, const struct condition *c);
/* The answer for which a condition of tests holds, or NULL. */
struct response *condition_answer(struct asker *a, const struct condition *c);
/* The name of a child of the list that `r` counts; false where `r` leaves it out. */
bool collection_name(struct asker *a, const struct count_rule *r, const struct node *child, struct span *ret);
bool collection_is_system(const struct count_rule *r, struct span name);
/* Whether it may hold, or (where `hold` is not set) may fail, had every answer come: where one was not
 * asked for, or broke off, nothing speaks against either. Of answers that are there only. */
bool condition_may(struct asker *a, const struct condition *c, bool hold);
/* Whether a condition looks at nothing but the answer to "GET /". */
bool condition_root_only(const struct condition *c);

/* A value found in an answer. */
struct value {
    struct span text;
    int64_t number;
    bool is_number;
    bool at_least; /* it was counted in an answer that is not whole */
    const char *ask;
    struct span proof; /* the bytes of the answer around it */
};

/* The first source that yields a value; false where none does. */
bool sources_value(struct asker *a, const struct sources *s, struct value *ret);

/* A scalar of a JSON document as text ("true", "12", the string itself); false on null, lists and
 * maps. */
bool node_scalar(struct arena *a, const struct node *n, struct span *ret);
/* The node at a path of the catalog: "." is the document itself. */
const struct node *node_at(const struct node *n, struct span path);

#endif
