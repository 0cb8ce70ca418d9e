/** What a run says besides its numbers: JSON, a list of sentences and [{block, accuracy, loss}]. */
export const runNotes = `
  ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE runs ADD COLUMN layers TEXT;
`;
