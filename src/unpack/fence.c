/* A seccomp filter that lists what is allowed; everything else answers "not permitted", so that a library
 * which merely looks for something goes on without it. */
#include "unpack/fence.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

static const uint16_t ALLOWED[] = {
    SYS_read,       SYS_pread64,     SYS_write,         SYS_lseek,        SYS_fstat,   SYS_close,
    SYS_mmap,       SYS_munmap,      SYS_mremap,        SYS_mprotect,     SYS_madvise, SYS_brk,
    SYS_exit,       SYS_exit_group,  SYS_rt_sigaction,  SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_futex,      SYS_getrandom,   SYS_clock_gettime, SYS_gettimeofday, SYS_getpid,  SYS_sysinfo,
    SYS_sched_yield, SYS_newfstatat, SYS_fcntl,         SYS_geteuid,      SYS_getuid,
};

enum { PROGRAM_MAX = 8 + 2 * sizeof(ALLOWED) / sizeof(ALLOWED[0]) };

static void limit(int what, rlim_t most)
{
    struct rlimit l = { most, most };
    (void)setrlimit(what, &l);
}

bool fence_enter(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    limit(RLIMIT_CPU, FENCE_SECONDS);
    return true; /* sanitizers read /proc when they report, and take memory of their own */
#elif defined(OUR_ARCH)
    struct sock_filter at[PROGRAM_MAX];
    unsigned short n = 0;
#define ADD(...) at[n++] = (struct sock_filter)__VA_ARGS__
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(ALLOWED[0]); i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ALLOWED[i], 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
#undef ADD
    struct sock_fprog program = { n, at };
    limit(RLIMIT_AS, FENCE_MEMORY_BYTES);
    limit(RLIMIT_CPU, FENCE_SECONDS);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0); /* pipes have no size */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
#else
    return false;
#endif
}
