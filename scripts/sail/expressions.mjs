/**
 * What each kind of expression does: functions of the interpreter and of the expression's parts that give a closure over
 * the variables in scope.
 */
import { setter } from './assignments.mjs'
import { binder } from './patterns.mjs'
import { Bitfield, Bits, concat, Return, SailError, sameValue, slice, UNIT } from './values.mjs'

export const EXPRESSIONS = {
  unit(_sail) {
    return () => UNIT
  },

  int(_sail, value) {
    return () => value
  },

  bits(_sail, width, value) {
    const bits = new Bits(width, value)
    return () => bits
  },

  string(_sail, text) {
    return () => text
  },

  bool(_sail, value) {
    return () => value
  },

  undefined(sail, type) {
    return (env) => sail.undefinedOf(type, env)
  },

  typed(sail, e, type) {
    const value = sail.compile(e)
    return (env) => sail.coerce(value(env), type, env)
  },

  tuple(sail, parts) {
    const values = parts.map((p) => sail.compile(p))
    return (env) => values.map((v) => v(env))
  },

  vector(sail, parts) {
    const values = parts.map((p) => sail.compile(p))
    return (env) => {
      const found = values.map((v) => v(env))
      return found.every((v) => v instanceof Bits) ? concat(found) : found
    }
  },

  name(sail, name) {
    const { model } = sail
    if (name === 'bitzero') return () => new Bits(1, 0n)
    if (name === 'bitone') return () => new Bits(1, 1n)
    const global = model.registers.has(name)
      ? () => sail.read(name)
      : model.members.has(name)
        ? () => name
        : model.constants.has(name)
          ? () => sail.constant(name)
          : () => {
              throw new SailError(`${name} is not bound in ${sail.stack.at(-1)}`)
            }
    return (env) => (name in env ? env[name] : global())
  },

  call(sail, name, args) {
    const values = args.map((a) => sail.compile(a))
    if (name === 'return') {
      return (env) => {
        throw new Return(values.length === 0 ? UNIT : values[0](env))
      }
    }
    if (name === 'sizeof') return values[0]
    if (name === 'assert') {
      return (env) => {
        if (values[0](env) === false) throw new SailError(`an assertion of ${sail.stack.at(-1)} does not hold`)
      }
    }
    return (env) => {
      const given = values.map((v) => v(env))
      return sail.call(name, given)
    }
  },

  infix(sail, operator, left, right) {
    const a = sail.compile(left)
    const b = sail.compile(right)
    if (operator === '&' || operator === '|') {
      return (env) => {
        const x = a(env)
        if (typeof x === 'boolean') return operator === '&' ? x && b(env) : x || b(env)
        const y = b(env)
        const width = x.width < 0 ? y.width : x.width
        return new Bits(width, operator === '&' ? x.value & y.value : x.value | y.value)
      }
    }
    if (operator === '-->') return (env) => !a(env) || b(env)
    if (operator === '@') return (env) => concat([a(env), b(env)])
    if (operator === '==') return (env) => sameValue(a(env), b(env))
    if (operator === '!=') return (env) => !sameValue(a(env), b(env))
    return (env) => arithmetic(operator, a(env), b(env))
  },

  if(sail, condition, yes, no) {
    const [c, y, n] = [condition, yes, no].map((e) => sail.compile(e))
    return (env) => (c(env) ? y(env) : n(env))
  },

  match(sail, subject, arms) {
    const value = sail.compile(subject)
    const rules = arms.map(([pattern, guard, body]) => [
      binder(sail, pattern),
      guard === undefined ? undefined : sail.compile(guard),
      sail.compile(body),
    ])
    return (env) => {
      const v = value(env)
      for (const [bind, guard, body] of rules) if (bind(v, env) && (guard?.(env) ?? true)) return body(env)
      throw new SailError(`no arm of a match in ${sail.stack.at(-1)} takes ${String(v)}`)
    }
  },

  let(sail, pattern, value, body) {
    const bind = binder(sail, pattern)
    const v = sail.compile(value)
    const b = body === undefined ? undefined : sail.compile(body)
    return (env) => {
      if (!bind(v(env), env)) throw new SailError(`a let in ${sail.stack.at(-1)} does not match`)
      return b?.(env)
    }
  },

  declare(sail, name, type, value) {
    const v = sail.compile(value)
    return (env) => {
      env[name] = sail.coerce(v(env), type, env)
    }
  },

  block(sail, statements) {
    const run = statements.map((s) => sail.compile(s))
    return (env) => {
      let value
      for (const s of run) value = s(env)
      return value
    }
  },

  foreach(sail, name, from, to, by, up, body) {
    const [f, t, s, run] = [from, to, by, body].map((e) => sail.compile(e))
    return (env) => {
      const end = t(env)
      const step = s(env)
      for (let i = f(env); up ? i <= end : i >= end; i = up ? i + step : i - step) {
        env[name] = i
        run(env)
      }
    }
  },

  while(sail, condition, body) {
    const [c, run] = [condition, body].map((e) => sail.compile(e))
    return (env) => {
      while (c(env)) run(env)
    }
  },

  repeat(sail, body, condition) {
    const [run, c] = [body, condition].map((e) => sail.compile(e))
    return (env) => {
      do run(env)
      while (!c(env))
    }
  },

  struct(sail, fields) {
    const values = fields.map(([name, e]) => [name, sail.compile(e)])
    return (env) => Object.fromEntries(values.map(([name, v]) => [name, v(env)]))
  },

  update(sail, e, fields) {
    const base = sail.compile(e)
    const values = fields.map(([name, f]) => [name, sail.compile(f)])
    return (env) => ({ ...base(env), ...Object.fromEntries(values.map(([name, v]) => [name, v(env)])) })
  },

  field(sail, e, name) {
    const value = sail.compile(e)
    return (env) => sail.fieldOf(value(env), name)
  },

  index(sail, e, index) {
    const value = sail.compile(e)
    const name = index[0] === 'name' ? index[1] : ''
    const at = sail.compile(index)
    return (env) => {
      const v = value(env)
      // A field, though a variable may have its name: `A = SCTLR_EL1[A]`.
      if (v instanceof Bitfield) return sail.bitsOfField(v, name)
      const i = Number(at(env))
      if (v instanceof Bits) return slice(v, i, i)
      if (typeof v === 'bigint') return new Bits(1, v >> BigInt(i))
      return v[i]
    }
  },

  slice(sail, e, high, low) {
    const [value, h, l] = [e, high, low].map((x) => sail.compile(x))
    return (env) => {
      const v = value(env)
      const bits = typeof v === 'bigint' ? new Bits(128, v) : v
      return slice(bits, Number(h(env)), Number(l(env)))
    }
  },

  with(sail, e, changes) {
    const value = sail.compile(e)
    const all = changes.map(([from, to, v]) => [
      from[0] === 'name' ? from[1] : '',
      sail.compile(from),
      to === undefined ? undefined : sail.compile(to),
      sail.compile(v),
    ])
    return (env) => {
      let v = value(env)
      for (const [name, from, to, part] of all) v = sail.replaced(v, name, from, to, part(env), env)
      return v
    }
  },

  assign(sail, target, value) {
    const v = sail.compile(value)
    const set = setter(sail, target)
    return (env) => {
      set(v(env), env)
    }
  },
}

function arithmetic(operator, x, y) {
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    switch (operator) {
      case '+':
        return x + y
      case '-':
        return x - y
      case '*':
        return x * y
      case '^':
        return x ** y
      case '<<':
        return x << y
      case '>>':
        return x >> y
      case '<':
        return x < y
      case '<=':
        return x <= y
      case '>':
        return x > y
      case '>=':
        return x >= y
    }
  }
  if (x instanceof Bits) {
    const other = y instanceof Bits ? y.value : y
    const width = x.width < 0 && y instanceof Bits ? y.width : x.width
    if (operator === '+') return new Bits(width, x.value + other)
    if (operator === '-') return new Bits(width, x.value - other)
    if (operator === '<<') return new Bits(width, x.value << other)
    if (operator === '>>') return new Bits(width, x.value >> other)
  }
  throw new SailError(`${String(x)} ${operator} ${String(y)}`)
}
