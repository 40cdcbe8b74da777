/* What a PostgreSQL session may do, and what lies in its database. Private to src/probe/postgresql*.c. */
#ifndef AJAR_PROBE_POSTGRESQL_COUNT_H
#define AJAR_PROBE_POSTGRESQL_COUNT_H

#include "probe/postgresql_talk.h"
#include "record/field_names.h"

extern const struct ask PG_DATABASES, PG_DATABASE_NAMES, PG_TABLES, PG_TABLE_NAMES, PG_RIGHTS,
    PG_ACCESSIBLE, PG_COLUMNS;

/* Summed over all databases that were entered. Catalogs are open to every role, so their names prove
 * nothing; these are the server's own answers to what this role may do. Tables that belong to an
 * extension are left out: anybody may read those, and they hold nothing of anybody. */
struct pg_rights {
    bool known;       /* the server answered for at least one database */
    bool exact;       /* by its functions: else nothing is known of writing */
    bool superuser;
    bool recovery;    /* a standby: nobody writes here */
    bool creates;     /* may make tables of its own */
    int64_t relations, readable, writable; /* tables and views */
};

/* The databases of the server as the session is told: names in cell 0, sizes in cell 1. False where
 * the catalogs do not answer. */
bool pg_list_databases(struct wire *w, struct pg_rows *ret);

/* Adds the tables of the database that the session is in, what may be done there, and where something may be read
 * the names of its columns. False where it does not list all of them. */
bool pg_count_database(struct wire *w, struct observation *o, struct span database, struct pg_rights *sum,
                       struct field_names *names);

#endif
