/** What came of an advice, as JSON: it stays when the runs that it tells of are removed. */
export const adviceOutcomes = `
ALTER TABLE advices ADD COLUMN outcome TEXT;
`;
