/** Runs that were set up before there was a warm-up had none. */
export const warmup = `
  UPDATE runs SET settings = json_set(settings, '$.warmup', 0)
    WHERE json_extract(settings, '$.warmup') IS NULL;
`;
