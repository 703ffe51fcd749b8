import { ALIAS_RULES } from '../alias-rules.ts'
import { type Encoding, matches } from '../encoding.ts'
import type { Sink, TokenKind } from '../format/sink.ts'
import { systemOperation } from '../isa/tables/system-operations.ts'
import { genericName, systemRegister } from '../isa/tables/system-registers.ts'
import type { FeatureSet } from './set.ts'

/**
 * The row that spells a word where only some features are on: the first alias that matches, that a PE with those
 * features has, and whose operation (of TLBI, AT and so on) it has; `encoding` itself where none does.
 */
export function spelledWith(encoding: Encoding, word: number, all: boolean, features: FeatureSet): Encoding {
  for (const alias of encoding.aliases) {
    if ((!all && !alias.always) || !matches(alias, word) || !features.isAvailable(alias)) continue
    if (alias.when !== undefined && !ALIAS_RULES[alias.when](word)) continue
    const operation = alias.syntax.includes('_op') ? systemOperation(alias.mnemonic, (word >>> 5) & 0x3fff) : undefined
    if (operation === undefined) return alias
    // Only FEAT_TLBID gives a register to operations on everything.
    const known = operation.register !== 'optional' || (word & 31) === 31 || features.has('TLBID')
    if (known && features.meets(operation.features)) return alias
  }
  return encoding
}

/** `out`, or, where a word names a system register whose features are off, a sink that writes `S3_0_C1_C0_0` for it. */
export function registerNames({ syntax }: Encoding, word: number, features: FeatureSet, out: Sink): Sink {
  const token = /sysreg_(read|write)/.exec(syntax)
  if (!token) return out
  const encoding = 0x8000 | ((word >>> 5) & 0x7fff)
  const register = systemRegister(encoding, token[1] === 'write')
  return register && !features.meets(register.features) ? new GenericNameSink(out, genericName(encoding)) : out
}

/** Writes one name for every name. */
class GenericNameSink implements Sink {
  readonly #sink: Sink
  readonly #name: string

  constructor(sink: Sink, name: string) {
    this.#sink = sink
    this.#name = name
  }

  put(kind: TokenKind, text: string): void {
    this.#sink.put(kind, kind === 'name' ? this.#name : text)
  }
}
