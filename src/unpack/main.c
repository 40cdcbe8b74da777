/* ajar-unpack: takes the container on standard input apart and says what is in it on standard output, in
 * frames (frames.h). Started by `ajar classify`; it is not meant for people. */
#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "unpack/fence.h"
#include "unpack/unpack.h"

static bool to_stdout(void *self, struct span bytes)
{
    (void)self;
    return io_write_all(STDOUT_FILENO, bytes);
}

int main(void)
{
    static const char SQLITE[] = "SQLite format 3";
    char head[sizeof(SQLITE)] = { 0 };
    struct stat st;
    struct sink s;
    if (fstat(STDIN_FILENO, &st) != 0 || pread(STDIN_FILENO, head, sizeof(head), 0) < 0)
        return 2;
    bool is_database = memcmp(head, SQLITE, sizeof(SQLITE)) == 0;
    sqlite3 *db = is_database ? database_open(STDIN_FILENO) : NULL;
    if (!fence_enter())
        return 3;
    sink_init(&s, (uint64_t)st.st_size, to_stdout, NULL);
    if (db)
        unpack_database(db, &s);
    else if (is_database)
        sink_fault(&s, "the database cannot be opened");
    else
        unpack_archive(STDIN_FILENO, &s);
    if (db)
        sqlite3_close(db);
    sink_release(&s);
    return 0;
}
