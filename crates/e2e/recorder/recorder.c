/* Records what a process writes to its files and what it answers on its sockets, in one order.
 *
 * Loaded into the hub with LD_PRELOAD by the power-cut test. Every write, truncation, sync and
 * removal below RECORDER_ROOT is carried out and noted under one lock, so the order of the notes is
 * the order of the effects. What leaves on a socket and names an event is noted before it leaves, as
 * an answer to who sent the event or as a call about it, so that a promise counts from the earliest
 * moment at which anybody could have read it.
 *
 * One note: kind (1 byte), offset (8), length of path (4), length of data (4), path, data; numbers
 * in the machine's own order.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 'w', TRUNCATE = 't', SYNC = 's', REMOVE = 'r', ANSWER = 'a', CALL = 'c' };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static const char *root;

#define REAL(name, result, ...)                                                                   \
    static result (*real)(__VA_ARGS__);                                                            \
    if (!real)                                                                                     \
    real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("RECORDER_LOG");
    root = getenv("RECORDER_ROOT");
    if (path && root) log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void raw(const void *data, size_t length) {
    REAL("write", ssize_t, int, const void *, size_t);
    const char *rest = data;
    while (length > 0) {
        ssize_t written = real(log_fd, rest, length);
        if (written <= 0) abort();
        rest += written;
        length -= (size_t)written;
    }
}

static void note(char kind, uint64_t offset, const char *path, const void *data, uint32_t length) {
    char head[17];
    uint32_t path_length = (uint32_t)strlen(path);
    head[0] = kind;
    memcpy(head + 1, &offset, 8);
    memcpy(head + 9, &path_length, 4);
    memcpy(head + 13, &length, 4);
    raw(head, sizeof head);
    raw(path, path_length);
    raw(data, length);
}

/* The path behind a descriptor: 1 for one of ours, 2 for a socket, 0 for all others. */
static int which(int fd, char *path, size_t size) {
    char link[64];
    if (log_fd < 0 || fd == log_fd) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, "socket:", 7) == 0) return 2;
    return strncmp(path, root, strlen(root)) == 0;
}

static void told(int fd, const void *data, size_t length) {
    char path[512];
    if (which(fd, path, sizeof path) != 2 || !memmem(data, length, "evt_", 4)) return;
    int is_answer = memmem(data, length, "\"event\":\"evt_", 13) != NULL;
    pthread_mutex_lock(&lock);
    note(is_answer ? ANSWER : CALL, 0, "", data, (uint32_t)length);
    pthread_mutex_unlock(&lock);
}

static ssize_t positioned(int fd, const void *data, size_t length, off64_t offset) {
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    char path[512];
    if (which(fd, path, sizeof path) != 1) return real(fd, data, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t written = real(fd, data, length, offset);
    if (written > 0) note(WRITE, (uint64_t)offset, path, data, (uint32_t)written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    return positioned(fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return positioned(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
    REAL("write", ssize_t, int, const void *, size_t);
    char path[512];
    told(fd, data, length);
    if (which(fd, path, sizeof path) != 1) return real(fd, data, length);
    pthread_mutex_lock(&lock);
    off64_t offset = lseek64(fd, 0, SEEK_CUR);
    ssize_t written = real(fd, data, length);
    if (written > 0) note(WRITE, (uint64_t)offset, path, data, (uint32_t)written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL("writev", ssize_t, int, const struct iovec *, int);
    for (int part = 0; part < count; part++) told(fd, parts[part].iov_base, parts[part].iov_len);
    return real(fd, parts, count);
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
    REAL("send", ssize_t, int, const void *, size_t, int);
    told(fd, data, length);
    return real(fd, data, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    REAL("sendmsg", ssize_t, int, const struct msghdr *, int);
    for (size_t part = 0; part < message->msg_iovlen; part++)
        told(fd, message->msg_iov[part].iov_base, message->msg_iov[part].iov_len);
    return real(fd, message, flags);
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    char path[512];
    if (which(fd, path, sizeof path) != 1) return real(fd);
    pthread_mutex_lock(&lock);
    int result = real(fd);
    if (result == 0) note(SYNC, 0, path, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

static int truncated(int fd, off64_t length) {
    REAL("ftruncate64", int, int, off64_t);
    char path[512];
    if (which(fd, path, sizeof path) != 1) return real(fd, length);
    pthread_mutex_lock(&lock);
    int result = real(fd, length);
    if (result == 0) note(TRUNCATE, (uint64_t)length, path, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int fd, off64_t length) { return truncated(fd, length); }
int ftruncate(int fd, off_t length) { return truncated(fd, length); }

int unlink(const char *path) {
    REAL("unlink", int, const char *);
    if (log_fd < 0 || strncmp(path, root, strlen(root)) != 0) return real(path);
    pthread_mutex_lock(&lock);
    int result = real(path);
    if (result == 0) note(REMOVE, 0, path, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
