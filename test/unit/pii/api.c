/* The whole way through the public interface: formats, encodings, packing, borders of buffers, and that no value leaves. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include <stdio.h>

#include <iconv.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/random.h"
#include "pii/api.c"

static struct ajar_pii *Pii;

/* A resident ID with a right check digit, by number. */
static void make_id(unsigned i, char out[19])
{
    static const int WEIGHTS[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    snprintf(out, 19, "%s%04u%02u%02u%03u", i % 3 ? "310101" : "440305", 1950 + i * 7 % 60,
             1 + i % 12, 1 + i % 28, i * 37 % 1000);
    for (unsigned k = 0; k < 17; k++)
        sum += (out[k] - '0') * WEIGHTS[k];
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

static void make_rows(struct buf *b, const char *head, const char *row, unsigned count)
{
    buf_init(b, 64 << 20);
    buf_str(b, head);
    for (unsigned i = 0; i < count; i++) {
        char id[19], phone[12];
        make_id(i, id);
        snprintf(phone, sizeof(phone), "1%02u%08u", 30 + i % 10, 10203040 + i * 7919 % 80000000);
        for (const char *at = row; *at; at++) {
            if (*at == '#')
                buf_str(b, id);
            else if (*at == '~')
                buf_str(b, phone);
            else
                buf_byte(b, (uint8_t)*at);
        }
    }
}

static struct ajar_pii_scan *scan_of(struct span s, size_t step, size_t buffer, const char *engine)
{
    const struct ajar_pii_options options = { .buffer_bytes = buffer, .engine = engine };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, &options);
    assert_non_null(scan);
    for (size_t at = 0; at < s.len; at += step) {
        struct span part = span_sub(s, at, step);
        ajar_pii_scan_write(scan, part.at, part.len);
    }
    return scan;
}

static const struct ajar_pii_finding *find(struct ajar_pii_scan *scan, const char *field,
                                           const char *type)
{
    size_t count;
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].field, field) == 0 && strcmp(f[i].type, type) == 0)
            return &f[i];
    return NULL;
}

static void expect_id(struct span s, const char *field, const char *format, const char *coding)
{
    struct ajar_pii_scan *scan = scan_of(s, 4093, 0, NULL);
    struct ajar_pii_summary summary;
    assert_true(ajar_pii_scan_end(scan, NULL));
    ajar_pii_summarise(scan, &summary);
    assert_string_equal(summary.format, format);
    assert_string_equal(summary.coding, coding);
    const struct ajar_pii_finding *f = find(scan, field, "cn-id");
    assert_non_null(f);
    assert_int_equal(f->state, AJAR_PII_CONFIRMED);
    assert_int_equal(f->passed, f->shaped);
    ajar_pii_scan_free(scan);
}

static const struct {
    const char *format, *field, *head, *row;
} FORMATS[] = {
    { "csv", "sfzh", "xh,sfzh,sjhm\r\n", "1,#,~\r\n" },
    { "csv", "column 2", "", "7;\"#\";\"~\"\n" },
    { "json", "sfzh", "", "{\"sfzh\":\"#\",\"sjhm\":~,\"a\":{\"b\":[1,2,{\"c\":null}]}}\n" },
    { "json", "rows.person.id", "{\"took\":1,\n\"rows\":[",
      "{\"person\":{\"id\":\"#\",\"p\":\"~\"}}," },
    { "sql", "t.sfzh",
      "CREATE TABLE `t` (`id` int(11) NOT NULL, `sfzh` varchar(18) DEFAULT 'a,b', PRIMARY KEY (`id`));\nINSERT INTO `t` VALUES ",
      "(1,'#')," },
    { "sql", "people.sfzh", "INSERT INTO people (n, sfzh) VALUES\n", "(NULL, '#'),\n" },
    { "sql", "people.sfzh", "COPY public.people (n, sfzh) FROM stdin;\n", "\\N\t#\n" },
    { "text", "(text)", "", "2026-11-22 报警人身份证号：#，电话 ~ 已登记\n" },
};

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        struct buf b;
        make_rows(&b, FORMATS[i].head, FORMATS[i].row, 300);
        expect_id(buf_span(&b), FORMATS[i].field, FORMATS[i].format, "utf-8");
        buf_release(&b);
    }
}

