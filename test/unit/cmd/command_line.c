/* What a shell would take again. */
#include "cmd/command_line.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define W(text) ((char[]){ text })

static void test_quotes(void **state)
{
    char *const argv[] = { W("scan"), W("--ports"), W("6379,9200-9210"), W("it's"), W(""), W("$HOME"),
                            W("[fd00::1]:80"), W("a b") };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    struct span line = command_line(&a, sizeof(argv) / sizeof(*argv), argv);
    if (!span_is(line, "ajar scan --ports 6379,9200-9210 'it'\\''s' '' '$HOME' '[fd00::1]:80' 'a b'"))
        fail_msg("%.*s", SPAN_FMT(line));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
