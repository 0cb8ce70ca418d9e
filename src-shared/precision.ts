/** What the two precisions have in common on both sides. */

/** The frozen part is calibrated on at most so many training pictures, and its features compared on as many others. */
export const calibrationPictures = 64;
