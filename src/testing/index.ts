/**
 * Arbitraries for property tests of decoders, emulators and hypervisors, on fast-check (a peer dependency).
 *
 * @module
 */
export {
  anyInstructionWord,
  instructionWord,
  NoEncodingError,
  nearInstructionWord,
  unallocatedWord,
  type WordOptions,
} from './words.ts'
