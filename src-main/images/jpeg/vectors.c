/*
 * Steps of libjpeg-turbo with WebAssembly's vectors, in place of those that it has for processors.
 * Each gives the bits of the C function that it stands for (in jdcolor.c, jdsample.c, jidctint.c, jccolor.c and
 * jcdctmgr.c).
 */
/* All others there are not. */
#define jsimd_can_ycc_rgb absent_can_ycc_rgb
#define jsimd_ycc_rgb_convert absent_ycc_rgb_convert
#define jsimd_can_h2v2_fancy_upsample absent_can_h2v2_fancy_upsample
#define jsimd_h2v2_fancy_upsample absent_h2v2_fancy_upsample
#define jsimd_can_idct_islow absent_can_idct_islow
#define jsimd_idct_islow absent_idct_islow
#define jsimd_can_rgb_ycc absent_can_rgb_ycc
#define jsimd_rgb_ycc_convert absent_rgb_ycc_convert
#define jsimd_can_quantize absent_can_quantize
#define jsimd_quantize absent_quantize
#include "jsimd_none.c"
#undef jsimd_can_ycc_rgb
#undef jsimd_ycc_rgb_convert
#undef jsimd_can_h2v2_fancy_upsample
#undef jsimd_h2v2_fancy_upsample
#undef jsimd_can_idct_islow
#undef jsimd_idct_islow
#undef jsimd_can_rgb_ycc
#undef jsimd_rgb_ycc_convert
#undef jsimd_can_quantize
#undef jsimd_quantize

#include <wasm_simd128.h>

GLOBAL(int) jsimd_can_ycc_rgb(void) { return 1; }
GLOBAL(int) jsimd_can_h2v2_fancy_upsample(void) { return 1; }
GLOBAL(int) jsimd_can_idct_islow(void) { return 1; }

static inline uint8_t clamped(int value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

/* YCbCr to RGB. A factor f of 16 bits is applied to x - 128, rounded: (f * (x - 128) + 2^15) >> 16. */

/* For the sums of two products each. */
#define pairs(a, b) wasm_i16x8_make(a, b, a, b, a, b, a, b)

static inline v128_t products(v128_t a, v128_t b, v128_t factors, v128_t half) {
  v128_t low = wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), factors);
  v128_t high = wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), factors);
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add(low, half), 16),
                                 wasm_i32x4_shr(wasm_i32x4_add(high, half), 16));
}

typedef struct {
  v128_t red, green, blue;
} Colour;

static inline Colour colour(v128_t y, v128_t cb, v128_t cr) {
  v128_t half = wasm_i32x4_splat(32768);
  v128_t centre = wasm_i16x8_splat(128), zero = wasm_i16x8_splat(0);
  cb = wasm_i16x8_sub(cb, centre);
  cr = wasm_i16x8_sub(cr, centre);
  /* What a factor has beyond 16 bits is added whole: 1.402 = 1 + 0.402, 1.772 = 2 - 0.228, -0.714 = -1 + 0.286. */
  v128_t red = wasm_i16x8_add(cr, products(cr, zero, pairs(91881 - 65536, 0), half));
  v128_t blue = wasm_i16x8_add(wasm_i16x8_shl(cb, 1), products(cb, zero, pairs(116130 - 131072, 0), half));
  v128_t green = wasm_i16x8_sub(products(cb, cr, pairs(-22554, 65536 - 46802), half), cr);
  Colour result = {wasm_i16x8_add(y, red), wasm_i16x8_add(y, green), wasm_i16x8_add(y, blue)};
  return result;
}

