/**
 * What a TLB reports of software's mistakes.
 *
 * @module
 */

/**
 * What a TLB saw that the architecture forbids software (DDI 0487, D8.16): an entry that is live and a walk disagree.
 * Addresses are byte addresses.
 */
export interface TlbEvent {
  /**
   * `break-before-make`: a live entry of the same size says something else. `conflict`: entries of different sizes match the
   * address, where hardware may raise a TLB conflict abort.
   */
  readonly kind: 'break-before-make' | 'conflict'
  /** What differs; for a conflict of entries that agree but for their size, `size`. */
  readonly what: 'output-address' | 'attributes' | 'global' | 'size'
  /** The first address on which they disagree: bits [63:32] and [31:0]. */
  readonly vaHi: number
  readonly vaLo: number
  /** Where {@link vaHi}:{@link vaLo} went by the live entry, and where it goes now. */
  readonly before: TlbEventSide
  readonly now: TlbEventSide
}

/** One side of a {@link TlbEvent}. */
export interface TlbEventSide {
  readonly pa: number
  /** log2 of the page or block of stage 1. */
  readonly sizeLog2: number
  readonly attr: number
  readonly notGlobal: boolean
}
