/* What jpeg.ts calls: libjpeg-turbo from memory to memory, and a picture made smaller on the way. */
#include <stdlib.h>
#include <stdio.h>
#include "jpeglib.h"
#include "reduce.h"

#define EXPORT(name) __attribute__((export_name(#name))) name

/* Throws in JavaScript, which leaves everything as it is: the instance is of no more use. */
__attribute__((import_module("codec"), import_name("fail"))) _Noreturn void fail(int code);

static void on_error(j_common_ptr jpeg) { fail(jpeg->err->msg_code); }

/* A warning is as bad: whether such a file is good enough is for libvips to say. */
static void on_message(j_common_ptr jpeg, int level) {
  if (level < 0) fail(jpeg->err->msg_code);
}

static void nothing(j_common_ptr jpeg) {}

static struct jpeg_error_mgr errors = {
    .error_exit = on_error,
    .emit_message = on_message,
    .output_message = nothing,
    .reset_error_mgr = nothing,
};

struct jpeg_error_mgr *jpeg_std_error(struct jpeg_error_mgr *unused) {
  return &errors;
}

void *EXPORT(allocate)(size_t bytes) { return malloc(bytes); }

void EXPORT(release)(void *bytes) { free(bytes); }

static unsigned char *decoded(const unsigned char *file, size_t bytes, int width, int height) {
  struct jpeg_decompress_struct jpeg = {.err = &errors};
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, file, bytes);
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg.jpeg_color_space != JCS_YCbCr || jpeg.image_width != width || jpeg.image_height != height) fail(0);
  jpeg_start_decompress(&jpeg);
  unsigned char *pixels = malloc(3 * width * height);
  if (!pixels) fail(0);
  while (jpeg.output_scanline < height) {
    /* As many rows as it makes at once. */
    unsigned char *rows[] = {pixels + 3 * width * jpeg.output_scanline, 0};
    rows[1] = rows[0] + 3 * width;
    jpeg_read_scanlines(&jpeg, rows, jpeg.output_scanline + 1 < height ? 2 : 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return pixels;
}

/* A part of the picture, which is `width` x `height` pixels, made smaller by `shrink`; 8-bit RGB. To be released. */
unsigned char *EXPORT(reduced)(const unsigned char *file, size_t bytes, int width, int height, double shrink, int left,
                               int top, int part_width, int part_height) {
  unsigned char *pixels = decoded(file, bytes, width, height);
  unsigned char *part = malloc(3 * part_width * part_height);
  if (!part) fail(0);
  reduce(pixels, width, height, shrink, left, top, part_width, part_height, part);
  free(pixels);
  return part;
}

/*
 * The JPEG of 8-bit RGB pixels, with colours at half the size and without tables of its own; its length goes to
 * `bytes`. To be released.
 */
unsigned char *EXPORT(compressed)(const unsigned char *pixels, int width, int height, int quality,
                                  unsigned long *bytes) {
  struct jpeg_compress_struct jpeg = {.err = &errors};
  unsigned char *file = NULL;
  *bytes = 0;
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &file, bytes);
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < height) {
    unsigned char *row = (unsigned char *)pixels + 3 * width * jpeg.next_scanline;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return file;
}
