/* Tables with a delimiter: CSV (RFC 4180), TSV, semicolons, bars. The first row is the heading
 * only where that is sure: a heading is shown in the output, a person's name must not be. */
#include <stdio.h>

#include "pii/hash.h"
#include "pii/names.h"
#include "pii/reader.h"
#include "pii/shown.h"
#include "pii/twice.h"

enum { CELL_UNQUOTED_MAX = 2048, HEAD_CELL_MAX = 240, STRANGE_CELLS_MAX = 128, STRANGE_ROWS = 8 };

/* The closing quote of a cell that begins behind an opening one at from - 1; t->len if none. */
static size_t quote_end(const struct text *t, size_t from, bool *ret_doubled)
{
    for (;;) {
        const uint8_t *quote = from < t->len ? memchr(t->base + from, '"', t->len - from) : NULL;
        size_t at = quote ? (size_t)(quote - t->base) : t->len;
        if (at >= t->len || at + 1 >= t->len || t->base[at + 1] != '"')
            return at;
        *ret_doubled = true;
        from = at + 2;
    }
}

/* Cuts the cell at `at`. Returns the offset of the delimiter or line end behind it, or SIZE_MAX
 * where the cell is not whole yet. */
static inline size_t cell_cut(const struct text *t, size_t at, bool last, struct csv_cell *ret)
{
    size_t from = at, to = 0;
    bool doubled = false;
    if (at < t->len && t->base[at] == '"') {
        size_t end = quote_end(t, at + 1, &doubled);
        if (end + 1 >= t->len && !last)
            return SIZE_MAX;
        from = at + 1;
        to = end < t->len ? end : t->len;
        at = end < t->len ? end + 1 : t->len;
    }
    size_t stop = TEXT_NEXT(t, at, m_->stop[b_]);
    if (stop >= t->len && !last)
        return SIZE_MAX;
    *ret = (struct csv_cell){ (uint32_t)from, (uint32_t)(to ? to : stop), doubled };
    return stop;
}

static void cell_take(struct profile *p, uint16_t field, const struct text *t,
                      const struct csv_cell *cell, struct column *later)
{
    size_t to = cell->to;
    if (to > cell->from && t->base[to - 1] == '\r')
        to--;
    if (!cell->doubled) {
        if (later)
            column_put(later, field, cell->from, to);
        else
            profile_value(p, field, t, cell->from, to);
        return;
    }
    uint8_t plain[CELL_UNQUOTED_MAX];
    size_t n = 0;
    for (size_t i = cell->from; i < to && n < CELL_UNQUOTED_MAX; i++) {
        plain[n++] = t->base[i];
        i += t->base[i] == '"';
    }
    profile_bytes(p, field, span_of(plain, n));
}

void csv_columns_add(struct csv_reader *r, struct profile *p, size_t count)
{
    while (r->column_count < count) {
        char name[24];
        int n = snprintf(name, sizeof(name), "column %zu", r->column_count + 1);
        r->columns[r->column_count++] = profile_field(p, FIELD_ROOT, span_of(name, (size_t)n),
                                                      FIELD_NONE);
    }
}

/* One whole row into columns; the offset behind it, or SIZE_MAX where it is not whole. */
static size_t row_take(struct csv_reader *r, struct profile *p, const struct text *t, size_t at,
                       bool last)
{
    struct csv_cell beyond;
    size_t count = 0, start = at, stop;
    for (;; at = stop + 1) {
        stop = cell_cut(t, at, last, count < COLUMNS_MAX ? &r->cells[count] : &beyond);
        if (stop == SIZE_MAX)
            return SIZE_MAX;
        count += count < COLUMNS_MAX;
        if (stop >= t->len || t->base[stop] == '\n')
            break;
    }
    if (count == 1 && stop <= start + 1)
        count = 0; /* an empty line is a record without values */
    profile_record_begin(p);
    csv_columns_add(r, p, count);
    bool later = !p->deep && profile_may_wait(p, count);
    if (later)
        (void)profile_row(p, t);
    for (size_t i = 0; i < count; i++)
        cell_take(p, r->columns[i], t, &r->cells[i], later ? &p->columns[i] : NULL);
    profile_record_end(p);
    return stop < t->len ? stop + 1 : t->len;
}

/* Cuts the row at `at` without a quote into cells that wait. Returns the offset of its line end, or
 * SIZE_MAX and nothing waits where it is not such a row, not whole, empty, or wider than those before. */
