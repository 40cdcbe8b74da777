/* See office.h. Elements are known by what is behind the colon of their names: the prefixes are a matter of
 * taste. Entities that a document declares are refused, since they are how XML bombs are made. */
#include "unpack/office.h"

#include <expat.h>
#include <stdlib.h>

enum { DEPTH_MAX = 256, REPEAT_MAX = 1024 };

struct office_reader {
    enum office_kind kind;
    struct office_strings *strings;
    struct sink *sink;
    XML_Parser parser;
    struct buf cell;
    size_t depth, column, at; /* column: of the cell at hand; at: that is to be written next */
    unsigned repeat;
    bool in_text, in_cell, in_row, shared, broken, table;
    size_t silent; /* depth of an element whose text is none of the document's */
};

enum office_kind office_kind_of(struct span path)
{
    if (span_is(path, "xl/sharedStrings.xml"))
        return OFFICE_STRINGS;
    if (span_starts(path, SPAN("xl/worksheets/")) && span_has(path, ".xml") && !span_has(path, "_rels"))
        return OFFICE_SHEET;
    if (span_is(path, "content.xml"))
        return OFFICE_TABLES;
    bool rels = span_has(path, "_rels"), xml = span_has(path, ".xml");
    if (xml && !rels &&
        (span_starts(path, SPAN("word/document")) || span_starts(path, SPAN("word/header")) ||
         span_starts(path, SPAN("word/footer")) || span_starts(path, SPAN("word/comments")) ||
         span_starts(path, SPAN("word/footnotes")) || span_starts(path, SPAN("ppt/slides/")) ||
         span_starts(path, SPAN("ppt/notesSlides/"))))
        return OFFICE_TEXT;
    return OFFICE_NOT;
}

void office_strings_init(struct office_strings *o)
{
    *o = (struct office_strings){ .full = false };
    buf_init(&o->text, UNPACK_STRINGS_MAX);
    buf_init(&o->ends, UNPACK_STRINGS_MAX);
}

void office_strings_release(struct office_strings *o)
{
    buf_release(&o->text);
    buf_release(&o->ends);
}

static void strings_end(struct office_strings *o)
{
    buf_put(&o->ends, span_of(&o->text.len, sizeof(o->text.len)));
    o->full = o->full || !buf_ok(&o->text) || !buf_ok(&o->ends);
}

static struct span strings_at(const struct office_strings *o, struct span number)
{
    size_t i = 0, from = 0, to;
    number = span_trim(number);
    if (number.len == 0 || number.len > 9)
        return SPAN_NONE;
    for (size_t k = 0; k < number.len; k++) {
        if (!ascii_is_digit(number.at[k]))
            return SPAN_NONE;
        i = i * 10 + (size_t)(number.at[k] - '0');
    }
    if ((i + 1) * sizeof(to) > o->ends.len)
        return SPAN_NONE;
    memcpy(&to, o->ends.at + i * sizeof(to), sizeof(to));
    if (i)
        memcpy(&from, o->ends.at + (i - 1) * sizeof(from), sizeof(from));
    return span_of(o->text.at + from, to - from);
}

static struct span local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return span_str(colon ? colon + 1 : name);
}

static const char *attribute(const char **list, const char *wanted)
{
    for (; list[0]; list += 2)
        if (span_is(local_name(list[0]), wanted))
            return list[1];
    return NULL;
}

/* The column of "BC12": 0 for A. */
static size_t column_of(const char *ref)
{
    size_t column = 0;
    for (; *ref >= 'A' && *ref <= 'Z' && column < 20000; ref++)
        column = column * 26 + (size_t)(*ref - 'A' + 1);
    return column ? column - 1 : 0;
}

/* Writes the cell at hand, and empty ones in front of it where columns were left out. */
static void put_cell(struct office_reader *r, struct span value)
{
    for (; r->at < r->column && r->at < REPEAT_MAX; r->at++)
        (void)sink_data(r->sink, SPAN(","));
    (void)sink_cell(r->sink, value);
    r->at = r->column;
}

static void end_line(struct office_reader *r)
{
    (void)sink_data(r->sink, SPAN("\n"));
    r->at = r->column = 0;
}

static void start_sheet(struct office_reader *r, struct span name, const char **list)
{
    if (span_is(name, "c")) {
        const char *type = attribute(list, "t"), *ref = attribute(list, "r");
        r->shared = type && strcmp(type, "s") == 0;
        r->column = ref ? column_of(ref) : r->column;
        buf_reset(&r->cell);
    }
    r->in_text = span_is(name, "v") || span_is(name, "t");
}

