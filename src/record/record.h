/* The narrow waist: everything that the network side learned, as plain data. Left of it are
 * sockets and hostile bytes, right of it pure computation.
 *
 * A visit is what happened to one endpoint: how it ended, and what was observed (the service, its
 * certificate, a store seen through a dashboard). All memory of a visit lies in one arena. */
#ifndef AJAR_RECORD_RECORD_H
#define AJAR_RECORD_RECORD_H

#include "base/arena.h"
#include "base/list.h"
#include "record/address.h"

enum { ENDPOINT_NAME_MAX = 254, ENDPOINT_PATH_MAX = 200, COUNT_UNKNOWN = -1 };

enum transport { TRANSPORT_TCP, TRANSPORT_UDP };

struct endpoint {
    struct address address;
    uint16_t port;
    uint8_t transport; /* enum transport: TCP's port 11211 and UDP's are two endpoints */
    const char *name; /* the DNS name that was asked for, or NULL */
    const char *path; /* below which HTTP is asked: "/logs" (no slash at its end), or NULL: at "/" */
};

/* A port with its transport as one number, as port sets and stores hold it: TCP's are 1 to 65535, UDP's follow. */
enum { PORT_UDP = 0x10000 };
static inline uint32_t endpoint_port(const struct endpoint *e)
{
    return e->transport == TRANSPORT_UDP ? PORT_UDP | e->port : e->port;
}
static inline void endpoint_set_port(struct endpoint *e, uint32_t port)
{
    e->port = (uint16_t)port;
    e->transport = port & PORT_UDP ? TRANSPORT_UDP : TRANSPORT_TCP;
}

/* The same place, without what it was asked as. */
static inline struct endpoint endpoint_bare(const struct endpoint *e)
{
    return (struct endpoint){ .address = e->address, .port = e->port, .transport = e->transport };
}

/* What an observation proves about the door. See DESIGN: a verdict needs two proofs. */
enum outcome {
    OUTCOME_NOT_MINE,   /* the peer speaks something else; never leaves the sweep */
    OUTCOME_IDENTIFIED, /* product known, no verdict asked for (a generic web server, TLS) */
    OUTCOME_OPEN,       /* an operation that needs rights worked without a password */
    OUTCOME_PARTIAL,    /* locked, yet it tells metadata to anyone */
    OUTCOME_LOCKED,     /* the operation was refused for want of credentials */
    OUTCOME_UNCLEAR,    /* product known, neither proof was reached */
};

enum kind { KIND_STORE, KIND_DASHBOARD, KIND_MONITOR, KIND_QUEUE, KIND_DIRECTORY, KIND_COORDINATION,
            KIND_WEB, KIND_TLS,
            KIND_UNKNOWN, /* it answers, and nobody knows what it is */
            KIND_FILES,   /* shares, modules, block devices */
            KIND_REMOTE,  /* hands over a screen, a shell, a process or a way on */
            KIND_OTHER,   /* known by name, and holds nothing that Ajar judges */
            KIND_LAST = KIND_OTHER };

enum fact_type { FACT_TEXT, FACT_NUMBER, FACT_BOOL, FACT_TIME };

/* One thing that was learned, and the bytes that prove it. Keys are lower-case words joined by
 * dots; the vocabulary is in doc/facts.md. */
struct fact {
    const char *key;
    enum fact_type type;
    struct span text;  /* FACT_TEXT: foreign bytes, to be escaped on output */
    int64_t number;    /* FACT_NUMBER, FACT_BOOL (0, 1), FACT_TIME (wall milliseconds) */
    const char *ask;   /* name of the ask whose answer proves it; NULL where it is derived */
    struct span proof; /* at most PROOF_MAX bytes of that answer */
};

enum { PROOF_MAX = 200, COLLECTIONS_LISTED_MAX = 1000, FACT_TEXT_MAX = 4096, FACT_KEY_MAX = 64,
       FACTS_MAX = 512, OBSERVATIONS_MAX = 64, COLLECTION_NAME_MAX = 1024, WHY_MAX = 512 };

/* A database, index, table, queue...: a name and sizes, never content. */
struct collection {
    struct span name;
    int64_t records, bytes; /* COUNT_UNKNOWN where the store does not say */
    int64_t created_ms;     /* wall time, or COUNT_UNKNOWN */
};

struct observation {
    struct arena *arena;
    const char *product; /* "redis"; "certificate" for KIND_TLS */
    const char *via;     /* the dashboard that it was seen through, or NULL */
    enum kind kind;
    enum outcome outcome;
    bool tls;            /* the conversation ran inside TLS */
    LIST_OF(struct fact) facts;
    LIST_OF(struct collection) collections; /* the first COLLECTIONS_LISTED_MAX at most */
    int64_t collection_count, records, bytes; /* totals; COUNT_UNKNOWN where not known */
    int64_t at_ms; /* wall time of the observation */
};

/* Places of endpoints that were not planned, but named by answers and followed, have this bit. */
#define PLACE_FOLLOWED (UINT64_C(1) << 62)

enum end { END_DONE, END_SKIPPED, END_FAILED };

/* END_DONE with no observation: the port answered nothing that we know, or is closed (`why`). */
struct visit {
    struct arena *arena;
    struct endpoint endpoint;
    enum end end;
    const char *why; /* for skipped, failed and closed: one static or arena sentence */
    bool answered;   /* the port accepted a connection */
    bool refused;    /* the port said that it is closed; neither: nothing was heard */
    uint64_t place;  /* where in the order of its scan the visit stands; 0 outside a scan */
    LIST_OF(struct observation) observations;
};

