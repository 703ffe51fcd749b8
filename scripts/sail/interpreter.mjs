/**
 * Runs functions of a Sail model. Each is turned into closures when it is first called; types count only where they say
 * how wide a vector is, or which of several functions a name means.
 */
import { Bitfield, Bits, concat, SailError, sameValue, slice, Tagged, UNIT, withSlice } from './values.mjs'

/** How `return` leaves a function. */
class Return {
  constructor(value) {
    this.value = value
  }
}

export class Interpreter {
  /**
   * @param {import('./model.mjs').Model} model
   * @param {Record<string, (...args: never[]) => unknown>} builtins functions in JavaScript; they come before the model's own.
   */
  constructor(model, builtins) {
    this.model = model
    this.builtins = builtins
    this.registers = new Map()
    this.constants = new Map()
    this.compiled = new Map()
    this.callers = new Map()
    /** Told of each status code that a fault record gets. @type {((status: string, stack: string[]) => void) | undefined} */
    this.onStatus = undefined
    /** Names of the functions being run, the innermost one last. */
    this.stack = []
  }

  /** The value of a register, that of its type until one is written. */
  read(name) {
    let value = this.registers.get(name)
    if (value === undefined) {
      const { type, value: initial } = this.model.registers.get(name)()
      value = initial === undefined ? this.undefinedOf(type, {}) : this.coerce(this.compile(initial)({}), type, {})
      this.registers.set(name, value)
    }
    return value
  }

  /** Writes a register; a bigint becomes the bits of its type. */
  write(name, value) {
    const item = this.model.registers.get(name)
    if (item === undefined) throw new SailError(`${name} is no register of the model`)
    const before = this.read(name)
    if (typeof value !== 'bigint') this.registers.set(name, this.coerce(value, item().type, {}))
    else if (before instanceof Bitfield) {
      this.registers.set(name, new Bitfield(before.type, new Bits(before.bits.width, value)))
    } else this.registers.set(name, before instanceof Bits ? new Bits(before.width, value) : value)
  }

  /** Calls a function of the model, a builtin, or a constructor, by name. */
  call(name, args) {
    let caller = this.callers.get(name)
    if (caller === undefined) {
      caller = this.callerOf(name)
      this.callers.set(name, caller)
    }
    return caller(args)
  }

  callerOf(name) {
    const own = this.builtins[name]
    if (own !== undefined) return (args) => own(...args)
    const { model } = this
    if (name === 'Some' || name === 'None' || name === 'Ok' || name === 'Err' || model.constructors.has(name)) {
      return (args) => new Tagged(name, args.length > 1 ? args : args[0])
    }
    const bitfield = name.startsWith('Mk_') ? name.slice(3) : ''
    if (model.bitfields.has(bitfield)) return ([bits]) => this.bitfieldOf(bitfield, bits)
    const member = /^num_of_(\w+)$/.exec(name)
    if (member !== null && model.enums.has(member[1])) return ([value]) => BigInt(model.members.get(value)[1])
    const made = /^(\w+)_of_num$/.exec(name)
    if (made !== null && model.enums.has(made[1])) return ([i]) => model.enums.get(made[1])[Number(i)]
    const functions = model.overloads.get(name)
    if (functions !== undefined && !model.functions.has(name))
      return (args) => this.call(this.choose(name, functions, args), args)
    return this.functionOf(name)
  }

  /** The overloaded function whose parameters take the arguments. */
  choose(name, functions, args) {
    for (const f of functions) {
      if (f !== name && (this.builtins[f] !== undefined || this.model.functions.has(f)) && this.takes(f, args)) return f
    }
    throw new SailError(`no overload of ${name} takes (${args.map(String).join(', ')})`)
  }

  takes(f, args) {
    const signature = this.model.values.get(f)?.()
    if (signature === undefined || signature[0] !== 'fn') return true
    const parameters = signature[1].filter((type) => type[1] !== 'implicit' || args.length === signature[1].length)
    if (parameters.length !== args.length && !(args.length === 0 && parameters[0]?.[1] === 'unit')) return false
    return parameters.every((type, i) => fits(args[i], type))
  }

