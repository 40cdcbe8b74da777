/* What the end of a scan's process means to a watch: by its exit status, whatever it said. */
#include "unit/check.h"

#include <sys/wait.h>

#include "cmd/watch_scan.c"

static int ended(int status, const char *said, struct round *ret)
{
    struct watch_scan s = { .len = strlen(said) };
    memcpy(s.tail, said, s.len);
    return watch_scan_end(&s, status, ret);
}

#define EXITED(status) ((status) << 8)

static void test_statuses(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum round_end end;
    } ROWS[] = {
        { EXIT_NOTHING, ROUND_COMPLETE }, { EXIT_FOUND, ROUND_COMPLETE }, { EXIT_USAGE, ROUND_FAILED },
        { EXIT_INCOMPLETE, ROUND_INCOMPLETE }, { EXIT_BUSY, ROUND_INCOMPLETE }, { EXIT_OVER, ROUND_INCOMPLETE },
        { 127, ROUND_FAILED },
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct round r;
        /* Words decide nothing. */
        assert_int_equal(ended(EXITED(ROWS[i].status), "ajar: scan 3 is being worked on by another process\n", &r),
                         ROWS[i].status);
        assert_int_equal(r.end, ROWS[i].end);
    }
}

static void test_words_are_told(void **state)
{
    (void)state;
    struct round r;
    ended(EXITED(EXIT_INCOMPLETE), "ajar: one\najar: the last of it\n", &r);
    assert_string_equal(r.why, "the last of it");
    ended(EXITED(EXIT_INCOMPLETE), "", &r);
    assert_string_equal(r.why, "the scan ended with status 3");
    assert_int_equal(ended(SIGKILL, "ajar: said before\n", &r), -1);
    assert_string_equal(r.why, "the scan was ended by signal 9");
    assert_int_equal(r.end, ROUND_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_words_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
