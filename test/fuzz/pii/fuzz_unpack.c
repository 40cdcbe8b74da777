/* Fuzzes what `ajar-unpack` reads, without its fence: the first byte says whether the rest is an archive, the XML of
 * an office document, or a database. What it says must be frames. */
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unpack/frames.h"
#include "unpack/office.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool swallow(void *self, struct span bytes)
{
    size_t *said = self;
    *said += bytes.len;
    if (bytes.len > FRAME_BYTES_MAX)
        abort();
    return *said < 64 << 20;
}

static void read_office(const uint8_t *bytes, size_t n, struct sink *s)
{
    struct office_strings strings;
    office_strings_init(&strings);
    struct office_reader *r = office_reader_new(OFFICE_STRINGS + n % 4, &strings, s);
    if (r && sink_begin(s, "text")) {
        size_t half = n / 2;
        if (office_reader_write(r, span_of(bytes, half), false))
            (void)office_reader_write(r, span_of(bytes + half, n - half), true);
        sink_end(s);
    }
    if (r)
        office_reader_free(r);
    office_strings_release(&strings);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    size_t said = 0;
    struct sink s;
    if (n < 2)
        return 0;
    sink_init(&s, 1 << 16, swallow, &said);
    int fd = memfd_create("fuzz", 0);
    if (fd >= 0 && write(fd, bytes + 1, n - 1) == (ssize_t)(n - 1)) {
        sqlite3 *db = bytes[0] % 3 == 2 ? database_open(fd) : NULL;
        if (bytes[0] % 3 == 0)
            unpack_archive(fd, &s);
        else if (bytes[0] % 3 == 1)
            read_office(bytes + 1, n - 1, &s);
        else if (db)
            unpack_database(db, &s);
        if (db)
            sqlite3_close(db);
    }
    if (fd >= 0)
        close(fd);
    if (s.open)
        abort();
    sink_release(&s);
    return 0;
}
