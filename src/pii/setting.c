/* See setting.h. In settings a value runs to the end of its line; in programs, where a name stands for another
 * one as often as for a value, only what is in quotes counts. */
#include "pii/setting.h"

enum {
    NAME_MAX = 40,
    GAP_MAX = 8,
    VALUE_LEAST = 6,
    KEY_LEAST = 16,
    VALUE_MOST = 200,
    LONG_VALUE = 20,
    DISTINCT_LEAST = 6,
    LONG_DISTINCT = 10
};

static uint8_t byte_at(struct span s, size_t at)
{
    return at < s.len ? s.at[at] : 0;
}

static bool is_name_byte(uint8_t c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

static bool has_any(struct span s, const char *const *words)
{
    for (; *words; words++)
        for (size_t i = 0, n = strlen(*words); i + n <= s.len; i++)
            if (span_eq_nocase(span_sub(s, i, n), span_of(*words, n)))
                return true;
    return false;
}

static bool is_any(struct span s, const char *const *words)
{
    for (; *words; words++)
        if (span_eq_nocase(s, span_str(*words)))
            return true;
    return false;
}

/* What is said of a password and is none: where it lies, how long it must be, how it looks hashed. `behind`:
 * what follows the word in the name. */
static bool tells_about(struct span name, struct span behind)
{
    static const char *const OF[] = { "min_", "max_", "public", "hashed", "old_", NULL };
    static const char *const ABOUT[] = { "file",   "path",   "url",   "uri",    "hash",   "length",  "_len",
                                         "policy", "field",  "label", "name",   "prompt", "regex",   "min",
                                         "max",    "expire", "age",   "column", "hint",   "example", "public",
                                         "type",   "count",  "error", "text",   "format", "size",    "_id",
                                         NULL };
    for (const char *const *of = OF; *of; of++)
        if (span_starts(name, span_str(*of)))
            return true;
    return has_any(behind, ABOUT);
}

/* Keys of tables and caches are keys, too. */
static bool is_key_name(struct span name)
{
    static const char *const OF[] = { "api",     "secret", "access", "private", "auth",    "encrypt", "sign",
                                      "account", "master", "client", "bearer",  "refresh", "bot",     "deploy",
                                      "storage", "app_",   "jwt",    "session", "webhook", "service", NULL };
    return has_any(name, OF);
}

static bool is_reference(struct span value)
{
    static const char *const PARTS[] = { "${", "{{", "}}", "%(", "$(", "...", "***", "<", ">", "xxxx", NULL };
    static const char *const STARTS[] = { "vault:", "ENC[", "arn:", "env.", "env(", "process.", "os.",
                                          "secret:", "ssm:", "op://", "file:", "http:", "https:", NULL };
    if (strchr("$%@&!*", value.at[0]) || has_any(value, PARTS))
        return true;
    for (const char *const *start = STARTS; *start; start++)
        if (span_starts(value, span_str(*start)))
            return true;
    return false;
}

static bool is_placeholder(struct span value)
{
    static const char *const PARTS[] = { "example", "placeholder", "changeme", "change_me", "change-me",
                                         "your",    "redacted",    "dummy",    "sample",    "replace",
                                         "insert",  "foobar",      "password", "passwd",    "my_",
                                         "abcdef",  "123456",      "todo",     "default",   NULL };
    static const char *const WORDS[] = { "none", "null", "true", "false", "secret", "hidden", "empty",
                                         "admin", "test", "testing", "string", "undefined", NULL };
    return has_any(value, PARTS) || is_any(value, WORDS);
}

/* Letters of several kinds and digits, and not the same ones all over. */
static bool looks_secret(struct span value)
{
    bool lower = false, upper = false, digit = false, other = false, blank = false;
    uint64_t seen[4] = { 0 };
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        lower = lower || (c >= 'a' && c <= 'z');
        upper = upper || (c >= 'A' && c <= 'Z');
        digit = digit || ascii_is_digit(c);
        blank = blank || c <= ' ';
        other = other || !is_alnum(c);
        seen[c / 64] |= 1ULL << c % 64;
    }
    unsigned distinct = 0, kinds = (unsigned)lower + upper + digit + other;
    for (unsigned i = 0; i < 4; i++)
        distinct += (unsigned)__builtin_popcountll(seen[i]);
    if (blank || distinct < DISTINCT_LEAST)
        return false;
    return (kinds >= 3 && value.len >= 8) || (digit && kinds >= 2 && value.len >= VALUE_LEAST) ||
           (value.len >= LONG_VALUE && distinct >= LONG_DISTINCT && digit);
}

/* Does a setting begin on this line with the name that begins at `from`: nothing in front but blanks, a list's
 * mark, "export", or the quote of a key? */
static bool begins_line(struct span text, size_t from)
{
    while (from > 0 && (text.at[from - 1] == '"' || text.at[from - 1] == ' ' || text.at[from - 1] == '\t' ||
                        text.at[from - 1] == '-'))
        from--;
    if (from >= 6 && memcmp(text.at + from - 6, "export", 6) == 0)
        from -= 6;
    return from == 0 || text.at[from - 1] == '\n';
}

