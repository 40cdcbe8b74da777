/* How far a look at files is: a line a minute, of bytes and files, and nothing that is not known. */
#include "cmd/progress.c"
#include "cmd/classify_progress.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_MAX = 8192, STARTED_MS = 5000 };

/* What is said until `until_ms`, asked once a second, while `step` bytes come each time. */
static void told(struct classify_progress *p, uint64_t step, int64_t until_ms, char text[static TEXT_MAX])
{
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    assert_non_null(file);
    p->line.started_ms = STARTED_MS;
    dup2(fileno(file), STDERR_FILENO);
    for (int64_t ms = 0; ms <= until_ms; ms += 1000, p->came += step)
        classify_progress_tell(p, STARTED_MS + ms);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
    fclose(file);
}

static void test_a_line_a_minute(void **state)
{
    (void)state;
    char text[TEXT_MAX];
    struct classify_progress p = { .files = 1, .total = 5000000000 };
    told(&p, 10000000, 59000, text);
    assert_string_equal(text, "");
    p = (struct classify_progress){ .files = 1, .total = 5000000000 };
    told(&p, 10000000, 130000, text);
    assert_string_equal(text, "ajar: 600 MB of 5 GB, 7 min left\najar: 1.2 GB of 5 GB, 6 min left\n");
}

static void test_of_files(void **state)
{
    (void)state;
    char text[TEXT_MAX];
    struct classify_progress p = { .files = 3400, .over = 12, .total = 0 };
    told(&p, 10000000, 60000, text);
    assert_string_equal(text, "ajar: 12 of 3,400 files, 600 MB\n");
    p = (struct classify_progress){ .files = 2, .total = 1000 }; /* more came than there was when it began */
    told(&p, 10000000, 60000, text);
    assert_string_equal(text, "ajar: 0 of 2 files, 600 MB\n");
    p = (struct classify_progress){ .files = 2, .total = 1000 }; /* nothing came */
    told(&p, 0, 60000, text);
    assert_string_equal(text, "ajar: 0 of 2 files, 0 B of 1 kB\n");
}

static void test_on_a_terminal(void **state)
{
    (void)state;
    char text[TEXT_MAX];
    struct classify_progress p = { .line.redraws = true, .files = 1 };
    told(&p, 1000000, 2000, text);
    assert_string_equal(text, "");
    p = (struct classify_progress){ .line.redraws = true, .files = 1 };
    told(&p, 1000000, 4000, text);
    assert_string_equal(text, "\r\033[K3 MB\r\033[K4 MB");
    assert_true(p.line.visible);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_a_minute),
        cmocka_unit_test(test_of_files),
        cmocka_unit_test(test_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
