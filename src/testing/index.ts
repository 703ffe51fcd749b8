/**
 * Arbitraries for property tests of decoders, emulators and hypervisors, on fast-check (a peer dependency), and a builder
 * of translation tables.
 *
 * @module
 */
export {
  type AddressSpaceCase,
  type AddressSpaceOptions,
  addressSpace,
  type FieldChange,
  leafAttributes,
  type Mapping,
  oneFieldChange,
  type RegisterValues,
  regimeOf,
} from './address-spaces.ts'
export { TableBuilder, type TableLayout, TableLayoutError } from './table-builder.ts'
export { SparseTables } from './table-memory.ts'
export {
  anyInstructionWord,
  instructionWord,
  NoEncodingError,
  nearInstructionWord,
  unallocatedWord,
  type WordOptions,
} from './words.ts'
