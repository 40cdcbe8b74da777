/* ajar catalog: for those who write entries of their own. `check` says all that is wrong with the
 * entries of a directory; `law` prints what an entry may ask. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "http/check.h"
#include "http/law.h"
#include "report/words.h"
#include "text/escape.h"

enum { MORE_MAX = 8, OUT_MAX = 16 << 20, ARENA_MAX = 256 << 20 };

enum { OPTION_CATALOG, OPTION_JSON };

static const struct option_row ROWS[] = {
    { "catalog", "DIR...", N_("also the products described in DIR, which the entries may name")},
    { "json", NULL, N_("one JSON object a line")},
    { NULL, NULL, NULL },
};

struct arguments {
    const char *more[MORE_MAX];
    size_t more_count;
    bool json;
};

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct arguments *a = self;
    if (row == OPTION_JSON) {
        a->json = true;
        return true;
    }
    if (a->more_count == MORE_MAX)
        return error_set(e, "--catalog can be given at most %d times", MORE_MAX);
    a->more[a->more_count++] = value;
    return true;
}

static bool is_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool check(struct arena *a, const struct arguments *args, const char *typed,
                  struct catalog_report *ret, struct error *e)
{
    char own[PATH_MAX_TEXT];
    const char *dirs[MORE_MAX + 2];
    size_t count = 0;
    char *dir = arena_str(a, span_str(typed));
    if (!dir)
        return error_set(e, "not enough memory");
    for (size_t n = strlen(dir); n > 1 && dir[n - 1] == '/'; n--)
        dir[n - 1] = '\0';
    if (!is_same(data_dir("catalog", own), dir))
        dirs[count++] = own;
    for (size_t i = 0; i < args->more_count; i++)
        if (!is_same(args->more[i], dir))
            dirs[count++] = args->more[i];
    dirs[count++] = dir;
    if (!catalog_check(a, dirs, count, dir, ret, e))
        return false;
    return ret->entries + ret->problems.len > 0 ||
           error_set(e, "%s holds no file whose name ends with .yaml", dir);
}

static void print_problem(struct buf *out, const struct catalog_problem *p, bool json)
{
    if (json) {
        buf_str(out, "{\"type\":\"problem\",\"file\":\"");
        escape_json(out, span_str(p->file));
        buf_printf(out, "\",\"line\":%u,\"what\":\"", p->line);
        escape_json(out, span_str(p->text));
        buf_str(out, "\"}\n");
        return;
    }
    escape_tty(out, span_str(p->file));
    if (p->line)
        buf_printf(out, ":%u", p->line);
    buf_str(out, ": ");
    words_made(out, NULL, span_str(p->text));
    buf_str(out, "\n");
}

static void print_report(struct buf *out, const struct catalog_report *r, bool json)
{
    size_t wrong = r->problems.len;
    for (size_t i = 0; i < wrong; i++)
        print_problem(out, &r->problems.at[i], json);
    if (json) {
        buf_printf(out, "{\"type\":\"summary\",\"entries\":%zu,\"examples\":%zu,\"problems\":%zu}\n",
                   r->entries, r->examples, wrong);
        return;
    }
    buf_printf(out, say_many("%zu entry, ", "%zu entries, ", r->entries), r->entries);
    buf_printf(out, say_many("%zu example: ", "%zu examples: ", r->examples), r->examples);
    if (wrong)
        buf_printf(out, say_many("%zu problem\n", "%zu problems\n", wrong), wrong);
    else
        buf_str(out, _("all right\n"));
}

void help_catalog(void)
{
    puts(_("\n`ajar catalog check DIR` loads the entries of DIR behind Ajar's own and says all that is wrong:\n"
         "format, law 1, law 2, examples, entries that recognise each other's products, and what could\n"
         "not be stored. One line a problem. Exit status: 0 all right, 1 problems, 2 usage.\n"
         "\n`ajar catalog law` prints what an entry may ask: words, rows, statements, header fields.\n"));
    options_print(ROWS);
}

static int print_out(struct buf *b, int status)
{
    struct error e;
    if (write_out(b))
        return status;
    error_set(&e, "cannot write the output: %s", strerror(errno));
    return cmd_fail(EXIT_INCOMPLETE, &e);
}

int cmd_catalog(int argc, char **argv)
{
    struct arguments args = { .json = false };
    struct catalog_report report;
    struct error e = { "" };
    struct arena a;
    struct buf b;
    int count = 0, status = EXIT_USAGE;
    if (!options_parse(ROWS, argc, argv, &count, take, &args, &e))
        return cmd_fail(EXIT_USAGE, &e);
    bool law = count == 1 && strcmp(argv[1], "law") == 0 && !args.json && !args.more_count;
    if (!law && !(count == 2 && strcmp(argv[1], "check") == 0)) {
        error_set(&e, "write `ajar catalog check DIR` or `ajar catalog law`");
        return cmd_fail(EXIT_USAGE, &e);
    }
    arena_init(&a, ARENA_MAX);
    buf_init(&b, OUT_MAX);
    if (law) {
        law_print(&b);
        status = print_out(&b, EXIT_NOTHING);
    } else if (check(&a, &args, argv[2], &report, &e)) {
        print_report(&b, &report, args.json);
        status = print_out(&b, report.problems.len ? EXIT_FOUND : EXIT_NOTHING);
    } else {
        status = cmd_fail(EXIT_USAGE, &e);
    }
    buf_release(&b);
    arena_release(&a);
    return status;
}
