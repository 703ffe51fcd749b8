/**
 * Patterns: functions of a value and the variables in scope that tell whether it matches, and bind.
 */
import { SailError, sameValue, slice, Tagged } from './values.mjs'

export function binder(sail, [kind, ...rest]) {
  if (kind === 'any') return () => true
  if (kind === 'literal') {
    const value = sail.compile(rest[0])
    return (v, env) => sameValue(v, value(env))
  }
  if (kind === 'tyvar') {
    const [name] = rest
    return (v, env) => {
      env[name] = v
      env[name.slice(1)] = v
      return true
    }
  }
  if (kind === 'bind') {
    const [name] = rest
    if (name === 'bitzero' || name === 'bitone') return (v) => v.value === (name === 'bitone' ? 1n : 0n)
    if (sail.model.members.has(name)) return (v) => v === name
    // A constant that a pattern names is compared: EL0.
    if (sail.model.constants.has(name) && /^[A-Z]/.test(name)) return (v) => sameValue(v, sail.constant(name))
    return (v, env) => {
      env[name] = v
      return true
    }
  }
  if (kind === 'typed') {
    const bind = binder(sail, rest[0])
    return (v, env) => bind(sail.coerce(v, rest[1], env), env)
  }
  if (kind === 'constructor') {
    const [name, parts] = rest
    const all = parts.map((p) => binder(sail, p))
    return (v, env) => {
      if (!(v instanceof Tagged) || v.tag !== name) return false
      return all.length === 1 ? all[0](v.value, env) : all.every((bind, i) => bind(v.value?.[i], env))
    }
  }
  if (kind === 'tuple') {
    const all = rest[0].map((p) => binder(sail, p))
    return (v, env) => all.every((bind, i) => bind(v[i], env))
  }
  if (kind === 'vector') {
    const all = rest[0].map((p) => binder(sail, p))
    return (v, env) => all.every((bind, i) => bind(slice(v, all.length - 1 - i, all.length - 1 - i), env))
  }
  throw new SailError(`no pattern ${kind}`)
}
