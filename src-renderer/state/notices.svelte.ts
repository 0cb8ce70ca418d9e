export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly text: string;
  readonly action?: { readonly words: string; readonly run: () => void };
}

/** Long enough to read a sentence twice; an error stays until it is closed. */
const shownFor = 6000;

/** Short words at the edge of the window about what was done or what failed. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;

  info(text: string, action?: Notice['action']): void {
    // What is said about the latest deed replaces what was said about the one before.
    this.list = this.list.filter((notice) => notice.kind === 'error');
    const id = this.#add({ kind: 'info', text, ...(action && { action }) });
    setTimeout(() => this.close(id), shownFor);
  }

  error(text: string): void {
    if (this.list.some((notice) => notice.kind === 'error' && notice.text === text)) return;
    this.#add({ kind: 'error', text });
  }

  close(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(notice: Omit<Notice, 'id'>): number {
    const id = this.#next++;
    this.list = [...this.list, { ...notice, id }];
    return id;
  }
}
