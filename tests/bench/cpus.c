/* Pretends, in every process that preloads it, that there are PRETEND_CPUS processors: what thread pools count. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count(void) {
    const char *text = getenv("PRETEND_CPUS");
    return text ? atoi(text) : 1;
}

static int fill(size_t size, cpu_set_t *mask) {
    memset(mask, 0, size);
    for (int cpu = 0; cpu < count() && (size_t)cpu < size * 8; cpu++)
        CPU_SET_S(cpu, size, mask);
    return 0;
}

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *mask) { return fill(size, mask); }
int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *mask) { return fill(size, mask); }
int sched_setaffinity(pid_t process, size_t size, const cpu_set_t *mask) { return 0; }
int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *mask) { return 0; }
int get_nprocs(void) { return count(); }
int get_nprocs_conf(void) { return count(); }

long __sysconf(int name); /* glibc's own: without dlsym, the library runs with a C library older than the compiler's */

long sysconf(int name) { return name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF ? count() : __sysconf(name); }
