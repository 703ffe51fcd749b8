/**
 * Runs functions of a Sail model. Each is turned into closures when it is first called; types count only where they say
 * how wide a vector is, or which of several functions a name means.
 */
import { EXPRESSIONS } from './expressions.mjs'
import { binder } from './patterns.mjs'
import { Bitfield, Bits, concat, Return, SailError, slice, Tagged, UNIT, withSlice } from './values.mjs'

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
    const bind = binder(this, definition.parameters)
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
  numberOf(argument, env) {
    const [kind, e] = argument
    if (kind !== 'name') return this.compile(e)(env)
    // A number with a name: `MAX_VL`.
    const other = this.resolve(argument)
    return other === argument ? this.constant(e) : this.numberOf(other, env)
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
      made = EXPRESSIONS[e[0]](this, ...e.slice(1))
      this.compiled.set(e, made)
    }
    return made
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

  replaced(v, name, from, to, part, env) {
    if (v instanceof Bitfield) return this.withField(v, name, part)
    const high = Number(from(env))
    if (v instanceof Bits) return withSlice(v, high, to === undefined ? high : Number(to(env)), part)
    return v.with(high, part)
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
