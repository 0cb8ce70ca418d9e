/** Which JPEGs are of the ordinary kind, by their header. */

export interface Size {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Beyond it libvips, which needs no more memory for a large picture than for a small one, is as fast. */
const mostPixels = 2 ** 22;
/** Colours at full size, or at half of it in both directions: the first component's sampling. */
const samplings: readonly number[] = [0x11, 0x22];

/**
 * The size of a JPEG that holds nothing but sRGB pixels the right way up: 8 bits, YCbCr, not progressive, without a
 * colour profile, a second picture or an EXIF orientation. Null for every other file, whole or not.
 */
export function plainJpeg(bytes: Buffer): Size | null {
  let size: Size | null = null;
  // SOI; then segments of a marker, their length and as many bytes.
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    const body = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2));
    if (marker === 0xda) return size;
    if (marker === 0xc0 || marker === 0xc1) size = sizeIn(body);
    else if (!isHarmless(marker, body)) return null;
    at = at + 4 + body.length;
  }
  return null;
}

/** Of a frame header: precision, height, width, and number, sampling and table of each component. */
function sizeIn(frame: Buffer): Size | null {
  if (frame.length !== 15 || frame[0] !== 8 || frame[5] !== 3) return null;
  const [height, width] = [frame.readUInt16BE(1), frame.readUInt16BE(3)];
  const [first, second, third] = [frame[7]!, frame[10]!, frame[13]!];
  const usual = samplings.includes(first) && second === 0x11 && third === 0x11;
  return usual && width * height <= mostPixels ? { width, height } : null;
}

function isHarmless(marker: number, body: Buffer): boolean {
  switch (marker) {
    case 0xc4: // Huffman tables
    case 0xdb: // quantisation tables
    case 0xdd: // restart interval
    case 0xe0: // JFIF
    case 0xfe: // comment
      return true;
    case 0xe1: // EXIF, or XMP
      return body.toString('latin1', 0, 6) !== 'Exif\0\0' || isUpright(body.subarray(6));
    case 0xec: // Photoshop's two
    case 0xed:
      return true;
    case 0xee: // Adobe's, whose last byte tells the colours: YCbCr
      return body.toString('latin1', 0, 5) !== 'Adobe' || body[11] === 1;
    default: // Other frames, colour profiles (APP2), and whatever else there is
      return false;
  }
}

/** Whether an EXIF block, which is a TIFF file, is in order and gives no orientation but the usual one. */
function isUpright(tiff: Buffer): boolean {
  const order = tiff.toString('latin1', 0, 2);
  if ((order !== 'II' && order !== 'MM') || tiff.length < 10) return false;
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return false;
  const end = first + 2 + 12 * short(first);
  if (end > tiff.length) return false;
  for (let at = first + 2; at < end; at += 12) {
    // Tag, type (3: short), count, value.
    if (short(at) === 0x0112 && !(short(at + 2) === 3 && short(at + 8) === 1)) return false;
  }
  return true;
}
