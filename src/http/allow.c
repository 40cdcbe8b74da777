/* See allow.h. Names of fields are an allow-list: whatever could carry a credential is not on it.
 * Paths and bodies are looked at word by word after percent-decoding, in lower case, so that an
 * encoding cannot hide a word. SQL and InfluxQL are let through only where they read a catalog of
 * names: SHOW, or SELECT from system, information_schema or sys tables, never SELECT *. */
#include "http/allow.h"

#include "base/hex.h"

static const char *const METHODS[] = { "GET", "HEAD", "POST", "PROPFIND" };

static const char *const HEADERS[] = {
    "accept",           "content-type", "depth",
    "kbn-version",      "kbn-xsrf",     "osd-version",
    "osd-xsrf",         "prefer",       "x-elastic-internal-origin",
    "x-requested-with",
};

/* Whole path segments that read records, run code or change something, whatever the product. */
static const char *const SEGMENTS[] = {
    "_search",
    "_msearch",
    "_async_search",
    "_doc",
    "_docs",
    "_source",
    "_mget",
    "_get",
    "_sql",
    "_esql",
    "_eql",
    "_scroll",
    "_pit",
    "_termvectors",
    "_mtermvectors",
    "_explain",
    "_terms_enum",
    "_knn_search",
    "_mvt",
    "_graph",
    "_bulk",
    "_update",
    "_update_by_query",
    "_delete_by_query",
    "_reindex",
    "_create",
    "_close",
    "_open",
    "_forcemerge",
    "_optimize",
    "_flush",
    "_refresh",
    "_cache",
    "_shutdown",
    "_snapshot",
    "_ingest",
    "_scripts",
    "_ppl",
    "_plugins",
    "_opendistro",
    "_security",
    "_all_docs",
    "_design",
    "_design_docs",
    "_local_docs",
    "_changes",
    "_find",
    "_view",
    "_list",
    "_show",
    "_temp_view",
    "_bulk_get",
    "_bulk_docs",
    "_compact",
    "_replicate",
    "_restart",
    "_config",
    "_purge",
    "_revs_diff",
    "query_range",
    "query_exemplars",
    "series",
    "federate",
    "delete_series",
    "clean_tombstones",
    "quit",
    "reload",
    "put",
    "deleterange",
    "txn",
    "compaction",
    "defragment",
    "authenticate",
    "write",
    "delete",
    "update",
    "select",
    "export",
    "stream",
    "get",
    "flows",
};

/* What SELECT may read: tables of names and sizes. */
static const char *const SQL_TABLES[] = {
    "system.tables",
    "system.databases",
    "system.parts",
    "system.build_options",
    "system.columns",
    "information_schema.tables",
    "information_schema.schemata",
    "sys.shards",
    "sys.cluster",
    "sys.nodes",
    "(",
};

/* What SHOW may list; of series, measurements and tags only how many there are. */
static const char *const SHOW_WORDS[] = { "databases",   "tables",  "measurements",
                                          "diagnostics", "stats",   "retention",
                                          "shards",      "schemas", "catalogs" };

/* Words that may not stand anywhere in a statement. */
static const char *const SQL_WORDS[] = {
    "insert", "update", "delete",   "drop",   "alter", "create", "truncate", "grant",    "revoke",
    "attach", "detach", "optimize", "rename", "kill",  "set",    "into",     "outfile",  "url",
    "file",   "remote", "mysql",    "jdbc",   "odbc",  "s3",     "hdfs",     "exchange", "union",
};

/* Query keys that carry a credential or turn one method into another. */
static const char *const QUERY_KEYS[] = {
    "u",      "p",         "user",    "username",     "usr",     "password",     "passwd",
    "pass",   "pwd",       "token",   "access_token", "auth",    "auth_token",   "api_key",
    "apikey", "api-key",   "key",     "secret",       "session", "sessionid",    "jwt",
    "sig",    "signature", "_method", "source",       "scroll",  "include_docs", "size",
};

static bool among(struct span s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_eq_nocase(s, span_str(words[i])))
            return true;
    return false;
}

#define AMONG(s, words) among((s), (words), sizeof(words) / sizeof((words)[0]))

