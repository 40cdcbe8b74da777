/* Which format this is, and the way to its reader. The guess looks at bytes, never at a file name:
 * a dump is called anything. */
#include "pii/reader.h"

enum {
    ROWS_LOOKED_AT = 20,
    ROWS_BEHIND_TITLE = 8,
    RAGGED_ROWS_LEAST = 16,
    RAGGED_ROWS_MOST = 128,
    LIST_LINES_MOST = 200,
    SCRIPT_HEAD_MAX = 200,
    LIST_LINE_BYTES = 64,
    LIST_DIGITS_LEAST = 5,
    LIST_HIGH_MOST = 6,    /* two Han characters of a number plate; more are words about a number */
    LIST_DIGITS_MOST = 20, /* more are two numbers a line */
    LIST_ONE_IN = 20,      /* lines may be of another kind than the others */
    RAGGED_ONE_IN = 6,     /* rows have another count of cells than the others */
    RAGGED_CELLS = 2       /* at most so many more or fewer */
};

const char *reader_format_name(enum pii_format f)
{
    static const char *const NAMES[] = { [FORMAT_UNKNOWN] = "unknown",
                                         [FORMAT_TEXT] = "text",
                                         [FORMAT_JSON] = "json",
                                         [FORMAT_CSV] = "csv",
                                         [FORMAT_SQL] = "sql" };
    return NAMES[f];
}

/* How many delimiters the row at the front of *s has outside quotes; moves *s behind the row. */
static size_t count_row(struct span *s, uint8_t delim)
{
    size_t count = 0, i = 0;
    bool quoted = false;
    for (; i < s->len && (quoted || s->at[i] != '\n'); i++) {
        if (s->at[i] == '"')
            quoted = !quoted;
        else if (!quoted && s->at[i] == delim)
            count++;
    }
    *s = span_from(*s, i + 1);
    return count;
}

/* Rows with the same count of delimiters, not cut off by the end of the head. */
static size_t steady_rows(struct span head, uint8_t delim, bool whole, size_t *ret_columns)
{
    size_t rows = 0, first = 0;
    while (head.len && rows < ROWS_LOOKED_AT) {
        size_t count = count_row(&head, delim);
        if (head.len == 0 && !whole && rows > 0)
            break;
        if (rows == 0)
            first = count;
        if (count == 0 || count != first)
            return 0;
        rows++;
    }
    *ret_columns = first + 1;
    return rows;
}

/* How many delimiters most rows have; 0 where more than a few have another count, or one that is far
 * from it. */
static size_t usual_count(struct span head, uint8_t delim, bool whole)
{
    size_t tally[256] = { 0 }, rows = 0, least = 255, most = 0;
    while (head.len && rows < RAGGED_ROWS_MOST && most <= least + 2 * RAGGED_CELLS) {
        size_t count = count_row(&head, delim);
        if (head.len == 0 && !whole)
            break;
        if (count == 0 || count > 255)
            return 0;
        tally[count]++;
        least = count < least ? count : least;
        most = count > most ? count : most;
        rows++;
    }
    if (rows < RAGGED_ROWS_LEAST)
        return 0;
    for (size_t i = least; i <= most; i++)
        if ((rows - tally[i]) * RAGGED_ONE_IN <= rows)
            return most <= i + RAGGED_CELLS && least + RAGGED_CELLS >= i ? i : 0;
    return 0;
}

/* In prose and in source code a comma is followed by a blank, in a table only by chance. */
static bool is_written_as_prose(struct span head, uint8_t delim)
{
    size_t all = 0, spaced = 0;
    for (size_t rows = 0; head.len && rows < RAGGED_ROWS_MOST; rows++) {
        struct span row = span_cut(&head, '\n');
        for (size_t i = 0; i + 1 < row.len; i++) {
            all += row.at[i] == delim;
            spaced += row.at[i] == delim && row.at[i + 1] == ' ';
        }
    }
    return spaced * 2 > all;
}

