/* Records cut by their common form: the very same result as from the general reader, which is what reads
 * them as elements of an array; and that the form is learned at all. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/random.h"
#include "pii/pii.h"
#include "pii/reader_flat.c"

enum { RECORDS = 6000 };

/* What one record in a few has otherwise; 0: nothing. SCALARS: what all have. */
enum odd {
    EVEN,
    NUMBER,
    MISSING,
    MORE,
    ESCAPED,
    NESTED,
    LONG,
    EMPTY,
    SPACED,
    OTHER_ORDER,
    STRAY,
    SCALARS,
    BROKEN,
    ODDS
};

static void put_text(struct buf *b, uint64_t r, enum odd odd)
{
    if (odd == LONG)
        for (unsigned i = 0; i < 40; i++)
            buf_printf(b, "当事人%u电话1380013%04u，", i, (unsigned)(r % 9000 + i));
    else if (odd == ESCAPED)
        buf_str(b, "a \\\"quoted\\\" \\u5f20 \\\\");
    else if (odd != EMPTY)
        buf_printf(b, "报警人电话13%09u", (unsigned)(r % 1000000000));
}

static void put_record(struct buf *b, struct random *random, bool wide, enum odd odd)
{
    const char *colon = wide ? "\": \"" : "\":\"", *comma = wide ? "\", \"" : "\",\"";
    uint64_t r = random_next(random);
    unsigned year = 1950 + (unsigned)(r % 60), phone = (unsigned)(r >> 7) % 100000000U;
    buf_printf(b, odd == SPACED ? "{ \"name%s" : "{\"name%s", colon);
    buf_printf(b, "%s%s", r % 2 ? "张伟" : "Mary Smith", comma);
    if (odd == SCALARS)
        buf_printf(b,
                   wide ? "id\": %u, \"ok\": %s, \"kg\": %s1.5e+%u, \""
                        : "id\":%u,\"ok\":%s,\"kg\":%s1.5e+%u,\"",
                   phone, r % 2 ? "true" : "null", r % 3 ? "-" : "", (unsigned)(r % 9));
    if (odd == OTHER_ORDER)
        buf_printf(b, "xb%s男%s", colon, comma);
    if (odd != MISSING)
        buf_printf(b, "sjhm%s1%02u%08u%s", colon, 30 + (unsigned)(r % 10), phone, comma);
    if (odd == MORE)
        buf_printf(b, "extra%s%u%s", colon, phone, comma);
    if (odd == NUMBER)
        buf_printf(b, "csrq\":%u%02u%02u,\"", year, 1 + (unsigned)(r % 12), 1 + (unsigned)(r % 28));
    else
        buf_printf(b, "csrq%s%u-%02u-%02u%s", colon, year, 1 + (unsigned)(r % 12),
                   1 + (unsigned)(r % 28), comma);
    if (odd == NESTED)
        buf_printf(b, "a\":{\"mail%su%u@qq.com\",\"list\":[1,\"x\"]},\"", colon, phone);
    buf_printf(b, "mail%su%u.z@%s.com%s", colon, phone, r % 3 ? "163" : "qq", comma);
    buf_printf(b, "a_name_of_nine%s", colon);
    put_text(b, r, odd);
    if (odd == SCALARS)
        buf_str(b, wide ? "\", \"end\": 7" : "\",\"end\":7");
    buf_str(b, odd == BROKEN ? "\"" : odd == SCALARS ? "}" : "\"}");
}

/* The same records as lines and as an array. */
static void make(bool wide, enum odd odd, struct buf *lines, struct buf *array)
{
    struct random random = { 5 + odd };
    buf_init(lines, 16 << 20);
    buf_init(array, 16 << 20);
    for (unsigned i = 0; i < RECORDS; i++) {
        bool has = odd == SCALARS || random_below(&random, odd == BROKEN ? 500 : 3) == 0;
        enum odd this = has ? odd : EVEN;
        size_t from = lines->len;
        if (this == STRAY && i > 0)
            buf_printf(lines, "\"139%08u\",", (unsigned)random_next(&random) % 100000000U);
        put_record(lines, &random, wide, this);
        buf_byte(array, i ? ',' : '[');
        buf_put(array, span_from(buf_span(lines), from));
        buf_str(lines, i % 7 ? "\n" : "\r\n");
    }
    buf_byte(array, ']');
    assert_false(lines->failed || array->failed);
}

