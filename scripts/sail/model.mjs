/**
 * The declarations of a Sail model: split into top-level items once, each parsed when something asks for it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from './parser.mjs'

const ITEM =
  /^(?:val|function|register|enum|struct|bitfield|union|overload|type|let|scattered|mapping|infix|infixl|infixr|default|instantiation|termination_measure|end|clause)\b|^\$/

/** The items of a folder of Sail files by kind and name. */
export class Model {
  /**
   * @param {string} folder `arm-v9.4-a/src` of a checkout of rems-project/sail-arm.
   * @param {readonly string[]} files in the order in which later definitions replace earlier ones.
   */
  constructor(folder, files) {
    this.values = new Map()
    this.functions = new Map()
    this.registers = new Map()
    this.enums = new Map()
    this.members = new Map()
    this.structs = new Map()
    this.bitfields = new Map()
    this.unions = new Map()
    this.constructors = new Set()
    this.overloads = new Map()
    this.types = new Map()
    this.constants = new Map()
    const there = new Set(readdirSync(folder))
    for (const file of files) {
      if (!there.has(file))
        throw new Error(`${join(folder, file)} is missing: give arm-v9.4-a/src of rems-project/sail-arm`)
      this.read(readFileSync(join(folder, file), 'utf8'))
    }
  }

  read(text) {
    const lines = text.split('\n')
    let item = []
    const flush = () => {
      if (item.length > 0) this.add(item.join('\n'))
      item = []
    }
    for (const line of lines) {
      if (ITEM.test(line)) flush()
      item.push(line)
    }
    flush()
  }

  add(text) {
    const m =
      /^(val|function|register|enum|struct|bitfield|union|overload|type|let)\s+(?:clause\s+)?(operator\s+)?('?[\w~]+|[^\s\w]+)/.exec(
        text,
      )
    if (m === null) return
    const [, kind, , name] = m
    const lazily = (map, parse) =>
      map.set(
        name,
        once(() => parse(new Parser(text))),
      )
    if (kind === 'val') lazily(this.values, parseValue)
    else if (kind === 'function') lazily(this.functions, parseFunction)
    else if (kind === 'register') lazily(this.registers, parseRegister)
    else if (kind === 'struct') lazily(this.structs, parseStruct)
    else if (kind === 'bitfield') lazily(this.bitfields, parseBitfield)
    else if (kind === 'type') lazily(this.types, parseType)
    else if (kind === 'let') lazily(this.constants, parseLet)
    else if (kind === 'overload') {
      const list =
        /\{([^}]*)\}/
          .exec(text)?.[1]
          ?.split(',')
          .map((f) => f.trim()) ?? []
      this.overloads.set(name, [...(this.overloads.get(name) ?? []), ...list])
    } else if (kind === 'enum') {
      const body = text.slice(text.indexOf('=') + 1).replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
      const members = body.match(/[A-Za-z_]\w*/g) ?? []
      this.enums.set(name, members)
      for (const [i, member] of members.entries()) this.members.set(member, [name, i])
    } else if (kind === 'union') {
      for (const [, member] of text.matchAll(/^\s*(?:.*\{\s*)?([A-Z_]\w*)\s*:/gm)) this.constructors.add(member)
    }
  }
}

function once(make) {
  let value
  let made = false
  return () => {
    if (!made) value = make()
    made = true
    return value
  }
}

function parseValue(p) {
  p.expect('val')
  if (p.take('operator')) p.next++
  else p.identifier()
  // `= { c: "name", ... }` or `= pure "name"`, then the type.
  if (p.take('=')) while (!p.is(':') || p.tokens[p.next + 1]?.kind === 'string') p.next++
  p.expect(':')
  return p.type()
}

function parseFunction(p) {
  p.expect('function')
  p.take('clause')
  const name = p.identifier()
  const parameters = p.pattern()
  if (p.take('->')) p.type()
  p.expect('=')
  return { name, parameters, body: p.statement() }
}

function parseRegister(p) {
  p.expect('register')
  p.identifier()
  p.expect(':')
  const type = p.type()
  return { type, value: p.take('=') ? p.expression() : undefined }
}

function parseStruct(p) {
  p.expect('struct')
  p.identifier()
  p.skipTo('{')
  const fields = []
  while (!p.take('}')) {
    const name = p.identifier()
    p.expect(':')
    fields.push([name, p.type()])
    p.take(',')
  }
  return fields
}

/** Field names to ranges; a field may be pieces, the first one the most significant. */
function parseBitfield(p) {
  p.expect('bitfield')
  p.identifier()
  p.expect(':')
  const [, , [width]] = p.type()
  p.expect('=')
  p.expect('{')
  const fields = new Map()
  while (!p.take('}')) {
    const name = p.identifier()
    p.expect(':')
    const pieces = []
    const many = p.take('(')
    do {
      const high = Number(p.atom()[1])
      const low = p.take('..') ? Number(p.atom()[1]) : high
      pieces.push([high, low])
    } while (many && p.take('@'))
    if (many) p.expect(')')
    fields.set(name, pieces)
    p.take(',')
  }
  return { width: Number(width[1][1]), fields }
}

function parseType(p) {
  p.expect('type')
  p.identifier()
  if (p.is('(')) return undefined
  return p.take('=') ? p.type() : undefined
}

function parseLet(p) {
  p.expect('let')
  const pattern = p.pattern()
  p.expect('=')
  return { pattern, value: p.statement() }
}