/* The delimiter of a table in which some rows have a cell more (a comma in an address) or fewer (the
 * last one is missing); 0 where there is none. */
static uint8_t ragged_delimiter(struct span head, bool whole)
{
    static const char DELIMS[] = "\t,;|^~\1";
    size_t best = 1;
    uint8_t delim = 0;
    for (const char *d = DELIMS; *d; d++) {
        size_t count = usual_count(head, (uint8_t)*d, whole);
        if (count > best && !is_written_as_prose(head, (uint8_t)*d)) {
            best = count;
            delim = (uint8_t)*d;
        }
    }
    return delim;
}

/* "user:hash:mail", as password files and leaked lists are written: rows without a blank. */
static bool is_colon_table(struct span head, bool whole)
{
    size_t columns = 0;
    struct span rows = head;
    if (steady_rows(head, ':', whole, &columns) < ROWS_LOOKED_AT)
        return false;
    for (size_t i = 0; i < ROWS_LOOKED_AT; i++) {
        struct span row = span_cut(&rows, '\n');
        if (span_index(row, ' ') < row.len || span_index(row, '/') < row.len)
            return false;
    }
    return true;
}

/* The delimiter that makes most columns; 0 where none makes any. */
static uint8_t best_delimiter(struct span head, bool whole, bool behind_title)
{
    static const char DELIMS[] = "\t,;|^~\1";
    size_t best = 1;
    uint8_t delim = 0;
    for (const char *d = DELIMS; *d; d++) {
        size_t columns = 0, rows = steady_rows(head, (uint8_t)*d, whole, &columns);
        /* Prose has a comma a line now and then: two columns need more rows to be believed. */
        bool sure = behind_title ? rows >= ROWS_BEHIND_TITLE && columns > 2
                                 : rows >= 2 && (columns > 2 || rows >= 4 || *d == '\t');
        if (sure && columns > best) {
            best = columns;
            delim = (uint8_t)*d;
        }
    }
    return delim;
}

static bool guess_table(struct span head, uint8_t *ret_delim)
{
    struct span rest = head;
    bool whole = head.len && head.at[head.len - 1] == '\n';
    uint8_t delim = best_delimiter(head, whole, false);
    if (!delim && is_colon_table(head, whole))
        delim = ':';
    for (size_t i = 0; i < TITLE_ROWS_MAX && !delim; i++) {
        (void)span_cut(&rest, '\n');
        delim = best_delimiter(rest, whole, true);
    }
    if (!delim)
        delim = ragged_delimiter(head, whole);
    if (delim)
        *ret_delim = delim;
    return delim;
}

/* Numbers, telephone numbers, dates: digits and what groups them. */
static bool is_number_line(struct span s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        digits += ascii_is_digit(s.at[i]);
        if (!ascii_is_digit(s.at[i]) && (!s.at[i] || !strchr(" +-()./xX*", s.at[i])))
            return false;
    }
    return digits >= LIST_DIGITS_LEAST && digits <= LIST_DIGITS_MOST;
}

static bool is_mail_line(struct span s)
{
    size_t at = span_index(s, '@');
    struct span host = span_from(s, at + 1);
    return at > 0 && host.len >= 4 && span_index(host, '@') == host.len &&
           span_index(host, '.') < host.len && span_index(s, ' ') == s.len;
}

/* Two to four Han characters, or more around a middle dot, and nothing else. */
static bool is_han_line(struct span s)
{
    size_t count = 0, dots = 0;
    while (s.len >= 3 && s.at[0] >= 0xe3 && s.at[0] <= 0xe9) {
        count++;
        s = span_from(s, 3);
        if (span_starts(s, SPAN("\xc2\xb7"))) {
            dots++;
            s = span_from(s, 2);
        }
    }
    return s.len == 0 && count >= 2 && (count <= 4 || dots);
}

