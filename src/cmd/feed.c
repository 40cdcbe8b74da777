/* ajar feed: tables that the user brings, in front of the shipped ones. Nothing is fetched: the
 * user downloads a file where that is allowed, and Ajar reads it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "tables/exploited.h"
#include "tables/lifecycle.h"
#include "text/csv.h"
#include "tables/lifecycle_import.h"

enum { FEED_ARENA_BYTES = 256 << 20, ROWS_BYTES_MAX = CSV_BYTES_MAX };

enum row { ROW_PRODUCT, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_PRODUCT] = { "product", "NAME", N_("of a file that does not name its product; default: the file's own name") },
    [ROW_END] = { NULL, NULL, NULL },
};

void help_feed(void)
{
    puts(_("\najar feed import FILE  a file of endoflife.date (one product or all) or CISA's catalog of known\n"
         "                       exploited vulnerabilities, as JSON; used from then on instead of what is shipped\n"
         "ajar feed show         which tables are used, and of which day they are\n"));
    options_print(ROWS);
}

static struct tables *load_tables(struct arena *a, struct error *e)
{
    char shipped[PATH_MAX_TEXT], feeds[PATH_MAX_TEXT];
    return tables_load(a, data_dir("data", shipped), feeds_dir(feeds), e);
}

/* ---- import -------------------------------------------------------------------------------- */

/* "elasticsearch" of "/tmp/elasticsearch.json". */
static struct span name_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct span name = span_str(slash ? slash + 1 : path);
    if (span_ends(name, SPAN(".json")))
        name.len -= 5;
    return name;
}

static int64_t day_of_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_mtime * 1000 : clock_wall_ms(&CLOCK_SYSTEM);
}

/* Rows of earlier imports for products that the new file does not hold. */
static bool keep_rows(struct arena *a, const char *dir, const struct feed *f, struct buf *out, struct error *e)
{
    char path[PATH_MAX_TEXT + 32];
    struct span text;
    bool missing;
    snprintf(path, sizeof(path), "%s/lifecycle.csv", dir);
    if (!file_read_optional(a, path, CSV_BYTES_MAX, &text, &missing, e))
        return false;
    while (text.len) {
        struct span line = span_cut(&text, '\n'), rest = line, product = span_cut(&rest, ',');
        if (!line.len || line.at[0] == '#' || span_is(line, LIFECYCLE_COLUMNS) || table_get(&f->names, product))
            continue;
        buf_put(out, line);
        buf_byte(out, '\n');
    }
    return true;
}

/* The new table is read as it will be read, before it replaces the old one. */
static bool check_table(const struct feed *f, struct span text, struct error *e)
{
    struct arena a;
    struct lifecycle l;
    struct exploited x;
    bool ok;
    arena_init(&a, FEED_ARENA_BYTES);
    lifecycle_init(&l, &a, 1);
    exploited_init(&x, &a, 1);
    if (f->kind == FEED_LIFECYCLE)
        ok = lifecycle_load(&l, "the new table", true, text, e);
    else
        ok = exploited_load_catalog(&x, "the new table", text, e);
    arena_release(&a);
    return ok;
}

static bool write_feed(struct arena *a, const char *dir, const struct feed *f, struct span rows, struct error *e)
{
    bool cycles = f->kind == FEED_LIFECYCLE;
    struct buf out;
    buf_init(&out, ROWS_BYTES_MAX);
    buf_str(&out, cycles ? LIFECYCLE_COLUMNS "\n" : EXPLOITED_CATALOG_COLUMNS "\n");
    bool ok = !cycles || keep_rows(a, dir, f, &out, e);
    buf_put(&out, rows);
    if (ok && !buf_ok(&out))
        ok = error_set(e, "the table would be longer than 8 MiB");
    ok = ok && check_table(f, buf_span(&out), e) && folder_make(dir, e) &&
         file_replace(dir, cycles ? "lifecycle.csv" : "exploited.csv", buf_span(&out), 0644, e) && folder_sync(dir, e);
    buf_release(&out);
    return ok;
}

