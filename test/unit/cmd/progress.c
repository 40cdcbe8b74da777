/* One line that is drawn again, or a line a minute; what it says while it stops; nothing where nothing is wanted. */
#include "cmd/progress.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TEXT_MAX = 64 * 1024 };

/* What the line wrote to standard error between 0 s and `until_ms`, asked ten times a second. */
static void told(struct progress_line *l, const struct sweep_progress *p, int64_t until_ms, char text[static TEXT_MAX])
{
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    for (int64_t now_ms = l->started_ms; now_ms <= l->started_ms + until_ms; now_ms += 100)
        progress_show(l, p, 200, 3, now_ms);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
    fclose(file);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void test_line_a_minute(void **state)
{
    char text[TEXT_MAX];
    struct sweep_progress p = { .done = 50, .answered = 2, .in_flight = 7 };
    struct progress_line l = { .started_ms = 1000 };
    (void)state;
    told(&l, &p, 59900, text);
    assert_string_equal(text, "");
    l = (struct progress_line){ .started_ms = 1000 };
    told(&l, &p, 185000, text);
    assert_int_equal(lines_of(text), 3);
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\033'));
    assert_ptr_equal(strstr(text, "ajar: 25%  50 of 200 endpoints, 2 answered, 3 findings, 1 a second, 3 min left\n"), text);
    l = (struct progress_line){ .started_ms = 1000, .stopping = true };
    told(&l, &p, 61000, text);
    assert_non_null(strstr(text, "stopping: 7 under way"));
}

static void test_redrawn(void **state)
{
    char text[TEXT_MAX];
    struct sweep_progress p = { .done = 50 };
    struct progress_line l = { .started_ms = 1000, .redraws = true };
    (void)state;
    told(&l, &p, 2000, text);
    assert_int_equal(lines_of(text), 0);
    assert_non_null(strstr(text, "\r\033[K 25%"));
    l = (struct progress_line){ .started_ms = 1000, .redraws = true, .quiet = true };
    told(&l, &p, 200000, text);
    assert_string_equal(text, "");
}

static void test_where_it_redraws(void **state)
{
    (void)state;
    setenv("TERM", "dumb", 1);
    assert_false(progress_redraws());
    unsetenv("TERM");
    assert_false(progress_redraws());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_a_minute),
        cmocka_unit_test(test_redrawn),
        cmocka_unit_test(test_where_it_redraws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
