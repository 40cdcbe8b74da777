/* See law_sql.h. A recursive descent over one statement:
 *
 *   select    SELECT item {, item} [FROM source {join}] [WHERE or] [GROUP BY or {, or}]
 *             [ORDER BY or [ASC|DESC] {, ...}] [LIMIT number] [FORMAT word]
 *   item      or [AS alias]
 *   source    (( select ) | table | table function ()) [[AS] letter]
 *   join      [ANY|ALL] [LEFT|INNER] JOIN source USING column
 *   or        and {OR and}       and  not {AND not}      not  [NOT] compare
 *   compare   sum [(= != <> < > <= >=) sum | [NOT] IN ( or {, or} ) | [NOT] LIKE text | IS [NOT] NULL]
 *   sum       factor {(+ - * /) factor}
 *   factor    number | text | [letter .] column | function ( [DISTINCT] [* | or {, or}] ) | ( or )
 *
 * The columns of a dialect are one list over all its tables, so a column is on it only if it is
 * harmless in each of them: names, types, counts, sizes, times. No free text, no values, no
 * definitions. An alias is one letter or such a column, so that none can stand for another. */
#include "http/law_sql.h"

#include <stdio.h>

enum { DEPTH_MAX = 8, TOKEN_MAX = 48 };

struct dialect {
    const char *name;
    const char *wholes; /* statements that may be sent as they are, "," between them */
    const char *tables, *columns, *functions, *formats; /* words, a blank between them */
};

static const struct dialect DIALECTS[] = {
    { .name = "clickhouse",
      .wholes = "show databases,show tables,show grants",
      .tables = "system.tables system.databases system.parts system.columns system.clusters "
                "system.build_options system.one information_schema.tables information_schema.schemata",
      .columns = "database table name engine type uuid total_rows total_bytes rows bytes "
                 "bytes_on_disk data_compressed_bytes data_uncompressed_bytes active is_temporary "
                 "metadata_modification_time modification_time value table_schema table_name "
                 "table_type schema_name host_name port is_local cluster",
      .functions = "count sum max min concat version uptime timezone currentuser currentdatabase "
                   "tounixtimestamp touint64 tostring countif sumif ifnull coalesce round",
      .formats = "json jsoncompact jsoneachrow tabseparated tsv" },
    { .name = "crate",
      .wholes = "show tables,show schemas",
      .tables = "sys.shards sys.cluster sys.nodes information_schema.tables "
                "information_schema.schemata information_schema.columns",
      .columns = "schema_name table_name num_docs size primary name id table_schema table_type "
                 "number_of_shards number_of_replicas column_name data_type hostname",
      .functions = "count sum max min version current_user concat coalesce round" },
    { .name = "influx",
      .wholes = "show databases,show measurements,show retention policies,show stats,"
                "show diagnostics,show shards,show shard groups,show series cardinality,"
                "show series exact cardinality,show measurement cardinality,"
                "show measurement exact cardinality" },
    { .name = "questdb",
      .wholes = "show tables,tables(),table_storage()",
      .tables = "tables() table_storage()",
      .columns = "id name table_name tablename rowcount table_row_count disksize partitioncount "
                 "partitionby designatedtimestamp",
      .functions = "count sum max min build version" },
    { .name = "greptime",
      .wholes = "show databases,show tables",
      .tables = "information_schema.tables information_schema.schemata",
      .columns = "table_schema table_name table_type table_rows data_length index_length engine "
                 "schema_name create_time",
      .functions = "count sum max min version build coalesce" },
    { .name = "manticore", .wholes = "show tables,show status" },
    { .name = "sqlite",
      .tables = "sqlite_master sqlite_schema",
      .columns = "name type tbl_name",
      .functions = "count sqlite_version" },
    { .name = "cypher",
      .wholes = "match (n) return count(n),show databases yield name return name" },
};

struct parser {
    const struct dialect *d;
    struct span rest;
    struct span word; /* the token that is next, in lower case; empty at the end */
    uint8_t text[TOKEN_MAX];
    bool quoted; /* the token is a text */
    int depth;
    struct error *e;
};

static bool is_word_byte(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' ||
           c == '.';
}

static bool listed(const char *words, uint8_t separator, struct span s)
{
    for (struct span rest = span_str(words); rest.len && s.len;)
        if (span_eq(span_cut(&rest, separator), s))
            return true;
    return false;
}

static bool fail(struct parser *p, const char *what)
{
    if (p->e->text[0])
        return false;
    return error_set(p->e, "%s, not \"%.*s\"", what, SPAN_FMT(p->word));
}

/* How many bytes the next token takes; 0 where it is none. Texts hold letters, digits, blanks and
 * `_.:%-`, so that no way of escaping matters. */
