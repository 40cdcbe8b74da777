#include "cmd/catalog_verb.h"

#include <errno.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"

enum { DIRS_MAX = 8, OUT_MAX = 16 << 20, ARENA_MAX = 64 << 20 };

struct dirs {
    const char *at[DIRS_MAX];
    size_t len;
};

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct dirs *d = self;
    (void)row;
    if (d->len == DIRS_MAX)
        return error_set(e, "--catalog can be given at most %d times", DIRS_MAX);
    d->at[d->len++] = value;
    return true;
}

static const struct option_row ROWS[] = {
    { "catalog", "DIR...", "also the products described in DIR" },
    { NULL, NULL, NULL },
};

static struct catalog *catalog_of(int argc, char **argv, struct arena *a, struct error *e)
{
    struct dirs d = { .len = 0 };
    int args;
    if (!options_parse(ROWS, argc, argv, &args, take, &d, e))
        return NULL;
    if (args) {
        error_set(e, "`ajar %s` takes no argument such as \"%s\"", argv[0], argv[1]);
        return NULL;
    }
    return load_catalog(a, d.at, d.len, e);
}

int catalog_verb(int argc, char **argv, void (*print)(const struct catalog *c, struct buf *out))
{
    struct arena a;
    struct error e;
    struct buf b;
    int status = EXIT_NOTHING;
    arena_init(&a, ARENA_MAX);
    buf_init(&b, OUT_MAX);
    const struct catalog *c = catalog_of(argc, argv, &a, &e);
    if (!c) {
        status = cmd_fail(EXIT_USAGE, &e);
    } else {
        print(c, &b);
        if (!write_out(&b)) {
            error_set(&e, "cannot write the output: %s", strerror(errno));
            status = cmd_fail(EXIT_INCOMPLETE, &e);
        }
    }
    buf_release(&b);
    arena_release(&a);
    return status;
}
