/* A common name is that of its own attribute, whatever stands in the values beside it. */
#include "text/dn.c"

#include "unit/check.h"

static void test_common_name(void **state)
{
    static const struct { const char *dn, *wanted; } NAMES[] = {
        { "", "" },
        { "CN=db.example.org", "db.example.org" },
        { "CN=db.example.org,O=Example", "db.example.org" },
        { "O=Example,CN=db", "db" },
        { "O=Example, CN = db , C=DE", "db" },
        { "cn=db", "db" },
        { "2.5.4.3=db", "db" },
        { "CN=first,CN=second", "first" },
        { "CN=a\\, b\\+c\\\\,O=x", "a, b+c\\" },
        { "CN=\"a, b\",O=x", "a, b" },
        { "CN=\\ lead and trail\\ ,O=x", " lead and trail " },
        { "CN=a\\C3\\A9b", "a\xc3\xa9" "b" },
        { "CN=a\\0Ab", "a\nb" },
        { "CN=#0401ff", "#0401ff" },
        { "O=we say CN=evil,CN=good", "good" },
        { "O=a\\,CN=evil,CN=good", "good" },
        { "O=\"a,CN=evil\",CN=good", "good" },
        { "O=\"a\\\",CN=evil\",CN=good", "good" },
        { "OU=x+CN=db,O=y", "db" },
        { "SCN=evil", "" },
        { "O=CN=evil", "" },
        { "CN", "" },
        { "CN=", "" },
        { "CN=\\", "\\" },
        { "CN=x\\", "x\\" },
        { "O=x\\,CN=evil", "" },
        { "O=\"never ends,CN=evil", "" },
    };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        buf_reset(&b);
        dn_common_name(&b, span_str(NAMES[i].dn));
        if (!span_is(buf_span(&b), NAMES[i].wanted))
            fail_msg("%s: '%.*s', not '%s'", NAMES[i].dn, SPAN_FMT(buf_span(&b)), NAMES[i].wanted);
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_common_name) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
