/**
 * The A64 decoder: words to instructions, operands and text. Knows nothing of CPUs, memory or devices.
 *
 * @module
 */
export type { AccessForm, AccessOrder, AtomicOperation, MemoryAccess, RegisterBank } from './access.ts'
export type { AliasRuleName } from './alias-rules.ts'
export { assemble } from './asm/assemble.ts'
export { AsmError } from './asm/error.ts'
export type { AssembleOptions } from './asm/options.ts'
export type { ConstraintName, ReservedName } from './constraints.ts'
export { EncodeError, encode, findEncoding } from './encode.ts'
export type { Encoding } from './encoding.ts'
export { explainUnallocated, type NearRow, type UnallocatedReason } from './features/explain.ts'
export { type FeatureInfo, featureList } from './features/names.ts'
export { FeatureError, FeatureSet, isAvailable } from './features/set.ts'
export { versions } from './features/versions.ts'
export type { Field } from './fields.ts'
export {
  AddressError,
  type FormatOptions,
  format,
  operandText,
  registerText,
  type Token,
  type TokenKind,
  tokens,
} from './format.ts'
export { info } from './info/index.ts'
export {
  type BitRange,
  type ControlStackUse,
  type FlagUse,
  type FlagUses,
  type Flow,
  type FlowKind,
  type InstructionInfo,
  type MemoryKind,
  type MemoryUse,
  type RegisterFile,
  type RegisterUse,
  SCALABLE,
  type WriteKind,
} from './info/types.ts'
export {
  ALLOCATED,
  CONSTRAINED,
  type DecodeOptions,
  decode,
  decodeInto,
  Instruction,
  UNALLOCATED,
  type Unpredictable,
  type Verdict,
  WordError,
} from './instruction.ts'
export { A64 } from './isa/index.ts'
export { type SystemOperation, systemOperation, systemOperations } from './isa/tables/system-operations.ts'
export { type SystemRegister, systemRegister, systemRegisters } from './isa/tables/system-registers.ts'
export type {
  ImmediateOperand,
  LabelOperand,
  ListOperand,
  MemoryOperand,
  NameOperand,
  Operand,
  RegisterClass,
  RegisterOperand,
  ShiftedImmediateOperand,
  ShiftedRegisterOperand,
  ShiftKind,
  SystemRegisterOperand,
  TableOperand,
  TilesOperand,
  ZaOperand,
} from './operand.ts'
export type { Bits, Pattern } from './pattern.ts'
export { operands } from './syntax.ts'
