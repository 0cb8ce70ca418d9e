/** How a fast run's frozen part was quantised, and how close it stayed, as JSON; null for exact runs. */
export const quantisation = `
ALTER TABLE runs ADD COLUMN quantisation TEXT;
`;
