/* The forms of what was left behind: what has one, and all that comes near it. */
#include "unit/check.h"

#include "http/form.c"

#include <stdio.h>
#include <stdlib.h>

static struct response *answer(struct arena *a, const char *head, const char *body, size_t len)
{
    struct error e;
    struct response *r = response_from_text(a, span_str(head), &e);
    assert_non_null(r);
    r->body = span_of(body, len);
    return r;
}

#define PLAIN "HTTP/1.1 206 Partial Content\nContent-Type: text/plain\n\n"
#define IS(form, text) { form, PLAIN, text, sizeof(text) - 1, true }
#define NOT(form, text) { form, PLAIN, text, sizeof(text) - 1, false }
#define AS(form, head, text, fits) { form, head, text, sizeof(text) - 1, fits }
#define HEX40 "0123456789abcdef0123456789abcdef01234567"

static const struct {
    enum form form;
    const char *head, *body;
    size_t len;
    bool fits;
} CASES[] = {
    IS(FORM_GIT_HEAD, "ref: refs/heads/main\n"),
    IS(FORM_GIT_HEAD, "ref: refs/heads/feature/x-1\r\n"),
    IS(FORM_GIT_HEAD, HEX40 "\n"),
    NOT(FORM_GIT_HEAD, "ref: refs/heads/main"),
    NOT(FORM_GIT_HEAD, "ref: refs/\n"),
    NOT(FORM_GIT_HEAD, "ref: refs/heads/main\nmore\n"),
    NOT(FORM_GIT_HEAD, "ref: refs/heads/a b\n"),
    NOT(FORM_GIT_HEAD, "ref: refs/heads/<b>\n"),
    NOT(FORM_GIT_HEAD, "0123456789abcdef\n"),
    NOT(FORM_GIT_HEAD, "0123456789ABCDEF0123456789abcdef01234567\n"),
    NOT(FORM_GIT_HEAD, ""),
    NOT(FORM_GIT_HEAD, "\n"),
    AS(FORM_GIT_HEAD, "HTTP/1.1 404 Not Found\n\n", "ref: refs/heads/main\n", false),
    AS(FORM_GIT_HEAD, "HTTP/1.1 200 OK\n\n", "ref: refs/heads/main\n", true),
    AS(FORM_GIT_HEAD, "HTTP/1.1 200 OK\nContent-Encoding: br\n\n", "ref: refs/heads/main\n", false),
    IS(FORM_DOTENV, "APP_NAME=Shop\nDB_PASS"),
    IS(FORM_DOTENV, "# comment\r\n\r\nexport DB_HOST = x\r\n"),
    IS(FORM_DOTENV, "# In all environments, the following files are loaded if they exist,\n# the latter"),
    IS(FORM_DOTENV, "KEY=\"several\twords\"\n"),
    NOT(FORM_DOTENV, "# only a comment\n"),
    NOT(FORM_DOTENV, "a=1&b=2\n"),
    NOT(FORM_DOTENV, "AB=1\n"),
    NOT(FORM_DOTENV, "1AB=1\n"),
    NOT(FORM_DOTENV, "APP_NAME=Shop\nnot a setting\n"),
    NOT(FORM_DOTENV, "APP_NAME=Shop\n<html>\n"),
    NOT(FORM_DOTENV, "APP_NAME=\x01\n"),
    NOT(FORM_DOTENV, "<!doctype html>"),
    AS(FORM_DOTENV, "HTTP/1.1 200 OK\nContent-Type: application/json\n\n", "APP_NAME=1\n", false),
    IS(FORM_SQLITE, "SQLite format 3\0"),
    NOT(FORM_SQLITE, "SQLite format 3."),
    IS(FORM_DS_STORE, "\0\0\0\1Bud1\0\0\x10\0"),
    NOT(FORM_DS_STORE, "\0\0\0\1Bud"),
    IS(FORM_SQL_DUMP, "-- MySQL dump 10.13  Distrib 8.0"),
    IS(FORM_SQL_DUMP, "-- MariaDB dump 10.19-11.4.3"),
    IS(FORM_SQL_DUMP, "/*M!999999\\- enable the sandbox "),
    IS(FORM_SQL_DUMP, "--\n-- PostgreSQL database dump\n--"),
    IS(FORM_SQL_DUMP, "PGDMP\1\16\0"),
    IS(FORM_SQL_DUMP, "PRAGMA foreign_keys=OFF;\nBEGIN"),
    IS(FORM_SQL_DUMP, "create table t (a int);"),
    NOT(FORM_SQL_DUMP, "INSERT INTO person VALUES (1, 'A"),
    NOT(FORM_SQL_DUMP, "-- a comment of somebody's"),
    IS(FORM_ZIP, "PK\3\4\24\0"),
    NOT(FORM_ZIP, "PK\1\2"),
    IS(FORM_GZIP, "\x1f\x8b\x08\0\0\0\0\0"),
    AS(FORM_GZIP, "HTTP/1.1 200 OK\nContent-Encoding: x-gzip\n\n", "\x1f\x8b\x08\0", true),
    NOT(FORM_GZIP, "\x1f\x8b\x08\xff"),
    NOT(FORM_GZIP, "\x1f\x8b\x08"),
    IS(FORM_PHP_SOURCE, "<?php\n\n/** The "),
    NOT(FORM_PHP_SOURCE, "<html><?php"),
    IS(FORM_SERVER_STATUS, "zoo\nServerVersion: Apache/2.4.57\nServerMPM: event\n"),
    IS(FORM_SERVER_STATUS, "Total Accesses: 4\nTotal kBytes: 2\n"),
    NOT(FORM_SERVER_STATUS, "<title>Apache Status</title>\nServerMPM: x"),
    IS(FORM_STUB_STATUS, "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n"),
    NOT(FORM_STUB_STATUS, "Active connections: 1"),
    AS(FORM_PHPINFO, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n", "<html><style>a</style><title>PHP 8.2.7 - phpinfo()</title><meta",
       true),
    AS(FORM_PHPINFO, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n", "<title>phpinfo()</title>", true),
    AS(FORM_PHPINFO, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n", "<title>How phpinfo() works</title>", false),
    AS(FORM_PHPINFO, "HTTP/1.1 200 OK\nContent-Type: text/html\n\n", "<title>PHP 8.2.7 - phpinfo()", true),
};

static void test_forms(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct response *r = answer(&a, CASES[i].head, CASES[i].body, CASES[i].len);
        if (form_fits(CASES[i].form, r) != CASES[i].fits)
            fail_msg("case %zu, %s: \"%s\" %s", i, FORM_NAMES[CASES[i].form], CASES[i].body, CASES[i].fits ? "does not fit" : "fits");
    }
    arena_release(&a);
}

/* Every front of every case, at the end of its memory; and no form has two names. */
static void test_fronts_and_names(void **state)
{
    struct arena a;
    enum form f;
    (void)state;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        for (size_t len = 0; len <= CASES[i].len; len++) {
            char *front = malloc(len ? len : 1);
            memcpy(front, CASES[i].body, len);
            (void)form_fits_any(answer(&a, PLAIN, front, len));
            free(front);
        }
    for (size_t i = 0; FORM_NAMES[i]; i++) {
        assert_true(form_named(span_str(FORM_NAMES[i]), &f));
        assert_int_equal(f, i);
    }
    assert_false(form_named(SPAN("git"), &f));
    arena_release(&a);
}

static int64_t bytes_of(const char *head)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    int64_t bytes = form_bytes(answer(&a, head, "", 0));
    arena_release(&a);
    return bytes;
}

static void test_bytes(void **state)
{
    (void)state;
    assert_int_equal(bytes_of("HTTP/1.1 206 Partial\nContent-Length: 16\nContent-Range: bytes 0-15/41271\n\n"), 41271);
    assert_int_equal(bytes_of("HTTP/1.1 206 Partial\nContent-Length: 16\nContent-Range: bytes 0-15/*\n\n"), -1);
    assert_int_equal(bytes_of("HTTP/1.1 206 Partial\nContent-Length: 16\n\n"), -1);
    assert_int_equal(bytes_of("HTTP/1.1 200 OK\nContent-Length: 41271\n\n"), 41271);
    assert_int_equal(bytes_of("HTTP/1.1 200 OK\nContent-Length: -1\n\n"), -1);
    assert_int_equal(bytes_of("HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\n"), -1);
    assert_int_equal(bytes_of("HTTP/1.1 200 OK\n\n"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_fronts_and_names),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
