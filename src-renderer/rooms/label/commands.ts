import type { Label } from '../../../src-shared/domain.ts';
import type { PaletteCommand } from '../../state/commands.svelte.ts';
import type { Command } from './keys.ts';

/** What the palette offers in this room beside what it always offers. */
export function roomCommands(
  labels: readonly Label[],
  run: (command: Command) => void,
  give: (label: Label) => void,
): readonly PaletteCommand[] {
  return [
    ...labels.map((label, index) => ({
      name: `Label as ${label.name}`,
      ...(index < 9 && { keys: String(index + 1) }),
      run: () => give(label),
    })),
    { name: 'Take the label away', keys: '0', run: () => run({ do: 'clear' }) },
    { name: 'Undo', keys: 'Ctrl+Z', run: () => run({ do: 'undo' }) },
    { name: 'Redo', keys: 'Ctrl+Shift+Z', run: () => run({ do: 'redo' }) },
    { name: 'New label', keys: 'N', run: () => run({ do: 'new-label' }) },
    { name: 'Import pictures', keys: 'I', run: () => run({ do: 'import' }) },
    { name: 'Select all that are shown', keys: 'Ctrl+A', run: () => run({ do: 'all' }) },
    { name: 'Filter the pictures', keys: '/', run: () => run({ do: 'filter' }) },
  ];
}