  functionOf(name) {
    const definition = this.model.functions.get(name)?.()
    if (definition === undefined) throw new SailError(`${name} is no function of the model, and has no substitute`)
    const signature = this.model.values.get(name)?.()
    const types = signature?.[0] === 'fn' ? signature[1] : []
    const bind = this.binder(definition.parameters)
    const body = this.compile(definition.body)
    const result = signature?.[0] === 'fn' ? signature[2] : undefined
    return (given) => {
      const env = {}
      // An implicit argument that is left out is the width of the result, which the context knows: -1.
      const args = given.length < types.length && types[0]?.[1] === 'implicit' ? [-1n, ...given] : given
      for (const [i, type] of types.entries()) bindVariable(env, type, args[i])
      if (!bind(args.length === 1 ? args[0] : args, env)) throw new SailError(`the arguments of ${name} do not match`)
      this.stack.push(name)
      let value
      try {
        value = body(env)
      } catch (e) {
        if (!(e instanceof Return)) throw e
        value = e.value
      }
      this.stack.pop()
      return result === undefined ? value : this.coerce(value, result, env)
    }
  }

  // Types

  /** The width or number that a type argument says. */
  numberOf([, e], env) {
    return this.compile(e)(env)
  }

  resolve(type) {
    if (type[0] !== 'name') return type
    const other = this.model.types.get(type[1])?.()
    return other === undefined ? type : this.resolve(other)
  }

  /** Gives a value without a width the one of its type, and bits the name of their bitfield. */
  coerce(value, declared, env) {
    if (declared === undefined || value === undefined) return value
    const type = this.resolve(declared)
    if (type[0] === 'tuple' && Array.isArray(value)) return value.map((v, i) => this.coerce(v, type[1][i], env))
    if (type[0] !== 'name') return value
    if (value instanceof Bits) {
      if (this.model.bitfields.has(type[1])) return this.bitfieldOf(type[1], value)
      if (type[1] === 'bits' && value.width < 0) {
        try {
          return new Bits(Number(this.numberOf(type[2][0], env)), value.value)
        } catch {
          return value
        }
      }
    }
    return value
  }

  bitfieldOf(type, bits) {
    return new Bitfield(type, new Bits(this.model.bitfields.get(type)().width, bits.value))
  }

  /** `undefined : type`: zeros, the first member, empty structs. What the model reads of it is a mistake of the caller. */
  undefinedOf(declared, env) {
    if (declared === undefined) return undefined
    const type = this.resolve(declared)
    if (type[0] === 'tuple') return type[1].map((t) => this.undefinedOf(t, env))
    if (type[0] !== 'name') return 0n
    const [, name, args] = type
    if (name === 'bits') return new Bits(Number(this.numberOf(args[0], env)), 0n)
    if (name === 'bit') return new Bits(1, 0n)
    if (name === 'bool') return false
    if (name === 'unit') return UNIT
    if (name === 'string') return ''
    if (name === 'option') return new Tagged('None', UNIT)
    if (name === 'vector') {
      const count = Number(this.numberOf(args[0], env))
      const element = args[args.length - 1]
      return Array.from({ length: count }, () => this.undefinedOf(element, env))
    }
    const { model } = this
    if (model.enums.has(name)) return model.enums.get(name)[0]
    if (model.bitfields.has(name)) return new Bitfield(name, new Bits(model.bitfields.get(name)().width, 0n))
    if (model.structs.has(name)) {
      return Object.fromEntries(
        model.structs
          .get(name)()
          .map(([field, t]) => [field, this.undefinedOf(t, env)]),
      )
    }
    return 0n
  }

  // Expressions

  /** @returns {(env: Record<string, unknown>) => unknown} */
  compile(e) {
    let made = this.compiled.get(e)
    if (made === undefined) {
      made = this[`on_${e[0]}`](...e.slice(1))
      this.compiled.set(e, made)
    }
    return made
  }

  on_unit() {
    return () => UNIT
  }

  on_int(value) {
    return () => value
  }

  on_bits(width, value) {
    const bits = new Bits(width, value)
    return () => bits
  }

  on_string(text) {
    return () => text
  }

  on_bool(value) {
    return () => value
  }

  on_undefined(type) {
    return (env) => this.undefinedOf(type, env)
  }

