/* The law about HTTP requests: any request gets an answer, and what is permitted passes a second,
 * much simpler look. The input is a line of test/data/bad_requests.tsv behind a byte that says
 * whether it left already. */
#include <ctype.h>

#include "base/hex.h"
#include "http/law.h"
#include "peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLAIN_MAX = 4096 };

/* No request that is permitted holds one of these as a word of its path. */
static const char *const PATH_WORDS[] = {
    "_doc",   "_docs",  "_source", "_bulk",  "_msearch", "_mget",   "_all_docs", "_changes", "_find",
    "export", "dump",    "insert", "update",   "delete",  "drop",      "create",   "write",  "put",
    "reload", "restart", "shutdown", "quit", "kill",     "reset",   "flush",     "purge",    "eval",   "script",
    "backup", "restore", "snapshots", "env",  "heapdump", "logfile", "logs",      "messages", "records", "documents",
    NULL,
};
/* Nor one of these as a key of its query, */
static const char *const KEYS[] = {
    "u",     "p",     "user",      "username", "password", "passwd",  "pwd",    "token",   "access_token", "auth",
    "key",   "secret", "api_key",  "apikey",   "session",  "_method", "source", "scroll",  "include_docs", "from",
    "update", "delete", "stream.body", "user.name", "recurse", "raw",  "acl",    NULL,
};
/* nor one of these as a word of a statement, */
static const char *const STATEMENT_WORDS[] = {
    "insert", "drop", "alter", "truncate", "attach", "detach", "union", "outfile", "remote", "into", "url",
    "file",   "password", "create_table_query", "engine_full", "settings", "with", "set", NULL,
};
/* nor one of these at all. */
static const char *const PAIRS[] = {
    "op=open",     "op=create",  "op=delete",   "action=delete", "action=unload", "action=reload",
    "method=delete", "method=put", "method=post", "cmd=get",     "cmd=put",       "attr=true", NULL,
};

/* Decoded as often as it can be, in lower case: whatever some server makes of it. */
static struct span plain(struct span s, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < PLAIN_MAX; i++)
        out[n++] = (uint8_t)tolower(s.at[i] == '+' ? ' ' : s.at[i]);
    for (bool again = true; again;) {
        size_t kept = 0;
        again = false;
        for (size_t i = 0; i < n; i++) {
            uint8_t c = out[i];
            if (c == '%' && i + 2 < n && hex_is_digit(out[i + 1]) && hex_is_digit(out[i + 2])) {
                c = (uint8_t)tolower(hex_value(out[i + 1]) << 4 | hex_value(out[i + 2]));
                i += 2;
                again = true;
            }
            out[kept++] = c;
        }
        n = kept;
    }
    return span_of(out, n);
}

static bool is_word_byte(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '-' || c == '=';
}

static bool has_word(struct span text, const char *const *words)
{
    for (; *words; words++) {
        struct span rest = text, word = span_str(*words);
        for (size_t at; (at = span_find(rest, word)) != SIZE_MAX; rest = span_from(rest, at + 1)) {
            bool before = at > 0 && is_word_byte(rest.at[at - 1]);
            bool after = at + word.len < rest.len && is_word_byte(rest.at[at + word.len]);
            if (!before && !after)
                return true;
        }
    }
    return false;
}

static bool among(struct span s, const char *const *words)
{
    for (; *words; words++)
        if (span_eq_nocase(s, span_str(*words)))
            return true;
    return false;
}

static void check_query(struct span query)
{
    uint8_t text[PLAIN_MAX];
    MUST(!has_word(plain(query, text), PAIRS));
    while (query.len) {
        struct span value = span_cut(&query, '&'), key = span_cut(&value, '=');
        bool livy = span_is(key, "from") && span_is(value, "0");
        MUST(!among(plain(key, text), KEYS) || livy);
        if (!span_is(key, "query") && !span_is(key, "q") && !span_is(key, "sql"))
            continue;
        struct span statement = plain(value, text);
        MUST(!has_word(statement, STATEMENT_WORDS) && !span_has(statement, "select *"));
        MUST(!span_has(statement, "--") && !span_has(statement, "/*") && !span_has(statement, ";"));
    }
}

/* Words that stand in the names of files and pages that are asked for in a way that hands out nothing: by HEAD, or for the
 * first bytes alone. */
static bool hands_out_nothing(const struct law_request *r, struct span path)
{
    uint8_t text[PLAIN_MAX];
    static const char *const names[] = { "/.env", "/backup.", "/dump.", "/db.dump", "/.env.backup", NULL };
    if (span_is(r->method, "HEAD"))
        return span_is(path, "/actuator/env") || (span_is(path, "/actuator/heapdump") && span_is(r->accept, "text/x-ajar-none"));
    bool named = false;
    for (const char *const *n = names; *n; n++)
        named |= span_starts(path, span_str(*n));
    return named && span_is(r->method, "GET") &&
           span_has(plain(r->fields, text), "range:") && span_has(plain(r->fields, text), "bytes=0-");
}

static void check_permitted(const struct law_request *r)
{
    uint8_t text[PLAIN_MAX];
    MUST(span_is(r->method, "GET") || span_is(r->method, "HEAD") || span_is(r->method, "POST") ||
         span_is(r->method, "PROPFIND"));
    MUST(r->body.len == 0 || span_is(r->method, "POST"));
    struct span query = r->target, path = span_cut(&query, '?');
    MUST(!span_has(path, "//") && !span_has(path, "..") && !span_has(path, ";") && !span_has(path, "%"));
    MUST(!has_word(plain(path, text), PATH_WORDS) || hands_out_nothing(r, path));
    struct span asked = plain(query, text);
    check_query(query);
    if (span_has(path, "_search") || span_has(asked, "/_search"))
        MUST(span_has(asked, "size=0") && span_has(asked, "filter_path=hits.total"));
    if (span_has(path, "/kv/range"))
        MUST(span_has(r->body, "\"count_only\":true") || span_has(r->body, "\"count_only\": true") ||
             span_has(r->body, "count_only"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span line = span_from(span_of(data, size), 1), value;
    struct error e = { "" };
    if (size == 0)
        return 0;
    struct law_request r = { .behind = SPAN("elasticsearch"), .sent = data[0] & 1 };
    r.product = span_cut(&line, '\t');
    r.method = span_cut(&line, '\t');
    r.target = span_cut(&line, '\t');
    r.body = span_cut(&line, '\t');
    if (span_is(r.body, "-"))
        r.body = SPAN_NONE;
    if (!span_is(line, "-"))
        r.fields = line;
    if (!law_permits(&r, &e))
        MUST(e.text[0] != '\0');
    else if (!r.sent)
        check_permitted(&r);
    value = r.fields;
    (void)law_permits_field(span_cut(&value, ':'), value, &e);
    return 0;
}
