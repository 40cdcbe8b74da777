#include "unit/check.h"

#include "watch/webhook.c"

/* Reckoned with: printf '1000.i.{}' | openssl dgst -sha256 -hmac key */
static void test_signature(void **state)
{
    struct arena a;
    struct message m = { .id = "i", .text = SPAN("{}"), .arena = &a };
    (void)state;
    arena_init(&a, 1 << 20);
    assert_string_equal(signature(&m, "1000", SPAN("key")),
                        "X-Ajar-Signature: sha256=cccc6cd7054f530977bdc2fe117994a1cc418741e0718e1a2923faf8e17e3b13");
    arena_release(&a);
}

/* Headers of the owner come behind ours, and never push one of ours out. */
static void test_headers(void **state)
{
    struct pair more[COURIER_HEADERS_MAX];
    struct receiver r = { .webhook = { .url = { .text = "https://x/" }, .headers = { more, COURIER_HEADERS_MAX, 0 } } };
    struct arena a;
    struct message m = { .id = "i", .text = SPAN("{}"), .arena = &a };
    struct courier_post p;
    (void)state;
    for (size_t i = 0; i < COURIER_HEADERS_MAX; i++)
        more[i] = (struct pair){ "A", "b" };
    arena_init(&a, 1 << 20);
    assert_true(build(&r, &m, SPAN("key"), 1000000, &p));
    assert_int_equal(p.header_count, COURIER_HEADERS_MAX);
    assert_string_equal(p.headers[2], "X-Ajar-Timestamp: 1000");
    assert_string_equal(p.headers[4], "A: b");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