GLOBAL(void)
jsimd_ycc_rgb_convert(j_decompress_ptr cinfo, JSAMPIMAGE input, JDIMENSION row, JSAMPARRAY output, int rows) {
  unsigned width = cinfo->output_width;
  for (; rows > 0; rows--, row++) {
    const uint8_t *y = input[0][row], *cb = input[1][row], *cr = input[2][row];
    uint8_t *out = *output++;
    unsigned x = 0;
    for (; x + 16 <= width; x += 16, out += 48) {
      v128_t ys = wasm_v128_load(y + x), cbs = wasm_v128_load(cb + x), crs = wasm_v128_load(cr + x);
      Colour low =
          colour(wasm_u16x8_extend_low_u8x16(ys), wasm_u16x8_extend_low_u8x16(cbs), wasm_u16x8_extend_low_u8x16(crs));
      Colour high = colour(wasm_u16x8_extend_high_u8x16(ys), wasm_u16x8_extend_high_u8x16(cbs),
                           wasm_u16x8_extend_high_u8x16(crs));
      v128_t r = wasm_u8x16_narrow_i16x8(low.red, high.red);
      v128_t g = wasm_u8x16_narrow_i16x8(low.green, high.green);
      v128_t b = wasm_u8x16_narrow_i16x8(low.blue, high.blue);
      v128_t first = wasm_i8x16_shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
      v128_t second = wasm_i8x16_shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
      first = wasm_i8x16_shuffle(first, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
      second = wasm_i8x16_shuffle(second, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
      v128_t third = wasm_i8x16_shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
      third = wasm_i8x16_shuffle(third, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
      wasm_v128_store(out, first);
      wasm_v128_store(out + 16, second);
      wasm_v128_store(out + 32, third);
    }
    for (; x < width; x++, out += 3) {
      int u = cb[x] - 128, v = cr[x] - 128;
      out[0] = clamped(y[x] + ((91881 * v + 32768) >> 16));
      out[1] = clamped(y[x] + ((-22554 * u - 46802 * v + 32768) >> 16));
      out[2] = clamped(y[x] + ((116130 * u + 32768) >> 16));
    }
  }
}

/* Colours at half the size in both directions, enlarged: 9/16 of the nearest, 3/16 of each neighbour, 1/16 of the last.
 */

static void enlarge(const uint8_t *near, const uint8_t *far, uint8_t *out, unsigned width) {
  v128_t three = wasm_i16x8_splat(3);
  /* One sum before the first and one after the last, the same as those. */
  static uint16_t sums[65536 / 2 + 32];
  unsigned x = 0;
  for (; x + 16 <= width; x += 16) {
    v128_t a = wasm_v128_load(near + x), b = wasm_v128_load(far + x);
    wasm_v128_store(sums + 8 + x, wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(a), three),
                                                 wasm_u16x8_extend_low_u8x16(b)));
    wasm_v128_store(sums + 16 + x, wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(a), three),
                                                  wasm_u16x8_extend_high_u8x16(b)));
  }
  for (; x < width; x++) sums[8 + x] = 3 * near[x] + far[x];
  sums[7] = sums[8];
  sums[8 + width] = sums[7 + width];
  for (x = 0; x + 8 <= width; x += 8) {
    v128_t here = wasm_i16x8_mul(wasm_v128_load(sums + 8 + x), three);
    v128_t left = wasm_i16x8_add(wasm_i16x8_add(here, wasm_v128_load(sums + 7 + x)), wasm_i16x8_splat(8));
    v128_t right = wasm_i16x8_add(wasm_i16x8_add(here, wasm_v128_load(sums + 9 + x)), wasm_i16x8_splat(7));
    wasm_v128_store(out + 2 * x, wasm_v128_or(wasm_u16x8_shr(left, 4), wasm_i16x8_shl(wasm_u16x8_shr(right, 4), 8)));
  }
  for (; x < width; x++) {
    out[2 * x] = (3 * sums[8 + x] + sums[7 + x] + 8) >> 4;
    out[2 * x + 1] = (3 * sums[8 + x] + sums[9 + x] + 7) >> 4;
  }
}

GLOBAL(void)
jsimd_h2v2_fancy_upsample(j_decompress_ptr cinfo, jpeg_component_info *component, JSAMPARRAY input,
                          JSAMPARRAY *output) {
  for (int row = 0; row < cinfo->max_v_samp_factor; row++) {
    int near = row / 2;
    enlarge(input[near], input[row % 2 == 0 ? near - 1 : near + 1], (*output)[row], component->downsampled_width);
  }
}

/* The accurate integer DCT, backwards. */

enum {
  f0298 = 2446,
  f0390 = 3196,
  f0541 = 4433,
  f0765 = 6270,
  f0899 = 7373,
  f1175 = 9633,
  f1501 = 12299,
  f1847 = 15137,
  f1961 = 16069,
  f2053 = 16819,
  f2562 = 20995,
  f3072 = 25172
};

typedef struct {
  v128_t low, high;
} Wide;

static inline Wide dot(v128_t a, v128_t b, v128_t factors) {
  Wide w = {wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), factors),
            wasm_i32x4_dot_i16x8(wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), factors)};
  return w;
}
static inline Wide plus(Wide a, Wide b) {
  Wide w = {wasm_i32x4_add(a.low, b.low), wasm_i32x4_add(a.high, b.high)};
  return w;
}
static inline Wide minus(Wide a, Wide b) {
  Wide w = {wasm_i32x4_sub(a.low, b.low), wasm_i32x4_sub(a.high, b.high)};
  return w;
}
static inline Wide raised(v128_t a) {
  Wide w = {wasm_i32x4_shl(wasm_i32x4_extend_low_i16x8(a), 13), wasm_i32x4_shl(wasm_i32x4_extend_high_i16x8(a), 13)};
  return w;
}
#define lowered(w, shift)                                                                                     \
  wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add((w).low, wasm_i32x4_splat(1 << ((shift)-1))), shift), \
                          wasm_i32x4_shr(wasm_i32x4_add((w).high, wasm_i32x4_splat(1 << ((shift)-1))), shift))

