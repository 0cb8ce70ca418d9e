/** Which library computed a run: until now there was one. */
export const runtime = `
  ALTER TABLE runs ADD COLUMN runtime TEXT DEFAULT 'onnxruntime';
`;