static void recode(struct span s, const char *to, struct buf *out)
{
    iconv_t cd = iconv_open(to, "UTF-8");
    char *from = (char *)(uintptr_t)s.at;
    size_t left = s.len, room = s.len * 4 + 16;
    buf_init(out, 64 << 20);
    char *at = (char *)buf_room(out, room), *start = at;
    assert_true(iconv(cd, &from, &left, &at, &room) != (size_t)-1);
    out->len += (size_t)(at - start);
    iconv_close(cd);
}

static void test_codings(void **state)
{
    (void)state;
    static const struct {
        const char *iconv, *name;
    } CODINGS[] = { { "GB18030", "gb18030" },
                    { "UTF-16LE", "utf-16le" },
                    { "UTF-16BE", "utf-16be" },
                    { "UTF-32LE", "utf-32le" },
                    { "UTF-32BE", "utf-32be" } };
    for (size_t i = 0; i < 2 * 5; i++) {
        struct buf b, coded;
        bool marked = i >= 5; /* with a byte-order mark */
        make_rows(&b, marked ? "\xef\xbb\xbf姓名,身份证号\n" : "姓名,身份证号\n", "张伟,#\n", 3000);
        recode(buf_span(&b), CODINGS[i % 5].iconv, &coded);
        expect_id(buf_span(&coded), "身份证号", "csv", CODINGS[i % 5].name);
        buf_release(&b);
        buf_release(&coded);
    }
}

/* What is no character is as wide as one: what follows is read as before. */
static void test_damaged_codings(void **state)
{
    (void)state;
    static const struct {
        const char *iconv, *name;
        struct span wrong;
    } CODINGS[] = { { "UTF-16LE", "utf-16le", SPAN("\x00\xdc") },
                    { "UTF-16BE", "utf-16be", SPAN("\xdc\x00") },
                    { "UTF-32LE", "utf-32le", SPAN("\xff\xff\xff\xff") },
                    { "UTF-32BE", "utf-32be", SPAN("\xff\xff\xff\xff") } };
    for (size_t i = 0; i < 4; i++) {
        struct buf b, mark, whole;
        buf_init(&whole, 1 << 20);
        make_rows(&b, "\xef\xbb\xbfxh,sfzh\n", "", 0);
        recode(buf_span(&b), CODINGS[i].iconv, &mark);
        buf_put(&whole, buf_span(&mark));
        buf_put(&whole, CODINGS[i].wrong);
        buf_release(&b);
        buf_release(&mark);
        make_rows(&b, "", "1,#\n", 300);
        recode(buf_span(&b), CODINGS[i].iconv, &mark);
        buf_put(&whole, buf_span(&mark));
        expect_id(buf_span(&whole), "sfzh", "csv", CODINGS[i].name);
        buf_release(&b);
        buf_release(&mark);
        buf_release(&whole);
    }
}

/* Small numbers in four bytes each are no text. */
static void test_numbers_are_no_utf32(void **state)
{
    (void)state;
    uint32_t numbers[64];
    for (uint32_t i = 0; i < 64; i++)
        numbers[i] = i * 5 % 64;
    char charset[CHARSET_NAME_MAX];
    assert_int_equal(coding_guess(span_of(numbers, sizeof(numbers)), charset), CODING_UNKNOWN);
}

/* The rows as gzip or zstd; test_free() it. */
static uint8_t *pack(const struct buf *b, bool gzip, size_t *ret_len)
{
    size_t cap = compressBound(b->len) + ZSTD_compressBound(b->len);
    uint8_t *packed = test_malloc(cap);
    if (!gzip) {
        *ret_len = ZSTD_compress(packed, cap, b->at, b->len, 3);
        return packed;
    }
    z_stream z = {
        .next_in = b->at, .avail_in = (uInt)b->len, .next_out = packed, .avail_out = (uInt)cap
    };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *ret_len = z.total_out;
    deflateEnd(&z);
    return packed;
}

