/* A disk that fails at a word, for the store's tests: loaded before the C library, it stands
 * between SQLite and the system. Test equipment.
 *
 *   DISK_FAULTS  a file with a kind and a number of times, `*` for as long as the file exists:
 *                  full       writing to a write-ahead log gives ENOSPC
 *                  lost       a log is synced, but the answer is EIO
 *                  forgotten  the same, and the index of the log is forgotten, as it is when
 *                             nobody else has the database open: the next one reads the log anew
 *                  nameless   syncing a directory called `documents` gives EIO: no new name in it lasts
 *                Without the file all is well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* The name of the open file, if it ends so. */
static int is_named(int file, char name[4096], const char *end) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, name, 4095), tail = (ssize_t)strlen(end);
  if (length < tail)
    return 0;
  name[length] = '\0';
  return strcmp(name + length - tail, end) == 0;
}

/* The same for a write-ahead log. */
static int is_log(int file, char name[4096]) { return is_named(file, name, "-wal"); }

/* Whether this fault is due now; counts it down. */
static int due(const char *kind) {
  const char *path = getenv("DISK_FAULTS");
  char word[16] = "", times[16] = "";
  int found = 0;
  pthread_mutex_lock(&one_at_a_time);
  FILE *told = path == NULL ? NULL : fopen(path, "re");
  if (told != NULL) {
    found = fscanf(told, "%15s %15s", word, times) == 2 && strcmp(word, kind) == 0;
    fclose(told);
  }
  if (found && times[0] != '*') {
    int left = atoi(times);
    found = left > 0;
    if (left <= 1) {
      unlink(path);
    } else if ((told = fopen(path, "we")) != NULL) {
      fprintf(told, "%s %d", word, left - 1);
      fclose(told);
    }
  }
  pthread_mutex_unlock(&one_at_a_time);
  return found;
}

/* The header of the index (walindex.html): zeros are no header. */
static void forget_index(char name[4096]) {
  static const char zeros[96];
  strcpy(strrchr(name, '-'), "-shm");
  int index = open(name, O_WRONLY | O_CLOEXEC);
  if (index < 0 || pwrite(index, zeros, sizeof zeros, 0) != sizeof zeros)
    abort();
  close(index);
}

static int sync_or_fail(int file, const char *function) {
  char name[4096];
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  int result = real(file);
  if (result == 0 && is_named(file, name, "/documents") && due("nameless")) {
    errno = EIO;
    return -1;
  }
  if (result != 0 || !is_log(file, name))
    return result;
  if (due("lost")) {
    errno = EIO;
    return -1;
  }
  if (due("forgotten")) {
    forget_index(name);
    errno = EIO;
    return -1;
  }
  return 0;
}

int fsync(int file) { return sync_or_fail(file, "fsync"); }

int fdatasync(int file) { return sync_or_fail(file, "fdatasync"); }

static int is_full(int file) {
  char name[4096];
  if (!is_log(file, name) || !due("full"))
    return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int file, const void *bytes, size_t length) {
  ssize_t (*real)(int, const void *, size_t) =
      (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return is_full(file) ? -1 : real(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  ssize_t (*real)(int, const void *, size_t, off_t) =
      (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  return is_full(file) ? -1 : real(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return is_full(file) ? -1 : real(file, bytes, length, at);
}
