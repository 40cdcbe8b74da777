/* The door of a PostgreSQL server: one entry, and which entries are tried in turn. Private to
 * src/probe/postgresql*.c. */
#ifndef AJAR_PROBE_POSTGRESQL_DOOR_H
#define AJAR_PROBE_POSTGRESQL_DOOR_H

#include "probe/postgresql_talk.h"

extern const struct ask PG_SSL_REQUEST, PG_STARTUP, PG_STARTUP_ROOT, PG_STARTUP_ADMIN, PG_STARTUP_YUGABYTE,
    PG_STARTUP_ENTERPRISEDB, PG_STARTUP_GPADMIN, PG_STARTUP_GAUSSDB, PG_STARTUP_CRATE, PG_STARTUP_PGBOUNCER,
    PG_STARTUP_LISTED, PG_TERMINATE;

enum pg_answer {
    PG_NOTHING, /* no whole message of this protocol came */
    PG_REFUSED, /* an error before any authentication */
    PG_ASKED,   /* a password or another proof of identity is asked for */
    PG_TRUSTED, /* AuthenticationOk, and then an error or a broken connection */
    PG_READY,   /* AuthenticationOk, and the session is open */
};

/* Whom a session is opened as. */
struct pg_role {
    const char *name;       /* NULL: a user whom the pooler listed */
    const struct ask *ask;
    const char *home;       /* a database of its product's own, or NULL */
};

extern const struct pg_role PG_ROLE_LISTED;

/* What one entry showed. */
struct pg_entry {
    enum pg_answer answer;
    const struct pg_role *role;
    struct span user;        /* the name that was sent */
    struct span database;
    bool tls;
    const char *auth;        /* newest Authentication message, or NULL */
    struct span proof;       /* its message, or that of the error */
    bool has_error;
    struct pg_error error;
    struct span server_version, crdb_version, superuser, standby;
};

struct pg {
    struct wire *w;
    bool used;              /* the connection has seen a question */
    bool asked;             /* the newest entry was asked for a password */
    bool upgrade;           /* ask for TLS inside the protocol on each connection */
    enum wire_dress dress;  /* how the first connection came */
    const char *encryption; /* what SSLRequest was answered with; NULL where it was not asked */
    unsigned names_trusted; /* names that got AuthenticationOk and have no role */
    bool locked;            /* one entry was asked for a password, or refused for want of rights */
    bool broken;            /* one entry broke off: it might have been open */
    unsigned left_out;      /* databases that the visit did not afford */
    struct pg_entry best;   /* the entry that says most */
};

/* Tries every way in, from the likeliest on; p->best is what came of it, PG_NOTHING where the peer
 * speaks no such protocol. At most 14 connections, and no more than the visit affords. */
void pg_find_door(struct pg *p);

/* One entry as e->role, under the name e->user into e->database, on a connection of its own. Fills the
 * rest of *e and returns its answer; PG_NOTHING also where a name cannot stand in a startup message. */
enum pg_answer pg_enter(struct pg *p, struct pg_entry *e);
/* Says goodbye, where the server has ears for it. */
void pg_leave(struct pg *p);

/* The state of the server, not an answer to us: no resources (53), an operator's doing (57), its disk
 * or itself (58). Another way in would be answered alike. */
bool pg_is_busy(const struct pg_entry *e);

#endif
