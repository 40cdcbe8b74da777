#include "cmd/db.h"

#include <stdio.h>
#include <string.h>

bool db_wanted(const char *db)
{
    return !db || strcmp(db, "none") != 0;
}

void db_tell_wait(void)
{
    fprintf(stderr, "ajar: another process holds the store; waiting for it, %d minutes at most\n",
            STORE_PATIENCE_MS / 60000);
}

static bool tell_once(void *self, bool first)
{
    (void)self;
    if (first)
        db_tell_wait();
    return true;
}

struct store *db_open(const char *db, enum store_use use, struct error *e)
{
    char path[STORE_PATH_MAX];
    const char *at = db ? db : store_default_path(path);
    if (!at) {
        error_set(
            e,
            "there is no place for the store: set HOME or XDG_STATE_HOME, or name a file with --db "
            "(--db none stores nothing)");
        return NULL;
    }
    if (strcmp(at, "none") == 0) {
        error_set(e, "--db none: this needs a store");
        return NULL;
    }
    struct store *s = store_open(at, use, e);
    if (s)
        store_on_wait(s, tell_once, NULL);
    return s;
}
