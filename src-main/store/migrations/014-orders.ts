/**
 * What the grid asks for of 100,000 images is read from indexes alone, in the order asked: an image's own row
 * also holds its path and placeholder.
 */
export const orders = `
CREATE INDEX images_in_order ON images (id, label_id, excluded);
DROP INDEX images_by_name;
CREATE INDEX images_by_name ON images (sort_key, id, label_id, excluded);
DROP INDEX images_by_label;
CREATE INDEX images_by_label ON images (label_id, id, excluded);
`;
