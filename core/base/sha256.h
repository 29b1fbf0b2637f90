/* The inner loop of SHA-256 (FIPS 180-4, 6.2.2), for hash.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK 64 /* bytes */

/* Takes `count` whole blocks into `state`. Uses the processor's SHA instructions where it has them,
 * else libmd. Any thread. */
void sha256_blocks(uint32_t state[8], const uint8_t *bytes, size_t count);

/* The same with SHA instructions alone; false, and nothing is done, where there are none. */
bool sha256_blocks_fast(uint32_t state[8], const uint8_t *bytes, size_t count);
