/* What one catalog file says, loaded: the model shared by the loader, the matcher and the engine.
 * The YAML form of each part is described in doc/catalog.md. Immutable after loading; everything
 * lies in the arena of the catalog. */
#ifndef AJAR_HTTP_ENTRY_H
#define AJAR_HTTP_ENTRY_H

#include "base/list.h"
#include "http/catalog.h"
#include "http/form.h"
#include "text/node.h"

enum {
    ENTRY_PORTS_MAX = 8,
    BASE_HOLE_MAX = 300, /* bytes of a base path */
    NAME_HOLE_MAX = 512, /* bytes of an encoded collection name */
    HOST_HOLE_MAX = 262, /* a DNS name, a colon and a port */
    CONDITION_DEPTH_MAX = 4,
    STATUSES_MAX = 8,
    PER_COLLECTION_MAX = 20, /* at most so many requests that name a collection */
    OVER_COLLECTION_MAX = 3, /* and so many before one of them decides */
};

/* Its ask has these holes, in this order: the base path below which the product lives (empty where it
 * lives at the root), the collection's name where the request is `named`, the host. */
struct count_rule;

struct request {
    const char *name;    /* "indices"; nested: "console.elasticsearch.indices" */
    const char *why;     /* one clause: what its answer is good for */
    struct span method;  /* "GET" */
    struct span path;    /* as written, with {name} where it names a collection */
    struct span accept;  /* of the Accept field */
    struct span headers; /* further field lines, each with its CRLF */
    struct span body;
    bool head;   /* the answer has no body */
    bool rights; /* its success takes rights: it can prove that a door is open */
    bool nested; /* may be sent through a dashboard */
    bool named;  /* its path names a collection that the server listed */
    unsigned first; /* so many bytes of its answer are asked for and read; 0: all */
    /* named: the row of `counts` that lists the collections a condition on it is about, or NULL */
    const struct count_rule *over;
    const struct ask *ask;
    const struct request *same; /* one of all requests that send the same bytes: asked once */
    unsigned number;            /* of `same`: less than the catalog's request_count */
    uint64_t lot;               /* of `same`: orders equals by what they send, never by a name */
};

/* One test of a response. */
enum test_kind {
    TEST_STATUS,
    TEST_HEADER,
    TEST_BODY,
    TEST_TITLE,
    TEST_JSON,
    TEST_HAS,
    TEST_LACKS,
    TEST_LIST,
    TEST_MAP,
    TEST_METRIC,
    TEST_BEHIND,
};

struct test {
    enum test_kind kind;
    struct span at;      /* header name, JSON path or metric name */
    bool prefix;         /* TEST_HEADER: any name that begins like that */
    struct span pattern; /* TEST_HEADER, _BODY, _TITLE, _JSON; none = it is there */
    unsigned statuses[STATUSES_MAX];
    size_t status_count;
    enum outcome behind; /* TEST_BEHIND: the verdict of the store seen through the dashboard */
    unsigned literal;    /* without it in the body the test cannot hold: see index.h; 0 = none */
    bool exact;          /* and with it the test holds */
};

enum condition_kind { CONDITION_TESTS, CONDITION_ALL, CONDITION_ANY, CONDITION_NOT };

struct condition {
    enum condition_kind kind;
    const struct request *request;              /* CONDITION_TESTS: whose answer is tested */
    LIST_OF(struct test) tests;                 /* all must hold */
    LIST_OF(const struct condition *) children; /* CONDITION_NOT has one */
};

/* Where a value comes from. */
enum source_kind {
    SOURCE_JSON,   /* the scalar at a path */
    SOURCE_LENGTH, /* how many children the list or map at a path has */
    SOURCE_SUM,    /* the sum over a path in which `*` stands for every child */
    SOURCE_EACH,   /* the texts at such a path, joined by ", "; with `of`, of several in each child, joined by ":" */
    SOURCE_HEADER,
    SOURCE_TITLE,
    SOURCE_BODY,
    SOURCE_METRIC, /* Prometheus text: the sum of the samples of a name, or a label of the first */
    SOURCE_STATUS, /* the status code */
    SOURCE_FIXED,  /* a word of ours, where `when` holds */
};

struct source {
    enum source_kind kind;
    const struct request *request;
    struct span at;      /* path, header or metric name; SOURCE_FIXED: the word */
    struct span label;   /* SOURCE_METRIC */
    struct span of;      /* SOURCE_EACH: paths in each child, separated by ":"; or empty */
    struct span pattern; /* captures the value out of the text; may be empty */
    const struct condition *when;
    bool has_otherwise; /* what stands where the answer is there and the value is not */
    int64_t otherwise;
    enum fact_type as; /* the first source's is the fact's */
};

