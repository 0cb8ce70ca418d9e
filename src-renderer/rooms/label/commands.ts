import { actionGroups } from '../../keys/actions.ts';
import type { PaletteCommand } from '../../state/commands.svelte.ts';
import type { StudioState } from '../../state/studio.svelte.ts';
import type { Room } from './room.svelte.ts';

/** What the palette offers in this room beside what it always offers. */
export function roomCommands(studio: StudioState, room: Room): readonly PaletteCommand[] {
  const withKey = (id: string) => {
    const [keys] = studio.shortcuts.keysOf(id);
    return keys === undefined ? {} : { keys };
  };
  return [
    ...studio.labels.map((label, index) => ({
      name: `Label as ${label.name}`,
      ...withKey(`label-${index + 1}`),
      run: () => room.give(label),
    })),
    ...actionGroups.flatMap((group) =>
      group.actions.flatMap(({ id, words }) =>
        room.can(id) ? [{ name: words, ...withKey(id), run: () => room.run(id) }] : [],
      ),
    ),
  ];
}
