/* See form.h. */
#include "http/form.h"

enum { NAME_LEAST = 3, NAME_MOST = 64, COMMIT_SHA1 = 40, COMMIT_SHA256 = 64 };

const char *const FORM_NAMES[] = { [FORM_GIT_HEAD] = "git-head",
                                   [FORM_DOTENV] = "dotenv",
                                   [FORM_SQLITE] = "sqlite",
                                   [FORM_DS_STORE] = "ds-store",
                                   [FORM_SQL_DUMP] = "sql-dump",
                                   [FORM_ZIP] = "zip",
                                   [FORM_GZIP] = "gzip",
                                   [FORM_PHP_SOURCE] = "php-source",
                                   [FORM_SERVER_STATUS] = "server-status",
                                   [FORM_STUB_STATUS] = "stub-status",
                                   [FORM_PHPINFO] = "phpinfo",
                                   NULL };

bool form_named(struct span name, enum form *ret)
{
    for (size_t i = 0; FORM_NAMES[i]; i++)
        if (span_is(name, FORM_NAMES[i])) {
            *ret = (enum form)i;
            return true;
        }
    return false;
}

/* ---- text ---------------------------------------------------------------------------------- */

/* No control byte but those that end lines and columns. */
static bool is_text(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == 0x7f || (s.at[i] < ' ' && s.at[i] != '\t' && s.at[i] != '\n' && s.at[i] != '\r'))
            return false;
    return s.len > 0;
}

/* All of the body, its line end left off; a HEAD of git's is one line and ends with it. */
static bool is_git_head(struct span body)
{
    static const struct span mark = SPAN("ref: refs/");
    struct span rest = body, line = span_trim(span_cut(&rest, '\n'));
    if (rest.len || line.len == 0 || span_index(body, '\n') == body.len)
        return false;
    bool names = span_starts(line, mark) && line.len > mark.len;
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.at[i];
        bool hex = ascii_is_digit(c) || (c >= 'a' && c <= 'f');
        if (names ? i >= mark.len && (c <= ' ' || c == 0x7f || strchr("~^:?*[\\<>\"", c)) : !hex)
            return false;
    }
    return names || line.len == COMMIT_SHA1 || line.len == COMMIT_SHA256;
}

/* "DB_HOST=", "export DB_HOST =": up to its sign only. Lower case stands in query strings and programs, too. */
static bool is_setting(struct span line)
{
    static const struct span exported = SPAN("export ");
    if (span_starts(line, exported))
        line = span_from(line, exported.len);
    size_t sign = span_index(line, '=');
    struct span name = span_trim(span_first(line, sign));
    if (sign == line.len || name.len < NAME_LEAST || name.len > NAME_MOST || ascii_is_digit(name.at[0]))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] != '_' && !ascii_is_digit(name.at[i]) && (name.at[i] < 'A' || name.at[i] > 'Z'))
            return false;
    return true;
}

/* Every whole line is a setting, a comment or empty, and one is a setting; the last may break off. Or it is the long
 * comment with which Symfony's begin. */
static bool is_dotenv(struct span body)
{
    unsigned settings = 0;
    struct span rest = body;
    if (!is_text(body))
        return false;
    if (span_starts(body, SPAN("# In all environments, the following files are loaded if they exist")))
        return true;
    while (rest.len) {
        bool whole = span_index(rest, '\n') < rest.len;
        struct span line = span_trim(span_cut(&rest, '\n'));
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (is_setting(line))
            settings++;
        else if (whole)
            return false;
    }
    return settings > 0;
}

/* In any case; white space and comment signs in front are passed over where they make the dump's own head. */
static bool begins(struct span body, const char *const *heads)
{
    for (; *heads; heads++)
        if (span_eq_nocase(span_first(body, strlen(*heads)), span_str(*heads)))
            return true;
    return false;
}

