import { nameOf } from '../sources/paths.ts';
import type { PaletteCommand } from '../state/commands.svelte.ts';
import { rooms, roomTitles } from '../state/route.svelte.ts';
import type { StudioState } from '../state/studio.svelte.ts';
import { themes } from '../state/theme.svelte.ts';

/** What can be done wherever one is. */
export function commonCommands(studio: StudioState): readonly PaletteCommand[] {
  const { project } = studio;
  const go = rooms.map((room) => ({
    name: `Go to ${roomTitles[room]}`,
    run: () => studio.route.go(room),
  }));
  const close = { name: 'Close this project', run: () => void studio.ask('project.close', {}) };
  return [
    ...(project ? [...go, close] : []),
    ...studio.recent
      .filter((path) => path !== project?.path)
      .map((path) => ({
        name: `Open the project ${nameOf(path)}`,
        run: () => void studio.ask('project.open', { path }),
      })),
    { name: 'Open the sample pictures', run: () => void studio.ask('project.sample', {}) },
    ...themes.map((theme) => ({
      name: theme === 'system' ? 'Colours as the system has them' : `Colours: ${theme}`,
      run: () => studio.theme.choose(theme),
    })),
  ];
}
