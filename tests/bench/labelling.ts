/**
 * `npm run -s bench -- labelling [pictures]`: photographs labelled from zero with the keyboard only, in the focus view,
 * without suggestions and with them.
 *
 * 300 pictures of the foods set in a drawn order. Who labels knows all labels, and looks at each picture for `lookMs` (so that the
 * run is short: a hand gives the program more time than that). Without suggestions each picture gets its number. With them
 * Enter accepts a suggestion that is right, and the number corrects one that is wrong or stands where there is none. A group
 * of `fewestOfGroup` or more is looked at when each label has pictures enough to be suggested; what does not belong is left out
 * and the others are accepted together, or, where most do not belong, it is closed.
 *
 * The keys, the suggestions and the program's own times are measured; the time of the hand is a model (`hand`).
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { seededRandom, shuffled } from '../../src-main/engine/training/random.ts';
import { root } from '../../src-main/programs.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import type { EventName, Studio, StudioEvent } from '../../src-shared/contract.ts';
import { fewestToSuggest } from '../../src-shared/readiness.ts';
import { chromiumOptions } from '../setup/chromium.ts';
import { labelledSet } from './helpers/labelled-sets/write.ts';
import { print, quantile } from './helpers/print.ts';

/** Seconds of the hand and the eye: a model. */
const hand = {
  /** To judge a picture and press one of six numbers. */
  number: 1,
  /** To confirm a suggestion that is right. */
  confirm: 0.6,
  /** To see that a suggestion is wrong, and press the number. */
  correct: 1.2,
  /** For each picture of a group. */
  glance: 0.3,
  /** For any other key. */
  key: 0.3,
};
const lookMs = 250;
const fewestOfGroup = 5;

const noEngine: Engine = {
  run: () => Promise.reject(new Error('there are no suggestions')),
  close: async () => {},
};

interface Picture {
  /** Its file, by the order of the list. */
  readonly name: string;
  readonly label: number;
}

type Data<N extends EventName> = (StudioEvent & { name: N })['data'];

/** Ends with the next event of this name that fits. */
function next<N extends EventName>(
  studio: Studio,
  name: N,
  fits: (data: Data<N>) => boolean = () => true,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = studio.subscribe((event) => {
    if (event.name !== name || !fits(event.data as Data<N>)) return;
    stop();
    resolve();
  });
  return promise;
}

/** What stands on the picture in sight. */
interface Sight {
  readonly name: string;
  readonly isLast: boolean;
  readonly unlabelled: boolean;
  readonly suggested: string | undefined;
}

async function sight(page: Page): Promise<Sight> {
  const words = await page.locator('.focus .view').getAttribute('aria-label');
  const [, name = '', label, suggested, place, total] =
    /^(.*?), (.*?)(?:, suggested: (.*), \d+ %)?, (\d+) of (\d+)$/.exec(words ?? '') ?? [];
  return { name, isLast: place === total, unlabelled: label === 'unlabelled', suggested };
}

/** A picture that has not come after so many milliseconds does not come. */
const longest = 10_000;

/** In the page: milliseconds from the next key until another picture is painted, at least small; -1: none came. */
const watch = `(() => {
  const view = document.querySelector('.focus .view');
  const source = () => view.querySelector('img')?.src;
  const before = source();
  window.shown = new Promise((resolve) => {
    addEventListener('keydown', () => {
      const began = performance.now();
      const look = () => {
        const img = view.querySelector('img');
        if (performance.now() - began > ${longest}) resolve(-1);
        else if (img && img.src !== before && img.complete && img.naturalWidth > 0)
          setTimeout(() => resolve(performance.now() - began));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
})()`;

/** One person at the keyboard. */
class Person {
  keys = 0;
  handSeconds = 0;
  shown = 0;
  right = 0;
  /** Of these, when each label had pictures enough. */
  shownLater = 0;
  rightLater = 0;
  groups = 0;
  ofGroups = 0;
  wrongInGroups = 0;
  /** Groups of which most did not belong. */
  closed = 0;
  readonly waits: number[] = [];
  readonly #page: Page;
  readonly #studio: Studio;
  readonly #classes: readonly string[];
  /** Label by file, of those without one. */
  readonly #left: Map<string, number>;
  readonly #suggestions: boolean;
  /** Pictures of each label that were labelled one by one. */
  readonly #given: number[];
  /** The offer that was looked at last. */
  #notNow: string | null = null;

