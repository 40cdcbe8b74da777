/* What a file is taken for, from its first bytes. */
#include "unit/check.h"

#include "base/buf.h"
#include "pii/reader.c"

/* The delimiter of the table that this is, 0 where it is none. */
static uint8_t table_of(struct buf *b)
{
    uint8_t delim;
    assert_false(b->failed);
    bool table = reader_guess(buf_span(b), &delim) == FORMAT_CSV;
    buf_release(b);
    return table ? delim : 0;
}

/* `usual` as each row but one in every `one_in`, which is `odd`. */
static uint8_t table_of_rows(const char *usual, const char *odd, unsigned one_in)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < 90; i++)
        buf_printf(&b, "%s\n", i % one_in == 3 ? odd : usual);
    return table_of(&b);
}

static void test_ragged_rows(void **state)
{
    (void)state;
    static const struct {
        const char *usual, *odd;
        unsigned one_in;
        char delim;
    } CASES[] = {
        { "Li Wei,13800138000,3 High St", "Li Wei,13800138000,3 High St, Leeds", 10, ',' },
        { "a;b;c;d", "a;b;c", 10, ';' },
        { "a;b;c;d", "a;b;c", 7, ';' },
        { "a;b;c;d", "a;b;c", 4, 0 },
        { "a;b;c;d", "a;b", 10, 0 },
        { "a;b;c;d", "a", 10, 0 },
        { "a;b", "a;b;c", 10, 0 },
        { "It was late, cold, and dark", "He rose, sat, ate, and went", 10, 0 },
        { "    call(a, b, c)", "    call(a, b, c, d)", 10, 0 },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (table_of_rows(CASES[i].usual, CASES[i].odd, CASES[i].one_in) != CASES[i].delim)
            fail_msg("%s", CASES[i].odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ragged_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
