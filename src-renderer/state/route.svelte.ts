export const rooms = ['label', 'train', 'compare', 'use'] as const;
/** The rooms, and what lies beside the way through them. */
const places = [...rooms, 'statistics'] as const;
export type RoomName = (typeof places)[number];

export const roomTitles: Readonly<Record<RoomName, string>> = {
  label: 'Label',
  train: 'Train',
  compare: 'Compare',
  use: 'Use',
  statistics: 'Statistics',
};

/** Which room is open, kept in the address (`#train`) so that reload and back do what they should. */
export class Route {
  room = $state<RoomName>(roomOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.room = roomOf(location.hash);
    });
  }

  go(room: RoomName): void {
    location.hash = room;
  }
}

function roomOf(hash: string): RoomName {
  return places.find((room) => room === hash.slice(1)) ?? 'label';
}
