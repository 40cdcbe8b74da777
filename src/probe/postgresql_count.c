/* Names, sizes, the planner's row estimates, the session's rights and the names of columns: catalog queries,
 * each with a plainer one for the products that speak the protocol and lack PostgreSQL's functions.
 *
 * Whether rows can be read is asked of the server's own has_*_privilege() functions, never tried.
 * Where these are missing, information_schema.tables tells: by the SQL standard it lists only what the
 * session has a right to. */
#include "probe/postgresql_count.h"

#include "probe/name.h"

const struct ask PG_DATABASES =
    PG_QUERY("postgresql.databases", "names and sizes of the databases",
             "SELECT datname, CASE WHEN has_database_privilege(oid, 'CONNECT') "
             "THEN pg_database_size(oid) END FROM pg_catalog.pg_database "
             "WHERE datallowconn AND NOT datistemplate ORDER BY 2 DESC NULLS LAST LIMIT 1000");

const struct ask PG_DATABASE_NAMES =
    PG_QUERY("postgresql.database_names", "names of the databases, where sizes are not supported",
             "SELECT datname, NULL FROM pg_catalog.pg_database LIMIT 1000");

/* Rows as the planner sees them: density at the last analyse times the size now; the statistics
 * collector's count where the table was never analysed; nothing where neither knows a table that
 * takes space. Partitioned parents are left out: their estimate repeats their partitions'. */
const struct ask PG_TABLES =
    PG_QUERY("postgresql.tables", "names, estimated rows and sizes of the tables of one database",
             "SELECT t.schemaname, t.relname, t.n, t.bytes, count(*) OVER (), sum(t.n) OVER () "
             "FROM (SELECT s.schemaname, s.relname, pg_total_relation_size(c.oid) AS bytes, CASE "
             "WHEN c.reltuples > 0 AND c.relpages > 0 THEN round(c.reltuples::float8 / c.relpages "
             "* (pg_relation_size(c.oid) / current_setting('block_size')::int))::bigint "
             "WHEN s.n_live_tup > 0 THEN s.n_live_tup WHEN pg_relation_size(c.oid) = 0 THEN 0 END "
             "AS n FROM pg_catalog.pg_stat_user_tables s "
             "JOIN pg_catalog.pg_class c ON c.oid = s.relid WHERE c.relkind <> 'p') t "
             "ORDER BY 4 DESC NULLS LAST LIMIT 1000");

#define PG_SYSTEM_SCHEMAS "('pg_catalog', 'information_schema', 'crdb_internal', 'pg_extension')"

const struct ask PG_TABLE_NAMES =
    PG_QUERY("postgresql.table_names", "names of the tables, where statistics are not supported",
             "SELECT schemaname, tablename, NULL, NULL, NULL, NULL FROM pg_catalog.pg_tables "
             "WHERE schemaname NOT IN " PG_SYSTEM_SCHEMAS " LIMIT 1000");

/* A right to a table takes the right to use its schema, too. */
const struct ask PG_RIGHTS =
    PG_QUERY("postgresql.rights",
             "how many tables the session may read and change: the second proof",
             "SELECT count(*), sum(CASE WHEN r.visible AND r.reads THEN 1 ELSE 0 END), "
             "sum(CASE WHEN r.visible AND r.writes THEN 1 ELSE 0 END), "
             "(SELECT count(*) FROM pg_catalog.pg_namespace s WHERE s.nspname NOT LIKE 'pg_%' AND "
             "has_schema_privilege(s.oid, 'CREATE')), pg_is_in_recovery(), "
             "current_setting('is_superuser') FROM (SELECT "
             "has_schema_privilege(n.oid, 'USAGE') AS visible, "
             "has_any_column_privilege(c.oid, 'SELECT') AS reads, "
             "has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS writes "
             "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
             "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg_toast%' AND "
             "n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT IN " PG_SYSTEM_SCHEMAS " AND "
             "c.oid NOT IN (SELECT d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e')) r");

const struct ask PG_ACCESSIBLE =
    PG_QUERY("postgresql.accessible",
             "how many tables the session has a right to, where the functions for it are missing",
             "SELECT count(*) FROM information_schema.tables "
             "WHERE table_schema NOT IN " PG_SYSTEM_SCHEMAS);

