/** The one way pictures are opened, so that what passed the import is what training sees. */
import sharp, { type Sharp } from 'sharp';

/** libvips' own bound: 16383 x 16383. A larger picture is refused rather than decoded. */
export const maxPixels = 268_402_689;

/**
 * The first frame of a picture, turned as its EXIF orientation says. Decoding fails on truncated and on
 * seriously damaged data; harmless oddities (bytes after the end) pass, as they do in every viewer.
 */
export function open(source: string | Buffer): Sharp {
  // libvips remembers files by name, but one that was replaced must be read anew. The setting belongs to the
  // whole process, and every thread that loads the library turns it on again: hence each time.
  sharp.cache(false);
  return sharp(source, {
    failOn: 'error',
    limitInputPixels: maxPixels,
    autoOrient: true,
    pages: 1,
  });
}
