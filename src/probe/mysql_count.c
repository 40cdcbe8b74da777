/* Names, estimates and rights, from information_schema, as mysql_count.h promises.
 *
 * What decides is a right to read: information_schema lists only what the session has a right to, so a
 * table that it names may be reached, and an empty list proves nothing. Then the account's own grants
 * decide, and where the server lists none (roles, other products), whether it may count the accounts:
 * that is refused to everybody but administrators. table_rows is the engine's own estimate.
 *
 * CLIENT_LOCAL_FILES was never offered, so that a server which asks for a file of ours (packet 0xfb)
 * breaks the protocol. */
#include "probe/mysql_count.h"

#include "probe/name.h"
#include "record/field_names.h"

enum { MY_INDEXES_MAX = 100 };

#define MY_SYSTEM_SCHEMAS "('mysql', 'information_schema', 'performance_schema', 'sys')"
#define MY_DATA_TABLES                                                                             \
    " FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN " MY_SYSTEM_SCHEMAS
/* 'root'@'%' out of root@%. */
#define MY_ME "grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')"

const struct ask MY_TOTALS =
    MY_QUERY("mysql.totals", "how many tables, rows and bytes the session has a right to",
             "SELECT COUNT(DISTINCT table_schema), COUNT(*), SUM(table_rows), "
             "SUM(data_length + index_length)" MY_DATA_TABLES);
const struct ask MY_TABLES =
    MY_QUERY("mysql.tables", "names, estimated rows, sizes and creation times of the tables",
             "SELECT table_schema, table_name, table_rows, data_length + index_length, "
             "UNIX_TIMESTAMP(create_time)" MY_DATA_TABLES " ORDER BY 4 DESC LIMIT 1000");
/* A name that many tables share says more of the server than one that a single table has. */
const struct ask MY_COLUMNS =
    MY_QUERY("mysql.columns", "names of the columns, which tell what kinds of data there are",
             "SELECT column_name, COUNT(*) FROM information_schema.columns WHERE table_schema NOT IN " MY_SYSTEM_SCHEMAS
             " GROUP BY column_name ORDER BY 2 DESC, 1 LIMIT 1000");
const struct ask MY_RIGHTS =
    MY_QUERY("mysql.rights", "what the account may do everywhere: the second proof",
             "SELECT SUM(privilege_type = 'SELECT'), "
             "SUM(privilege_type IN ('INSERT', 'UPDATE', 'DELETE')), SUM(privilege_type = 'SUPER'), "
             "SUM(privilege_type IN ('SUPER', 'READ_ONLY ADMIN', 'CONNECTION_ADMIN')) "
             "FROM information_schema.user_privileges WHERE " MY_ME);
#define MY_GRANTED(table, rights)                                                                  \
    "(SELECT COUNT(*) FROM information_schema." table " WHERE privilege_type IN " rights           \
    " AND table_schema NOT IN " MY_SYSTEM_SCHEMAS " AND " MY_ME ")"
const struct ask MY_GRANTS =
    MY_QUERY("mysql.grants", "what the account may do in single databases and tables",
             "SELECT " MY_GRANTED("schema_privileges", "('SELECT')") ", "
             MY_GRANTED("table_privileges", "('SELECT')") ", "
             MY_GRANTED("schema_privileges", "('INSERT', 'UPDATE', 'DELETE')") ", "
             MY_GRANTED("table_privileges", "('INSERT', 'UPDATE', 'DELETE')"));
/* On its own: beside a sum MariaDB 10.11 answers 0 whatever is set. */
const struct ask MY_READ_ONLY =
    MY_QUERY("mysql.read_only", "whether the server takes no writes, where the account may write",
             "SELECT @@global.read_only");
const struct ask MY_WHO =
    MY_QUERY("mysql.who", "whose rights the session has, where it is listed with none",
             "SELECT CURRENT_USER()");
const struct ask MY_ACCOUNTS =
    MY_QUERY("mysql.accounts", "whether the session may count the accounts, which only administrators may",
             "SELECT COUNT(*) FROM mysql.user");
const struct ask MY_INDEXES =
    MY_QUERY("mysql.search_indexes", "Sphinx and Manticore: names of the indexes, the second proof",
             "SHOW TABLES");
const struct ask MY_INDEX_STATUS = {
    .name = "mysql.search_index_status",
    .why = "Sphinx and Manticore: documents and bytes of one index",
    .parts = { ASK_LE(3, 2, 5, 0), ASK_BYTES("\0"), ASK_BYTES("\x03SHOW INDEX "),
               ASK_HOLE("index", 64, HOLE_NAME), ASK_BYTES(" STATUS") },
};