static void test_packed(void **state)
{
    (void)state;
    struct buf b;
    make_rows(&b, "a,sfzh,c\n", "1,#,~\n", 3000);
    for (int gzip = 0; gzip < 2; gzip++) {
        size_t n;
        struct buf twice;
        uint8_t *packed = pack(&b, gzip, &n);
        expect_id(span_of(packed, n), "sfzh", "csv", "utf-8");
        buf_init(&twice, 4 * n + 8192);
        buf_put(&twice, span_of(packed, n));
        buf_put(&twice, span_of(packed, n));
        for (unsigned i = 0; gzip && i < 5000; i++)
            buf_byte(&twice, 0); /* as tapes are padded */
        expect_id(buf_span(&twice), "sfzh", "csv", "utf-8");
        buf_release(&twice);
        test_free(packed);
    }
    buf_release(&b);
}

/* What could be read counts, and the end says that there is more to it. */
static void expect_trouble(struct span packed, size_t step, const char *word)
{
    char error[AJAR_PII_ERROR_MAX] = "";
    struct ajar_pii_scan *scan = scan_of(packed, step, 0, NULL);
    assert_false(ajar_pii_scan_end(scan, error));
    if (!strstr(error, word))
        fail_msg("\"%s\" has no \"%s\"", error, word);
    assert_non_null(find(scan, "sfzh", "cn-id"));
    ajar_pii_scan_free(scan);
}

static void test_packed_in_part(void **state)
{
    (void)state;
    struct buf b;
    make_rows(&b, "a,sfzh,c\n", "1,#,~\n", 90000);
    for (int gzip = 0; gzip < 2; gzip++) {
        size_t n;
        uint8_t *packed = pack(&b, gzip, &n);
        expect_trouble(span_of(packed, n / 2), 1000, "cut short");
        expect_trouble(span_of(packed, n - 1), n, "cut short");
        expect_trouble(span_of(packed, n - 1), 1, "cut short");
        if (gzip) {
            packed[n - 6] ^= 0xff; /* of the check sum */
            expect_trouble(span_of(packed, n), 4096, "broken");
        }
        test_free(packed);
    }
    buf_release(&b);
}

#define BYTES(literal) (literal), sizeof(literal) - 1
static const struct {
    const char *bytes;
    size_t len;
    const char *sentence; /* the name in it is what a summary says */
} CONTAINERS[] = {
    { BYTES("PK\x03\x04\x14\0\0\0"), "a zip archive, which is not read; unpack it" },
    { BYTES("7z\xbc\xaf\x27\x1c\0\x04"), "a 7z archive, which is not read; unpack it" },
    { BYTES("Rar!\x1a\x07\0"), "a RAR archive, which is not read; unpack it" },
    { BYTES("\xfd\x37zXZ\0\0\x04"), "an xz file, which is not read; unpack it" },
    { BYTES("BZh91AY&SY\0"), "a bzip2 file, which is not read; unpack it" },
    { BYTES("\x04\x22\x4d\x18\x64\x40"), "an lz4 file, which is not read; unpack it" },
    { BYTES("\x1f\x9d\x90"), "a compress (.Z) file, which is not read; unpack it" },
    { BYTES("%PDF-1.7\n"), "a PDF document, which is not read; save it as text or CSV" },
    { BYTES("SQLite format 3\0\x10\0"),
      "an SQLite database, which is not read; dump it as SQL or CSV" },
    { BYTES("PAR1\x15\x04\x15"), "a Parquet file, which is not read; export it as CSV or JSON" },
    { BYTES("ORC\x11\0\0\n\x0e"), "an ORC file, which is not read; export it as CSV or JSON" },
};

/* `bytes` by steps; says `sentence`, or nothing where that is NULL. A token in the clear is found. */
static void expect_container(struct span bytes, size_t step, const char *sentence, bool found)
{
    char error[AJAR_PII_ERROR_MAX] = "";
    struct ajar_pii_summary summary;
    struct ajar_pii_scan *scan = scan_of(bytes, step, 0, NULL);
    assert_int_equal(ajar_pii_scan_end(scan, error), sentence == NULL);
    assert_string_equal(error, sentence ? sentence : "");
    ajar_pii_summarise(scan, &summary);
    assert_int_equal(summary.unread != NULL, sentence != NULL);
    if (sentence)
        assert_non_null(strstr(sentence, summary.unread));
    assert_int_equal(find(scan, "(text)", "cn-id") != NULL, found);
    ajar_pii_scan_free(scan);
}