/* By the SQL standard these are the columns that the session has a right to. A name that many tables share says more
 * of the database than one that a single table has. */
const struct ask PG_COLUMNS =
    PG_QUERY("postgresql.columns", "names of the columns, which tell what kinds of data there are",
             "SELECT column_name, count(*) FROM information_schema.columns WHERE table_schema NOT IN "
             PG_SYSTEM_SCHEMAS " GROUP BY column_name ORDER BY 2 DESC, 1 LIMIT 1000");

bool pg_list_databases(struct wire *w, struct pg_rows *ret)
{
    return pg_query(w, &PG_DATABASES, 2, ret) ||
           (wire_ok(w) && pg_query(w, &PG_DATABASE_NAMES, 2, ret));
}

static bool count_tables(struct wire *w, struct observation *o, struct span database)
{
    struct pg_rows rows = { 0 };
    if (!pg_query(w, &PG_TABLES, 6, &rows) &&
        (!wire_ok(w) || !pg_query(w, &PG_TABLE_NAMES, 6, &rows)))
        return false;
    int64_t listed = 0;
    for (size_t i = 0; i < rows.list.len; i++) {
        const struct pg_row *row = &rows.list.at[i];
        struct span schema = name_within(o->arena, database, row->cell[0]);
        struct span name = name_within(o->arena, schema, row->cell[1]);
        int64_t records = pg_number(row->cell[2]);
        observation_collect(o, name, records, pg_number(row->cell[3]), COUNT_UNKNOWN);
        listed += records > 0 ? records : 0;
    }
    if (rows.list.len < PG_ROWS_MAX)
        return true;
    int64_t tables = pg_number(rows.list.at[0].cell[4]);
    int64_t records = pg_number(rows.list.at[0].cell[5]);
    if (tables > PG_ROWS_MAX && tables < INT32_MAX)
        o->collection_count += tables - PG_ROWS_MAX;
    if (records > listed && records < INT64_MAX / 2 && o->records < INT64_MAX / 2)
        o->records += records - listed;
    return tables > 0;
}

/* A number of relations, which a peer may make as large as it likes; 0 where it is none. */
static int64_t relations(struct span cell)
{
    int64_t n = pg_number(cell);
    return n < 0 ? 0 : n < INT32_MAX ? n : INT32_MAX;
}

static void add_rights(struct wire *w, struct pg_rights *sum)
{
    struct pg_rows rows = { 0 };
    if (pg_query(w, &PG_RIGHTS, 6, &rows) && rows.list.len == 1) {
        const struct pg_row *row = &rows.list.at[0];
        sum->known = sum->exact = true;
        sum->relations += relations(row->cell[0]);
        sum->readable += relations(row->cell[1]);
        sum->writable += relations(row->cell[2]);
        sum->creates = sum->creates || relations(row->cell[3]) > 0;
        sum->recovery = sum->recovery || span_is(row->cell[4], "t");
        sum->superuser = sum->superuser || span_is(row->cell[5], "on");
        return;
    }
    if (!wire_ok(w) || !pg_query(w, &PG_ACCESSIBLE, 1, &rows) || rows.list.len != 1)
        return;
    int64_t mine = relations(rows.list.at[0].cell[0]);
    sum->known = true;
    sum->relations += mine;
    sum->readable += mine;
}

/* False where the wire faulted, so that fewer are known than there are. */
static bool note_columns(struct wire *w, struct field_names *names)
{
    struct pg_rows rows = { 0 };
    if (!pg_query(w, &PG_COLUMNS, 2, &rows))
        return wire_ok(w);
    for (size_t i = 0; i < rows.list.len; i++)
        field_names_note(names, rows.list.at[i].cell[0]);
    return true;
}

bool pg_count_database(struct wire *w, struct observation *o, struct span database, struct pg_rights *sum,
                       struct field_names *names)
{
    bool whole = count_tables(w, o, database);
    int64_t before = sum->readable;
    if (wire_ok(w))
        add_rights(w, sum);
    if (wire_ok(w) && sum->readable > before)
        whole = note_columns(w, names) && whole;
    return whole;
}