void visit_init(struct visit *v, struct arena *a, const struct endpoint *e);
/* A new observation with all counts unknown, or NULL where the arena is full or the visit holds
 * OBSERVATIONS_MAX. The next call moves the earlier ones: take the pointer again by index. */
struct observation *visit_observe(struct visit *v, const char *product, enum kind kind);

/* To be called once, when all was said: puts the collections of each observation in the order of
 * their names, for many servers list them in another order each time. */
void visit_settle(struct visit *v);

/* Whether a word may be a fact key or a product name: 1 to FACT_KEY_MAX bytes of [a-z0-9._-]. */
bool fact_key_ok(struct span key);

/* Each sets a fact, replacing an earlier one with the same key; text is copied (cut at
 * FACT_TEXT_MAX). `proof` is cut at PROOF_MAX and copied. Key and ask are kept as they are and
 * must outlive the observation. Nothing happens where the arena is full (arena_failed() tells),
 * the key is no key, or FACTS_MAX are there already. */
void fact_text(struct observation *o, const char *key, struct span value, const char *ask,
               struct span proof);
void fact_number(struct observation *o, const char *key, int64_t value, const char *ask,
                 struct span proof);
void fact_bool(struct observation *o, const char *key, bool value, const char *ask,
               struct span proof);
void fact_time(struct observation *o, const char *key, int64_t wall_ms, const char *ask,
               struct span proof);
/* The fact, or NULL. */
const struct fact *fact_get(const struct observation *o, const char *key);
/* Whether the counts are a lower bound: a limit was met, or some parts may not be read. */
bool counts_are_partial(const struct observation *o);
/* The text of a text fact, or an empty span. */
struct span fact_get_text(const struct observation *o, const char *key);

/* Adds a collection (name copied, cut at COLLECTION_NAME_MAX) and keeps the totals:
 * collection_count goes up by one, known records and bytes are added, all of them saturating.
 * Beyond COLLECTIONS_LISTED_MAX the largest are kept, and only the totals grow. */
void observation_collect(struct observation *o, struct span name, int64_t records, int64_t bytes,
                         int64_t created_ms);

/* How an observation was talked to: "tcp", "tls" or "udp". */
const char *transport_name(const struct endpoint *e, const struct observation *o);
const char *outcome_name(enum outcome o);
const char *kind_name(enum kind k);
/* False where the word names no kind. */
bool kind_parse(struct span word, enum kind *ret);

/* "127.0.0.1:6379", "[::1]:6379", "10.0.0.5:161/udp". */
enum { ENDPOINT_TEXT_MAX = ADDRESS_TEXT_MAX + 12 };
char *endpoint_text(const struct endpoint *e, char text[static ENDPOINT_TEXT_MAX]);
/* The same with what it was asked for as: "10.0.0.5:443 (es.corp/logs)", "10.0.0.5:443 (/logs)"; what people
 * tell two endpoints of one place apart by. */
enum { ENDPOINT_CALLED_MAX = ENDPOINT_TEXT_MAX + ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX + 4 };
char *endpoint_called(const struct endpoint *e, char text[static ENDPOINT_CALLED_MAX]);

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
const char *severity_name(enum severity s);
bool severity_parse(struct span word, enum severity *ret);

enum { FINGERPRINT_MAX = 33 };

/* How well something beside the verdict is known. */
enum strength { STRENGTH_HINT, STRENGTH_LIKELY, STRENGTH_PROVEN };
const char *strength_name(enum strength s);

/* Who may answer for an endpoint, and what says so. */
struct attribution {
    const char *how; /* "scope file", "certificate names", "reverse name", "provider", "address registry" */
    struct span who; /* foreign text */
    enum strength strength;
};

/* Something was already so at a moment, and what says it. */
struct since {
    const char *source; /* "own history", "certificate", "collections", "process", "certificate log" */
    int64_t at_ms;      /* wall */
    enum strength strength; /* that the door was open by then */
    struct span text;   /* one sentence; may hold foreign text */
};

/* The source of a moment at which others saw the door from outside. */
#define SINCE_OUTSIDE "outside"

/* What the store knows of a finding; zeroed where there is no store. */
struct finding_life {
    bool known;         /* the rest is filled */
    bool is_new;        /* never seen before this scan */
    int64_t first_ms;   /* ever seen */
    int64_t opened_ms;  /* open without a break since */
    size_t reopened;    /* how often it came back */
    int64_t seen_ms;    /* when it was seen last */
    unsigned unseen;    /* enum unseen of record/ending.h: why not since; 0 = it was seen */
    struct span unseen_detail; /* may be foreign */
};

/* What a rule concluded. `fingerprint` is stable across versions and time: see fingerprint.h. All text may
 * hold foreign bytes: escape on output. */
struct finding {
    char fingerprint[FINGERPRINT_MAX];
    const char *rule, *title;
    enum severity severity;
    struct endpoint endpoint;
    const char *product, *via;
    struct span version;
    struct span why, fix;
    LIST_OF(struct fact) evidence;
    size_t seen; /* which observation of its visit it speaks of */
    bool is_door; /* it says that a door is open, or partly, and not merely how badly it is built */
    int64_t accepted_until_ms; /* an accepted risk until then; 0 = none */
    struct span accepted_why;  /* what was said then; may be empty */
    struct finding_life life;
    struct span owner, tier, contact;  /* tags of the scope file; empty where it states none */
    struct span tags;                  /* further ones: "env=prod, team=crm" */
    LIST_OF(struct attribution) owners; /* strongest first */
    LIST_OF(struct since) since;        /* strongest first, then earliest */
};

#endif