struct sources {
    LIST_OF(struct source) list; /* the first that yields a value counts */
};

struct fact_rule {
    const char *key;
    enum fact_type type;
    struct sources from;
};

/* One row of `counts`: the collections of a store, or its totals. */
struct count_rule {
    const struct request *request; /* with `each`: the answer that lists the collections */
    const struct condition *when;
    bool is_each;
    struct span each;          /* path of the list or map */
    struct span only_at, only; /* keep children whose text at a path matches a pattern */
    struct span name, records, bytes, created; /* paths in a child, or in the answer of `per` */
    LIST_OF(struct span) systems;              /* patterns of names that are the product's own */
    const struct request *per; /* asked once a collection; then records and bytes are in it */
    struct sources total_collections, total_records, total_bytes;
};

struct verdict_rule {
    enum outcome outcome;
    const struct condition *when;
};

/* A way through a dashboard to the store behind it. */
struct route {
    const char *name;
    const struct condition *when; /* NULL: always */
    const struct request *outer;  /* its path holds {path} or {path:url} */
    bool encoded;                 /* {path:url} */
};

/* A nested request: `inner` of a store, sent as `sent` through a route. */
struct nested {
    const struct route *route;
    const struct entry *store;
    const struct request *inner;
    struct request *sent;
};

struct example {
    const char *name;
    struct span source;
    uint16_t port;
    LIST_OF(const struct node *) answers; /* key: a request's name; text: the raw response */
    const struct node *expect;            /* the whole example, for the values expected */
    unsigned line;
};

/* What may have been left behind on a site (leavings.h). */
struct leaving {
    const struct request *request;
    enum form form;              /* that its first bytes prove */
    const char *fact, *bytes;    /* keys: where it lies, and how many bytes it has */
    struct span path;            /* as told */
    bool always;                 /* asked of every site */
    const struct condition *when; /* else where this holds of the root; NULL: only where all are wanted */
};

enum { LEAKS_MAX = 9 };

struct entry {
    struct catalog_product product;
    uint16_t ports[ENTRY_PORTS_MAX + 1], tls_ports[ENTRY_PORTS_MAX + 1];
    uint8_t leaks; /* 0 to LEAKS_MAX: how much of what is found open is of this product */
    const char *file;
    LIST_OF(struct request *) requests;         /* "root" first */
    LIST_OF(const struct condition *) identify; /* any */
    const struct condition *suspect;            /* on "root": worth asking more; or NULL */
    LIST_OF(struct span) base_marks;            /* where a base path ends: "/app/", "/login" */
    struct sources version;
    LIST_OF(struct fact_rule) facts;
    LIST_OF(struct verdict_rule) verdicts;
    LIST_OF(struct count_rule) counts;
    const struct request *fields; /* its answer is the schema of the collections, by name; or NULL */
    struct span fields_under;     /* the key of the maps in it whose keys are names of fields, or empty: */
    struct span fields_each, fields_name; /* where rows stand in it, and in each of them the name of a field */
    LIST_OF(struct span) behind_names;
    LIST_OF(const struct entry *) behind; /* stores that may stand behind */
    LIST_OF(struct route) routes;
    LIST_OF(struct nested) nested;
    LIST_OF(struct leaving) leavings;  /* of "web" only */
    const struct request *nowhere;     /* with them: a name that cannot exist */
    const struct condition *keeps;     /* likewise: on "root", a site that may well hold them */
    LIST_OF(struct example) examples;
};

struct catalog {
    struct arena *arena;
    LIST_OF(struct entry *) entries;  /* in name order */
    LIST_OF(const struct ask *) asks; /* all, unique by name */
    const struct entry *web;          /* the product of a server that no entry knows */
    size_t request_count;             /* that send different bytes */
    const struct index *index;        /* over all that tells one product from others */
};

/* The request of that name, or NULL. */
const struct request *entry_request(const struct entry *e, struct span name);
/* How `inner` of `store` is sent through `route`, or NULL where it may not be. */
const struct request *entry_nested(const struct entry *dashboard, const struct route *route,
                                   const struct entry *store, const struct request *inner);
/* At which place among its usual ports it is, from 1; 0 where it is none of them. */
unsigned entry_port_rank(const struct entry *e, uint16_t port);

#endif