  constructor(
    page: Page,
    studio: Studio,
    classes: readonly string[],
    pictures: readonly Picture[],
    suggestions: boolean,
  ) {
    this.#page = page;
    this.#studio = studio;
    this.#classes = classes;
    this.#given = classes.map(() => 0);
    this.#left = new Map(pictures.map(({ name, label }) => [name, label]));
    this.#suggestions = suggestions;
  }

  async #press(key: string, seconds: number): Promise<void> {
    this.keys++;
    this.handSeconds += seconds;
    await this.#page.keyboard.press(key);
  }

  /** A key after which another picture is there. */
  async #on(key: string, seconds: number): Promise<void> {
    if (this.#left.size === 0) return this.#press(key, seconds);
    await this.#page.evaluate(watch);
    await this.#press(key, seconds);
    const waited = await this.#page.evaluate<number>('window.shown');
    if (waited < 0) {
      const { name } = await sight(this.#page);
      throw new Error(`${key} on ${name} with ${this.#left.size} to go: no other picture came`);
    }
    this.waits.push(waited);
  }

  async labelAll(): Promise<void> {
    await this.#press('f', hand.key);
    while (this.#left.size > 0) {
      await this.#page.waitForTimeout(lookMs);
      if (this.#suggestions && (await this.#group())) continue;
      const { name, isLast, unlabelled, suggested } = await sight(this.#page);
      const label = this.#left.get(name);
      if (!unlabelled || label === undefined) {
        await this.#on(isLast ? 'Home' : 'ArrowRight', hand.key);
        continue;
      }
      this.#left.delete(name);
      this.#given[label]!++;
      const right = suggested === this.#classes[label];
      if (suggested !== undefined) this.shown++;
      if (right) this.right++;
      if (suggested !== undefined && this.#allKnown()) {
        this.shownLater++;
        if (right) this.rightLater++;
      }
      if (right) await this.#on('Enter', hand.confirm);
      else await this.#on(String(label + 1), suggested === undefined ? hand.number : hand.correct);
    }
  }

  /** Has each label pictures enough to be suggested? */
  #allKnown(): boolean {
    return this.#given.every((many) => many >= fewestToSuggest);
  }

  /** Looks at the group that the page offers, if it is worth it and was not looked at in vain. */
  async #group(): Promise<boolean> {
    if (!this.#allKnown()) return false;
    const offer = this.#page.locator('.focus').getByRole('button', { name: /look like/ });
    const words = (await offer.count()) > 0 ? (await offer.innerText()).replace(/\s+/g, ' ') : null;
    if (words === null || words === this.#notNow || Number.parseInt(words, 10) < fewestOfGroup)
      return false;
    this.#notNow = words;
    await this.#press('r', hand.key);
    const dialog = this.#page.getByRole('dialog', { name: /look like/ });
    await dialog.waitFor();
    const place = this.#classes.findIndex((name) => words.includes(`look like ${name}`));
    const list = dialog.getByRole('listbox');
    // The names come a moment after the pictures.
    await list
      .getByRole('option', { name: /^photo/ })
      .last()
      .waitFor();
    const said = await list
      .getByRole('option')
      .evaluateAll((options) => options.map((option) => option.getAttribute('aria-label')!));
    const names = said.map((text) => text.replace(/, \d+ of \d+$/, ''));
    const wrong = names.flatMap((name, i) => (this.#left.get(name) === place ? [] : [i]));
    this.handSeconds += hand.glance * names.length;
    const taken = names.length - wrong.length;
    if (2 * taken < names.length) {
      this.closed++;
      await this.#press('Escape', hand.key);
      await dialog.waitFor({ state: 'detached' });
      return false;
    }
    const columns = await list.evaluate(
      (element) => getComputedStyle(element).gridTemplateColumns.split(' ').length,
    );
    let at = 0;
    for (const i of wrong) {
      for (; at + columns <= i; at += columns) await this.#press('ArrowDown', hand.key);
      for (; at < i; at++) await this.#press('ArrowRight', hand.key);
      for (; at > i; at--) await this.#press('ArrowLeft', hand.key);
      await this.#press('Space', hand.key);
    }
    const given = next(this.#studio, 'labels.assigned');
    await this.#press('Enter', hand.key);
    await given;
    await dialog.waitFor({ state: 'detached' });
    this.groups++;
    this.ofGroups += taken;
    this.wrongInGroups += wrong.length;
    for (const [i, name] of names.entries()) if (!wrong.includes(i)) this.#left.delete(name);
    return true;
  }
}

async function label(
  browser: Browser,
  folder: string,
  classes: readonly string[],
  pictures: readonly Picture[],
  suggestions: boolean,
): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'graft-bench-'));
  process.env.GRAFT_HOME = join(home, 'home');
  const studio = createStudio(suggestions ? {} : { engine: noEngine });
  const door = await openWebDoor(studio, { rendererDir: join(root, 'out', 'renderer') });
  const name = suggestions ? 'with' : 'without';
  try {
    await studio.call('project.create', { path: join(home, 'project') });
    const labelIds: number[] = [];
    for (const each of classes)
      labelIds.push((await studio.call('labels.create', { name: each })).id);
    const began = performance.now();
    const seen = next(
      studio,
      'assist.progress',
      ({ state, done }) => state === 'ready' && done === pictures.length,
    );
    const imported = next(studio, 'import.finished');
    await studio.call('images.import', { sources: [folder], labels: 'none' });
    await imported;
    if (suggestions) {
      await seen;
      const value = (performance.now() - began) / 1000;
      print({ name: 'imported-and-seen', value, unit: 's' });
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(20_000);
    await page.goto(door.url);
    await page.getByRole('gridcell').first().focus();
    const person = new Person(page, studio, classes, pictures, suggestions);
    await person.labelAll();
    await page.getByText('All changes saved').waitFor();
    await check(studio, labelIds, pictures);
    await page.close();

    const { waits, keys, handSeconds, shown, right } = person;
    const waited = waits.reduce((sum, ms) => sum + ms, 0) / 1000;
    const total = handSeconds + waited;
    print({ name: `${name}-keys`, value: keys, unit: 'keys' });
    print({ name: `${name}-next-picture-p50`, value: quantile(waits, 0.5), unit: 'ms' });
    print({ name: `${name}-next-picture-p95`, value: quantile(waits, 0.95), unit: 'ms' });
    print({ name: `${name}-waited`, value: waited, unit: 's' });
    print({ name: `${name}-total-by-the-model`, value: total, unit: 's' });
    if (suggestions) {
      print({ name: 'suggested', value: shown, unit: 'pictures' });
      print({ name: 'suggested-right', value: (100 * right) / shown, unit: '%' });
      print({ name: 'suggested-later', value: person.shownLater, unit: 'pictures' });
      const later = (100 * person.rightLater) / person.shownLater;
      print({ name: 'suggested-later-right', value: later, unit: '%' });
      print({ name: 'groups', value: person.groups, unit: 'groups' });
      print({ name: 'groups-closed', value: person.closed, unit: 'groups' });
      print({ name: 'labelled-in-groups', value: person.ofGroups, unit: 'pictures' });
      print({ name: 'left-out-of-groups', value: person.wrongInGroups, unit: 'pictures' });
    }
    return total;
  } finally {
    await door.close();
    await studio.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Throws unless each picture has its label. */
async function check(
  studio: Studio,
  labelIds: readonly number[],
  pictures: readonly Picture[],
): Promise<void> {
  const { ids } = await studio.call('images.query', { filter: {}, sort: 'name' });
  const { images } = await studio.call('images.get', { ids });
  const known = new Map(pictures.map((one) => [one.name, one.label]));
  const wrong = images.filter(({ name, labelId }) => labelId !== labelIds[known.get(name)!]);
  if (images.length !== pictures.length || wrong.length > 0)
    throw new Error(`${wrong.length} of ${images.length} pictures have not their label`);
}

const count = Number(process.argv[2] ?? 300);
const set = await labelledSet('foods', 200);
const chosen = shuffled(set.pictures, seededRandom(1, 1)).slice(0, count);
const folder = await mkdtemp(join(tmpdir(), 'graft-bench-pictures-'));
const browser = await chromium.launch(chromiumOptions());
try {
  const pictures: Picture[] = [];
  for (const [i, { path, label }] of chosen.entries()) {
    const name = `photo ${String(i + 1).padStart(3, '0')}.png`;
    await copyFile(path, join(folder, name));
    pictures.push({ name, label });
  }
  const without = await label(browser, folder, set.classes, pictures, false);
  const withThem = await label(browser, folder, set.classes, pictures, true);
  print({ name: 'times-as-fast-by-the-model', value: without / withThem, unit: 'x' });
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