TWICE_INLINE size_t plain_row(const struct csv_reader *r, struct profile *p, const struct text *t,
                              size_t at)
{
    size_t count = 0, from = at, stop = at;
    while (count < r->column_count && t->base[from] != '"') {
        stop = TEXT_NEXT(t, from, m_->stop[b_]);
        size_t to = stop - (stop > from && t->base[stop - 1] == '\r');
        column_put(&p->columns[count], r->columns[count], from, to);
        count++;
        if (t->base[stop] == '\n' || stop == t->len)
            break;
        from = stop + 1;
    }
    if (stop < t->len && t->base[stop] == '\n' && stop > at + 1)
        return stop;
    while (count > 0)
        p->columns[--count].count--;
    return SIZE_MAX;
}

/* Rows whose values may wait; the offset of the first that must be looked at closer. */
TWICE_INLINE size_t plain_rows(const struct csv_reader *r, struct profile *p, const struct text *t,
                               size_t at)
{
    while (at < t->len && !profile_next_is_deep(p)) {
        (void)profile_row(p, t);
        size_t stop = plain_row(r, p, t, at);
        if (stop == SIZE_MAX) {
            p->rows--;
            break;
        }
        p->records++;
        at = stop + 1;
    }
    return at;
}

#ifdef __x86_64__
BMI_TARGET static size_t plain_rows_bmi(const struct csv_reader *r, struct profile *p,
                                        const struct text *t, size_t at)
{
    return plain_rows(r, p, t, at);
}
#endif

static size_t take_plain_rows(const struct csv_reader *r, struct profile *p, const struct text *t,
                              size_t at)
{
    if (!profile_may_wait(p, r->column_count))
        return at;
#ifdef __x86_64__
    if (has_bmi())
        return plain_rows_bmi(r, p, t, at);
#endif
    return plain_rows(r, p, t, at);
}

struct look {
    size_t cells, filled, known;
    bool fits; /* every cell could be a heading */
};

static void look_at_cell(const struct profile *p, const struct text *t, struct span cell,
                         struct look *l)
{
    bool digit_first = cell.len && ascii_is_digit(cell.at[0]), number = cell.len > 0;
    cell = span_trim(cell);
    l->cells++;
    l->filled += cell.len > 0;
    for (size_t i = 0; i < cell.len; i++)
        number = number && (ascii_is_digit(cell.at[i]) || strchr(".-/: +", cell.at[i]));
    struct name_hint hint = detectors_name(p->d, cell);
    l->known += hint.strong || hint.weak || hint.negative;
    size_t from = (size_t)(cell.at - t->base);
    if (number || digit_first || cell.len > HEAD_CELL_MAX ||
        (cell.len && name_is_value(span_first(cell, FIELD_NAME_LONGEST))) ||
        text_holds_value(p->d, t, from, from + cell.len))
        l->fits = false;
}

/* Looks at the row at `at`; the offset behind it or SIZE_MAX. */
static size_t look_at_row(const struct profile *p, const struct text *t, size_t at, bool last,
                          struct look *l)
{
    *l = (struct look){ .fits = true };
    for (;;) {
        struct csv_cell cell;
        size_t stop = cell_cut(t, at, last, &cell);
        if (stop == SIZE_MAX)
            return SIZE_MAX;
        look_at_cell(p, t, span_of(t->base + cell.from, cell.to - cell.from), l);
        at = stop < t->len ? stop + 1 : t->len;
        if (stop >= t->len || t->base[stop] == '\n')
            return at;
    }
}

/* A row whose names nobody knows, in whatever script, against the rows below it. */
struct strange {
    struct {
        bool bare, value; /* without a digit; no known name, and passes as some value */
        bool alike;       /* a cell below is the same, or a code of its length */
        uint32_t numbers, others, values; /* cells below */
        size_t len;
        uint64_t hash;
    } columns[STRANGE_CELLS_MAX];
    size_t count;
    bool strong; /* some name says a lot */
    bool series; /* "k1,k2,k3": all differ in their numbers only */
};

static bool is_number_cell(struct span s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        digits += ascii_is_digit(s.at[i]);
        if (s.at[i] == '@')
            return true;
    }
    return digits * 3 >= s.len;
}

/* Letters, and up to three digits behind them: "md5", "联系电话1". */
static bool could_name(struct span s, size_t *ret_stem)
{
    static const char *const NULLS[] = { "null",    "nan",     "none", "n/a",  "na",  "nil",
                                         "unknown", "missing", "无",   "未知", "不详" };
    size_t end = s.len;
    bool letter = false;
    while (end > 0 && s.len - end < 3 && ascii_is_digit(s.at[end - 1]))
        end--;
    *ret_stem = end;
    for (size_t i = 0; i < end; i++) {
        letter = letter || s.at[i] >= 0x80 || is_alnum(s.at[i]);
        if (ascii_is_digit(s.at[i]))
            return false;
    }
    for (size_t i = 0; i < sizeof(NULLS) / sizeof(NULLS[0]); i++)
        if (span_eq_nocase(s, span_str(NULLS[i])))
            return false;
    return letter && s.len <= HEAD_CELL_MAX && !name_is_value(span_first(s, FIELD_NAME_LONGEST));
}

