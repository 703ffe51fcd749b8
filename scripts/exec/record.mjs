/** The record of harness.S: state before in, state after out. All offsets in bytes. */

export const RECORD = 6656
export const MOST_RECORDS = 1024
export const X = 0
export const SP = 248
export const NZCV = 256
export const FPCR = 264
export const FPSR = 272
/** Before: 1 for streaming mode with ZA. After: the signal, 0 for none. */
export const MODE = 280
export const SIGNAL_CODE = 284
export const ADDRESS = 288
export const PC = 296
/** 15 words; the fifth becomes the way back. */
export const WORDS = 304
export const Z = 384
export const P = 1408
export const FFR = 1472
export const ZA = 1488
export const MEMORY = 2560

/** Bytes of a vector, of a predicate. */
export const VECTOR = 32
export const PREDICATE = 4
/** The one page of memory, whose neighbours are not mapped. */
export const WINDOW = 0x2000_0000
export const WINDOW_BYTES = 4096
const CODE = 0x1000_0000
const SLOT = 1024

/** Address of the first word of the `i`-th record's code. */
export const codeAddress = (i) => CODE + SLOT * i + SLOT / 2
