/* The shipped tables against test/data/versions.tsv, whose answers were worked out by hand, and the
 * user's feeds in front of them. */
#include "unit/folder.h"
#include "tables/tables.c"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, LINES_WANTED = 300 };

static struct tables *load(struct arena *a, const char *feeds)
{
    struct error e = { "" };
    struct tables *t = tables_load(a, "data", feeds, &e);
    if (!t)
        fail_msg("%s", e.text);
    return t;
}

static int64_t today(void)
{
    return time_from_civil(2026, 11, 22, 0, 0, 0);
}

static const char *day(bool known, int64_t ms, const char *mark, char text[static TIME_TEXT_MAX + 1])
{
    char full[TIME_TEXT_MAX];
    if (!known)
        return "-";
    snprintf(text, TIME_TEXT_MAX + 1, "%s%.10s", mark, time_text(ms, full));
    return text;
}

/* Whether both lists, separated by commas and blanks, hold the same names. */
static bool same_names(struct span wanted, const char *got, size_t got_count)
{
    size_t count = 0;
    if (span_is(wanted, "-"))
        return got_count == 0;
    for (; wanted.len; count++)
        if (span_find(span_str(got), span_cut(&wanted, ',')) == SIZE_MAX)
            return false;
    return count == got_count;
}

static bool check_line(const struct tables *t, struct span line)
{
    char text[TIME_TEXT_MAX + 1];
    struct arena a;
    struct visit v;
    struct endpoint at = { 0 };
    struct version_verdict verdict;
    struct span product = span_cut(&line, '\t'), version = span_cut(&line, '\t'), state = span_cut(&line, '\t');
    struct span since = span_cut(&line, '\t');
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &at);
    struct observation *o = visit_observe(&v, arena_str(&a, product), KIND_STORE);
    assert_non_null(o);
    fact_text(o, "version", version, "test", version);
    version_judge(t, o, today(), &verdict);
    const struct lifecycle_answer *l = &verdict.lifecycle;
    const char *got_state = verdict.known ? lifecycle_state_name(l->state) : "none";
    const char *got_since = l->since_known ? day(true, l->since_ms, "", text) : day(l->by_known, l->by_ms, "<", text);
    bool ok = span_is(state, got_state) && span_is(since, got_since) &&
        same_names(line, verdict.exploited.all, verdict.exploited.count);
    if (!ok)
        print_error("%.*s %.*s: wanted %.*s %.*s %.*s, got %s %s %s\n", SPAN_FMT(product), SPAN_FMT(version),
                    SPAN_FMT(state), SPAN_FMT(since), SPAN_FMT(line), got_state, got_since, verdict.exploited.all);
    arena_release(&a);
    return ok;
}

static void test_versions(void **state)
{
    (void)state;
    struct arena a;
    struct error e = { "" };
    struct span text;
    size_t lines = 0, wrong = 0;
    arena_init(&a, ARENA_BYTES);
    struct tables *t = load(&a, NULL);
    if (!file_read(&a, "test/data/versions.tsv", CSV_BYTES_MAX, &text, &e))
        fail_msg("%s", e.text);
    for (bool headed = false; text.len;) {
        struct span line = span_cut(&text, '\n');
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (headed) {
            lines++;
            wrong += !check_line(t, line);
        }
        headed = true;
    }
    assert_true(lines >= LINES_WANTED);
    assert_int_equal(wrong, 0);
    arena_release(&a);
}

static void put_file(const char *dir, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void remove_file(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(unlink(path), 0);
}

static void judge_text(const struct tables *t, const char *product, const char *version, struct version_verdict *ret)
{
    struct arena a;
    struct visit v;
    struct endpoint at = { 0 };
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &at);
    struct observation *o = visit_observe(&v, product, KIND_STORE);
    fact_text(o, "version", span_str(version), "test", SPAN_NONE);
    version_judge(t, o, today(), ret);
    arena_release(&a);
}

static void test_feeds_go_first(void **state)
{
    (void)state;
    char dir[TEST_FOLDER_MAX];
    struct arena a;
    struct version_verdict v;
    assert_true(test_folder_make(dir));
    put_file(dir, "lifecycle.csv", LIFECYCLE_COLUMNS "\nredis,7.2,2026-11-01,7.2.20,test,2026-11-20\n");
    put_file(dir, "exploited.csv", EXPLOITED_CATALOG_COLUMNS "\nCVE-2025-49844,2026-10-01,known,2026-11-20\n");
    arena_init(&a, ARENA_BYTES);
    struct tables *t = load(&a, dir);
    judge_text(t, "redis", "7.2.5", &v);
    assert_int_equal(v.lifecycle.state, LIFECYCLE_UNSUPPORTED);
    assert_true(v.lifecycle.product->imported);
    assert_string_equal(v.exploited.all, "CVE-2025-49844");
    assert_true(v.exploited.of->ransomware);
    /* What the feed does not know stays as shipped; what its catalog does not list is not exploited. */
    judge_text(t, "mongodb", "4.4.29", &v);
    assert_int_equal(v.lifecycle.since_ms, time_from_civil(2024, 2, 29, 0, 0, 0));
    assert_int_equal(v.exploited.count, 0);
    struct table_part part;
    size_t parts = tables_describe(t, 0, &part);
    assert_string_equal(part.product, "redis");
    assert_true(part.imported);
    tables_describe(t, parts - 1, &part);
    assert_null(part.product);
    assert_int_equal(part.catalog_rows, 1);
    arena_release(&a);
    put_file(dir, "lifecycle.csv", LIFECYCLE_COLUMNS "\nredis,7.2,soon,7.2.20,test,2026-11-20\n");
    arena_init(&a, ARENA_BYTES);
    struct error e = { "" };
    assert_null(tables_load(&a, "data", dir, &e));
    assert_non_null(strstr(e.text, "lifecycle.csv:2: eol is true, false or a date"));
    arena_release(&a);
    remove_file(dir, "lifecycle.csv");
    remove_file(dir, "exploited.csv");
    assert_int_equal(rmdir(dir), 0);
}

static void test_missing(void **state)
{
    (void)state;
    struct arena a;
    struct error e = { "" };
    arena_init(&a, ARENA_BYTES);
    assert_null(tables_load(&a, "/nonexistent", NULL, &e));
    assert_non_null(strstr(e.text, "/nonexistent/lifecycle.csv"));
    assert_non_null(tables_load(&a, "data", "/nonexistent", &e));
    struct version_verdict v;
    judge_text(NULL, "redis", "7.2.5", &v);
    assert_false(v.known);
    arena_release(&a);
    arena_init(&a, 100000);
    assert_null(tables_load(&a, "data", NULL, &e));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_feeds_go_first),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
