/* Makes system calls fail on command, loaded into the daemon with LD_PRELOAD. Only calls that touch files beneath one directory
 * count. The control file is read at each of them, so that one running daemon is led through every fault:
 *
 *     ROUND CALL ERRNO SKIP MODE
 *
 * ROUND is any word that differs from the one before and starts the count anew; CALL is open, write, fsync or rename; the first
 * SKIP such calls succeed, then one fails (MODE "once") or all do ("on"). An absent or other text: nothing fails.
 *
 * FAULTS_BENEATH: the directory. FAULTS_CONTROL: the control file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char last_round[64];
static long counted;

static int beneath(const char* path) {
    const char* directory = getenv("FAULTS_BENEATH");
    return directory != NULL && path != NULL && strncmp(path, directory, strlen(directory)) == 0;
}

static int beneath_fd(int fd) {
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) {
        return 0;
    }
    path[size] = '\0';
    return beneath(path);
}

/* Whether this call is to fail; errno is set then. */
static int fails(const char* call) {
    char text[256] = "";
    char round[64];
    char wanted[16];
    char mode[16];
    int error = 0;
    long skip = 0;
    const char* control = getenv("FAULTS_CONTROL");
    const int fd = control == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return 0;
    }
    const ssize_t size = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (size <= 0 || sscanf(text, "%63s %15s %d %ld %15s", round, wanted, &error, &skip, mode) != 5) {
        return 0;
    }
    if (strcmp(wanted, call) != 0) {
        return 0;
    }
    pthread_mutex_lock(&mutex);
    if (strcmp(round, last_round) != 0) {
        strcpy(last_round, round);
        counted = 0;
    }
    const long number = counted++;
    pthread_mutex_unlock(&mutex);
    if (number < skip || (number > skip && strcmp(mode, "once") == 0)) {
        return 0;
    }
    errno = error;
    return 1;
}

#define OPEN(name)                                          \
    int name(const char* path, int flags, ...) {            \
        va_list arguments;                                  \
        va_start(arguments, flags);                         \
        const mode_t mode = va_arg(arguments, mode_t);      \
        va_end(arguments);                                  \
        if (beneath(path) && fails("open")) {               \
            return -1;                                      \
        }                                                   \
        return REAL(name)(path, flags, mode);               \
    }
OPEN(open)
OPEN(open64)

#define WRITE(name, offset_type)                                                    \
    ssize_t name(int fd, const void* bytes, size_t size, offset_type offset) {      \
        return beneath_fd(fd) && fails("write") ? -1 : REAL(name)(fd, bytes, size, offset); \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void* bytes, size_t size) {
    return beneath_fd(fd) && fails("write") ? -1 : REAL(write)(fd, bytes, size);
}

int fsync(int fd) {
    return beneath_fd(fd) && fails("fsync") ? -1 : REAL(fsync)(fd);
}

int rename(const char* from, const char* to) {
    return beneath(to) && fails("rename") ? -1 : REAL(rename)(from, to);
}
