/* seccomp filters written as tables, and an empty Landlock ruleset. A refused call answers with an
 * error and does not kill: a library that merely looks for its settings goes on without them.
 *
 * seccomp looks at numbers only, so what is refused to the sweeper is every call that takes a path
 * or makes a descriptor out of one; Landlock stands behind it for what a later kernel adds. */
#include "cmd/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

enum { X32_BIT = 0x40000000, PROGRAM_MAX = 192 };

/* Calls that exist on every architecture under these names. */
static const uint16_t BOTH[] = {
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_io_uring_setup,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_mount,
    SYS_umount2,
    SYS_setns,
    SYS_unshare,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_init_module,
    SYS_finit_module,
};

static const uint16_t NO_DISK[] = {
    SYS_openat,
    SYS_openat2,
    SYS_open_by_handle_at,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_linkat,
    SYS_symlinkat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_truncate,
    SYS_chdir,
    SYS_chroot,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_removexattr,
    SYS_inotify_add_watch,
    SYS_memfd_create,
#if defined(__x86_64__)
    SYS_open,
    SYS_creat,
    SYS_mkdir,
    SYS_mknod,
    SYS_unlink,
    SYS_rmdir,
    SYS_rename,
    SYS_renameat,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
};

struct program {
    struct sock_filter at[PROGRAM_MAX];
    unsigned short len;
};

static void add(struct program *p, struct sock_filter f)
{
    if (p->len < PROGRAM_MAX)
        p->at[p->len++] = f;
}

static void refuse(struct program *p, uint32_t number, uint32_t error)
{
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
}

/* A socket other than a local one. */
static void refuse_network(struct program *p)
{
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4));
    add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                        offsetof(struct seccomp_data, args[0])));
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0));
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES));
    add(p,
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
}

#if defined(OUR_ARCH)
static void write_program(struct program *p, enum sandbox which)
{
    add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                        offsetof(struct seccomp_data, arch)));
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    add(p,
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
#if defined(__x86_64__)
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
#endif
    for (size_t i = 0; i < sizeof(BOTH) / sizeof(BOTH[0]); i++)
        refuse(p, BOTH[i], EPERM);
    if (which == SANDBOX_KEEPER)
        refuse_network(p);
    /* "No such file", so that a library takes its settings for absent. */
    for (size_t i = 0; which == SANDBOX_SWEEPER && i < sizeof(NO_DISK) / sizeof(NO_DISK[0]); i++)
        refuse(p, NO_DISK[i], ENOENT);
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

static bool enter_seccomp(enum sandbox which)
{
    struct program p = { .len = 0 };
    write_program(&p, which);
    struct sock_fprog program = { p.len, p.at };
    return p.len < PROGRAM_MAX && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
#else
static bool enter_seccomp(enum sandbox which)
{
    (void)which;
    return false;
}
#endif

/* No file may be opened any more. All rights of the first version (Linux 5.13): later kernels know them. */
static bool enter_landlock(void)
{
    struct landlock_ruleset_attr all = { .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) -
                                                              1 };
    long fd = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (fd < 0)
        return false;
    bool ok = syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
    close((int)fd);
    return ok;
}

void sandbox_enter(enum sandbox which, const char **ret_missing)
{
    *ret_missing = NULL;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)which; /* sanitizers read /proc when they report */
    (void)enter_landlock;
    (void)enter_seccomp;
#else
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    bool landlock = which == SANDBOX_KEEPER || enter_landlock();
    bool seccomp = enter_seccomp(which);
    if (!seccomp)
        *ret_missing = which == SANDBOX_KEEPER ? "no seccomp: the keeper could use the network"
                       : landlock
                           ? "no seccomp: the sweeper is kept from the disk by Landlock alone"
                           : "no seccomp and no Landlock: the sweeper could use the disk";
#endif
}
