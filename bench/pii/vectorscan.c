/* The same formats as regular expressions in Vectorscan: vectorscan FILE... prints megabytes a second and matches.
 * Block mode without start of match, which is its fastest; only ends of matches are counted, no check digit is looked at, no
 * field is told apart: less work than Ajar does. Best of three runs, processor time of one thread. */
#include <fcntl.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const PATTERNS[] = {
    "\\b[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\\b", /* cn-id */
    "\\b[1-9][0-9]{7}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}\\b", /* cn-id-15 */
    "\\b1[3-9][0-9]{9}\\b",                                               /* cn-mobile */
    "\\b0[1-9][0-9]{1,2}-?[2-8][0-9]{6,7}\\b",                            /* cn-landline */
    "\\b[EGDSPKH][0-9]{8}\\b",
    "\\bE[A-HJ-NP-Z][0-9]{7}\\b",
    "\\b[CLTHMW][0-9]{8}\\b",                                /* passport, permit */
    "\\b[1-9ANY][0-9A-Z][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\\b", /* uscc */
    "\\b(62|4|5[1-5]|3[47]|6011)[0-9]{12,17}\\b",
    "\\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}\\b", /* cards */
    "\\b[A-Z]{1,2}[0-9]{6}\\([0-9A]\\)",
    "\\b[A-Z][1289A-D][0-9]{8}\\b", /* hk, tw */
    "\\b[0-9]{6}-?[0-9]{7}\\b",
    "\\b[0-9]{12}\\b",
    "\\b[STFGM][0-9]{7}[A-Z]\\b", /* kr, jp/in, sg */
    "\\b[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}\\b",
    "\\b[A-Z]{5}[0-9]{4}[A-Z]\\b",           /* aadhaar, pan */
    "\\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\\b", /* iban */
    "\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b",
    "\\b[A-Z]{2}[0-9]{6}[A-D]\\b", /* ssn, nino */
    "\\b[0-9]{3} ?[0-9]{3} ?[0-9]{4}\\b",
    "\\b[0-9XYZ][0-9]{7}[A-Z]\\b",                                  /* nhs, dni */
    "\\b[12][0-9]{2}(0[1-9]|1[0-2])[0-9AB]{2}[0-9]{8}\\b",          /* nir */
    "\\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\\b", /* cf */
    "\\b[0-9]{11}\\b",
    "\\b[0-9]{9}\\b",
    "\\b[0-9]{6}-?[0-9]{4}\\b", /* idnr cpf pesel nn; bsn nif tfn sin; se */
    "\\b[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}\\b",
    "\\b[0-9]{2}\\.[0-9]{3}\\.[0-9]{3}/[0-9]{4}-[0-9]{2}\\b",
    "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}",
    "\\+[1-9][0-9]{7,14}\\b", /* email, E.164 */
    "\\b[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\b",
    "\\b([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\\b",
    "\\b([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\\b",
    "\\b(AKIA|ASIA)[A-Z2-7]{16}\\b",
    "\\bAIza[0-9A-Za-z_-]{35}",
    "\\bLTAI[0-9A-Za-z]{12,20}\\b",
    "\\bgh[posr]_[0-9A-Za-z]{36}\\b",
    "\\beyJ[0-9A-Za-z_-]{10,}\\.eyJ[0-9A-Za-z_-]{10,}",
    "-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "\\$2[aby]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}",
    "(mysql|postgres|mongodb|redis|amqp)://[^:/ ]+:[^@ ]+@",
    "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "身份证|报警人|嫌疑人|受害人|派出所|民警|案件编号|立案|诈骗|盗窃|手机号|联系电话|住址|病历|诊断",
};

enum { COUNT = sizeof(PATTERNS) / sizeof(PATTERNS[0]), BLOCK = 1 << 20 };

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *count)
{
    (void)id, (void)from, (void)to, (void)flags;
    ++*(unsigned long long *)count;
    return 0;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    unsigned flags[COUNT], ids[COUNT];
    hs_database_t *db;
    hs_scratch_t *scratch = NULL;
    hs_compile_error_t *error;
    for (unsigned i = 0; i < COUNT; i++) {
        flags[i] = HS_FLAG_DOTALL;
        ids[i] = i;
    }
    if (hs_compile_multi(PATTERNS, flags, ids, COUNT, HS_MODE_BLOCK, NULL, &db, &error) !=
        HS_SUCCESS) {
        fprintf(stderr, "pattern %d: %s\n", error->expression, error->message);
        return 2;
    }
    if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
        return 2;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0 || fstat(fd, &st) != 0)
            return 2;
        const char *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd,
                                0);
        double best = 1e9;
        unsigned long long matches = 0;
        for (int run = 0; run < 3; run++) {
            double start = cpu_seconds();
            matches = 0;
            for (size_t at = 0; at < (size_t)st.st_size; at += BLOCK) {
                size_t n = (size_t)st.st_size - at < BLOCK ? (size_t)st.st_size - at : BLOCK;
                hs_scan(db, data + at, (unsigned)n, 0, scratch, on_match, &matches);
            }
            double took = cpu_seconds() - start;
            best = took < best ? took : best;
        }
        printf("%s %.1f MB/s %llu matches\n", argv[i], (double)st.st_size / best / 1e6, matches);
        munmap((void *)(size_t)data, (size_t)st.st_size);
        close(fd);
    }
    return 0;
}