/* Never "INSERT": where a dump begins with its records, nothing but a record would prove it. */
static bool is_sql_dump(struct span body)
{
    static const char *const heads[] = {
        "-- MySQL dump ",        "-- MariaDB dump ",      "/*!40",
        "/*M!999999",            "--\n-- PostgreSQL database ", "--\r\n-- PostgreSQL database ",
        "-- PostgreSQL database ", "-- phpMyAdmin SQL Dump", "-- Adminer ",
        "PRAGMA foreign_keys=",  "BEGIN TRANSACTION;",    "SET NAMES ",
        "SET SQL_MODE",          "SET FOREIGN_KEY_CHECKS", "SET statement_timeout",
        "CREATE TABLE ",         "CREATE DATABASE ",      "DROP TABLE ",
        "DROP DATABASE ",        "PGDMP",                 "-- Dump created by ",
        "/*\n Navicat ",         "-- HeidiSQL",           NULL };
    return begins(body, heads);
}

static bool is_server_status(struct span body)
{
    return is_text(body) && (span_has(body, "\nServerMPM: ") || span_has(body, "\nBusyWorkers: ") ||
                             span_starts(body, SPAN("Total Accesses: ")));
}

static bool is_stub_status(struct span body)
{
    return span_starts(body, SPAN("Active connections: ")) && span_has(body, "\nserver accepts handled requests");
}

/* <title>PHP 8.2.20 - phpinfo()</title>, behind a style sheet; before PHP 5.2 without the version. */
static bool is_phpinfo(struct span body)
{
    size_t at = span_find(body, SPAN("<title>"));
    if (at == SIZE_MAX)
        return false;
    struct span title = span_from(body, at + 7);
    title = span_first(title, span_index(title, '<'));
    return span_is(title, "phpinfo()") || (span_starts(title, SPAN("PHP ")) && span_ends(title, SPAN(" - phpinfo()")));
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool begins_so(enum form f, struct span body)
{
    switch (f) {
    case FORM_GIT_HEAD:
        return is_git_head(body);
    case FORM_DOTENV:
        return is_dotenv(body);
    case FORM_SQLITE:
        return span_starts(body, span_of("SQLite format 3", 16));
    case FORM_DS_STORE:
        return span_starts(body, span_of("\0\0\0\1Bud1", 8));
    case FORM_SQL_DUMP:
        return is_sql_dump(body);
    case FORM_ZIP:
        return span_starts(body, span_of("PK\3\4", 4)) || span_starts(body, span_of("PK\5\6", 4));
    case FORM_GZIP:
        return body.len >= 4 && span_starts(body, span_of("\x1f\x8b\x08", 3)) && body.at[3] < 0x20;
    case FORM_PHP_SOURCE:
        return span_starts(span_trim(body), SPAN("<?php"));
    case FORM_SERVER_STATUS:
        return is_server_status(body);
    case FORM_STUB_STATUS:
        return is_stub_status(body);
    case FORM_PHPINFO:
        return is_phpinfo(body);
    }
    return false;
}

/* What is a page to a browser is not the file, unless the form is that of a page. */
bool form_fits(enum form f, const struct response *r)
{
    struct span type = response_header(r, "content-type"), coding = response_header(r, "content-encoding");
    bool packed = f == FORM_GZIP && (span_eq_nocase(coding, SPAN("gzip")) || span_eq_nocase(coding, SPAN("x-gzip")));
    bool is_code = f == FORM_PHPINFO || f == FORM_PHP_SOURCE;
    if ((r->status != 200 && r->status != 206) || (coding.len && !packed && !span_eq_nocase(coding, SPAN("identity"))))
        return false;
    if (!is_code && span_starts(span_trim(r->body), SPAN("<")))
        return false;
    if (span_has(type, "json") || span_starts(type, SPAN("image/")))
        return false;
    return begins_so(f, r->body);
}

bool form_fits_any(const struct response *r)
{
    for (size_t i = 0; FORM_NAMES[i]; i++)
        if (form_fits((enum form)i, r))
            return true;
    return false;
}

bool form_is_of_file(enum form f)
{
    return f != FORM_SERVER_STATUS && f != FORM_STUB_STATUS && f != FORM_PHPINFO;
}

int64_t form_bytes(const struct response *r)
{
    uint64_t bytes;
    struct span range = response_header(r, "content-range"), length = response_header(r, "content-length");
    size_t slash = span_index(range, '/');
    if (r->status == 206)
        return span_u64(span_trim(span_from(range, slash + 1)), INT64_MAX, &bytes) ? (int64_t)bytes : -1;
    return span_u64(length, INT64_MAX, &bytes) ? (int64_t)bytes : -1;
}
