#include "cmd/memory.h"

#include <string.h>

bool memory_wanted(const char *db)
{
    return !db || strcmp(db, "none") != 0;
}

struct store *memory_open(const char *db, enum store_use use, struct error *e)
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
    return store_open(at, use, e);
}
