"""Which SQL may be sent: one SELECT over tables of names and sizes, or one SHOW of such. Written from the manuals of
the products, not from Ajar's sources."""

import re

from symbols import Refused, show

TABLES = {
    # PostgreSQL. Not here: pg_stats and pg_statistic hold values of records, pg_stat_activity the text of queries,
    # pg_authid and pg_shadow password hashes.
    "pg_catalog.pg_database", "pg_catalog.pg_class", "pg_catalog.pg_tables", "pg_catalog.pg_stat_user_tables",
    "pg_catalog.pg_namespace", "pg_catalog.pg_depend",
    # MySQL and others: names of columns, no defaults of theirs. Not here: processlist (queries), column_stats.
    "information_schema.columns", "information_schema.tables", "information_schema.schemata", "information_schema.user_privileges",
    "information_schema.schema_privileges", "information_schema.table_privileges",
    # ClickHouse: names of columns. Not here: query_log, processes, users, dictionaries (their sources hold passwords).
    # Of clusters where their servers are: no user, no password.
    "system.clusters", "system.columns", "system.tables", "system.databases", "system.parts", "system.build_options", "system.one",
    # CrateDB
    "sys.shards", "sys.cluster", "sys.nodes",
    # QuestDB, SQLite
    "table_storage_call", "tables_call", "sqlite_master", "sqlite_schema",
}

FUNCTIONS = {
    "count", "sum", "max", "min", "round", "coalesce", "ifnull", "concat", "replace", "version", "current_user",
    "unix_timestamp", "tounixtimestamp", "touint64", "tostring", "build", "uptime", "has_database_privilege",
    "has_table_privilege",
    "has_any_column_privilege", "has_schema_privilege", "pg_is_in_recovery",
    "pg_database_size", "pg_relation_size", "pg_total_relation_size", "current_setting", "countif", "sumif",
}

SETTINGS = {"block_size", "server_version", "is_superuser", "transaction_read_only"}
VARIABLES = {"@@global.read_only", "@@read_only", "@@version", "@@version_comment"}

# Words before "(" that are no functions.
GRAMMAR = {"in", "over", "from", "join", "and", "or", "not", "then", "else", "when", "as", "select", "where", "by", "distinct"}

WORDS_NEVER = {
    "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "attach", "detach",
    "optimize", "rename", "kill", "set", "into", "outfile", "dumpfile", "load", "copy", "call", "do", "execute",
    "prepare", "exec", "handler", "lock", "flush", "reset", "union", "except", "intersect", "with", "procedure",
    "lateral", "values", "returning", "settings",
    # columns that hold secrets or text of people
    "create_table_query", "engine_full", "as_select", "authentication_string", "password", "rolpassword", "passwd",
    "most_common_vals", "histogram_bounds", "query", "sql", "column_default", "default_expression", "comment", "column_comment",
}

HOLE = '"?[\ue001-\uefff]"?'  # a name that the server listed

SHOWS = [
    r"show databases", r"show tables", r"show schemas", r"show measurements", r"show diagnostics", r"show stats",
    r"show shards", r"show retention policies", r"show (series|measurement)( exact)? cardinality",
    f"show index {HOLE} status",  # Sphinx and Manticore: figures of one index
]

TOKEN = re.compile(r"\s+|'(?:[^']|'')*'|@@[a-z_.]+|[a-z_][a-z0-9_]*(?:\.(?:[a-z_][a-z0-9_]*|\*))*|\d+(?:\.\d+)?|::|<>|!=|[<>=]=?|[-+*/(),]")


def check(statement):
    """Refuses whatever is not known to read names and sizes only. A hole may stand in SHOW alone: in a SELECT a name
    that the server chose would be part of the program."""
    text = " ".join(statement.split()).lower()
    if any(re.fullmatch(pattern, text) for pattern in SHOWS):
        return
    if any(mark in text for mark in ("--", "/*", "#", ";", "\\", '"', "`")):
        raise Refused("SQL may hold no comment, no second statement and no second way to quote")
    if any(ord(c) > 255 for c in text):
        raise Refused("a name from outside may not stand in a SELECT")
    if not text.startswith("select "):
        raise Refused(f"SQL may be SELECT or a known SHOW, not {show(text[:40])!r}")
    text = re.sub(r"\b(tables|table_storage)\(\)", r"\1_call", text)  # tables that are written as functions
    format_ = re.search(r" format (json|jsoneachrow|jsoncompact|tabseparated)$", text)
    _check_select(_tokens(text[:format_.start()] if format_ else text))


def _tokens(text):
    tokens, at = [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise Refused(f"SQL holds what the lint does not know: {show(text[at:at + 20])!r}")
        if found[0].strip():
            tokens.append(found[0])
        at = found.end()
    return tokens


def _check_word(tokens, i):
    word, before = tokens[i], tokens[i - 1] if i else ""
    after = tokens[i + 1] if i + 1 < len(tokens) else ""
    if any(part in WORDS_NEVER for part in word.split(".")):
        raise Refused(f"SQL may not hold the word {word!r}")
    if word == "*" and (after in ("from", ",") or before in ("select", ",", "distinct")) or word.endswith(".*"):
        raise Refused("SELECT * reads records")
    if word.startswith("@@") and word not in VARIABLES:
        raise Refused(f"the variable {word} may not be read")
    if after == "(" and re.match(r"[a-z_]", word) and word not in FUNCTIONS and word not in GRAMMAR:
        raise Refused(f"the function {word}() may not be called")
    if word == "current_setting" and tokens[i + 2].strip("'") not in SETTINGS:
        raise Refused(f"the setting {tokens[i + 2]} may not be read")


def _check_select(tokens):
    lists = [False]     # by depth of parentheses: inside a list of tables
    expect_table = False
    for i, word in enumerate(tokens):
        _check_word(tokens, i)
        if word == "(":
            lists.append(False)
            if expect_table and tokens[i + 1:i + 2] != ["select"]:
                raise Refused("a table is expected after FROM")
            expect_table = False
        elif word == ")":
            if len(lists) == 1:
                raise Refused("SQL has a parenthesis too many")
            lists.pop()
        elif expect_table:
            if word not in TABLES:
                raise Refused(f"the table {word!r} may not be read")
            expect_table = False
        elif word in ("from", "join"):
            lists[-1] = expect_table = True
        elif word == "," and lists[-1]:
            expect_table = True
        elif word in ("where", "order", "group", "limit", "having"):
            lists[-1] = False
        elif i and word == "select" and tokens[i - 1] != "(":
            raise Refused("SQL holds a second SELECT")
    if expect_table or len(lists) != 1:
        raise Refused("SQL ends too early")