/* Does the cell pass as a value of some type: a name, a sex, a people? */
static bool is_some_value(const struct profile *p, const struct text *t, struct span cell)
{
    size_t from = (size_t)(cell.at - t->base);
    struct value v = { .form = FORM_OTHER };
    if (cell.len == 0 || cell.len > PIECE_MAX)
        return false;
    struct piece piece = piece_of(t, from, from + cell.len);
    value_judge(p->d, &piece, &v);
    return v.marks.pass != 0;
}

/* Cuts the cell at *at, without blanks around it, and moves *at behind it. False where it is not whole. */
static bool next_cell(const struct text *t, size_t *at, bool last, struct span *ret, bool *ret_end)
{
    struct csv_cell cell;
    size_t stop = cell_cut(t, *at, last, &cell);
    if (stop == SIZE_MAX)
        return false;
    *ret = span_trim(span_of(t->base + cell.from, cell.to - cell.from));
    *ret_end = stop >= t->len || t->base[stop] == '\n';
    *at = stop < t->len ? stop + 1 : t->len;
    return true;
}

/* The row at `at`. False where some cell is no name, or two are the same. */
static bool strange_row(const struct profile *p, const struct text *t, size_t at, bool last,
                        struct strange *row)
{
    uint64_t first_stem = 0;
    row->count = 0;
    row->strong = false;
    row->series = true;
    for (bool end = false; !end; row->count++) {
        struct span cell;
        size_t stem;
        if (row->count == STRANGE_CELLS_MAX || !next_cell(t, &at, last, &cell, &end))
            return false;
        bool index = row->count == 0 && cell.len == 0 && !end; /* above the numbers of the rows */
        if (!could_name(cell, &stem) && !index)
            return false;
        uint64_t stem_hash = profile_hash(span_first(cell, stem));
        first_stem = row->count ? first_stem : stem_hash;
        row->series = row->series && stem < cell.len && stem_hash == first_stem;
        struct name_hint hint = detectors_name(p->d, cell);
        uint64_t hash = profile_hash(cell);
        bool known = hint.strong || hint.weak || hint.negative;
        for (size_t i = 0; i < row->count; i++)
            if (row->columns[i].hash == hash)
                return false;
        row->strong = row->strong || hint.strong;
        row->columns[row->count] = (typeof(row->columns[0])){
            .bare = stem == cell.len,
            .value = !known && is_some_value(p, t, cell),
            .len = cell.len,
            .hash = hash,
        };
    }
    return true;
}

/* Compares the row at `at`, below, with it. Returns the offset behind that, or SIZE_MAX. */
static size_t strange_below(const struct profile *p, const struct text *t, size_t at, bool last,
                            struct strange *row)
{
    struct span cell;
    size_t cells = 0, next = at;
    bool end = false;
    while (!end && next_cell(t, &next, last, &cell, &end))
        cells++;
    if (!end)
        return SIZE_MAX;
    for (size_t i = 0; i < cells && cells == row->count; i++) {
        (void)next_cell(t, &at, last, &cell, &end);
        bool number = cell.len && is_number_cell(cell);
        row->columns[i].numbers += number;
        row->columns[i].others += cell.len && !number;
        row->columns[i].values += row->columns[i].value && is_some_value(p, t, cell);
        row->columns[i].alike = row->columns[i].alike ||
                                profile_hash(cell) == row->columns[i].hash ||
                                (!row->columns[i].bare && cell.len == row->columns[i].len);
    }
    return next;
}

/* All cells are words with three digits behind them at most, all differ, none is found below or
 * passes as a value, and either one says a lot, or they are numbered, or below one of them that has
 * no digit there are numbers only. Where one says a lot, a word that passes as a name ("席位") is
 * doubted only where such are below it. */
static bool is_strange_heading(const struct profile *p, const struct text *t, size_t at,
                               size_t next, bool last)
{
    struct strange row;
    bool numbers = false;
    if (!strange_row(p, t, at, last, &row))
        return false;
    for (size_t i = 0; i < STRANGE_ROWS && next < t->len; i++) {
        next = strange_below(p, t, next, last, &row);
        if (next == SIZE_MAX)
            break;
    }
    for (size_t i = 0; i < row.count; i++) {
        if (row.columns[i].alike ||
            (row.columns[i].value && (!row.strong || row.columns[i].values)))
            return false;
        numbers = numbers || (row.columns[i].bare && row.columns[i].numbers >= 2 &&
                              row.columns[i].others == 0);
    }
    return numbers || row.strong || (row.series && row.count > 1);
}

