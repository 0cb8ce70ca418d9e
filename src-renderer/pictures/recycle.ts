/**
 * Which element shows which row of a list that scrolls. A row keeps its element while it is shown; a row that comes
 * takes over one that is no longer needed: to change what an element shows costs a fraction of making a new one.
 */
export class Recycler {
  #elements = new Map<number, number>();
  #made = 0;

  /**
   * @param rows that are shown now, each once
   * @returns for each of them, in their order, the number of its element
   */
  assign(rows: readonly number[]): readonly { readonly row: number; readonly element: number }[] {
    const shown = new Set(rows);
    // From the top down, as the new ones will be: then elements need not change places either.
    const free = [...this.#elements]
      .filter(([row]) => !shown.has(row))
      .toSorted(([a], [b]) => b - a)
      .map(([, element]) => element);
    const before = this.#elements;
    this.#elements = new Map();
    for (const row of rows) {
      const element = before.get(row) ?? free.pop() ?? this.#made++;
      this.#elements.set(row, element);
    }
    return rows.map((row) => ({ row, element: this.#elements.get(row)! }));
  }
}
