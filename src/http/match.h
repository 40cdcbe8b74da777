/* Holding the catalog against answers: conditions and sources of values. Where an answer comes from
 * is hidden behind an asker, so the same code runs against a live server, through a dashboard and
 * over the examples in the catalog's files. */
#ifndef AJAR_HTTP_MATCH_H
#define AJAR_HTTP_MATCH_H

#include "http/entry.h"
#include "http/response.h"

struct asker {
    /* The answer to a request (`name`: the collection for its {name}, else empty), or NULL where
     * there is none: not asked, refused by a budget, or the peer failed. Repeating a request is
     * free. */
    struct response *(*get)(struct asker *self, const struct request *r, struct span name);
    struct arena *arena; /* for values made out of answers */
    bool cached_only;    /* nothing new is asked */
    bool nested;         /* asks through a dashboard */
    bool tls;
    struct span host; /* as sent in Host */
    int64_t now_ms;   /* wall time */
    unsigned budget;  /* how many new requests may still be sent */
    struct span base[BASE_DEPTH_MAX];
    unsigned base_depth;
    enum outcome behind;    /* of the store seen through this dashboard; OUTCOME_NOT_MINE = none */
    const char *behind_ask; /* and the nested request whose answer proves it */
    struct span behind_proof;
    struct response *refusal; /* see asker_note() */
};

/* Each asker passes its new answers through here: remembers the first refusal, for the fact "auth".
 * A refusal is 401 or 403, or 400 where the request takes rights (as etcd refuses). */
void asker_note(struct asker *a, const struct request *r, struct response *answer);

bool condition_met(struct asker *a, const struct condition *c);
/* Whether a condition looks at nothing but the answer to "GET /". */
bool condition_root_only(const struct condition *c);

/* A value found in an answer. */
struct value {
    struct span text;
    int64_t number;
    bool is_number;
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
