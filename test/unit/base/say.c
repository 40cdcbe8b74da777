/* A catalogue is made here byte by byte, whole and broken, and read; then what is said through it. */
#include "base/say.c"
#include "base/say_made.c"

#include <unistd.h>

#include "unit/check.h"

enum { STRINGS_MAX = 32 };

struct pair {
    const char *english, *other;
    size_t english_len; /* 0: as a C string; else with what stands behind its first NUL */
};

static void put_u32(struct buf *b, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        buf_byte(b, (uint8_t)(n >> (8 * i)));
}

/* As msgfmt writes it: a head, two tables, the strings; `pairs` in the order of strcmp(). */
static void put_catalogue(struct buf *b, const struct pair *pairs, size_t count)
{
    uint32_t at = HEAD_BYTES + (uint32_t)count * 16, lengths[2][STRINGS_MAX];
    for (size_t i = 0; i < count; i++) {
        lengths[0][i] = (uint32_t)(pairs[i].english_len ? pairs[i].english_len : strlen(pairs[i].english));
        lengths[1][i] = (uint32_t)strlen(pairs[i].other);
    }
    put_u32(b, MAGIC);
    put_u32(b, 0);
    put_u32(b, (uint32_t)count);
    put_u32(b, HEAD_BYTES);
    put_u32(b, HEAD_BYTES + (uint32_t)count * 8);
    put_u32(b, 0);
    put_u32(b, 0);
    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < count; i++) {
            put_u32(b, lengths[which][i]);
            put_u32(b, at);
            at += lengths[which][i] + 1;
        }
    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < count; i++)
            buf_put(b, span_of(which ? pairs[i].other : pairs[i].english, lengths[which][i] + 1));
}

static const struct pair PAIRS[] = {
    { "", "Content-Type: text/plain; charset=UTF-8\n", 0 },
    { "%s days", "%s D", 0 },
    { "%s of %s is missing", "B %2$s A %1$s", 0 },
    { "bad %s", "schlecht %n", 0 },
    { "between sentences\4space", "nothing", 0 },
    { "day\0days", "Tag", 8 },
    { "endpoint\0endpoints", "EP", 18 },
    { "left: ", "rest: ", 0 },
    { "no %d here", "kein %s", 0 },
    { "open", "offen", 0 },
    { "rule\4Held for {days:age} at {where}[, {n:count record records}][ by {who}].",
      "{where} hielt {days}[ von {who}][ mit {n} R].", 0 },
    { "the disk is full", "Platte voll", 0 },
    { "unused", "", 0 },
};
enum { PAIR_COUNT = sizeof(PAIRS) / sizeof(*PAIRS) };

static bool load(struct span bytes)
{
    char path[] = "/tmp/ajar-say-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
    close(fd);
    bool ok = say_load(path);
    unlink(path);
    return ok;
}

static void load_whole(void)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    put_catalogue(&b, PAIRS, PAIR_COUNT);
    assert_true(load(buf_span(&b)));
    buf_release(&b);
}

static bool made_reads(const char *about, const char *english, const char *wanted)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    say_made(&b, about, span_str(english));
    bool same = span_is(buf_span(&b), wanted);
    if (!same)
        print_error("'%.*s', not '%s'\n", SPAN_FMT(buf_span(&b)), wanted);
    buf_release(&b);
    return same;
}

static void test_without(void **state)
{
    (void)state;
    say_forget();
    assert_false(say_load("/nowhere/ajar.mo"));
    assert_string_equal(say("open"), "open");
    assert_string_equal(say_many("day", "days", 1), "day");
    assert_string_equal(say_many("day", "days", 0), "days");
    assert_string_equal(say_gap(), " ");
    assert_string_equal(say_tag(), "en");
    assert_true(made_reads(NULL, "the disk is full", "the disk is full"));
}

static void test_sentences(void **state)
{
    (void)state;
    load_whole();
    assert_true(say_is_foreign());
    assert_string_equal(say("open"), "offen");
    assert_string_equal(say("shut"), "shut");
    assert_string_equal(say(""), "");
    assert_string_equal(say("unused"), "unused");
    assert_string_equal(say("space"), "space"); /* only with its context */
    assert_string_equal(say_gap(), "");
    assert_string_equal(say_many("day", "days", 7), "Tag");
    assert_string_equal(say_many("day", "weeks", 7), "weeks"); /* another plural is another word */
    say_forget();
    assert_string_equal(say("open"), "open");
}

/* What printf would read otherwise than it was handed is not used. */
static void test_conversions(void **state)
{
    (void)state;
    load_whole();
    assert_string_equal(say("no %d here"), "no %d here");
    assert_string_equal(say("bad %s"), "bad %s");
    assert_string_equal(say("%s of %s is missing"), "B %2$s A %1$s");
    assert_false(takes_the_same("%u", "%llu"));
    assert_false(takes_the_same("%s", "%s%s"));
    assert_false(takes_the_same("%s %d", "%1$s %1$s"));
    assert_true(takes_the_same("100 %% of %s", "%s: 100 %%"));
    say_forget();
}