static bool import_file(struct arena *a, const char *path, const char *product, struct error *e)
{
    char dir[PATH_MAX_TEXT], day[TIME_TEXT_MAX];
    struct span json, name = product ? span_str(product) : name_of_file(path);
    struct feed f;
    struct buf rows;
    if (!feeds_dir(dir))
        return error_set(e, "there is no place for feeds: set HOME or XDG_DATA_HOME");
    if (!file_read(a, path, FEED_BYTES_MAX, &json, e))
        return false;
    buf_init(&rows, ROWS_BYTES_MAX);
    bool ok = feed_read(a, json, name, day_of_file(path), &rows, &f, e);
    if (!ok)
        error_in(e, "%.200s", path);
    ok = ok && write_feed(a, dir, &f, buf_span(&rows), e);
    if (ok && f.kind == FEED_LIFECYCLE)
        printf(_("Imported %zu cycles of %zu products, as of %.10s, into %s/lifecycle.csv\n"), f.rows, f.products,
               time_text(f.as_of_ms, day), dir);
    else if (ok)
        printf(_("Imported %zu known exploited flaws, as of %.10s, into %s/exploited.csv\n"), f.rows,
               time_text(f.as_of_ms, day), dir);
    buf_release(&rows);
    return ok;
}

/* ---- show ---------------------------------------------------------------------------------- */

static void show_cycles(const struct tables *t, size_t parts, bool imported, const char *dir)
{
    struct table_part part;
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    size_t products = 0, rows = 0;
    int64_t oldest = INT64_MAX, newest = INT64_MIN;
    for (size_t i = 0; i + 1 < parts; i++) {
        tables_describe(t, i, &part);
        if (part.imported != imported)
            continue;
        products++;
        rows += part.rows;
        oldest = part.as_of_ms < oldest ? part.as_of_ms : oldest;
        newest = part.as_of_ms > newest ? part.as_of_ms : newest;
    }
    if (!products)
        return;
    printf(_("lifecycle  %5zu cycles of %zu products, as of %.10s"), rows, products, time_text(oldest, from));
    if (newest != oldest)
        printf(_(" to %.10s"), time_text(newest, to));
    printf("; %s%s\n", imported ? _("imported, ") : _("shipped"), imported ? dir : "");
}

static bool show(struct arena *a, struct error *e)
{
    char dir[PATH_MAX_TEXT], day[TIME_TEXT_MAX];
    struct table_part part;
    const char *feeds = feeds_dir(dir);
    const struct tables *t = load_tables(a, e);
    if (!t)
        return false;
    size_t parts = tables_describe(t, 0, &part);
    show_cycles(t, parts, true, feeds ? feeds : "");
    show_cycles(t, parts, false, "");
    tables_describe(t, parts - 1, &part);
    printf(_("exploited  %5zu version ranges of known exploited flaws, as of %.10s; %s"), part.rows,
           time_text(part.as_of_ms, day), part.imported ? _("catalog imported") : _("shipped"));
    if (part.imported)
        printf(_(" (%zu flaws), %s"), part.catalog_rows, feeds ? feeds : "");
    puts("");
    return true;
}

/* ---- the verb ------------------------------------------------------------------------------ */

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    (void)row;
    (void)e;
    *(const char **)self = value;
    return true;
}

int cmd_feed(int argc, char **argv)
{
    int args = 0;
    const char *product = NULL;
    struct arena a;
    struct error e = { "" };
    if (!options_parse(ROWS, argc, argv, &args, take, &product, &e))
        return cmd_fail(EXIT_USAGE, &e);
    bool import = args == 2 && strcmp(argv[1], "import") == 0;
    if (!import && !(args == 1 && strcmp(argv[1], "show") == 0)) {
        error_set(&e, "write `ajar feed import FILE` or `ajar feed show`");
        return cmd_fail(EXIT_USAGE, &e);
    }
    arena_init(&a, FEED_ARENA_BYTES);
    bool ok = import ? import_file(&a, argv[2], product, &e) : show(&a, &e);
    arena_release(&a);
    return ok ? EXIT_NOTHING : cmd_fail(EXIT_USAGE, &e);
}
