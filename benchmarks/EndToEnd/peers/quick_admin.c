/* Stands for post-process-admin where only the daemon is measured: waits at the gate, then, where AT_FIFO beside the job's
   directory exists, until that has a writer; writes an outcome that claims to be published; notes the time; exits 0. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char buffer[4096], path[4096], temporary[4096];
    int descriptor;
    if (argc != 4) {
        return 2;
    }
    while (read(3, buffer, sizeof buffer) > 0) {
    }
    snprintf(path, sizeof path, "%s/../../AT_FIFO", argv[3]);
    descriptor = open(path, O_RDONLY);
    if (descriptor >= 0) {
        while (read(descriptor, buffer, sizeof buffer) > 0) {
        }
        close(descriptor);
    }
    snprintf(path, sizeof path, "%s/outcome.json", argv[3]);
    snprintf(temporary, sizeof temporary, "%s/outcome.tmp", argv[3]);
    FILE *file = fopen(temporary, "w");
    if (file == NULL) {
        return 1;
    }
    fputs("{\"result\": \"Complete\", \"destination\": \"/queue/ReductionComplete\", \"published\": true,"
          " \"time\": \"2000-01-01T00:00:00+00:00\"}\n", file);
    if (fclose(file) != 0 || rename(temporary, path) != 0) {
        return 1;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(path, sizeof path, "%s/ended", argv[3]);
    file = fopen(path, "w");
    if (file == NULL) {
        return 1;
    }
    fprintf(file, "%ld.%09ld\n", (long)now.tv_sec, now.tv_nsec);
    return fclose(file) != 0;
}
