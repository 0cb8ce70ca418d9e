/*
 * To the very bytes that libvips' vips_resize gives with its Lanczos kernel: first down, then across, with factors of
 * 12 bits for 64 places between two pixels (libvips/resample/reducev.cpp, reduceh.cpp and templates.h of libvips 8.18).
 */
#include "reduce.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

enum { places = 64, bits = 12, most_points = 28, strip = 10 };

typedef struct {
  double shrink, offset;
  /* An odd number; the factors beyond them are 0. */
  int points;
  int16_t factors[places + 1][most_points];
} Kernel;

static double sinc(double x) { return x == 0.0 ? 1.0 : sin(x * M_PI) / (x * M_PI); }

static double lanczos(double x) { return x >= -3 && x <= 3 ? sinc(x) * sinc(x / 3) : 0.0; }

static void prepare(Kernel *kernel, int from, double shrink) {
  int to = from / shrink + 0.5;
  kernel->offset = (1 + (to * shrink - from)) / 2.0 - 1;
  /* Pictures of one size are common. */
  if (kernel->shrink == shrink) return;
  kernel->shrink = shrink;
  kernel->points = 2 * (int)rint(3 * shrink) + 1;
  memset(kernel->factors, 0, sizeof kernel->factors);
  for (int place = 0; place <= places; place++) {
    double middle = (double)place / places + kernel->points / 2.0 - 1, scale = 1.0 / shrink;
    double weights[most_points], sum = 0;
    for (int i = 0; i < kernel->points; i++) sum += weights[i] = lanczos((i - middle) * scale);
    for (int i = 0; i < kernel->points; i++) kernel->factors[place][i] = weights[i] / sum * (1 << bits);
  }
}

static const int16_t *factors_at(const Kernel *kernel, double position) {
  int fine = (int)(position * places * 2) & (places * 2 - 1);
  return kernel->factors[(fine + 1) >> 1];
}

/* One row out of `points` rows, of which one more is there. */
static void down(const uint8_t *const *rows, const int16_t *factors, int points, uint8_t *to, int bytes) {
  v128_t half = wasm_i32x4_splat(1 << (bits - 1));
  int x = 0;
  for (; x + 16 <= bytes; x += 16) {
    v128_t a = half, b = half, c = half, d = half;
    for (int i = 0; i < points; i += 2) {
      v128_t two = wasm_v128_load32_splat(factors + i);
      v128_t upper = wasm_v128_load(rows[i] + x), lower = wasm_v128_load(rows[i + 1] + x);
      v128_t left = wasm_i8x16_shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v128_t right = wasm_i8x16_shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(left), two));
      b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(left), two));
      c = wasm_i32x4_add(c, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(right), two));
      d = wasm_i32x4_add(d, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(right), two));
    }
    v128_t left = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, bits), wasm_i32x4_shr(b, bits));
    v128_t right = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(c, bits), wasm_i32x4_shr(d, bits));
    wasm_v128_store(to + x, wasm_u8x16_narrow_i16x8(left, right));
  }
  for (; x < bytes; x++) {
    int sum = 1 << (bits - 1);
    for (int i = 0; i < points; i++) sum += rows[i][x] * factors[i];
    sum >>= bits;
    to[x] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
  }
}

/* One pixel out of `points` pixels; up to 13 bytes beyond them are read. */
static inline void across(const uint8_t *from, const int16_t *factors, int points, uint8_t *to) {
  v128_t sum = wasm_i32x4_splat(1 << (bits - 1)), zero = wasm_i8x16_splat(0);
  for (int i = 0; i < points; i += 4, from += 12) {
    v128_t four = wasm_v128_load(from);
    v128_t first = wasm_i8x16_shuffle(four, zero, 0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
    v128_t last = wasm_i8x16_shuffle(four, zero, 6, 16, 9, 16, 7, 16, 10, 16, 8, 16, 11, 16, 16, 16, 16, 16);
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(first, wasm_v128_load32_splat(factors + i)));
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(last, wasm_v128_load32_splat(factors + i + 2)));
  }
  sum = wasm_i32x4_shr(sum, bits);
  v128_t rgb = wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(sum, sum), zero);
  to[0] = wasm_u8x16_extract_lane(rgb, 0);
  to[1] = wasm_u8x16_extract_lane(rgb, 1);
  to[2] = wasm_u8x16_extract_lane(rgb, 2);
}

typedef struct {
  int first;
  const int16_t *factors;
} Column;

void reduce(const uint8_t *pixels, int width, int height, double shrink, int left, int top, int part_width,
            int part_height, uint8_t *out) {
  static Kernel horizontal, vertical;
  /* sharp hands over the scale, of which libvips takes the inverse again. */
  shrink = 1.0 / (1.0 / shrink);
  prepare(&horizontal, width, shrink);
  prepare(&vertical, height, shrink);

  Column *columns = malloc(part_width * sizeof(Column));
  double x = (left + 0.5) * shrink - 0.5 - horizontal.offset;
  for (int i = 0; i < part_width; i++, x += shrink) columns[i] = (Column){(int)x, factors_at(&horizontal, x)};
  /* A row, before and after it its ends again: of that only what the columns need. */
  int edge = horizontal.points / 2;
  uint8_t *row = malloc(3 * (width + 2 * edge) + 16);
  int first = columns[0].first - edge, last = columns[part_width - 1].first + edge;
  if (first < 0) first = 0;
  if (last > width - 1) last = width - 1;

  for (int r = 0; r < part_height; r++) {
    /* libvips goes by strips, and adds the step up anew in each; what it rounds to depends on it. */
    int begin = (top + r) / strip * strip;
    double y = (begin + 0.5) * shrink - 0.5 - vertical.offset;
    for (int i = begin; i < top + r; i++) y += shrink;
    const uint8_t *rows[most_points];
    for (int i = 0; i <= vertical.points; i++) {
      int at = (int)y - vertical.points / 2 + i;
      rows[i] = pixels + 3 * (width * (at < 0 ? 0 : at > height - 1 ? height - 1 : at) + first);
    }
    uint8_t *middle = row + 3 * edge;
    down(rows, factors_at(&vertical, y), vertical.points, middle + 3 * first, 3 * (last - first + 1));
    for (int i = 0; i < edge; i++) {
      memcpy(row + 3 * i, middle, 3);
      memcpy(middle + 3 * (width + i), middle + 3 * (width - 1), 3);
    }
    for (int i = 0; i < part_width; i++, out += 3) {
      across(row + 3 * columns[i].first, columns[i].factors, horizontal.points, out);
    }
  }
  free(row);
  free(columns);
}
