/* The asks and replies of MongoDB's wire protocol, each command in three dresses: OP_MSG (3.6 on), OP_MSG
 * with an API version (servers that answer nobody without one), OP_QUERY (before 3.6). */
#ifndef AJAR_PROBE_MONGODB_WIRE_H
#define AJAR_PROBE_MONGODB_WIRE_H

#include "probe/bson.h"
#include "wire/wire.h"

enum mg_dress { MG_NOW, MG_WITH_API, MG_OLD, MG_DRESSES };

struct mg_command {
    const struct ask *in[MG_DRESSES];
};

extern const struct mg_command MG_HELLO, MG_BUILD_INFO, MG_LIST_DATABASES, MG_DATABASE_NAMES, MG_GET_LOG,
    MG_LIST_COLLECTIONS, MG_DB_STATS, MG_DATA_SIZE;
/* Each ask of them; MG_IS_MASTER_NOW is for servers between 3.6 and 4.4.1, which do not know hello. */
extern const struct ask MG_IS_MASTER_NOW, MG_HELLO_NOW, MG_HELLO_API, MG_HELLO_OLD,
    MG_BUILD_INFO_NOW, MG_BUILD_INFO_API, MG_BUILD_INFO_OLD, MG_DATABASES_NOW, MG_DATABASES_API,
    MG_DATABASES_OLD, MG_GET_LOG_NOW, MG_GET_LOG_API, MG_GET_LOG_OLD, MG_NAMES_NOW, MG_NAMES_API,
    MG_COLLECTIONS_NOW, MG_COLLECTIONS_API, MG_COLLECTIONS_OLD, MG_DB_STATS_NOW, MG_DB_STATS_API,
    MG_DB_STATS_OLD, MG_DATA_SIZE_NOW, MG_DATA_SIZE_API, MG_DATA_SIZE_OLD;

enum { MG_NAME_MAX = 255 };

struct mg {
    struct wire *w;
    enum mg_dress dress;
    bool may_cut; /* a reply above the ceiling is wanted up to there */
    bool cut;     /* the last reply was such a one: nothing more can be read from this connection */
};

const char *mg_name(const struct mg *m, const struct mg_command *c);

/* The document of the next reply, checked at its top level and holding an "ok"; or of a reply
 * that was cut, its front, unchecked. Empty, and the wire faulted, where there is none. */
struct span mg_read(struct mg *m);
struct span mg_ask(struct mg *m, const struct mg_command *c);
/* A command with names in it; an empty span, and no fault, where its holes refuse them. */
struct span mg_ask_with(struct mg *m, const struct mg_command *c, const struct span *args, size_t n);

bool mg_is_ok(struct span reply);
/* Whether a refusal is for want of a login: by its code; servers before 2.6 gave a sentence. */
bool mg_is_lock(struct span reply);
/* Whether it is for want of an API version. */
bool mg_wants_api(struct span reply);
bool mg_is_unknown(struct span reply);

#endif
