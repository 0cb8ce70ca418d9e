/** Maps of the pictures, one for each network that drew one. */
import type { Database } from './database.ts';

export interface StoredMap {
  /** Image ids; some may be gone by now. */
  readonly ids: Int32Array;
  /** x and y of each, from -1 to 1. */
  readonly points: Float32Array;
  /** How many were projected: the others were placed among them. */
  readonly projected: number;
}

export function mapsTable(database: Database) {
  const put = database.prepare(`
    INSERT INTO maps (network, made_at, projected, ids, points)
    VALUES (@network, @at, @projected, @ids, @points)
    ON CONFLICT DO UPDATE SET made_at = @at, projected = @projected, ids = @ids, points = @points`);
  const get = database.prepare<[string], { projected: number; ids: Buffer; points: Buffer }>(
    'SELECT projected, ids, points FROM maps WHERE network = ?',
  );

  return {
    /** @param network SHA-256 of its weights */
    get(network: string): StoredMap | null {
      const row = get.get(network);
      if (!row) return null;
      return {
        projected: row.projected,
        ids: new Int32Array(bytesOf(row.ids)),
        points: new Float32Array(bytesOf(row.points)),
      };
    },
    /** Takes the place of the one that this network drew before. */
    put(network: string, { ids, points, projected }: StoredMap): void {
      put.run({
        network,
        at: new Date().toISOString(),
        projected,
        ids: Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength),
        points: Buffer.from(points.buffer, points.byteOffset, points.byteLength),
      });
    },
  };
}

/** Aligned, which a buffer from SQLite need not be. */
const bytesOf = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;
