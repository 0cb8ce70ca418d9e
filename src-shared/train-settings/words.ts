/** How the settings are called on screen, and in which part of the form they stand. */

/** How a form is divided. The first is always in sight, the others open on demand. */
export const settingGroups = {
  main: 'Usual',
  schedule: 'Schedule',
  overfitting: 'Against overfitting',
  augmentation: 'Augmentation',
  pictures: 'Pictures and memory',
  certainty: 'How sure the numbers are',
} as const;
export type SettingGroup = keyof typeof settingGroups;

interface Words {
  readonly title: string;
  /** One sentence or two. */
  readonly description: string;
  /** What the choices of an enumeration are called on screen. */
  readonly names?: Readonly<Record<string, string>>;
}

export const wordsOf = (group: SettingGroup) => (words: Words) => ({ ...words, group });
