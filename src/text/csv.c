/* The only reader of table files. Spans of a row point into the text of the file. */
#include "text/csv.h"

#include "base/clock.h"
#include "base/file.h"

bool csv_read(struct arena *a, const char *dir, const char *name, const char **ret_path, struct span *ret,
              bool *ret_missing, struct error *e)
{
    *ret_path = arena_printf(a, "%s/%s", dir, name);
    if (!*ret_path)
        return error_set(e, "%s: not enough memory", dir);
    return ret_missing ? file_read_optional(a, *ret_path, CSV_BYTES_MAX, ret, ret_missing, e)
                       : file_read(a, *ret_path, CSV_BYTES_MAX, ret, e);
}

static bool split(struct span line, size_t columns, struct csv_row *row, struct error *e)
{
    if (span_index(line, '"') < line.len || span_index(line, 0) < line.len)
        return error_set(e, "a quote or a NUL byte");
    for (size_t i = 0; i < columns; i++) {
        size_t comma = span_index(line, ',');
        if ((comma < line.len) != (i + 1 < columns))
            return error_set(e, "%zu fields are wanted", columns);
        row->field[i] = span_first(line, comma);
        if (comma > CSV_FIELD_MAX)
            return error_set(e, "a field of more than %d bytes", CSV_FIELD_MAX);
        line = span_from(line, comma + 1);
    }
    return true;
}

bool csv_rows(const char *path, struct span text, const char *header,
              bool (*take)(void *self, const struct csv_row *row, struct error *e), void *self,
              struct error *e)
{
    size_t columns = 1;
    bool headed = false;
    for (const char *c = header; *c; c++)
        columns += *c == ',';
    for (unsigned number = 1; text.len; number++) {
        struct csv_row row = { .line = number };
        struct span line = span_cut(&text, '\n');
        if (number > CSV_LINES_MAX)
            return error_set(e, "%s: more than %d lines", path, CSV_LINES_MAX);
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (!headed) {
            if (!span_is(line, header))
                return error_set(e, "%s:%u: the columns are not %s", path, number, header);
            headed = true;
            continue;
        }
        if (!split(line, columns, &row, e) || !take(self, &row, e))
            return error_in(e, "%s:%u", path, number);
    }
    return headed || error_set(e, "%s: holds no table", path);
}

bool csv_date(struct span field, int64_t *ret_ms)
{
    char text[16];
    if (field.len != 10)
        return false;
    memcpy(text, field.at, 10);
    text[10] = '\0';
    return time_parse(text, ret_ms);
}
