/* How a body is framed, and codings that nobody asked for. What a peer does is played by test/tape/http. */
#include "unit/check.h"

#include "http/response_read.c"

#include <zlib.h>
#include <zstd.h>

static int setup(void **state)
{
    static struct arena a;
    arena_init(&a, 16 << 20);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    arena_release(*state);
    return 0;
}

static struct response *parse(void **state, const char *text)
{
    struct error e;
    return response_from_text(*state, span_str(text), &e);
}

static void expect_length(void **state, const char *head, bool agree, bool there, uint64_t want)
{
    bool is_there;
    uint64_t n = 0;
    assert_int_equal(content_length(parse(state, head), &is_there, &n), agree);
    assert_int_equal(is_there, there);
    assert_int_equal(n, want);
}

static void test_framing_fields(void **state)
{
    expect_length(state, "HTTP/1.1 200 OK\r\n\r\n", true, false, 0);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", true, true, 5);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n", false, true, 6);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\n", false, true, 6);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", false, false, 0);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", false, false, 0);
    expect_length(state, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", false, false, 0);
    assert_true(
        ends_chunked(parse(state, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n")));
    assert_false(
        ends_chunked(parse(state, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n")));
}

static void test_chunk_size(void **state)
{
    uint64_t n;
    (void)state;
    assert_true(chunk_size(SPAN("1a;x=y"), &n) && n == 26);
    assert_true(chunk_size(SPAN("0"), &n) && n == 0);
    assert_true(chunk_size(SPAN(" Ff "), &n) && n == 255);
    assert_false(chunk_size(SPAN(""), &n) || chunk_size(SPAN("-1"), &n) ||
                 chunk_size(SPAN("0x10"), &n));
    assert_false(chunk_size(SPAN("fffffffffff"), &n));
}

/* As a server that compresses would send it. */
static struct span packed(struct arena *a, int window_bits, struct span text)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)text.at, .avail_in = (uInt)text.len };
    uint8_t *out = arena_alloc(a, text.len + 1000);
    z.next_out = out;
    z.avail_out = (uInt)text.len + 1000;
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct span ret = span_of(out, z.total_out);
    assert_int_equal(deflateEnd(&z), Z_OK);
    return ret;
}

static struct span packed_zstd(struct arena *a, struct span text)
{
    size_t room = ZSTD_compressBound(text.len);
    uint8_t *out = arena_alloc(a, room);
    size_t n = ZSTD_compress(out, room, text.at, text.len, 3);
    assert_false(ZSTD_isError(n));
    return span_of(out, n);
}

static struct response *coded(void **state, const char *coding, struct span body)
{
    struct response *r = parse(state, arena_printf(*state, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", coding));
    r->body = body;
    return r;
}

static void expect_plain(void **state, const char *coding, struct span body)
{
    struct response_work work;
    response_work_init(&work);
    struct response *r = coded(state, coding, body);
    response_decode(r, &work);
    if (!span_is(r->body, "{\"tagline\":\"You Know, for Search\"}") || r->cut || r->odd != ODD_CODED)
        fail_msg("%s: %zu bytes, cut %d, odd %x", coding, r->body.len, r->cut, r->odd);
    response_work_release(&work);
}

static struct span joined(struct arena *a, struct span one, struct span two)
{
    uint8_t *both = arena_alloc(a, one.len + two.len);
    memcpy(both, one.at, one.len);
    memcpy(both + one.len, two.at, two.len);
    return span_of(both, one.len + two.len);
}

static void test_codings(void **state)
{
    struct span text = SPAN("{\"tagline\":\"You Know, for Search\"}");
    struct arena *a = *state;
    struct span gzip = packed(a, 31, text), zlib = packed(a, 15, text), raw = packed(a, -15, text);
    expect_plain(state, "Content-Encoding: gzip", gzip);
    expect_plain(state, "content-encoding: X-GZIP", gzip);
    expect_plain(state, "Content-Encoding: identity, gzip", gzip);
    expect_plain(state, "Transfer-Encoding: gzip, chunked", gzip);
    expect_plain(state, "Content-Encoding: deflate", zlib);
    expect_plain(state, "Content-Encoding: deflate", raw);
    expect_plain(state, "Content-Encoding: zstd", packed_zstd(a, text));
    expect_plain(state, "Content-Encoding: gzip, zstd", packed_zstd(a, gzip));
    expect_plain(state, "Content-Encoding: gzip\r\nContent-Encoding: gzip", packed(a, 31, gzip));
    /* Members one after the other, as log shippers write them. */
    struct span one = packed(a, 31, span_first(text, 10)), two = packed(a, 31, span_from(text, 10));
    expect_plain(state, "Content-Encoding: gzip", joined(a, one, two));
    one = packed_zstd(a, span_first(text, 10));
    two = packed_zstd(a, span_from(text, 10));
    expect_plain(state, "Content-Encoding: zstd", joined(a, one, two));
}

/* Whatever breaks: what was undone before stays. */
static void test_broken_codings(void **state)
{
    struct response_work work;
    struct arena *a = *state;
    uint8_t *text = arena_alloc(a, 60000);
    for (size_t i = 0; i < 60000; i++)
        text[i] = (uint8_t)("abcdefgh"[i * i % 7] + (int)(i / 7000));
    const struct span whole[] = { packed(a, 31, span_of(text, 60000)), packed_zstd(a, span_of(text, 60000)) };
    static const char *const names[] = { "Content-Encoding: gzip", "Content-Encoding: zstd" };
    response_work_init(&work);
    for (size_t k = 0; k < 2; k++) {
        struct response *r = coded(state, names[k], span_first(whole[k], whole[k].len - 3));
        response_decode(r, &work);
        if (k == 0 || r->odd == ODD_CODED) /* zstd gives a block or none of it */
            assert_true(r->cut && r->body.len > 1000 && memcmp(r->body.at, text, r->body.len) == 0);
        else
            assert_int_equal(r->odd, ODD_UNDECODED);
        struct response *none = coded(state, names[k], SPAN("not compressed at all"));
        response_decode(none, &work);
        assert_true(span_is(none->body, "not compressed at all"));
        assert_int_equal(none->odd, ODD_UNDECODED);
    }
    struct response *br = coded(state, "Content-Encoding: br", SPAN("\x0b\x02"));
    response_decode(br, &work);
    assert_int_equal(br->odd, ODD_UNDECODED);
    struct response *plain = coded(state, "Content-Encoding: identity", SPAN("x"));
    response_decode(plain, &work);
    assert_int_equal(plain->odd, 0);
    response_work_release(&work);
}

/* A bomb is cut at the ceiling of a body, and all of a visit's bombs at that of its work. */
static void test_bombs(void **state)
{
    enum { BIG = 16 << 20 };
    struct response_work work;
    struct arena big;
    arena_init(&big, 6ul * BIG);
    uint8_t *zeros = arena_alloc(&big, BIG);
    const struct span bombs[] = { packed(&big, 31, span_of(zeros, BIG)), packed(&big, -15, span_of(zeros, BIG)),
                                  packed_zstd(&big, span_of(zeros, BIG)) };
    static const char *const names[] = { "Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: zstd" };
    response_work_init(&work);
    size_t total = 0;
    for (size_t i = 0; i < 12; i++) {
        struct response *r = coded(state, names[i % 3], bombs[i % 3]);
        response_decode(r, &work);
        if (i < 3)
            assert_int_equal(r->body.len, RESPONSE_BODY_MAX);
        assert_true(i >= 3 || r->cut);
        total += r->odd == ODD_CODED ? r->body.len : 0;
    }
    assert_true(total <= WORK_DECODED_MAX);
    response_work_release(&work);
    arena_release(&big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_framing_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chunk_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_codings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_codings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bombs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