/* Undoes percent-encoding and folds case; `+` becomes a space. At most `cap` bytes. */
static struct span plain_text(struct span s, uint8_t *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < cap; i++) {
        uint8_t c = s.at[i];
        if (c == '%' && i + 2 < s.len && hex_is_digit(s.at[i + 1]) &&
            hex_is_digit(s.at[i + 2])) {
            c = (uint8_t)(hex_value(s.at[i + 1]) << 4 | hex_value(s.at[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[n++] = ascii_lower(c);
    }
    return span_of(out, n);
}

bool allow_method(struct span method, struct error *e)
{
    for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++)
        if (span_is(method, METHODS[i]))
            return true;
    return error_set(e, "the method \"%.*s\" may not be used: only GET, HEAD, POST and PROPFIND",
                     SPAN_FMT(span_first(method, 20)));
}

static bool is_word_byte(uint8_t c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

/* The next word or single other byte of lower-case text, white space skipped. */
static struct span next_word(struct span *s)
{
    *s = span_trim(*s);
    size_t n = 0;
    while (n < s->len && is_word_byte(s->at[n]))
        n++;
    if (n == 0 && s->len)
        n = 1;
    struct span word = span_first(*s, n);
    *s = span_from(*s, n);
    return word;
}

/* "SHOW DATABASES", "SHOW SERIES CARDINALITY ON x": names of containers, or a count. */
static bool allow_show(struct span rest, struct error *e)
{
    struct span word = next_word(&rest);
    if (AMONG(word, SHOW_WORDS))
        return true;
    while (rest.len)
        if (span_is(next_word(&rest), "cardinality"))
            return true;
    return error_set(
        e,
        "SHOW may list databases, tables, measurements, retention policies, shards, stats or "
        "a cardinality, not \"%.*s\"",
        SPAN_FMT(span_first(word, 40)));
}

/* Whether a lower-case statement only reads names and sizes. */
static bool allow_statement(struct span sql, struct error *e)
{
    struct span rest = sql, word = next_word(&rest), after = rest;
    bool select = span_is(word, "select");
    if (!select && !span_is(word, "show"))
        return error_set(e, "a statement must begin with SHOW or SELECT");
    for (struct span last = word; rest.len; last = word) {
        word = next_word(&rest);
        if (AMONG(word, SQL_WORDS))
            return error_set(e, "a statement may not hold the word \"%.*s\"", SPAN_FMT(word));
        if (span_is(word, ";") && span_trim(rest).len)
            return error_set(e, "only one statement may be sent");
        if (span_is(word, "*") && (span_is(last, "select") || span_is(last, ",")))
            return error_set(e, "SELECT * reads records; name the columns");
        bool table = span_is(last, "from") || (span_is(last, "join") && !span_is(word, "("));
        if (select && table && !AMONG(word, SQL_TABLES))
            return error_set(e, "SELECT may read tables of names and sizes only, not \"%.*s\"",
                             SPAN_FMT(span_first(word, 60)));
    }
    return select || allow_show(after, e);
}

/* Rules that need more than one segment. Both are plain and lower case. */
static bool allow_special(struct span path, struct span query, struct error *e)
{
    if (span_has(path, "/api/ds/query") || span_has(path, "/api/tsdb/query"))
        return error_set(e, "Grafana's query API reads records");
    if (span_has(path, "/v1/kv") && !span_has(query, "keys"))
        return error_set(e, "Consul's KV API without ?keys reads values");
    if (span_has(path, "/v2/keys"))
        return error_set(e, "etcd's v2 keys API reads values");
    if (span_ends(path, SPAN("/api/v1/query")))
        return error_set(e, "Prometheus' query API reads samples");
    if (span_has(path, "/webhdfs/") && span_has(query, "op=open"))
        return error_set(e, "WebHDFS OPEN reads a file");
    return true;
}

static bool allow_segments(struct span plain, struct error *e)
{
    if (span_starts(plain, SPAN("//")) || span_has(plain, "..") || span_has(plain, "@"))
        return error_set(e, "a path may not hold //, .. or @");
    for (struct span rest = plain; rest.len;) {
        struct span segment = span_cut(&rest, '/');
        if (AMONG(segment, SEGMENTS))
            return error_set(e, "the path segment \"%.*s\" reads records or changes something",
                             SPAN_FMT(segment));
    }
    return true;
}

/* What a dashboard is asked to send on; `inner` is decoded once, or still a hole. */
static bool allow_inner_path(struct span inner, struct error *e)
{
    uint8_t text[ALLOW_PATH_MAX];
    struct span plain = plain_text(inner, text, sizeof(text));
    struct span query = plain, bare = span_cut(&query, '?');
    return allow_segments(bare, e) && allow_special(bare, query, e);
}

static bool allow_query(struct span query, struct error *e)
{
    uint8_t text[ALLOW_PATH_MAX];
    while (query.len) {
        struct span pair = span_cut(&query, '&');
        struct span key = span_cut(&pair, '=');
        struct span plain = plain_text(key, text, sizeof(text));
        if (AMONG(plain, QUERY_KEYS) && !span_is(pair, "0"))
            return error_set(e, "the query key \"%.*s\" may not be sent", SPAN_FMT(plain));
        if (span_is(plain, "method") && !span_is(pair, "GET"))
            return error_set(e, "a dashboard may be asked to send GET only");
        if (span_is(plain, "action") && !span_eq_nocase(pair, SPAN("STATUS")) &&
            !span_eq_nocase(pair, SPAN("LIST")) && !span_eq_nocase(pair, SPAN("CLUSTERSTATUS")))
            return error_set(e, "the action \"%.*s\" may not be asked for",
                             SPAN_FMT(span_first(pair, 40)));
        if (span_is(plain, "path") && !allow_inner_path(plain_text(pair, text, sizeof(text)), e))
            return false;
        bool statement = span_is(plain, "query") || span_is(plain, "q") || span_is(plain, "sql") ||
                         span_is(plain, "stmt");
        if (statement && !allow_statement(plain_text(pair, text, sizeof(text)), e))
            return false;
    }
    return true;
}

bool allow_path(struct span path, struct error *e)
{
    uint8_t text[ALLOW_PATH_MAX];
    if (path.len == 0 || path.at[0] != '/' || path.len > ALLOW_PATH_MAX)
        return error_set(e, "a path must begin with / and be at most %d bytes long",
                         ALLOW_PATH_MAX);
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] <= ' ' || path.at[i] >= 0x7f || path.at[i] == '#' || path.at[i] == '\\')
            return error_set(e, "a path may hold printable ASCII without space, # and \\ only");
    struct span query = path, bare = span_cut(&query, '?');
    struct span plain = plain_text(bare, text, sizeof(text));
    uint8_t query_text[ALLOW_PATH_MAX];
    struct span plain_query = plain_text(query, query_text, sizeof(query_text));
    return allow_segments(plain, e) && allow_special(plain, plain_query, e) &&
           allow_query(query, e);
}

bool allow_header(struct span name, struct span value, struct error *e)
{
    if (!AMONG(name, HEADERS))
        return error_set(
            e,
            "the header \"%.*s\" may not be sent; allowed are accept, content-type, depth, "
            "prefer, x-requested-with and the version and xsrf headers of dashboards",
            SPAN_FMT(span_first(name, 40)));
    if (value.len == 0 || value.len > ALLOW_HEADER_MAX)
        return error_set(e, "a header value must be 1 to %d bytes long", ALLOW_HEADER_MAX);
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] < ' ' || value.at[i] >= 0x7f)
            return error_set(e, "a header value may hold printable ASCII only");
    return true;
}

