/* Since when a version is out of support, by a table of support cycles.
 *
 * The answer never claims more than the table says: a version that fits no cycle is at most
 * inferred to be out of support, and a product without cycles is unknown, never supported. */
#ifndef AJAR_TABLES_LIFECYCLE_H
#define AJAR_TABLES_LIFECYCLE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/list.h"
#include "base/table.h"
#include "tables/version.h"

enum { LIFECYCLE_CYCLES_MAX = 512, LIFECYCLE_PRODUCTS_MAX = 4096, LIFECYCLE_HOW_MAX = 160 };

#define LIFECYCLE_COLUMNS "product,cycle,eol,latest,source,as_of"

enum lifecycle_end {
    LIFECYCLE_LIVE,  /* no end is set */
    LIFECYCLE_DATED, /* ends, or has ended, on eol_ms */
    LIFECYCLE_DEAD,  /* has ended; nobody says when */
};

struct lifecycle_cycle {
    const char *name; /* "8.19", "13.0-sp3" */
    struct version version;
    bool worded; /* the name holds more than numbers: a service pack */
    enum lifecycle_end end;
    int64_t eol_ms;        /* LIFECYCLE_DATED: from this day on there is no support */
    struct version latest; /* its newest release; count 0 where not known */
    const char *source;    /* who says so: most often that of the product */
    int64_t as_of_ms;
};

struct lifecycle_product {
    const char *name, *source; /* of its first row */
    int64_t as_of_ms; /* the newest day of its rows: what they call live was live then */
    bool imported;
    LIST_OF(struct lifecycle_cycle) cycles; /* oldest first */
};

struct lifecycle {
    struct arena *arena;
    LIST_OF(struct lifecycle_product *) products;
    struct table by_name;
    bool reading_import; /* while loading */
};

enum lifecycle_state {
    LIFECYCLE_UNKNOWN,
    LIFECYCLE_SUPPORTED,
    LIFECYCLE_UNSUPPORTED,
    LIFECYCLE_INFERRED,  /* fits no cycle, yet is older than one that has ended */
    LIFECYCLE_PACKAGED,  /* out of support at the maker; a distribution may still fix it */
};

struct lifecycle_answer {
    enum lifecycle_state state;
    const char *cycle;       /* that it belongs to, or NULL */
    bool since_known, by_known;
    int64_t since_ms;        /* out of support since that day */
    const char *newer;       /* the next newer cycle, which has ended too, or NULL */
    int64_t by_ms;           /* on that day */
    char how[LIFECYCLE_HOW_MAX]; /* why it is unknown or only inferred; else empty */
    const struct lifecycle_product *product; /* NULL: no table speaks of it */
    const char *source; /* of the cycle that the answer rests on, else of the product; or NULL */
    int64_t as_of_ms;
};

void lifecycle_init(struct lifecycle *l, struct arena *a, uint64_t seed);
/* Adds the products of one table file; a product that is already there keeps what it has, so the
 * user's own tables are read first. */
bool lifecycle_load(struct lifecycle *l, const char *path, bool imported, struct span text, struct error *e);
/* `product` is Ajar's name of it ("kafka"), which is turned into the table's ("apache-kafka"). */
void lifecycle_judge(const struct lifecycle *l, const char *product, const struct version *v,
                     int64_t now_ms, struct lifecycle_answer *ret);
/* "supported", "unsupported", "inferred-unsupported", "packaged", "unknown". */
const char *lifecycle_state_name(enum lifecycle_state s);

#endif