  on_typed(e, type) {
    const value = this.compile(e)
    return (env) => this.coerce(value(env), type, env)
  }

  on_tuple(parts) {
    const values = parts.map((p) => this.compile(p))
    return (env) => values.map((v) => v(env))
  }

  on_vector(parts) {
    const values = parts.map((p) => this.compile(p))
    return (env) => {
      const found = values.map((v) => v(env))
      return found.every((v) => v instanceof Bits) ? concat(found) : found
    }
  }

  on_name(name) {
    const { model } = this
    if (name === 'bitzero') return () => new Bits(1, 0n)
    if (name === 'bitone') return () => new Bits(1, 1n)
    const global = model.registers.has(name)
      ? () => this.read(name)
      : model.members.has(name)
        ? () => name
        : model.constants.has(name)
          ? () => this.constant(name)
          : () => {
              throw new SailError(`${name} is not bound in ${this.stack.at(-1)}`)
            }
    return (env) => (name in env ? env[name] : global())
  }

  constant(name) {
    let value = this.constants.get(name)
    if (value === undefined) {
      const { pattern, value: e } = this.model.constants.get(name)()
      value = this.coerce(this.compile(e)({}), pattern[0] === 'typed' ? pattern[2] : undefined, {})
      this.constants.set(name, value)
    }
    return value
  }

  on_call(name, args) {
    const values = args.map((a) => this.compile(a))
    if (name === 'return') {
      return (env) => {
        throw new Return(values.length === 0 ? UNIT : values[0](env))
      }
    }
    if (name === 'sizeof') return values[0]
    if (name === 'assert') {
      return (env) => {
        if (values[0](env) === false) throw new SailError(`an assertion of ${this.stack.at(-1)} does not hold`)
      }
    }
    return (env) => {
      const given = values.map((v) => v(env))
      return this.call(name, given)
    }
  }

  on_infix(operator, left, right) {
    const a = this.compile(left)
    const b = this.compile(right)
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
  }

  on_if(condition, yes, no) {
    const [c, y, n] = [condition, yes, no].map((e) => this.compile(e))
    return (env) => (c(env) ? y(env) : n(env))
  }

  on_match(subject, arms) {
    const value = this.compile(subject)
    const rules = arms.map(([pattern, guard, body]) => [
      this.binder(pattern),
      guard === undefined ? undefined : this.compile(guard),
      this.compile(body),
    ])
    return (env) => {
      const v = value(env)
      for (const [bind, guard, body] of rules) if (bind(v, env) && (guard?.(env) ?? true)) return body(env)
      throw new SailError(`no arm of a match in ${this.stack.at(-1)} takes ${String(v)}`)
    }
  }

  on_let(pattern, value, body) {
    const bind = this.binder(pattern)
    const v = this.compile(value)
    const b = body === undefined ? undefined : this.compile(body)
    return (env) => {
      if (!bind(v(env), env)) throw new SailError(`a let in ${this.stack.at(-1)} does not match`)
      return b?.(env)
    }
  }

  on_declare(name, type, value) {
    const v = this.compile(value)
    return (env) => {
      env[name] = this.coerce(v(env), type, env)
    }
  }

  on_block(statements) {
    const run = statements.map((s) => this.compile(s))
    return (env) => {
      let value
      for (const s of run) value = s(env)
      return value
    }
  }

  on_foreach(name, from, to, by, up, body) {
    const [f, t, s, run] = [from, to, by, body].map((e) => this.compile(e))
    return (env) => {
      const end = t(env)
      const step = s(env)
      for (let i = f(env); up ? i <= end : i >= end; i = up ? i + step : i - step) {
        env[name] = i
        run(env)
      }
    }
  }

  on_while(condition, body) {
    const [c, run] = [condition, body].map((e) => this.compile(e))
    return (env) => {
      while (c(env)) run(env)
    }
  }

  on_repeat(body, condition) {
    const [run, c] = [body, condition].map((e) => this.compile(e))
    return (env) => {
      do run(env)
      while (!c(env))
    }
  }

  on_struct(fields) {
    const values = fields.map(([name, e]) => [name, this.compile(e)])
    return (env) => Object.fromEntries(values.map(([name, v]) => [name, v(env)]))
  }

