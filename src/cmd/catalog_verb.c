#include "cmd/catalog_verb.h"

#include <errno.h>
#include <string.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

enum { DIRS_MAX = 8, OUT_MAX = 16 << 20, ARENA_MAX = 64 << 20 };

struct request {
    const char *at[DIRS_MAX];
    size_t len;
    const struct catalog_format *formats, *format;
};

enum row { ROW_CATALOG, ROW_FORMAT, ROW_JSON };

static bool take_format(struct request *r, const char *name, struct error *e)
{
    for (r->format = r->formats; r->format->name && strcmp(r->format->name, name) != 0;)
        r->format++;
    if (r->format->name)
        return true;
    return error_set(e, r->formats[1].name ? "--format %.40s: write text, json or markdown"
                                           : "--format %.40s: this prints in one form only", name);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct request *r = self;
    if (row != ROW_CATALOG)
        return take_format(r, row == ROW_JSON ? "json" : value, e);
    if (r->len == DIRS_MAX)
        return error_set(e, "--catalog can be given at most %d times", DIRS_MAX);
    r->at[r->len++] = value;
    return true;
}

static const struct option_row ROWS[] = {
    [ROW_CATALOG] = { "catalog", "DIR...", N_("also the products described in DIR") },
    [ROW_FORMAT] = { "format", "FORMAT", N_("text, json or markdown") },
    [ROW_JSON] = { "json", NULL, N_("the same as --format json") },
    { NULL, NULL, NULL },
};

static struct catalog *catalog_of(int argc, char **argv, struct request *r, struct arena *a, struct error *e)
{
    int args;
    if (!options_parse(ROWS, argc, argv, &args, take, r, e))
        return NULL;
    if (args) {
        error_set(e, "`ajar %s` takes no argument such as \"%s\"", argv[0], argv[1]);
        return NULL;
    }
    return load_catalog(a, r->at, r->len, e);
}

int catalog_verb(int argc, char **argv, const struct catalog_format *formats)
{
    struct request r = { .formats = formats, .format = formats };
    struct arena a;
    struct error e;
    struct buf b;
    int status = EXIT_NOTHING;
    arena_init(&a, ARENA_MAX);
    buf_init(&b, OUT_MAX);
    const struct catalog *c = catalog_of(argc, argv, &r, &a, &e);
    if (!c) {
        status = cmd_fail(EXIT_USAGE, &e);
    } else {
        r.format->print(c, &b);
        if (!write_out(&b)) {
            error_set(&e, "cannot write the output: %s", strerror(errno));
            status = cmd_fail(EXIT_INCOMPLETE, &e);
        }
    }
    buf_release(&b);
    arena_release(&a);
    return status;
}
