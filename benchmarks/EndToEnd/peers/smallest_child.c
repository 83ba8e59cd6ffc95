/* The smallest child behind a gate: reads descriptor 3 to its end, and is done. */
#include <unistd.h>

int main(void)
{
    char buffer[4096];
    ssize_t count;
    while ((count = read(3, buffer, sizeof buffer)) > 0) {
    }
    return count < 0;
}
