#include "unit/check.h"

#include "base/base64.c"

static void reads(const char *text, const char *wanted)
{
    struct buf b;
    buf_init(&b, 64);
    base64_read(&b, span_str(text));
    assert_true(span_is(buf_span(&b), wanted));
    buf_release(&b);
}

/* RFC 4648, section 10. */
static void the_standards_own(void **state)
{
    (void)state;
    reads("", "");
    reads("Zg==", "f");
    reads("Zm8=", "fo");
    reads("Zm9v", "foo");
    reads("Zm9vYg==", "foob");
    reads("Zm9vYmE=", "fooba");
    reads("Zm9vYmFy", "foobar");
}

static void both_alphabets_lines_and_ends(void **state)
{
    (void)state;
    reads("+/8", "\xfb\xff");
    reads("-_8", "\xfb\xff");
    reads("Zm9v\r\nYmFy", "foobar");
    reads("Zm9vY", "foo");
    reads("Z m=9*v", "foo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_own),
        cmocka_unit_test(both_alphabets_lines_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
