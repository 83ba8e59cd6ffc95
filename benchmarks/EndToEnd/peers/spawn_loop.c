/* spawn_loop PROGRAM COUNT: posix_spawn of PROGRAM behind a gate on descriptor 3, opened at once, waited for; COUNT times. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *arguments[] = {argc == 3 ? argv[1] : "", NULL}, *environment[] = {NULL};
    int count = argc == 3 ? atoi(argv[2]) : 0;
    for (int i = 0; i < count; i++) {
        int ends[2], status;
        pid_t pid;
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
        if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0
            || posix_spawn_file_actions_adddup2(&actions, ends[0], 3) != 0
            || posix_spawn(&pid, argv[1], &actions, &attributes, arguments, environment) != 0) {
            perror("spawn");
            return 1;
        }
        close(ends[0]);
        close(ends[1]);
        if (waitpid(pid, &status, 0) != pid || status != 0) {
            perror("waitpid");
            return 1;
        }
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    return 0;
}