/* "web1 ansible_host=10.0.0.9 ansible_password=...": only pairs, and perhaps a word, stand before it on its line. */
static bool begins_pair(struct span text, size_t from)
{
    enum { LINE_MOST = 240 };
    size_t line = from, words = 0;
    while (line > 0 && from - line < LINE_MOST && text.at[line - 1] != '\n')
        line--;
    for (size_t i = line; i < from;) {
        bool sign = false;
        size_t word = i;
        for (; i < from && text.at[i] > ' '; i++)
            sign = sign || text.at[i] == '=';
        bool blank = i < from && (text.at[i] == ' ' || text.at[i] == '\t');
        if (!blank || (!sign && i > word && words > 0)) /* other control characters are of no such line */
            return false;
        words += i > word;
        while (i < from && text.at[i] <= ' ')
            i++;
    }
    return words > 0;
}

/* "login deploy", then "password ...", as .netrc has it. */
static bool is_netrc(struct span text, size_t from, struct span name)
{
    enum { BACK = 160 };
    size_t back = from < BACK ? from : BACK;
    return span_eq_nocase(name, SPAN("password")) &&
           span_find(span_sub(text, from - back, back), SPAN("login ")) != SIZE_MAX;
}

/* "request.form.password": names joined by dots stand for a value that is elsewhere. */
static bool is_path_of_names(struct span s)
{
    size_t dots = 0;
    bool fresh = true;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (c == '.' ? fresh : !(is_alnum(c) || c == '_') || (fresh && ascii_is_digit(c)))
            return false;
        fresh = c == '.';
        dots += fresh;
    }
    return dots > 0;
}

/* The value at *at, in quotes or up to the end of its line, among pairs up to a blank; *at behind it. Empty where it is
 * none. */
static struct span cut_value(struct span text, size_t *at, bool line, bool pair)
{
    uint8_t quote = byte_at(text, *at);
    size_t from = *at, to = from;
    if (quote == '"' || quote == '\'') {
        from++;
        for (to = from; to < text.len && to - from < VALUE_MOST && text.at[to] != quote && text.at[to] >= ' ';)
            to++;
        *at = to;
        return byte_at(text, to) == quote ? span_sub(text, from, to - from) : SPAN_NONE;
    }
    while (to < text.len && to - from < VALUE_MOST && text.at[to] > ' ' &&
           !strchr("\"'`()[]{}\\,;", text.at[to]))
        to++;
    *at = to;
    size_t end = to;
    while (byte_at(text, end) == ' ' || byte_at(text, end) == '\t' || byte_at(text, end) == '\r')
        end++;
    bool ends = end >= text.len || text.at[end] == '\n' || (text.at[end] == '#' && end > to);
    struct span value = span_sub(text, from, to - from);
    return line && (ends || (pair && end > to)) && !is_path_of_names(value) ? value : SPAN_NONE;
}

size_t setting_value(struct span text, size_t at, size_t n, unsigned type, struct pii_marks *m)
{
    size_t from = at, to = at + n;
    while (from > 0 && at - from < NAME_MAX && is_name_byte(text.at[from - 1]))
        from--;
    while (to < text.len && to - at < NAME_MAX && is_name_byte(text.at[to]))
        to++;
    struct span name = span_sub(text, from, to - from);
    if (tells_about(name, span_sub(text, at + n, to - at - n)) || (type == PII_CLOUD_KEY && !is_key_name(name)))
        return 0;
    bool pair = begins_pair(text, from), line = begins_line(text, from) || pair;
    uint8_t quote = byte_at(text, to);
    to += quote == '"' || quote == '\'';
    to += byte_at(text, to) == ']';
    size_t gap = to;
    while (to - gap < GAP_MAX && (byte_at(text, to) == ' ' || byte_at(text, to) == '\t'))
        to++;
    uint8_t sign = byte_at(text, to), next = byte_at(text, to + 1);
    bool set = (sign == '=' && next != '=') || (sign == ':' && next != ':') ||
               (sign == ',' && quote == '\''); /* define('DB_PASSWORD', '...') */
    bool netrc = !set && to > gap && is_netrc(text, from, name);
    if (!set && !netrc)
        return 0;
    to += netrc ? 0 : 1 + ((sign == '=' && next == '>') || (sign == ':' && next == '='));
    gap = to;
    while (to - gap < GAP_MAX && (byte_at(text, to) == ' ' || byte_at(text, to) == '\t'))
        to++;
    struct span value = cut_value(text, &to, (line || netrc) && sign != ',', pair);
    if (value.len < VALUE_LEAST || is_reference(value))
        return 0;
    /* Keys are long and have digits; private_key: "_PrivateKey" names a type. */
    bool key = type == PII_CLOUD_KEY;
    bool digit = !key;
    for (size_t i = 0; i < value.len; i++)
        digit = digit || ascii_is_digit(value.at[i]);
    pii_mark(m, type,
             looks_secret(value) && digit && value.len >= (key ? KEY_LEAST : VALUE_LEAST) && !is_placeholder(value));
    return to - at;
}
