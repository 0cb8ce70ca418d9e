/** Computed spectrograms of sounds. */
import type { Random } from '../../../../src-shared/random.ts';
import { clamp, painted } from './paint.ts';
import { between, type LabelledSet, side } from './set.ts';

/** Phase of each kind of sound at a time from 0 to 1, at a pitch in cycles per window. */
const soundKinds: Readonly<Record<string, (random: Random) => (t: number) => number>> = {
  rising(random) {
    const [from, by] = [between(random, 200, 1000), between(random, 600, 1800)];
    return (t) => Math.sin(6.2832 * (from * t + (by / 2) * t * t));
  },
  falling(random) {
    const [from, by] = [between(random, 1400, 3000), between(random, 600, 1200)];
    return (t) => Math.sin(6.2832 * (from * t - (by / 2) * t * t));
  },
  vibrato(random) {
    const [pitch, rate] = [between(random, 700, 2500), between(random, 3, 8)];
    const depth = between(random, 15, 40);
    return (t) => Math.sin(6.2832 * pitch * t + depth * Math.sin(6.2832 * rate * t));
  },
  tremolo(random) {
    const [pitch, rate] = [between(random, 700, 2500), between(random, 3, 8)];
    return (t) => Math.sin(6.2832 * pitch * t) * (0.5 + 0.5 * Math.sin(6.2832 * rate * t));
  },
  chord(random) {
    const pitch = between(random, 300, 700);
    return (t) =>
      [1, 2, 3, 4, 5].reduce((sum, k) => sum + Math.sin(6.2832 * pitch * k * t) / k, 0) / 1.5;
  },
  clicks(random) {
    const every = between(random, 0.05, 0.16);
    return (t) => (t % every < 0.0006 ? 4 : 0);
  },
};

const samples = 8192;
const window = 256;
const frames = 96;

/** Grey spectrograms: time to the right, pitch upwards, under noise of any strength. */
export async function spectrograms(): Promise<LabelledSet> {
  const classes = Object.keys(soundKinds);
  return {
    name: 'spectrograms',
    classes,
    picture: (label, _index, random) => {
      const sound = soundKinds[classes[label]!]!(random);
      const loud = between(random, 0.2, 1.6);
      const heard = Float32Array.from(
        { length: samples },
        (_, i) => sound(i / samples) + loud * (2 * random() - 1),
      );
      const power = Array.from({ length: frames }, (_, frame) =>
        spectrum(heard, Math.floor((frame * (samples - window)) / (frames - 1))),
      );
      return painted((x, y) => {
        const frame = Math.floor((x * frames) / side);
        const bin = Math.floor(((side - 1 - y) * (window / 2)) / side);
        const grey = 255 * clamp((Math.log10(power[frame]![bin]! + 1e-3) + 1.2) / 4);
        return [grey, grey, grey];
      });
    },
  };
}

const cosines = Float64Array.from({ length: window }, (_, i) =>
  Math.cos((6.283185307 * i) / window),
);
const sines = Float64Array.from({ length: window }, (_, i) => Math.sin((6.283185307 * i) / window));

/** Power of half a window's frequencies, through Hann's window. */
function spectrum(signal: Float32Array, from: number): Float64Array {
  const power = new Float64Array(window / 2);
  for (let k = 0; k < power.length; k++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < window; i++) {
      const value = signal[from + i]! * (0.5 - 0.5 * cosines[i]!);
      re += value * cosines[(k * i) % window]!;
      im -= value * sines[(k * i) % window]!;
    }
    power[k] = (re * re + im * im) / window;
  }
  return power;
}
