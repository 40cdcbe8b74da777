/* A list of files that a web server makes where a folder has no page: nginx' and Apache's autoindex, lighttpd, Caddy,
 * Python, Tomcat, Jetty, IIS. All are links, each with what is told about it behind it; sizes may be rounded, as the
 * server rounds them. Names are sorted into kinds and counted, and not told; no file is opened. */
#include "base/buf.h"
#include "http/leavings.h"
#include "http/match.h"

enum { LISTING_LINKS_MAX = 100000, /* more than a page that is read can hold */
       NAME_MAX_BYTES = 1024, BEHIND_MAX = 1024 };

/* Kinds of files that a web server should not show, by their names. */
enum kind_of_file {
    FILE_REPOSITORY, FILE_SETTINGS, FILE_KEY, FILE_DUMP, FILE_BACKUP, FILE_TABLE, FILE_LOG, FILE_KINDS
};

static const char *const WORDS[FILE_KINDS][2] = {
    [FILE_REPOSITORY] = { "repository", "repositories" },
    [FILE_SETTINGS] = { "file of settings", "files of settings" },
    [FILE_KEY] = { "key", "keys" },
    [FILE_DUMP] = { "database or dump", "databases and dumps" },
    [FILE_BACKUP] = { "backup", "backups" },
    [FILE_TABLE] = { "table", "tables" },
    [FILE_LOG] = { "log", "logs" },
};

/* A file is of the first kind that names an end, a beginning or a part of its name, in lower case: ".sql", "^.env",
 * "*backup". */
static const struct {
    enum kind_of_file kind;
    const char *signs;
} SIGNS[] = {
    { FILE_REPOSITORY, "^.git/ ^.svn/ ^.hg/ ^.bzr/" },
    { FILE_SETTINGS, "^.env ^.htpasswd ^.npmrc ^.pgpass ^.my.cnf ^.aws/ ^.ssh/ ^.docker/ ^wp-config.php. .php.bak "
                     ".php~ .yml.bak .conf.bak .tfstate" },
    { FILE_KEY, "^id_rsa ^id_ed25519 ^id_ecdsa .pem .key .pfx .p12 .jks .keystore .kdbx .ppk" },
    { FILE_DUMP, ".sql .sql.gz .sql.bz2 .sql.xz .sql.zst .sql.zip .dump .dmp .rdb .bson .mdb .mdf .sqlite .sqlite3 .db "
                 ".hprof" },
    { FILE_BACKUP, ".bak .backup *backup" },
    { FILE_TABLE, ".csv .tsv .xls .xlsx .parquet" },
    { FILE_LOG, ".log .log.gz" },
};

struct listing {
    uint64_t files, folders, bytes;
    bool sized; /* a size was told */
    uint64_t kinds[FILE_KINDS];
};

static bool bears(struct span name, struct span sign)
{
    if (sign.at[0] == '^')
        return span_starts(name, span_from(sign, 1));
    if (sign.at[0] == '*')
        return span_find(name, span_from(sign, 1)) != SIZE_MAX;
    return name.len > sign.len && span_ends(name, sign);
}

static void sort_in(struct listing *l, struct span name)
{
    uint8_t lower[NAME_MAX_BYTES];
    name = span_first(name, sizeof(lower));
    for (size_t i = 0; i < name.len; i++)
        lower[i] = ascii_lower(name.at[i]);
    for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++)
        for (struct span signs = span_str(SIGNS[i].signs); signs.len;)
            if (bears(span_of(lower, name.len), span_cut(&signs, ' '))) {
                l->kinds[SIGNS[i].kind]++;
                return;
            }
}

/* "12345", "1.2K", "3.4 MiB" is "3.4" "MiB": the number and its unit in one word. False where it is something else. */
static bool size_word(struct span word, uint64_t *ret)
{
    static const char units[] = "bkmgt";
    uint64_t whole = 0, tenths = 0, scale = 1;
    size_t i = 0;
    for (; i < word.len && ascii_is_digit(word.at[i]) && whole < UINT64_MAX / 2048; i++)
        whole = whole * 10 + (uint64_t)(word.at[i] - '0');
    if (i == 0)
        return false;
    if (i + 1 < word.len && word.at[i] == '.' && ascii_is_digit(word.at[i + 1])) {
        tenths = (uint64_t)(word.at[i + 1] - '0');
        for (i += 2; i < word.len && ascii_is_digit(word.at[i]); i++)
            ;
    }
    struct span unit = span_from(word, i);
    const char *at = unit.len ? memchr(units, ascii_lower(unit.at[0]), sizeof(units) - 1) : units;
    if (!at || unit.len > 3 || whole >= UINT64_MAX / 2048)
        return false;
    for (const char *u = units; u < at; u++)
        scale *= 1024;
    if (scale > 1 && whole > (1u << 20))
        return false;
    *ret = whole * scale + tenths * scale / 10;
    return true;
}