static void test_containers(void **state)
{
    (void)state;
    struct buf rows;
    make_rows(&rows, "", "\n身份证号：#，\n", 40);
    for (size_t i = 0; i < sizeof(CONTAINERS) / sizeof(CONTAINERS[0]); i++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        buf_put(&b, span_of(CONTAINERS[i].bytes, CONTAINERS[i].len));
        expect_container(buf_span(&b), 1, CONTAINERS[i].sentence, false);
        buf_put(&b, buf_span(&rows));
        expect_container(buf_span(&b), 1, CONTAINERS[i].sentence, true);
        expect_container(buf_span(&b), b.len, CONTAINERS[i].sentence, true);
        for (int gzip = 0; gzip < 2; gzip++) {
            size_t n;
            uint8_t *packed = pack(&b, gzip, &n);
            expect_container(span_of(packed, n), 7, CONTAINERS[i].sentence, true);
            test_free(packed);
        }
        buf_release(&b);
    }
    buf_release(&rows);
}

static void test_packed_twice(void **state)
{
    (void)state;
    struct buf rows;
    make_rows(&rows, "", "身份证号：#，\n", 40);
    for (unsigned i = 0; i < 4; i++) {
        size_t n, m;
        struct buf inner;
        uint8_t *once = pack(&rows, i & 1, &n);
        buf_init(&inner, 1 << 20);
        buf_put(&inner, span_of(once, n));
        uint8_t *twice = pack(&inner, i & 2, &m);
        expect_container(span_of(once, n), 100, NULL, true);
        expect_container(span_of(twice, m), 100,
                         "a twice packed file, which is not read; unpack it once", false);
        test_free(once);
        test_free(twice);
        buf_release(&inner);
    }
    buf_release(&rows);
}

/* Frames in front that zstd is to skip. */
static void test_skippable_frame(void **state)
{
    (void)state;
    size_t n;
    struct buf rows, b;
    make_rows(&rows, "", "身份证号：#，\n", 40);
    uint8_t *packed = pack(&rows, false, &n);
    buf_init(&b, 1 << 20);
    buf_put(&b, SPAN("\x50\x2a\x4d\x18\x04\0\0\0abcd"));
    buf_put(&b, span_of(packed, n));
    expect_container(buf_span(&b), 5, NULL, true);
    test_free(packed);
    buf_release(&b);
    buf_release(&rows);
}

static void test_no_containers(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "ORCID,sfzh\n",
                                         "PAR1 of the report\n",
                                         "PK,sfzh\n",
                                         "BZh is a word\n",
                                         "Rar! said he\n",
                                         "7z\n",
                                         "LZIP\n",
                                         "SQLite format 3 is described here\n",
                                         "" };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        expect_container(span_str(TEXTS[i]), 3, NULL, false);
}

static void test_borders_do_not_matter(void **state)
{
    (void)state;
    static const size_t STEPS[] = { 1, 7, 64, 4096, 1 << 20 }, BUFFERS[] = { 4096, 5000, 65536, 0 };
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        struct buf b, first = { 0 };
        make_rows(&b, FORMATS[i].head, FORMATS[i].row, 700);
        for (size_t k = 0; k < 5 * 4; k++) {
            struct buf told;
            struct ajar_pii_scan *scan = scan_of(buf_span(&b), STEPS[k % 5], BUFFERS[k / 5],
                                                 k % 2 ? "portable" : NULL);
            tell(scan, &told);
            ajar_pii_scan_free(scan);
            if (k == 0)
                first = told;
            else if (!span_eq(buf_span(&first), buf_span(&told)))
                fail_msg("%s, step %zu, buffer %zu:\n%.*sinstead of\n%.*s", FORMATS[i].head,
                         STEPS[k % 5], BUFFERS[k / 5], SPAN_FMT(buf_span(&told)),
                         SPAN_FMT(buf_span(&first)));
            if (k)
                buf_release(&told);
        }
        buf_release(&first);
        buf_release(&b);
    }
}