/* What is known of the session's rights. */
struct my_rights {
    bool listed;   /* the server lists the account's own rights */
    bool everything; /* the server skips the grant tables */
    bool read_only;  /* the server takes no writes from ordinary accounts */
    bool bypass;     /* from this one it does */
    bool super;
    int64_t select, change;             /* rights that hold everywhere */
    int64_t select_here, change_here;   /* in single databases and tables */
    struct span proof;
};

/* NULL is none; what is no number breaks the protocol. */
static int64_t my_rights_number(struct wire *w, struct span cell)
{
    int64_t n = my_number(cell);
    if (n < 0 && cell.len)
        wire_fail(w);
    return n < 0 ? 0 : n < INT32_MAX ? n : INT32_MAX;
}

/* Every account is listed with a right, be it USAGE. Who is not listed has none of the accounts: the
 * server runs with skip-grant-tables, and says so by the name it gives to everybody ("@" in MariaDB
 * 10.11, "skip-grants user@skip-grants host" in MySQL 8). */
static bool my_skips_grants(struct wire *w, struct span *who)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    if (!my_query(w, &MY_WHO, NULL, 1, &rows, &why) || rows.list.len != 1)
        return false;
    *who = rows.list.at[0].cell[0];
    return span_is(*who, "@") || span_starts(*who, SPAN("skip-grants user@"));
}

static bool my_changes(const struct my_rights *r)
{
    return r->change > 0 || r->change_here > 0;
}

static bool my_is_read_only(struct wire *w)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    if (!my_query(w, &MY_READ_ONLY, NULL, 1, &rows, &why) || rows.list.len != 1)
        return false;
    struct span set = rows.list.at[0].cell[0];
    return !span_is(set, "0") && !span_is(set, "OFF");
}

static void my_read_rights(struct wire *w, struct my_rights *r)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    if (my_query(w, &MY_RIGHTS, NULL, 4, &rows, &why) && rows.list.len == 1) {
        const struct my_row *row = &rows.list.at[0];
        r->listed = my_number(row->cell[0]) >= 0;
        r->select = my_rights_number(w, row->cell[0]);
        r->change = my_rights_number(w, row->cell[1]);
        r->super = my_rights_number(w, row->cell[2]) > 0;
        r->bypass = my_rights_number(w, row->cell[3]) > 0;
        r->proof = row->cell[1];
    }
    if (!wire_ok(w))
        return;
    if (!r->listed) {
        r->everything = my_skips_grants(w, &r->proof);
        return;
    }
    if (!r->select && my_query(w, &MY_GRANTS, NULL, 4, &rows, &why) && rows.list.len == 1) {
        const struct my_row *row = &rows.list.at[0];
        r->select_here = my_rights_number(w, row->cell[0]) + my_rights_number(w, row->cell[1]);
        r->change_here = my_rights_number(w, row->cell[2]) + my_rights_number(w, row->cell[3]);
    }
    if (wire_ok(w) && my_changes(r) && !r->bypass)
        r->read_only = my_is_read_only(w);
}

static bool my_counts_accounts(struct wire *w)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    return wire_ok(w) && my_query(w, &MY_ACCOUNTS, NULL, 1, &rows, &why) && rows.list.len == 1 &&
           my_number(rows.list.at[0].cell[0]) >= 0;
}

static void my_state_rights(const struct my_rights *r, struct observation *o)
{
    if (r->everything) {
        fact_bool(o, "superuser", true, MY_WHO.name, r->proof);
        fact_bool(o, "writable", true, MY_WHO.name, r->proof);
        return;
    }
    if (!r->listed)
        return;
    fact_bool(o, "superuser", r->super, MY_RIGHTS.name, r->proof);
    fact_bool(o, "writable", my_changes(r) && !r->read_only, MY_RIGHTS.name, r->proof);
}

/* `tables`: how many the session is shown. A table is shown for a right of any kind: for one to change
 * it as well, which lets nobody read. */
static enum outcome my_rights_decide(struct wire *w, const struct my_rights *r, int64_t tables)
{
    if (r->everything || r->select > 0 || (r->select_here > 0 && tables > 0))
        return OUTCOME_OPEN;
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (tables > 0)
        return my_changes(r) ? OUTCOME_PARTIAL : OUTCOME_OPEN; /* of a role, or a product that lists no rights */
    if (!r->listed && my_counts_accounts(w))
        return OUTCOME_OPEN;
    return wire_ok(w) ? OUTCOME_PARTIAL : OUTCOME_UNCLEAR;
}

