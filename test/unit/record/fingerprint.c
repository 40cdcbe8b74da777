/* Names that must never change, and what tells two findings apart. */
#include "unit/check.h"

#include "record/fingerprint.c"

static void of(const char *name, const char *path, bool tls, unsigned ordinal, char ret[static FINGERPRINT_MAX])
{
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = 6381, .name = name, .path = path };
    struct finding_identity i = { "redis", "open-store", tls, &e, ordinal };
    fingerprint_make(&i, ret);
}

/* As they stand in stores and in tickets. */
static void test_never_changes(void **state)
{
    char text[FINGERPRINT_MAX];
    (void)state;
    of(NULL, NULL, false, 0, text);
    assert_string_equal(text, "7d7090ec8190b9c426e5653ea96b76c8");
}

static void test_all_tell_apart(void **state)
{
    static const struct {
        const char *name, *path;
        bool tls;
        unsigned ordinal;
    } ALL[] = {
        { NULL, NULL, false, 0 },     { NULL, NULL, true, 0 },         { NULL, NULL, false, 1 },
        { "db.corp", NULL, false, 0 }, { "www.corp", NULL, false, 0 },  { "db.corp", "/logs", false, 0 },
        { NULL, "/logs", false, 0 },  { "db.corp", "/logs/a", false, 0 }, { "db.corp", NULL, false, 1 },
        { "1", NULL, false, 0 },      { "db.corp", NULL, true, 0 },
    };
    enum { COUNT = sizeof(ALL) / sizeof(ALL[0]) };
    char text[COUNT][FINGERPRINT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        of(ALL[i].name, ALL[i].path, ALL[i].tls, ALL[i].ordinal, text[i]);
        assert_int_equal(strlen(text[i]), FINGERPRINT_MAX - 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(text[i], text[k]);
    }
}

/* The longest of everything still counts to its last byte. */
static void test_long_words(void **state)
{
    char word[WORD_MAX + 1], name[ENDPOINT_NAME_MAX], path[ENDPOINT_PATH_MAX], one[FINGERPRINT_MAX], two[FINGERPRINT_MAX];
    struct endpoint e = { .address = { 6, { 0xfd } }, .port = 65535, .name = name, .path = path };
    struct finding_identity i = { word, word, true, &e, UINT32_MAX };
    (void)state;
    memset(e.address.bytes, 0xff, sizeof(e.address.bytes));
    memset(word, 'w', sizeof(word) - 1);
    memset(name, 'n', sizeof(name) - 1);
    memset(path, '/', sizeof(path) - 1);
    word[WORD_MAX] = name[ENDPOINT_NAME_MAX - 1] = path[ENDPOINT_PATH_MAX - 1] = '\0';
    fingerprint_make(&i, one);
    path[ENDPOINT_PATH_MAX - 2] = 'x';
    fingerprint_make(&i, two);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_changes),
        cmocka_unit_test(test_all_tell_apart),
        cmocka_unit_test(test_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
