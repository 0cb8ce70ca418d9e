/** What the two precisions have in common on both sides. */

/** The frozen part is calibrated, and its features compared, on at most so many training pictures. */
export const calibrationPictures = 64;
