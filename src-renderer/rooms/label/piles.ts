/** Pictures that are being dealt into piles, one for each label. A value, never changed in place. */
export interface Dealing {
  /** Still to be dealt; the first one is on top. */
  readonly stack: readonly number[];
  /** In the order in which they were dealt; `labelId` null: put aside, left as it is. */
  readonly dealt: readonly { readonly id: number; readonly labelId: number | null }[];
}

export const dealingOf = (ids: readonly number[]): Dealing => ({ stack: ids, dealt: [] });

/** The top picture goes onto a pile; null puts it aside. With an empty stack nothing happens. */
export function deal({ stack, dealt }: Dealing, labelId: number | null): Dealing {
  const [id, ...rest] = stack;
  return id === undefined ? { stack, dealt } : { stack: rest, dealt: [...dealt, { id, labelId }] };
}

/** The picture that was dealt last comes back on top. */
export function takeBack({ stack, dealt }: Dealing): Dealing {
  const last = dealt.at(-1);
  return last ? { stack: [last.id, ...stack], dealt: dealt.slice(0, -1) } : { stack, dealt };
}

/** What is on the piles, without what was put aside. */
export function pilesOf({ dealt }: Dealing): { labelId: number; imageIds: number[] }[] {
  const piles = new Map<number, number[]>();
  for (const { id, labelId } of dealt)
    if (labelId !== null) piles.set(labelId, [...(piles.get(labelId) ?? []), id]);
  return [...piles].map(([labelId, imageIds]) => ({ labelId, imageIds }));
}