/* The last word that is a size in what stands behind a link, tags left out. A unit may be a word of its own. */
static bool size_behind(struct span text, uint64_t *ret)
{
    bool found = false;
    struct span before = SPAN_NONE;
    while (text.len) {
        size_t n = 0;
        if (text.at[0] == '<') {
            text = span_from(text, span_index(text, '>') + 1);
            continue;
        }
        while (n < text.len && !ascii_is_space(text.at[n]) && text.at[n] != '<')
            n++;
        struct span word = span_first(text, n);
        uint8_t joined[24];
        if (size_word(word, ret)) {
            found = true;
            before = word;
        } else if (before.len && word.len && word.len <= 3 && before.len + word.len <= sizeof(joined)) {
            memcpy(joined, before.at, before.len);
            memcpy(joined + before.len, word.at, word.len);
            (void)size_word(span_of(joined, before.len + word.len), ret);
            before = SPAN_NONE;
        }
        text = span_from(text, n ? n : 1);
    }
    return found;
}

/* What a link names, where it is a file or folder of this list: no way up, no order, no other place. */
static struct span listed_name(struct span href)
{
    if (span_starts(href, SPAN("./")))
        href = span_from(href, 2);
    if (href.len == 0 || span_starts(href, SPAN("?")) || span_starts(href, SPAN("#")) || span_starts(href, SPAN("/")) ||
        span_starts(href, SPAN("..")) || span_index(href, ':') < href.len)
        return SPAN_NONE;
    struct span name = span_first(href, span_index(href, '?'));
    size_t slash = span_index(name, '/');
    return slash + 1 < name.len ? SPAN_NONE : name;
}

/* The value of href in the tag that begins here. */
static struct span href_of(struct span tag)
{
    for (size_t i = 0; i + 6 < tag.len; i++) {
        if (!span_eq_nocase(span_sub(tag, i, 5), SPAN("href=")))
            continue;
        uint8_t quote = tag.at[i + 5];
        struct span value = span_from(tag, i + 6);
        if (quote == '"' || quote == '\'')
            return span_first(value, span_index(value, quote));
    }
    return SPAN_NONE;
}

/* The next link at or behind the front of `page`, and the rest behind it. False where there is none. */
static bool next_link(struct span *page, struct span *ret_tag)
{
    for (;;) {
        *page = span_from(*page, span_index(*page, '<'));
        if (page->len < 3)
            return false;
        bool link = ascii_lower(page->at[1]) == 'a' && ascii_is_space(page->at[2]);
        size_t end = link ? span_index(*page, '>') : 0;
        if (link) {
            *ret_tag = span_first(*page, end);
            *page = span_from(*page, end);
            return true;
        }
        *page = span_from(*page, 1);
    }
}

/* Up to where what is told about a link ends. */
static struct span told_behind(struct span page)
{
    struct span told = span_first(page, BEHIND_MAX), rest = told, tag;
    if (next_link(&rest, &tag))
        told.len = (size_t)(tag.at - told.at);
    size_t close = span_find(told, SPAN("</a>"));
    return span_from(told, close == SIZE_MAX ? 0 : close + 4);
}

static void read_list(struct span page, struct listing *l)
{
    struct span tag;
    for (unsigned links = 0; links < LISTING_LINKS_MAX && next_link(&page, &tag); links++) {
        struct span name = listed_name(href_of(tag));
        uint64_t bytes;
        if (name.len == 0)
            continue;
        sort_in(l, name);
        if (name.at[name.len - 1] == '/') {
            l->folders++;
            continue;
        }
        l->files++;
        if (size_behind(told_behind(page), &bytes) && bytes <= INT64_MAX - l->bytes) {
            l->bytes += bytes;
            l->sized = true;
        }
    }
}

static void state_kinds(const struct listing *l, struct observation *o, const struct response *root)
{
    struct buf text;
    buf_init(&text, FACT_TEXT_MAX);
    for (size_t i = 0; i < FILE_KINDS; i++)
        if (l->kinds[i])
            buf_printf(&text, "%s%llu %s", text.len ? ", " : "", (unsigned long long)l->kinds[i],
                       WORDS[i][l->kinds[i] > 1]);
    if (text.len)
        fact_text(o, "listing.telling", buf_span(&text), root->ask, SPAN_NONE);
    buf_release(&text);
}

/* By its title: all that are known begin so. */
static bool is_listing(struct span title)
{
    static const char *const heads[] = { "Index of /", "Directory listing for /", "Directory: /", "Listing of /",
                                         "listing directory /", "Directory Listing For " };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (span_eq_nocase(span_first(title, strlen(heads[i])), span_str(heads[i])))
            return true;
    return false;
}

void listing_state(struct asker *a, const struct catalog *c, struct observation *o)
{
    struct listing l = { 0 };
    a->cached_only = true;
    struct response *root = a->get(a, c->web->requests.at[0], SPAN_NONE);
    a->cached_only = false;
    if (!root || root->status != 200 || !is_listing(response_title(root)))
        return;
    read_list(root->body, &l);
    fact_number(o, "listing.files", (int64_t)l.files, root->ask, response_title(root));
    fact_number(o, "listing.folders", (int64_t)l.folders, root->ask, response_title(root));
    if (l.sized)
        fact_number(o, "listing.bytes", (int64_t)l.bytes, root->ask, response_title(root));
    state_kinds(&l, o, root);
}
