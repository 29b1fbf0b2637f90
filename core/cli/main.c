#include <stdio.h>

int main(void)
{
    puts("copydesk " COPYDESK_VERSION);
    return 0;
}
