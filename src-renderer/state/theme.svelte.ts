export const themes = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themes)[number];

const stored = 'graft.theme';

/** Light, dark, or as the system has it; remembered on this computer. */
export class Theme {
  chosen = $state<ThemeName>(remembered());
  #systemDark = $state(false);
  readonly shown = $derived(
    this.chosen === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.chosen,
  );

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', (event) => {
      this.#systemDark = event.matches;
    });
  }

  choose(name: ThemeName): void {
    this.chosen = name;
    localStorage.setItem(stored, name);
  }
}

function remembered(): ThemeName {
  const name = localStorage.getItem(stored);
  return themes.find((theme) => theme === name) ?? 'system';
}
