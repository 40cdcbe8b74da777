#include "cmd/asks.h"

#include <errno.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "probe/probe.h"
#include "sweep/ladder.h"
#include "text/escape.h"
#include "tls/tls.h"

enum { DIRS_MAX = 8, OUT_MAX = 16 << 20, ARENA_MAX = 64 << 20 };

const struct ask *all_asks(const struct catalog *c, size_t i)
{
    for (size_t k = 0; LADDER_ASKS[k]; k++)
        if (i-- == 0)
            return LADDER_ASKS[k];
    for (size_t k = 0; TLS_ASKS[k]; k++)
        if (i-- == 0)
            return TLS_ASKS[k];
    for (size_t p = 0; PROBES[p]; p++)
        for (size_t k = 0; PROBES[p]->asks[k]; k++)
            if (i-- == 0)
                return PROBES[p]->asks[k];
    return catalog_ask(c, i);
}

void ask_print(struct buf *out, const struct ask *a)
{
    for (size_t i = 0; i < ASK_PARTS_MAX && a->parts[i].kind != PART_END; i++) {
        const struct ask_part *p = &a->parts[i];
        if (p->kind == PART_BYTES)
            escape_bytes(out, p->bytes);
        else if (p->kind == PART_HOLE)
            buf_printf(out, "{%s, at most %zu}", p->label, p->max);
        else
            buf_str(out, "{length}");
    }
}

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
    { "catalog", "DIR", "also the products described in DIR" },
    { NULL, NULL, NULL },
};

/* Loads the catalog that the options of `ajar list` and `ajar asks` name. */
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

static int print_and_free(struct buf *b, struct arena *a)
{
    struct error e;
    int status = EXIT_NOTHING;
    if (!write_out(b)) {
        error_set(&e, "cannot write the output: %s", strerror(errno));
        status = cmd_fail(EXIT_INCOMPLETE, &e);
    }
    buf_release(b);
    arena_release(a);
    return status;
}

int cmd_asks(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct buf b;
    arena_init(&a, ARENA_MAX);
    const struct catalog *c = catalog_of(argc, argv, &a, &e);
    if (!c) {
        arena_release(&a);
        return cmd_fail(EXIT_USAGE, &e);
    }
    buf_init(&b, OUT_MAX);
    const struct ask *ask;
    for (size_t i = 0; (ask = all_asks(c, i)); i++) {
        buf_printf(&b, "%s: %s\n    ", ask->name, ask->why);
        ask_print(&b, ask);
        buf_str(&b, "\n");
    }
    return print_and_free(&b, &a);
}

static void print_ports(struct buf *b, const uint16_t *ports, const char *suffix)
{
    for (; *ports; ports++)
        buf_printf(b, " %u%s", *ports, suffix);
}

int cmd_list(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct buf b;
    arena_init(&a, ARENA_MAX);
    const struct catalog *c = catalog_of(argc, argv, &a, &e);
    if (!c) {
        arena_release(&a);
        return cmd_fail(EXIT_USAGE, &e);
    }
    buf_init(&b, OUT_MAX);
    for (size_t i = 0; PROBES[i]; i++) {
        const struct probe *p = PROBES[i];
        buf_printf(&b, "%s (%s)\n    ports  ", p->title, kind_name(p->kind));
        print_ports(&b, p->ports, "");
        print_ports(&b, p->tls_ports, " (TLS)");
        buf_printf(&b, "; %s\n    open    %s\n    counts  %s\n",
                   p->peer_first ? "the server speaks first" : "the client speaks first", p->proof, p->counts);
    }
    for (size_t i = 0; i < catalog_count(c); i++) {
        const struct catalog_product *p = catalog_product(c, i);
        buf_printf(&b, "%s (%s)\n    ports  ", p->title, kind_name(p->kind));
        print_ports(&b, p->ports, "");
        print_ports(&b, p->tls_ports, " (TLS)");
        buf_printf(&b, "; HTTP\n    open    %s\n    counts  %s\n", p->proof ? p->proof : "-", p->counts ? p->counts : "-");
    }
    return print_and_free(&b, &a);
}