static void expect_same(struct ajar_pii *pii, struct span s, size_t buffer, struct span expected,
                        const char *what, int odd)
{
    struct buf told;
    tell_text(pii, s, buffer, &told);
    if (!span_eq(buf_span(&told), expected))
        fail_msg("%s, odd %d, buffer %zu:\n%.*sinstead of\n%.*s", what, odd, buffer,
                 SPAN_FMT(buf_span(&told)), SPAN_FMT(expected));
    buf_release(&told);
}

static void test_the_same_as_the_general_reader(void **state)
{
    static const size_t BUFFERS[] = { 4096, 5003, 70000, 0 };
    for (int odd = EVEN; odd < ODDS; odd++) {
        for (int wide = 0; wide < 2; wide++) {
            struct buf lines, array, first;
            make(wide, (enum odd)odd, &lines, &array);
            /* Broken records end at a line's end, and an array has none: there the lines themselves, in the
             * smallest buffers, are what others are compared with. */
            tell_text(*state, odd == BROKEN ? buf_span(&lines) : buf_span(&array),
                      odd == BROKEN ? 4096 : 0, &first);
            assert_true(span_has(buf_span(&first), "cn-mobile"));
            for (size_t i = 0; i < sizeof(BUFFERS) / sizeof(BUFFERS[0]); i++)
                expect_same(*state, buf_span(&lines), BUFFERS[i], buf_span(&first),
                            wide ? "wide" : "tight", odd);
            buf_release(&first);
            buf_release(&lines);
            buf_release(&array);
        }
    }
}

/* Reads all of it at once; the reader as it is then. */
static struct json_reader read_all(const struct detectors *d, struct span s)
{
    static struct profile p;
    struct reader_state r;
    struct masks m;
    size_t blocks = (s.len + CLASS_BLOCK - 1) / CLASS_BLOCK;
    uint8_t *base = calloc(1, s.len + 3 * CLASS_SLACK);
    assert_true(base && masks_init(&m, blocks) && profile_init(&p, d, class_engine_best()));
    memcpy(base + CLASS_SLACK, s.at, s.len);
    reader_init(&r, &p, FORMAT_JSON, ',', s);
    p.engine->fill(&p.plan, base + CLASS_SLACK, blocks, &m);
    const struct text t = { base + CLASS_SLACK, s.len, &m };
    assert_int_equal(reader_read(&r, &p, &t, false, false), s.len);
    assert_int_equal(p.records, RECORDS);
    profile_release(&p);
    masks_release(&m);
    free(base);
    return r.json;
}

static void test_the_form_is_learned(void **state)
{
    (void)state;
    static struct detectors d;
    struct error e;
    assert_true(detectors_init(&d, 20261122, &e));
    static const struct {
        enum odd odd;
        size_t members; /* 0: learned in vain, and so tried less often */
    } CASES[] = { { EVEN, 5 }, { SCALARS, 9 }, { NUMBER, 0 }, { NESTED, 0 } };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        for (int wide = 0; wide < 2; wide++) {
            struct buf lines, array;
            make(wide, CASES[i].odd, &lines, &array);
            struct json_reader r = read_all(&d, buf_span(&lines));
            assert_int_equal(r.flat.patience == 0, CASES[i].members != 0);
            if (CASES[i].members)
                assert_int_equal(r.flat.count, CASES[i].members);
            buf_release(&lines);
            buf_release(&array);
        }
    }
    detectors_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_as_the_general_reader),
        cmocka_unit_test(test_the_form_is_learned),
    };
    return cmocka_run_group_tests(tests, detectors_set_up, detectors_tear_down);
}
