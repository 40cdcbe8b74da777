/* Address databases: a small one is made here byte by byte (MaxMind DB format 2.0), read back, then
 * cut and damaged in every place. */
#include "owner/registry.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/writer.h"

enum { FILE_MAX = 8192 };

struct fixture {
    char path[64];
    uint8_t file[FILE_MAX];
    size_t len;
};

/* ---- making one ---- */

static void put_text(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    if (len < 29) {
        writer_u8(w, (uint8_t)(2 << 5 | len));
    } else {
        writer_u8(w, 2 << 5 | 29);
        writer_u8(w, (uint8_t)(len - 29));
    }
    writer_str(w, text);
}

static void put_u32(struct writer *w, uint32_t n)
{
    writer_u8(w, 6 << 5 | 4);
    writer_be(w, n, 4);
}

static void put_u16(struct writer *w, uint16_t n)
{
    writer_u8(w, 5 << 5 | 2);
    writer_be(w, n, 2);
}

static void put_map(struct writer *w, unsigned pairs)
{
    writer_u8(w, (uint8_t)(7 << 5 | pairs));
}

/* A tree of 24-bit records with one path: 10.0.0.0/8 leads to the first data. */
static size_t make(uint8_t *file, bool flat)
{
    static const unsigned BITS = 8;
    struct writer w = writer_over(file, FILE_MAX);
    for (unsigned i = 0; i < BITS; i++) {
        unsigned bit = 10 >> (7 - i) & 1, next = i + 1 < BITS ? i + 1 : BITS + 16;
        writer_be(&w, bit ? BITS : next, 3);
        writer_be(&w, bit ? next : BITS, 3);
    }
    for (int i = 0; i < 16; i++)
        writer_u8(&w, 0);
    if (flat) {
        put_map(&w, 3);
        put_text(&w, "asn"), put_text(&w, "AS4134");
        put_text(&w, "as_name"), put_text(&w, "Chinanet");
        put_text(&w, "country_code"), put_text(&w, "CN");
    } else {
        put_map(&w, 3);
        put_text(&w, "country"), put_map(&w, 1), put_text(&w, "iso_code"), put_text(&w, "CN");
        put_text(&w, "autonomous_system_number"), put_u32(&w, 4134);
        put_text(&w, "autonomous_system_organization"), put_text(&w, "Chinanet");
    }
    writer_put(&w, SPAN("\xab\xcd\xef" "MaxMind.com"));
    put_map(&w, 9);
    put_text(&w, "node_count"), put_u32(&w, BITS);
    put_text(&w, "record_size"), put_u16(&w, 24);
    put_text(&w, "ip_version"), put_u16(&w, 4);
    put_text(&w, "database_type"), put_text(&w, "Test");
    put_text(&w, "languages"), writer_put(&w, SPAN("\x00\x04"));
    put_text(&w, "binary_format_major_version"), put_u16(&w, 2);
    put_text(&w, "binary_format_minor_version"), put_u16(&w, 0);
    put_text(&w, "build_epoch"), writer_put(&w, SPAN("\x04\x02\x60\x00\x00\x00"));
    put_text(&w, "description"), put_map(&w, 0);
    assert_true(writer_ok(&w));
    return w.len;
}

static void save(struct fixture *x, const uint8_t *file, size_t len)
{
    FILE *f = fopen(x->path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(file, 1, len, f), len);
    fclose(f);
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    snprintf(x->path, sizeof(x->path), "/tmp/ajar-registry-%ld.mmdb", (long)getpid());
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    unlink(x->path);
    free(x);
    return 0;
}

static struct address address(const char *text)
{
    struct address a;
    assert_true(address_parse(span_str(text), &a));
    return a;
}

/* ---- the tests ---- */

static void test_find(void **state)
{
    struct fixture *x = *state;
    for (int flat = 0; flat < 2; flat++) {
        struct error e = { "" };
        struct registry_entry entry;
        struct address in = address("10.1.2.3"), out = address("11.1.2.3"), six = address("fd00::1");
        bool broken;
        save(x, x->file, make(x->file, flat));
        struct registry *r = registry_open(x->path, &e);
        if (!r)
            fail_msg("%s", e.text);
        unlink(x->path); /* it is mapped: the disk is not needed any more */
        assert_true(registry_find(r, &in, &entry, &broken));
        assert_true(span_is(entry.country, "CN"));
        assert_true(span_is(entry.organisation, "Chinanet"));
        assert_int_equal(entry.asn, 4134);
        assert_false(registry_find(r, &out, &entry, &broken));
        assert_false(broken);
        assert_false(registry_find(r, &six, &entry, &broken));
        assert_false(broken);
        assert_string_equal(registry_path(r), x->path);
        registry_close(r);
    }
    registry_close(NULL);
}

static void test_no_database(void **state)
{
    static const struct span FILES[] = { SPAN(""), SPAN("not a database\n"), SPAN("\xab\xcd\xef" "MaxMind.com"),
                                         SPAN("\xab\xcd\xef" "MaxMind.com\xe9\x4a") };
    struct fixture *x = *state;
    struct error e = { "" };
    for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++) {
        save(x, FILES[i].at, FILES[i].len);
        assert_null(registry_open(x->path, &e));
        assert_non_null(strstr(e.text, x->path));
        assert_null(strchr(e.text, '\n'));
    }
    assert_null(registry_open("/nowhere/at.mmdb", &e));
    assert_non_null(strstr(e.text, "cannot be opened"));
    assert_null(registry_open("/", &e));
}

/* Whatever is changed or missing: refused in one line, or read without harm. */
static void test_damaged(void **state)
{
    struct fixture *x = *state;
    size_t len = make(x->file, false), refused = 0, broken_later = 0;
    struct address in = address("10.1.2.3");
    for (size_t at = 0; at < 2 * len; at++) {
        struct error e = { "" };
        struct registry_entry entry;
        bool broken = false;
        uint8_t copy[FILE_MAX];
        memcpy(copy, x->file, len);
        copy[at / 2] ^= at % 2 ? 0xff : 0x21;
        save(x, copy, len);
        struct registry *r = registry_open(x->path, &e);
        if (!r) {
            refused++;
            assert_true(e.text[0] && !strchr(e.text, '\n'));
            continue;
        }
        registry_find(r, &in, &entry, &broken);
        broken_later += broken;
        if (!broken && entry.organisation.len)
            assert_true(entry.organisation.len <= TEXT_BYTES_MAX);
        registry_close(r);
    }
    assert_true(refused > 20);
    for (size_t n = 0; n < len; n++) {
        struct error e;
        save(x, x->file, n);
        struct registry *r = registry_open(x->path, &e);
        if (r)
            registry_close(r);
    }
    (void)broken_later;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_no_database),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
