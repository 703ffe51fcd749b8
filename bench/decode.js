import { createRequire } from 'node:module'
import { bench, do_not_optimize, group } from 'mitata'
import { decodeInto, format, Instruction } from '../dist/decode/index.js'
import { rowWords, uniformWords } from './words.js'

const COUNT = 1024

/** Decode, and decode + text, with capstone-js 5 (Capstone in wasm) as the peer. */
export async function decodeBenches() {
  const capstone = await createRequire(import.meta.url)('@alexaltea/capstone-js')()
  const peer = new capstone.Capstone(capstone.ARCH_ARM64, capstone.MODE_LITTLE_ENDIAN)
  for (const [name, words] of [
    ['every row in turn', rowWords(COUNT)],
    ['uniform random words', uniformWords(COUNT)],
  ]) {
    const insn = new Instruction()
    const bytes = Array.from(words, (w) => [w & 255, (w >>> 8) & 255, (w >>> 16) & 255, w >>> 24])
    group(`${name}, ${COUNT} words`, () => {
      bench('nisv decodeInto', () => {
        let valid = 0
        for (let i = 0; i < COUNT; i++) if (decodeInto(words[i], insn) !== 0) valid++
        return do_not_optimize(valid)
      })
      bench('nisv decodeInto + format', () => {
        let length = 0
        for (let i = 0; i < COUNT; i++) if (decodeInto(words[i], insn) !== 0) length += format(insn).length
        return do_not_optimize(length)
      })
      bench('capstone-js disasm', () => {
        let length = 0
        for (let i = 0; i < COUNT; i++) {
          const [one] = disassemble(peer, bytes[i])
          if (one) length += one.mnemonic.length
        }
        return do_not_optimize(length)
      }).baseline(true)
    })
  }
}

/** capstone-js throws where it decodes nothing. */
function disassemble(peer, bytes) {
  try {
    return peer.disasm(bytes, 0)
  } catch {
    return []
  }
}