/* An account whose password ran out is let in and told one thing only, to set another: whoever comes
 * first may. It is never done here. */
static enum outcome my_is_expired(const struct my_error *why, struct observation *o)
{
    if (why->code != 1820)
        return OUTCOME_UNCLEAR;
    fact_number(o, "error.code", why->code, MY_TOTALS.name, why->whole);
    fact_text(o, "error", why->text, MY_TOTALS.name, why->whole);
    fact_bool(o, "writable", true, MY_TOTALS.name, why->whole);
    return OUTCOME_OPEN;
}

static void my_state_columns(struct wire *w, struct observation *o)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    struct field_names names;
    if (!wire_ok(w) || !my_query(w, &MY_COLUMNS, NULL, 2, &rows, &why))
        return;
    field_names_init(&names, o->arena, (uint64_t)wire_now(w) ^ (uint64_t)(uintptr_t)o);
    for (size_t i = 0; i < rows.list.len; i++)
        field_names_note(&names, rows.list.at[i].cell[0]);
    field_names_state(&names, o, MY_COLUMNS.name, SPAN_NONE);
}

enum outcome my_count(struct wire *w, struct observation *o)
{
    struct my_rows totals = { 0 }, tables = { 0 };
    struct my_error why;
    if (!my_query(w, &MY_TOTALS, NULL, 4, &totals, &why) || totals.list.len != 1)
        return my_is_expired(&why, o);
    const struct my_row *sum = &totals.list.at[0];
    fact_number(o, "databases", my_number(sum->cell[0]), MY_TOTALS.name, sum->cell[0]);
    if (my_query(w, &MY_TABLES, NULL, 5, &tables, &why)) {
        for (size_t i = 0; i < tables.list.len; i++) {
            const struct my_row *row = &tables.list.at[i];
            int64_t created_s = my_number(row->cell[4]);
            observation_collect(o, name_within(o->arena, row->cell[0], row->cell[1]),
                                my_number(row->cell[2]), my_number(row->cell[3]),
                                created_s > 0 ? created_s * 1000 : COUNT_UNKNOWN);
        }
    }
    o->collection_count = my_number(sum->cell[1]);
    bool empty = o->collection_count == 0;
    o->records = empty ? 0 : my_number(sum->cell[2]);
    o->bytes = empty ? 0 : my_number(sum->cell[3]);
    struct my_rights rights = { 0 };
    if (wire_ok(w))
        my_read_rights(w, &rights);
    if (wire_ok(w)) /* else a right in one database, or that the server is read-only, was not heard */
        my_state_rights(&rights, o);
    enum outcome outcome = my_rights_decide(w, &rights, o->collection_count);
    if (outcome == OUTCOME_OPEN && o->collection_count > 0)
        my_state_columns(w, o);
    return outcome;
}

/* Documents and bytes of one Sphinx or Manticore index, a table of name and value. */
static void my_index_status(struct wire *w, struct span index, int64_t *documents, int64_t *bytes)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    uint8_t scratch[128];
    struct writer trial = writer_over(scratch, sizeof(scratch));
    if (!ask_render(&MY_INDEX_STATUS, &index, 1, &trial))
        return;
    if (!my_query(w, &MY_INDEX_STATUS, &index, 2, &rows, &why))
        return;
    for (size_t i = 0; i < rows.list.len; i++) {
        const struct my_row *row = &rows.list.at[i];
        if (span_is(row->cell[0], "indexed_documents"))
            *documents = my_number(row->cell[1]);
        else if (span_is(row->cell[0], "disk_bytes"))
            *bytes = my_number(row->cell[1]);
    }
}

enum outcome my_count_indexes(struct wire *w, struct observation *o)
{
    struct my_rows rows = { 0 };
    struct my_error why;
    if (!my_query(w, &MY_INDEXES, NULL, 1, &rows, &why))
        return OUTCOME_UNCLEAR;
    o->collection_count = 0;
    for (size_t i = 0; i < rows.list.len; i++) {
        int64_t documents = COUNT_UNKNOWN, bytes = COUNT_UNKNOWN;
        if (i < MY_INDEXES_MAX && wire_ok(w))
            my_index_status(w, rows.list.at[i].cell[0], &documents, &bytes);
        observation_collect(o, rows.list.at[i].cell[0], documents, bytes, COUNT_UNKNOWN);
    }
    return OUTCOME_OPEN;
}