  on_update(e, fields) {
    const base = this.compile(e)
    const values = fields.map(([name, f]) => [name, this.compile(f)])
    return (env) => ({ ...base(env), ...Object.fromEntries(values.map(([name, v]) => [name, v(env)])) })
  }

  on_field(e, name) {
    const value = this.compile(e)
    return (env) => this.fieldOf(value(env), name)
  }

  fieldOf(v, name) {
    if (v instanceof Bitfield) return name === 'bits' ? v.bits : this.bitsOfField(v, name)
    if (v === undefined || !(name in v)) throw new SailError(`no field ${name} in ${this.stack.at(-1)}`)
    return v[name]
  }

  bitsOfField(v, name) {
    const pieces = this.model.bitfields.get(v.type)().fields.get(name)
    if (pieces === undefined) throw new SailError(`${v.type} has no field ${name}`)
    return concat(pieces.map(([high, low]) => slice(v.bits, high, low)))
  }

  withField(v, name, part) {
    if (!(v instanceof Bitfield)) {
      if (name === 'statuscode') this.onStatus?.(part, this.stack)
      return { ...v, [name]: part }
    }
    if (name === 'bits') return new Bitfield(v.type, part)
    let { bits } = v
    let left = part.width
    for (const [high, low] of this.model.bitfields.get(v.type)().fields.get(name)) {
      left -= high - low + 1
      bits = withSlice(bits, high, low, slice(part, left + high - low, left))
    }
    return new Bitfield(v.type, bits)
  }

  on_index(e, index) {
    const value = this.compile(e)
    const name = index[0] === 'name' ? index[1] : ''
    const at = this.compile(index)
    return (env) => {
      const v = value(env)
      if (v instanceof Bitfield && !(name in env)) return this.bitsOfField(v, name)
      const i = Number(at(env))
      if (v instanceof Bits) return slice(v, i, i)
      if (typeof v === 'bigint') return new Bits(1, v >> BigInt(i))
      return v[i]
    }
  }

  on_slice(e, high, low) {
    const [value, h, l] = [e, high, low].map((x) => this.compile(x))
    return (env) => {
      const v = value(env)
      const bits = typeof v === 'bigint' ? new Bits(128, v) : v
      return slice(bits, Number(h(env)), Number(l(env)))
    }
  }

  on_with(e, changes) {
    const value = this.compile(e)
    const all = changes.map(([from, to, v]) => [
      from[0] === 'name' ? from[1] : '',
      this.compile(from),
      to === undefined ? undefined : this.compile(to),
      this.compile(v),
    ])
    return (env) => {
      let v = value(env)
      for (const [name, from, to, part] of all) v = this.replaced(v, name, from, to, part(env), env)
      return v
    }
  }

  replaced(v, name, from, to, part, env) {
    if (v instanceof Bitfield && !(name in env)) return this.withField(v, name, part)
    const high = Number(from(env))
    if (v instanceof Bits) return withSlice(v, high, to === undefined ? high : Number(to(env)), part)
    return v.with(high, part)
  }

  on_assign(target, value) {
    const v = this.compile(value)
    const set = this.setter(target)
    return (env) => {
      set(v(env), env)
    }
  }