static void test_no_value_leaves(void **state)
{
    (void)state;
    struct buf b;
    /* Numbers as keys, a heading that is a person: both must not be shown. */
    make_rows(&b, "", "{\"~\":{\"#\":\"#\"},\"mail\":\"x@corp.de\"}\n", 200);
    struct ajar_pii_scan *scan = scan_of(buf_span(&b), 4096, 0, NULL);
    struct buf told;
    tell(scan, &told);
    assert_false(span_has(buf_span(&told), "13"
                                           "0102"));
    assert_non_null(find(scan, "*.*", "cn-id"));
    ajar_pii_scan_free(scan);
    buf_release(&told);
    buf_release(&b);
    make_rows(&b, "王小明,#13\n", "李雷,#\n", 200);
    scan = scan_of(buf_span(&b), 4096, 0, NULL);
    tell(scan, &told);
    assert_false(span_has(buf_span(&told), "王小明"));
    ajar_pii_scan_free(scan);
    buf_release(&told);
    buf_release(&b);
}

static void test_shapes(void **state)
{
    (void)state;
    struct buf b;
    make_rows(&b, "sfzh,b\n", "#,~\n", 200);
    const struct ajar_pii_options options = { .shapes = true };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, &options);
    ajar_pii_scan_write(scan, b.at, b.len);
    assert_true(ajar_pii_scan_end(scan, NULL));
    const char *shape = find(scan, "sfzh", "cn-id")->shape;
    assert_non_null(shape);
    assert_int_equal(strlen(shape), 18);
    assert_memory_equal(shape + 3, "***********", 11);
    ajar_pii_scan_free(scan);
    buf_release(&b);
}

static void test_records_by_hand(void **state)
{
    (void)state;
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, NULL);
    for (unsigned i = 0; i < 100; i++) {
        char id[19];
        make_id(i, id);
        ajar_pii_record_begin(scan);
        ajar_pii_record_value(scan, "sfzh", id, 18);
        ajar_pii_record_value(scan, "sfzh", NULL, 0);
        ajar_pii_record_end(scan);
    }
    assert_true(ajar_pii_scan_end(scan, NULL));
    struct ajar_pii_summary s;
    ajar_pii_summarise(scan, &s);
    assert_int_equal(s.records, 100);
    assert_true(s.persons_known && s.persons == 100);
    ajar_pii_scan_free(scan);
}

static void test_house_format(void **state)
{
    (void)state;
    static const char YAML[] =
        "house:\n  - { name: acme-customer, label: customer of Acme, prefix: AC, chars: digits, length: 9, check: weighted,\n"
        "      weights: [8, 7, 6, 5, 4, 3, 2, 9], modulus: 11, map: 0123456789X, fields: [kundennr] }\n";
    char error[AJAR_PII_ERROR_MAX];
    struct ajar_pii *own = ajar_pii_new(error);
    assert_true(ajar_pii_add_detectors(own, YAML, strlen(YAML), error));
    assert_false(ajar_pii_add_detectors(own, "house:\n  - { name: bad }\n", 24, error));
    struct ajar_pii_scan *scan = ajar_pii_scan_new(own, NULL);
    for (unsigned i = 0; i < 60; i++) {
        static const int W[8] = { 8, 7, 6, 5, 4, 3, 2, 9 };
        char number[16];
        int sum = 0;
        snprintf(number, sizeof(number), "AC%08u", 10203040 + i * 7919 % 80000000);
        for (unsigned k = 0; k < 8; k++)
            sum += (number[2 + k] - '0') * W[k];
        if (sum % 11 == 10)
            continue; /* X is no digit */
        number[10] = (char)('0' + sum % 11);
        ajar_pii_record_begin(scan);
        ajar_pii_record_value(scan, "kundennr", number, 11);
        ajar_pii_record_end(scan);
    }
    ajar_pii_scan_end(scan, error);
    const struct ajar_pii_finding *f = find(scan, "kundennr", "acme-customer");
    assert_non_null(f);
    assert_int_equal(f->state, AJAR_PII_CONFIRMED);
    ajar_pii_scan_free(scan);
    ajar_pii_free(own);
}