/* Codes of one form: as long, the same marks in the same places, letters and digits between them.
 * With a blank they are groups of capitals and digits, or else words, or two numbers. */
static bool is_line_like(struct span s, struct span model)
{
    size_t digits = 0, high = 0;
    bool small = false, capital = false, blank = false;
    if (s.len != model.len)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool word = is_alnum(s.at[i]) || s.at[i] >= 0x80;
        high += s.at[i] >= 0x80;
        digits += ascii_is_digit(s.at[i]);
        small = small || (s.at[i] >= 'a' && s.at[i] <= 'z');
        capital = capital || (s.at[i] >= 'A' && s.at[i] <= 'Z');
        blank = blank || s.at[i] <= ' ';
        if (word ? !is_alnum(model.at[i]) && model.at[i] < 0x80 : s.at[i] != model.at[i])
            return false;
    }
    return digits >= LIST_DIGITS_LEAST && high <= LIST_HIGH_MOST && (!blank || (capital && !small));
}

/* One short value a line, all of one kind. What the first line is does not matter: it may be the
 * heading. Lists of words are none: they are not told from prose. */
static bool is_list(struct span head, bool whole)
{
    enum { KINDS = 4 };
    size_t misses[KINDS] = { 0 }, lines = 0, most = LIST_LINES_MOST / LIST_ONE_IN, fewest = 0;
    struct span first = span_trim(span_cut(&head, '\n')), model = SPAN_NONE;
    if (first.len == 0 || first.len > LIST_LINE_BYTES)
        return false;
    while (lines < LIST_LINES_MOST && fewest <= most) {
        struct span line = span_trim(span_cut(&head, '\n'));
        if (head.len == 0 && (!whole || line.len == 0))
            break;
        if (line.len == 0 || line.len > LIST_LINE_BYTES)
            return false;
        if (lines++ == 0)
            model = line;
        misses[0] += !is_number_line(line);
        misses[1] += !is_mail_line(line);
        misses[2] += !is_han_line(line);
        misses[3] += !is_line_like(line, model);
        fewest = SIZE_MAX;
        for (unsigned i = 0; i < KINDS; i++)
            fewest = misses[i] < fewest ? misses[i] : fewest;
    }
    return lines >= ROWS_LOOKED_AT && fewest * LIST_ONE_IN <= lines;
}

/* A list is a table of one column: with a delimiter that does not occur. */
static bool guess_list(struct span head, uint8_t *ret_delim)
{
    static const char DELIMS[] = "\t;|";
    bool whole = head.len && head.at[head.len - 1] == '\n';
    if (!is_list(head, whole))
        return false;
    for (const char *d = DELIMS; *d; d++)
        if (span_index(head, (uint8_t)*d) == head.len)
            return *ret_delim = (uint8_t)*d, true;
    return false;
}

static bool line_starts(struct span head, const char *text)
{
    struct span wanted = span_str(text);
    for (size_t lines = 0; head.len && lines < 400; lines++) {
        if (head.len >= wanted.len && span_eq_nocase(span_first(head, wanted.len), wanted))
            return true;
        (void)span_cut(&head, '\n');
    }
    return false;
}

static bool guess_sql(struct span head)
{
    return line_starts(head, "INSERT INTO ") || line_starts(head, "INSERT [") || line_starts(head, "CREATE TABLE ") ||
           line_starts(head, "-- MySQL dump") || line_starts(head, "-- PostgreSQL database dump") ||
           (line_starts(head, "COPY ") && span_has(head, "FROM stdin;"));
}

