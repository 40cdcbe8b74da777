/* The forms by which the first bytes of an answer say what it is: files and pages that a web server should
 * not hand out. Each looks at as little as tells the form from every other text; what a name or a value is,
 * none of them says. */
#ifndef AJAR_HTTP_FORM_H
#define AJAR_HTTP_FORM_H

#include "http/response.h"

enum form {
    FORM_GIT_HEAD,      /* gitrepository-layout(5): "ref: refs/heads/main", or the number of a commit */
    FORM_DOTENV,        /* lines NAME=..., comments and empty lines */
    FORM_SQLITE,        /* SQLite's database file format, 1.3 */
    FORM_DS_STORE,      /* what macOS keeps about a folder */
    FORM_SQL_DUMP,      /* how mysqldump, pg_dump, sqlite3, phpMyAdmin and their like begin; pg_dump -Fc */
    FORM_ZIP,           /* APPNOTE.TXT 4.3.7 */
    FORM_GZIP,          /* RFC 1952 2.3.1 */
    FORM_PHP_SOURCE,    /* a program that should have been run */
    FORM_SERVER_STATUS, /* Apache's mod_status, ?auto */
    FORM_STUB_STATUS,   /* nginx's ngx_http_stub_status_module */
    FORM_PHPINFO,       /* the page that phpinfo() makes */
};

/* The form of that name ("git-head"), or false. */
bool form_named(struct span name, enum form *ret);
/* All names, NULL-ended, in the order of enum form. */
extern const char *const FORM_NAMES[];

/* Whether an answer is a success whose body begins in that form. Never true of what is compressed on its way. */
bool form_fits(enum form f, const struct response *r);
/* Whether it begins in any. */
bool form_fits_any(const struct response *r);

/* Whether it is that of a file, rather than of a page that is made anew for each who asks. */
bool form_is_of_file(enum form f);

/* How many bytes the whole is said to have: by Content-Range (RFC 9110 14.4) or Content-Length; -1 where
 * neither says. */
int64_t form_bytes(const struct response *r);

#endif
