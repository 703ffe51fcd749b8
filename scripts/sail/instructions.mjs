/**
 * The instructions of a Sail model: which clause of its decoder takes a word, each read when a word first asks for it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from './parser.mjs'

const FILES = ['decode_start.sail', 'instrs64.sail', 'instrs64_sve.sail', 'instrs64_sme.sail']
const CLAUSE =
  /^function clause __DecodeA64_\w+ \(\(pc, \((\[[^\]]*\]|0b[01]+) as __opcode\)\) if SEE < (\d+)\) = (\{\n[\s\S]*?^\})/gm

/** Words that a clause takes, and the expression that decodes and executes them. */
export class Instructions {
  /** @param {string} folder @param {import('./model.mjs').Model} model gets the functions of the files. */
  constructor(folder, model) {
    this.clauses = []
    for (const file of FILES) {
      const text = readFileSync(join(folder, file), 'utf8')
      model.read(text)
      for (const [, pattern, see, body] of text.matchAll(CLAUSE)) {
        const bits = pattern.startsWith('[')
          ? pattern
              .slice(1, -1)
              .split(',')
              .map((bit) => ({ bitzero: '0', bitone: '1' })[bit.trim()] ?? 'x')
          : [...pattern.slice(2)]
        const number = (of) => Number.parseInt(bits.map(of).join(''), 2)
        const mask = number((bit) => (bit === 'x' ? '0' : '1'))
        const value = number((bit) => (bit === '1' ? '1' : '0'))
        let parsed
        const expression = () => {
          parsed ??= new Parser(body).statement()
          return parsed
        }
        const [, name] = /(decode_\w+|\w+)\([^;{]*\)\s*\}$/.exec(body) ?? []
        this.clauses.push({ mask, value, see: Number(see), name, expression })
      }
    }
  }

  /** The clauses that take a word, in the order in which the decoder tries them. */
  clausesOf(word) {
    return this.clauses.filter(({ mask, value }) => (word & mask) >>> 0 === value)
  }
}
