/* SQL dumps: INSERT INTO ... VALUES (...), (...); of mysqldump, pg_dump --inserts and sqlite, and
 * COPY ... FROM stdin; of pg_dump. Columns come from the statement or from CREATE TABLE. A tuple is
 * the unit: one row of a table, one record. Everything between statements is skipped as text. */
#include "pii/reader.h"

#include <stdio.h>

enum { SQL_OUTSIDE, SQL_TUPLES, SQL_COPY };

enum { UNESCAPED_MAX = 2048, STATEMENT_BYTES_MAX = 65536 };

struct cursor {
    const struct text *t;
    size_t at;
};

static bool done(const struct cursor *c)
{
    return c->at >= c->t->len;
}

static uint8_t here(const struct cursor *c)
{
    return done(c) ? 0 : c->t->base[c->at];
}

static void blanks(struct cursor *c)
{
    while (!done(c) && ascii_is_space(here(c)))
        c->at++;
}

static bool word(struct cursor *c, const char *wanted)
{
    struct span w = span_str(wanted);
    blanks(c);
    struct span rest = span_sub(span_of(c->t->base, c->t->len), c->at, w.len);
    if (!span_eq_nocase(rest, w) ||
        is_alnum(c->at + w.len < c->t->len ? c->t->base[c->at + w.len] : 0))
        return false;
    c->at += w.len;
    return true;
}

/* A name: `a`, "a", [a] or a; the last part of schema.table. */
static bool identifier(struct cursor *c, struct span *ret)
{
    for (;;) {
        blanks(c);
        uint8_t open = here(c), close = open == '[' ? ']' : open;
        size_t from = c->at;
        if (open == '`' || open == '"' || open == '[') {
            from = ++c->at;
            while (!done(c) && here(c) != close)
                c->at++;
            if (done(c))
                return false;
            *ret = span_of(c->t->base + from, c->at++ - from);
        } else {
            while (!done(c) &&
                   (is_alnum(here(c)) || here(c) == '_' || here(c) == '$' || here(c) >= 0x80))
                c->at++;
            *ret = span_of(c->t->base + from, c->at - from);
        }
        if (here(c) != '.' || ret->len == 0)
            return ret->len > 0;
        c->at++;
    }
}

static struct sql_table *table_of(struct sql_reader *r, uint16_t field)
{
    for (size_t i = 0; i < r->table_count; i++)
        if (r->tables[i].field == field)
            return &r->tables[i];
    if (r->table_count == TABLES_MAX)
        return NULL;
    struct sql_table *table = &r->tables[r->table_count++];
    *table = (struct sql_table){ .field = field, .first = (uint16_t)r->column_count };
    return table;
}

/* "(a, b, c)" into the columns of the statement. */
static bool column_list(struct sql_reader *r, struct profile *p, struct cursor *c)
{
    r->current_count = 0;
    c->at++;
    for (;;) {
        struct span name;
        if (!identifier(c, &name))
            return false;
        if (r->current_count < COLUMNS_MAX)
            r->current[r->current_count++] = profile_field(p, r->table, name, FIELD_NONE);
        blanks(c);
        if (here(c) == ')') {
            c->at++;
            return true;
        }
        if (here(c) != ',')
            return false;
        c->at++;
    }
}

static void columns_of_table(struct sql_reader *r)
{
    const struct sql_table *table = table_of(r, r->table);
    r->current_count = 0;
    for (size_t i = 0; table && i < table->count; i++)
        r->current[r->current_count++] = r->columns[table->first + i];
}

/* Skips the rest of one column's definition: up to a comma or the closing bracket of the table. */
static void skip_definition(struct cursor *c)
{
    size_t depth = 0;
    while (!done(c)) {
        uint8_t b = here(c);
        if (depth == 0 && (b == ',' || b == ')'))
            return;
        if (b == '\'') {
            c->at++;
            while (!done(c) && here(c) != '\'')
                c->at++;
        }
        depth += b == '(';
        depth -= b == ')';
        c->at++;
    }
}

