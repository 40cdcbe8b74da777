/* One large file by several threads: the same result as by one, whatever stands in the file. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include <stdio.h>
#include <sys/mman.h>

#include "base/buf.h"
#include "base/random.h"
#include "pii/parts.c"
#include "pii/pii.h"

static struct ajar_pii *Pii;
static struct detectors D;

enum { FILE_BYTES = 10 << 20 };

enum kind { NDJSON, CSV, LOG, KINDS };

static void put_line(struct buf *b, enum kind kind, uint32_t i, uint32_t r)
{
    unsigned phone = r % 1000000000U;
    if (kind == NDJSON)
        buf_printf(
            b,
            "{\"n\":%u,\"tel\":\"1%u%08u\",\"mail\":\"u%u@qq.com\",\"born\":\"19%02u-0%u-1%u\"}\n",
            i, 30 + r % 10, phone % 100000000U, r % 70000U, r % 100, 1 + r % 9, r % 10);
    else if (kind == CSV)
        buf_printf(b, "%u,1%u%08u,\"u%u@qq.com\",19%02u-0%u-1%u,%s\n", i, 30 + r % 10,
                   phone % 100000000U, r % 70000U, r % 100, 1 + r % 9, r % 10, r % 2 ? "M" : "F");
    else
        buf_printf(
            b, "%u.%u.%u.%u - - [07/Nov/2026:15:42:19 +0000] \"GET /u%u@qq.com HTTP/1.1\" 200 %u\n",
            1 + r % 200, r / 7 % 256, r / 11 % 256, r / 13 % 256, r % 90000U, i);
}

/* A file of `bytes` or a little more; `odd` is put in behind its first half. */
static int file_of(enum kind kind, size_t bytes, struct span odd)
{
    struct random r = { 11 };
    struct buf b;
    int fd = memfd_create("parts", 0);
    assert_true(fd >= 0);
    buf_init(&b, bytes + odd.len + 4096);
    if (kind == CSV)
        buf_str(&b, "id,phone,email,birth,sex\n");
    for (uint32_t i = 0; b.len < bytes; i++) {
        if (odd.len && b.len > bytes / 2) {
            buf_put(&b, odd);
            odd.len = 0;
        }
        put_line(&b, kind, i, (uint32_t)random_next(&r));
    }
    assert_int_equal(write(fd, b.at, b.len), (ssize_t)b.len);
    buf_release(&b);
    return fd;
}

static void tell_file(int fd, unsigned threads, struct buf *out)
{
    const struct ajar_pii_options options = { .threads = threads };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, &options);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_true(ajar_pii_scan_fd(scan, fd, NULL));
    tell(scan, out);
    ajar_pii_scan_free(scan);
}

static void expect_same(enum kind kind, struct span odd)
{
    static const unsigned THREADS[] = { 8 };
    struct buf one, many;
    int fd = file_of(kind, FILE_BYTES, odd);
    tell_file(fd, 1, &one);
    for (size_t i = 0; i < sizeof(THREADS) / sizeof(THREADS[0]); i++) {
        tell_file(fd, THREADS[i], &many);
        if (!span_eq(buf_span(&one), buf_span(&many)))
            fail_msg("%u threads:\n%.*sinstead of\n%.*s", THREADS[i], SPAN_FMT(buf_span(&many)),
                     SPAN_FMT(buf_span(&one)));
        buf_release(&many);
    }
    assert_true(one.len > 100);
    buf_release(&one);
    close(fd);
}

static void test_the_same_as_one_thread(void **state)
{
    (void)state;
    for (enum kind kind = NDJSON; kind < KINDS; kind++)
        expect_same(kind, SPAN_NONE);
}

/* What does not keep to lines, in the middle of the file. */
static void test_odd_middles(void **state)
{
    (void)state;
    static uint8_t line[200000];
    memset(line, 'x', sizeof(line));
    memcpy(line + 500, " 13812345679 ", 13);
    line[sizeof(line) - 1] = '\n';
    expect_same(LOG, span_of(line, sizeof(line)));
    expect_same(NDJSON,
                SPAN("{\"tel\":\n\"13912345670\",\n\"new\":{\"mail\":\"a@b.cn\"}}\n{\"tel\"!\n"));
    expect_same(CSV, SPAN("1,13912345670,\"two\nlines\n\",1990-01-01,M,more,columns\n\n"));
    expect_same(LOG, SPAN("报警人 13912345670\n"));
    expect_same(LOG, SPAN("\xb1\xa8\xbe\xaf\xc8\xcb 13912345670\n"));
}

/* Keys that are ids become one field from some number of them on, whoever reads them. */
static void test_numbered_keys(void **state)
{
    (void)state;
    static const unsigned KEYS[] = { 3, 12, 40, 9000 };
    for (size_t k = 0; k < sizeof(KEYS) / sizeof(KEYS[0]); k++) {
        struct buf b;
        buf_init(&b, 8 << 20);
        for (unsigned i = 0; i < 60000; i++)
            buf_printf(&b, "{\"n\":1,\"by\":{\"u%u\":{\"tel\":\"138%08u\"},\"s-%u\":%u}}\n",
                       i / 50 % KEYS[k], i * 7919U % 100000000U, i / 90 % KEYS[k], i);
        assert_false(b.failed);
        expect_same(NDJSON, buf_span(&b));
        buf_release(&b);
    }
}

/* The parts are taken, not refused: a wave moves as far as it can. */
static void test_a_wave(void **state)
{
    (void)state;
    for (enum kind kind = NDJSON; kind < KINDS; kind++) {
        struct profile *p = calloc(1, sizeof(*p));
        struct input in;
        struct error e;
        bool failed = false, fine = false;
        off_t at = 0;
        int fd = file_of(kind, FILE_BYTES, SPAN_NONE);
        assert_true(profile_init(p, &D, class_engine_best()));
        assert_true(input_init(&in, p, FORMAT_UNKNOWN, 0));
        assert_true(read_alone(&in, fd, &at, FIRST_BYTES, &e, &failed));
        struct part *parts = parts_new(&in, fd, 3);
        for (unsigned i = 0; i < 3; i++)
            parts[i].nominal = 1 << 20;
        off_t behind = wave(&in, parts, 3, at, &fine);
        assert_true(fine && behind > at + (3 << 20));
        assert_int_equal(in.bytes, behind);
        parts_release(parts, 3);
        input_release(&in);
        profile_release(p);
        free(p);
        close(fd);
    }
}

static void test_lines_are_counted(void **state)
{
    (void)state;
    static uint8_t bytes[10000];
    memset(bytes, '\n', sizeof(bytes));
    for (size_t n = 0; n < sizeof(bytes); n += 97)
        assert_int_equal(count_lines(bytes, n), n);
    memset(bytes, '\v', sizeof(bytes));
    assert_int_equal(count_lines(bytes, sizeof(bytes)), 0);
}

static int set_up(void **state)
{
    struct error e;
    (void)state;
    Pii = ajar_pii_new(NULL);
    return Pii && detectors_init(&D, 20261107, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ajar_pii_free(Pii);
    detectors_release(&D);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_as_one_thread), cmocka_unit_test(test_odd_middles),
        cmocka_unit_test(test_numbered_keys),          cmocka_unit_test(test_a_wave),
        cmocka_unit_test(test_lines_are_counted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