static size_t token_length(struct parser *p)
{
    struct span s = p->rest;
    size_t n = 0;
    if (s.at[0] == '\'') {
        for (n = 1; n < s.len && s.at[n] != '\''; n++)
            if (!is_word_byte(s.at[n]) && (s.at[n] == 0 || !strchr(" :%-", s.at[n])))
                return 0;
        return n < s.len ? n + 1 : 0;
    }
    while (n < s.len && is_word_byte(s.at[n]))
        n++;
    if (n)
        return n;
    if (span_starts(s, SPAN("--")) || span_starts(s, SPAN("/*")))
        return 0;
    if (span_starts(s, SPAN("!=")) || span_starts(s, SPAN("<>")) || span_starts(s, SPAN("<=")) ||
        span_starts(s, SPAN(">=")))
        return 2;
    return s.at[0] && strchr("(),=<>+-*/", s.at[0]) ? 1 : 0;
}

/* Moves to the next token. */
static bool next(struct parser *p)
{
    if (p->e->text[0])
        return false;
    p->rest = span_trim(p->rest);
    p->word = SPAN_NONE;
    p->quoted = false;
    if (p->rest.len == 0)
        return true;
    size_t n = token_length(p);
    if (n == 0 || n > TOKEN_MAX)
        return error_set(p->e, "a statement may not hold \"%.*s\"",
                         SPAN_FMT(span_first(p->rest, 20)));
    for (size_t i = 0; i < n; i++)
        p->text[i] = ascii_lower(p->rest.at[i]);
    p->word = span_of(p->text, n);
    p->quoted = p->text[0] == '\'';
    p->rest = span_from(p->rest, n);
    return true;
}

static bool at(const struct parser *p, const char *word)
{
    return span_is(p->word, word);
}

static bool at_any(const struct parser *p, const char *words)
{
    return listed(words, ' ', p->word);
}

/* Steps over the word where it is next. */
static bool took(struct parser *p, const char *word)
{
    return at(p, word) && next(p);
}

static bool need(struct parser *p, const char *word)
{
    char what[80];
    if (took(p, word))
        return true;
    (void)snprintf(what, sizeof(what), "a statement needs \"%s\" here", word);
    return fail(p, what);
}

static bool parse_or(struct parser *p);
static bool parse_select(struct parser *p);

static bool parse_list(struct parser *p)
{
    do {
        if (!parse_or(p))
            return false;
    } while (took(p, ","));
    return true;
}

/* What follows `function (`. */
static bool parse_arguments(struct parser *p, bool count)
{
    if (took(p, ")"))
        return true;
    if (count && took(p, "*"))
        return need(p, ")");
    (void)took(p, "distinct");
    return parse_list(p) && need(p, ")");
}