/* The state of the type in the field, 0 where it was not found. */
static int state_of(const char *text, const char *format, const char *field, const char *type)
{
    const struct ajar_pii_options options = { .format = format };
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, &options);
    ajar_pii_scan_write(scan, text, strlen(text));
    assert_true(ajar_pii_scan_end(scan, NULL));
    const struct ajar_pii_finding *f = find(scan, field, type);
    int state = f ? (int)f->state : 0;
    ajar_pii_scan_free(scan);
    return state;
}

/* A row for each of `count` numbers of four digits, which stand for every ~ in `row`. */
static void rows_of(struct buf *b, const char *head, const char *row, unsigned count)
{
    buf_init(b, 1 << 20);
    buf_str(b, head);
    for (unsigned i = 0; i < count; i++) {
        char number[12];
        snprintf(number, sizeof(number), "%u", i * 7919 % 9000 + 1000);
        for (const char *c = row; *c; c++) {
            if (*c == '~')
                buf_str(b, number);
            else
                buf_byte(b, (uint8_t)*c);
        }
    }
    buf_byte(b, 0);
}

static void test_full_width_in_text(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < 40; i++) {
        char id[19];
        make_id(i, id);
        buf_str(&b, "申请人身份证号：");
        for (const char *c = id; *c; c++) {
            uint8_t wide[3] = { 0xef, 0xbc, (uint8_t)(*c - '0' + 0x90) };
            buf_put(&b, span_of(wide, 3));
        }
        buf_str(&b, "，已受理。\n");
    }
    buf_byte(&b, 0);
    assert_int_equal(state_of((const char *)b.at, "text", "(text)", "cn-id"), AJAR_PII_CONFIRMED);
    buf_release(&b);
}

static void test_positions_need_people(void **state)
{
    (void)state;
    struct buf b;
    rows_of(&b, "station,lat,lon\n", "s,31.2~,121.4567\n", 60);
    assert_int_equal(state_of((const char *)b.at, "csv", "lat", "geo"), AJAR_PII_SUSPECTED);
    buf_release(&b);
    rows_of(&b, "mail,lat,lon\n", "anna~@gmx.de,31.2~,121.4567\n", 60);
    assert_int_equal(state_of((const char *)b.at, "csv", "lat", "geo"), AJAR_PII_CONFIRMED);
    buf_release(&b);
}

static void test_keys_by_name(void **state)
{
    (void)state;
    struct buf b;
    rows_of(&b, "id,access_key_secret,etag\n", "1,aZ9kQ2mX7pL4vB8nR1tY6wC3s~,x~Y\n", 40);
    assert_int_equal(state_of((const char *)b.at, "csv", "access_key_secret", "cloud-key"),
                     AJAR_PII_CONFIRMED);
    assert_int_equal(state_of((const char *)b.at, "csv", "etag", "cloud-key"), 0);
    buf_release(&b);
    rows_of(&b, "id,page_token\n", "1,0123456789abcdef0123456789ab~\n", 40);
    assert_int_equal(state_of((const char *)b.at, "csv", "page_token", "cloud-key"),
                     AJAR_PII_SUSPECTED);
    buf_release(&b);
}

static void test_connection_strings(void **state)
{
    (void)state;
    struct buf b;
    rows_of(&b, "id,c\n", "1,Server=db~;Database=hr;User Id=sa;Password=qW3rty~;\n", 20);
    assert_int_equal(state_of((const char *)b.at, "csv", "c", "connection-string"),
                     AJAR_PII_CONFIRMED);
    buf_release(&b);
    rows_of(&b, "id,c\n", "1,Server=db~;Database=hr;User Id=sa;Password=${PASSWORD};\n", 20);
    assert_int_equal(state_of((const char *)b.at, "csv", "c", "connection-string"), 0);
    buf_release(&b);
}

static void test_colon_table(void **state)
{
    (void)state;
    struct buf b;
    rows_of(&b, "nick:mail:posts\n", "nick~:anna~@gmx.de:42\n", 60);
    assert_int_equal(state_of((const char *)b.at, NULL, "mail", "email"), AJAR_PII_CONFIRMED);
    buf_release(&b);
    rows_of(&b, "", "12:30:15 message ~ about nothing\n", 60);
    assert_int_equal(state_of((const char *)b.at, NULL, "column 2", "email"), 0);
    buf_release(&b);
}

