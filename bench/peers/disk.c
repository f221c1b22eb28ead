/* Loaded by LD_PRELOAD: each flush lasts at least BENCH_FLUSH_MS, as on a slower disk. Flushes of several threads wait side
   by side, as they do in a disk's queue. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int flush(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *text = getenv("BENCH_FLUSH_MS");
    double start = now();
    int done = real(file);
    double left = (text ? atof(text) : 0) - (now() - start);
    if (left > 0) {
        struct timespec rest = {(time_t)(left / 1e3), (long)((left - 1e3 * (time_t)(left / 1e3)) * 1e6)};
        nanosleep(&rest, NULL);
    }
    return done;
}

int fsync(int file) { return flush("fsync", file); }
int fdatasync(int file) { return flush("fdatasync", file); }
