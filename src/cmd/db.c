#include "cmd/db.h"

#include "base/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool db_wanted(const char *db)
{
    return !db || strcmp(db, "none") != 0;
}

void db_tell_wait(void)
{
    fprintf(stderr, _("ajar: another process holds the store; waiting for it, %d minutes at most\n"),
            STORE_PATIENCE_MS / 60000);
}

static bool tell_once(void *self, bool first)
{
    (void)self;
    if (first)
        db_tell_wait();
    return true;
}

/* Whoever names a file names one in a folder that is there: a slip would begin a new history somewhere else. True and a
 * line where a new one is begun. */
static bool may_make(const char *path, struct error *e)
{
    char folder[STORE_PATH_MAX];
    struct stat st;
    int n = snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    if (n < 0 || (size_t)n >= sizeof(folder) || stat(path, &st) == 0 || errno != ENOENT)
        return true; /* opening it says what is wrong */
    if (slash && slash != folder)
        *slash = '\0';
    if (slash && slash != folder && stat(folder, &st) != 0)
        return error_set(e, "--db %s: there is no folder %s", path, folder);
    fprintf(stderr, _("ajar: %s is new: the first scan that it remembers is this one\n"), path);
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
    if (db && use == STORE_WRITE && !may_make(db, e))
        return NULL;
    struct store *s = store_open(at, use, e);
    if (s)
        store_on_wait(s, tell_once, NULL);
    return s;
}
