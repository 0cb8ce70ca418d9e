import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const shapes = {
  circle: (x: number, y: number, r: number) => `<circle cx="${x}" cy="${y}" r="${r}"/>`,
  square: (x: number, y: number, r: number) =>
    `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"/>`,
  triangle: (x: number, y: number, r: number) =>
    `<path d="M${x} ${y - r} L${x + r} ${y + r} L${x - r} ${y + r} Z"/>`,
} as const;

export const shapeNames = Object.keys(shapes) as (keyof typeof shapes)[];

/**
 * Writes `count` pictures of each shape, 64 x 64 pixels, into a folder a shape: something that a network
 * can learn to tell apart in a second. No two are alike.
 */
export async function writeShapes(folder: string, count: number): Promise<void> {
  for (const [name, draw] of Object.entries(shapes)) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const hue = (i * 360) / count;
      const shape = draw(24 + ((i * 7) % 17), 24 + ((i * 5) % 17), 12 + (i % 9));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
        <rect width="64" height="64" fill="hsl(${(hue + 150) % 360} 30% 85%)"/>
        <g fill="hsl(${hue} 70% 45%)">${shape}</g></svg>`;
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(folder, name, `${name} ${i + 1}.png`));
    }
  }
}