static bool is_number(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

static bool is_letter(struct span s)
{
    return s.len == 1 && s.at[0] >= 'a' && s.at[0] <= 'z';
}

/* "name", "t", "t.name": a permitted column or a letter that stands for one, behind the letter of its
 * source. */
static bool is_column(const struct parser *p, struct span word)
{
    struct span column = word;
    if (word.len > 2 && word.at[1] == '.' && is_letter(span_first(word, 1)))
        column = span_from(word, 2);
    return is_letter(column) || listed(p->d->columns, ' ', column);
}

static bool parse_factor(struct parser *p)
{
    uint8_t text[TOKEN_MAX];
    if (p->quoted || is_number(p->word))
        return next(p);
    if (took(p, "("))
        return parse_or(p) && need(p, ")");
    struct span word = span_of(text, p->word.len);
    if (p->word.len)
        memcpy(text, p->word.at, p->word.len);
    bool function = span_starts(span_trim(p->rest), SPAN("("));
    bool known = function ? listed(p->d->functions, ' ', word) : is_column(p, word);
    if (!known)
        return fail(p, function ? "a statement may call functions that count and add only"
                                : "a statement may read columns of names, counts and sizes only");
    if (!next(p))
        return false;
    return !function || (need(p, "(") && parse_arguments(p, span_is(word, "count")));
}

static bool parse_sum(struct parser *p)
{
    do {
        if (!parse_factor(p))
            return false;
    } while (at_any(p, "+ - * /") && next(p));
    return true;
}

static bool parse_compare(struct parser *p)
{
    if (!parse_sum(p))
        return false;
    if (at_any(p, "= != <> < > <= >="))
        return next(p) && parse_sum(p);
    if (took(p, "is"))
        return (took(p, "not") || true) && need(p, "null");
    bool negated = took(p, "not");
    if (took(p, "in"))
        return need(p, "(") && parse_list(p) && need(p, ")");
    if (took(p, "like"))
        return p->quoted ? next(p) : fail(p, "LIKE takes a text");
    return !negated || fail(p, "a statement needs IN or LIKE here");
}

/* AND, OR and NOT: which binds how does not matter to what is read. */
static bool parse_or(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        return fail(p, "a statement may not be nested deeper");
    do {
        (void)took(p, "not");
        if (!parse_compare(p))
            return false;
    } while (at_any(p, "and or") && next(p));
    p->depth--;
    return !p->e->text[0];
}

static bool parse_items(struct parser *p)
{
    do {
        if (at(p, "*"))
            return fail(p, "a SELECT must name its columns");
        if (!parse_or(p))
            return false;
        if (took(p, "as")) {
            if (!is_letter(p->word) && !at_any(p, p->d->columns))
                return fail(p, "an alias must be one letter or the name of a permitted column");
            if (!next(p))
                return false;
        }
    } while (took(p, ","));
    return true;
}

static bool parse_table(struct parser *p)
{
    uint8_t text[TOKEN_MAX + 2];
    size_t n = p->word.len;
    bool function = span_starts(span_trim(p->rest), SPAN("("));
    if (n)
        memcpy(text, p->word.at, n);
    if (function)
        memcpy(text + n, "()", 2);
    if (p->quoted || !listed(p->d->tables, ' ', span_of(text, n + (function ? 2 : 0))))
        return fail(p, "a SELECT may read tables of names and sizes only");
    return next(p) && (!function || (need(p, "(") && need(p, ")")));
}

/* One table or one SELECT, and the letter that stands for it. */
static bool parse_source(struct parser *p)
{
    if (took(p, "(") ? !parse_select(p) || !need(p, ")") : !parse_table(p))
        return false;
    bool named = took(p, "as");
    if (is_letter(p->word))
        return next(p);
    return !named || fail(p, "what stands for a table must be one letter");
}

static bool parse_joins(struct parser *p)
{
    while (at_any(p, "any all left inner join")) {
        if (at_any(p, "any all") && !next(p))
            return false;
        if (at_any(p, "left inner") && !next(p))
            return false;
        if (!need(p, "join") || !parse_source(p) || !need(p, "using") || !parse_factor(p))
            return false;
    }
    return !p->e->text[0];
}

static bool parse_order(struct parser *p)
{
    do {
        if (!parse_or(p))
            return false;
        (void)(took(p, "desc") || took(p, "asc"));
    } while (took(p, ","));
    return true;
}

static bool parse_select(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        return fail(p, "a statement may not be nested deeper");
    if (!need(p, "select") || !parse_items(p))
        return false;
    if (took(p, "from") && (!parse_source(p) || !parse_joins(p)))
        return false;
    if (took(p, "where") && !parse_or(p))
        return false;
    if (took(p, "group") && (!need(p, "by") || !parse_list(p)))
        return false;
    if (took(p, "order") && (!need(p, "by") || !parse_order(p)))
        return false;
    if (took(p, "limit")) {
        if (!is_number(p->word))
            return fail(p, "LIMIT takes a number");
        if (!next(p))
            return false;
    }
    p->depth--;
    return !p->e->text[0];
}

/* Whether it is one of the whole statements, however its words are spaced and written. */
static bool is_whole(const struct dialect *d, struct span s)
{
    uint8_t text[80];
    size_t n = 0;
    s = span_trim(s);
    for (size_t i = 0; i < s.len && n < sizeof(text); i++)
        if (!(s.at[i] == ' ' && n && text[n - 1] == ' '))
            text[n++] = ascii_lower(s.at[i]);
    return n < sizeof(text) && d->wholes && listed(d->wholes, ',', span_of(text, n));
}

bool law_statement(struct span dialect, struct span statement, struct error *e)
{
    struct parser p = { .rest = statement, .e = e };
    for (size_t i = 0; i < sizeof(DIALECTS) / sizeof(DIALECTS[0]); i++)
        if (span_is(dialect, DIALECTS[i].name))
            p.d = &DIALECTS[i];
    if (!p.d)
        return error_set(e, "no statement may be sent here");
    e->text[0] = '\0';
    if (is_whole(p.d, statement))
        return true;
    if (!next(&p))
        return false;
    if (!p.d->tables || !at(&p, "select"))
        return error_set(e, "the statement \"%.*s\" may not be sent; only %s%s",
                         SPAN_FMT(span_first(statement, 40)),
                         p.d->tables ? "SELECT of names, counts and sizes, " : "",
                         p.d->wholes ? p.d->wholes : "");
    if (!parse_select(&p))
        return false;
    if (took(&p, "format") && (!p.d->formats || !at_any(&p, p.d->formats) || !next(&p)))
        return fail(&p, "the format must be a JSON or TSV one");
    return !e->text[0] && (p.word.len == 0 || fail(&p, "the statement must end here"));
}

void law_statements_print(struct buf *out)
{
    buf_str(out, "Statements, by dialect:\n");
    for (size_t i = 0; i < sizeof(DIALECTS) / sizeof(DIALECTS[0]); i++) {
        const struct dialect *d = &DIALECTS[i];
        buf_printf(out, "  %s\n", d->name);
        if (d->wholes)
            buf_printf(out, "    whole: %s\n", d->wholes);
        if (d->tables)
            buf_printf(out, "    select from: %s\n      columns: %s\n      functions: %s\n",
                       d->tables, d->columns, d->functions);
    }
}
