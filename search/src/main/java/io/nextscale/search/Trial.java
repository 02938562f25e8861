package io.nextscale.search;

/**
 * A candidate of a search, for those who want to see how it went.
 *
 * @param number from 0, in the order of the search
 * @param parent the number of the candidate that it branched off, or −1
 * @param step the step at which it did, from 1
 * @param seed what it was drawn from, at that step and in its roll-out
 * @param score by the verifier, of its roll-out or of what was decided by then
 * @param complete whether the score is that of a complete picture
 * @param kept whether the search went on from it
 */
public record Trial(
    int number, int parent, int step, long seed, double score, boolean complete, boolean kept) {}
