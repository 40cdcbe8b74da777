/* Rows without a quote, which wait and are judged by column: the very same result as from rows whose
 * first cell is quoted, which are taken cell by cell. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include "base/buf.h"
#include "base/random.h"
#include "pii/pii.h"
#include "pii/reader_csv.c"

enum { ROWS = 6000, EVEN_FIRST = 50 /* what the format is guessed from */ };

/* What one row in three is like; WIDER only one in a thousand, since new columns come with it. */
enum odd {
    EVEN,
    SHORTER,
    LONGER,
    WIDER,
    EMPTY_LINE,
    EMPTY_CELLS,
    INNER_QUOTE,
    INNER_CR,
    QUOTED,
    ODDS
};

static void put_row(struct buf *b, struct random *random, bool quoted, enum odd odd)
{
    uint64_t r = random_next(random);
    const char *quote = quoted || odd == QUOTED ? "\"" : "";
    if (odd == EMPTY_LINE) {
        buf_str(b, "\n");
        return;
    }
    buf_printf(b, "%s%s%s,", quote, r % 2 ? "张伟" : "Mary Smith", quote);
    if (odd == EMPTY_CELLS)
        buf_str(b, ",,,,\n");
    else
        buf_printf(b, "1%02u%08u,%u-%02u-%02u,", 30 + (unsigned)(r % 10),
                   (unsigned)(r >> 7) % 100000000U, 1950 + (unsigned)(r % 60),
                   1 + (unsigned)(r % 12), 1 + (unsigned)(r % 28));
    if (odd == SHORTER)
        buf_str(b, "男\n");
    if (odd == EMPTY_CELLS || odd == SHORTER)
        return;
    buf_printf(b, "u%u.z@%s.com,", (unsigned)(r >> 9) % 100000, r % 3 ? "163" : "qq");
    buf_str(b, odd == INNER_QUOTE ? "5\" of 24\"" : odd == INNER_CR ? "1\r,2\r" : "note");
    for (unsigned i = 0; i < 30 && odd == LONGER; i++)
        buf_printf(b, " 报警人电话13%09u", (unsigned)(r % 1000000000) + i);
    if (odd == WIDER)
        buf_printf(b, ",139%08u", (unsigned)(r % 100000000));
    buf_str(b, r % 7 ? "\n" : "\r\n");
}

static void make(enum odd odd, bool headed, bool quoted, struct buf *out)
{
    struct random random = { 7 + odd };
    buf_init(out, 16 << 20);
    if (headed)
        buf_str(out, "xm,sjhm,csrq,mail,note\n");
    for (unsigned i = 0; i < ROWS; i++) {
        bool has = random_below(&random, odd == WIDER ? 1000 : 3) == 0 && i > EVEN_FIRST;
        put_row(out, &random, quoted, has ? odd : EVEN);
    }
    assert_false(out->failed);
}

static void tell_text(struct ajar_pii *pii, struct span s, size_t buffer, struct buf *out)
{
    const struct ajar_pii_options options = { .buffer_bytes = buffer };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(pii, &options);
    ajar_pii_scan_write(scan, s.at, s.len);
    tell(scan, out);
    ajar_pii_scan_free(scan);
}

static void test_the_same_as_cell_by_cell(void **state)
{
    static const size_t BUFFERS[] = { 4096, 5003, 70000, 0 };
    for (unsigned i = 0; i < 2 * ODDS; i++) {
        struct buf plain, quoted, expected;
        make((enum odd)(i / 2), i % 2, false, &plain);
        make((enum odd)(i / 2), i % 2, true, &quoted);
        tell_text(*state, buf_span(&quoted), 0, &expected);
        assert_true(span_has(buf_span(&expected), "cn-mobile"));
        for (size_t k = 0; k < sizeof(BUFFERS) / sizeof(BUFFERS[0]); k++) {
            struct buf told;
            tell_text(*state, buf_span(&plain), BUFFERS[k], &told);
            if (!span_eq(buf_span(&told), buf_span(&expected)))
                fail_msg("odd %u, buffer %zu:\n%.*sinstead of\n%.*s", i / 2, BUFFERS[k],
                         SPAN_FMT(buf_span(&told)), SPAN_FMT(buf_span(&expected)));
            buf_release(&told);
        }
        buf_release(&plain);
        buf_release(&quoted);
        buf_release(&expected);
    }
}

/* All rows but the deep ones are read the short way. */
static void test_rows_wait(void **state)
{
    (void)state;
    static struct profile p;
    static struct detectors d;
    static uint8_t memory[4096 + 3 * CLASS_SLACK];
    struct csv_reader r = { .column_count = 3 };
    struct error e;
    struct masks m;
    static const char TEXT[] = "a,b,c\na,\"b\",c\r\na,b,c\n\na,b,c,d\na,b\na,b";
    const struct text t = { memory + CLASS_SLACK, sizeof(TEXT) - 1, &m };
    assert_true(detectors_init(&d, 20261122, &e) && profile_init(&p, &d, class_engine_best()) &&
                masks_init(&m, 64));
    memcpy(memory + CLASS_SLACK, TEXT, sizeof(TEXT) - 1);
    p.plan.stop[0] = ',';
    p.plan.stop[1] = '\n';
    p.engine->fill(&p.plan, t.base, 1, &m);
    p.records = DEEP_FIRST + 1;
    static const size_t WANTED[][2] = { { 0, 6 }, { 6, 6 }, { 15, 21 }, { 22, 22 }, { 30, 34 } };
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
        assert_int_equal(take_plain_rows(&r, &p, &t, WANTED[i][0]), WANTED[i][1]);
    assert_int_equal(p.records, DEEP_FIRST + 1 + 3);
    assert_int_equal(p.rows, 3);
    profile_columns(&p, &t);
    masks_release(&m);
    profile_release(&p);
    detectors_release(&d);
}

/* A heading below titles names the columns, and titles are no records. */
static void test_titles_above_the_heading(void **state)
{
    static const struct {
        const char *above;
        char delim;
        bool found;
    } CASES[] = {
        { "", ',', true },
        { "XX派出所人员名单,,\n", ',', true },
        { "List of visitors\n\n2026-11-22\n", '\t', true },
        { "sep=;\r\n", ';', true },
        { "Customer phone list,,\n", ',', true },
        { "a\nb\nc\nd\n", ',', true },
        { "a\nb\nc\nd\ne\n", ',', false },
        { "a,b\n", ',', false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf b, told;
        buf_init(&b, 1 << 20);
        buf_printf(&b, "%sxm,sjhm,csrq\n", CASES[i].above);
        for (unsigned k = 0; k < 200; k++)
            buf_printf(&b, "张伟,1%02u%08u,19%02u-03-04\n", 30 + k % 10, 11111 + k * 7919,
                       50 + k % 40);
        for (size_t k = strlen(CASES[i].above); k < b.len; k++)
            if (b.at[k] == ',')
                b.at[k] = (uint8_t)CASES[i].delim;
        tell_text(*state, buf_span(&b), 0, &told);
        if (span_has(buf_span(&told), "sjhm cn-mobile") != CASES[i].found ||
            (CASES[i].found && !span_starts(buf_span(&told), SPAN("200 records"))))
            fail_msg("%s: %.*s", CASES[i].above, SPAN_FMT(buf_span(&told)));
        buf_release(&b);
        buf_release(&told);
    }
}

static int set_up(void **state)
{
    *state = ajar_pii_new(NULL);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    ajar_pii_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_as_cell_by_cell),
        cmocka_unit_test(test_rows_wait),
        cmocka_unit_test(test_titles_above_the_heading),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