static bool create_table(struct sql_reader *r, struct profile *p, struct cursor *c)
{
    static const char *const NOT_COLUMNS[] = { "primary",    "key",     "unique",
                                               "constraint", "foreign", "index",
                                               "fulltext",   "check",   "exclude" };
    struct span name;
    if (word(c, "if"))
        (void)(word(c, "not") && word(c, "exists"));
    if (!identifier(c, &name))
        return false;
    struct sql_table *table = table_of(r, profile_field(p, FIELD_ROOT, name, FIELD_NONE));
    blanks(c);
    if (here(c) != '(' || !table)
        return false;
    table->first = (uint16_t)r->column_count;
    table->count = 0;
    c->at++;
    while (!done(c) && identifier(c, &name)) {
        bool column = true;
        for (size_t i = 0; i < sizeof(NOT_COLUMNS) / sizeof(NOT_COLUMNS[0]); i++)
            column = column && !span_eq_nocase(name, span_str(NOT_COLUMNS[i]));
        if (column && r->column_count < COLUMNS_MAX * 2 && table->count < COLUMNS_MAX) {
            r->columns[r->column_count++] = profile_field(p, table->field, name, FIELD_NONE);
            table->count++;
        }
        skip_definition(c);
        if (here(c) != ',')
            break;
        c->at++;
    }
    return true;
}

/* The head of a statement at a line's start. True where it was one that carries data or columns. */
static bool statement(struct sql_reader *r, struct profile *p, struct cursor *c)
{
    struct span name;
    if (word(c, "create"))
        return word(c, "table") && create_table(r, p, c);
    bool insert = word(c, "insert") || word(c, "replace"), copy = !insert && word(c, "copy");
    if (!insert && !copy)
        return false;
    /* "INSERT [dbo].[T]": SQL Server's own scripts leave the word out. */
    if (insert && ((void)word(c, "ignore"), !word(c, "into")) && (blanks(c), here(c) != '['))
        return false;
    if (!identifier(c, &name))
        return false;
    r->table = profile_field(p, FIELD_ROOT, name, FIELD_NONE);
    blanks(c);
    if (here(c) != '(')
        columns_of_table(r);
    else if (!column_list(r, p, c))
        return false;
    if (insert) {
        if (!word(c, "values"))
            return false;
        r->mode = SQL_TUPLES;
        return true;
    }
    if (!word(c, "from") || !word(c, "stdin"))
        return false;
    size_t line = TEXT_NEXT(c->t, c->at, m_->line[b_]);
    if (line >= c->t->len)
        return false;
    c->at = line + 1;
    r->mode = SQL_COPY;
    return true;
}

static uint16_t column(struct sql_reader *r, struct profile *p, size_t at)
{
    while (at >= r->current_count && r->current_count < COLUMNS_MAX) {
        char name[24];
        int n = snprintf(name, sizeof(name), "column %zu", r->current_count + 1);
        r->current[r->current_count++] = profile_field(p, r->table, span_of(name, (size_t)n),
                                                       FIELD_NONE);
    }
    return at < r->current_count ? r->current[at] : FIELD_ROOT;
}

/* The closing quote of a string literal; t->len if it is not there. */
static size_t literal_end(const struct text *t, size_t from, bool *ret_escaped)
{
    for (;;) {
        size_t at = TEXT_NEXT(t, from, m_->stop[b_]);
        if (at >= t->len)
            return t->len;
        bool doubled = t->base[at] == '\'' && at + 1 < t->len && t->base[at + 1] == '\'';
        if (t->base[at] == '\'' && !doubled)
            return at;
        *ret_escaped = true;
        from = at + 2;
    }
}

