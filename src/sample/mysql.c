/* Random rows of MySQL 5.7.8 and MariaDB 10.1 and later, whose sessions can be told to stop after a time.
 *
 * There is no TABLESAMPLE. A table that is small enough to be read through is: RAND() chooses among its rows, and LIMIT
 * is twice what is expected, so that it does not favour the front of the table. Of a larger one, whose primary key is
 * one whole number, the row at or after a random number between the least and the largest is read, again and again:
 * rows behind a gap in the numbers are a little likelier then. Larger tables with another key are left alone. Each
 * table has a READ ONLY transaction of its own that is rolled back.
 *
 * The account is the one that the visit got in by, found in the same way (probe/mysql_door.h). */
#include "base/reader.h"
#include "probe/mysql_door.h"
#include "probe/name.h"
#include "sample/draw.h"

#include <stdio.h>

enum {
    COLUMNS_MAX = 4096, /* MySQL's own limit */
    NAME_MAX_BYTES = 64 * 4,
    ROW_MAX_BYTES = 1 << 20,
    READ_THROUGH_BYTES = 64 * 1024 * 1024,
};

#define SAMPLE_PACKET(ask_name, reason, ...)                                                       \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { __VA_ARGS__ },                                                                  \
    }
#define SAMPLE_QUERY(ask_name, reason, sql)                                                        \
    SAMPLE_PACKET(ask_name, reason, ASK_LE(3, 2, 3, 0), ASK_BYTES("\0"), ASK_BYTES("\x03" sql))
#define PART_TABLE                                                                                 \
    ASK_HOLE("schema", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("`.`"), ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED)

static const struct ask LIMIT_MYSQL =
    SAMPLE_QUERY("sample.mysql.limits", "the server ends what takes more than 5 seconds, and waits for no lock",
                 "SET SESSION max_execution_time = 5000, lock_wait_timeout = 1");
static const struct ask LIMIT_MARIADB = SAMPLE_QUERY("sample.mysql.limits_mariadb", "the same as MariaDB calls it",
                                                     "SET SESSION max_statement_time = 5, lock_wait_timeout = 1");
static const struct ask TABLES =
    SAMPLE_QUERY("sample.mysql.tables", "names, estimated rows and sizes of the tables",
                 "SELECT table_schema, table_name, table_rows, data_length FROM information_schema.tables "
                 "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN "
                 "('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 4 DESC LIMIT 1000");
static const struct ask BEGIN =
    SAMPLE_QUERY("sample.mysql.begin", "a transaction that cannot write", "START TRANSACTION READ ONLY");