/* One direction for eight columns at once. */
#define pass(r, shift)                                                                                         \
  do {                                                                                                         \
    Wide t0 = raised(wasm_i16x8_add(r[0], r[4])), t1 = raised(wasm_i16x8_sub(r[0], r[4]));                     \
    Wide t2 = dot(r[2], r[6], pairs(f0541, f0541 - f1847)), t3 = dot(r[2], r[6], pairs(f0541 + f0765, f0541)); \
    Wide e0 = plus(t0, t3), e3 = minus(t0, t3), e1 = plus(t1, t2), e2 = minus(t1, t2);                         \
    v128_t z3 = wasm_i16x8_add(r[7], r[3]), z4 = wasm_i16x8_add(r[5], r[1]);                                   \
    Wide s3 = dot(z3, z4, pairs(f1175 - f1961, f1175)), s4 = dot(z3, z4, pairs(f1175, f1175 - f0390));         \
    Wide o0 = plus(dot(r[7], r[1], pairs(f0298 - f0899, -f0899)), s3);                                         \
    Wide o1 = plus(dot(r[5], r[3], pairs(f2053 - f2562, -f2562)), s4);                                         \
    Wide o2 = plus(dot(r[5], r[3], pairs(-f2562, f3072 - f2562)), s3);                                         \
    Wide o3 = plus(dot(r[7], r[1], pairs(-f0899, f1501 - f0899)), s4);                                         \
    Wide w;                                                                                                    \
    w = plus(e0, o3);                                                                                          \
    r[0] = lowered(w, shift);                                                                                  \
    w = minus(e0, o3);                                                                                         \
    r[7] = lowered(w, shift);                                                                                  \
    w = plus(e1, o2);                                                                                          \
    r[1] = lowered(w, shift);                                                                                  \
    w = minus(e1, o2);                                                                                         \
    r[6] = lowered(w, shift);                                                                                  \
    w = plus(e2, o1);                                                                                          \
    r[2] = lowered(w, shift);                                                                                  \
    w = minus(e2, o1);                                                                                         \
    r[5] = lowered(w, shift);                                                                                  \
    w = plus(e3, o0);                                                                                          \
    r[3] = lowered(w, shift);                                                                                  \
    w = minus(e3, o0);                                                                                         \
    r[4] = lowered(w, shift);                                                                                  \
  } while (0)

