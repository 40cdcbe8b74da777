/* One row a signature, the longest that its format promises. */
#include "pii/container.h"

#include <zlib.h>
#include <zstd.h>

enum { BINARY_WITHIN = 256 };

static const char UNPACK[] = "unpack it", UNPACK_ONCE[] = "unpack it once",
                  DUMP[] = "dump it as SQL or CSV", EXPORT[] = "export it as CSV or JSON",
                  SAVE[] = "save it as text or CSV";

static const struct signature {
    size_t at; /* offset of `more` */
    const char *start, *more;
    uint8_t start_len, more_len;
    bool letters; /* a table may begin with them, too: ORCID,name */
    struct container what;
} SIGNATURES[] = {
#define AT(at, start, more) at, start, more, sizeof(start) - 1, sizeof(more) - 1, false
#define STARTS(start) AT(0, start, "")
#define LETTERS(start) 0, start, "", sizeof(start) - 1, 0, true
    { STARTS("PK\x03\x04"), { "a", "zip archive", UNPACK } },
    { STARTS("PK\x05\x06"), { "a", "zip archive", UNPACK } },
    { STARTS("PK\x07\x08"), { "a", "zip archive", UNPACK } },
    { STARTS("7z\xbc\xaf\x27\x1c"), { "a", "7z archive", UNPACK } },
    { STARTS("Rar!\x1a\x07"), { "a", "RAR archive", UNPACK } },
    { STARTS("MSCF\0\0\0\0"), { "a", "CAB archive", UNPACK } },
    { STARTS("!<arch>\ndebian-binary"), { "a", "Debian package", UNPACK } },
    { STARTS("\xed\xab\xee\xdb"), { "an", "RPM package", UNPACK } },
    { STARTS("\xfd\x37zXZ\0"), { "an", "xz file", UNPACK } },
    { AT(4, "BZh", "1AY&SY"), { "a", "bzip2 file", UNPACK } },
    { AT(4, "BZh", "\x17\x72\x45\x38\x50\x90"), { "a", "bzip2 file", UNPACK } }, /* of nothing */
    { STARTS("\x04\x22\x4d\x18"), { "an", "lz4 file", UNPACK } },
    { STARTS("\x02\x21\x4c\x18"), { "an", "lz4 file", UNPACK } },
    { STARTS("\x5d\0\0"), { "an", "lzma file", UNPACK } },
    { STARTS("LZIP\x01"), { "an", "lzip file", UNPACK } },
    { STARTS("\x89LZO\0\r\n\x1a\n"), { "an", "lzop file", UNPACK } },
    { STARTS("\x1f\x9d"), { "a", "compress (.Z) file", UNPACK } },
    { STARTS("\x1f\x8b\x08"), { "a", "twice packed file", UNPACK_ONCE } },
    { STARTS("\x28\xb5\x2f\xfd"), { "a", "twice packed file", UNPACK_ONCE } },
    { STARTS("%PDF-"), { "a", "PDF document", SAVE } },
    { STARTS("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), { "an", "old Office document", SAVE } },
    { STARTS("SQLite format 3\0"), { "an", "SQLite database", DUMP } },
    { AT(4, "\0\x01\0\0", "Standard Jet DB\0"), { "an", "Access database", DUMP } },
    { AT(4, "\0\x01\0\0", "Standard ACE DB\0"), { "an", "Access database", DUMP } },
    { STARTS("!BDN"), { "an", "Outlook data file", SAVE } },
    { LETTERS("PAR1"), { "a", "Parquet file", EXPORT } },
    { LETTERS("PARE"), { "a", "Parquet file", EXPORT } },
    { LETTERS("ORC"), { "an", "ORC file", EXPORT } },
    { STARTS("Obj\x01"), { "an", "Avro file", EXPORT } },
    { STARTS("ARROW1\0\0"), { "an", "Arrow file", EXPORT } },
    { STARTS("\x89HDF\r\n\x1a\n"), { "an", "HDF5 file", EXPORT } },
#undef AT
#undef STARTS
#undef LETTERS
};

/* Holds bytes that no text does. */
static bool is_binary(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ' && !ascii_is_space(s.at[i]) && s.at[i] != 0x1b)
            return true;
    return false;
}

const struct container *container_guess(struct span head)
{
    for (size_t i = 0; i < sizeof(SIGNATURES) / sizeof(SIGNATURES[0]); i++) {
        const struct signature *s = &SIGNATURES[i];
        if (span_starts(head, span_of(s->start, s->start_len)) &&
            span_starts(span_from(head, s->at), span_of(s->more, s->more_len)) &&
            (!s->letters || is_binary(span_first(head, BINARY_WITHIN))))
            return &s->what;
    }
    return NULL;
}

size_t container_peek(struct span head, uint8_t *out, size_t room)
{
    size_t n = 0;
    if (span_starts(head, SPAN("\x1f\x8b\x08"))) {
        z_stream z = { .next_in = (uint8_t *)(uintptr_t)head.at, .avail_in = (uInt)head.len, .next_out = out,
                       .avail_out = (uInt)room };
        if (inflateInit2(&z, 15 + 16) != Z_OK)
            return 0;
        (void)inflate(&z, Z_SYNC_FLUSH);
        n = room - z.avail_out;
        inflateEnd(&z);
    } else if (span_starts(head, SPAN("\x28\xb5\x2f\xfd"))) {
        ZSTD_inBuffer from = { head.at, head.len, 0 };
        ZSTD_outBuffer to = { out, room, 0 };
        ZSTD_DStream *z = ZSTD_createDStream();
        if (!z)
            return 0;
        for (size_t before = SIZE_MAX; from.pos != before && to.pos < room;) {
            before = from.pos;
            if (ZSTD_isError(ZSTD_decompressStream(z, &to, &from)))
                break;
        }
        n = to.pos;
        ZSTD_freeDStream(z);
    }
    return n;
}
