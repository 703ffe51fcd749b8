/**
 * What stands on the left of `=`: names, fields, slices, tuples, concatenations, functions that write.
 */
import { Bitfield, Bits, SailError, slice } from './values.mjs'

/** What writes to an expression on the left of `=`. */
export function setter(sail, target) {
  const [kind, ...rest] = target
  if (kind === 'name') {
    const [name] = rest
    return (v, env) => {
      if (name in env || !sail.model.registers.has(name)) {
        const before = env[name]
        const flexible = v instanceof Bits && v.width < 0 && before instanceof Bits
        env[name] = flexible ? new Bits(before.width, v.value) : v
        if (before instanceof Bitfield && v instanceof Bits) env[name] = new Bitfield(before.type, v)
      } else sail.write(name, v)
    }
  }
  if (kind === 'tuple') {
    const all = rest[0].map((t) => (t[0] === 'name' && t[1] === '_' ? () => {} : setter(sail, t)))
    return (v, env) => {
      for (const [i, set] of all.entries()) set(v[i], env)
    }
  }
  if (kind === 'typed') return setter(sail, rest[0])
  if (kind === 'call') {
    // `X_write(args) = v` is X_write(args, v).
    const args = rest[1].map((a) => sail.compile(a))
    return (v, env) => sail.call(rest[0], [...args.map((a) => a(env)), v])
  }
  if (kind === 'infix' && rest[0] === '@') {
    const [, left, right] = rest
    const low = sail.compile(right)
    const [setLeft, setRight] = [setter(sail, left), setter(sail, right)]
    return (v, env) => {
      const { width } = low(env)
      setLeft(slice(v, v.width - 1, width), env)
      setRight(slice(v, width - 1, 0), env)
    }
  }
  if (kind === 'vector') {
    const all = rest[0].map((t) => setter(sail, t))
    return (v, env) => {
      for (const [i, set] of all.entries()) set(slice(v, all.length - 1 - i, all.length - 1 - i), env)
    }
  }
  const base = sail.compile(rest[0])
  const set = setter(sail, rest[0])
  if (kind === 'field') return (v, env) => set(sail.withField(base(env), rest[1], v), env)
  if (kind === 'index' || kind === 'slice') {
    const name = rest[1][0] === 'name' ? rest[1][1] : ''
    const from = sail.compile(rest[1])
    const to = kind === 'slice' ? sail.compile(rest[2]) : undefined
    return (v, env) => set(sail.replaced(base(env), name, from, to, v, env), env)
  }
  throw new SailError(`no assignment to ${kind}`)
}