  /** What writes to an expression on the left of `=`. */
  setter(target) {
    const [kind, ...rest] = target
    if (kind === 'name') {
      const [name] = rest
      return (v, env) => {
        if (name in env || !this.model.registers.has(name)) {
          const before = env[name]
          const flexible = v instanceof Bits && v.width < 0 && before instanceof Bits
          env[name] = flexible ? new Bits(before.width, v.value) : v
          if (before instanceof Bitfield && v instanceof Bits) env[name] = new Bitfield(before.type, v)
        } else this.write(name, v)
      }
    }
    if (kind === 'tuple') {
      const all = rest[0].map((t) => (t[0] === 'name' && t[1] === '_' ? () => {} : this.setter(t)))
      return (v, env) => {
        for (const [i, set] of all.entries()) set(v[i], env)
      }
    }
    if (kind === 'typed') return this.setter(rest[0])
    if (kind === 'call') {
      // `X_write(args) = v` is X_write(args, v).
      const args = rest[1].map((a) => this.compile(a))
      return (v, env) => this.call(rest[0], [...args.map((a) => a(env)), v])
    }
    if (kind === 'infix' && rest[0] === '@') {
      const [, left, right] = rest
      const low = this.compile(right)
      const [setLeft, setRight] = [this.setter(left), this.setter(right)]
      return (v, env) => {
        const { width } = low(env)
        setLeft(slice(v, v.width - 1, width), env)
        setRight(slice(v, width - 1, 0), env)
      }
    }
    if (kind === 'vector') {
      const all = rest[0].map((t) => this.setter(t))
      return (v, env) => {
        for (const [i, set] of all.entries()) set(slice(v, all.length - 1 - i, all.length - 1 - i), env)
      }
    }
    const base = this.compile(rest[0])
    const set = this.setter(rest[0])
    if (kind === 'field') return (v, env) => set(this.withField(base(env), rest[1], v), env)
    if (kind === 'index' || kind === 'slice') {
      const name = rest[1][0] === 'name' ? rest[1][1] : ''
      const from = this.compile(rest[1])
      const to = kind === 'slice' ? this.compile(rest[2]) : undefined
      return (v, env) => set(this.replaced(base(env), name, from, to, v, env), env)
    }
    throw new SailError(`no assignment to ${kind}`)
  }

  // Patterns: functions of a value and an environment that tell whether it matches, and bind.

  binder([kind, ...rest]) {
    if (kind === 'any') return () => true
    if (kind === 'literal') {
      const value = this.compile(rest[0])
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
      if (this.model.members.has(name)) return (v) => v === name
      // A constant that a pattern names is compared: EL0.
      if (this.model.constants.has(name) && /^[A-Z]/.test(name)) return (v) => sameValue(v, this.constant(name))
      return (v, env) => {
        env[name] = v
        return true
      }
    }
    if (kind === 'typed') {
      const bind = this.binder(rest[0])
      return (v, env) => bind(this.coerce(v, rest[1], env), env)
    }
    if (kind === 'constructor') {
      const [name, parts] = rest
      const all = parts.map((p) => this.binder(p))
      return (v, env) => {
        if (!(v instanceof Tagged) || v.tag !== name) return false
        return all.length === 1 ? all[0](v.value, env) : all.every((bind, i) => bind(v.value?.[i], env))
      }
    }
    if (kind === 'tuple') {
      const all = rest[0].map((p) => this.binder(p))
      return (v, env) => all.every((bind, i) => bind(v[i], env))
    }
    if (kind === 'vector') {
      const all = rest[0].map((p) => this.binder(p))
      return (v, env) => all.every((bind, i) => bind(slice(v, all.length - 1 - i, all.length - 1 - i), env))
    }
    throw new SailError(`no pattern ${kind}`)
  }
}

/** Binds the type variable of a parameter: bits('n), int('n), bool('b), implicit('n). */
function bindVariable(env, type, value) {
  const inner = type[0] === 'name' ? type[2][0] : undefined
  if (inner?.[0] !== 'num' || inner[1][0] !== 'name' || !inner[1][1].startsWith("'")) return
  const variable = inner[1][1]
  if (variable in env && env[variable] >= 0n) return
  if (value instanceof Bits) env[variable] = BigInt(value.width)
  else if (typeof value === 'bigint' || typeof value === 'boolean') env[variable] = value
}

function fits(value, type) {
  if (type[0] === 'tuple') return Array.isArray(value)
  if (type[0] !== 'name') return true
  const name = type[1]
  if (value instanceof Bits)
    return (
      name === 'bits' || name === 'bit' || !['int', 'nat', 'bool', 'string', 'real', 'vector', 'range'].includes(name)
    )
  if (typeof value === 'bigint')
    return (
      ['int', 'nat', 'implicit', 'range', 'num'].includes(name) ||
      !['bits', 'bit', 'bool', 'string', 'vector'].includes(name)
    )
  if (typeof value === 'boolean') return name === 'bool'
  if (typeof value === 'string') return name !== 'int' && name !== 'bits' && name !== 'bool'
  return !['int', 'bits', 'bool', 'string'].includes(name)
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