static const struct ask ROLLBACK = SAMPLE_QUERY("sample.mysql.rollback", "ends the transaction", "ROLLBACK");
static const struct ask KEY =
    SAMPLE_PACKET("sample.mysql.key", "which column is the primary key of one table, and whether it is a whole number",
                  ASK_LE(3, 2, 7, 0), ASK_BYTES("\0"),
                  ASK_BYTES("\x03SELECT MIN(column_name), COUNT(*), SUM(data_type IN "
                            "('tinyint', 'smallint', 'mediumint', 'int', 'bigint')) FROM information_schema.columns "
                            "WHERE column_key = 'PRI' AND table_schema = '"),
                  ASK_HOLE("schema", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("' AND table_name = '"),
                  ASK_HOLE("table", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("'"));
static const struct ask ENDS =
    SAMPLE_PACKET("sample.mysql.ends", "the least and the largest number of that key", ASK_LE(3, 2, 11, 0),
                  ASK_BYTES("\0"), ASK_BYTES("\x03SELECT MIN(`"), ASK_HOLE("key", NAME_MAX_BYTES, HOLE_QUOTED),
                  ASK_BYTES("`), MAX(`"),
                  ASK_HOLE("key", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("`) FROM `"), PART_TABLE, ASK_BYTES("`"));
static const struct ask ROWS =
    SAMPLE_PACKET("sample.mysql.rows", "random rows of a small table", ASK_LE(3, 2, 10, 0), ASK_BYTES("\0"),
                  ASK_BYTES("\x03SELECT * FROM `"), PART_TABLE, ASK_BYTES("` WHERE RAND() < "),
                  ASK_HOLE("share", 16, HOLE_NAME), ASK_BYTES(" LIMIT "), ASK_HOLE("limit", 8, HOLE_NAME));
static const struct ask ROW_AT =
    SAMPLE_PACKET("sample.mysql.row", "the row at a random number of the key of a large table", ASK_LE(3, 2, 13, 0),
                  ASK_BYTES("\0"), ASK_BYTES("\x03SELECT * FROM `"), PART_TABLE, ASK_BYTES("` WHERE `"),
                  ASK_HOLE("key", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("` >= "), ASK_HOLE("number", 20, HOLE_NAME),
                  ASK_BYTES(" ORDER BY `"), ASK_HOLE("key", NAME_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("` LIMIT 1"));
static const struct ask QUIT =
    SAMPLE_PACKET("sample.mysql.quit", "ends the session politely", ASK_BYTES("\x01\0\0\0\x01"));

struct table_about {
    struct span schema, name, shown, key;
    uint64_t rows, bytes;
    bool rows_known;
};

/* ---- answers ----------------------------------------------------------------------------- */

struct columns {
    struct span *name;
    size_t len;
};

struct packets {
    LIST_OF(struct span) list;
};

/* A packet that may be longer than those of the probe: a row. */
static bool read_long(struct wire *w, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, wire_need(w, 4));
    uint32_t len = reader_le24(&r);
    if (!wire_ok(w))
        return false;
    if (len == 0 || len > ROW_MAX_BYTES)
        return wire_fail(w);
    *ret = wire_need(w, len);
    return wire_ok(w);
}

/* A command that is answered with OK or an error. */
static bool command(struct draw *d, const struct ask *a)
{
    struct my_packet p;
    wire_ask(d->wire, a);
    return my_read(d->wire, &p) && p.body.at[0] == 0;
}

/* The name is the fifth of the texts that a definition begins with (Protocol::ColumnDefinition41). */
static bool column_parse(struct span packet, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    for (size_t i = 0; i < 5 && reader_ok(&r); i++)
        *ret = reader_take(&r, my_length(&r));
    return reader_ok(&r);
}

static bool read_columns(struct draw *d, struct columns *ret)
{
    struct my_packet p;
    struct verdict v;
    if (!my_read(d->wire, &p) || p.body.at[0] == 0xff)
        return false;
    struct reader r = reader_over(&v, p.body);
    uint64_t count = my_length(&r);
    reader_end(&r);
    if (!reader_ok(&r) || count == 0 || count > COLUMNS_MAX)
        return wire_fail(d->wire);
    *ret = (struct columns){ .name = arena_array(&d->batch, count, sizeof(*ret->name)), .len = count };
    for (size_t i = 0; i < count && ret->name; i++)
        if (!my_read(d->wire, &p) || !column_parse(p.body, &ret->name[i]))
            return wire_fail(d->wire);
    return ret->name && my_read(d->wire, &p) && (my_is_eof(p.body) || wire_fail(d->wire));
}

/* A whole answer of rows, each as its packet. False where the server refused, or broke off within the rows. */
static bool read_rows(struct draw *d, size_t most, struct columns *columns, struct packets *ret)
{
    struct span row;
    *ret = (struct packets){ 0 };
    if (!read_columns(d, columns))
        return false;
    while (read_long(d->wire, &row)) {
        if (my_is_eof(row))
            return true;
        if (row.at[0] == 0xff)
            return false;
        struct span *at = ret->list.len < most ? list_add(&d->batch, &ret->list) : NULL;
        if (!at)
            return wire_fail(d->wire);
        *at = row;
    }
    return false;
}

static void take_row(struct draw *d, const struct columns *columns, struct span packet)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    draw_record(d);
    for (size_t i = 0; i < columns->len; i++) {
        struct span value = my_cell(&r);
        if (!reader_ok(&r))
            return;
        if (value.len)
            draw_value(d, columns->name[i], value);
    }
}

/* ---- one table ------------------------------------------------------------------------- */

/* About `wanted` rows of a table that is read through. */
static bool draw_rows(struct draw *d, const struct table_about *t, uint32_t wanted)
{
    char share[17], limit[9];
    struct columns columns;
    struct packets rows;
    double part = t->rows_known && t->rows ? 1.1 * wanted / (double)t->rows : 1;
    (void)snprintf(share, sizeof(share), "%.9f", part > 1 ? 1 : part);
    (void)snprintf(limit, sizeof(limit), "%u", 2 * wanted);
    struct span args[] = { t->schema, t->name, span_str(share), span_str(limit) };
    wire_ask_with(d->wire, &ROWS, args, 4);
    if (!read_rows(d, 2 * (size_t)wanted, &columns, &rows))
        return false;
    size_t left = draw_some(d, rows.list.at, sizeof(*rows.list.at), rows.list.len, wanted);
    for (size_t i = 0; i < left && draw_wants(d); i++)
        take_row(d, &columns, rows.list.at[i]);
    return true;
}

/* Fills t->key where the primary key is one whole number. False where it is not. */
static bool find_key(struct draw *d, struct table_about *t)
{
    struct my_rows rows;
    struct my_error why;
    struct span args[] = { t->schema, t->name };
    if (!my_query_with(d->wire, &KEY, args, 2, 3, &rows, &why) || rows.list.len != 1 ||
        my_number(rows.list.at[0].cell[1]) != 1 || my_number(rows.list.at[0].cell[2]) != 1)
        return false;
    t->key = rows.list.at[0].cell[0];
    return true;
}

/* One after the other, at random numbers. */
static bool draw_by_key(struct draw *d, const struct table_about *t, uint32_t wanted)
{
    struct my_rows ends;
    struct my_error why;
    struct span range[] = { t->key, t->key, t->schema, t->name };
    if (!my_query_with(d->wire, &ENDS, range, 4, 2, &ends, &why) || ends.list.len != 1)
        return false;
    uint64_t from, to;
    /* Numbers below zero are left out: they are rare, and nobody counts downwards. */
    if (!span_u64(ends.list.at[0].cell[1], INT64_MAX, &to))
        return false;
    if (!span_u64(ends.list.at[0].cell[0], to, &from))
        from = 0;
    for (uint32_t i = 0; i < wanted && draw_wants(d); i++) {
        char number[21];
        struct columns columns;
        struct packets rows;
        uint64_t at = from + random_below(&d->random, to - from + 1);
        (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)at);
        struct span args[] = { t->schema, t->name, t->key, span_str(number), t->key };
        wire_ask_with(d->wire, &ROW_AT, args, 5);
        if (!read_rows(d, 1, &columns, &rows))
            return d->record > 0;
        if (rows.list.len)
            take_row(d, &columns, rows.list.at[0]);
    }
    return true;
}

static bool may_ask(const struct ask *a, const struct table_about *t)
{
    uint8_t scratch[2 * NAME_MAX_BYTES + 256];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    struct span args[] = { t->schema, t->name };
    return ask_render(a, args, 2, &trial);
}

static void draw_table(struct draw *d, struct table_about *t, uint32_t wanted)
{
    draw_collection(d, t->shown, t->rows_known ? (int64_t)t->rows : COUNT_UNKNOWN, true);
    if (!may_ask(&KEY, t)) {
        draw_skip(d, "its name holds a quote or a control character");
        return;
    }
    bool large = t->bytes > READ_THROUGH_BYTES;
    if (large && !find_key(d, t)) {
        draw_skip(d, "it is larger than 64 MiB, and its primary key is not one whole number");
        return;
    }
    bool ok = command(d, &BEGIN) && (large ? draw_by_key(d, t, wanted) : draw_rows(d, t, wanted));
    if (!ok)
        draw_skip(d, wire_ok(d->wire) ? "the server did not draw from it" : "a row of it is larger than 1 MiB");
    if (wire_ok(d->wire))
        command(d, &ROLLBACK);
    draw_judge(d);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* Why no session could be had, or NULL. */
static const char *enter(struct draw *d)
{
    struct my m = { .w = d->wire };
    if (!wire_again(d->wire, WIRE_PLAIN))
        return "it did not let itself be asked again";
    my_find_door(&m);
    if (m.best.answer != MY_IN)
        return "it did not let itself be asked again";
    bool mariadb = strcmp(d->seen->product, "mariadb") == 0;
    return command(d, mariadb ? &LIMIT_MARIADB : &LIMIT_MYSQL) ? NULL : "it cannot be told to stop after 5 seconds";
}

/* Copies what the listing said, for the batch is emptied before each table. NULL where there is nothing. */
static struct table_about *list_tables(struct draw *d, size_t *ret_count)
{
    struct my_rows rows;
    struct my_error why;
    struct arena *a = wire_arena(d->wire);
    if (!my_query(d->wire, &TABLES, NULL, 4, &rows, &why) || !rows.list.len)
        return NULL;
    struct table_about *tables = arena_array(a, rows.list.len, sizeof(*tables));
    for (size_t i = 0; tables && i < rows.list.len; i++) {
        const struct span *cell = rows.list.at[i].cell;
        tables[i] = (struct table_about){ .schema = cell[0], .name = cell[1] };
        tables[i].shown = name_within(a, cell[0], cell[1]);
        tables[i].rows_known = span_u64(cell[2], INT64_MAX, &tables[i].rows);
        (void)span_u64(cell[3], INT64_MAX, &tables[i].bytes);
    }
    *ret_count = rows.list.len;
    return tables;
}

static const char *mysql_draw(struct draw *d)
{
    size_t planned_count, count = 0;
    uint32_t *plan = draw_plan(d, NULL, &planned_count);
    const char *why = plan ? enter(d) : "there is no memory to plan it";
    struct table_about *tables = why ? NULL : list_tables(d, &count);
    if (!why && !tables)
        return "it did not name its tables";
    for (size_t i = 0; i < count; i++) {
        uint32_t wanted = draw_planned(d, plan, planned_count, tables[i].shown);
        if (wanted)
            draw_table(d, &tables[i], wanted);
        /* A row that was not read to its end leaves a connection that says nothing more. */
        if (!wire_ok(d->wire) && (why = enter(d)))
            return why;
    }
    if (!why)
        wire_bye(d->wire, &QUIT);
    return why;
}

const struct sampler SAMPLER_MYSQL = {
    .products = { "mysql", "mariadb" },
    .how = "RAND() where the table is read through, else random numbers of the primary key",
    .asks = { &LIMIT_MYSQL, &LIMIT_MARIADB, &TABLES, &BEGIN, &KEY, &ENDS, &ROWS, &ROW_AT, &ROLLBACK, &QUIT },
    .draw = mysql_draw,
};
