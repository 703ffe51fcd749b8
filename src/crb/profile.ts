/**
 * Which CRB this is. A profile says what differs; everything else is one implementation.
 *
 * @module
 */

/** The name of a profile. */
export type CrbProfileName = 'qemu-7.2' | 'chunk'

/** What differs between the CRBs. */
export interface CrbProfile {
  readonly name: CrbProfileName
  /**
   * PTP 1.07 transfers: CapCRBChunk in INTF_ID; CTRL_START is looked at bit by bit, its bits nextChunk and crbRspRetry
   * act; commands and answers may be longer than the buffer; what an answer leaves of the buffer is zeroed.
   */
  readonly chunk: boolean
}

/**
 * `qemu-7.2`: hw/tpm/tpm_crb.c of QEMU 7.2 and, but for details, of every release from 2.12 to 11.0.
 * `chunk`: that of QEMU 11.1 with `cap-chunk=on`.
 */
export const CRB_PROFILES: Readonly<Record<CrbProfileName, CrbProfile>> = {
  'qemu-7.2': { name: 'qemu-7.2', chunk: false },
  chunk: { name: 'chunk', chunk: true },
}
