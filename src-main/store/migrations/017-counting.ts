/** The counts with which a project opens are read from an index alone, in the order in which they are grouped. */
export const counting = `
CREATE INDEX images_counted ON all_images (label_id, split, unsure, excluded, removed);
`;
