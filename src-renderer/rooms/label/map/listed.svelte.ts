import type { Pictures } from '../pictures.svelte.ts';
import { noKind } from './colouring.ts';
import { besides } from './geometry.ts';
import type { PictureMap } from './picture-map.svelte.ts';

/** The points of the map as the room's list has their pictures: which pass its filter, which are selected, of which kind. */
export class Listed {
  readonly #map: PictureMap;
  readonly #pictures: Pictures;

  constructor(map: PictureMap, pictures: Pictures) {
    this.#map = map;
    this.#pictures = pictures;
  }

  /** Where in the room's list each point's picture is; -1 for those that the filter leaves out. */
  readonly places = $derived.by(() => {
    const { ids, indexOf } = this.#map;
    const places = new Int32Array(ids.length).fill(-1);
    for (const [place, id] of this.#pictures.ids.entries()) {
      const i = indexOf.get(id);
      if (i !== undefined) places[i] = place;
    }
    return places;
  });
  /** 1 for each point that passes the filter. */
  readonly shown = $derived(Uint8Array.from(this.places, (place) => (place >= 0 ? 1 : 0)));
  /** Pictures of the list that are not on the map. */
  readonly off = $derived.by(
    () => this.#pictures.ids.length - this.shown.reduce((sum, one) => sum + one, 0),
  );
  /** 1 for each point that is selected. */
  readonly selected = $derived.by(() => {
    const { ids } = this.#pictures.selection;
    return Uint8Array.from(this.#map.ids, (id) => (ids.has(id) ? 1 : 0));
  });
  /** Of each point: an index into the kinds, or their number where it has none. */
  readonly kinds = $derived.by(() => {
    const { kindOf, kinds } = this.#map.colouring;
    return Uint8Array.from(this.#map.ids, (id) => {
      const kind = kindOf(id);
      return kind === noKind ? kinds.length : kind;
    });
  });
  /** The point that the keyboard is on. */
  readonly cursor = $derived.by(() => this.#map.indexOf.get(this.#pictures.cursorId ?? -1));
  /** What lies beside it. */
  readonly company = $derived.by(() =>
    this.cursor === undefined ? [] : besides(this.#map.points, this.cursor, 5),
  );
  /** "3 frog, 2 newt". */
  readonly companyWords = $derived.by(() => {
    const { kinds, without } = this.#map.colouring;
    const counts = new Map<string, number>();
    for (const i of this.company) {
      const name = kinds[this.kinds[i]!]?.name ?? without;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].map(([name, many]) => `${many} ${name}`).join(', ');
  });

  passes = (i: number): boolean => this.places[i]! >= 0;

  /** @param at the point that the keyboard is on then; the first of them if not given */
  select(some: readonly number[], adding: boolean, at = some[0]): void {
    const { selection } = this.#pictures;
    const before = adding ? selection.ids : [];
    const place = at === undefined ? undefined : this.places[at]!;
    this.#pictures.selection = {
      ids: new Set([...before, ...some.map((i) => this.#map.ids[i]!)]),
      cursor: place ?? selection.cursor,
      anchor: place ?? selection.anchor,
    };
  }

  /** With `adding` it is taken out again where it was selected. */
  pick(i: number, adding: boolean): void {
    if (!adding) {
      this.select([i], false);
      return;
    }
    const id = this.#map.ids[i]!;
    const ids = new Set(this.#pictures.selection.ids);
    if (!ids.delete(id)) ids.add(id);
    this.#pictures.selection = { ids, cursor: this.places[i]!, anchor: this.places[i]! };
  }

  /** All of a kind that pass the filter. */
  selectKind(kind: number): void {
    const some = Array.from(this.kinds.keys()).filter(
      (i) => this.kinds[i] === kind && this.passes(i),
    );
    this.select(some, false);
  }
}
