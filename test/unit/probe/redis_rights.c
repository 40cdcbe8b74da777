/* Rights in Redis: what each answer means, and which key is made after a pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/redis_rights.c"

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum redis_answer means;
    } CASES[] = {
        { ":0", REDIS_DONE },
        { ":1", REDIS_DONE },
        { "$-1", REDIS_DONE },
        { "*0", REDIS_DONE },
        { "*-1", REDIS_DONE },
        { "+none", REDIS_DONE },
        { "+OK", REDIS_ODD },
        { "+PONG", REDIS_ODD },
        { "$5", REDIS_ODD },
        { "*1", REDIS_ODD },
        { ":", REDIS_ODD },
        { "", REDIS_ODD },
        { "-ERR syntax error", REDIS_ODD },
        { "-NOAUTH Authentication required.", REDIS_PASSWORD },
        { "-ERR operation not permitted", REDIS_PASSWORD },
        { "-NOPERM this user has no permissions to run the 'get' command", REDIS_DENIED },
        { "-NOPERM User default has no permissions to run the 'get' command", REDIS_DENIED },
        { "-NOPERM this user has no permissions to access one of the keys used as arguments", REDIS_NO_KEY },
        { "-NOPERM No permissions to access a key", REDIS_NO_KEY },
        { "-NOPERM No permissions to access database", REDIS_NO_KEY },
        { "-READONLY You can't write against a read only replica.", REDIS_READONLY },
        { "-MOVED 7041 10.0.0.7:6379", REDIS_STATE },
        { "-MASTERDOWN Link with MASTER is down", REDIS_STATE },
        { "-ERR unknown command 'GETEX'", REDIS_UNKNOWN },
        { "-ERR Unknown sentinel subcommand 'X'", REDIS_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_int_equal(redis_answer_of(span_str(CASES[i].line)), CASES[i].means);
}

static void test_what_says_more(void **state)
{
    (void)state;
    assert_true(says_more(REDIS_DONE, REDIS_DENIED));
    assert_true(says_more(REDIS_NO_KEY, REDIS_DENIED));
    assert_true(says_more(REDIS_DENIED, REDIS_NONE));
    assert_false(says_more(REDIS_DENIED, REDIS_DONE));
    assert_false(says_more(REDIS_DONE, REDIS_DONE));
    assert_false(says_more(REDIS_NONE, REDIS_UNKNOWN));
}

static bool made(const char *words, const char *want)
{
    static uint8_t room[KEY_MAX_BYTES];
    struct writer key = writer_over(room, sizeof(room));
    if (!key_of_words(span_str(words), &key))
        return want == NULL;
    return want && span_is(writer_span(&key), want);
}

static void test_keys_after_patterns(void **state)
{
    (void)state;
    assert_true(made("~app:*", "app:" NO_SUCH_KEY));
    assert_true(made("~*:cache", NO_SUCH_KEY ":cache"));
    assert_true(made("~a?\\[b*c*", "ax[b" NO_SUCH_KEY "c"));
    assert_true(made("%W~log:* %R~app:*", "app:" NO_SUCH_KEY));
    assert_true(made("~one-key ~[ab]* ~x*", "x" NO_SUCH_KEY));
    assert_true(made("~one-key", NULL));
    assert_true(made("~back\\", NULL));
    assert_true(made("%W~log:*", NULL));
    assert_true(made("", NULL));
    assert_true(made("~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                     "aaaaaaaaaaaaaaaa*", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_says_more),
        cmocka_unit_test(test_keys_after_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