static void test_made(void **state)
{
    (void)state;
    load_whole();
    assert_true(made_reads(NULL, "the disk is full", "Platte voll"));
    assert_true(made_reads(NULL, "a.yaml of b is missing", "B b A a.yaml"));
    assert_true(made_reads(NULL, "3 endpoints", "3 EP"));
    assert_true(made_reads(NULL, "endpoint", "endpoint")); /* a name, without its number */
    assert_true(made_reads(NULL, "a.yaml: line 3: the disk is full", "a.yaml: line 3: Platte voll"));
    assert_true(made_reads(NULL, "left: a.yaml: the disk is full", "rest: a.yaml: Platte voll"));
    assert_true(made_reads(NULL, "nobody knows this; the disk is full", "nobody knows this; Platte voll"));
    assert_true(made_reads(NULL, "nobody knows this", "nobody knows this"));
    assert_true(made_reads("rule", "Held for 3 days at h:1, 1,234 records by me.", "h:1 hielt 3 Tag von me mit 1,234 R."));
    assert_true(made_reads("rule", "Held for 3 days at h:1.", "h:1 hielt 3 Tag."));
    assert_true(made_reads("rule", "Held for 3 days at [::1]:1 by %s {who} %n.", "[::1]:1 hielt 3 Tag von %s {who} %n."));
    assert_true(made_reads("rule", "the disk is full", "the disk is full")); /* of another context */
    say_forget();
}

/* Long and hostile texts cost a bounded time and come as they are. */
static void test_made_bounds(void **state)
{
    static char text[SAY_MADE_MAX + 8];
    (void)state;
    load_whole();
    memset(text, ' ', sizeof(text) - 1);
    assert_true(made_reads(NULL, text, text));
    for (size_t i = 0; i + 1 < SAY_MADE_MAX; i += 2)
        memcpy(text + i, ": ", 2);
    text[SAY_MADE_MAX] = '\0';
    assert_true(made_reads(NULL, text, text));
    assert_true(made_reads("rule", text, text));
    say_forget();
}

/* Every cut, and every byte of the head and the tables turned: read whole or not at all, never beyond the end. */
static void test_broken(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 16);
    put_catalogue(&b, PAIRS, PAIR_COUNT);
    for (size_t len = 0; len < b.len; len += len < 64 ? 1 : 17)
        assert_false(load(span_first(buf_span(&b), len)));
    for (size_t i = 0; i < HEAD_BYTES + PAIR_COUNT * 16; i++) {
        b.at[i] ^= 0xff;
        bool loaded = load(buf_span(&b));
        if (loaded)
            say("open");
        assert_true(!loaded || i < 8 || i >= 20); /* the hash table is not looked at */
        b.at[i] ^= 0xff;
    }
    say_forget();
    buf_release(&b);
}

static const char *wished(const char *lang, const char *all, const char *messages, const char *locale, const char *list)
{
    const char *ret = "?";
    const struct { const char *name, *value; } SET[] = { { "LC_ALL", all }, { "LC_MESSAGES", messages }, { "LANG", locale },
                                                       { "LANGUAGE", list } };
    for (size_t i = 0; i < sizeof(SET) / sizeof(*SET); i++)
        if (SET[i].value)
            setenv(SET[i].name, SET[i].value, 1);
        else
            unsetenv(SET[i].name);
    return say_wished(lang, &ret) ? ret ? ret : "en" : "none";
}

static void test_wished(void **state)
{
    (void)state;
    assert_string_equal(wished(NULL, NULL, NULL, NULL, NULL), "en");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN.UTF-8", NULL), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN.utf8", NULL), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN", NULL), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_SG.UTF-8", NULL), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN.GB18030", NULL), "en"); /* what is printed is UTF-8 */
    assert_string_equal(wished(NULL, NULL, NULL, "zh_TW.UTF-8", NULL), "en");
    assert_string_equal(wished(NULL, NULL, NULL, "zhx", NULL), "en");
    assert_string_equal(wished(NULL, NULL, NULL, "de_DE.UTF-8", NULL), "en");
    assert_string_equal(wished(NULL, "C", "zh_CN.UTF-8", "zh_CN.UTF-8", "zh_CN"), "en");
    assert_string_equal(wished(NULL, "C.UTF-8", NULL, "zh_CN.UTF-8", "zh_CN"), "en");
    assert_string_equal(wished(NULL, "", "zh_CN.UTF-8", "en_US.UTF-8", NULL), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "de_DE.UTF-8", "fr:zh_CN:en"), "zh_CN");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN.UTF-8", "en:zh_CN"), "en");
    assert_string_equal(wished(NULL, NULL, NULL, "zh_CN.UTF-8", "fr"), "zh_CN");
    assert_string_equal(wished("zh_CN", "C", NULL, NULL, NULL), "zh_CN");
    assert_string_equal(wished("zh-Hans-CN", NULL, NULL, NULL, NULL), "zh_CN");
    assert_string_equal(wished("zh", NULL, NULL, NULL, NULL), "zh_CN");
    assert_string_equal(wished("en", NULL, NULL, "zh_CN.UTF-8", NULL), "en");
    assert_string_equal(wished("en_GB", NULL, NULL, "zh_CN.UTF-8", NULL), "en");
    assert_string_equal(wished("de", NULL, NULL, NULL, NULL), "none");
    assert_string_equal(wished("", NULL, NULL, NULL, NULL), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without), cmocka_unit_test(test_sentences), cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_made),    cmocka_unit_test(test_made_bounds), cmocka_unit_test(test_broken),
        cmocka_unit_test(test_wished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
