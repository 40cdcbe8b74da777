/* Who asks the requests of the catalog: each at most once, never more than a budget, and what became
 * of them is kept. The engine works over an asker, so it never sees a wire. */
#ifndef AJAR_HTTP_ASKER_H
#define AJAR_HTTP_ASKER_H

#include "http/entry.h"
#include "http/response.h"

enum { ANSWERS_KEPT_MAX = 96 };

/* One answer of this visit; NULL: the peer failed, and is not asked again. */
struct kept_answer {
    const struct request *same;
    struct span name, base;
    struct response *response;
};

struct asker {
    /* The answer to a request (`name`: the collection for its {name}, else empty) below `base`, or NULL
     * where there is none: not asked, refused by a budget, or the peer failed. Repeating a request is
     * free. */
    struct response *(*get)(struct asker *self, const struct request *r, struct span name);
    /* Really asks; only asker_get() calls it. */
    struct response *(*fetch)(struct asker *self, const struct request *r, struct span name);
    /* Whether finding out who it is has time and a connection for one more question; `likely`: to which an answer
     * pointed, so that nothing is kept for whatever else is to be tried. NULL: always. */
    bool (*spares)(struct asker *self, bool likely);
    struct arena *arena; /* for answers and the values made out of them */
    struct response_work *work;
    const struct index *index; /* or NULL: every test looks at the answer itself */
    bool cached_only;          /* nothing new is asked */
    bool nested;               /* asks through a dashboard */
    bool thorough;             /* asks for all that may have been left behind on a site */
    bool hurries;              /* what is asked now may take what finding out who it is has left, and no more */
    bool tls;
    struct span host; /* as sent in Host */
    int64_t now_ms;   /* wall time */
    bool is_example;           /* what is not written down is not there, rather than unheard */
    unsigned budget;  /* how many new requests may still be sent */
    struct span start, base; /* where the visit begins, and below which path is asked now: "" or "/kibana" */
    const struct request *missing; /* the last request that was not asked because of the two above */
    bool unheard;                  /* the newest answer is not there: it was not asked for, or the peer failed */
    bool root_held;                /* the answer to "root" is as a condition wants it, beyond its status */
    enum outcome behind;    /* of the store seen through this dashboard; OUTCOME_NOT_MINE = none */
    const char *behind_ask; /* and the nested request whose answer proves it */
    struct span behind_proof;
    struct response *refusal; /* see asker_note() */
    unsigned odd;             /* what was odd about any answer, see response.h */
    LIST_OF(struct kept_answer) kept;
};

/* The `get` of an asker that asks by itself. */
struct response *asker_get(struct asker *a, const struct request *r, struct span name);

/* Remembers an answer that another asker fetched; NULL and one that is kept already are passed over. */
void asker_keep(struct asker *a, struct response *answer);
/* Whether an answer that was looked at is not whole. */
bool asker_cut(const struct asker *a);

/* Each asker passes the answers that it gives through here: remembers the first refusal, for the fact
 * "auth". A refusal is 401 or 403, or 400 where the request takes rights (as etcd refuses). */
void asker_note(struct asker *a, const struct request *r, struct response *answer);

#endif