static void escaped_value(struct profile *p, uint16_t field, struct span raw)
{
    uint8_t plain[UNESCAPED_MAX];
    size_t n = 0;
    for (size_t i = 0; i < raw.len && n < UNESCAPED_MAX; i++) {
        uint8_t c = raw.at[i];
        if ((c == '\\' || c == '\'') && i + 1 < raw.len) {
            c = raw.at[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
        plain[n++] = c;
    }
    profile_bytes(p, field, span_of(plain, n));
}

/* "(1, 'a', NULL)" at the cursor: pushed when `push`, else only measured. False where it is not
 * whole. */
static bool tuple(struct sql_reader *r, struct profile *p, struct cursor *c, bool push)
{
    size_t at = 0;
    c->at++;
    for (; !done(c); at++) {
        blanks(c);
        while (here(c) == 'N' || here(c) == 'E' || here(c) == '_' || here(c) == 'X') {
            /* A prefix of a literal (N'..', E'..', _binary '..') or the word NULL. */
            size_t word_end = c->at;
            while (word_end < c->t->len &&
                   (is_alnum(c->t->base[word_end]) || c->t->base[word_end] == '_'))
                word_end++;
            c->at = word_end;
            blanks(c);
            break;
        }
        if (here(c) == '\'') {
            bool escaped = false;
            size_t from = c->at + 1, end = literal_end(c->t, from, &escaped);
            if (end + 1 >= c->t->len)
                return false;
            if (push && escaped)
                escaped_value(p, column(r, p, at), span_of(c->t->base + from, end - from));
            else if (push)
                profile_value(p, column(r, p, at), c->t, from, end);
            c->at = end + 1;
            blanks(c);
        } else {
            size_t from = c->at, depth = 0;
            while (!done(c) && (depth > 0 || (here(c) != ',' && here(c) != ')'))) {
                depth += here(c) == '(';
                depth -= here(c) == ')';
                c->at++;
            }
            if (push && c->at > from)
                profile_value(p, column(r, p, at), c->t, from, c->at);
        }
        if (done(c))
            return false;
        if (c->t->base[c->at] == ')') {
            c->at++;
            return true;
        }
        c->at++;
    }
    return false;
}

static bool tuples(struct sql_reader *r, struct profile *p, struct cursor *c, bool last)
{
    for (;;) {
        blanks(c);
        uint8_t b = here(c);
        if (b == ',') {
            c->at++;
            continue;
        }
        if (b != '(') {
            if (!done(c))
                r->mode = SQL_OUTSIDE;
            return !done(c);
        }
        struct cursor look = *c;
        if (!tuple(r, p, &look, false) && !last)
            return false;
        profile_record_begin(p);
        (void)tuple(r, p, c, true);
        profile_record_end(p);
    }
}

/* Rows of COPY: tabs between, \N for null, "\." ends. */
static bool copy_rows(struct sql_reader *r, struct profile *p, struct cursor *c, bool last)
{
    while (!done(c)) {
        size_t line = TEXT_NEXT(c->t, c->at, m_->line[b_]);
        if (line >= c->t->len && !last)
            return false;
        if (line - c->at >= 2 && c->t->base[c->at] == '\\' && c->t->base[c->at + 1] == '.') {
            c->at = line < c->t->len ? line + 1 : line;
            r->mode = SQL_OUTSIDE;
            return true;
        }
        profile_record_begin(p);
        for (size_t at = 0; c->at <= line; at++) {
            size_t end = c->at;
            while (end < line && c->t->base[end] != '\t')
                end++;
            profile_value(p, column(r, p, at), c->t, c->at, end);
            c->at = end + 1;
        }
        profile_record_end(p);
        if (c->at > c->t->len)
            c->at = c->t->len;
    }
    return false;
}

/* Looks for the next statement, line by line. */
static bool outside(struct sql_reader *r, struct profile *p, struct cursor *c, bool last)
{
    while (!done(c)) {
        struct cursor look = *c;
        if (statement(r, p, &look)) {
            c->at = look.at;
            return true;
        }
        /* A head that is cut by the end of the buffer is looked at again. */
        if (done(&look) && !last && look.t->len - c->at < STATEMENT_BYTES_MAX)
            return false;
        size_t line = TEXT_NEXT(c->t, c->at, m_->line[b_]);
        profile_text(p, FIELD_ROOT, c->t, c->at, line);
        c->at = line < c->t->len ? line + 1 : line;
    }
    return false;
}

size_t sql_read(struct sql_reader *r, struct profile *p, const struct text *t, bool last, bool full)
{
    struct cursor c = { t, 0 };
    bool more = true;
    while (more && !done(&c)) {
        if (r->mode == SQL_TUPLES)
            more = tuples(r, p, &c, last);
        else if (r->mode == SQL_COPY)
            more = copy_rows(r, p, &c, last);
        else
            more = outside(r, p, &c, last);
    }
    if (c.at == 0 && full) {
        p->cut = true;
        c.at = text_cut(t, 0, true);
        profile_text(p, FIELD_ROOT, t, 0, c.at);
    }
    return c.at < t->len ? c.at : t->len;
}