static inline void transpose(v128_t r[8]) {
  v128_t a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = wasm_i16x8_shuffle(r[i], r[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    a[2 * i + 1] = wasm_i16x8_shuffle(r[i], r[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
  for (int i = 0; i < 4; i++) {
    b[2 * i] = wasm_i16x8_shuffle(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    b[2 * i + 1] = wasm_i16x8_shuffle(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
  for (int i = 0; i < 4; i++) {
    r[2 * i] = wasm_i16x8_shuffle(b[i], b[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    r[2 * i + 1] = wasm_i16x8_shuffle(b[i], b[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

GLOBAL(void)
jsimd_idct_islow(j_decompress_ptr cinfo, jpeg_component_info *component, JCOEFPTR coefficients, JSAMPARRAY output,
                 JDIMENSION column) {
  const ISLOW_MULT_TYPE *table = (ISLOW_MULT_TYPE *)component->dct_table;
  v128_t r[8], below = wasm_i16x8_splat(0);
  for (int i = 0; i < 8; i++) r[i] = wasm_v128_load(coefficients + 8 * i);
  for (int i = 1; i < 8; i++) below = wasm_v128_or(below, r[i]);
  int one_row = !wasm_v128_any_true(below);
  if (one_row && !wasm_v128_any_true(wasm_i16x8_replace_lane(r[0], 0, 0))) {
    /* One colour. */
    int value = (((int16_t)(4 * coefficients[0] * table[0]) + 16) >> 5) + 128;
    v128_t all = wasm_i8x16_splat(clamped(value));
    for (int i = 0; i < 8; i++) wasm_v128_store64_lane(output[i] + column, all, 0);
    return;
  }
  for (int i = 0; i < 8; i++) r[i] = wasm_i16x8_mul(r[i], wasm_v128_load(table + 8 * i));
  if (one_row) {
    /* The same, unless a damaged table makes it overflow: then as on x86. */
    r[0] = wasm_i16x8_shl(r[0], 2);
    for (int i = 1; i < 8; i++) r[i] = r[0];
  } else {
    pass(r, 11);
  }
  transpose(r);
  pass(r, 18);
  transpose(r);
  v128_t middle = wasm_i8x16_splat(-128);
  for (int i = 0; i < 8; i += 2) {
    v128_t both = wasm_v128_xor(wasm_i8x16_narrow_i16x8(r[i], r[i + 1]), middle);
    wasm_v128_store64_lane(output[i] + column, both, 0);
    wasm_v128_store64_lane(output[i + 1] + column, both, 1);
  }
}

/* RGB to YCbCr: sums of three products with factors of 16 bits, of which the largest are halved and taken twice. */

GLOBAL(int) jsimd_can_rgb_ycc(void) { return 1; }

static inline v128_t luma(v128_t r, v128_t g, v128_t b) {
  Wide sum = plus(dot(r, g, pairs(19595, 38470 / 2)), dot(b, g, pairs(7471, 38470 / 2)));
  v128_t half = wasm_i32x4_splat(32768);
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add(sum.low, half), 16),
                                 wasm_i32x4_shr(wasm_i32x4_add(sum.high, half), 16));
}

/* Half of `own`, less a part of each of the others. */
static inline v128_t chroma(v128_t own, v128_t one, v128_t other, v128_t factors) {
  Wide sum = plus(dot(own, own, pairs(16384, 16384)), dot(one, other, factors));
  v128_t middle = wasm_i32x4_splat((128 << 16) + 32767);
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add(sum.low, middle), 16),
                                 wasm_i32x4_shr(wasm_i32x4_add(sum.high, middle), 16));
}

GLOBAL(void)
jsimd_rgb_ycc_convert(j_compress_ptr cinfo, JSAMPARRAY input, JSAMPIMAGE output, JDIMENSION row, int rows) {
  unsigned width = cinfo->image_width;
  for (; rows > 0; rows--, row++) {
    const uint8_t *in = *input++;
    uint8_t *y = output[0][row], *cb = output[1][row], *cr = output[2][row];
    unsigned x = 0;
    for (; x + 16 <= width; x += 16, in += 48) {
      v128_t first = wasm_v128_load(in), second = wasm_v128_load(in + 16), third = wasm_v128_load(in + 32);
      v128_t r = wasm_i8x16_shuffle(first, second, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
      v128_t g = wasm_i8x16_shuffle(first, second, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
      v128_t b = wasm_i8x16_shuffle(first, second, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
      r = wasm_i8x16_shuffle(r, third, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
      g = wasm_i8x16_shuffle(g, third, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
      b = wasm_i8x16_shuffle(b, third, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
      v128_t rl = wasm_u16x8_extend_low_u8x16(r), rh = wasm_u16x8_extend_high_u8x16(r);
      v128_t gl = wasm_u16x8_extend_low_u8x16(g), gh = wasm_u16x8_extend_high_u8x16(g);
      v128_t bl = wasm_u16x8_extend_low_u8x16(b), bh = wasm_u16x8_extend_high_u8x16(b);
      v128_t blue = pairs(-11059, -21709), red = pairs(-27439, -5329);
      wasm_v128_store(y + x, wasm_u8x16_narrow_i16x8(luma(rl, gl, bl), luma(rh, gh, bh)));
      wasm_v128_store(cb + x, wasm_u8x16_narrow_i16x8(chroma(bl, rl, gl, blue), chroma(bh, rh, gh, blue)));
      wasm_v128_store(cr + x, wasm_u8x16_narrow_i16x8(chroma(rl, gl, bl, red), chroma(rh, gh, bh, red)));
    }
    for (; x < width; x++, in += 3) {
      y[x] = (19595 * in[0] + 38470 * in[1] + 7471 * in[2] + 32768) >> 16;
      cb[x] = (-11059 * in[0] - 21709 * in[1] + 32768 * in[2] + (128 << 16) + 32767) >> 16;
      cr[x] = (32768 * in[0] - 27439 * in[1] - 5329 * in[2] + (128 << 16) + 32767) >> 16;
    }
  }
}

/* Division by tables of reciprocals, corrections and powers of two, which compute_reciprocal makes. */

GLOBAL(int) jsimd_can_quantize(void) { return 1; }

static inline v128_t high_product(v128_t a, v128_t b) {
  return wasm_i16x8_shuffle(wasm_u32x4_extmul_low_u16x8(a, b), wasm_u32x4_extmul_high_u16x8(a, b), 1, 3, 5, 7, 9, 11,
                            13, 15);
}

GLOBAL(void) jsimd_quantize(JCOEFPTR coefficients, DCTELEM *divisors, DCTELEM *values) {
  for (int i = 0; i < DCTSIZE2; i += 8) {
    v128_t value = wasm_v128_load(values + i), sign = wasm_i16x8_shr(value, 15);
    v128_t size = wasm_i16x8_add(wasm_i16x8_abs(value), wasm_v128_load(divisors + DCTSIZE2 + i));
    size = high_product(high_product(size, wasm_v128_load(divisors + i)), wasm_v128_load(divisors + 2 * DCTSIZE2 + i));
    wasm_v128_store(coefficients + i, wasm_i16x8_sub(wasm_v128_xor(size, sign), sign));
  }
}
