#include "base/say.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/reader.h"
#include "base/say_inside.h"

enum { MAGIC = 0x950412de, HEAD_BYTES = 28, CONVERSIONS_MAX = 16 };

/* The one thing in this program that all rooms share; written by say_load() alone, before there are threads. */
static struct sayings held;

const struct sayings *sayings_held(void)
{
    return &held;
}

/* ---- conversions ---- */

/* The length of the conversion that begins at `text` ("%-5.1f"), 0 where there is none. *ret_kind tells those apart
 * that want other arguments; *ret_at is its number in "%2$s", or 0. "%%" is none. */
size_t say_conversion(const char *text, uint32_t *ret_kind, unsigned *ret_at)
{
    const char *c = text + 1;
    *ret_kind = 0;
    *ret_at = 0;
    if (text[0] != '%' || text[1] == '%')
        return 0;
    if (c[0] >= '1' && c[0] <= '9' && c[1] == '$') {
        *ret_at = (unsigned)(c[0] - '0');
        c += 2;
    }
    for (; *c && strchr("-+ #0123456789.*", *c); c++)
        *ret_kind += *c == '*' ? 1u << 24 : 0;
    for (; *c && strchr("hlLjzt", *c); c++)
        *ret_kind = (*ret_kind & 0xff000000) | ((*ret_kind << 8 | (uint8_t)*c) & 0xffff00) | (uint8_t)*c << 8;
    if (!*c || !strchr("diouxXcsfgeEG", *c))
        return 0;
    *ret_kind |= (uint8_t)*c;
    return (size_t)(c - text) + 1;
}

static unsigned conversions_of(const char *text, uint32_t kinds[static CONVERSIONS_MAX])
{
    unsigned count = 0, at;
    uint32_t kind;
    memset(kinds, 0, CONVERSIONS_MAX * sizeof(*kinds));
    while (*text) {
        size_t n = say_conversion(text, &kind, &at);
        if (n) {
            at = at ? at - 1 : count;
            if (at < CONVERSIONS_MAX)
                kinds[at] = kind;
            count++;
        }
        text += n ? n : text[0] == '%' && text[1] == '%' ? 2 : 1;
    }
    return count;
}

/* So that no file can make printf read what was not handed over. */
static bool takes_the_same(const char *english, const char *other)
{
    uint32_t wanted[CONVERSIONS_MAX], taken[CONVERSIONS_MAX];
    unsigned count = conversions_of(english, wanted);
    return conversions_of(other, taken) == count && count <= CONVERSIONS_MAX &&
           memcmp(wanted, taken, sizeof(taken)) == 0;
}

/* ---- the file ---- */

/* One string of the file's two tables: its length and place; the byte behind it is 0. */
static const char *string_at(struct span file, struct reader *table, size_t *ret_len)
{
    uint32_t len = reader_le32(table), at = reader_le32(table);
    if (at >= file.len || len >= file.len - at || file.at[at + len] != 0) {
        reader_fail(table, "a string lies outside the file");
        return "";
    }
    *ret_len = len;
    return (const char *)file.at + at;
}

static bool read_sayings(struct arena *a, struct span file, struct sayings *ret)
{
    struct verdict v, of_from = { 0 }, of_to = { 0 };
    struct reader r = reader_over(&v, file);
    uint32_t magic = reader_le32(&r), revision = reader_le32(&r), count = reader_le32(&r);
    uint32_t from_at = reader_le32(&r), to_at = reader_le32(&r);
    if (!reader_ok(&r) || magic != MAGIC || revision >> 16 || !count || count > SAY_SENTENCES_MAX ||
        from_at > file.len || to_at > file.len)
        return false;
    struct reader from = reader_over(&of_from, span_from(file, from_at));
    struct reader to = reader_over(&of_to, span_from(file, to_at));
    ret->at = arena_array(a, count, sizeof(*ret->at));
    if (!ret->at)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct saying *s = &ret->at[i];
        size_t len = 0, other_len = 0;
        s->english = string_at(file, &from, &len);
        s->other = string_at(file, &to, &other_len);
        size_t one = strlen(s->english);
        s->many = one < len ? s->english + one + 1 : NULL;
        const char *about = strchr(s->english, '\4');
        s->text = about ? about + 1 : s->english;
        s->usable = other_len && (say_is_template(s) || (takes_the_same(s->text, s->other) &&
                                                         (!s->many || takes_the_same(s->many, s->other))));
        if (!reader_ok(&from) || !reader_ok(&to) || (i && strcmp(ret->at[i - 1].english, s->english) >= 0))
            return false; /* they are looked up by halves */
    }
    ret->count = count;
    return true;
}