static void start_tables(struct office_reader *r, struct span name, const char **list)
{
    if (span_is(name, "table"))
        r->table = true;
    if (span_is(name, "table-cell") || span_is(name, "covered-table-cell")) {
        const char *repeat = attribute(list, "number-columns-repeated");
        unsigned long times = repeat ? strtoul(repeat, NULL, 10) : 1;
        r->repeat = times > 0 && times < REPEAT_MAX ? (unsigned)times : 1;
        r->in_cell = true;
        buf_reset(&r->cell);
    }
    if (span_is(name, "p") || span_is(name, "h"))
        r->in_text = true;
    if (span_is(name, "annotation"))
        r->silent = r->depth;
}

static void XMLCALL start(void *self, const XML_Char *full, const XML_Char **list)
{
    struct office_reader *r = self;
    struct span name = local_name(full);
    if (++r->depth > DEPTH_MAX || r->sink->over) {
        r->broken = r->depth > DEPTH_MAX;
        XML_StopParser(r->parser, XML_FALSE);
        return;
    }
    if (r->kind == OFFICE_SHEET)
        start_sheet(r, name, list);
    else if (r->kind == OFFICE_TABLES)
        start_tables(r, name, list);
    else if (span_is(name, "rPh")) /* how a string is spoken */
        r->silent = r->depth;
    else
        r->in_text = span_is(name, "t");
}

static void end_tables(struct office_reader *r, struct span name)
{
    if (span_is(name, "p") || span_is(name, "h")) {
        r->in_text = false;
        if (!r->in_cell)
            (void)sink_data(r->sink, SPAN("\n"));
        else
            buf_byte(&r->cell, ' ');
    } else if (span_is(name, "table-cell") || span_is(name, "covered-table-cell")) {
        struct span value = span_trim(buf_span(&r->cell));
        /* Empty cells up to the edge of the sheet are left out. */
        for (unsigned i = 0; i < r->repeat; i++, r->column++)
            if (value.len)
                put_cell(r, value);
        r->in_cell = false;
    } else if (span_is(name, "table-row")) {
        end_line(r);
    }
}

static void XMLCALL end(void *self, const XML_Char *full)
{
    struct office_reader *r = self;
    struct span name = local_name(full);
    if (r->kind == OFFICE_SHEET) {
        if (span_is(name, "c")) {
            struct span value = buf_span(&r->cell);
            put_cell(r, r->shared ? strings_at(r->strings, value) : value);
            r->column++;
        } else if (span_is(name, "row")) {
            end_line(r);
        }
        r->in_text = false;
    } else if (r->kind == OFFICE_TABLES) {
        end_tables(r, name);
    } else {
        r->in_text = false;
        if (r->kind == OFFICE_STRINGS && span_is(name, "si"))
            strings_end(r->strings);
        else if (r->kind == OFFICE_TEXT && span_is(name, "p"))
            (void)sink_data(r->sink, SPAN("\n"));
        else if (r->kind == OFFICE_TEXT && (span_is(name, "tc") || span_is(name, "tab")))
            (void)sink_data(r->sink, SPAN(" "));
    }
    if (r->silent == r->depth)
        r->silent = 0;
    r->depth--;
}

static void XMLCALL text(void *self, const XML_Char *s, int n)
{
    struct office_reader *r = self;
    struct span part = span_of(s, (size_t)n);
    if (!r->in_text || r->silent)
        return;
    if (r->kind == OFFICE_STRINGS)
        buf_put(&r->strings->text, part);
    else if (r->kind == OFFICE_SHEET || r->in_cell)
        buf_put(&r->cell, part);
    else
        (void)sink_data(r->sink, part);
}

/* A document that declares entities. */
static void XMLCALL entity(void *self, const XML_Char *name, int parameter, const XML_Char *value, int n,
                           const XML_Char *base, const XML_Char *system, const XML_Char *public,
                           const XML_Char *notation)
{
    struct office_reader *r = self;
    (void)name, (void)parameter, (void)value, (void)n, (void)base, (void)system, (void)public;
    (void)notation;
    r->broken = true;
    XML_StopParser(r->parser, XML_FALSE);
}

struct office_reader *office_reader_new(enum office_kind kind, struct office_strings *strings, struct sink *s)
{
    struct office_reader *r = calloc(1, sizeof(*r));
    XML_Parser parser = r ? XML_ParserCreate(NULL) : NULL;
    if (!parser) {
        free(r);
        return NULL;
    }
    *r = (struct office_reader){ .kind = kind, .strings = strings, .sink = s, .parser = parser };
    buf_init(&r->cell, UNPACK_CELL_MAX);
    XML_SetUserData(parser, r);
    XML_SetElementHandler(parser, start, end);
    XML_SetCharacterDataHandler(parser, text);
    XML_SetEntityDeclHandler(parser, entity);
    return r;
}

bool office_reader_write(struct office_reader *r, struct span xml, bool last)
{
    return !r->broken && XML_Parse(r->parser, (const char *)xml.at, (int)xml.len, last) == XML_STATUS_OK;
}

void office_reader_free(struct office_reader *r)
{
    XML_ParserFree(r->parser);
    buf_release(&r->cell);
    free(r);
}
