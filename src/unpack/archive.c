/* Archives and compressed files, and those inside of them. Names of members are looked at, never said. An office
 * document is a zip archive that is read twice: the strings that its sheets share may come behind them. A member that
 * is a container itself is gathered in memory, up to NESTED_BYTES_MAX and NESTED_DEEP of them in one another. */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <unistd.h>

#include "unpack/office.h"
#include "unpack/signatures.h"

enum { BLOCK_BYTES = 64 << 10, MEMBERS_MAX = 1 << 20, KIND_MAX = 8, NESTED_BYTES_MAX = 64 << 20, NESTED_DEEP = 3 };

/* Where a container lies: on a descriptor, or in memory. */
struct source {
    int fd; /* -1: in memory */
    struct span bytes;
    unsigned deep;
};

/* Opens the archive from its front; NULL where it is none. */
static struct archive *begin(const struct source *from, bool raw)
{
    struct archive *a = from->fd < 0 || lseek(from->fd, 0, SEEK_SET) == 0 ? archive_read_new() : NULL;
    if (!a)
        return NULL;
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_lzip(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_compress(a);
    archive_read_support_filter_rpm(a);
    if (raw) {
        archive_read_support_format_raw(a);
    } else {
        archive_read_support_format_zip(a);
        archive_read_support_format_tar(a);
        archive_read_support_format_7zip(a);
        archive_read_support_format_rar(a);
        archive_read_support_format_rar5(a);
        archive_read_support_format_cab(a);
        archive_read_support_format_ar(a);
        archive_read_support_format_cpio(a);
    }
    if ((from->fd < 0 ? archive_read_open_memory(a, from->bytes.at, from->bytes.len)
                      : archive_read_open_fd(a, from->fd, BLOCK_BYTES)) == ARCHIVE_OK)
        return a;
    archive_read_free(a);
    return NULL;
}

/* The letters and digits behind the last dot, where they are few: "csv". */
static void kind_of(struct span path, char out[static KIND_MAX])
{
    size_t n = 0, dot = path.len;
    while (dot > 0 && path.len - dot < KIND_MAX && path.at[dot - 1] != '.' && path.at[dot - 1] != '/')
        dot--;
    bool has = dot > 0 && path.at[dot - 1] == '.';
    for (size_t i = dot; has && i < path.len && n < KIND_MAX - 1; i++) {
        uint8_t c = ascii_lower(path.at[i]);
        if (c < 'a' || c > 'z')
            n = KIND_MAX; /* digits could be anybody's */
        else
            out[n++] = (char)c;
    }
    out[n < KIND_MAX ? n : 0] = '\0';
    if (!out[0])
        memcpy(out, "part", 5);
}

/* Hands the member at hand to `r`, or to the sink as it is. False where it could not be read. */
static bool read_member(struct archive *a, struct office_reader *r, struct sink *s)
{
    const void *bytes;
    size_t n;
    la_int64_t at;
    int rc;
    while ((rc = archive_read_data_block(a, &bytes, &n, &at)) == ARCHIVE_OK && !s->over)
        if (n && !(r ? office_reader_write(r, span_of(bytes, n), false)
                     : sink_data(s, span_of(bytes, n))))
            return s->over;
    return s->over || (rc == ARCHIVE_EOF && (!r || office_reader_write(r, SPAN_NONE, true)));
}

static void tell(struct archive *a, struct sink *s)
{
    bool locked = archive_read_has_encrypted_entries(a) > 0;
    sink_fault(s, locked ? "members of it are encrypted; those were not read"
                         : "it is damaged or packed in a way that is not read; what could be read of "
                           "it counts");
}

static void read_office(struct archive *a, enum office_kind kind, struct office_strings *strings,
                        struct sink *s)
{
    bool part = kind != OFFICE_STRINGS;
    if (part && !sink_begin(s, kind == OFFICE_SHEET ? "sheet" : kind == OFFICE_TABLES ? "content" : "text"))
        return;
    struct office_reader *r = office_reader_new(kind, strings, s);
    if (!r || !read_member(a, r, s))
        tell(a, s);
    if (r)
        office_reader_free(r);
    if (part)
        sink_end(s);
}

enum document { DOCUMENT_NOT, DOCUMENT_OFFICE };

/* Looks at all members once: is this an office document? Takes the strings that its sheets share. */
static enum document look(const struct source *from, struct office_strings *strings, struct sink *s)
{
    struct archive *a = begin(from, false);
    struct archive_entry *e;
    bool types = false, content = false, manifest = false;
    for (size_t i = 0; a && i < MEMBERS_MAX && archive_read_next_header(a, &e) == ARCHIVE_OK; i++) {
        const char *name = archive_entry_pathname(e);
        struct span path = name ? span_str(name) : SPAN_NONE;
        types = types || span_is(path, "[Content_Types].xml");
        content = content || span_is(path, "content.xml");
        manifest = manifest || span_is(path, "META-INF/manifest.xml") || span_is(path, "mimetype");
        if (i == 0 && archive_format(a) != ARCHIVE_FORMAT_ZIP)
            break;
        if (office_kind_of(path) == OFFICE_STRINGS)
            read_office(a, OFFICE_STRINGS, strings, s);
    }
    if (a)
        archive_read_free(a);
    return types || (content && manifest) ? DOCUMENT_OFFICE : DOCUMENT_NOT;
}

static void unpack_source(const struct source *from, struct sink *s);

static void unpack_nested(struct span bytes, unsigned deep, struct sink *s)
{
    if (span_starts(bytes, SPAN("SQLite format 3\0"))) {
        struct sqlite3 *db = database_over(bytes);
        if (db)
            unpack_database(db, s);
        else
            sink_fault(s, "a database inside it cannot be opened");
        database_close(db);
        return;
    }
    const struct source inside = { -1, bytes, deep };
    unpack_source(&inside, s);
}

/* Could the member that begins so be a container itself? Of what is packed by gzip or zstd, a tar perhaps. */
static bool is_nested(struct span head)
{
    return signature_is_known(head) || span_starts(head, SPAN("\x1f\x8b\x08")) ||
           span_starts(head, SPAN("\x28\xb5\x2f\xfd"));
}

/* The member at hand as a part of that kind, or as the container that it is. False where it could not be read. */
static bool read_part(struct archive *a, const char *kind, unsigned deep, struct sink *s)
{
    const void *bytes;
    size_t n = 0;
    la_int64_t at;
    struct buf whole;
    int rc = ARCHIVE_OK;
    do
        rc = archive_read_data_block(a, &bytes, &n, &at);
    while (rc == ARCHIVE_OK && n == 0);
    bool nested = rc == ARCHIVE_OK && is_nested(span_of(bytes, n));
    buf_init(&whole, NESTED_BYTES_MAX);
    if (nested && deep < NESTED_DEEP) {
        while (rc == ARCHIVE_OK && whole.len + n <= NESTED_BYTES_MAX && n <= s->left) {
            buf_put(&whole, span_of(bytes, n));
            s->left -= n; /* what is gathered counts as well */
            rc = archive_read_data_block(a, &bytes, &n, &at);
            n = rc == ARCHIVE_OK ? n : 0;
        }
        if (rc == ARCHIVE_EOF && buf_ok(&whole)) {
            unpack_nested(buf_span(&whole), deep + 1, s);
            buf_release(&whole);
            return true;
        }
    }
    if (nested)
        sink_fault(s, "a container inside it is too large or too deep to be taken apart");
    bool fine = sink_begin(s, kind) && sink_data(s, buf_span(&whole)) &&
                (n == 0 || sink_data(s, span_of(bytes, n))) && (rc != ARCHIVE_OK || read_member(a, NULL, s));
    sink_end(s);
    buf_release(&whole);
    return s->over || (fine && (rc == ARCHIVE_OK || rc == ARCHIVE_EOF));
}

static void read_all(struct archive *a, enum document document, struct office_strings *strings, unsigned deep,
                     struct sink *s)
{
    struct archive_entry *e;
    int rc = ARCHIVE_OK;
    for (size_t i = 0; i < MEMBERS_MAX && !s->over; i++) {
        rc = archive_read_next_header(a, &e);
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            break;
        const char *name = archive_entry_pathname(e);
        struct span path = name ? span_str(name) : SPAN_NONE;
        char kind[KIND_MAX];
        if (document == DOCUMENT_OFFICE) {
            enum office_kind what = office_kind_of(path);
            if (what != OFFICE_NOT && what != OFFICE_STRINGS)
                read_office(a, what, strings, s);
            continue;
        }
        if (archive_entry_filetype(e) != AE_IFREG)
            continue;
        kind_of(path, kind);
        if (!read_part(a, kind, deep, s))
            tell(a, s);
    }
    if (rc != ARCHIVE_EOF && !s->over)
        tell(a, s);
}

static void unpack_source(const struct source *from, struct sink *s)
{
    struct office_strings strings;
    office_strings_init(&strings);
    enum document document = look(from, &strings, s);
    struct archive *a = begin(from, false);
    struct archive_entry *e;
    if (a) {
        read_all(a, document, &strings, from->deep, s);
    } else if ((a = begin(from, true)) && archive_read_next_header(a, &e) == ARCHIVE_OK &&
               archive_filter_code(a, 0) != ARCHIVE_FILTER_NONE) {
        if (!read_part(a, "part", from->deep, s))
            tell(a, s);
    } else {
        sink_fault(s, "it is damaged; nothing of it could be read");
    }
    if (strings.full)
        sink_fault(s, "its sheets share more strings than are kept; some cells were not read");
    if (a)
        archive_read_free(a);
    office_strings_release(&strings);
}

void unpack_archive(int fd, struct sink *s)
{
    const struct source from = { fd, SPAN_NONE, 0 };
    unpack_source(&from, s);
}
