/* The store, as the verbs open it. */
#ifndef AJAR_CMD_DB_H
#define AJAR_CMD_DB_H

#include "store/store.h"

/* Whether anything is to be stored: --db none says no. */
bool db_wanted(const char *db);
/* The store of --db, or the default one. */
struct store *db_open(const char *db, enum store_use use, struct error *e);
/* Says on stderr that the store is waited for. Stores that were opened here do, once a wait. */
void db_tell_wait(void);

#endif
