/** Bytes as text, whatever program wrote them. */

export interface DecodedText {
  readonly text: string;
  /** A sentence for the report when it is not plain UTF-8; null otherwise. */
  readonly note: string | null;
}

/**
 * UTF-8 or UTF-16, with or without its mark at the beginning; else Latin-1 as Windows writes it (code page 1252),
 * which is a guess and said so.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return { text: decode('utf-16le', bytes), note: readAs('UTF-16') };
  if (a === 0xfe && b === 0xff) return { text: decode('utf-16be', bytes), note: readAs('UTF-16') };
  const wide = utf16Without(bytes);
  if (wide) return { text: decode(wide, bytes), note: readAs('UTF-16') };
  try {
    // A mark of UTF-8 is left out by the decoder.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), note: null };
  } catch {
    return {
      text: decode('windows-1252', bytes),
      note: `${readAs('Latin-1')} Where letters look wrong, save the file as UTF-8 and import it again.`,
    };
  }
}

const readAs = (name: string) => `The file is not UTF-8; it was read as ${name}.`;
const decode = (encoding: string, bytes: Uint8Array) => new TextDecoder(encoding).decode(bytes);

/** Without a mark, every other byte of mostly Latin text is zero. */
function utf16Without(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.min(200, Math.floor(bytes.length / 2));
  if (pairs < 2) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) even++;
    if (bytes[2 * i + 1] === 0) odd++;
  }
  if (odd > pairs / 2 && even === 0) return 'utf-16le';
  return even > pairs / 2 && odd === 0 ? 'utf-16be' : null;
}