bool say_load(const char *path)
{
    struct error e;
    struct span file;
    struct sayings read = { 0 };
    say_forget();
    arena_init(&read.arena, 2 * SAY_BYTES_MAX);
    bool ok = file_read(&read.arena, path, SAY_BYTES_MAX, &file, &e) && read_sayings(&read.arena, file, &read) &&
              sayings_index(&read);
    if (ok)
        held = read;
    else
        arena_release(&read.arena);
    return ok;
}

void say_forget(void)
{
    if (held.count)
        arena_release(&held.arena);
    held = (struct sayings){ 0 };
}

bool say_is_foreign(void)
{
    return held.count > 0;
}

const char *say_tag(void)
{
    const char *tag = say("en");
    return strlen(tag) <= 8 ? tag : "en";
}

/* ---- sentences ---- */

/* As strcmp() of ABOUT, 4, ENGLISH and the key. */
static int compare(const char *about, const char *english, const char *key)
{
    size_t n = about ? strlen(about) : 0;
    int order = n ? strncmp(about, key, n) : 0;
    if (order || !n)
        return order ? order : strcmp(english, key);
    return key[n] == '\4' ? strcmp(english, key + n + 1) : '\4' - (int)(uint8_t)key[n];
}

const struct saying *say_find(const char *about, const char *english)
{
    size_t low = 0, high = held.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(about, english, held.at[middle].english);
        if (order == 0)
            return held.at[middle].usable ? &held.at[middle] : NULL;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *say(const char *english)
{
    return say_about(NULL, english);
}

const char *say_about(const char *about, const char *english)
{
    const struct saying *s = held.count && *english ? say_find(about, english) : NULL;
    return s ? s->other : english;
}

const char *say_many(const char *one, const char *many, uint64_t n)
{
    const struct saying *s = held.count ? say_find(NULL, one) : NULL;
    return s && s->many && strcmp(s->many, many) == 0 ? s->other : n == 1 ? one : many;
}

const char *say_gap(void)
{
    /* TRANSLATORS: what stands between two sentences; write "nothing" where nothing does. */
    return strcmp(say_about("between sentences", "space"), "nothing") == 0 ? "" : " ";
}

/* ---- which language ---- */

/* "zh_CN.UTF-8" names Simplified Chinese; "zh_CN.GBK" does not, since what is printed is UTF-8. */
static const char *language_of(const char *locale)
{
    static const char *const SIMPLIFIED[] = { "zh_CN", "zh-CN", "zh_SG", "zh-SG", "zh_Hans", "zh-Hans", "zh" };
    for (size_t i = 0; i < sizeof(SIMPLIFIED) / sizeof(*SIMPLIFIED); i++) {
        size_t n = strlen(SIMPLIFIED[i]);
        if (strncasecmp(locale, SIMPLIFIED[i], n) != 0)
            continue;
        const char *rest = locale + n;
        if ((*rest == '_' || *rest == '-') && i >= 4 && i < 6) /* zh_Hans_CN */
            rest += strcspn(rest, ".@");
        bool is_utf8 = strncasecmp(rest, ".utf-8", 6) == 0 || strncasecmp(rest, ".utf8", 5) == 0;
        if (*rest == '\0' || *rest == '@' || is_utf8)
            return "zh_CN";
    }
    return NULL;
}

static bool is_english(const char *locale, size_t len)
{
    return (len == 2 || (len > 2 && !((locale[2] | 0x20) >= 'a' && (locale[2] | 0x20) <= 'z'))) &&
           strncasecmp(locale, "en", 2) == 0;
}

/* The first language of a list with colons that we speak; *ret_known where there is one. */
static const char *first_of(const char *list, bool *ret_known)
{
    char one[32];
    *ret_known = true;
    while (*list) {
        size_t n = strcspn(list, ":");
        snprintf(one, sizeof(one), "%.*s", (int)(n < sizeof(one) ? n : 0), list);
        const char *found = language_of(one);
        if (found || is_english(one, strlen(one)))
            return found;
        list += n + (list[n] == ':');
    }
    *ret_known = false;
    return NULL;
}

static bool is_plain_c(const char *locale)
{
    return strcmp(locale, "POSIX") == 0 || (locale[0] == 'C' && (!locale[1] || locale[1] == '.'));
}

bool say_wished(const char *lang, const char **ret)
{
    static const char *const NAMES[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    bool known;
    *ret = lang ? language_of(lang) : NULL;
    if (lang)
        return *ret || is_english(lang, strlen(lang)) || is_plain_c(lang);
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES) && !(locale && *locale); i++)
        locale = getenv(NAMES[i]);
    if (!locale || !*locale || is_plain_c(locale))
        return true;
    const char *list = getenv("LANGUAGE");
    const char *listed = list && *list ? first_of(list, &known) : NULL;
    *ret = list && *list && known ? listed : language_of(locale);
    return true;
}