/* A row is the heading where no cell looks like a value, and half of them are known names or what is below
 * bears it out. */
static bool is_heading(const struct profile *p, const struct text *t, const struct look *row,
                       size_t at, size_t next, bool last)
{
    return row->fits && (row->known * 2 >= row->filled || is_strange_heading(p, t, at, next, last));
}

/* Where the heading is: in the first row, or below a few rows with one filled cell at most, which are
 * titles then. SIZE_MAX where there is none. */
static size_t find_heading(const struct profile *p, const struct text *t, bool last)
{
    size_t at = 0;
    for (size_t titles = 0; titles <= TITLE_ROWS_MAX && at < t->len; titles++) {
        struct look row;
        size_t next = look_at_row(p, t, at, last, &row);
        if (next == SIZE_MAX)
            break;
        bool title = row.filled <= 1 && (titles > 0 || row.cells > 2);
        if (!title && (titles == 0 || row.filled > 2) && is_heading(p, t, &row, at, next, last))
            return at;
        if (row.filled > 1)
            break;
        at = next;
    }
    return SIZE_MAX;
}

/* The heading in a cell: without doubled quotes, and cut where it is a sentence. */
static struct span heading_of(const struct text *t, const struct csv_cell *cell,
                              uint8_t out[static FIELD_NAME_LONGEST])
{
    size_t n = 0, i = cell->from;
    for (; i < cell->to && n < FIELD_NAME_LONGEST; i++) {
        out[n++] = t->base[i];
        i += cell->doubled && t->base[i] == '"';
    }
    while (i < cell->to && n > 0 && (out[n - 1] & 0xc0) == 0x80) /* a character that may be cut */
        n--;
    n -= i < cell->to && n > 0 && out[n - 1] >= 0xc0;
    return span_trim(span_of(out, n));
}

/* The field of the next column, whose heading is this. Where that has the form of a value, or another one
 * of its row has and it may be the name of somebody, the column is shown by its number. */
static void column_named(struct csv_reader *r, struct profile *p, struct span name, bool data)
{
    char number[24];
    int n = snprintf(number, sizeof(number), "column %zu", r->column_count + 1);
    enum name_proof proof = name.len ? name_proof(p, name) : NAME_KNOWN;
    bool hidden = proof == NAME_IS_DATA || (data && proof != NAME_KNOWN);
    if (name.len == 0)
        name = SPAN("(no heading)");
    else if (name_is_value(name))
        name = span_of(number, (size_t)n);
    uint16_t field = profile_field(p, FIELD_ROOT, name, FIELD_NONE);
    if (hidden && field != FIELD_ROOT)
        p->fields[field]->alias = arena_str(&p->arena, span_of(number, (size_t)n));
    r->columns[r->column_count++] = field;
}

/* Names the columns by the row at `at`; the offset behind it. */
static size_t take_heading(struct csv_reader *r, struct profile *p, const struct text *t, size_t at,
                           bool last)
{
    uint8_t plain[FIELD_NAME_LONGEST];
    struct csv_cell cell;
    bool data = false, end = false;
    for (size_t next = at; !end;) {
        size_t stop = cell_cut(t, next, last, &cell);
        if (stop == SIZE_MAX)
            return 0;
        struct span name = heading_of(t, &cell, plain);
        data = data || (name.len && name_proof(p, name) == NAME_IS_DATA);
        end = stop >= t->len || t->base[stop] == '\n';
        next = stop + 1;
    }
    for (;;) {
        size_t stop = cell_cut(t, at, last, &cell);
        if (r->column_count < COLUMNS_MAX)
            column_named(r, p, heading_of(t, &cell, plain), data);
        at = stop < t->len ? stop + 1 : t->len;
        if (stop >= t->len || t->base[stop] == '\n')
            return at;
    }
}

size_t pii_csv_read(struct csv_reader *r, struct profile *p, const struct text *t, bool last,
                    bool full)
{
    size_t at = 0;
    if (!r->begun) {
        r->begun = true;
        size_t heading = find_heading(p, t, last);
        if (heading != SIZE_MAX)
            at = take_heading(r, p, t, heading, last);
    }
    while ((at = take_plain_rows(r, p, t, at)) < t->len) {
        size_t next = row_take(r, p, t, at, last);
        if (next == SIZE_MAX)
            break;
        at = next;
    }
    profile_columns(p, t);
    if (at == 0 && full) {
        /* A row longer than the buffer, or a quote that never closes: as text. */
        p->cut = true;
        at = text_cut(t, 0, true);
        profile_text(p, FIELD_ROOT, t, 0, at);
    }
    return at;
}
