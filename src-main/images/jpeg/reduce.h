#include <stdint.h>

/*
 * Makes a picture of `width` x `height` 8-bit RGB pixels smaller by `shrink` (from 1 to 4), of which the part from
 * `left` and `top` on is written to `out`.
 */
void reduce(const uint8_t *pixels, int width, int height, double shrink, int left, int top, int part_width,
            int part_height, uint8_t *out);