static bool guess_json(struct span s)
{
    s = span_trim(s);
    if (s.len < 2 || (s.at[0] != '{' && s.at[0] != '['))
        return false;
    struct span next = span_trim(span_from(s, 1));
    if (next.len == 0)
        return true;
    if (s.at[0] == '{')
        return next.at[0] == '"' || next.at[0] == '}';
    struct span third = span_trim(span_from(next, 1));
    if (next.at[0] == '[' && third.len && is_alnum(third.at[0]) && !ascii_is_digit(third.at[0]) &&
        !span_starts(third, SPAN("true")) && !span_starts(third, SPAN("false")) && !span_starts(third, SPAN("null")))
        return false; /* [[people]] of TOML */
    return next.at[0] == '{' || next.at[0] == '[' || next.at[0] == '"' || next.at[0] == ']' ||
           (ascii_is_digit(next.at[0]) && !span_has(span_first(next, 24), "/") &&
            !span_has(span_first(next, 24), ":"));
}

size_t reader_script_head(struct span head)
{
    size_t at = 0, letters = 0, most = head.len < SCRIPT_HEAD_MAX ? head.len : SCRIPT_HEAD_MAX;
    for (; at < most && (is_alnum(head.at[at]) || strchr("_$. \t\r\n/*", head.at[at])) && head.at[at]; at++)
        letters += is_alnum(head.at[at]);
    if (letters == 0 || at == most || (head.at[at] != '=' && head.at[at] != '('))
        return 0;
    for (at++; at < most && ascii_is_space(head.at[at]);)
        at++;
    struct span rest = span_from(head, at);
    return rest.len && (rest.at[0] == '{' || rest.at[0] == '[') && guess_json(rest) ? at : 0;
}

enum pii_format reader_guess(struct span head, uint8_t *ret_delim)
{
    *ret_delim = ',';
    if (guess_json(head))
        return FORMAT_JSON;
    if (guess_sql(head))
        return FORMAT_SQL;
    if (guess_table(head, ret_delim) || guess_list(head, ret_delim))
        return FORMAT_CSV;
    return FORMAT_TEXT;
}

void reader_init(struct reader_state *r, struct profile *p, enum pii_format format, uint8_t delim,
                 struct span head)
{
    memset(r, 0, sizeof(*r));
    r->format = format;
    p->plan.stop[0] = format == FORMAT_CSV ? delim : format == FORMAT_SQL ? '\'' : '"';
    p->plan.stop[1] = format == FORMAT_CSV ? '\n' : '\\';
    switch (format) {
    case FORMAT_JSON: {
        struct span first = span_trim(span_cut(&head, '\n'));
        r->json.container = first.len && first.at[0] == '{' && first.at[first.len - 1] != '}';
        break;
    }
    case FORMAT_CSV:
        r->csv.delim = delim;
        break;
    case FORMAT_SQL:
        break;
    default:
        r->text.field = profile_field(p, FIELD_ROOT, SPAN("(text)"), FIELD_NONE);
        break;
    }
}

size_t reader_read(struct reader_state *r, struct profile *p, const struct text *t, bool last,
                   bool full)
{
    switch (r->format) {
    case FORMAT_JSON:
        return json_read(&r->json, p, t, last, full);
    case FORMAT_CSV:
        return pii_csv_read(&r->csv, p, t, last, full);
    case FORMAT_SQL:
        return sql_read(&r->sql, p, t, last, full);
    default:
        return text_read(&r->text, p, t, last, full);
    }
}

bool reader_is_between(const struct reader_state *r)
{
    switch (r->format) {
    case FORMAT_JSON:
        return r->json.depth == 0 && r->json.deeper == 0 && !r->json.inside && !r->json.container &&
               r->json.damaged == 0 && r->json.expect == EXPECT_VALUE;
    case FORMAT_CSV:
        return r->csv.begun;
    default:
        return r->format == FORMAT_TEXT;
    }
}

void reader_merge(struct reader_state *r, struct profile *p, const struct reader_state *part)
{
    if (r->format == FORMAT_CSV)
        csv_columns_add(&r->csv, p, part->csv.column_count);
    else if (r->format == FORMAT_TEXT)
        r->text.lines = part->text.lines;
}