/* Keys of a JSON or form body that carry a credential. */
static const char *const BODY_WORDS[] = { "password", "passwd", "pwd",     "username",     "token",
                                          "secret",   "apikey", "api_key", "authorization" };

bool allow_body(struct span path, struct span body, struct error *e)
{
    uint8_t text[ALLOW_BODY_MAX], path_text[ALLOW_PATH_MAX];
    if (body.len > ALLOW_BODY_MAX)
        return error_set(e, "a body may be at most %d bytes long", ALLOW_BODY_MAX);
    for (size_t i = 0; i < body.len; i++)
        if ((body.at[i] < ' ' && body.at[i] != '\n') || body.at[i] >= 0x7f)
            return error_set(e, "a body may hold printable ASCII only");
    struct span plain = plain_text(body, text, sizeof(text));
    struct span where = plain_text(span_first(path, span_index(path, '?')), path_text,
                                   sizeof(path_text));
    for (struct span rest = plain; rest.len;) {
        struct span word = next_word(&rest);
        if (AMONG(word, BODY_WORDS))
            return error_set(e, "a body may not hold the word \"%.*s\"", SPAN_FMT(word));
    }
    struct span first = plain, word = next_word(&first);
    if ((span_is(word, "select") || span_is(word, "show")) && !allow_statement(plain, e))
        return false;
    if (span_ends(where, SPAN("/kv/range")) && !span_has(plain, "\"count_only\":true"))
        return error_set(e, "a range over etcd's keys must say \"count_only\":true");
    return true;
}
