/* rsync: which line of a list is a module. */
#include "unit/check.h"

#include "probe/rsync.c"

static void modules(void **state)
{
    (void)state;
    assert_true(span_is(rsync_module_of(SPAN("pub            \tfor everybody")), "pub"));
    assert_true(span_is(rsync_module_of(SPAN("my files       \t")), "my files"));
    assert_true(span_is(rsync_module_of(SPAN("a-name-longer-than-that\tcomment")), "a-name-longer-than-that"));
    assert_int_equal(rsync_module_of(SPAN("Welcome\tto all")).len, 0);
    assert_int_equal(rsync_module_of(SPAN("Welcome to this server of files \twhich is")).len, 0);
    assert_int_equal(rsync_module_of(SPAN("               \tno name")).len, 0);
    assert_int_equal(rsync_module_of(SPAN("")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(modules) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
