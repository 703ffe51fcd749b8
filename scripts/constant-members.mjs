/**
 * A plugin of rolldown: members of `as const` tables of numbers become literals, `Reg.PC` becomes 35.
 *
 * V8 inlines callees until they are 920 bytes of bytecode together. A member takes about 11 of them (a module's variable, the
 * check that it is initialized, a register, a load), a literal 2. A warm LDP X at the TPM CRB takes 740 ns, and 850 without this;
 * a walk of four levels 135, and 151 (Node 20, minima of interleaved runs).
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

const OPERATORS = { '<<': (a, b) => a << b, '|': (a, b) => a | b, '-': (a, b) => a - b, '*': (a, b) => a * b }

/** What an expression of literals is, else undefined. */
function numberOf(node) {
  if (node.type === 'Literal') return typeof node.value === 'number' ? node.value : undefined
  if (node.type === 'UnaryExpression' && node.operator === '-') {
    const value = numberOf(node.argument)
    return value === undefined ? undefined : -value
  }
  const apply = node.type === 'BinaryExpression' ? OPERATORS[node.operator] : undefined
  if (apply === undefined) return undefined
  const [left, right] = [numberOf(node.left), numberOf(node.right)]
  return left === undefined || right === undefined ? undefined : apply(left, right)
}

/** Members of `{ ... } as const` that are numbers, else undefined. */
function membersOf(init) {
  if (init?.type !== 'TSAsExpression' || init.typeAnnotation.typeName?.name !== 'const') return undefined
  if (init.expression.type !== 'ObjectExpression') return undefined
  const members = new Map()
  for (const property of init.expression.properties) {
    const value = property.type === 'Property' && !property.computed ? numberOf(property.value) : undefined
    if (value !== undefined) members.set(property.key.name ?? property.key.value, value)
  }
  return members.size > 0 ? members : undefined
}

/** What a module declares and passes on: by file. */
const modules = new Map()

/** @returns of `file`, by name: `own` tables, and what it gets `from` other files, as [file, name]. */
function moduleOf(file, code) {
  const known = modules.get(file)
  if (known !== undefined) return known
  const ast = parseAst(code ?? readFileSync(file, 'utf8'), { lang: 'ts' })
  const own = new Map()
  const from = new Map()
  const result = { ast, own, from }
  modules.set(file, result)
  for (const statement of ast.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type === 'VariableDeclaration' && declaration.kind === 'const') {
      for (const { id, init } of declaration.declarations) {
        const members = membersOf(init)
        if (members !== undefined) own.set(id.name, members)
      }
    }
    const path = statement.source?.value
    if (path === undefined || !path.startsWith('.')) continue
    const target = join(dirname(file), path)
    for (const { type, local, imported, exported } of statement.specifiers ?? []) {
      if (type === 'ImportSpecifier') from.set(local.name, [target, imported.name])
      if (type === 'ExportSpecifier') from.set(exported.name, [target, local.name])
    }
  }
  return result
}

/** The table that `name` is in `file`, through any number of imports. */
function tableOf(file, name) {
  if (!existsSync(file)) return undefined
  const { own, from } = moduleOf(file)
  const next = from.get(name)
  return own.get(name) ?? (next === undefined ? undefined : tableOf(...next))
}

/** Calls `visit` with every node below, and its parent. */
function eachNode(node, visit, parent = undefined) {
  if (Array.isArray(node)) for (const item of node) eachNode(item, visit, parent)
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node, parent)
    for (const value of Object.values(node)) eachNode(value, visit, node)
  }
}

/** Names that a function's parameters or locals hide. */
function hiddenIn(ast) {
  const hidden = new Set()
  eachNode(ast, (node, parent) => {
    if (/Function/.test(node.type)) for (const { name } of node.params ?? []) hidden.add(name)
    if (node.type === 'VariableDeclarator' && parent !== undefined) hidden.add(node.id.name)
  })
  return hidden
}

export function constantMembers() {
  return {
    name: 'constant-members',
    transform(code, id) {
      if (!id.endsWith('.ts')) return null
      const { ast, own } = moduleOf(id, code)
      const hidden = hiddenIn(ast)
      let out = code
      eachNode(ast.body, (node) => {
        if (node.type !== 'MemberExpression' || node.computed || node.object.type !== 'Identifier') return
        const { name } = node.object
        const value = hidden.has(name) && !own.has(name) ? undefined : tableOf(id, name)?.get(node.property.name)
        if (value === undefined) return
        // As wide as what it replaces: positions stay, and source maps with them.
        const text = `(${value})`.padEnd(node.end - node.start)
        if (text.length === node.end - node.start) out = out.slice(0, node.start) + text + out.slice(node.end)
      })
      // No map: the one there is holds.
      return out === code ? null : { code: out, map: null }
    },
  }
}
