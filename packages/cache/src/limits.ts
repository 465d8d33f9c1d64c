/** How long a key may be, in characters. Who has more hashes it. */
export const maxKeyLength = 512;
/** How long a tag may be, in characters. */
export const maxTagLength = 200;
/** How many tags an entry may have. What depends on more is not stored: each read would have to look at all of them. */
export const maxTags = 1_000;
/** Invalidations that are remembered one by one, in each slot; older ones are merged into one that hits more than it must. */
export const maxRemembered = 100_000;