static void test_which_one(void **state)
{
    (void)state;
    struct error e;
    struct detectors d;
    assert_true(detectors_init(&d, 20261122, &e));
    assert_true(pii_has(detectors_name(&d, SPAN("Telefon privat")).strong, PII_PHONE));
    assert_true(pii_has(detectors_name(&d, SPAN("email_2")).strong, PII_EMAIL));
    assert_true(pii_has(detectors_name(&d, SPAN("fechaNacimiento")).strong, PII_BIRTH_DATE));
    assert_false(pii_has(detectors_name(&d, SPAN("phone_model")).strong, PII_PHONE));
    assert_false(pii_has(detectors_name(&d, SPAN("shipping")).strong, PII_PASSWORD));
    detectors_release(&d);
}

static void test_hostile(void **state)
{
    (void)state;
    struct random r = { 99 };
    static const char ALPHABET[] = "{}[]\",:\\'()0123456789-.@ \n\r\tINSERT VALUESnull\xe4\xba\xac";
    for (unsigned round = 0; round < 300; round++) {
        uint8_t bytes[3000];
        size_t n = random_below(&r, sizeof(bytes));
        for (size_t i = 0; i < n; i++)
            bytes[i] = round % 3 ? (uint8_t)ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)]
                                 : (uint8_t)random_next(&r);
        static const char *const FORCED[] = { NULL, "json", "csv", "sql", "text" };
        const struct ajar_pii_options options = { .format = FORCED[round % 5],
                                                  .buffer_bytes = 4096 };
        struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, &options);
        ajar_pii_scan_write(scan, bytes, n);
        ajar_pii_scan_write(scan, bytes, n);
        (void)ajar_pii_scan_end(scan, NULL);
        size_t count;
        (void)ajar_pii_findings(scan, &count);
        ajar_pii_scan_free(scan);
    }
    /* Depth, and a string longer than any buffer. */
    struct ajar_pii_scan *scan = ajar_pii_scan_new(Pii, NULL);
    for (unsigned i = 0; i < 100000; i++)
        ajar_pii_scan_write(scan, "[{\"a\":", 6);
    ajar_pii_scan_write(scan, "\"", 1);
    for (unsigned i = 0; i < 20000; i++)
        ajar_pii_scan_write(scan, "0123456789abcdef\\\\", 18);
    (void)ajar_pii_scan_end(scan, NULL);
    ajar_pii_scan_free(scan);
}

static void test_sample_sizes(void **state)
{
    (void)state;
    double low, high;
    assert_int_equal(ajar_pii_sample_to_see(0.01, 0.95), 299);
    assert_int_equal(ajar_pii_sample_to_see(0.001, 0.999), 6905);
    assert_int_equal(ajar_pii_sample_for_share(0.05), 385);
    ajar_pii_share(0, 100, &low, &high);
    assert_true(low == 0 && high > 0.0369 && high < 0.0371);
    ajar_pii_share(50, 100, &low, &high);
    assert_true(low > 0.403 && low < 0.405 && high > 0.595 && high < 0.597);
}

static int set_up(void **state)
{
    char error[AJAR_PII_ERROR_MAX];
    (void)state;
    Pii = ajar_pii_new(error);
    return Pii ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ajar_pii_free(Pii);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_codings),
        cmocka_unit_test(test_damaged_codings),
        cmocka_unit_test(test_numbers_are_no_utf32),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_packed_in_part),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_packed_twice),
        cmocka_unit_test(test_skippable_frame),
        cmocka_unit_test(test_no_containers),
        cmocka_unit_test(test_borders_do_not_matter),
        cmocka_unit_test(test_no_value_leaves),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_records_by_hand),
        cmocka_unit_test(test_house_format),
        cmocka_unit_test(test_full_width_in_text),
        cmocka_unit_test(test_positions_need_people),
        cmocka_unit_test(test_connection_strings),
        cmocka_unit_test(test_keys_by_name),
        cmocka_unit_test(test_colon_table),
        cmocka_unit_test(test_which_one),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_sample_sizes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
